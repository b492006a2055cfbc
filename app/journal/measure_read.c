/* SPDX-License-Identifier: MIT */
/* What is measured, from the projections: one function a subject. */
#include "app/journal/measure.h"
#include "app/journal/rules_load.h"
#include "app/journal/standing.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { DAYS_DEFAULT = 30, PAPERS_MAX = 2 * MEASURE_DAYS_MAX, SITES_STEP = 64, STAGES = 200, MINUTE_MS = 60000 };

/* Minutes from raised to put right. */
struct durations {
    int64_t *min;
    size_t count;
};

struct reading {
    struct db *db;
    const struct measure_ask *ask;
    struct measure *out;
    struct durations all;
};

static int add_duration(struct durations *d, int64_t minutes) {
    if (d->count % 64 == 0) {
        int64_t *more = realloc(d->min, (d->count + 64) * sizeof *more);
        if (!more) return ERR_NOMEM;
        d->min = more;
    }
    d->min[d->count++] = minutes;
    return 0;
}

/* ---- a site's papers ---- */

/* Dates and first times of handing in; rows of a date come one after the other. */
static int read_papers(struct db *db, const char *sql, const char *site, const struct measure_span *m,
                       struct measure_paper *out, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char before[TZ_DATE_SIZE], after[TZ_DATE_SIZE];
    tz_date_add(m->from, -7, before); /* a week's report may be older than the period, and later than its week */
    tz_date_add(m->to, 7, after);
    int rc = db_prepare(db, sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, before);
    stmt_bind_text(s, 3, after);
    *n = 0;
    while ((rc = stmt_step(s)) == 1) {
        struct wall at;
        if (clock_parse(stmt_text(s, 1), &at, NULL) < 0) continue;
        bool same = *n && strcmp(out[*n - 1].date, stmt_text(s, 0)) == 0;
        if (!same && *n == PAPERS_MAX) break;
        struct measure_paper *paper = &out[same ? *n - 1 : (*n)++];
        if (!same || at.ms < paper->at.ms) paper->at = at;
        text_clip(paper->date, sizeof paper->date, stmt_text(s, 0));
    }
    return rc < 0 ? rc : 0;
}

static int read_rates(struct reading *r, const struct plan *plan, const struct measure_span *m,
                      struct measure_site *s) {
    CLEANUP(free_ptr) struct measure_paper *papers = calloc(PAPERS_MAX, sizeof *papers);
    size_t n = 0;
    if (!papers) return ERR_NOMEM;
    int rc = read_papers(r->db, "SELECT date, at FROM daylog WHERE site = ? AND date BETWEEN ? AND ? ORDER BY date",
                         s->site, m, papers, &n);
    if (rc < 0) return rc;
    measure_logs(m, plan->cutoffs.daylog_min, papers, n, &s->logs);
    rc = read_papers(r->db, "SELECT date, at FROM inspection WHERE site = ? AND date BETWEEN ? AND ? ORDER BY date",
                     s->site, m, papers, &n);
    if (rc < 0) return rc;
    measure_reports(m, plan->cutoffs.report_weekday, plan->cutoffs.report_min, papers, n, &s->reports);
    return 0;
}

/* A stage is finished when it was, or was accepted; room by room, when the last was. */
static int read_stages(struct reading *r, const struct measure_span *m, struct measure_site *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct measure_stage list[STAGES];
    size_t n = 0;
    int rc = db_prepare(r->db,
                        "SELECT p.planned_finish, max(CASE WHEN g.finished_ms > 0 THEN g.finished_ms ELSE"
                        " g.accepted_ms END), min(coalesce(g.finished_ms, 0) + coalesce(g.accepted_ms, 0) > 0)"
                        " FROM plan_stage p LEFT JOIN stage g ON g.site = p.site AND g.key = p.key WHERE p.site = ?"
                        " GROUP BY p.n ORDER BY p.n",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, out->site);
    while (n < STAGES && (rc = stmt_step(s)) == 1) {
        list[n] = (struct measure_stage){ .finished = "" };
        text_clip(list[n].planned, sizeof list[n].planned, stmt_text(s, 0));
        if (stmt_int(s, 2) == 1 && stmt_int(s, 1) > 0)
            tz_date(m->clocks->tz, (struct wall){ stmt_int(s, 1) }, list[n].finished);
        n++;
    }
    if (rc < 0) return rc;
    measure_stages(m, list, n, &out->stages);
    return 0;
}

/* ---- hazards and calls ---- */

static int severity_of(const char *word) { return word[0] == 'n' ? 0 : strcmp(word, "serious") == 0 ? 1 : 2; }

