/* SPDX-License-Identifier: MIT */
/* What the doctor's parts share: findings. Thread: main; the looks at the network block up to their deadlines. */
#ifndef SITELOG_SITELOGCTL_DOCTOR_H
#define SITELOG_SITELOGCTL_DOCTOR_H

#include "firmware/sitelogctl/reach.h"
#include "hal/clock.h"

enum finding { FINDING_OK, FINDING_WARN, FINDING_WRONG };

struct doctor {
    struct ctl *ctl;
    bool held;                  /* a daemon has the lock */
    bool answers;               /* and answers */
    struct json *status;        /* what a board's daemon says of itself; NULL: nothing */
    enum clock_battery battery; /* of the clock chip */
    int wrong;
    struct buf list; /* JSON array of the findings */
    struct json_out w;
};

/* check: one word. text: what was found. mend: what to do; "" where there is nothing to mend. Printed at once. */
void doctor_find(struct doctor *d, enum finding finding, const char *check, const char *mend, const char *format, ...)
    PRINTF_LIKE(5, 6);

void doctor_net_broker(struct doctor *d); /* lets the broker us in, and does the daemon have its link? */
void doctor_net_hub(struct doctor *d);    /* a board: does head office answer where photos are sent? */
void doctor_gpio_all(struct doctor *d);   /* a board: button, lamp, buzzer, and the panel's light */
void doctor_board_all(struct doctor *d);  /* a board: its disk's policy and wear, heat, power input, watchdog */
void doctor_clock_ask(
    struct doctor *d); /* the chip's battery, which only root may ask: before the owner's rights are taken on */
void doctor_clock_all(struct doctor *d); /* the wall clock, and a board's clock chip and its battery */
void doctor_hook_all(struct doctor *d);  /* the hub: what its webhooks could not tell */
void doctor_cert_all(struct doctor *d);  /* certificates that the settings name */

#endif
