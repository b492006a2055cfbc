/* SPDX-License-Identifier: MIT */
/* Reading a timed test back: how long it has run, by which clock, and which hours of it were dark. */
#include "app/journal/clock_set.h"
#include "app/journal/meta.h"
#include "app/journal/timed_test_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

void timed_row_get(struct stmt *s, struct timed_row *out) {
    *out = (struct timed_row){ .pos = stmt_int(s, 0) };
    text_clip(out->id, sizeof out->id, stmt_text(s, 1));
    text_clip(out->kind, sizeof out->kind, stmt_text(s, 2));
    text_clip(out->stage, sizeof out->stage, stmt_text(s, 3));
    text_clip(out->room, sizeof out->room, stmt_text(s, 4));
    text_clip(out->state, sizeof out->state, stmt_text(s, 5));
    text_clip(out->unit, sizeof out->unit, stmt_text(s, 6));
    out->value = stmt_double(s, 7);
    text_clip(out->started, sizeof out->started, stmt_text(s, 8));
    out->at.ms = stmt_int(s, 9);
    text_clip(out->clock, sizeof out->clock, stmt_text(s, 11));
    text_clip(out->writer, sizeof out->writer, stmt_text(s, 12));
    out->boot = stmt_int(s, 13);
    out->mono_s = stmt_int(s, 14);
}

int timed_row_read(struct db *db, const char *site, const char *id, struct timed_row *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT " TIMED_TEST_COLUMNS " FROM timed_test WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    if (rc == 0) return ERR_NOT_FOUND;
    timed_row_get(s, out);
    return 0;
}

int timed_row_now(struct db *db, const struct timed_view *view, char writer[NAME_SIZE], struct timed_moment *out) {
    char name[META_SIZE], boot[META_SIZE];
    int64_t n = 0;
    int rc = meta_get(db, "writer", name);
    if (rc == 0) rc = meta_get(db, "boot", boot);
    if (rc < 0) return rc;
    text_clip(writer, NAME_SIZE, name);
    if (boot[0]) rc = text_int(boot, 0, INT64_MAX, &n);
    if (rc < 0) return ERR_CORRUPT;
    *out = (struct timed_moment){
        .writer = writer, .boot = n, .mono_s = clock_mono().ms / 1000, .at = view->now, .grade = view->grade
    };
    return 0;
}

static enum clock_grade grade_of(const char *name) {
    for (int g = CLOCK_NTP; g > CLOCK_NONE; g--)
        if (strcmp(name, clock_grade_name((enum clock_grade)g)) == 0) return (enum clock_grade)g;
    return CLOCK_NONE;
}

/* Seconds for which a writer was seen running after a moment, in all its boots but `without`: from the start, and from each boot's beginning, to the
 * last record of that boot. */
static int seen_running(struct db *db, const char *site, const struct timed_row *row, int64_t without, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t boot = row->boot, begun = row->mono_s, last = begun, sum = 0;
    int rc = db_prepare(db,
                        "SELECT e.bytes FROM event e JOIN chain c ON c.id = e.chain WHERE e.site = ? AND e.pos > ?"
                        " AND c.writer = ? AND e.type <> '' ORDER BY e.pos",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, row->pos);
    stmt_bind_text(s, 3, row->writer);
    while ((rc = stmt_step(s)) == 1) {
        struct envelope event = { 0 };
        size_t n = 0;
        const void *bytes = stmt_blob(s, 0, &n);
        rc = envelope_read(bytes, n, &event, NULL);
        if (rc == ERR_NOMEM) return rc;
        if (rc == 0 && event.boot > boot) {
            sum += last - begun;
            boot = event.boot;
            begun = last = 0;
        }
        if (rc == 0 && event.boot == boot && boot != without && event.mono > last) last = event.mono;
        envelope_fini(&event);
    }
    if (rc < 0) return rc;
    *out = sum + last - begun;
    return 0;
}

/* In tests of whole programs a simulated wall clock is time itself, and the kernel's seconds are not: SITELOG_CLOCK=<time>, or SITELOG_MONO=wall beside
 * a clock that a file moves. */
static bool is_simulated(void) {
#ifdef SITELOG_TEST
    const char *clock = getenv("SITELOG_CLOCK"), *mono = getenv("SITELOG_MONO");
    return (clock && clock[0] && clock[0] != '@') || (mono && strcmp(mono, "wall") == 0);
#else
    return false;
#endif
}

int timed_row_elapsed(struct db *db, const char *site, const struct timed_row *row, const struct timed_moment *now,
                      int64_t *seconds, enum timed_how *how) {
    struct clock_set_dated dated;
    struct timed_moment start = {
        .writer = row->writer, .boot = row->boot, .mono_s = row->mono_s, .at = row->at, .grade = grade_of(row->clock)
    };
    int64_t seen = 0;
    if (is_simulated()) start.boot = -1;
    int rc = clock_set_date_at(db, row->pos, row->clock, &dated);
    if (rc < 0) return rc;
    if (dated.at[0] && clock_parse(dated.at, &start.at, NULL) == 0) start.grade = grade_of(dated.clock);
    timed_elapsed(&start, now, 0, seconds, how);
    if (*how != TIMED_PROVABLE) return 0;
    bool same = strcmp(row->writer, now->writer) == 0;
    rc = seen_running(db, site, row, same ? now->boot : -1, &seen);
    if (rc == 0) timed_elapsed(&start, now, seen, seconds, how);
    return rc;
}

/* ---- dark hours ---- */

static void put_outage(const struct timed_row *row, const struct json *data, struct json_out *w) {
    const char *what = json_text(json_member(data, "what")), *from = json_text(json_member(data, "from"));
    const char *to = json_text(json_member(data, "to"));
    struct wall begun, ended = { 0 };
    int64_t seconds = 0;
    if (!what || strcmp(what, "power") != 0 || !from || clock_parse(from, &begun, NULL) < 0) return;
    bool over = to && clock_parse(to, &ended, NULL) == 0;
    if (over && ended.ms <= row->at.ms) return; /* before the test */
    if (begun.ms < row->at.ms && over) {
        from = row->started; /* its last sign of life may be older than the start */
        seconds = (ended.ms - row->at.ms) / 1000;
    } else if (!json_int(json_member(data, "seconds"), &seconds)) {
        seconds = 0;
    }
    json_open(w, NULL, '{');
    json_put_text(w, "from", from);
    json_put_text(w, "to", over ? to : NULL);
    if (over)
        json_put_int(w, "seconds", seconds);
    else
        json_put_null(w, "seconds");
    json_close(w, '}');
}

int timed_row_put_dark(struct db *db, const char *site, const struct timed_row *row, struct json_out *w,
                       const char *name) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT bytes FROM event WHERE site = ? AND pos > ? AND type = 'outage' ORDER BY pos", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, row->pos);
    json_open(w, name, '[');
    while ((rc = stmt_step(s)) == 1) {
        struct envelope event = { 0 };
        size_t n = 0;
        const void *bytes = stmt_blob(s, 0, &n);
        rc = envelope_read(bytes, n, &event, NULL);
        if (rc == ERR_NOMEM) return rc;
        if (rc == 0 && (!row->writer[0] || strcmp(event.key.writer, row->writer) == 0)) put_outage(row, event.data, w);
        envelope_fini(&event);
    }
    json_close(w, ']');
    return rc;
}
