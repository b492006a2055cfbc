/* SPDX-License-Identifier: MIT */
/* Dating records by later clocks: which clock-set decides is said in clock_set.h. */
#include "app/journal/clock_set.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static enum clock_grade grade_of(const char *name) {
    for (int g = CLOCK_NTP; g > CLOCK_NONE; g--)
        if (strcmp(name, clock_grade_name((enum clock_grade)g)) == 0) return (enum clock_grade)g;
    return CLOCK_NONE;
}

/* ---- the board's own last record ---- */

int clock_set_last(struct journal *j, struct db *db, struct clock_set_last *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct envelope event = { 0 };
    size_t n = 0;
    int rc = db_prepare(db,
                        "SELECT e.bytes FROM event e JOIN chain c ON c.id = e.chain WHERE e.site = ? AND e.taken = 0 "
                        "AND e.type <> '' AND c.writer = ? ORDER BY e.pos DESC LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, journal_site(j));
    stmt_bind_text(s, 2, journal_writer(j));
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    const void *bytes = stmt_blob(s, 0, &n);
    rc = envelope_read(bytes, n, &event, NULL);
    if (rc < 0) return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
    struct clock_set_last last = { .mono = { event.mono * 1000 }, .grade = grade_of(event.clock) };
    rc = event.boot == journal_boot(j) ? clock_parse(event.time, &last.at, NULL) : ERR_NOT_FOUND;
    envelope_fini(&event);
    if (rc == 0) *out = last;
    return rc;
}

/* ---- dating ---- */

struct decider {
    int64_t to_ms, mono_ms;
    int32_t east_s;
    enum clock_grade grade;
};

/* 1: there is one; 0: none. A record's second began at mono: what is set within it counts as later, which moves nothing that was right. */
static int decide(struct db *db, const struct envelope *event, enum clock_grade own, struct decider *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT to_ms, mono_ms, offset_s, grade FROM clock_set WHERE site = ? AND writer = ? AND "
                        "epoch = ? AND boot = ? AND mono_ms >= ? AND grade > ? ORDER BY grade DESC, mono_ms, event "
                        "LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->key.writer);
    stmt_bind_text(s, 3, event->key.epoch);
    stmt_bind_int(s, 4, event->boot);
    stmt_bind_int(s, 5, event->mono * 1000);
    stmt_bind_int(s, 6, own);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    *out =
        (struct decider){ stmt_int(s, 0), stmt_int(s, 1), (int32_t)stmt_int(s, 2), (enum clock_grade)stmt_int(s, 3) };
    return 1;
}

int clock_set_date(struct db *db, const struct envelope *event, struct clock_set_dated *out) {
    enum clock_grade own = grade_of(event->clock);
    struct decider d;
    struct wall at;
    *out = (struct clock_set_dated){ 0 };
    if (own == CLOCK_NTP) return 0;
    int rc = decide(db, event, own, &d);
    if (rc <= 0) return rc;
    struct wall right = { d.to_ms - (d.mono_ms - event->mono * 1000) };
    bool readable = clock_parse(event->time, &at, NULL) == 0;
    if (readable && right.ms - at.ms < CLOCK_SET_LEAST_MS && at.ms - right.ms < CLOCK_SET_LEAST_MS)
        text_clip(out->at, sizeof out->at, event->time);
    else
        clock_format(right, d.east_s, out->at);
    text_clip(out->clock, sizeof out->clock, clock_grade_name(d.grade));
    return 0;
}

int clock_set_date_at(struct db *db, int64_t pos, const char *clock, struct clock_set_dated *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct envelope event = { 0 };
    size_t n = 0;
    *out = (struct clock_set_dated){ 0 };
    if (grade_of(clock) == CLOCK_NTP) return 0;
    int rc = db_prepare(db, "SELECT bytes FROM event WHERE pos = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    const void *bytes = stmt_blob(s, 0, &n);
    rc = envelope_read(bytes, n, &event, NULL);
    if (rc < 0) return rc == ERR_NOMEM ? rc : 0; /* damaged: verify tells of it */
    rc = clock_set_date(db, &event, out);
    envelope_fini(&event);
    return rc;
}

void clock_set_move(const struct clock_set_dated *dated, const char *at, const char *time, char out[CLOCK_TEXT_SIZE]) {
    struct wall was, other, right;
    int32_t east_s = 0;
    out[0] = '\0';
    if (!dated->at[0] || clock_parse(at, &was, NULL) || clock_parse(time, &other, NULL) ||
        clock_parse(dated->at, &right, &east_s))
        return;
    int64_t apart_ms = other.ms - was.ms;
    if (apart_ms > -CLOCK_SET_LEAST_MS && apart_ms < CLOCK_SET_LEAST_MS)
        clock_format((struct wall){ right.ms + apart_ms }, east_s, out);
}

void clock_set_put(const struct clock_set_dated *dated, struct json_out *w) {
    if (!dated->at[0]) return;
    json_put_text(w, "at_corrected", dated->at);
    json_put_text(w, "clock_corrected", dated->clock);
}