static void count_stage(struct measure *m, const char *stage, int severity) {
    size_t i = 0;
    while (i < m->stage_count && strcmp(m->stages[i].stage, stage) != 0) i++;
    if (i == m->stage_count) {
        if (i >= MEASURE_STAGES_MAX && stage[0]) {
            count_stage(m, "", severity);
            return;
        }
        text_clip(m->stages[i].stage, sizeof m->stages[i].stage, stage);
        m->stage_count++;
    }
    m->stages[i].n[severity]++;
}

/* Of the row that s stands on: stage, severity, raised_ms, rectified_ms, due_ms, rejected, state. */
static int count_hazard(struct reading *r, struct stmt *s, const struct standstill *clocks, struct measure_site *out,
                        struct durations *own) {
    int severity = severity_of(stmt_text(s, 1));
    struct wall raised = { stmt_int(s, 2) }, set = { stmt_int(s, 4) };
    int64_t rectified_ms = stmt_int(s, 3), took = (rectified_ms - raised.ms) / MINUTE_MS;
    int rc = 0;
    out->hazards[severity]++;
    count_stage(r->out, stmt_text(s, 0), severity);
    out->sent_back += stmt_int(s, 5);
    out->checked += stmt_int(s, 5) + (strcmp(stmt_text(s, 6), "verified") == 0);
    int64_t due_ms = standstill_shift(clocks, raised, set).ms;
    if (rectified_ms ? rectified_ms > due_ms : r->ask->now.ms >= due_ms) out->overdue++;
    if (!rectified_ms) return 0;
    out->rectified++;
    if (took < 0) took = 0; /* clocks were set in between */
    rc = add_duration(own, took);
    return rc < 0 ? rc : add_duration(&r->all, took);
}

static int read_hazards(struct reading *r, const struct standstill *clocks, struct wall from, struct wall to,
                        struct measure_site *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct durations own = { 0 };
    int rc = db_prepare(r->db,
                        "SELECT stage, severity, raised_ms, rectified_ms, due_ms, rejected, state FROM hazard"
                        " WHERE site = ? AND raised_ms >= ? AND raised_ms < ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, out->site);
    stmt_bind_int(s, 2, from.ms);
    stmt_bind_int(s, 3, to.ms);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) rc = count_hazard(r, s, clocks, out, &own);
    out->median_min = measure_median(own.min, own.count);
    free(own.min);
    return rc;
}

static int read_calls(struct reading *r, struct measure_site *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        r->db, "SELECT count(*), coalesce(sum(score), 0) FROM callback WHERE site = ? AND date BETWEEN ? AND ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, out->site);
    stmt_bind_text(s, 2, r->out->from);
    stmt_bind_text(s, 3, r->out->to);
    rc = stmt_step(s);
    if (rc == 1) out->calls = stmt_int(s, 0);
    if (rc == 1) out->score_sum = stmt_int(s, 1);
    return rc < 0 ? rc : 0;
}

/* ---- one site ---- */

static int read_closed(struct db *db, const char *site, struct wall *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT at_ms FROM handover WHERE site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    out->ms = rc == 1 ? stmt_int(s, 0) : 0;
    return rc < 0 ? rc : 0;
}

static struct wall midnight(const struct tz *tz, const char *date) {
    struct civil civil;
    struct wall out = { 0 };
    if (tz_date_parse(date, &civil) < 0 || tz_instant(tz, &civil, &out) < 0) out.ms = 0;
    return out;
}

static int read_with(struct reading *r, const struct plan *plan, const struct standstill *clocks,
                     struct measure_site *out) {
    struct measure_span m = { .clocks = clocks, .now = r->ask->now };
    struct rules_site rules = { 0 };
    char after[TZ_DATE_SIZE];
    memcpy(m.from, r->out->from, sizeof m.from);
    memcpy(m.to, r->out->to, sizeof m.to);
    text_clip(rules.site, sizeof rules.site, out->site);
    int rc = rules_load_begun(r->db, &rules);
    m.begun = rules.begun;
    if (rc == 0) rc = read_closed(r->db, out->site, &m.closed);
    if (rc == 0) rc = read_rates(r, plan, &m, out);
    if (rc == 0) rc = read_stages(r, &m, out);
    tz_date_add(m.to, 1, after);
    if (rc == 0) rc = read_hazards(r, clocks, midnight(clocks->tz, m.from), midnight(clocks->tz, after), out);
    return rc == 0 ? read_calls(r, out) : rc;
}

