/* SPDX-License-Identifier: MIT */
/* A company's checklists over HTTP: set, for one site or all, and shown. */
#include "app/journal/checklist_set.h"

#include "app/journal/checklist_decode.h"
#include "app/journal/company.h"
#include "app/journal/domain.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA_MAX = ENVELOPE_MAX * 2 };

struct said {
    const char *stage;
    struct checklist_item items[CHECKLIST_ITEMS_MAX];
    size_t count;
    const char *remove[CHECKLIST_ITEMS_MAX];
    size_t remove_count;
    struct domain_text *texts;
};

/* ---- reading a body ---- */

/* What the stage's gate asks for stays a test. */
static bool gate_asks(const char *stage, const char *key) {
    const struct domain_stage *s = domain_stage(stage);
    for (size_t i = 0; s && i < s->must_count; i++)
        if (strcmp(s->must[i], key) == 0) return true;
    return false;
}

static int check_item(const struct said *s, const struct checklist_item *item, const char *path, struct err_text *e) {
    const struct checklist_item *standard = checklist_item_find(item->key);
    char field[64];
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->items[i].key, item->key) == 0) return domain_form_twice(path, item->key, e);
    (void)snprintf(field, sizeof field, "%.40skey", path);
    if (standard && strcmp(standard->stage, s->stage) != 0)
        return err_field(e, ERR_INVALID, field, "%s: %s is an item of %s", field, item->key, standard->stage);
    (void)snprintf(field, sizeof field, "%.40sstage", path);
    if (item->stage[0] && strcmp(item->stage, s->stage) != 0)
        return err_field(e, ERR_INVALID, field, "%s has to be %s, as in the address", field, s->stage);
    (void)snprintf(field, sizeof field, "%.40skind", path);
    if (gate_asks(s->stage, item->key) && item->kind != CHECKLIST_TIMED)
        return err_field(e, ERR_INVALID, field, "%s has to stay timed: the stage's gate asks for this test", field);
    return 0;
}

static int take_items(const struct json *root, struct said *s, struct err_text *e) {
    const struct json *rows = NULL;
    int rc = json_get_array(root, "", "items", JSON_OPTIONAL, CHECKLIST_ITEMS_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        struct checklist_item *item = &s->items[s->count];
        char path[32];
        (void)snprintf(path, sizeof path, "items.%zu.", i);
        rc = checklist_item_decode(json_at(rows, i), path, CHECKLIST_BODY, &s->texts, item, e);
        if (rc == 0) rc = check_item(s, item, path, e);
        item->stage = "";
        if (rc == 0) s->count++;
    }
    return rc;
}

static int take_removed(const struct json *root, struct said *s, struct err_text *e) {
    const struct json *rows = NULL;
    int rc = json_get_array(root, "", "remove", JSON_OPTIONAL, CHECKLIST_ITEMS_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        const char *key = json_text(json_at(rows, i));
        const struct checklist_item *standard = key ? checklist_item_find(key) : NULL;
        char field[32];
        (void)snprintf(field, sizeof field, "remove.%zu", i);
        if (!standard || strcmp(standard->stage, s->stage) != 0)
            return err_field(e, ERR_INVALID, field, "%s has to be an item of the program's list of %s", field,
                             s->stage);
        if (gate_asks(s->stage, key))
            return err_field(e, ERR_INVALID, field, "%s: %s stays: the stage's gate asks for it", field, key);
        for (size_t k = 0; k < s->count; k++)
            if (strcmp(s->items[k].key, key) == 0)
                return err_field(e, ERR_INVALID, field, "%s: %s is in items, too", field, key);
        for (size_t k = 0; k < i; k++)
            if (strcmp(s->remove[k], standard->key) == 0)
                return err_field(e, ERR_INVALID, field, "%s: %s is there twice", field, key);
        s->remove[s->remove_count++] = standard->key;
    }
    return rc;
}

static int check_count(const struct said *s, struct err_text *e) {
    size_t n = 0, standard = 0, added = 0;
    const struct checklist_item *items = checklist_items(&n);
    for (size_t i = 0; i < n; i++) standard += strcmp(items[i].stage, s->stage) == 0;
    for (size_t i = 0; i < s->count; i++) added += checklist_item_find(s->items[i].key) == NULL;
    if (standard + added <= CHECKLIST_ITEMS_MAX) return 0;
    return err_field(e, ERR_INVALID, "items", "items: a stage has at most %d items, these come to %zu",
                     CHECKLIST_ITEMS_MAX, standard + added);
}

