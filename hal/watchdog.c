/* SPDX-License-Identifier: MIT */
/* Chooses a watchdog's driver by the device's name and passes calls on. */
#include "hal/watchdog.h"

#include "firmware/base/text.h"
#include "hal/watchdog_driver.h"

#include <stdlib.h>

struct watchdog {
    const struct watchdog_driver *driver;
    char device[256];
    int fd, timeout_s;
};

static const struct watchdog_driver *const drivers[] = { &watchdog_dev_driver, &watchdog_sim_driver };

int watchdog_open(const char *device, int timeout_s, struct watchdog **out, struct err_text *e) {
    for (size_t i = 0; i < TEXT_ARRAY_LEN(drivers); i++) {
        if (!text_starts(device, drivers[i]->prefix)) continue;
        struct watchdog *w = calloc(1, sizeof *w);
        if (!w) return err_set(e, ERR_NOMEM, "out of memory for the watchdog");
        w->driver = drivers[i];
        w->timeout_s = timeout_s;
        int rc = text_copy(w->device, sizeof w->device, device);
        rc = rc ? err_set(e, rc, "the watchdog's name is too long") : w->driver->open(device, &w->timeout_s, &w->fd, e);
        if (rc) {
            free(w);
            return rc;
        }
        *out = w;
        return 0;
    }
    return err_set(e, ERR_UNSUPPORTED, "there is no driver for the watchdog '%s'; /dev/watchdogN is the kernel's",
                   device);
}

int watchdog_timeout_s(const struct watchdog *w) { return w->timeout_s; }

int watchdog_feed(struct watchdog *w) { return w->driver->feed(w->fd); }

bool watchdog_close(struct watchdog *w) {
    if (!w) return true;
    bool stopped = w->driver->close(w->fd, w->device);
    free(w);
    return stopped;
}
