/* SPDX-License-Identifier: MIT */
/* From tables to facts: what the subjects of a site say of themselves. What is counted how is theirs to know. */
#include "app/journal/callback.h"
#include "app/journal/domain.h"
#include "app/journal/material.h"
#include "app/journal/rules_load_private.h"
#include "app/journal/setting.h"
#include "app/journal/stage.h"
#include "app/journal/standing.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- thresholds ---- */

static int get(struct db *db, const char *site, const char *key, int times, int *out) {
    int64_t n = 0;
    int rc = setting_get_int(db, site, key, &n);
    if (rc == 0) *out = (int)n * times;
    return rc;
}

/* How long a board may be silent is the configuration's as long as head office has not set it. */
static int set_silence(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int64_t hours = 0;
    int rc =
        rules_load_prepare(db, "SELECT 1 FROM setting WHERE site = ? AND key = ? AND value <> 'null'", s->site, &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 2, SETTING_SILENT_HOURS);
    rc = stmt_step(q);
    if (rc == 1) rc = setting_get_int(db, s->site, SETTING_SILENT_HOURS, &hours);
    if (rc == 0 && hours) s->limits.silent_after_s = hours * 3600;
    return rc < 0 ? rc : 0;
}

int rules_load_limits(struct db *db, struct rules_site *s) {
    struct rules_limits *l = &s->limits;
    const struct {
        const char *key;
        int times, *into;
    } all[] = {
        { SETTING_STAGE_LATE_HOURS, 1, &l->stage_late_h },
        { SETTING_ACCEPTANCE_HOURS, 1, &l->acceptance_h },
        { SETTING_DESIGNER_HOURS, 1, &l->designer_h },
        { SETTING_CUSTOMER_HOURS, 60, &l->customer_min },
        { SETTING_ADDITIONS_PERCENT, 1, &l->additions_percent },
        { SETTING_MATERIAL_CHANGES_PERCENT, 1, &l->material_changes_percent },
        { SETTING_MATERIAL_LATE_HOURS, 1, &l->material_late_h },
        { SETTING_MEASURE_WARN_DAYS, 1, &l->measure_warn_days },
        { SETTING_DISK_LOW_PERCENT, 1, &l->disk_low_percent },
    };
    int gap = l->disk_well_percent - l->disk_low_percent;
    int rc = set_silence(db, s);
    for (size_t i = 0; rc == 0 && i < TEXT_ARRAY_LEN(all); i++)
        rc = get(db, s->site, all[i].key, all[i].times, all[i].into);
    l->disk_well_percent = l->disk_low_percent + gap;
    return rc;
}

/* ---- clocks ---- */

int rules_load_clock(struct db *db, struct rules_site *s) {
    struct standstill clock;
    int rc = standing_read(db, s->site, &s->plan.cutoffs, s->tz, &clock);
    if (rc < 0) return rc;
    s->granted = clock.granted;
    s->granted_count = clock.granted_count;
    s->holds = clock.held;
    s->hold_count = clock.held_count;
    s->idle = clock.idle;
    s->idle_count = clock.idle_count;
    memcpy(s->planned_since, clock.planned_since, sizeof s->planned_since);
    return 0;
}

int rules_load_closed(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(db, "SELECT at_ms FROM handover WHERE site = ?", s->site, &q);
    if (rc == 0) rc = stmt_step(q);
    if (rc == 1) s->closed.ms = stmt_int(q, 0) > 0 ? stmt_int(q, 0) : 1;
    return rc < 0 ? rc : 0;
}

/* ---- quality ---- */

int rules_load_inspections(struct db *db, const char *first, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    s->knows_inspections = true;
    int rc = rules_load_prepare(db, "SELECT DISTINCT date FROM inspection WHERE site = ? AND date >= ? ORDER BY date",
                                s->site, &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 2, first);
    while ((rc = stmt_step(q)) == 1) {
        char *date = rules_load_grow(&s->inspected, s->inspected_count, sizeof *s->inspected);
        if (!date) return ERR_NOMEM;
        text_clip(date, TZ_DATE_SIZE, stmt_text(q, 0));
        s->inspected_count++;
    }
    return rc;
}

static enum rules_severity severity_of(const char *word) {
    if (strcmp(word, "stop_work") == 0) return RULES_STOP_WORK;
    return strcmp(word, "notice") == 0 ? RULES_NOTICE : RULES_SERIOUS;
}

