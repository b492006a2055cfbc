/* SPDX-License-Identifier: MIT */
/* Keeps what is for all sites, and brings it to each as an event of its own. Knows no subject. */
#include "app/journal/company.h"

#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/clock.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

const char *const company_schema = "CREATE TABLE company (\n"
                                   "  -- What head office set for all sites, also those to come (the hub).\n"
                                   "  type TEXT NOT NULL, -- of the event: setting-set\n"
                                   "  id TEXT NOT NULL,   -- the subject's, without its kind\n"
                                   "  data TEXT NOT NULL, -- the event's, JSON\n"
                                   "  PRIMARY KEY (type, id)\n"
                                   ") STRICT, WITHOUT ROWID;\n";

const char *const company_said_schema = "CREATE TABLE company_said (\n"
                                        "  -- What was ever set for all sites, and by whom; company holds the newest.\n"
                                        "  n INTEGER PRIMARY KEY,\n"
                                        "  type TEXT NOT NULL, id TEXT NOT NULL, data TEXT NOT NULL, -- as in company\n"
                                        "  at INTEGER NOT NULL,    -- milliseconds since 1970-01-01T00:00:00Z\n"
                                        "  actor TEXT NOT NULL\n"
                                        ") STRICT;\n"
                                        "CREATE INDEX company_said_of ON company_said (type, id, n);\n";

static int remember(struct db *db, const char *type, const char *subject_id, const char *data, const char *actor) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT INTO company_said (type, id, data, at, actor) VALUES (?, ?, ?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, type);
    stmt_bind_text(s, 2, subject_id);
    stmt_bind_text(s, 3, data);
    stmt_bind_int(s, 4, clock_wall().ms);
    stmt_bind_text(s, 5, actor);
    return stmt_run(s);
}

int company_keep(struct db *db, const char *type, const char *subject_id, const char *data, const char *actor) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT OR REPLACE INTO company (type, id, data) VALUES (?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, type);
    stmt_bind_text(s, 2, subject_id);
    stmt_bind_text(s, 3, data);
    rc = stmt_run(s);
    return rc < 0 ? rc : remember(db, type, subject_id, data, actor);
}

int company_kept(struct db *db, const char *type, const char *subject_id, struct json **out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT data FROM company WHERE type = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, type);
    stmt_bind_text(s, 2, subject_id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    rc = json_parse(stmt_text(s, 0), strlen(stmt_text(s, 0)), out, NULL);
    return rc == ERR_INVALID ? ERR_CORRUPT : rc;
}

int company_version(struct db *db, const char *type, const char *subject_id, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT count(*) FROM company_said WHERE type = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, type);
    stmt_bind_text(s, 2, subject_id);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = stmt_int(s, 0);
    return 0;
}

int company_if_match(const char *what, int64_t is, int64_t if_match, struct err_text *e) {
    if (if_match == COMPANY_ANY_VERSION || if_match == is) return 0;
    return err_set(e, ERR_CONFLICT,
                   "%s was changed meanwhile: it is at version %lld, not %lld; read it again and change that one", what,
                   (long long)is, (long long)if_match);
}

/* ---- what was said ---- */

static int put_said(struct db *db, struct stmt *s, const char *subject, struct json_out *w) {
    char at[CLOCK_TEXT_SIZE];
    clock_format((struct wall){ stmt_int(s, 1) }, 0, at);
    json_open(w, NULL, '{');
    json_put_text(w, "type", stmt_text(s, 0));
    json_put_text(w, "subject", subject);
    json_put_text(w, "at", at);
    int rc = person_put_actor(db, "", stmt_text(s, 2), true, w, "actor");
    json_put_raw(w, "data", stmt_text(s, 3), strlen(stmt_text(s, 3)));
    json_close(w, '}');
    return rc;
}

int company_history(struct db *db, const char *subject, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    const char *slash = strchr(subject, '/');
    char type[64];
    if (!slash) return ERR_INVALID;
    (void)snprintf(type, sizeof type, "%.*s-set", (int)(slash - subject), subject);
    int rc = db_prepare(db,
                        "SELECT type, at, actor, data FROM company_said WHERE type = ? AND id = ? ORDER BY n DESC"
                        " LIMIT 100",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, type);
    stmt_bind_text(s, 2, slash + 1);
    json_start(&w, out);
    json_open(&w, NULL, '[');
    while ((rc = stmt_step(s)) == 1) {
        rc = put_said(db, s, subject, &w);
        if (rc < 0) return rc;
    }
    json_close(&w, ']');
    return rc < 0 ? rc : out->error;
}

/* ---- what a site has already ---- */

