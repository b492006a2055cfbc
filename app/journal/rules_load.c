/* SPDX-License-Identifier: MIT */
/* From tables to facts: what the site's boards say, and all of it put together. Its subjects are rules_load_facts.c's. */
#include "app/journal/rules_load_private.h"

#include "app/journal/alert.h"
#include "app/journal/move.h"
#include "app/journal/rule_hours.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define SANE_MS INT64_C(1577836800000) /* 2020-01-01: no right clock is before it */

enum { OUTAGES_MAX = 200, DAY_MS = 86400000 };

void *rules_load_grow(void *list, size_t n, size_t size) {
    void **at = list;
    if (n % 8 == 0) {
        void *grown = realloc(*at, (n + 8) * size);
        if (!grown) return NULL;
        *at = grown;
    }
    return (char *)*at + n * size;
}

int rules_load_prepare(struct db *db, const char *sql, const char *site, struct stmt **s) {
    int rc = db_prepare(db, sql, s);
    if (rc == 0) stmt_bind_text(*s, 1, site);
    return rc;
}

/* When the site's boards began; events of a clock without time are passed over. */
int rules_load_begun(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(
        db,
        "SELECT min((SELECT e.at FROM event e WHERE e.chain = c.id AND e.at >= ?2 ORDER BY e.seq LIMIT 1))"
        " FROM chain c WHERE c.site = ?1 AND c.writer <> 'hub'",
        s->site, &q);
    if (rc < 0) return rc;
    stmt_bind_int(q, 2, SANE_MS);
    rc = stmt_step(q);
    if (rc == 1 && !stmt_is_null(q, 0)) s->begun.ms = stmt_int(q, 0);
    return rc < 0 ? rc : 0;
}

/* What is older nobody judges any more. */
static void first_date(const struct rules_site *s, struct wall now, char out[TZ_DATE_SIZE]) {
    tz_date(s->tz, now, out);
    tz_date_add(out, -s->limits.keep_days - 7, out); /* the week that ends with the oldest */
}

int rules_load_logs(struct db *db, struct wall now, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    char first[TZ_DATE_SIZE];
    first_date(s, now, first);
    int rc = rules_load_prepare(db, "SELECT DISTINCT date FROM daylog WHERE site = ? AND date >= ? ORDER BY date",
                                s->site, &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 2, first);
    while ((rc = stmt_step(q)) == 1) {
        char *date = rules_load_grow(&s->logged, s->logged_count, sizeof *s->logged);
        if (!date) return ERR_NOMEM;
        text_clip(date, TZ_DATE_SIZE, stmt_text(q, 0));
        s->logged_count++;
    }
    return rc;
}

/* ---- boards ---- */

static int learn(struct db *db, struct wall now, const struct rules_site *s, struct rules_board *b) {
    CLEANUP(free_ptr) struct rules_period *offs = NULL;
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    size_t n = 0;
    int rc = rules_load_prepare(
        db,
        "SELECT from_ms, to_ms FROM outage WHERE site = ? AND board = ? AND what = 'power' AND to_ms > ?"
        " ORDER BY to_ms DESC LIMIT ?",
        s->site, &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 2, b->board);
    stmt_bind_int(q, 3, now.ms - (int64_t)(RULE_HOURS_DAYS + 1) * DAY_MS);
    stmt_bind_int(q, 4, OUTAGES_MAX);
    while ((rc = stmt_step(q)) == 1) {
        struct rules_period *off = rules_load_grow(&offs, n, sizeof *offs);
        if (!off) return ERR_NOMEM;
        *off = (struct rules_period){ { stmt_int(q, 0) }, { stmt_int(q, 1) } };
        n++;
    }
    if (rc == 0) b->hours = rule_hours_learn(s, offs, n, now);
    return rc;
}

int rules_load_boards(struct db *db, struct wall now, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(
        db, "SELECT board, last_seen FROM board WHERE site = ?1 AND board NOT IN (" MOVE_GONE ") ORDER BY board",
        s->site, &q);
    while (rc == 0 && (rc = stmt_step(q)) == 1) {
        struct rules_board *b = rules_load_grow(&s->boards, s->board_count, sizeof *s->boards);
        if (!b) return ERR_NOMEM;
        *b = (struct rules_board){ .heard = { stmt_int(q, 1) }, .hours = STANDSTILL_ALL_HOURS };
        text_clip(b->board, sizeof b->board, stmt_text(q, 0));
        s->board_count++;
        rc = 0;
    }
    for (size_t i = 0; i < s->board_count && rc == 0; i++) rc = learn(db, now, s, &s->boards[i]);
    return rc;
}

