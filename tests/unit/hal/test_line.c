/* SPDX-License-Identifier: MIT */
/* Button, lamp and buzzer on the kernel's driver with the real libgpiod, which talks to a kernel that is played here: calls
 * on /dev/gpiochip0 end in this file, and answer as linux/gpio.h says (version 1 of its interface, which libgpiod 1.6 uses). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "hal/button.h"
#include "hal/buzzer.h"
#include "hal/lamp.h"
#include "hal/line.h"
#include "tests/support/line_rig.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a kernel with one chip ---- */

enum { LINES = 8, QUEUE_MAX = 16, FLOATING = -1 };

struct fake_line {
    char consumer[32];
    uint32_t flags; /* GPIOHANDLE_REQUEST_… */
    int fd, kernel_end;
    int wire;  /* what the wiring does to it: FLOATING, 0 (ground), 1 (power) */
    int value; /* of an output, as the program said it */
    int queued, sets;
};

static struct fake_kernel {
    bool here;
    int chip_fd, open_errno, set_errno;
    char dev[512], dev_dir[512]; /* what the kernel's files are here */
    struct fake_line lines[LINES];
} kernel;

static int level(const struct fake_line *l) {
    if (l->wire != FLOATING) return l->wire;
    return (l->flags & GPIOHANDLE_REQUEST_BIAS_PULL_UP) != 0;
}

static int logical(const struct fake_line *l) { return level(l) ^ ((l->flags & GPIOHANDLE_REQUEST_ACTIVE_LOW) != 0); }

/* The wiring changes; told: there is room for the edge in the queue. */
static void wire(unsigned offset, int to, int64_t at_us, bool told) {
    struct fake_line *l = &kernel.lines[offset];
    int before = logical(l);
    l->wire = to;
    if (logical(l) == before || !told) return;
    struct gpioevent_data event = { .timestamp = (uint64_t)at_us * 1000,
                                    .id = before ? GPIOEVENT_EVENT_FALLING_EDGE : GPIOEVENT_EVENT_RISING_EDGE };
    assert_int_equal(write(l->kernel_end, &event, sizeof event), sizeof event);
}

static int refuse(int error) {
    errno = error;
    return -1;
}

static int take(uint32_t offset, uint32_t flags, const char *consumer) {
    if (offset >= LINES) return refuse(EINVAL);
    struct fake_line *l = &kernel.lines[offset];
    int ends[2];
    if (l->fd >= 0 || l->consumer[0]) return refuse(EBUSY);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    l->fd = ends[0];
    l->kernel_end = ends[1];
    l->flags = flags;
    text_clip(l->consumer, sizeof l->consumer, consumer);
    return l->fd;
}

static int line_info(struct gpioline_info *info) {
    if (info->line_offset >= LINES) return refuse(EINVAL);
    const struct fake_line *l = &kernel.lines[info->line_offset];
    info->flags = l->consumer[0] ? GPIOLINE_FLAG_KERNEL : 0;
    memcpy(info->consumer, l->consumer, sizeof info->consumer);
    info->name[0] = '\0';
    return 0;
}

static int chip_call(unsigned long request, void *arg) {
    if (request == GPIO_GET_CHIPINFO_IOCTL) {
        *(struct gpiochip_info *)arg = (struct gpiochip_info){ "gpiochip0", "fake-chip", LINES };
        return 0;
    }
    if (request == GPIO_GET_LINEINFO_IOCTL) return line_info(arg);
    if (request == GPIO_GET_LINEHANDLE_IOCTL) {
        struct gpiohandle_request *r = arg;
        assert_int_equal(r->lines, 1);
        r->fd = take(r->lineoffsets[0], r->flags, r->consumer_label);
        if (r->fd < 0) return -1;
        kernel.lines[r->lineoffsets[0]].value = r->default_values[0];
        return 0;
    }
    assert_int_equal(request, GPIO_GET_LINEEVENT_IOCTL);
    struct gpioevent_request *r = arg;
    assert_int_equal(r->eventflags, GPIOEVENT_REQUEST_BOTH_EDGES);
    r->fd = take(r->lineoffset, r->handleflags, r->consumer_label);
    return r->fd < 0 ? -1 : 0;
}

