/* SPDX-License-Identifier: MIT */
/* A pulse looks at power and link; what has to be written is handed to the store. What an outage is, is app/journal's business. */
#include "firmware/sitelogd/outages.h"

#include "app/journal/alive.h"
#include "app/journal/camera_down.h"
#include "firmware/base/log.h"

#include <stdlib.h>

enum {
    PULSE_MS = 1000,       /* with a power input: it gives seconds */
    SLOW_PULSE_MS = 10000, /* the link alone */
    BEAT_MS = 60000,
    CLOCK_WAIT_MS = 15 * 60000, /* then an outage is recorded without its end */
    DIP_MS = 60000              /* a power failure that the board outlived, and that is worth a record */
};

/* ---- what the store does ---- */

enum errand {
    START,
    BEAT,
    SETTLE,
    GIVE_UP_WAITING,
    POWER_FAILS,
    POWER_IS_BACK,
    STOPPED,
    LINK_IS_DOWN,
    RECORD_LINK,
    RECORD_POWER
};

struct job {
    struct outages *o;
    enum errand errand;
    struct outage outage; /* RECORD_… */
    struct mono from;     /* LINK_IS_DOWN */
    struct err_text why;
};

static int start(struct job *job, struct journal *j, struct db *db) {
    struct alive last;
    bool waits = false;
    int rc = alive_start(j, db, &last, &job->why);
    if (!rc) rc = downtime_start(j, db, OUTAGE_NETWORK, last.at, &job->o->downtime, &job->why);
    if (!rc) rc = camera_down_start(j, db, last.at, &job->o->camera, &job->why);
    if (!rc) rc = alive_settle(j, db, false, &waits, &job->why);
    job->o->waits = waits;
    return rc;
}

static int settle(struct job *job, struct journal *j, struct db *db) {
    bool waits = false;
    int rc = alive_settle(j, db, job->errand == GIVE_UP_WAITING, &waits, &job->why);
    if (!rc && !waits) atomic_store(&job->o->settled, true);
    return rc;
}

static int run(struct db *db, void *arg) {
    struct job *job = arg;
    struct journal *j = job->o->rt->depot.journal;
    int rc = 0;
    switch (job->errand) {
    case START:
        return start(job, j, db);
    case BEAT:
        return alive_beat(j, db);
    case SETTLE:
    case GIVE_UP_WAITING:
        return settle(job, j, db);
    case POWER_FAILS:
        return alive_note(j, db, ALIVE_FAILING);
    case POWER_IS_BACK:
        return alive_note(j, db, ALIVE_RUNNING);
    case STOPPED:
        return alive_note(j, db, ALIVE_STOPPED);
    case LINK_IS_DOWN:
        return downtime_keep(j, db, OUTAGE_NETWORK, job->from);
    case RECORD_LINK:
        rc = downtime_forget(db, OUTAGE_NETWORK);
        return rc ? rc : outage_append(j, db, &job->outage, NULL, &job->why);
    case RECORD_POWER:
        return outage_append(j, db, &job->outage, NULL, &job->why);
    }
    return rc;
}

static void done(void *arg, int result) {
    struct job *job = arg;
    if (result && result != ERR_GONE)
        log_warn("outages: what was seen of power or link could not be written: %s %s; sitelogctl doctor checks disk "
                 "and database",
                 err_name(result), job->why.text);
    free(job);
}

static void submit(struct outages *o, const struct job *what) {
    struct job *job = malloc(sizeof *job);
    int rc = job ? 0 : ERR_NOMEM;
    if (job) {
        *job = *what;
        job->o = o;
        rc = store_submit(o->rt->writer, &(struct store_job){ .run = run, .done = done, .arg = job });
    }
    if (!rc) return;
    if (rc != ERR_GONE)
        log_warn("outages: the store takes nothing (%s): an outage may be missing; sitelogctl doctor checks disk and "
                 "database",
                 err_name(rc));
    free(job);
}

static void errand(struct outages *o, enum errand errand) { submit(o, &(struct job){ .errand = errand }); }

/* ---- the pulse ---- */