int rules_load_heard(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(db, "SELECT board, last_seen FROM board WHERE site = ? ORDER BY board", s->site, &q);
    if (rc < 0) return rc;
    while ((rc = stmt_step(q)) == 1)
        for (size_t i = 0; i < s->board_count; i++)
            if (strcmp(s->boards[i].board, stmt_text(q, 0)) == 0) s->boards[i].heard.ms = stmt_int(q, 1);
    return rc;
}

/* ---- a board of itself ---- */

/* Since when the alert that stands says it is so; now where none stands. */
static int since(struct db *db, const struct rules_site *s, const char *rule, struct wall now, struct wall *out) {
    char subject[NAME_SIZE + 8] = "board/", id[ID_SIZE];
    text_clip(subject + strlen(subject), NAME_SIZE, s->self.board);
    *out = now;
    int rc = alert_find(db, s->site, rule, subject, id, out);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* Refused since head office last saw such an alert; a refusal has no time of its own, its event has. */
static int load_rejected(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(
        db,
        "SELECT count(*), min(e.at) FROM rejected r JOIN chain c ON c.site = r.site AND c.writer = r.writer"
        " AND c.epoch = r.epoch AND c.lane = r.lane JOIN event e ON e.chain = c.id AND e.seq = r.seq"
        " WHERE r.site = ?1 AND r.by_us = 0 AND r.writer = ?2 AND e.at > (SELECT coalesce(max(v.at), 0) FROM"
        " alert a JOIN event v ON v.site = a.site AND v.subject = 'alert/' || a.id AND v.type = 'alert-seen'"
        " WHERE a.site = ?1 AND a.rule = 'events-rejected' AND a.seen <> '')",
        s->site, &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 2, s->self.board);
    rc = stmt_step(q);
    if (rc < 0) return rc;
    s->self.rejected = rc == 1 ? stmt_int(q, 0) : 0;
    s->self.rejected_since.ms = rc == 1 && !stmt_is_null(q, 1) ? stmt_int(q, 1) : 0;
    return 0;
}

int rules_load_self(struct db *db, const char *board, int disk_percent, struct wall untrusted_since, struct wall now,
                    struct rules_site *s) {
    struct wall standing = { 0 };
    s->self = (struct rules_self){ .disk_percent = disk_percent };
    text_clip(s->self.board, sizeof s->self.board, board);
    int rc = load_rejected(db, s);
    if (rc == 0 && disk_percent >= 0 && disk_percent < s->limits.disk_well_percent)
        rc = since(db, s, "disk-low", now, &s->self.disk_since);
    if (rc < 0 || !untrusted_since.ms) return rc;
    rc = since(db, s, "clock-untrusted", standing, &standing);
    s->self.untrusted_since =
        standing.ms ? (struct wall){ standing.ms - s->limits.untrusted_s * INT64_C(1000) } : untrusted_since;
    return rc;
}

/* ---- all of it ---- */

static int load_subjects(struct db *db, struct wall now, struct rules_site *s) {
    char first[TZ_DATE_SIZE];
    first_date(s, now, first);
    int rc = rules_load_logs(db, now, s);
    if (rc == 0) rc = rules_load_inspections(db, first, s);
    if (rc == 0) rc = rules_load_hazards(db, s);
    if (rc == 0) rc = rules_load_stages(db, now, s);
    if (rc == 0) rc = rules_load_changes(db, s);
    if (rc == 0) rc = rules_load_materials(db, s);
    if (rc == 0) rc = rules_load_questions(db, s);
    return rc == 0 ? rules_load_call(db, s) : rc;
}

static int load_site(struct db *db, const char *fallback_tz, struct wall now, struct rules_site *s) {
    int rc = plan_read(db, s->site, fallback_tz, &s->plan);
    if (rc == 0) rc = tz_create(s->plan.timezone, &s->tz, NULL);
    if (rc == ERR_NOT_FOUND || rc == ERR_CORRUPT || rc == ERR_INVALID) rc = tz_create(fallback_tz, &s->tz, NULL);
    if (rc == 0) rc = rules_load_limits(db, s);
    if (rc == 0) rc = rules_load_clock(db, s);
    if (rc == 0) rc = rules_load_closed(db, s);
    if (rc == 0) rc = rules_load_begun(db, s);
    if (rc == 0) rc = rules_load_boards(db, now, s);
    return rc == 0 && !s->closed.ms ? load_subjects(db, now, s) : rc;
}

int rules_load(struct db *db, const char *site, const char *fallback_tz, const struct rules_limits *limits,
               struct wall now, struct rules_site *out) {
    struct rules_site s = { .limits = *limits, .self = { .disk_percent = -1 } };
    text_clip(s.site, sizeof s.site, site);
    int rc = load_site(db, fallback_tz, now, &s);
    if (rc < 0)
        rules_site_fini(&s);
    else
        *out = s;
    return rc;
}