static int encode(const struct said *s, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "items", '[');
    for (size_t i = 0; i < s->count; i++) checklist_item_put(&s->items[i], false, &w);
    json_close(&w, ']');
    json_open(&w, "remove", '[');
    for (size_t i = 0; i < s->remove_count; i++) json_put_text(&w, NULL, s->remove[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    return out->error;
}

/* The body as the event's data. */
static int decode(const char *stage, const char *body, size_t n, struct buf *data, struct err_text *e) {
    static const char *const members[] = { "items", "remove", NULL };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct said *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, ERR_NOMEM, "out of memory");
    s->stage = stage;
    int rc = json_parse(body, n, &root, e);
    if (rc == 0 && !json_is_object(root)) rc = err_set(e, ERR_INVALID, "a JSON object is expected");
    if (rc == 0) rc = json_only(root, "", members, e);
    if (rc == 0) rc = take_items(root, s, e);
    if (rc == 0) rc = take_removed(root, s, e);
    if (rc == 0) rc = check_count(s, e);
    if (rc == 0) {
        rc = encode(s, data);
        if (rc < 0) (void)err_set(e, rc, "the checklist cannot be written: %s", err_name(rc));
    }
    domain_form_free(&s->texts);
    free(s);
    return rc;
}

/* ---- PUT ---- */

static int put_site(struct journal *j, struct db *db, const char *site, const char *stage, const struct buf *data,
                    const char *actor, struct err_text *e) {
    struct appended appended;
    char subject[64];
    bool differs = false;
    (void)snprintf(subject, sizeof subject, "checklist/%s", stage);
    int rc = company_differs(db, site, subject, data->data, &differs);
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    struct event_draft draft = {
        .site = site, .type = "checklist-set", .subject_id = stage, .actor = actor, .data = data->data
    };
    return differs ? journal_append(j, db, &draft, &appended, e) : 0;
}

static int put_all(struct journal *j, struct db *db, const char *stage, const struct buf *data, const char *actor,
                   struct buf *answer, struct err_text *e) {
    struct json_out w;
    int sites = 0, changed = 0;
    int64_t version = 0;
    if (data->len > ENVELOPE_MAX - 4096u) /* no site needs to be there for it to be found too long */
        return err_field(e, ERR_TOO_BIG, "items", "items are too long for one event of %u KiB",
                         (unsigned)ENVELOPE_MAX / 1024u);
    int rc = company_keep(db, "checklist-set", stage, data->data, actor);
    if (rc < 0) return err_set(e, rc, "the checklist cannot be kept: %s", db_message(db));
    rc = company_bring_all(j, db, "checklist-set", stage, actor, &sites, &changed, e);
    if (rc == 0) rc = company_version(db, "checklist-set", stage, &version);
    if (rc < 0) return rc;
    json_start(&w, answer);
    json_open(&w, NULL, '{');
    json_put_text(&w, "stage", stage);
    json_put_int(&w, "sites", sites);
    json_put_int(&w, "changed", changed);
    json_put_int(&w, "version", version);
    json_close(&w, '}');
    return answer->error;
}

static int check_version(struct db *db, const char *site, const char *stage, int64_t if_match, struct buf *answer,
                         struct err_text *e) {
    struct checklist c;
    int rc = checklist_set_read(db, site, stage, &c);
    if (rc < 0) return err_set(e, rc, "the checklist cannot be read: %s", db_message(db));
    rc = company_if_match("the checklist", c.version, if_match, e);
    checklist_set_fini(&c);
    if (rc < 0 && checklist_set_print(db, site, stage, answer) < 0) buf_clear(answer);
    return rc;
}

int checklist_set_put(struct journal *j, struct db *db, const char *site, const char *stage, int64_t if_match,
                      const char *body, size_t n, const char *actor, struct buf *answer, struct err_text *e) {
    struct buf data;
    if (!domain_stage(stage)) return err_field(e, ERR_NOT_FOUND, "stage", "there is no stage %.40s", stage);
    buf_init(&data, DATA_MAX);
    int rc = decode(stage, body, n, &data, e);
    if (rc == 0) rc = check_version(db, site, stage, if_match, answer, e);
    if (rc == 0)
        rc = site ? put_site(j, db, site, stage, &data, actor, e) : put_all(j, db, stage, &data, actor, answer, e);
    if (rc == 0 && site) rc = checklist_set_print(db, site, stage, answer);
    buf_fini(&data);
    return rc;
}

int checklist_set_would(struct db *db, const char *site, const char *stage, const char *body, size_t n,
                        struct buf *answer, struct err_text *e) {
    struct json_out w;
    struct buf data;
    char subject[64];
    int sites = 0, changed = 0;
    if (!domain_stage(stage)) return err_field(e, ERR_NOT_FOUND, "stage", "there is no stage %.40s", stage);
    (void)snprintf(subject, sizeof subject, "checklist/%s", stage);
    buf_init(&data, DATA_MAX);
    int rc = decode(stage, body, n, &data, e);
    if (rc == 0) {
        rc = company_would(db, site, subject, data.data, &sites, &changed);
        if (rc < 0) (void)err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    }
    buf_fini(&data);
    if (rc < 0) return rc;
    json_start(&w, answer);
    json_open(&w, NULL, '{');
    json_put_text(&w, "stage", stage);
    json_put_int(&w, "sites", sites);
    json_put_int(&w, "changed", changed);
    json_close(&w, '}');
    return answer->error;
}