static void power_failed(struct outages *o) {
    log_warn("the power has failed: no new photos until it is back");
    photos_hold(&o->rt->photos, true);
    o->power_from = clock_wall();
    o->power_from_mono = clock_mono();
    errand(o, POWER_FAILS);
}

static void power_came_back(struct outages *o) {
    int64_t lasted_ms = clock_mono().ms - o->power_from_mono.ms;
    log_info("the power is back after %lld s", (long long)(lasted_ms / 1000));
    photos_hold(&o->rt->photos, false);
    errand(o, POWER_IS_BACK);
    if (lasted_ms < DIP_MS) return;
    struct wall to = clock_wall();
    submit(o, &(struct job){ .errand = RECORD_POWER,
                             .outage = { .what = OUTAGE_POWER,
                                         .from = { to.ms - lasted_ms },
                                         .to = to,
                                         .seconds = lasted_ms / 1000,
                                         .clock = clock_grade(),
                                         .stop = OUTAGE_STOP_FAIL } });
}

/* An input that says nothing any more is no power that failed. */
static void look_at_power(struct outages *o) {
    enum power_state before = (enum power_state)atomic_load(&o->power), now = power_look(o->supply);
    if (now == before) return;
    atomic_store(&o->power, (int)now);
    if (now == POWER_UNKNOWN)
        log_warn("[power] supply %s: it does not say any more whether the power is there; see /sys/class/power_supply",
                 o->supply);
    if (now == POWER_FAILING) power_failed(o);
    if (before == POWER_FAILING) power_came_back(o);
}

static void look_at_link(struct outages *o) {
    struct job job = { .errand = LINK_IS_DOWN };
    if (!o->link_up) return;
    switch (downtime_see(&o->downtime, o->link_up(o->ctx), clock_grade(), &job.outage)) {
    case DOWNTIME_NOTHING:
        return;
    case DOWNTIME_KEEP:
        job.from = o->downtime.from;
        break;
    case DOWNTIME_RECORD:
        job.errand = RECORD_LINK;
        break;
    }
    submit(o, &job);
}

static void on_timer(uv_timer_t *timer) {
    struct outages *o = timer->data;
    struct mono now = clock_mono();
    look_at_power(o);
    look_at_link(o);
    if (now.ms - o->beaten.ms < BEAT_MS) return;
    o->beaten = now;
    if (atomic_load(&o->settled)) o->waits = false;
    if (o->waits) errand(o, now.ms - o->started.ms < CLOCK_WAIT_MS ? SETTLE : GIVE_UP_WAITING);
    errand(o, BEAT);
}

const char *outages_power(const struct outages *o) {
    return power_state_name((enum power_state)atomic_load(&o->power));
}

/* ---- start and stop ---- */

int outages_start(struct outages *o, struct runtime *rt, struct err_text *e) {
    struct job job = { .o = o, .errand = START };
    o->rt = rt;
    int rc = store_call(rt->writer, run, &job);
    /* A board that cannot write now (its disk is full, say) still has to start. */
    if (rc)
        log_error(
            "outages: what the last run left could not be recorded: %s %s; sitelogctl doctor checks disk and database",
            err_name(rc), job.why.text);
    if (uv_timer_init(&rt->loop, &o->timer)) return err_set(e, ERR_NOMEM, "the pulse could not be started");
    o->timer.data = o;
    o->open = true;
    o->started = o->beaten = clock_mono();
    if (o->supply[0] && power_look(o->supply) == POWER_UNKNOWN)
        log_warn("[power] supply %s: it does not say whether the power is there; see /sys/class/power_supply",
                 o->supply);
    uint64_t pulse_ms = o->supply[0] ? PULSE_MS : SLOW_PULSE_MS;
    (void)uv_timer_start(&o->timer, on_timer, 0, pulse_ms);
    return 0;
}

void outages_stop(struct outages *o) {
    struct job job = { .o = o, .errand = STOPPED };
    if (!o->open) return;
    o->open = false;
    uv_close((uv_handle_t *)&o->timer, NULL);
    int rc = store_call(o->rt->writer, run, &job);
    if (rc)
        log_warn("outages: the stop could not be written down: %s; the next start takes it for a power cut",
                 err_name(rc));
}
