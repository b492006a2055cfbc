/* SPDX-License-Identifier: MIT */
/* The event `checklist-set`, its projection, and what is in force. Setting and printing are in checklist_set_put.c. */
#include "app/journal/checklist_set.h"

#include "app/journal/checklist_decode.h"
#include "app/journal/company.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char schema[] =
    "CREATE TABLE checklist (\n"
    "  -- Stages whose checklist the company changed.\n"
    "  site TEXT NOT NULL, stage TEXT NOT NULL,\n"
    "  version INTEGER NOT NULL, -- checklist-set events folded\n"
    "  at TEXT NOT NULL,\n"
    "  pos INTEGER NOT NULL,\n"
    "  PRIMARY KEY (site, stage)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE checklist_item (\n"
    "  -- What it changed in them.\n"
    "  site TEXT NOT NULL, stage TEXT NOT NULL, n INTEGER NOT NULL,\n"
    "  key TEXT NOT NULL,\n"
    "  item TEXT NOT NULL, -- JSON: instead of the program's item of that key, or added; '': left out\n"
    "  PRIMARY KEY (site, stage, n)\n"
    ") STRICT, WITHOUT ROWID;\n";

/* ---- event and projection ---- */

int checklist_set_check(const struct json *data, struct err_text *e) {
    const struct json *items = NULL, *remove = NULL;
    int rc = json_get_array(data, "", "items", JSON_OPTIONAL, CHECKLIST_ITEMS_MAX, &items, e);
    if (rc == 0) rc = json_get_array(data, "", "remove", JSON_OPTIONAL, CHECKLIST_ITEMS_MAX, &remove, e);
    for (size_t i = 0; rc == 0 && i < json_count(items); i++) {
        struct domain_text *texts = NULL;
        struct checklist_item item;
        char path[32];
        (void)snprintf(path, sizeof path, "items.%zu.", i);
        rc = checklist_item_decode(json_at(items, i), path, CHECKLIST_DATA, &texts, &item, e);
        domain_form_free(&texts);
    }
    for (size_t i = 0; rc == 0 && i < json_count(remove); i++) {
        const char *key = json_text(json_at(remove, i));
        if (!key || !ids_is_key(key))
            rc = err_field(e, ERR_INVALID, "remove", "remove.%zu has to be the key of an item", i);
    }
    return rc;
}

static int delete_items(struct db *db, const char *site, const char *stage) {
    return row_delete(db, "DELETE FROM checklist_item WHERE site = ? AND stage = ?", site, stage);
}

static int reset(struct db *db, const char *site, const char *id) {
    int rc = delete_items(db, site, id);
    return rc < 0 ? rc : row_delete(db, "DELETE FROM checklist WHERE site = ? AND stage = ?", site, id);
}

static int put_row(struct db *db, const struct envelope *event, const char *stage, size_t n, const char *key,
                   const struct json *item) {
    struct stmt *s = NULL;
    struct buf text;
    buf_init(&text, ENVELOPE_MAX);
    int rc = item ? json_print(item, &text) : 0;
    if (rc == 0)
        rc = db_prepare(db, "INSERT INTO checklist_item (site, stage, n, key, item) VALUES (?, ?, ?, ?, ?)", &s);
    if (rc == 0) {
        stmt_bind_text(s, 1, event->site);
        stmt_bind_text(s, 2, stage);
        stmt_bind_int(s, 3, (int64_t)n);
        stmt_bind_text(s, 4, key);
        stmt_bind_text(s, 5, item ? text.data : "");
        rc = stmt_run(s);
    }
    buf_fini(&text);
    return rc;
}

static int put_head(struct db *db, const struct envelope *event, const char *stage, int64_t pos) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO checklist (site, stage, version, at, pos) VALUES (?1, ?2, 1, ?3, ?4)"
                        " ON CONFLICT (site, stage) DO UPDATE SET version = version + 1, at = ?3, pos = ?4",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, stage);
    stmt_bind_text(s, 3, event->time);
    stmt_bind_int(s, 4, pos);
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    const char *stage = event->subject + strlen("checklist/");
    if (strcmp(event->type, "checklist-set") != 0) return 0;
    const struct json *items = json_member(event->data, "items"), *remove = json_member(event->data, "remove");
    size_t n = 0;
    int rc = put_head(db, event, stage, pos);
    if (rc == 0) rc = delete_items(db, event->site, stage);
    for (size_t i = 0; rc == 0 && i < json_count(remove); i++)
        rc = put_row(db, event, stage, n++, json_text(json_at(remove, i)), NULL);
    for (size_t i = 0; rc == 0 && i < json_count(items); i++)
        rc = put_row(db, event, stage, n++, json_text(json_member(json_at(items, i), "key")), json_at(items, i));
    return rc;
}

