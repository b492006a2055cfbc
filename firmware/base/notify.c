/* SPDX-License-Identifier: MIT */
/* sd_notify(3), behind names. Errors are not told: a program goes on without a service manager. */
#include "firmware/base/notify.h"

#include <systemd/sd-daemon.h>

void notify_ready(void) { (void)sd_notify(0, "READY=1"); }

void notify_stopping(void) { (void)sd_notify(0, "STOPPING=1"); }

int64_t notify_watchdog_ms(void) {
    uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0) return 0;
    int64_t half = (int64_t)(usec / 2000);
    return half > 0 ? half : 1;
}

void notify_watchdog(void) { (void)sd_notify(0, "WATCHDOG=1"); }
