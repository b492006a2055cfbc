/* SPDX-License-Identifier: MIT */
/* Tells the service manager how the program is (sd_notify(3)). All of it does nothing where no service manager listens.
 * Thread: any; does not block. */
#ifndef SITELOG_BASE_NOTIFY_H
#define SITELOG_BASE_NOTIFY_H

#include <stdint.h>

void notify_ready(void);    /* start-up is done: requests are answered */
void notify_stopping(void); /* an orderly stop has begun */

/* How often notify_watchdog has to be called at least, half of what the unit allows; 0: nobody watches. */
int64_t notify_watchdog_ms(void);

/* "Alive". Call it only where the work really goes on: on the loop thread, after it heard from the threads it watches. */
void notify_watchdog(void);

#endif
