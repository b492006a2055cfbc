/* SPDX-License-Identifier: MIT */
/* The kernel's watchdog device (Documentation/watchdog/watchdog-api.rst): ioctls, and the letter V before a close that shall disarm it. */
#include "hal/watchdog_driver.h"

#include "hal/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Sets the timeout, or takes the chip's where it has one of its own (some cannot do more than 15 s). */
static int set_timeout(int fd, int *timeout_s) {
    int wanted = *timeout_s, real = 0;
    if (ioctl(fd, WDIOC_SETTIMEOUT, &wanted) != 0 && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOTTY)
        return err_from_errno(errno);
    if (ioctl(fd, WDIOC_GETTIMEOUT, &real) != 0) return errno == ENOTTY ? ERR_UNSUPPORTED : err_from_errno(errno);
    if (real <= 0) return ERR_UNSUPPORTED;
    *timeout_s = real;
    return 0;
}

static int dev_open(const char *device, int *timeout_s, int *out, struct err_text *e) {
    int fd = open(device, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, err_from_errno(errno), "%s cannot be opened: %s%s", device, strerror(errno),
                       errno == EBUSY ? "; somebody else feeds it: unset RuntimeWatchdogSec in systemd's system.conf, "
                                        "or [watchdog] device here"
                       : errno == EACCES ? "; give it to the group sitelog by a udev rule (board/udev)"
                                         : "");
    int rc = set_timeout(fd, timeout_s);
    if (rc) {
        (void)close(fd);
        return err_set(e, rc, "%s is no watchdog that can be set: %s", device, err_name(rc));
    }
    *out = fd;
    return 0;
}

static int dev_feed(int fd) { return ioctl(fd, WDIOC_KEEPALIVE, 0) == 0 ? 0 : err_from_errno(errno); }

/* /dev/watchdog is the first one. */
static bool nowayout(const char *device) {
    char path[128], line[SYSFS_LINE];
    const char *name = strrchr(device, '/');
    name = name ? name + 1 : device;
    int n = snprintf(path, sizeof path, "class/watchdog/%s%s/nowayout", name, strcmp(name, "watchdog") == 0 ? "0" : "");
    return n > 0 && (size_t)n < sizeof path && sysfs_read(path, line) == 0 && strcmp(line, "1") == 0;
}

static bool dev_close(int fd, const char *device) {
    struct watchdog_info info = { .options = 0 };
    bool magic = ioctl(fd, WDIOC_GETSUPPORT, &info) == 0 && (info.options & WDIOF_MAGICCLOSE);
    bool stops = !nowayout(device) && magic && write(fd, "V", 1) == 1;
    (void)close(fd);
    return stops;
}

const struct watchdog_driver watchdog_dev_driver = { "/dev/watchdog", dev_open, dev_feed, dev_close };
