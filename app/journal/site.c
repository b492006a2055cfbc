/* SPDX-License-Identifier: MIT */
/* A site as a whole, and the list of sites. Only puts together what other files know. */
#include "app/journal/site.h"

#include "app/journal/board.h"
#include "app/journal/domain.h"
#include "app/journal/handover.h"
#include "app/journal/hazard.h"
#include "app/journal/hold.h"
#include "app/journal/person.h"
#include "app/journal/plan_decode.h"
#include "firmware/base/cleanup.h"

int site_known(struct db *db, const char *site, bool *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "SELECT EXISTS (SELECT 1 FROM site WHERE site = ?1) OR EXISTS (SELECT 1 FROM board WHERE site = ?1)"
                   " OR EXISTS (SELECT 1 FROM chain WHERE site = ?1)",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = rc == 1 && stmt_int(s, 0) == 1;
    return 0;
}

static void put_stages(const struct plan *p, struct json_out *w) {
    json_open(w, "stages", '[');
    for (size_t i = 0; i < p->stage_count; i++) {
        const struct plan_stage *stage = &p->stages[i];
        const struct domain_stage *words = domain_stage(stage->key);
        json_open(w, NULL, '{');
        json_put_text(w, "key", stage->key);
        json_put_text(w, "zh", words ? words->zh : stage->key);
        json_put_text(w, "en", words ? words->en : stage->key);
        json_put_text(w, "planned_start", stage->start[0] ? stage->start : NULL);
        json_put_text(w, "planned_finish", stage->finish[0] ? stage->finish : NULL);
        json_open(w, "after", '[');
        for (size_t k = 0; k < stage->after_count; k++) json_put_text(w, NULL, stage->after[k]);
        json_close(w, ']');
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_customer(const struct plan *p, struct json_out *w) {
    if (!p->customer_name[0] && !p->customer_phone[0]) {
        json_put_null(w, "customer");
        return;
    }
    json_open(w, "customer", '{');
    json_put_text(w, "name", p->customer_name);
    json_put_text(w, "phone", p->customer_phone);
    json_close(w, '}');
}

/* The date on which the job was handed over; null while it goes on. */
static int put_closed(struct db *db, const char *site, struct json_out *w) {
    char date[TZ_DATE_SIZE];
    bool done = false;
    int rc = handover_done(db, site, &done, date);
    if (rc < 0) return rc;
    json_put_text(w, "closed", done ? date : NULL);
    return 0;
}

int site_print(struct db *db, const char *site, const char *fallback_tz, struct site_view view, struct buf *out) {
    struct plan plan;
    struct json_out w;
    int rc = plan_read(db, site, fallback_tz, &plan);
    if (rc < 0) return rc;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "site", site);
    json_put_text(&w, "name", plan.name);
    json_put_int(&w, "version", plan.version);
    json_put_text(&w, "timezone", plan.timezone);
    put_stages(&plan, &w);
    if (view.customer) {
        plan_amount_put(plan.contract_fen, &w, "contract_amount");
        put_customer(&plan, &w);
    }
    plan_cutoffs_put(&plan.cutoffs, &w, "cutoffs");
    if (view.names) rc = person_put_list(db, site, &w, "people");
    if (rc == 0) rc = hold_put(db, site, view.names, &w, "held");
    if (rc == 0) rc = put_closed(db, site, &w);
    json_close(&w, '}');
    plan_fini(&plan);
    return rc < 0 ? rc : out->error;
}

static int put_site(struct db *db, const struct pressing *s, struct json_out *w) {
    int64_t unsent = -1, hazards = 0;
    json_open(w, NULL, '{');
    json_put_text(w, "site", s->site);
    json_put_text(w, "name", s->name);
    json_put_text(w, "timezone", s->timezone);
    int rc = board_put_short(db, s->site, w, "boards", &unsent);
    if (rc == 0) rc = hazard_open(db, s->site, &hazards);
    json_put_text(w, "last_daylog", s->last_log[0] ? s->last_log : NULL);
    json_put_int(w, "open_hazards", hazards);
    json_put_int(w, "alerts", s->alerts);
    if (unsent < 0)
        json_put_null(w, "unsent");
    else
        json_put_int(w, "unsent", unsent);
    pressing_put(s, w);
    today_stage_put(&s->stage, TODAY_STAGE_DAY, w);
    if (rc == 0) rc = hold_put(db, s->site, false, w, "held");
    if (rc == 0) rc = put_closed(db, s->site, w);
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int site_list(struct db *db, const struct pressing_scope *scope, struct buf *out) {
    CLEANUP(free_ptr) struct pressing *all = NULL;
    struct json_out w;
    size_t n = 0;
    int rc = pressing_read_all(db, scope, &all, &n);
    if (rc < 0) return rc;
    pressing_sort(all, n);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "sites", '[');
    for (size_t i = 0; rc == 0 && i < n; i++) rc = put_site(db, &all[i], &w);
    json_close(&w, ']');
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}
