/* SPDX-License-Identifier: MIT */
/* Who is to be called, and when. What there is to tell them: callback_digest.c. */
#include "app/journal/callback_private.h"

#include "app/journal/handover.h"
#include "app/journal/plan.h"
#include "app/journal/row.h"
#include "app/journal/setting.h"
#include "app/journal/standing.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITES_MAX = 2000, NOON = 12 * 60 };

#define SANE_MS INT64_C(1577836800000) /* 2020-01-01: no right clock is before it */

/* ---- when ---- */

static int read_last(struct db *db, const char *site, struct callback_due *d, char next[TZ_DATE_SIZE],
                     struct wall *called) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT date, next, pos, at_ms FROM callback WHERE site = ? ORDER BY at_ms DESC, id DESC LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    text_clip(d->last, sizeof d->last, stmt_text(s, 0));
    text_clip(next, TZ_DATE_SIZE, stmt_text(s, 1));
    d->since_pos = stmt_int(s, 2);
    called->ms = stmt_int(s, 3);
    return 0;
}

/* The site's date of its first event; "" where there is none. What head office plans before anybody works is none. */
static int read_first(struct db *db, const char *site, const struct tz *tz, char out[TZ_DATE_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT min((SELECT e.at FROM event e WHERE e.chain = c.id AND e.at >= ?2 AND e.type NOT IN"
                        " ('', 'plan-set', 'person-set', 'user-changed', 'epoch-started', 'clock-set', 'outage',"
                        " 'setting-set') ORDER BY e.seq LIMIT 1)) FROM chain c WHERE c.site = ?1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, SANE_MS);
    rc = stmt_step(s);
    out[0] = '\0';
    if (rc == 1 && !stmt_is_null(s, 0)) tz_date(tz, (struct wall){ stmt_int(s, 0) }, out);
    return rc < 0 ? rc : 0;
}

/* From noon to noon: a date moves by whole days, however many seconds a holding lasted. "": held, and nobody knows until when. */
static void shift_date(const struct standstill *clock, const char *from, const char *date, char out[TZ_DATE_SIZE]) {
    struct wall due = standstill_shift(clock, standstill_at(clock, from, NOON), standstill_at(clock, date, NOON));
    out[0] = '\0';
    if (due.ms != STANDSTILL_NEVER) tz_date(clock->tz, due, out);
}

/* The day that was agreed on in a call: only holdings that nobody knew of then move it, be it no working day. */
static int agreed(struct db *db, const char *site, const struct plan *plan, const struct tz *tz, struct wall called,
                  const char *next, struct callback_due *d) {
    struct standstill clock;
    size_t later = 0;
    int rc = standing_read(db, site, &plan->cutoffs, tz, &clock);
    if (rc < 0) return rc;
    struct wall noon = standstill_at(&clock, next, NOON);
    bool moves = false;
    for (size_t i = 0; i < clock.held_count; i++) {
        if (clock.held[i].from.ms <= called.ms) continue;
        moves = moves || clock.held[i].from.ms < noon.ms;
        clock.held[later++] = clock.held[i];
    }
    clock.held_count = later;
    clock.granted_count = 0;
    text_clip(d->due, sizeof d->due, next);
    if (moves) shift_date(&clock, d->last, next, d->due);
    standing_fini(&clock);
    return 0;
}

/* The plan's days, or head office's setting where the plan has what every plan has; later by as long as clocks stood still. */
static int count_days(struct db *db, const char *site, const struct plan *plan, const struct tz *tz, const char *from,
                      char out[TZ_DATE_SIZE]) {
    int64_t days = plan->cutoffs.callback_days;
    struct standstill clock;
    char date[TZ_DATE_SIZE];
    int rc = days == setting_find(SETTING_CALLBACK_DAYS)->standard
                 ? setting_get_int(db, site, SETTING_CALLBACK_DAYS, &days)
                 : 0;
    if (rc == 0) rc = standing_read(db, site, &plan->cutoffs, tz, &clock);
    if (rc < 0) return rc;
    tz_date_add(from, (int)days, date);
    shift_date(&clock, from, date, out);
    standing_fini(&clock);
    return 0;
}

static int when(struct db *db, const char *site, const struct plan *plan, const struct tz *tz,
                struct callback_due *out) {
    struct callback_due d = { .last = "" };
    struct civil valid;
    char next[TZ_DATE_SIZE] = "";
    char first[TZ_DATE_SIZE] = "";
    struct wall called = { 0 };
    bool done = false;
    int rc = handover_done(db, site, &done, NULL);
    if (rc == 0) rc = read_last(db, site, &d, next, &called);
    if (rc == 0 && !d.last[0]) rc = read_first(db, site, tz, first);
    if (rc < 0) return rc;
    const char *from = d.last[0] ? d.last : first;
    if (!done && next[0] && tz_date_parse(from, &valid) == 0 && tz_date_parse(next, &valid) == 0)
        rc = agreed(db, site, plan, tz, called, next, &d);
    else if (!done && tz_date_parse(from, &valid) == 0)
        rc = count_days(db, site, plan, tz, from, d.due);
    if (rc == 0) *out = d;
    return rc;
}

/* A zone that cannot be read is UTC: a call a day early does no harm. */
static int zone_of(const struct plan *plan, struct tz **tz) {
    int rc = tz_create(plan->timezone, tz, NULL);
    return rc == 0 || rc == ERR_NOMEM ? rc : tz_create("UTC", tz, NULL);
}

int callback_when(struct db *db, const char *site, const char *fallback_tz, struct callback_due *out) {
    struct plan plan;
    struct tz *tz = NULL;
    int rc = plan_read(db, site, fallback_tz, &plan);
    if (rc < 0) return rc;
    rc = zone_of(&plan, &tz);
    if (rc == 0) rc = when(db, site, &plan, tz, out);
    tz_destroy(tz);
    plan_fini(&plan);
    return rc;
}

/* ---- the list ---- */

struct due_site {
    char site[41], today[TZ_DATE_SIZE];
    struct callback_due when;
};

static int by_due(const void *a, const void *b) {
    const struct due_site *x = a, *y = b;
    int rc = strcmp(x->when.due, y->when.due);
    return rc ? rc : strcmp(x->site, y->site);
}

static int look_at(struct db *db, const char *fallback_tz, struct wall now, struct due_site *d) {
    struct plan plan;
    struct tz *tz = NULL;
    int rc = plan_read(db, d->site, fallback_tz, &plan);
    if (rc < 0) return rc;
    rc = zone_of(&plan, &tz);
    if (rc == 0) rc = when(db, d->site, &plan, tz, &d->when);
    if (rc == 0) tz_date(tz, now, d->today);
    tz_destroy(tz);
    plan_fini(&plan);
    return rc;
}

static int read_sites(struct db *db, struct due_site **out, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct due_site *list = calloc(SITES_MAX, sizeof *list);
    if (!list) return ERR_NOMEM;
    int rc = db_prepare(db, "SELECT site FROM site UNION SELECT site FROM chain ORDER BY 1", &s);
    *out = list;
    *n = 0;
    if (rc < 0) return rc;
    while (*n < SITES_MAX && (rc = stmt_step(s)) == 1) text_clip(list[(*n)++].site, sizeof list->site, stmt_text(s, 0));
    return rc < 0 ? rc : 0;
}

static int last_score(struct db *db, const char *site, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT score FROM callback WHERE site = ? ORDER BY at_ms DESC, id DESC LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc == 1)
        json_put_int(w, "score", stmt_int(s, 0));
    else
        json_put_null(w, "score");
    return rc < 0 ? rc : 0;
}

static int put_due(struct db *db, const char *fallback_tz, const struct due_site *d, struct json_out *w) {
    struct plan plan;
    int rc = plan_read(db, d->site, fallback_tz, &plan);
    if (rc < 0) return rc;
    int late = tz_date_days(d->when.due, d->today);
    json_open(w, NULL, '{');
    json_put_text(w, "site", d->site);
    json_put_text(w, "name", plan.name);
    json_open(w, "customer", '{');
    row_put(w, "name", plan.customer_name);
    row_put(w, "phone", plan.customer_phone);
    json_close(w, '}');
    json_put_text(w, "due", d->when.due);
    row_put(w, "last", d->when.last);
    rc = last_score(db, d->site, w);
    json_put_int(w, "late_days", late > 0 ? late : 0);
    if (rc == 0) rc = callback_put_digest(db, d->site, &plan, d->when.since_pos, w);
    json_close(w, '}');
    plan_fini(&plan);
    return rc < 0 ? rc : w->buf->error;
}

int callback_print_due(struct db *db, const char *fallback_tz, struct wall now, bool all, struct buf *out) {
    CLEANUP(free_ptr) struct due_site *sites = NULL;
    struct json_out w;
    size_t n = 0;
    int rc = read_sites(db, &sites, &n);
    for (size_t i = 0; rc == 0 && i < n; i++) rc = look_at(db, fallback_tz, now, &sites[i]);
    if (rc < 0) return rc;
    qsort(sites, n, sizeof *sites, by_due);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "callbacks", '[');
    for (size_t i = 0; rc == 0 && i < n; i++) {
        bool due = sites[i].when.due[0] && (all || strcmp(sites[i].when.due, sites[i].today) <= 0);
        if (due) rc = put_due(db, fallback_tz, &sites[i], &w);
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}
