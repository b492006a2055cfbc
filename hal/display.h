/* SPDX-License-Identifier: MIT */
/* The panel's backlight, and whether somebody touched the panel. Draws nothing, and does not look at where it was touched.
 * Thread: all calls on one display from one thread; writing the brightness may take the milliseconds that the chip's bus takes. */
#ifndef SITELOG_HAL_DISPLAY_H
#define SITELOG_HAL_DISPLAY_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct display;

struct display_options {
    const char *backlight; /* "auto": the first of /sys/class/backlight; one's name there; "none"; "sim:DIR" */
    const char *input;     /* "auto": every touch screen, also those that come later; "eventN": that one */
    int dim_percent;       /* of the brightest; 0: the light goes out */
};

/* Errors: ERR_NOT_FOUND (none set, or no such backlight), ERR_DENIED (not open to this user), ERR_IO. *e says how to mend it.
 * A light that was left dim by a program that was killed is bright again. Owns: caller; display_close takes NULL. */
MUST_CHECK int display_open(const struct display_options *o, struct display **out, struct err_text *e);

/* Leaves the light as it was found. */
void display_close(struct display *display);

/* Readable when somebody may have touched, or touch screens came or went: call display_touched then. */
int display_fd(const struct display *display);

/* Takes what has come: was it touched since the last call? */
bool display_touched(struct display *display);

/* There is a touch screen that can be heard. Who dims without one cannot wake it. */
bool display_can_be_touched(const struct display *display);

/* To dim_percent, and back to how it was found. Nothing is written where nothing changes, and a light that was found darker is not made
 * brighter. ERR_GONE, ERR_IO. */
MUST_CHECK int display_dim(struct display *display);
MUST_CHECK int display_wake(struct display *display);

struct display_look {
    bool simulated;
    char name[64];  /* the backlight's */
    size_t touches; /* touch screens that this user can hear */
    size_t denied;  /* and that it cannot */
};

/* Without changing anything, and while another process has it. Errors: as display_open. */
MUST_CHECK int display_look(const struct display_options *o, struct display_look *out, struct err_text *e);

/* The simulated display's DIR holds:
 *   brightness   the last changes in percent, newest at the end, each a line "MS PERCENT" with MS monotonic milliseconds
 *   touch        a FIFO; whatever is written to it is a touch
 *   faults       words, one a line: "absent" (no backlight), "denied", "untouchable" (no touch screen) */
#endif