static int read_site(struct reading *r, struct measure_site *out) {
    struct plan plan;
    struct tz *tz = NULL;
    struct standstill clocks = { 0 };
    int rc = plan_read(r->db, out->site, r->ask->fallback_tz, &plan);
    if (rc < 0) return rc;
    text_clip(out->name, sizeof out->name, plan.name);
    rc = tz_create(plan.timezone, &tz, NULL);
    if (rc < 0) rc = tz_create(r->ask->fallback_tz, &tz, NULL);
    if (rc == 0) rc = standing_read(r->db, out->site, &plan.cutoffs, tz, &clocks);
    if (rc == 0) rc = read_with(r, &plan, &clocks, out);
    standing_fini(&clocks);
    tz_destroy(tz);
    plan_fini(&plan);
    return rc;
}

/* ---- all of them ---- */

static void add_rate(struct measure_rate *sum, const struct measure_rate *rate) {
    sum->due += rate->due;
    sum->on_time += rate->on_time;
    sum->late += rate->late;
    sum->missing += rate->missing;
}

static void add_site(struct measure_site *sum, const struct measure_site *s) {
    add_rate(&sum->logs, &s->logs);
    add_rate(&sum->reports, &s->reports);
    add_rate(&sum->stages, &s->stages);
    for (int i = 0; i < MEASURE_SEVERITIES; i++) sum->hazards[i] += s->hazards[i];
    sum->rectified += s->rectified;
    sum->overdue += s->overdue;
    sum->checked += s->checked;
    sum->sent_back += s->sent_back;
    sum->calls += s->calls;
    sum->score_sum += s->score_sum;
}

static int list_sites(struct reading *r) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct measure *m = r->out;
    int rc = db_prepare(r->db,
                        "SELECT site FROM (SELECT site FROM site UNION SELECT site FROM board UNION SELECT site FROM"
                        " chain) WHERE ?1 IS NULL OR site = ?1 ORDER BY 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, r->ask->site);
    while ((rc = stmt_step(s)) == 1) {
        if (m->site_count % SITES_STEP == 0) {
            struct measure_site *more = realloc(m->sites, (m->site_count + SITES_STEP) * sizeof *more);
            if (!more) return ERR_NOMEM;
            m->sites = more;
        }
        struct measure_site *site = &m->sites[m->site_count++];
        *site = (struct measure_site){ .median_min = -1 };
        text_clip(site->site, sizeof site->site, stmt_text(s, 0));
    }
    return rc;
}

static int set_period(const struct measure_ask *ask, struct measure *m, struct err_text *e) {
    char last[TZ_DATE_SIZE];
    struct civil civil;
    if (ask->to && tz_date_parse(ask->to, &civil) < 0)
        return err_field(e, ERR_INVALID, "to", "to is a date such as 2026-11-22");
    if (ask->from && tz_date_parse(ask->from, &civil) < 0)
        return err_field(e, ERR_INVALID, "from", "from is a date such as 2026-11-22");
    if (ask->to)
        text_clip(m->to, sizeof m->to, ask->to);
    else
        tz_date(ask->tz, ask->now, m->to);
    if (ask->from)
        text_clip(m->from, sizeof m->from, ask->from);
    else
        tz_date_add(m->to, 1 - DAYS_DEFAULT, m->from);
    if (strcmp(m->from, m->to) > 0) return err_field(e, ERR_INVALID, "from", "from is after to");
    tz_date_add(m->from, MEASURE_DAYS_MAX - 1, last);
    if (strcmp(m->to, last) <= 0) return 0;
    return err_field(e, ERR_INVALID, "from", "a period is %d days at most", MEASURE_DAYS_MAX);
}

static int64_t sum_of(const struct measure_hazards *h) { return h->n[0] + h->n[1] + h->n[2]; }

static int by_sum(const void *a, const void *b) {
    const struct measure_hazards *left = a, *right = b;
    if (sum_of(left) != sum_of(right)) return sum_of(left) > sum_of(right) ? -1 : 1;
    return strcmp(left->stage, right->stage);
}

int measure_read(struct db *db, const struct measure_ask *ask, struct measure *out, struct err_text *e) {
    struct measure m = { .all = { .median_min = -1 } };
    struct reading r = { .db = db, .ask = ask, .out = &m };
    int rc = set_period(ask, &m, e);
    if (rc < 0) return rc;
    rc = list_sites(&r);
    for (size_t i = 0; rc == 0 && i < m.site_count; i++) {
        rc = read_site(&r, &m.sites[i]);
        add_site(&m.all, &m.sites[i]);
    }
    if (rc < 0) {
        measure_fini(&m);
        free(r.all.min);
        return err_set(e, rc, "the measures cannot be read: %s", err_name(rc));
    }
    m.all.median_min = measure_median(r.all.min, r.all.count);
    free(r.all.min);
    qsort(m.stages, m.stage_count, sizeof m.stages[0], by_sum);
    *out = m;
    return 0;
}

void measure_fini(struct measure *m) {
    free(m->sites);
    m->sites = NULL;
    m->site_count = 0;
}
