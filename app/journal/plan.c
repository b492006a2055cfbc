/* SPDX-License-Identifier: MIT */
/* The plan in force, read from the projection; the standard stages and cut-offs where it says nothing. */
#include "app/journal/plan.h"

#include "app/journal/domain.h"
#include "app/journal/plan_decode.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

void plan_fini(struct plan *p) {
    free(p->stages);
    free(p->cutoffs.holidays);
    *p = (struct plan){ 0 };
}

const struct plan_stage *plan_stage_find(const struct plan *p, const char *key) {
    for (size_t i = 0; i < p->stage_count; i++)
        if (strcmp(p->stages[i].key, key) == 0) return &p->stages[i];
    return NULL;
}

static int standard_stages(struct plan *p) {
    size_t n = 0;
    const struct domain_stage *standard = domain_stages(&n);
    p->stages = calloc(n ? n : 1, sizeof *p->stages);
    if (!p->stages) return ERR_NOMEM;
    p->standard = true;
    for (size_t i = 0; i < n; i++) {
        struct plan_stage *s = &p->stages[p->stage_count++];
        text_clip(s->key, sizeof s->key, standard[i].key);
        for (size_t k = 0; k < standard[i].after_count; k++)
            text_clip(s->after[s->after_count++], sizeof s->after[0], standard[i].after[k]);
    }
    return 0;
}

static int read_stages(struct db *db, const char *site, struct plan *p) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT key, planned_start, planned_finish, after FROM plan_stage WHERE site = ? ORDER BY n", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        CLEANUP(json_destroy_ptr) struct json *after = NULL;
        const char *text = stmt_text(s, 3);
        if (!p->stages) p->stages = calloc(PLAN_STAGES_MAX, sizeof *p->stages);
        if (!p->stages) return ERR_NOMEM;
        if (p->stage_count == PLAN_STAGES_MAX) return ERR_CORRUPT;
        struct plan_stage *stage = &p->stages[p->stage_count++];
        text_clip(stage->key, sizeof stage->key, stmt_text(s, 0));
        text_clip(stage->start, sizeof stage->start, stmt_text(s, 1));
        text_clip(stage->finish, sizeof stage->finish, stmt_text(s, 2));
        rc = json_parse(text, strlen(text), &after, NULL);
        if (rc < 0) return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
        for (size_t i = 0; i < json_count(after) && i < PLAN_AFTER_MAX; i++)
            text_clip(stage->after[stage->after_count++], sizeof stage->after[0], json_text(json_at(after, i)));
    }
    return rc;
}

static int read_cutoffs(const char *text, struct plan *p) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    if (!text[0]) return 0;
    int rc = json_parse(text, strlen(text), &root, NULL);
    if (rc == 0) rc = plan_cutoffs_decode(root, DECODE_LENIENT, &p->cutoffs, NULL);
    return rc == ERR_INVALID ? ERR_CORRUPT : rc;
}

static int read_site(struct db *db, const char *site, struct plan *p) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT version, name, timezone, contract_fen, cutoffs, customer_name, customer_phone"
                        " FROM site WHERE site = ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    p->version = stmt_int(s, 0);
    if (stmt_text(s, 1)[0]) text_clip(p->name, sizeof p->name, stmt_text(s, 1));
    if (stmt_text(s, 2)[0]) text_clip(p->timezone, sizeof p->timezone, stmt_text(s, 2));
    if (!stmt_is_null(s, 3)) p->contract_fen = stmt_int(s, 3);
    text_clip(p->customer_name, sizeof p->customer_name, stmt_text(s, 5));
    text_clip(p->customer_phone, sizeof p->customer_phone, stmt_text(s, 6));
    return read_cutoffs(stmt_text(s, 4), p);
}

int plan_read(struct db *db, const char *site, const char *fallback_tz, struct plan *out) {
    struct plan p = { .contract_fen = -1 };
    plan_cutoffs_default(&p.cutoffs);
    text_clip(p.name, sizeof p.name, site);
    text_clip(p.timezone, sizeof p.timezone, fallback_tz);
    int rc = read_site(db, site, &p);
    if (rc >= 0) rc = read_stages(db, site, &p);
    if (rc >= 0 && p.stage_count == 0) rc = standard_stages(&p);
    if (rc < 0)
        plan_fini(&p);
    else
        *out = p;
    return rc < 0 ? rc : 0;
}

int plan_timezone(struct db *db, const char *site, const char *fallback, char out[PLAN_TZ_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT timezone FROM site WHERE site = ? AND timezone <> ''", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    text_clip(out, PLAN_TZ_SIZE, rc == 1 ? stmt_text(s, 0) : fallback);
    return 0;
}

int plan_version(struct db *db, const char *site, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT version FROM site WHERE site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = rc == 1 ? stmt_int(s, 0) : 0;
    return 0;
}

int plan_if_match(const char *header, int64_t *out) {
    char bare[24] = "";
    size_t n = strlen(header);
    bool quoted = n >= 2 && header[0] == '"' && header[n - 1] == '"';
    size_t from = quoted ? 1 : 0;
    if (n - 2 * from >= sizeof bare) return ERR_INVALID;
    memcpy(bare, header + from, n - 2 * from);
    return strspn(bare, "0123456789") == strlen(bare) ? text_int(bare, 0, INT64_MAX, out) : ERR_INVALID;
}
