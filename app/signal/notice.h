/* SPDX-License-Identifier: MIT */
/* What lamp and buzzer tell of how a board stands. Pure. Thread: any. */
#ifndef SITELOG_SIGNAL_NOTICE_H
#define SITELOG_SIGNAL_NOTICE_H

#include "app/signal/rhythm.h"
#include "firmware/base/hours.h"

#include <stddef.h>

#define NOTICE_DISK_LOW_PERCENT 20 /* free space below this is an alert */

/* Alerts, and what else there is to tell. */
struct notice {
    bool rejected;    /* head office refused own records */
    bool camera_down; /* there should be one */
    bool standing;    /* an alert of the journal's that asks for people at the site */
    bool disk_low;
    bool unsent; /* own records that were not received, or photos whose bytes were not */
};

bool notice_alert(const struct notice *n);

/* An alert stands that did not stand before. */
bool notice_raised(const struct notice *before, const struct notice *now);

/* An alert: fast; else something unsent: slow; else steady. */
enum rhythm notice_lamp(const struct notice *n);

/* The buzzer may sound: the clock on the wall is known, and not within the quiet hours. tz: the site's. */
bool notice_may_sound(const struct hours *quiet, const struct tz *tz, struct wall now, bool clock_known);

#endif