/* The room, where the text does not name it, and the text. */
static void name_hazard(struct stmt *q, struct rules_hazard *h) {
    const char *zh = stmt_text(q, 4), *en = stmt_text(q, 5)[0] ? stmt_text(q, 5) : zh, *room = stmt_text(q, 6);
    const struct domain_room *known = domain_room(room);
    char whole[2 * RULES_WHAT_SIZE];
    const char *in_zh = known ? known->zh : room, *in_en = known ? known->en : room;
    bool named = room[0] && !strstr(zh, in_zh);
    (void)snprintf(whole, sizeof whole, "%.60s%s%.120s", named ? in_zh : "", named ? " " : "", zh);
    text_clip(h->zh, sizeof h->zh, whole);
    (void)snprintf(whole, sizeof whole, "%.60s%s%.120s", named ? in_en : "", named ? ": " : "", en);
    text_clip(h->en, sizeof h->en, whole);
}

int rules_load_hazards(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(db,
                                "SELECT id, severity, raised_ms, due_ms, text, text_en, room FROM hazard WHERE site = ?"
                                " AND state <> 'verified' AND state <> 'rectified' ORDER BY pos",
                                s->site, &q);
    if (rc < 0) return rc;
    while ((rc = stmt_step(q)) == 1) {
        struct rules_hazard *h = rules_load_grow(&s->hazards, s->hazard_count, sizeof *s->hazards);
        if (!h) return ERR_NOMEM;
        *h = (struct rules_hazard){ .open = true,
                                    .severity = severity_of(stmt_text(q, 1)),
                                    .raised = { stmt_int(q, 2) },
                                    .due = { stmt_int(q, 3) } };
        text_clip(h->id, sizeof h->id, stmt_text(q, 0));
        name_hazard(q, h);
        s->hazard_count++;
    }
    return rc;
}

/* ---- stages ---- */

/* A log that names a stage says that it has begun, where nobody said so of the stage itself. */
static int mark_logged(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(db, "SELECT DISTINCT stage FROM daylog WHERE site = ? AND stage <> ''", s->site, &q);
    if (rc < 0) return rc;
    while ((rc = stmt_step(q)) == 1)
        for (size_t i = 0; i < s->stage_count; i++)
            if (strcmp(s->stages[i].key, stmt_text(q, 0)) == 0) s->stages[i].started = true;
    return rc;
}

static struct wall asked_of(const struct stage_book *book, const char *key) {
    struct wall asked = { 0 };
    for (size_t i = 0; i < book->row_count; i++) {
        const struct stage_row *row = &book->rows[i];
        if (strcmp(row->seen.key, key) != 0 || row->seen.state != STAGE_ASKED) continue;
        if (!asked.ms || row->asked.ms < asked.ms) asked.ms = row->asked.ms;
    }
    return asked;
}

static int add_stage(const struct stage_book *book, const char *key, struct rules_site *s) {
    const struct plan_stage *planned = plan_stage_find(&s->plan, key);
    struct stage_row whole;
    struct rules_stage *stage = rules_load_grow(&s->stages, s->stage_count, sizeof *s->stages);
    if (!stage) return ERR_NOMEM;
    stage_book_whole(book, key, &whole);
    *stage = (struct rules_stage){ .asked = asked_of(book, key) };
    text_clip(stage->key, sizeof stage->key, key);
    if (planned) {
        memcpy(stage->planned_start, planned->start, TZ_DATE_SIZE);
        memcpy(stage->planned_finish, planned->finish, TZ_DATE_SIZE);
    }
    stage->started = whole.seen.state != STAGE_PLANNED;
    stage->finished =
        whole.seen.state == STAGE_ACCEPTED || (whole.finished.at[0] && whole.seen.state != STAGE_REJECTED);
    s->stage_count++;
    return 0;
}

int rules_load_stages(struct db *db, struct wall now, struct rules_site *s) {
    struct stage_book book;
    int rc = stage_book_read(db, s->site, s->plan.timezone, now, &book);
    if (rc < 0) return rc;
    for (size_t i = 0; rc == 0 && i < s->plan.stage_count; i++) rc = add_stage(&book, s->plan.stages[i].key, s);
    for (size_t i = 0; rc == 0 && i < book.row_count; i++) {
        const char *key = book.rows[i].seen.key; /* begun, and since then no longer planned */
        bool first = i == 0 || strcmp(book.rows[i - 1].seen.key, key) != 0;
        if (first && !plan_stage_find(&s->plan, key)) rc = add_stage(&book, key, s);
    }
    stage_book_fini(&book);
    return rc == 0 ? mark_logged(db, s) : rc;
}

