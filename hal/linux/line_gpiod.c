/* SPDX-License-Identifier: MIT */
/* Lines by the kernel's character devices, through libgpiod 1.x. Bounces are passed on as they come: that library's kernel interface
 * cannot filter them. */
#include "hal/line_driver.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define HOLDER "sitelog-" /* and the name of what hangs on the line */

enum { OTHER_CLOCK_US = 10000000 };

struct pin {
    struct gpiod_chip *chip;
    struct gpiod_line *line;
    int fd;  /* of a button's edges; gpiod's own */
    bool on; /* what was told last */
};

static int64_t now_us(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void close_chip(struct gpiod_chip **chip) {
    if (*chip) gpiod_chip_close(*chip);
}

/* What a person can do about errno. */
static int explain(const struct line_spec *s, int error, struct err_text *e) {
    switch (error) {
    case EACCES:
    case EPERM:
        return err_set(e, ERR_DENIED,
                       "%s may not be opened by this user; install board/udev/70-sitelog.rules and put the user into "
                       "the group gpio",
                       s->chip);
    case EBUSY:
        return err_set(e, ERR_BUSY, "line %u of %s is taken by something else; gpioinfo says by what", s->offset,
                       s->chip);
    case EINVAL:
        return err_set(e, ERR_NOT_FOUND, "%s has no line %u, or it cannot be used so; gpioinfo lists them", s->chip,
                       s->offset);
    case ENOENT:
    case ENODEV:
    case ENOTTY:
        return err_set(e, ERR_NOT_FOUND, "there is no GPIO chip %s; gpiodetect lists them", s->chip);
    default:
        return err_set(e, err_from_errno(error), "line %u of %s: %s", s->offset, s->chip, strerror(error));
    }
}

static int open_chip(const struct line_spec *s, struct gpiod_chip **out, struct err_text *e) {
    struct gpiod_chip *chip =
        text_starts(s->chip, "gpiochip") ? gpiod_chip_open_by_name(s->chip) : gpiod_chip_open_by_label(s->chip);
    if (!chip) return explain(s, errno ? errno : ENOENT, e);
    *out = chip;
    return 0;
}

static void pin_close(void *state) {
    struct pin *p = state;
    gpiod_chip_close(p->chip); /* and gives the line back */
    free(p);
}

/* Reads without waiting. */
static int prepare_edges(struct pin *p) {
    p->fd = gpiod_line_event_get_fd(p->line);
    int flags = p->fd < 0 ? -1 : fcntl(p->fd, F_GETFL);
    if (flags < 0 || fcntl(p->fd, F_SETFL, flags | O_NONBLOCK) < 0) return -1;
    int value = gpiod_line_get_value(p->line);
    p->on = value == 1;
    return value < 0 ? -1 : 0;
}

static int take(struct pin *p, const struct line_spec *s) {
    char holder[32];
    (void)snprintf(holder, sizeof holder, HOLDER "%s", s->name);
    struct gpiod_line_request_config c = { .consumer = holder,
                                           .request_type = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT,
                                           .flags = s->active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0 };
    if (s->input) {
        c.request_type = GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES;
        c.flags |= s->active_low ? GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP : GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    }
    if (gpiod_line_request(p->line, &c, 0)) return -1;
    return s->input ? prepare_edges(p) : 0;
}

static int pin_open(const struct line_spec *s, void **state, bool *on, struct err_text *e) {
    struct pin *p = calloc(1, sizeof *p);
    if (!p) return err_set(e, ERR_NOMEM, "out of memory for the %s", s->name);
    p->fd = -1;
    int rc = open_chip(s, &p->chip, e);
    if (rc) {
        free(p);
        return rc;
    }
    p->line = gpiod_chip_get_line(p->chip, s->offset);
    if (!p->line || take(p, s)) {
        rc = explain(s, errno, e);
        pin_close(p);
        return rc;
    }
    *on = p->on;
    *state = p;
    return 0;
}

static int pin_fd(const void *state) { return ((const struct pin *)state)->fd; }

static int64_t stamp_us(const struct timespec *t) {
    int64_t now = now_us(), at = (int64_t)t->tv_sec * 1000000 + t->tv_nsec / 1000;
    return at > now || at < now - OTHER_CLOCK_US ? now : at; /* kernels before 5.7 tell wall time */
}

static int pin_read(void *state, struct line_edge *out) {
    struct pin *p = state;
    struct gpiod_line_event event;
    if (gpiod_line_event_read_fd(p->fd, &event) == 0) {
        p->on = event.event_type == GPIOD_LINE_EVENT_RISING_EDGE;
        *out = (struct line_edge){ p->on, stamp_us(&event.ts) };
        return 0;
    }
    if (errno != EAGAIN && errno != EINTR) return ERR_GONE;
    int value = gpiod_line_get_value(p->line); /* the kernel keeps 16 edges and drops what comes behind them */
    if (value < 0) return ERR_GONE;
    if ((value == 1) == p->on) return ERR_TIMEOUT;
    p->on = value == 1;
    *out = (struct line_edge){ p->on, now_us() };
    return 0;
}

static int pin_set(void *state, bool on) {
    struct pin *p = state;
    return gpiod_line_set_value(p->line, on) ? ERR_GONE : 0;
}

static int pin_look(const struct line_spec *s, struct line_look *out, struct err_text *e) {
    CLEANUP(close_chip) struct gpiod_chip *chip = NULL;
    int rc = open_chip(s, &chip, e);
    if (rc) return rc;
    struct gpiod_line *line = gpiod_chip_get_line(chip, s->offset);
    if (!line) return explain(s, errno, e);
    const char *consumer = gpiod_line_consumer(line);
    *out = (struct line_look){ .simulated = false };
    if (gpiod_line_is_used(line)) text_clip(out->holder, sizeof out->holder, consumer ? consumer : "the kernel");
    return 0;
}

const struct line_driver line_gpiod_driver = { "", pin_open, pin_close, pin_fd, pin_read, pin_set, pin_look };