static int line_call(struct fake_line *l, unsigned long request, struct gpiohandle_data *data) {
    if (request == GPIOHANDLE_GET_LINE_VALUES_IOCTL) {
        data->values[0] = (uint8_t)logical(l);
        return 0;
    }
    assert_int_equal(request, GPIOHANDLE_SET_LINE_VALUES_IOCTL);
    assert_true(l->flags & GPIOHANDLE_REQUEST_OUTPUT);
    if (kernel.set_errno) return refuse(kernel.set_errno);
    l->value = data->values[0];
    l->sets++;
    return 0;
}

/* What libgpiod calls is defined here first, under these names. */
int fake_ioctl(int fd, unsigned long request, void *arg) __asm__("ioctl");
int fake_open(const char *path, int flags, mode_t mode) __asm__("open");
int fake_lstat(const char *path, struct stat *st) __asm__("lstat");
int fake_stat(const char *path, struct stat *st) __asm__("stat");
char *fake_realpath(const char *path, char *out) __asm__("realpath");
int fake_access(const char *path, int mode) __asm__("access");
int fake_scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
                 int (*compare)(const struct dirent **, const struct dirent **)) __asm__("scandir");
int fake_close(int fd) __asm__("close");

#define REAL(name, type) ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

static const char *redirected(const char *path) {
    if (!kernel.here) return path;
    if (strcmp(path, "/dev/gpiochip0") == 0) return "/dev/null"; /* a character device, at least: 1:3 */
    return strcmp(path, "/sys/bus/gpio/devices/gpiochip0/dev") == 0 ? kernel.dev : path;
}

int fake_ioctl(int fd, unsigned long request, void *arg) {
    if (kernel.here && fd == kernel.chip_fd) return chip_call(request, arg);
    for (size_t i = 0; kernel.here && i < LINES; i++)
        if (kernel.lines[i].fd == fd) return line_call(&kernel.lines[i], request, arg);
    return REAL("ioctl", int (*)(int, unsigned long, void *))(fd, request, arg);
}

int fake_open(const char *path, int flags, mode_t mode) {
    bool chip = kernel.here && strcmp(path, "/dev/gpiochip0") == 0;
    if (chip && kernel.open_errno) return refuse(kernel.open_errno);
    int fd = REAL("open", int (*)(const char *, int, ...))(redirected(path), flags, mode);
    if (chip) kernel.chip_fd = fd;
    return fd;
}

int fake_lstat(const char *path, struct stat *st) {
    return REAL("lstat", int (*)(const char *, struct stat *))(redirected(path), st);
}

int fake_stat(const char *path, struct stat *st) {
    return REAL("stat", int (*)(const char *, struct stat *))(redirected(path), st);
}

char *fake_realpath(const char *path, char *out) {
    if (redirected(path) != path) return strdup(path);
    return REAL("realpath", char *(*)(const char *, char *))(path, out);
}

int fake_access(const char *path, int mode) {
    return REAL("access", int (*)(const char *, int))(redirected(path), mode);
}

int fake_scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
                 int (*compare)(const struct dirent **, const struct dirent **)) {
    bool dev = kernel.here && text_starts(path, "/dev");
    return REAL("scandir", int (*)(const char *, struct dirent ***, int (*)(const struct dirent *),
                                   int (*)(const struct dirent **, const struct dirent **)))(
        dev ? kernel.dev_dir : path, list, filter, compare);
}

int fake_close(int fd) {
    int (*real)(int) = REAL("close", int (*)(int));
    for (size_t i = 0; kernel.here && i < LINES; i++) {
        struct fake_line *l = &kernel.lines[i];
        if (l->fd != fd) continue;
        (void)real(l->kernel_end);
        l->fd = l->kernel_end = -1;
        l->consumer[0] = '\0';
    }
    if (kernel.here && fd == kernel.chip_fd) kernel.chip_fd = -1;
    return real(fd);
}

/* ---- folders ---- */

static int setup_kernel(void **state) {
    (void)line_rig_setup(state);
    struct line_rig *f = *state;
    memset(&kernel, 0, sizeof kernel);
    line_rig_put(f, "dev", "1:3\n");
    line_rig_put(f, "gpiochip0", "");
    (void)snprintf(kernel.dev, sizeof kernel.dev, "%s/dev", f->dir);
    (void)snprintf(kernel.dev_dir, sizeof kernel.dev_dir, "%s", f->dir);
    for (size_t i = 0; i < LINES; i++)
        kernel.lines[i] = (struct fake_line){ .fd = -1, .kernel_end = -1, .wire = FLOATING };
    kernel.chip_fd = -1;
    kernel.here = true;
    return 0;
}

