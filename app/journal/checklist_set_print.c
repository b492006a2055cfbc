/* SPDX-License-Identifier: MIT */
/* Checklists for readers: what is in force at a site, or for all of them, and where each item comes from. */
#include "app/journal/checklist_set.h"

#include "app/journal/checklist_decode.h"
#include "app/journal/company.h"
#include "app/journal/domain.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

enum { ITEM_MAX = ENVELOPE_MAX };

/* Of items as they are written down. */
static int same_item(const struct checklist_item *a, const struct checklist_item *b, bool *out) {
    const struct checklist_item *const both[] = { a, b };
    struct buf texts[2];
    struct json_out w;
    for (int i = 0; i < 2; i++) {
        buf_init(&texts[i], ITEM_MAX);
        json_start(&w, &texts[i]);
        checklist_item_put(both[i], false, &w);
    }
    int rc = texts[0].error ? texts[0].error : texts[1].error;
    if (rc == 0) *out = strcmp(texts[0].data, texts[1].data) == 0;
    buf_fini(&texts[0]);
    buf_fini(&texts[1]);
    return rc;
}

/* Which of a site's items are its own: not what is for all. */
static int find_own(struct checklist *c, const struct checklist *company) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->count; i++) {
        const struct checklist_item *of_all = checklist_set_item(company, c->items[i].key);
        bool same = false;
        if (c->items[i].company && of_all && of_all->company) rc = same_item(&c->items[i], of_all, &same);
        c->items[i].site = c->items[i].company && !same;
    }
    return rc;
}

/* The program's items that are not in the list. company: what is for all sites. */
static void put_removed(const struct checklist *c, const struct checklist *company, struct json_out *w) {
    size_t n = 0;
    const struct checklist_item *standard = checklist_items(&n);
    json_open(w, "removed", '[');
    for (size_t i = 0; i < n; i++) {
        if (strcmp(standard[i].stage, c->stage) != 0 || checklist_set_item(c, standard[i].key)) continue;
        json_open(w, NULL, '{');
        json_put_text(w, "key", standard[i].key);
        json_put_text(w, "from", checklist_set_item(company, standard[i].key) ? "site" : "company");
        json_close(w, '}');
    }
    json_close(w, ']');
}

/* Sites that have another list of this stage than is for all. */
static int put_own(struct db *db, const char *stage, struct json_out *w) {
    CLEANUP(json_destroy_ptr) struct json *kept = NULL;
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct buf data;
    char subject[64];
    (void)snprintf(subject, sizeof subject, "checklist/%s", stage);
    buf_init(&data, 2 * ENVELOPE_MAX);
    int rc = company_kept(db, "checklist-set", stage, &kept);
    if (rc == 0) rc = json_print(kept, &data);
    if (rc == ERR_NOT_FOUND) rc = buf_add_text(&data, "{\"items\":[],\"remove\":[]}");
    if (rc == 0) rc = db_prepare(db, "SELECT site FROM checklist WHERE stage = ? ORDER BY site", &s);
    if (rc == 0) {
        stmt_bind_text(s, 1, stage);
        json_open(w, "own", '[');
        while ((rc = stmt_step(s)) == 1) {
            bool differs = false;
            rc = company_differs(db, stmt_text(s, 0), subject, data.data, &differs);
            if (rc < 0) break;
            if (differs) json_put_text(w, NULL, stmt_text(s, 0));
        }
        json_close(w, ']');
    }
    buf_fini(&data);
    return rc;
}

static void put_list(const struct domain_stage *stage, const struct checklist *c, const struct checklist *company,
                     struct json_out *w) {
    json_put_text(w, "stage", stage->key);
    json_put_text(w, "zh", stage->zh);
    json_put_text(w, "en", stage->en);
    json_put_int(w, "standard_version", checklist_file_version());
    json_put_int(w, "version", c->version);
    json_put_text(w, "at", c->at[0] ? c->at : NULL);
    json_open(w, "items", '[');
    for (size_t i = 0; i < c->count; i++) checklist_item_put(&c->items[i], true, w);
    json_close(w, ']');
    put_removed(c, company, w);
}

static int put_stage(struct db *db, const char *site, const struct domain_stage *stage, struct json_out *w) {
    struct checklist c, company;
    int rc = checklist_set_read(db, NULL, stage->key, &company);
    if (rc < 0) return rc;
    rc = checklist_set_read(db, site, stage->key, &c);
    if (rc == 0 && site) rc = find_own(&c, &company);
    if (rc == 0) {
        json_open(w, NULL, '{');
        put_list(stage, &c, &company, w);
        if (!site) rc = put_own(db, stage->key, w);
        json_close(w, '}');
    }
    if (rc == 0) rc = w->buf->error;
    checklist_set_fini(&c);
    checklist_set_fini(&company);
    return rc;
}

int checklist_set_print(struct db *db, const char *site, const char *stage, struct buf *out) {
    struct json_out w;
    size_t n = 0;
    const struct domain_stage *stages = domain_stages(&n);
    json_start(&w, out);
    if (stage) return domain_stage(stage) ? put_stage(db, site, domain_stage(stage), &w) : ERR_NOT_FOUND;
    json_open(&w, NULL, '{');
    json_open(&w, "checklists", '[');
    for (size_t i = 0; i < n; i++) {
        int rc = put_stage(db, site, &stages[i], &w);
        if (rc < 0) return rc;
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return out->error;
}
