/* SPDX-License-Identifier: MIT */
/* The watchdog's twin: writes down what it is told, and resets nothing. */
#include "firmware/base/clock.h"
#include "hal/watchdog_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int sim_open(const char *device, int *timeout_s, int *out, struct err_text *e) {
    const char *path = device + strlen("sim:");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(e, err_from_errno(errno), "%s: the simulated watchdog cannot write there: %s", path,
                       strerror(errno));
    if (dprintf(fd, "open %d\n", *timeout_s) < 0) {
        (void)close(fd);
        return err_set(e, ERR_IO, "%s cannot be written", path);
    }
    *out = fd;
    return 0;
}

static int sim_feed(int fd) {
    return dprintf(fd, "feed %lld\n", (long long)clock_mono().ms) > 0 ? 0 : err_from_errno(errno);
}

static bool sim_close(int fd, const char *device) {
    (void)device;
    bool stopped = dprintf(fd, "stop\n") > 0;
    (void)close(fd);
    return stopped;
}

const struct watchdog_driver watchdog_sim_driver = { "sim:", sim_open, sim_feed, sim_close };