static int teardown(void **state) {
    bool left = false;
    for (size_t i = 0; kernel.here && i < LINES; i++) left = left || kernel.lines[i].fd >= 0;
    left = left || (kernel.here && kernel.chip_fd >= 0);
    kernel.here = false;
    (void)line_rig_teardown(state);
    return left ? -1 : 0; /* every line was given back */
}

/* ---- the kernel's driver ---- */

static void a_button_to_ground(void **state) {
    struct button *b = line_rig_button("gpiochip0", "3", false);
    (void)state;
    assert_int_equal(kernel.lines[3].flags,
                     GPIOHANDLE_REQUEST_INPUT | GPIOHANDLE_REQUEST_ACTIVE_LOW | GPIOHANDLE_REQUEST_BIAS_PULL_UP);
    assert_string_equal(kernel.lines[3].consumer, "sitelog-button");
    assert_false(line_rig_readable(button_fd(b)));
    line_rig_no_edge(b);
    int64_t at = line_rig_now_us() - 5000;
    wire(3, 0, at, true);
    wire(3, FLOATING, at + 1000, true);
    wire(3, 0, at + 1500, true);
    assert_true(line_rig_readable(button_fd(b)));
    line_rig_edge(b, true, at);
    line_rig_edge(b, false, at + 1000);
    line_rig_edge(b, true, at + 1500);
    line_rig_no_edge(b);
    button_close(b);
}

static void a_button_to_power(void **state) {
    struct button *b = line_rig_button("fake-chip", "3 high", false); /* by the chip's label, too */
    (void)state;
    assert_int_equal(kernel.lines[3].flags, GPIOHANDLE_REQUEST_INPUT | GPIOHANDLE_REQUEST_BIAS_PULL_DOWN);
    wire(3, 1, line_rig_now_us(), true);
    line_rig_edge(b, true, 0);
    button_close(b);
}

static void a_button_that_is_held_when_it_is_opened(void **state) {
    (void)state;
    wire(3, 0, 0, false);
    struct button *b = line_rig_button("gpiochip0", "3", true);
    line_rig_no_edge(b);
    wire(3, FLOATING, line_rig_now_us(), true);
    line_rig_edge(b, false, 0);
    button_close(b);
}

/* The kernel drops what does not fit: how the contact rests is told nevertheless. */
static void a_queue_that_ran_over(void **state) {
    struct button *b = line_rig_button("gpiochip0", "3", false);
    (void)state;
    wire(3, 0, line_rig_now_us(), true);
    wire(3, FLOATING, line_rig_now_us(), false);
    line_rig_edge(b, true, 0);
    line_rig_edge(b, false, 0);
    line_rig_no_edge(b);
    button_close(b);
}

/* Kernels before 5.7 stamp with wall time, and a clock may be behind. */
static void stamps_of_another_clock_are_not_believed(void **state) {
    struct button *b = line_rig_button("gpiochip0", "3", false);
    struct button_edge edge;
    (void)state;
    int64_t before = line_rig_now_us();
    wire(3, 0, INT64_C(1795334400000000), true);
    assert_int_equal(button_read(b, &edge), 0);
    assert_true(edge.at_us >= before && edge.at_us <= line_rig_now_us());
    wire(3, FLOATING, before > 60000000 ? before - 60000000 : 0, true);
    assert_int_equal(button_read(b, &edge), 0);
    assert_true(edge.at_us >= before || before < 10000000);
    button_close(b);
}

static void a_chip_that_is_pulled_out(void **state) {
    struct button *b = line_rig_button("gpiochip0", "3", false);
    struct lamp *lamp = NULL;
    struct button_edge edge;
    (void)state;
    assert_int_equal(lamp_open("gpiochip0", "4", &lamp, NULL), 0);
    assert_int_equal(shutdown(kernel.lines[3].kernel_end, SHUT_WR), 0);
    assert_int_equal(button_read(b, &edge), ERR_GONE);
    kernel.set_errno = ENODEV;
    assert_int_equal(lamp_set(lamp, true), ERR_GONE);
    button_close(b);
    lamp_close(lamp);
}

