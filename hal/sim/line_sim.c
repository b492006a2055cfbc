/* SPDX-License-Identifier: MIT */
/* The simulated chip: a button that a test writes, lamp and buzzer that it reads (hal/line.h). Does not mind which number a line has. */
#include "hal/line_driver.h"

#include "firmware/base/text.h"
#include "hal/sim/sim_dir.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "sim:"

enum { TEXT_BYTES = 256, LATER_MS_MAX = 3600000 };

struct pin {
    char dir[256];
    int fd; /* of the button's FIFO; -1: a lamp or buzzer */
    char text[TEXT_BYTES];
    size_t n;
    int64_t last_us; /* the edge before */
    struct sim_dir_shown shown;
};

static int64_t now_us(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const char *dir_of(const struct line_spec *s) { return s->chip + strlen(PREFIX); }

static int faults(const struct line_spec *s, struct err_text *e) {
    const char *dir = dir_of(s);
    if (!sim_dir_has(dir, "") || sim_dir_fault(dir, "absent"))
        return err_set(e, ERR_NOT_FOUND, "there is no folder %s, or its file faults says so; make it", dir);
    if (sim_dir_fault(dir, "denied")) return err_set(e, ERR_DENIED, "%s/faults says that this user may not", dir);
    return 0;
}

static void pin_close(void *state) {
    struct pin *p = state;
    if (p->fd >= 0) (void)close(p->fd);
    free(p);
}

static int prepare(struct pin *p, const struct line_spec *s, struct err_text *e) {
    if (text_copy(p->dir, sizeof p->dir, dir_of(s)) || !sim_dir_path(p->dir, s->name, p->shown.path))
        return err_set(e, ERR_NOT_FOUND, "the path of the chip's folder is too long");
    if (s->input) return sim_dir_fifo(p->dir, s->name, &p->fd, e);
    return sim_dir_show(&p->shown, 0) ? err_set(e, ERR_IO, "%s cannot be written", p->shown.path) : 0;
}

static int pin_open(const struct line_spec *s, void **state, bool *on, struct err_text *e) {
    int rc = faults(s, e);
    if (!rc && sim_dir_fault(dir_of(s), "busy"))
        rc = err_set(e, ERR_BUSY, "%s/faults says that something else has the line", dir_of(s));
    if (rc) return rc;
    struct pin *p = calloc(1, sizeof *p);
    if (!p) return err_set(e, ERR_NOMEM, "out of memory for the %s", s->name);
    p->fd = -1;
    rc = prepare(p, s, e);
    if (rc) {
        pin_close(p);
        return rc;
    }
    *on = s->input && sim_dir_has(p->dir, "held");
    *state = p;
    return 0;
}

static int pin_fd(const void *state) { return ((const struct pin *)state)->fd; }

/* "1", "0 12". What is neither is passed over. */
static bool parse(struct pin *p, char *line, struct line_edge *out) {
    int64_t later_ms = 0;
    if ((line[0] != '0' && line[0] != '1') || (line[1] && line[1] != ' ')) return false;
    if (line[1] && text_int(line + 2, 0, LATER_MS_MAX, &later_ms)) return false;
    p->last_us = line[1] ? p->last_us + later_ms * 1000 : now_us();
    *out = (struct line_edge){ line[0] == '1', p->last_us };
    return true;
}

static int pin_read(void *state, struct line_edge *out) {
    struct pin *p = state;
    if (sim_dir_fault(p->dir, "absent")) return ERR_GONE;
    for (;;) {
        char *end = memchr(p->text, '\n', p->n);
        if (!end) {
            if (p->n == sizeof p->text) p->n = 0; /* no line is that long */
            ssize_t got = read(p->fd, p->text + p->n, sizeof p->text - p->n);
            if (got <= 0) return ERR_TIMEOUT;
            p->n += (size_t)got;
            continue;
        }
        *end = '\0';
        bool good = parse(p, p->text, out);
        p->n -= (size_t)(end + 1 - p->text);
        memmove(p->text, end + 1, p->n);
        if (good) return 0;
    }
}

static int pin_set(void *state, bool on) {
    struct pin *p = state;
    return sim_dir_fault(p->dir, "absent") || sim_dir_show(&p->shown, on) ? ERR_GONE : 0;
}

static int pin_look(const struct line_spec *s, struct line_look *out, struct err_text *e) {
    int rc = faults(s, e);
    if (rc) return rc;
    *out = (struct line_look){ .simulated = true };
    if (sim_dir_fault(dir_of(s), "busy")) text_clip(out->holder, sizeof out->holder, "something else");
    return 0;
}

const struct line_driver line_sim_driver = { PREFIX, pin_open, pin_close, pin_fd, pin_read, pin_set, pin_look };