static int newest(struct db *db, const char *site, const char *subject, char id[ID_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db, "SELECT id FROM event WHERE site = ? AND subject = ? ORDER BY rev DESC, pos DESC LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, subject);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    if (rc == 0) return ERR_NOT_FOUND;
    text_clip(id, ID_SIZE, stmt_text(s, 0));
    return 0;
}

/* Both as the writer prints them, so that spelling does not count. */
static int same_data(const struct json *stored, const char *data, bool *out) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct buf a, b;
    buf_init(&a, ENVELOPE_MAX * 2);
    buf_init(&b, ENVELOPE_MAX * 2);
    int rc = json_parse(data, strlen(data), &root, NULL);
    if (rc == 0) rc = json_print(root, &a);
    if (rc == 0) rc = json_print(stored, &b);
    if (rc == 0) *out = strcmp(a.data, b.data) == 0;
    buf_fini(&a);
    buf_fini(&b);
    return rc;
}

int company_differs(struct db *db, const char *site, const char *subject, const char *data, bool *out) {
    struct envelope event = { 0 };
    char id[ID_SIZE];
    int64_t pos;
    bool same = false;
    int rc = newest(db, site, subject, id);
    if (rc == 0) rc = journal_find(db, site, id, &event, &pos);
    if (rc == 0) rc = same_data(event.data, data, &same);
    envelope_fini(&event);
    if (rc < 0 && rc != ERR_NOT_FOUND) return rc;
    *out = !same;
    return 0;
}

/* ---- bringing it ---- */

static int bring(struct journal *j, struct db *db, const char *site, struct stmt *s, const char *actor, int *changed,
                 struct err_text *e) {
    const struct event_type *type = event_type_find(stmt_text(s, 0));
    struct appended appended;
    char subject[96];
    bool differs = false;
    if (!type) return 0; /* kept by a newer program */
    (void)snprintf(subject, sizeof subject, "%s/%s", type->kind, stmt_text(s, 1));
    int rc = company_differs(db, site, subject, stmt_text(s, 2), &differs);
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    struct event_draft draft = {
        .site = site, .type = type->name, .subject_id = stmt_text(s, 1), .actor = actor, .data = stmt_text(s, 2)
    };
    if (differs) rc = journal_append(j, db, &draft, &appended, e);
    if (rc == 0 && differs) (*changed)++;
    return rc;
}

int company_bring(struct journal *j, struct db *db, const char *site, const char *type, const char *subject_id,
                  const char *actor, int *changed, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int n = 0;
    int rc = db_prepare(db,
                        "SELECT type, id, data FROM company WHERE (?1 IS NULL OR type = ?1) AND (?2 IS NULL OR id = "
                        "?2) ORDER BY type, id",
                        &s);
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, type);
    stmt_bind_text(s, 2, subject_id);
    while ((rc = stmt_step(s)) == 1) {
        rc = bring(j, db, site, s, actor, &n, e);
        if (rc < 0) return rc;
    }
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    if (changed) *changed = n;
    return 0;
}

/* A list of its own: appending changes the tables that it is read from. */
static int list_sites(struct db *db, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT site FROM site UNION SELECT site FROM board UNION SELECT site FROM chain ORDER BY 1", &s);
    if (rc < 0) return rc;
    while ((rc = stmt_step(s)) == 1) (void)buf_add(out, stmt_text(s, 0), strlen(stmt_text(s, 0)) + 1);
    return rc < 0 ? rc : out->error;
}

int company_bring_all(struct journal *j, struct db *db, const char *type, const char *subject_id, const char *actor,
                      int *sites, int *changed, struct err_text *e) {
    struct buf list;
    int n = 0, all = 0;
    buf_init(&list, 4u << 20);
    int rc = list_sites(db, &list);
    if (rc < 0) (void)err_set(e, rc, "the sites cannot be read: %s", err_name(rc));
    for (size_t at = 0; rc == 0 && at < list.len; at += strlen(list.data + at) + 1) {
        int here = 0;
        rc = company_bring(j, db, list.data + at, type, subject_id, actor, &here, e);
        n++;
        all += here;
    }
    buf_fini(&list);
    if (rc < 0) return rc;
    *sites = n;
    *changed = all;
    return 0;
}

int company_would(struct db *db, const char *site, const char *subject, const char *data, int *sites, int *changed) {
    struct buf list;
    int n = 0, all = 0;
    buf_init(&list, 4u << 20);
    int rc = site ? buf_add(&list, site, strlen(site) + 1) : list_sites(db, &list);
    for (size_t at = 0; rc == 0 && at < list.len; at += strlen(list.data + at) + 1) {
        bool differs = false;
        rc = company_differs(db, list.data + at, subject, data, &differs);
        n++;
        all += differs;
    }
    buf_fini(&list);
    if (rc < 0) return rc;
    *sites = n;
    *changed = all;
    return 0;
}
