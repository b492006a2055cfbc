/* SPDX-License-Identifier: MIT */
/* Signs of life: two values in `meta`. `alive` is the last one; `dark` one of an earlier run, whose outage waits for the clock. */
#include "app/journal/alive.h"

#include "app/journal/meta.h"
#include "firmware/base/cleanup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
    [ALIVE_RUNNING] = "running", [ALIVE_FAILING] = "failing", [ALIVE_STOPPED] = "stopped"
};

static enum clock_grade worse(enum clock_grade a, enum clock_grade b) { return a < b ? a : b; }

/* ---- in and out ---- */

static int put(struct db *db, const char *name, const struct alive *a) {
    char text[META_SIZE];
    (void)snprintf(text, sizeof text, "%s %" PRId64 " %s %" PRId64, state_names[a->state], a->at.ms,
                   clock_grade_name(a->grade), a->boot);
    return meta_set(db, name, text);
}

/* Nothing, or nothing readable, is at.ms 0: an outage more or less, but the board starts. */
static int get(struct db *db, const char *name, struct alive *out) {
    char text[META_SIZE], state[16], grade[8];
    struct alive a = { 0 };
    *out = a;
    int rc = meta_get(db, name, text);
    if (rc == ERR_CORRUPT) return 0;
    if (rc < 0) return rc;
    if (sscanf(text, "%15s %" SCNd64 " %7s %" SCNd64, state, &a.at.ms, grade, &a.boot) != 4) return 0;
    while (a.state < ALIVE_STOPPED && strcmp(state_names[a.state], state) != 0) a.state++;
    while (a.grade < CLOCK_NTP && strcmp(clock_grade_name(a.grade), grade) != 0) a.grade++;
    *out = a;
    return 0;
}

/* When this journal wrote its newest event; ms 0: never. */
static int newest_event(struct journal *j, struct db *db, struct wall *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "SELECT e.at FROM event e JOIN chain c ON c.id = e.chain WHERE c.writer = ? ORDER BY e.pos DESC "
                   "LIMIT 1",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, journal_writer(j));
    rc = stmt_step(s);
    if (rc < 0) return rc;
    out->ms = rc == 1 ? stmt_int(s, 0) : 0;
    return 0;
}

/* The last sign of life: the row's, or an event's after it. An event that is further off than the next row would have been is of a clock that was
 * wrong. */
static int last_sign(struct journal *j, struct db *db, struct alive *out) {
    struct wall event = { 0 };
    int rc = get(db, "alive", out);
    if (rc == 0 && out->at.ms) rc = newest_event(j, db, &event);
    if (rc < 0 || !out->at.ms || out->state != ALIVE_RUNNING) return rc;
    if (event.ms > out->at.ms && event.ms <= out->at.ms + 2 * ALIVE_EVERY_MS) out->at = event;
    return 0;
}

/* ---- judging ---- */

bool alive_judge(const struct alive *last, int64_t boot, struct wall back, enum clock_grade grade, struct outage *out) {
    static const char *const stops[] = {
        [ALIVE_RUNNING] = OUTAGE_STOP_SUDDEN, [ALIVE_FAILING] = OUTAGE_STOP_FAIL, [ALIVE_STOPPED] = OUTAGE_STOP_CLEAN
    };
    if (last->at.ms <= 0 || last->boot == boot) return false;
    struct outage o = { .what = OUTAGE_POWER,
                        .from = last->at,
                        .clock = worse(last->grade, grade),
                        .margin_s = last->state == ALIVE_RUNNING ? ALIVE_MARGIN_S : 0,
                        .stop = stops[last->state] };
    if (back.ms >= last->at.ms && o.clock != CLOCK_NONE) o.to = back;
    if (last->state == ALIVE_STOPPED && o.to.ms && o.to.ms - o.from.ms < ALIVE_REBOOT_MS) return false;
    *out = o;
    return true;
}

/* When this kernel began, which is when the power came back. */
static struct wall boot_began(const struct alive *last) {
    struct wall now = clock_wall(), began = { now.ms - clock_mono().ms };
    return began.ms >= last->at.ms ? began : now;
}

static int record(struct journal *j, struct db *db, const struct alive *last, bool known, struct err_text *e) {
    struct outage o;
    struct wall back = known ? boot_began(last) : (struct wall){ 0 };
    if (!alive_judge(last, journal_boot(j), back, journal_grade(j), &o)) return 0;
    return outage_append(j, db, &o, NULL, e);
}

int alive_settle(struct journal *j, struct db *db, bool anyway, bool *waits, struct err_text *e) {
    struct alive dark;
    bool known = journal_grade(j) != CLOCK_NONE;
    int rc = get(db, "dark", &dark);
    *waits = rc == 0 && dark.at.ms && !known && !anyway;
    if (rc < 0 || !dark.at.ms || *waits) return rc;
    rc = record(j, db, &dark, known, e);
    return rc < 0 ? rc : meta_clear(db, "dark");
}

static int write_now(struct journal *j, struct db *db, enum alive_state state) {
    struct alive a = { .state = state, .at = clock_wall(), .grade = journal_grade(j), .boot = journal_boot(j) };
    return put(db, "alive", &a);
}

int alive_start(struct journal *j, struct db *db, struct alive *last, struct err_text *e) {
    struct alive before, dark;
    bool waits = false;
    int rc = get(db, "dark", &dark);
    /* it waited for the clock until the power went once more: when that was over will never be known */
    if (rc == 0 && dark.at.ms && dark.boot != journal_boot(j) - 1) {
        rc = record(j, db, &dark, false, e);
        if (rc == 0) rc = meta_clear(db, "dark");
    }
    if (rc == 0) rc = last_sign(j, db, &before);
    if (rc == 0 && before.at.ms && before.boot != journal_boot(j)) rc = put(db, "dark", &before);
    if (rc == 0) rc = write_now(j, db, ALIVE_RUNNING);
    if (rc == 0) rc = alive_settle(j, db, false, &waits, e);
    if (rc == 0 && last) *last = before;
    return rc;
}

int alive_beat(struct journal *j, struct db *db) {
    struct alive last;
    int rc = last_sign(j, db, &last);
    int64_t silent = clock_wall().ms - last.at.ms;
    bool same = last.boot == journal_boot(j) && last.grade == journal_grade(j);
    if (rc < 0 || last.state != ALIVE_RUNNING || (same && silent >= 0 && silent < ALIVE_EVERY_MS)) return rc;
    return write_now(j, db, ALIVE_RUNNING);
}

int alive_note(struct journal *j, struct db *db, enum alive_state state) {
    struct alive last;
    int rc = get(db, "alive", &last);
    if (rc < 0 || (state == ALIVE_STOPPED && last.state == ALIVE_FAILING && last.boot == journal_boot(j))) return rc;
    return write_now(j, db, state);
}
