/* SPDX-License-Identifier: MIT */
/* The hardware watchdog: from watchdog_open on it resets the board unless it is fed within its timeout, whatever has become of this program.
 * The device's name chooses the driver: "/dev/watchdog0" is the kernel's, "sim:FILE" the twin, which writes what it is told into FILE, a line each:
 * "open SECONDS", "feed MONOTONIC_MS", "stop".
 * Thread: the loop's; does not block. */
#ifndef SITELOG_HAL_WATCHDOG_H
#define SITELOG_HAL_WATCHDOG_H

#include "firmware/base/err.h"

#include <stdbool.h>

struct watchdog;

/* timeout_s: wanted; a chip that cannot do that keeps its own. ERR_NOT_FOUND, ERR_DENIED, ERR_BUSY (somebody else feeds it), ERR_UNSUPPORTED (no
 * driver for the name, or no watchdog). Owns: caller; watchdog_close. */
MUST_CHECK int watchdog_open(const char *device, int timeout_s, struct watchdog **out, struct err_text *e);

/* What it really waits, in seconds. */
int watchdog_timeout_s(const struct watchdog *w);

MUST_CHECK int watchdog_feed(struct watchdog *w);

/* A clean stop: disarms it. False: it cannot be disarmed (nowayout) and resets the board unless somebody feeds it in time. A program that just
 * dies disarms nothing. Takes NULL. */
bool watchdog_close(struct watchdog *w);

#endif
