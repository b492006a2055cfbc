/* SPDX-License-Identifier: MIT */
/* The people of a site: person-set in, rows out. Who may sign in is account.c's business. */
#include "app/journal/person.h"

#include "app/journal/account.h"
#include "app/journal/privacy.h"
#include "app/journal/privacy_number.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

static const char schema[] =
    "CREATE TABLE person (\n"
    "  -- The people of a site, as the last person-set of each says.\n"
    "  site TEXT NOT NULL,\n"
    "  id TEXT NOT NULL,      -- u-03\n"
    "  name TEXT NOT NULL,\n"
    "  role TEXT NOT NULL,    -- manager, supervisor, crew, installer, office, viewer\n"
    "  active INTEGER NOT NULL CHECK (active IN (0, 1)), -- 0: works there no longer, cannot sign in\n"
    "  PRIMARY KEY (site, id)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX person_id ON person (id);\n";

bool person_role_known(const char *role) {
    static const char *const roles[] = { "manager", "supervisor", "crew", "installer", "office", "viewer" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(roles); i++)
        if (strcmp(roles[i], role) == 0) return true;
    return false;
}

/* name, role and active of an object. */
static int decode_rest(const struct json *n, const char *path, struct person *out, struct err_text *e) {
    const char *name = NULL;
    const char *role = NULL;
    char field[96];
    int rc = json_get_text(n, path, "name", JSON_REQUIRED, PERSON_NAME_SIZE - 1, &name, e);
    if (rc == 0) rc = json_get_text(n, path, "role", JSON_REQUIRED, 40, &role, e);
    if (rc == 0) rc = json_get_bool(n, path, "active", JSON_OPTIONAL, &out->active, e);
    if (rc < 0) return rc;
    (void)snprintf(field, sizeof field, "%.60sname", path);
    if (!name[strspn(name, " \t")]) return err_field(e, ERR_INVALID, field, "%s is empty", field);
    (void)snprintf(field, sizeof field, "%.60srole", path);
    if (!person_role_known(role))
        return err_field(e, ERR_INVALID, field, "%s has to be manager, supervisor, crew, installer, office or viewer",
                         field);
    rc = text_copy(out->name, sizeof out->name, name);
    return rc < 0 ? rc : text_copy(out->role, sizeof out->role, role);
}

int person_decode(const struct json *n, const char *path, enum decode mode, struct person *out, struct err_text *e) {
    static const char *const members[] = { "id", "name", "role", "active", NULL };
    struct person p = { .active = true };
    if (!json_is_object(n)) {
        char field[96];
        (void)snprintf(field, sizeof field, "%.*s", (int)strlen(path) - 1, path);
        return err_field(e, ERR_INVALID, field, "%s has to be an object", field);
    }
    int rc = mode == DECODE_STRICT ? json_only(n, path, members, e) : 0;
    if (rc == 0) rc = item_get_key(n, path, "id", JSON_REQUIRED, p.id, e);
    if (rc == 0) rc = decode_rest(n, path, &p, e);
    if (rc == 0) *out = p;
    return rc;
}

static int decode_data(const struct json *data, struct person *out, struct err_text *e) {
    out->active = true;
    return decode_rest(data, "", out, e);
}

int person_check(const struct json *data, struct err_text *e) {
    struct person p = { 0 };
    return decode_data(data, &p, e);
}

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM person WHERE site = ? AND id = ?", site, id);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct person p = { 0 };
    struct stmt *s = NULL;
    (void)pos;
    if (strcmp(event->type, "person-set") != 0) return 0;
    int rc = decode_data(event->data, &p, NULL);
    if (rc == 0)
        rc = db_prepare(db, "INSERT OR REPLACE INTO person (site, id, name, role, active) VALUES (?, ?, ?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->subject + strlen("user/"));
    stmt_bind_text(s, 3, p.name);
    stmt_bind_text(s, 4, p.role);
    stmt_bind_int(s, 5, p.active);
    return stmt_run(s);
}

static const char *const tables[] = { "person", NULL };
const struct subject_kind person_kind = {
    .kind = "user", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

int person_find(struct db *db, const char *site, const char *id, struct person *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT name, role, active FROM person WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    struct person p = { .active = stmt_int(s, 2) == 1 };
    rc = text_copy(p.id, sizeof p.id, id);
    if (rc == 0) rc = text_copy(p.name, sizeof p.name, stmt_text(s, 0));
    if (rc == 0) rc = text_copy(p.role, sizeof p.role, stmt_text(s, 1));
    if (rc < 0) return ERR_CORRUPT;
    *out = p;
    return 0;
}

static bool same(const struct person *a, const struct person *b) {
    return strcmp(a->name, b->name) == 0 && strcmp(a->role, b->role) == 0 && a->active == b->active;
}

int person_set(struct journal *j, struct db *db, const char *site, const struct person *p, const char *actor,
               bool *changed, struct err_text *e) {
    struct person before = { 0 };
    int rc = person_find(db, site, p->id, &before);
    if (rc < 0 && rc != ERR_NOT_FOUND) return err_set(e, rc, "the list of people cannot be read: %s", db_message(db));
    bool differs = rc == ERR_NOT_FOUND || !same(&before, p);
    if (differs) {
        struct buf data;
        struct json_out w;
        struct appended appended;
        buf_init(&data, 4096);
        json_start(&w, &data);
        json_open(&w, NULL, '{');
        json_put_text(&w, "name", p->name);
        json_put_text(&w, "role", p->role);
        json_put_bool(&w, "active", p->active);
        json_close(&w, '}');
        struct event_draft draft = {
            .site = site, .type = "person-set", .subject_id = p->id, .actor = actor, .data = data.data
        };
        rc = data.error ? err_set(e, data.error, "person-set cannot be made: %s", err_name(data.error))
                        : journal_append(j, db, &draft, &appended, e);
        buf_fini(&data);
        if (rc < 0) return rc;
    }
    if (changed) *changed = differs;
    return 0;
}

int person_put_list(struct db *db, const char *site, struct json_out *w, const char *name) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT id, name, role, active FROM person WHERE site = ? ORDER BY id", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    json_open(w, name, '[');
    while ((rc = stmt_step(s)) == 1) {
        json_open(w, NULL, '{');
        json_put_text(w, "id", stmt_text(s, 0));
        json_put_text(w, "name", stmt_text(s, 1));
        json_put_text(w, "role", stmt_text(s, 2));
        json_put_bool(w, "active", stmt_int(s, 3) == 1);
        json_close(w, '}');
    }
    json_close(w, ']');
    return rc < 0 ? rc : w->buf->error;
}

