/* SPDX-License-Identifier: MIT */
/* Whether the mains are there, on a board that lives on for a while without them (a battery, a UPS, a large capacitor).
 * The supply's name: one below /sys/class/power_supply that has `online` ("mains", "AC0", "ups-charger"), or "sim:DIR", the twin, whose file
 * DIR/online says the same: 1 or 0. */
#ifndef SITELOG_HAL_POWER_H
#define SITELOG_HAL_POWER_H

#include "firmware/base/err.h"

enum power_state { POWER_UNKNOWN /* no such supply, or it says nothing */, POWER_GOOD, POWER_FAILING };

/* Looks now. supply "": POWER_UNKNOWN. Thread: any; a read of a file in memory, or of a chip by the kernel (milliseconds). */
enum power_state power_look(const char *supply);

const char *power_state_name(enum power_state state); /* "unknown" "good" "failing" */

#endif