/* ---- money and goods ---- */

static int add_change(struct stmt *q, bool material, struct rules_site *s) {
    struct rules_change *change = rules_load_grow(&s->changes, s->change_count, sizeof *s->changes);
    if (!change) return ERR_NOMEM;
    *change = (struct rules_change){ .at = { stmt_int(q, 3) }, .fen = stmt_int(q, 1), .material = material };
    text_clip(change->id, sizeof change->id, stmt_text(q, 0));
    text_clip(change->what, sizeof change->what, stmt_text(q, 4));
    s->change_count++;
    return 0;
}

/* From when a change is asked for until head office refuses it, with the amount of its alternative once there is one: executives hear of it while it can
 * still be answered. Additions only; those of material in both sums. */
int rules_load_changes(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(db,
                                "SELECT id, amount_fen, material, requested_ms, text FROM change_order WHERE site = ?"
                                " AND state <> 'refused' AND amount_fen > 0 ORDER BY requested_ms, id",
                                s->site, &q);
    if (rc < 0) return rc;
    while ((rc = stmt_step(q)) == 1) {
        rc = add_change(q, false, s);
        if (rc == 0 && stmt_int(q, 2)) rc = add_change(q, true, s);
        if (rc < 0) return rc;
    }
    return rc;
}

static int add_material(const struct material_due *m, void *ctx) {
    struct rules_site *s = ctx;
    if (!m->arrived && m->expected[0]) {
        struct rules_material *material = rules_load_grow(&s->materials, s->material_count, sizeof *s->materials);
        if (!material) return ERR_NOMEM;
        *material = (struct rules_material){ .arrived = false };
        text_clip(material->id, sizeof material->id, m->id);
        text_clip(material->expected, sizeof material->expected, m->expected);
        text_clip(material->what, sizeof material->what, m->name);
        s->material_count++;
    }
    if (m->measured || m->arrived || !m->measure_due[0]) return 0;
    struct rules_measurement *measurement =
        rules_load_grow(&s->measurements, s->measurement_count, sizeof *s->measurements);
    if (!measurement) return ERR_NOMEM;
    *measurement = (struct rules_measurement){ .lead_days = tz_date_days(m->measure_due, m->needed) };
    text_clip(measurement->id, sizeof measurement->id, m->id);
    text_clip(measurement->needed, sizeof measurement->needed, m->needed);
    text_clip(measurement->what, sizeof measurement->what, m->name);
    s->measurement_count++;
    return 0;
}

int rules_load_materials(struct db *db, struct rules_site *s) {
    return material_each_open(db, s->site, add_material, s);
}

/* ---- answers ---- */

int rules_load_questions(struct db *db, struct rules_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = rules_load_prepare(db,
                                "SELECT id, asker, asked_ms, asked_of, CASE again WHEN '' THEN text ELSE again END "
                                "FROM question WHERE site = ? AND state = 'open' ORDER BY pos",
                                s->site, &q);
    if (rc < 0) return rc;
    while ((rc = stmt_step(q)) == 1) {
        struct rules_question *question = rules_load_grow(&s->questions, s->question_count, sizeof *s->questions);
        if (!question) return ERR_NOMEM;
        *question = (struct rules_question){ .customer = strcmp(stmt_text(q, 1), "customer") == 0,
                                             .asked = { stmt_int(q, 2) } };
        text_clip(question->id, sizeof question->id, stmt_text(q, 0));
        text_clip(question->asked_of, sizeof question->asked_of, stmt_text(q, 3));
        text_clip(question->what, sizeof question->what, stmt_text(q, 4));
        s->question_count++;
    }
    return rc;
}

int rules_load_call(struct db *db, struct rules_site *s) {
    struct callback_due due;
    int rc = callback_when(db, s->site, s->plan.timezone, &due);
    if (rc < 0) return rc;
    memcpy(s->call_on, due.due, sizeof s->call_on);
    return 0;
}
