/* SPDX-License-Identifier: MIT */
/* The projection of plans. Each plan-set replaces what it says and leaves what it does not say; plans that two writers made at once fold one
 * after the other, as every subject's events do, and the version counts both. */
#include "app/journal/plan.h"

#include "app/journal/late.h"
#include "app/journal/plan_decode.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const char schema[] =
    "CREATE TABLE site (\n"
    "  -- The plan of a site, but for its stages and people.\n"
    "  site TEXT PRIMARY KEY,\n"
    "  version INTEGER NOT NULL,     -- plan-set events so far; what If-Match names\n"
    "  name TEXT NOT NULL,           -- '': not said\n"
    "  timezone TEXT NOT NULL,       -- Asia/Shanghai; '': not said\n"
    "  contract_fen INTEGER,         -- contract amount in hundredths; NULL: not said\n"
    "  cutoffs TEXT NOT NULL,        -- JSON: daylog, report, workdays, holidays; '': not said\n"
    "  customer_name TEXT NOT NULL,  -- masked\n"
    "  customer_phone TEXT NOT NULL  -- masked\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE plan_stage (\n"
    "  -- The stages of a site's plan; none: the standard ones.\n"
    "  site TEXT NOT NULL,\n"
    "  n INTEGER NOT NULL,           -- order in the plan\n"
    "  key TEXT NOT NULL,            -- plumbing_electrical\n"
    "  planned_start TEXT NOT NULL,  -- date, or ''\n"
    "  planned_finish TEXT NOT NULL, -- date, or ''\n"
    "  after TEXT NOT NULL,          -- JSON: keys of stages that come before\n"
    "  PRIMARY KEY (site, n)\n"
    ") STRICT, WITHOUT ROWID;\n";

static int delete_from(struct db *db, const char *sql, const char *site) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    return stmt_run(s);
}

static int delete_stages(struct db *db, const char *site) {
    return delete_from(db, "DELETE FROM plan_stage WHERE site = ?", site);
}

static int reset(struct db *db, const char *site, const char *id) {
    if (strcmp(site, id) != 0) return 0; /* that subject has no rows */
    int rc = delete_stages(db, site);
    return rc < 0 ? rc : delete_from(db, "DELETE FROM site WHERE site = ?", site);
}

static void bind_said(struct stmt *s, int i, bool said, const char *text) { stmt_bind_text(s, i, said ? text : NULL); }

static int put_site(struct db *db, const char *site, const struct plan_said *said) {
    struct stmt *s = NULL;
    struct buf cutoffs;
    struct json_out w;
    buf_init(&cutoffs, 64u * 1024u);
    json_start(&w, &cutoffs);
    plan_cutoffs_put(&said->plan.cutoffs, &w, NULL);
    int rc = cutoffs.error;
    if (rc == 0)
        rc = db_prepare(
            db,
            "INSERT INTO site (site, version, name, timezone, contract_fen, cutoffs, customer_name, customer_phone)"
            " VALUES (?1, 1, coalesce(?2, ''), coalesce(?3, ''), ?4, coalesce(?5, ''), coalesce(?6, ''),"
            " coalesce(?7, '')) ON CONFLICT (site) DO UPDATE SET version = version + 1, name = coalesce(?2, name),"
            " timezone = coalesce(?3, timezone), contract_fen = coalesce(?4, contract_fen),"
            " cutoffs = coalesce(?5, cutoffs), customer_name = coalesce(?6, customer_name),"
            " customer_phone = coalesce(?7, customer_phone)",
            &s);
    if (rc == 0) {
        stmt_bind_text(s, 1, site);
        bind_said(s, 2, said->name, said->plan.name);
        bind_said(s, 3, said->timezone, said->plan.timezone);
        if (said->contract)
            stmt_bind_int(s, 4, said->plan.contract_fen);
        else
            stmt_bind_null(s, 4);
        bind_said(s, 5, said->cutoffs, cutoffs.data);
        bind_said(s, 6, said->customer, said->plan.customer_name);
        bind_said(s, 7, said->customer, said->plan.customer_phone);
        rc = stmt_run(s);
    }
    buf_fini(&cutoffs);
    return rc;
}

static int put_stage(struct db *db, const char *site, size_t n, const struct plan_stage *stage) {
    struct stmt *s = NULL;
    struct buf after;
    struct json_out w;
    buf_init(&after, 4096);
    json_start(&w, &after);
    json_open(&w, NULL, '[');
    for (size_t i = 0; i < stage->after_count; i++) json_put_text(&w, NULL, stage->after[i]);
    json_close(&w, ']');
    int rc = after.error;
    if (rc == 0)
        rc = db_prepare(
            db, "INSERT INTO plan_stage (site, n, key, planned_start, planned_finish, after) VALUES (?, ?, ?, ?, ?, ?)",
            &s);
    if (rc == 0) {
        stmt_bind_text(s, 1, site);
        stmt_bind_int(s, 2, (int64_t)n);
        stmt_bind_text(s, 3, stage->key);
        stmt_bind_text(s, 4, stage->start);
        stmt_bind_text(s, 5, stage->finish);
        stmt_bind_text(s, 6, after.data);
        rc = stmt_run(s);
    }
    buf_fini(&after);
    return rc;
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct plan_said said = { 0 };
    (void)pos;
    if (strcmp(event->type, "plan-set") != 0) return 0;
    if (strcmp(event->subject + strlen("plan/"), event->site) != 0)
        return late_mark(db, event, "a plan's subject has to be its own site");
    int rc = plan_decode(event->data, DECODE_LENIENT, &said, NULL);
    if (rc < 0) return rc;
    rc = put_site(db, event->site, &said);
    if (rc == 0 && said.stages) rc = delete_stages(db, event->site);
    for (size_t i = 0; rc == 0 && i < said.plan.stage_count; i++)
        rc = put_stage(db, event->site, i, &said.plan.stages[i]);
    plan_said_fini(&said);
    return rc;
}

static const char *const tables[] = { "site", "plan_stage", NULL };
const struct subject_kind plan_kind = {
    .kind = "plan", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};
