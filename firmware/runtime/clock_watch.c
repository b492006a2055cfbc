/* SPDX-License-Identifier: MIT */
/* Looks on the loop's thread, writes on the store's. What was seen counts only once it is written: until then it is seen again. */
#include "firmware/runtime/clock_watch.h"

#include "firmware/base/log.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    LOOK_MS = 10000,
    SETTLE_MS = 500,  /* after a step: a time daemon sets the clock and says so in two calls */
    HALF_SECOND = 500 /* records tell whole seconds, rounded down */
};

/* ---- the judgement ---- */

struct clock_watch_base clock_watch_since(const struct clock_set_last *last) {
    return (struct clock_watch_base){ .offset_ms = last->at.ms - last->mono.ms - HALF_SECOND,
                                      .slack_ms = HALF_SECOND,
                                      .grade = last->grade,
                                      .best = last->grade };
}

bool clock_watch_judge(struct clock_watch_base *base, const struct clock_watch_look *look, struct clock_set *out) {
    int64_t moved_ms = look->offset_ms - base->offset_ms, least_ms = CLOCK_SET_LEAST_MS + base->slack_ms;
    bool step = moved_ms >= least_ms || moved_ms <= -least_ms;
    bool better = base->best == CLOCK_NONE && look->grade != CLOCK_NONE;
    if (step || better) {
        struct wall to = { look->mono.ms + look->offset_ms };
        *out = (struct clock_set){ .from = { step ? to.ms - moved_ms : to.ms },
                                   .to = to,
                                   .mono = look->mono,
                                   .before = base->grade,
                                   .after = look->grade };
        *base = (struct clock_watch_base){ .offset_ms = look->offset_ms, .grade = look->grade, .best = look->grade };
        return true;
    }
    if (base->slack_ms) base->offset_ms = look->offset_ms; /* it agrees: from here on it is known to the millisecond */
    base->slack_ms = 0;
    base->grade = look->grade;
    if (look->grade > base->best) base->best = look->grade;
    return false;
}

/* ---- the watch ---- */

struct clock_watch {
    struct store *writer;
    struct journal *journal;
    struct clock_watch_base base, before; /* before: what counts again where writing fails */
    struct clock_set set;                 /* the store's while `writing` */
    int result, fd;
    bool writing, stopped;
    int handles; /* that are open */
    uv_timer_t timer, settle;
    uv_async_t written;
    uv_poll_t poll;
};

static int write_set(struct db *db, void *arg) { /* store's thread */
    struct clock_watch *w = arg;
    struct err_text e = { 0 };
    int rc = clock_set_append(w->journal, db, &w->set, NULL, &e);
    if (rc) log_error("clock-set could not be written: %s %s", err_name(rc), e.text);
    return rc;
}

static void wrote(void *arg, int result) { /* store's thread */
    struct clock_watch *w = arg;
    w->result = result;
    (void)uv_async_send(&w->written);
}

static void on_written(uv_async_t *async) {
    struct clock_watch *w = async->data;
    w->writing = false;
    if (w->result) w->base = w->before; /* seen again at the next look */
}

void clock_watch_look_now(struct clock_watch *w) {
    char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];
    if (w->writing || w->stopped) return;
    struct clock_watch_look look = { .offset_ms = clock_offset_ms(), .mono = clock_mono(), .grade = clock_grade() };
    w->before = w->base;
    if (!clock_watch_judge(&w->base, &look, &w->set)) return;
    clock_format(w->set.from, 0, from);
    clock_format(w->set.to, 0, to);
    log_info("the clock was set from %s (%s) to %s (%s)", from, clock_grade_name(w->set.before), to,
             clock_grade_name(w->set.after));
    struct store_job job = { .run = write_set, .done = wrote, .arg = w };
    w->writing = true;
    if (store_submit(w->writer, &job) == 0) return;
    w->writing = false;
    w->base = w->before;
}

static void on_timer(uv_timer_t *timer) { clock_watch_look_now(timer->data); }

static void on_step(uv_poll_t *poll, int status, int events) {
    struct clock_watch *w = poll->data;
    (void)events;
    if (status < 0 || !clock_step_heard(w->fd)) return;
    (void)uv_timer_start(&w->settle, on_timer, SETTLE_MS, 0);
}

static int read_last(struct db *db, void *arg) {
    struct clock_watch *w = arg;
    struct clock_set_last last;
    int rc = clock_set_last(w->journal, db, &last);
    if (rc == 0) w->base = clock_watch_since(&last);
    return rc == ERR_NOT_FOUND || rc == ERR_CORRUPT ? 0 : rc;
}

static int open_handles(struct clock_watch *w, uv_loop_t *loop) {
    w->timer.data = w->settle.data = w->written.data = w->poll.data = w;
    if (uv_timer_init(loop, &w->timer) || uv_timer_init(loop, &w->settle)) return ERR_NOMEM; /* neither can fail */
    w->handles = 2;
    if (uv_async_init(loop, &w->written, on_written)) return ERR_NOMEM;
    w->handles = 3;
    int rc = clock_step_open(&w->fd);
    if (rc) {
        log_warn("the kernel does not tell of clock steps (%s): they are noticed within %d s", err_name(rc),
                 LOOK_MS / 1000);
        return 0;
    }
    if (uv_poll_init(loop, &w->poll, w->fd)) return ERR_NOMEM;
    w->handles = 4;
    return uv_poll_start(&w->poll, UV_READABLE, on_step) ? ERR_IO : 0;
}

int clock_watch_start(const struct clock_watch_options *o, struct clock_watch **out, struct err_text *e) {
    struct clock_watch *w = calloc(1, sizeof *w);
    if (!w) return err_set(e, ERR_NOMEM, "out of memory");
    w->writer = o->writer;
    w->journal = o->journal;
    w->fd = -1;
    enum clock_grade grade = clock_grade();
    w->base = (struct clock_watch_base){ .offset_ms = clock_offset_ms(), .grade = grade, .best = grade };
    int rc = store_call(w->writer, read_last, w);
    if (!rc) rc = open_handles(w, o->loop);
    if (rc) {
        clock_watch_destroy(w);
        return err_set(e, rc, "the clock cannot be watched: %s", err_name(rc));
    }
    clock_watch_look_now(w);
    (void)uv_timer_start(&w->timer, on_timer, LOOK_MS, LOOK_MS);
    *out = w;
    return 0;
}

void clock_watch_stop(struct clock_watch *w) {
    if (!w) return;
    w->stopped = true;
    (void)uv_timer_stop(&w->timer);
    (void)uv_timer_stop(&w->settle);
    if (w->handles > 3) (void)uv_poll_stop(&w->poll);
}

static void closed(uv_handle_t *handle) {
    struct clock_watch *w = handle->data;
    if (--w->handles > 0) return;
    if (w->fd >= 0) (void)close(w->fd);
    free(w);
}

void clock_watch_destroy(struct clock_watch *w) {
    if (!w) return;
    uv_handle_t *all[] = { (uv_handle_t *)&w->timer, (uv_handle_t *)&w->settle, (uv_handle_t *)&w->written,
                           (uv_handle_t *)&w->poll };
    int n = w->handles;
    if (n == 0) free(w);
    for (int i = 0; i < n; i++) uv_close(all[i], closed);
}
