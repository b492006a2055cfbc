/* SPDX-License-Identifier: MIT */
/* Asks the kernel whether the clock is synchronised, and the RTC what time it has. Does not talk to any time daemon: all of them tell the kernel;
 * and sets no clock. */
#include "hal/clock.h"

#include "firmware/base/text.h"
#include "hal/clock_driver.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <unistd.h>

#include <errno.h>

enum { PATH_SIZE = 512, RTC_MAX = 64 };

bool clock_kernel_synchronised(void) {
    struct timex t = { .modes = 0 };
    return adjtimex(&t) >= 0 && !((unsigned)t.status & STA_UNSYNC);
}

static const char *sysfs(void) {
#ifdef SITELOG_TEST
    const char *root = getenv("SITELOG_CLOCK_SYSFS");
    if (root && *root) return root;
#endif
    return "/sys";
}

/* The first line of {sysfs}/class/rtc/{name}/{file}. */
static int read_line(const char *name, const char *file, char *out, size_t size) {
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s/class/rtc/%s/%s", sysfs(), name, file);
    if (n < 0 || (size_t)n >= sizeof path) return ERR_TOO_BIG;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_from_errno(errno);
    ssize_t got = read(fd, out, size - 1);
    int rc = got < 0 ? err_from_errno(errno) : 0;
    (void)close(fd);
    if (rc) return rc;
    out[got] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return 0;
}

static void read_rtc(int number, struct clock_rtc *out) {
    char text[32];
    int64_t s = 0;
    *out = (struct clock_rtc){ 0 };
    (void)snprintf(out->name, sizeof out->name, "rtc%d", number);
    if (read_line(out->name, "name", out->chip, sizeof out->chip)) out->chip[0] = '\0';
    out->set_wall = read_line(out->name, "hctosys", text, sizeof text) == 0 && strcmp(text, "1") == 0;
    /* Seconds since 1970, and an error where the chip lost its power. */
    out->readable =
        read_line(out->name, "since_epoch", text, sizeof text) == 0 && text_int(text, 0, INT64_C(1) << 40, &s) == 0;
    if (out->readable) out->at.ms = s * 1000;
}

/* Which numbers there are, as bits; none is 0. */
static uint64_t list(void) {
    char path[PATH_SIZE];
    uint64_t found = 0;
    int n = snprintf(path, sizeof path, "%s/class/rtc", sysfs());
    DIR *dir = n > 0 && (size_t)n < sizeof path ? opendir(path) : NULL;
    if (!dir) return 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        int64_t number;
        if (text_starts(entry->d_name, "rtc") && text_int(entry->d_name + 3, 0, RTC_MAX - 1, &number) == 0)
            found |= UINT64_C(1) << number;
    }
    (void)closedir(dir);
    return found;
}

int clock_rtc_read(struct clock_rtc *out) {
    uint64_t there = list();
    struct clock_rtc first = { 0 }, rtc;
    if (!there) return ERR_NOT_FOUND;
    for (int number = 0; number < RTC_MAX; number++) {
        if (!(there >> number & 1)) continue;
        read_rtc(number, &rtc);
        if (!first.name[0]) first = rtc;
        if (rtc.set_wall) first = rtc;
        if (rtc.set_wall) break;
    }
    *out = first;
    return 0;
}

enum clock_battery clock_rtc_battery(const char *name) {
    char path[PATH_SIZE];
    unsigned vl = 0;
    int n = snprintf(path, sizeof path, "/dev/%s", name);
    int fd = n > 0 && (size_t)n < sizeof path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return CLOCK_BATTERY_UNKNOWN;
    int rc = ioctl(fd, RTC_VL_READ, &vl);
    (void)close(fd);
    return rc < 0 ? CLOCK_BATTERY_UNKNOWN : clock_battery_of(vl);
}

/* ---- steps ---- */

/* A timer that would go off in the year 292 billion; setting the clock cancels it, which is what is waited for. */
static int arm(int fd) {
    struct itimerspec never = { .it_value = { .tv_sec = INT64_MAX / 1000000000 } };
    return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

int clock_step_open(int *out) {
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0) return errno == ENOSYS ? ERR_UNSUPPORTED : err_from_errno(errno);
    if (arm(fd) < 0) {
        int rc = err_from_errno(errno);
        (void)close(fd);
        return rc;
    }
    *out = fd;
    return 0;
}

bool clock_step_heard(int fd) {
    uint64_t times;
    bool set = read(fd, &times, sizeof times) < 0 && errno == ECANCELED;
    (void)arm(fd);
    return set;
}
