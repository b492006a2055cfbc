/* SPDX-License-Identifier: MIT */
/* Claiming days, deciding claims, reporting idle days: what is judged when somebody posts. */
#include "app/journal/delay_private.h"
#include "app/journal/domain.h"
#include "app/journal/journal_private.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

/* Working days from a date to another, by the site's plan. */
static int workdays(struct db *db, const char *site, const char *timezone, const char *from, const char *to, int *out) {
    struct plan plan;
    char date[TZ_DATE_SIZE];
    int rc = plan_read(db, site, timezone, &plan);
    if (rc < 0) return rc;
    *out = 0;
    memcpy(date, from, sizeof date);
    for (; strcmp(date, to) <= 0; tz_date_add(date, 1, date)) *out += plan_workday(&plan.cutoffs, date);
    plan_fini(&plan);
    return 0;
}

/* The date of the n-th working day from `from` on, at most `to`. */
static int nth_workday(struct db *db, const char *site, const char *timezone, const char *from, const char *to,
                       int64_t n, char out[TZ_DATE_SIZE]) {
    struct plan plan;
    int rc = plan_read(db, site, timezone, &plan);
    if (rc < 0) return rc;
    memcpy(out, from, TZ_DATE_SIZE);
    for (;;) {
        n -= plan_workday(&plan.cutoffs, out);
        if (n <= 0 || strcmp(out, to) >= 0) break;
        tz_date_add(out, 1, out);
    }
    plan_fini(&plan);
    return 0;
}

static int check_span(const char *from, const char *to, struct err_text *e) {
    int days = tz_date_days(from, to);
    if (days < 0) return err_field(e, ERR_INVALID, "to", "to (%s) is before from (%s)", to, from);
    if (days >= DELAY_DAYS_MAX) return err_field(e, ERR_INVALID, "to", "more than a year cannot be claimed at once");
    return 0;
}

static int judge_claim(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                       struct err_text *e) {
    const char *from = row_text(data, "from"), *to = row_text(data, "to"), *stage = row_text(data, "stage");
    int days = 0;
    if (stage[0] && !domain_stage(stage)) return err_field(e, ERR_INVALID, "stage", "there is no stage %s", stage);
    int rc = check_span(from, to, e);
    if (rc < 0) return rc;
    rc = workdays(db, p->site, journal_timezone(j), from, to, &days);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    if (days == 0) return err_field(e, ERR_INVALID, "from", "there is no working day from %s to %s", from, to);
    json_put_int(made, "days", days);
    return 0;
}

void delay_post_claim(struct post *p) {
    p->type = "delay-claimed";
    p->shape = delay_shape_claimed;
    p->judge = judge_claim;
    p->print = delay_print;
}

/* ---- deciding ---- */

struct grant {
    char from[TZ_DATE_SIZE], to[TZ_DATE_SIZE];
};

/* Which days a decision grants. */
static int granted_of(struct post *p, struct journal *j, struct db *db, const struct json *data,
                      const struct delay_row *row, struct grant *out, struct err_text *e) {
    const char *from = row_text(data, "from"), *to = row_text(data, "to");
    bool partly = strcmp(row_text(data, "decision"), "partly") == 0;
    int64_t days = 0;
    bool counted = json_int(json_member(data, "days"), &days);
    if (partly && !counted && !from[0] && !to[0])
        return err_field(e, ERR_INVALID, "days", "partly: say how many days, or from when to when");
    text_clip(out->from, sizeof out->from, from[0] ? from : row->from);
    text_clip(out->to, sizeof out->to, to[0] ? to : row->to);
    if (strcmp(out->from, row->from) < 0 || strcmp(out->from, row->to) > 0)
        return err_field(e, ERR_INVALID, "from", "only days from %s to %s were claimed", row->from, row->to);
    if (strcmp(out->to, row->to) > 0 || strcmp(out->to, out->from) < 0)
        return err_field(e, ERR_INVALID, "to", "only days from %s to %s were claimed", row->from, row->to);
    if (!counted || to[0]) return 0;
    struct grant g = *out;
    return nth_workday(db, p->site, journal_timezone(j), g.from, g.to, days, out->to);
}

