/* SPDX-License-Identifier: MIT */
/* The kernel's watchdog over a file, with the kernel's answers to its ioctls played here; and the twin. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "firmware/base/file.h"
#include "hal/watchdog_driver.h"
#include "tests/support/temp.h"

#include <errno.h>
#include <linux/watchdog.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- the kernel's side ---- */

static struct {
    int timeout_s, most_s; /* most_s 0: it cannot be set */
    int feeds, refuse;     /* refuse: errno of a keepalive */
    unsigned options;
    bool dead; /* no watchdog at all */
} chip;

static int refuse(int error) {
    errno = error;
    return -1;
}

static int set(int *seconds) {
    if (!chip.most_s) return refuse(EOPNOTSUPP);
    if (*seconds > chip.most_s) return refuse(EINVAL);
    chip.timeout_s = *seconds;
    return 0;
}

/* In the place of libc's. */
int ioctl(int fd, unsigned long request, ...) {
    va_list args;
    va_start(args, request);
    void *arg = va_arg(args, void *);
    va_end(args);
    if (chip.dead && (request == WDIOC_SETTIMEOUT || request == WDIOC_GETTIMEOUT)) return refuse(ENOTTY);
    switch (request) {
    case WDIOC_SETTIMEOUT:
        return set(arg);
    case WDIOC_GETTIMEOUT:
        *(int *)arg = chip.timeout_s;
        return 0;
    case WDIOC_KEEPALIVE:
        chip.feeds++;
        return chip.refuse ? refuse(chip.refuse) : 0;
    case WDIOC_GETSUPPORT:
        ((struct watchdog_info *)arg)->options = chip.options;
        return 0;
    default:
        return (int)syscall(SYS_ioctl, fd, request, arg);
    }
}

/* ---- */

static char *dir, *device;

static int setup(void **state) {
    (void)state;
    memset(&chip, 0, sizeof chip);
    chip.timeout_s = 30;
    chip.most_s = 100;
    chip.options = WDIOF_SETTIMEOUT | WDIOF_KEEPALIVEPING | WDIOF_MAGICCLOSE;
    dir = temp_make();
    device = temp_path(dir, "watchdog3");
    assert_int_equal(file_write(device, "", 0, 0600, NULL), 0);
    return setenv("SITELOG_SYSFS", dir, 1);
}

static int teardown(void **state) {
    (void)state;
    free(device);
    temp_remove(dir);
    return unsetenv("SITELOG_SYSFS");
}

static void assert_written(const char *path, const char *want) {
    char got[200];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    assert_int_equal(fclose(f), 0);
    got[n] = '\0';
    assert_string_equal(got, want);
}

static void is_set_fed_and_disarmed(void **state) {
    (void)state;
    int fd = -1, timeout_s = 60;
    struct err_text e = { 0 };
    assert_int_equal(watchdog_dev_driver.open(device, &timeout_s, &fd, &e), 0);
    assert_int_equal(timeout_s, 60);
    assert_int_equal(chip.timeout_s, 60);
    assert_int_equal(watchdog_dev_driver.feed(fd), 0);
    assert_int_equal(watchdog_dev_driver.feed(fd), 0);
    assert_int_equal(chip.feeds, 2);
    assert_written(device, "");
    assert_true(watchdog_dev_driver.close(fd, device));
    assert_written(device, "V");
}

static void keeps_the_chips_own_timeout(void **state) {
    (void)state;
    int fd = -1, timeout_s = 60;
    chip.most_s = 15; /* as on a Raspberry Pi */
    chip.timeout_s = 15;
    assert_int_equal(watchdog_dev_driver.open(device, &timeout_s, &fd, NULL), 0);
    assert_int_equal(timeout_s, 15);
    (void)close(fd);
    chip.most_s = 0;
    chip.timeout_s = 22;
    assert_int_equal(watchdog_dev_driver.open(device, &timeout_s, &fd, NULL), 0);
    assert_int_equal(timeout_s, 22);
    chip.refuse = EIO;
    assert_int_equal(watchdog_dev_driver.feed(fd), ERR_IO);
    (void)close(fd);
}

static void what_cannot_be_disarmed_says_so(void **state) {
    (void)state;
    int fd = -1, timeout_s = 60;
    char folder[300], path[340];
    chip.options &= ~(unsigned)WDIOF_MAGICCLOSE;
    assert_int_equal(watchdog_dev_driver.open(device, &timeout_s, &fd, NULL), 0);
    assert_false(watchdog_dev_driver.close(fd, device));
    chip.options |= WDIOF_MAGICCLOSE;
    (void)snprintf(folder, sizeof folder, "%s/class/watchdog/watchdog3", dir);
    (void)snprintf(path, sizeof path, "%s/nowayout", folder);
    assert_int_equal(file_make_dirs(folder, 0700, NULL), 0);
    assert_int_equal(file_write(path, "1\n", 2, 0600, NULL), 0);
    assert_int_equal(watchdog_dev_driver.open(device, &timeout_s, &fd, NULL), 0);
    assert_false(watchdog_dev_driver.close(fd, device));
    assert_written(device, "");
    assert_int_equal(file_write(path, "0\n", 2, 0600, NULL), 0);
    assert_int_equal(watchdog_dev_driver.open(device, &timeout_s, &fd, NULL), 0);
    assert_true(watchdog_dev_driver.close(fd, device));
}

static void what_is_none_is_refused(void **state) {
    (void)state;
    int fd = -1, timeout_s = 60;
    struct err_text e = { 0 };
    struct watchdog *w = NULL;
    chip.dead = true;
    assert_int_equal(watchdog_dev_driver.open(device, &timeout_s, &fd, &e), ERR_UNSUPPORTED);
    assert_int_equal(watchdog_open("/dev/watchdog77", 60, &w, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, "/dev/watchdog77"));
    assert_int_equal(watchdog_open("/dev/null", 60, &w, &e), ERR_UNSUPPORTED);
    assert_true(watchdog_close(NULL));
}

static void the_twin_writes_down_what_it_is_told(void **state) {
    (void)state;
    char name[300];
    struct err_text e = { 0 };
    struct watchdog *w = NULL;
    clock_fake_mono((struct mono){ 7000 });
    (void)snprintf(name, sizeof name, "sim:%s/dog", dir);
    assert_int_equal(watchdog_open(name, 40, &w, &e), 0);
    assert_int_equal(watchdog_timeout_s(w), 40);
    assert_int_equal(watchdog_feed(w), 0);
    clock_fake_advance_ms(500);
    assert_int_equal(watchdog_feed(w), 0);
    assert_true(watchdog_close(w));
    assert_written(name + 4, "open 40\nfeed 7000\nfeed 7500\nstop\n");
    clock_fake_off();
    assert_int_equal(watchdog_open("sim:/nowhere/dog", 40, &w, &e), ERR_NOT_FOUND);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(is_set_fed_and_disarmed), T(keeps_the_chips_own_timeout),          T(what_cannot_be_disarmed_says_so),
        T(what_is_none_is_refused), T(the_twin_writes_down_what_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