static const char *const tables[] = { "checklist", "checklist_item", NULL };
const struct subject_kind checklist_set_kind = {
    .kind = "checklist", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- what is in force ---- */

void checklist_set_fini(struct checklist *c) {
    free(c->items);
    domain_form_free(&c->texts);
    *c = (struct checklist){ 0 };
}

const struct checklist_item *checklist_set_item(const struct checklist *c, const char *key) {
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->items[i].key, key) == 0) return &c->items[i];
    return NULL;
}

static int start_with_standard(struct checklist *c) {
    size_t n = 0;
    const struct checklist_item *standard = checklist_items(&n);
    c->items = calloc(CHECKLIST_ITEMS_MAX, sizeof *c->items);
    if (!c->items) return ERR_NOMEM;
    for (size_t i = 0; i < n && c->count < CHECKLIST_ITEMS_MAX; i++)
        if (strcmp(standard[i].stage, c->stage) == 0) c->items[c->count++] = standard[i];
    return 0;
}

static void leave_out(struct checklist *c, const char *key) {
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->items[i].key, key) != 0) c->items[kept++] = c->items[i];
    c->count = kept;
}

/* row NULL: the item is left out. */
static int apply(struct checklist *c, const char *key, const struct json *row) {
    struct checklist_item item;
    size_t at = 0;
    if (!row) {
        leave_out(c, key);
        return 0;
    }
    int rc = checklist_item_decode(row, "", CHECKLIST_DATA, &c->texts, &item, NULL);
    if (rc < 0) return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
    item.stage = c->stage;
    while (at < c->count && strcmp(c->items[at].key, item.key) != 0) at++;
    if (at == CHECKLIST_ITEMS_MAX) return 0; /* another writer's: PUT does not let it come to this */
    c->items[at] = item;
    if (at == c->count) c->count++;
    return 0;
}

static int apply_text(struct checklist *c, const char *key, const char *text) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    if (!text[0]) return apply(c, key, NULL);
    int rc = json_parse(text, strlen(text), &root, NULL);
    return rc < 0 ? (rc == ERR_NOMEM ? rc : ERR_CORRUPT) : apply(c, key, root);
}

static int read_items(struct db *db, const char *site, struct checklist *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT key, item FROM checklist_item WHERE site = ? AND stage = ? ORDER BY n", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, c->stage);
    while ((rc = stmt_step(s)) == 1) {
        rc = apply_text(c, stmt_text(s, 0), stmt_text(s, 1));
        if (rc < 0) return rc;
    }
    return rc;
}

/* What is for all sites. */
static int read_kept(struct db *db, struct checklist *c) {
    CLEANUP(json_destroy_ptr) struct json *kept = NULL;
    int rc = company_kept(db, "checklist-set", c->stage, &kept);
    const struct json *items = json_member(kept, "items"), *remove = json_member(kept, "remove");
    if (rc == ERR_NOT_FOUND) return 0;
    for (size_t i = 0; rc == 0 && i < json_count(remove); i++) rc = apply(c, json_text(json_at(remove, i)), NULL);
    for (size_t i = 0; rc == 0 && i < json_count(items); i++)
        rc = apply(c, json_text(json_member(json_at(items, i), "key")), json_at(items, i));
    return rc;
}

static int read_head(struct db *db, const char *site, struct checklist *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    if (!site) return company_version(db, "checklist-set", c->stage, &c->version);
    int rc = db_prepare(db, "SELECT version, at FROM checklist WHERE site = ? AND stage = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, c->stage);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    c->version = stmt_int(s, 0);
    text_clip(c->at, sizeof c->at, stmt_text(s, 1));
    return 0;
}

int checklist_set_one(struct db *db, const char *site, const char *stage, const char *key, struct checklist_item *out,
                      struct domain_text **texts) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    const struct checklist_item *standard = checklist_item_find(key);
    int rc = db_prepare(
        db, "SELECT item FROM checklist_item WHERE site = ? AND stage = ? AND key = ? ORDER BY n DESC LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, stage);
    stmt_bind_text(s, 3, key);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    if (rc == 1) {
        const char *text = stmt_text(s, 0);
        if (!text[0]) return ERR_NOT_FOUND;
        rc = json_parse(text, strlen(text), &root, NULL);
        if (rc == 0) rc = checklist_item_decode(root, "", CHECKLIST_DATA, texts, out, NULL);
        return rc < 0 && rc != ERR_NOMEM ? ERR_CORRUPT : rc;
    }
    if (!standard || strcmp(standard->stage, stage) != 0) return ERR_NOT_FOUND;
    *out = *standard;
    return 0;
}

int checklist_set_read(struct db *db, const char *site, const char *stage, struct checklist *out) {
    text_clip(out->stage, sizeof out->stage, stage);
    out->items = NULL;
    out->count = 0;
    out->version = 0;
    out->at[0] = '\0';
    out->texts = NULL;
    int rc = start_with_standard(out);
    if (rc == 0) rc = read_head(db, site, out);
    if (rc == 0) rc = site ? read_items(db, site, out) : read_kept(db, out);
    if (rc < 0) checklist_set_fini(out);
    return rc;
}