static void lamp_and_buzzer_are_switched(void **state) {
    struct lamp *lamp = NULL;
    struct buzzer *buzzer = NULL;
    (void)state;
    assert_int_equal(lamp_open("gpiochip0", "4", &lamp, NULL), 0);
    assert_int_equal(buzzer_open("gpiochip0", "5 low", &buzzer, NULL), 0);
    assert_int_equal(kernel.lines[4].flags, GPIOHANDLE_REQUEST_OUTPUT);
    assert_int_equal(kernel.lines[5].flags, GPIOHANDLE_REQUEST_OUTPUT | GPIOHANDLE_REQUEST_ACTIVE_LOW);
    assert_string_equal(kernel.lines[5].consumer, "sitelog-buzzer");
    assert_int_equal(kernel.lines[4].value, 0);
    assert_int_equal(lamp_set(lamp, true), 0);
    assert_int_equal(kernel.lines[4].value, 1);
    assert_int_equal(buzzer_set(buzzer, true), 0);
    assert_int_equal(kernel.lines[5].value, 1);
    lamp_close(lamp);
    assert_int_equal(kernel.lines[4].value, 0); /* off behind us */
    buzzer_close(buzzer);
    assert_int_equal(kernel.lines[5].value, 0);
    lamp_close(NULL);
    buzzer_close(NULL);
    button_close(NULL);
}

static void what_cannot_be_opened_says_how_to_mend_it(void **state) {
    static const struct {
        const char *chip, *line;
        int error, rc;
        const char *said;
    } cases[] = {
        { "", "4", 0, ERR_NOT_FOUND, "[gpio] chip" },
        { "gpiochip0", "", 0, ERR_NOT_FOUND, "[gpio] lamp" },
        { "gpiochip0", "4 up", 0, ERR_INVALID, "4 up" },
        { "gpiochip0", "four", 0, ERR_INVALID, "four" },
        { "gpiochip0", "99999", 0, ERR_INVALID, "99999" },
        { "gpiochip0", "8", 0, ERR_NOT_FOUND, "gpioinfo" },
        { "gpiochip7", "4", 0, ERR_NOT_FOUND, "gpiodetect" },
        { "no-such-chip", "4", 0, ERR_NOT_FOUND, "gpiodetect" },
        { "gpiochip0", "6", 0, ERR_BUSY, "gpioinfo" },
        { "gpiochip0", "4", EACCES, ERR_DENIED, "70-sitelog.rules" },
    };
    (void)state;
    memcpy(kernel.lines[6].consumer, "fan", sizeof "fan");
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct err_text e = { 0 };
        struct lamp *lamp = NULL;
        kernel.open_errno = cases[i].error;
        int rc = lamp_open(cases[i].chip, cases[i].line, &lamp, &e);
        if (rc != cases[i].rc || !strstr(e.text, cases[i].said))
            fail_msg("'%s' '%s': %d %s", cases[i].chip, cases[i].line, rc, e.text);
        assert_null(lamp);
    }
}

/* The doctor sees who has a line, and takes none. */
static void a_look_takes_nothing(void **state) {
    struct line_look look;
    struct err_text e = { 0 };
    (void)state;
    assert_int_equal(line_look(LINE_BUTTON, "gpiochip0", "3", &look, &e), 0);
    assert_string_equal(look.holder, "");
    assert_false(look.simulated);
    assert_int_equal(kernel.lines[3].fd, -1);
    struct button *b = line_rig_button("gpiochip0", "3", false);
    int chip = kernel.chip_fd;
    assert_int_equal(line_look(LINE_BUTTON, "gpiochip0", "3", &look, &e), 0);
    assert_string_equal(look.holder, "sitelog-button");
    kernel.chip_fd = chip;
    button_close(b);
    assert_int_equal(line_look(LINE_LAMP, "gpiochip0", "8", &look, &e), ERR_NOT_FOUND);
    kernel.open_errno = EPERM;
    assert_int_equal(line_look(LINE_LAMP, "gpiochip0", "4", &look, &e), ERR_DENIED);
}

int main(void) {
#define KERNEL(name) cmocka_unit_test_setup_teardown(name, setup_kernel, teardown)
    const struct CMUnitTest tests[] = {
        KERNEL(a_button_to_ground),
        KERNEL(a_button_to_power),
        KERNEL(a_button_that_is_held_when_it_is_opened),
        KERNEL(a_queue_that_ran_over),
        KERNEL(stamps_of_another_clock_are_not_believed),
        KERNEL(a_chip_that_is_pulled_out),
        KERNEL(lamp_and_buzzer_are_switched),
        KERNEL(what_cannot_be_opened_says_how_to_mend_it),
        KERNEL(a_look_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