static int judge_decision(struct post *p, struct journal *j, struct db *db, const struct json *data,
                          struct json_out *made, struct err_text *e) {
    struct delay_row row;
    struct grant g;
    int days = 0;
    int rc = delay_row_read(db, p->site, p->subject_id, &row);
    if (rc == ERR_NOT_FOUND) return err_field(e, rc, "subject", "there is no claim delay/%s", p->subject_id);
    if (rc < 0) return err_set(e, rc, "the claim cannot be read: %s", err_name(rc));
    if (strcmp(row.state, "claimed") != 0) {
        memcpy(p->allowed, "[]", 3);
        return err_set(e, ERR_CONFLICT, "this claim is decided: %s", row.state);
    }
    if (strcmp(row_text(data, "decision"), "refused") == 0) return 0;
    rc = granted_of(p, j, db, data, &row, &g, e);
    if (rc < 0) return rc;
    rc = workdays(db, p->site, journal_timezone(j), g.from, g.to, &days);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    json_put_text(made, "granted_from", g.from);
    json_put_text(made, "granted_to", g.to);
    json_put_int(made, "granted_days", days);
    return 0;
}

void delay_post_decision(struct post *p) {
    p->type = "delay-decided";
    p->inreplyto = p->subject_id;
    p->shape = delay_shape_decided;
    p->judge = judge_decision;
    p->print = delay_print;
}

/* ---- idle days ---- */

int delay_idle_date(const char *body, size_t n, char out[TZ_DATE_SIZE], struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    int rc = json_parse(body, n, &root, e);
    if (rc == 0 && !json_is_object(root)) rc = err_set(e, ERR_INVALID, "a JSON object is expected");
    return rc < 0 ? rc : item_get_date(root, "", "date", JSON_REQUIRED, out, e);
}

/* The day on which the job begins, as far as it was planned: or the first on which anything is recorded of it, where that is earlier. "": nobody says. */
static int read_begin(struct db *db, const char *site, const struct plan *plan, const struct tz *tz,
                      char out[TZ_DATE_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char first[TZ_DATE_SIZE];
    out[0] = '\0';
    for (size_t i = 0; i < plan->stage_count; i++) {
        const char *start = plan->stages[i].start;
        if (start[0] && (!out[0] || strcmp(start, out) < 0)) memcpy(out, start, TZ_DATE_SIZE);
    }
    if (!out[0]) return 0;
    int rc = db_prepare(db, "SELECT at FROM event WHERE site = ? ORDER BY pos LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    tz_date(tz, (struct wall){ stmt_int(s, 0) }, first);
    if (strcmp(first, out) < 0) memcpy(out, first, TZ_DATE_SIZE);
    return 0;
}

/* A board that does not know the time lets every date be, as with logs. */
static int check_idle_date(struct journal *j, struct db *db, const char *site, const char *date, struct err_text *e) {
    struct plan plan;
    char today[TZ_DATE_SIZE], begin[TZ_DATE_SIZE];
    if (journal_grade(j) == CLOCK_NONE) return 0;
    int rc = plan_read(db, site, journal_timezone(j), &plan);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    const struct tz *tz = journal_zone_find(j, plan.timezone);
    tz_date(tz, clock_wall(), today);
    rc = read_begin(db, site, &plan, tz, begin);
    plan_fini(&plan);
    if (rc < 0) return err_set(e, rc, "the site cannot be read: %s", err_name(rc));
    if (tz_date_days(today, date) > DELAY_IDLE_AHEAD_DAYS)
        return err_field(e, ERR_INVALID, "date", "date is more than %d days ahead: at the site it is %s",
                         DELAY_IDLE_AHEAD_DAYS, today);
    if (strcmp(date, begin) < 0)
        return err_field(e, ERR_INVALID, "date", "date is before the job, which begins on %s", begin);
    return 0;
}

static int judge_idle(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                      struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    (void)data, (void)made;
    int rc = check_idle_date(j, db, p->site, p->subject_id, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, "SELECT 1 FROM idle_day WHERE site = ? AND date = ?", &s);
    if (rc < 0) return err_set(e, rc, "the idle days cannot be read: %s", err_name(rc));
    stmt_bind_text(s, 1, p->site);
    stmt_bind_text(s, 2, p->subject_id);
    rc = stmt_step(s);
    if (rc != 1) return rc;
    return err_set(e, ERR_CONFLICT, "%s is reported already", p->subject_id);
}

void delay_post_idle(struct post *p) {
    p->type = "idle-day";
    p->shape = delay_shape_idle;
    p->judge = judge_idle;
    p->print = delay_idle_print;
}