/* Who is on no site's list but may sign in here: head office's people at the hub. */
static int account_name(struct db *db, const char *id, char out[PERSON_NAME_SIZE]) {
    struct account account;
    int rc = account_find(db, NULL, id, &account);
    return rc ? rc : text_copy(out, PERSON_NAME_SIZE, account.name);
}

static const struct person_known *find_known(const struct person_names *n, const char *site, const char *id) {
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->list[i].id, id) == 0 && strcmp(n->list[i].site, site) == 0) return &n->list[i];
    return NULL;
}

/* Asks, and keeps the answer in the place of the oldest. */
static int ask_name(struct person_names *n, struct db *db, const char *site, const char *id,
                    const struct person_known **out) {
    struct person_known *k = &n->list[n->next];
    struct person p = { 0 };
    if (strlen(site) >= sizeof k->site || strlen(id) >= sizeof k->id) return 0; /* nobody's */
    int rc = person_find(db, site, id, &p);
    if (rc == ERR_NOT_FOUND) rc = account_name(db, id, p.name);
    if (rc < 0 && rc != ERR_NOT_FOUND) return rc;
    k->known = rc == 0;
    memcpy(k->name, p.name, sizeof k->name);
    text_clip(k->site, sizeof k->site, site);
    text_clip(k->id, sizeof k->id, id);
    *out = k;
    n->next = (n->next + 1) % PERSON_NAMES_MAX;
    if (n->count < PERSON_NAMES_MAX) n->count++;
    return 0;
}

int person_names_put(struct person_names *n, struct db *db, const char *site, const char *actor, struct json_out *w,
                     const char *name) {
    bool user = text_starts(actor, "user/");
    const char *id = user ? actor + strlen("user/") : actor;
    const struct person_known *k = user && n->shown ? find_known(n, site, id) : NULL;
    int rc = user && n->shown && !k ? ask_name(n, db, site, id, &k) : 0;
    if (rc < 0) return rc;
    json_open(w, name, '{');
    json_put_text(w, "id", id);
    json_put_text(w, "name", k && k->known ? k->name : NULL);
    json_close(w, '}');
    return w->buf->error;
}

int person_put_actor(struct db *db, const char *site, const char *actor, bool names, struct json_out *w,
                     const char *name) {
    struct person_names only = { .shown = names };
    return person_names_put(&only, db, site, actor, w, name);
}

/* A name may be anything; a telephone number behind it is masked. */
static int take_name(const char *name, struct person *p, struct err_text *e) {
    struct buf masked;
    buf_init(&masked, 4 * PERSON_NAME_SIZE);
    int rc = privacy_mask_text(name, &masked);
    if (rc == 0) rc = text_copy(p->name, sizeof p->name, masked.data ? masked.data : "");
    buf_fini(&masked);
    if (rc == ERR_TOO_BIG)
        return err_field(e, ERR_INVALID, "name", "the name is longer than %d bytes", PERSON_NAME_SIZE - 1);
    return rc < 0 ? err_set(e, rc, "the name cannot be taken: %s", err_name(rc)) : 0;
}

int person_add(struct journal *j, struct db *db, const char *site, const char *id, const char *name, const char *role,
               const char *verifier, const char *actor, struct err_text *e) {
    struct person p = { .active = true };
    struct privacy_number number;
    if (privacy_number_next(id, 0, &number))
        return err_field(e, ERR_INVALID, "id",
                         "id looks like somebody's own number, and goes with every record; take one like u-01");
    int rc = take_name(name, &p, e);
    if (rc == 0) rc = account_put(db, id, p.name, role, NULL, e);
    if (rc == 0 && site) {
        if (text_copy(p.id, sizeof p.id, id) < 0 || text_copy(p.role, sizeof p.role, role) < 0)
            return err_set(e, ERR_TOO_BIG, "id or role is too long");
        rc = person_set(j, db, site, &p, actor, NULL, e);
    }
    if (rc == 0 && verifier) rc = account_set_pin(site ? j : NULL, db, id, verifier, actor, e);
    return rc;
}
