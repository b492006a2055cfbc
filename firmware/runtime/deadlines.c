/* SPDX-License-Identifier: MIT */
/* Timers and jobs around the rules. What a rule is, is app/journal's business. */
#include "firmware/runtime/deadlines.h"

#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "hal/disk.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000, SOON_MS = 300, STEP_MS = 30000 };

/* A clock that runs faster needs looks more often. */
static uint64_t every_ms(void) {
#ifdef SITELOG_TEST
    if (getenv("SITELOG_CLOCK")) return 1000;
#endif
    return MINUTE_MS;
}

/* ---- writing ---- */

struct writing {
    struct deadlines *d;
    char site[NAME_SIZE];
    struct rules_now now;
    int changes;
    struct err_text why;
};

static int write_site(struct db *db, void *arg) {
    struct writing *w = arg;
    return rules_run_write(&w->d->options, w->d->rt->depot.journal, db, w->site, &w->now, &w->changes, &w->why);
}

static void written(void *arg, int result) {
    struct writing *w = arg;
    if (result && result != ERR_GONE)
        log_error("rules: the alerts of site %s could not be written: %s %s; it is tried again within a minute; "
                  "sitelogctl doctor checks disk and database",
                  w->site, err_name(result), w->why.text);
    else if (!result && w->changes)
        log_debug("rules: site %s: %d alerts raised or cleared", w->site, w->changes);
    free(w);
}

/* ---- looking ---- */

struct look {
    struct deadlines *d;
    struct rules_now now;
};

static int hand_over(void *arg, const char *site) { /* reader's thread */
    struct look *l = arg;
    struct writing *w = calloc(1, sizeof *w);
    if (!w) return ERR_NOMEM;
    w->d = l->d;
    w->now = l->now;
    text_clip(w->site, sizeof w->site, site);
    struct store_job job = { .run = write_site, .done = written, .arg = w };
    int rc = store_submit(l->d->rt->writer, &job);
    if (rc) free(w);
    return rc;
}

static void look_at_self(struct deadlines *d, struct rules_now *now) {
    struct disk_room room = { 0 };
    now->disk_percent = disk_room(d->rt->app.dir, &room) ? -1 : room.free_percent;
    now->grade = journal_grade(d->rt->depot.journal);
    bool untrusted = now->grade == CLOCK_NONE;
    if (untrusted && !d->untrusted) d->untrusted_from = clock_mono();
    d->untrusted = untrusted;
    if (untrusted) now->untrusted_since.ms = now->at.ms - (clock_mono().ms - d->untrusted_from.ms);
}

/* Where the hub's own clock was set, what boards were heard at says nothing: it listens anew. */
static void look_at_clock(struct deadlines *d) {
    int64_t offset_ms = clock_offset_ms(), step_ms = offset_ms - d->offset_ms;
    int64_t since_ms = atomic_load(&d->listening_ms);
    if (d->offset_ms && since_ms && (step_ms > STEP_MS || step_ms < -STEP_MS))
        (void)atomic_compare_exchange_strong(&d->listening_ms, &since_ms, clock_wall().ms);
    d->offset_ms = offset_ms;
}

static int look(struct db *db, void *arg) { /* reader's thread */
    struct look *l = arg;
    struct deadlines *d = l->d;
    l->now = (struct rules_now){ .at = clock_wall(), .grade = CLOCK_NTP, .disk_percent = -1 };
    look_at_clock(d);
    l->now.listening.ms = atomic_load(&d->listening_ms);
    if (!d->options.hub) look_at_self(d, &l->now);
    return rules_run_look(d->run, db, &l->now, hand_over, l);
}

static void looked_on_loop(void *arg) {
    struct deadlines *d = arg;
    d->looking = false;
    if (d->again) deadlines_wake(d);
}

static void looked(void *arg, int result) { /* reader's thread */
    struct look *l = arg;
    if (result && result != ERR_GONE)
        log_warn("rules: the journal could not be looked through: %s; deadlines wait, and it is tried again within a "
                 "minute; sitelogctl doctor checks disk and database",
                 err_name(result));
    if (result != ERR_GONE) runtime_post(l->d->rt, looked_on_loop, l->d);
    free(l);
}

static void start_look(struct deadlines *d) {
    struct look *l = d->open && !d->looking ? calloc(1, sizeof *l) : NULL;
    d->again = d->open && d->looking;
    if (!l) return;
    l->d = d;
    d->looking = true;
    if (store_submit(d->rt->reader, &(struct store_job){ .run = look, .done = looked, .arg = l }) == 0) return;
    d->looking = false; /* the next minute tries again */
    free(l);
}

/* ---- timers ---- */

static void on_timer(uv_timer_t *timer) { start_look(timer->data); }

void deadlines_wake(struct deadlines *d) {
    if (d->open && !uv_is_active((uv_handle_t *)&d->soon)) (void)uv_timer_start(&d->soon, on_timer, SOON_MS, 0);
}

void deadlines_listen(struct deadlines *d, bool up) { atomic_store(&d->listening_ms, up ? clock_wall().ms : 0); }

int deadlines_start(struct deadlines *d, struct runtime *rt, int64_t silent_after_s, struct err_text *e) {
    d->rt = rt;
    d->options = (struct rules_run_options){ .hub = !rt->app.board,
                                             .writer = rt->app.writer_id,
                                             .site = rt->app.board ? rt->app.site : NULL,
                                             .fallback_tz = rt->app.timezone };
    rules_limits_default(&d->options.limits);
    if (silent_after_s) d->options.limits.silent_after_s = silent_after_s;
    int rc = rules_run_create(&d->options, &d->run);
    if (!rc && (uv_timer_init(&rt->loop, &d->minute) || uv_timer_init(&rt->loop, &d->soon))) rc = ERR_NOMEM;
    if (rc) return err_set(e, rc, "the rules could not be started: %s", err_name(rc));
    d->minute.data = d->soon.data = d;
    d->open = true;
    (void)uv_timer_start(&d->minute, on_timer, SOON_MS, every_ms());
    return 0;
}

void deadlines_stop(struct deadlines *d) {
    if (!d->open) return;
    d->open = false;
    uv_close((uv_handle_t *)&d->minute, NULL);
    uv_close((uv_handle_t *)&d->soon, NULL);
    (void)!store_call(d->rt->reader, NULL,
                      NULL); /* a look that is under way hands over to the store, which has to be there still */
}

void deadlines_fini(struct deadlines *d) {
    rules_run_destroy(d->run);
    d->run = NULL;
}
