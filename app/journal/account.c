/* SPDX-License-Identifier: MIT */
/* The table of accounts and the arithmetic of locking out. Does not hash: verifiers come ready made, because hashing takes a tenth of a second. */
#include "app/journal/account.h"

#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

const char *const account_schema = "CREATE TABLE account (\n"
                                   "  -- Who may sign in at this board or hub. Never sent, never in an event.\n"
                                   "  id TEXT PRIMARY KEY,            -- u-03\n"
                                   "  name TEXT NOT NULL,\n"
                                   "  role TEXT NOT NULL,\n"
                                   "  verifier TEXT NOT NULL,         -- scrypt$…; '': no PIN yet\n"
                                   "  locked INTEGER NOT NULL,        -- 1: by an operator\n"
                                   "  failures INTEGER NOT NULL,      -- wrong PINs in a row\n"
                                   "  locked_until INTEGER NOT NULL   -- ms since 1970; 0: not locked out\n"
                                   ") STRICT, WITHOUT ROWID;\n";

static int find_row(struct db *db, const char *id, struct account *a) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db, "SELECT name, role, verifier, locked, failures, locked_until FROM account WHERE id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    rc = text_copy(a->name, sizeof a->name, stmt_text(s, 0));
    if (rc == 0) rc = text_copy(a->role, sizeof a->role, stmt_text(s, 1));
    if (rc == 0) rc = text_copy(a->verifier, sizeof a->verifier, stmt_text(s, 2));
    if (rc < 0) return ERR_CORRUPT;
    a->active = stmt_int(s, 3) == 0;
    a->failures = stmt_int(s, 4);
    a->locked_until.ms = stmt_int(s, 5);
    return 0;
}

int account_find(struct db *db, const char *site, const char *id, struct account *out) {
    struct account a = { .active = true };
    struct person p = { 0 };
    if (text_copy(a.id, sizeof a.id, id) < 0) return ERR_NOT_FOUND;
    int row = find_row(db, id, &a);
    if (row < 0 && row != ERR_NOT_FOUND) return row;
    int person = site ? person_find(db, site, id, &p) : ERR_NOT_FOUND;
    if (person < 0 && person != ERR_NOT_FOUND) return person;
    if (row < 0 && person < 0) return ERR_NOT_FOUND;
    if (person == 0) {
        memcpy(a.name, p.name, sizeof a.name);
        memcpy(a.role, p.role, sizeof a.role);
        a.active = a.active && p.active;
    }
    *out = a;
    return 0;
}

int64_t account_locked_s(const struct account *a, struct wall now) {
    if (a->locked_until.ms == 0 || a->locked_until.ms <= now.ms)
        return 0; /* 0 is no time: clocks may stand before 1970 */
    int64_t left_s = (a->locked_until.ms - now.ms + 999) / 1000;
    return left_s < ACCOUNT_LOCK_MAX_S ? left_s : ACCOUNT_LOCK_MAX_S;
}

/* Seconds of the lock-out that the n-th wrong PIN in a row brings. */
static int64_t lock_s(int64_t failures) {
    int64_t seconds = ACCOUNT_LOCK_FIRST_S;
    if (failures < ACCOUNT_FREE_FAILURES) return 0;
    for (int64_t i = ACCOUNT_FREE_FAILURES; i < failures && seconds < ACCOUNT_LOCK_MAX_S; i++) seconds *= 2;
    return seconds < ACCOUNT_LOCK_MAX_S ? seconds : ACCOUNT_LOCK_MAX_S;
}

/* locked: the account with its new lock-out, or NULL. */
static int say(struct journal *j, struct db *db, const char *id, const char *change, const struct account *locked,
               const char *actor, struct err_text *e) {
    struct buf data;
    struct json_out w;
    struct appended appended;
    if (!j || !journal_site(j)) return 0;
    buf_init(&data, 1024);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    json_put_text(&w, "change", change);
    if (locked) {
        char until[CLOCK_TEXT_SIZE];
        clock_format(locked->locked_until, 0, until);
        json_put_int(&w, "failures", locked->failures);
        json_put_text(&w, "until", until);
    }
    json_close(&w, '}');
    struct event_draft draft = { .type = "user-changed", .subject_id = id, .actor = actor, .data = data.data };
    int rc = data.error ? err_set(e, data.error, "user-changed cannot be made: %s", err_name(data.error))
                        : journal_append(j, db, &draft, &appended, e);
    buf_fini(&data);
    return rc;
}

int account_failure(struct journal *j, struct db *db, const char *id, struct wall now, int64_t *locked_s) {
    struct account a = { .active = true };
    struct stmt *s = NULL;
    int rc = find_row(db, id, &a);
    if (rc == ERR_NOT_FOUND) {
        *locked_s = 0;
        return 0;
    }
    if (rc == 0) rc = db_prepare(db, "UPDATE account SET failures = ?, locked_until = ? WHERE id = ?", &s);
    if (rc < 0) return rc;
    a.failures++;
    int64_t seconds = lock_s(a.failures);
    a.locked_until.ms = seconds > 0 ? now.ms + seconds * 1000 : 0;
    stmt_bind_int(s, 1, a.failures);
    stmt_bind_int(s, 2, a.locked_until.ms);
    stmt_bind_text(s, 3, id);
    rc = stmt_run(s);
    if (rc == 0 && seconds > 0) rc = say(j, db, id, "pin-locked", &a, "board", NULL);
    if (rc == 0) *locked_s = account_locked_s(&a, now);
    return rc;
}

int account_success(struct db *db, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(
        db, "UPDATE account SET failures = 0, locked_until = 0 WHERE id = ? AND (failures > 0 OR locked_until > 0)",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, id);
    return stmt_run(s);
}

static int check(const char *id, const char *name, const char *role, struct err_text *e) {
    if (!ids_is_key(id))
        return err_field(e, ERR_INVALID, "id", "a user's id is 1 to 40 of the characters A-Z a-z 0-9 . _ -");
    if (name &&
        (!name[strspn(name, " \t")] || strlen(name) >= ACCOUNT_NAME_SIZE || !text_utf8_valid(name, strlen(name))))
        return err_field(e, ERR_INVALID, "name", "a name has 1 to %d bytes of UTF-8", ACCOUNT_NAME_SIZE - 1);
    if (role && !person_role_known(role))
        return err_field(e, ERR_INVALID, "role",
                         "role has to be manager, supervisor, crew, installer, office or viewer");
    return 0;
}

/* Whoever has another PIN, or none any more, has to sign in anew everywhere: the table is app/http/session.h's. */
static int end_sessions(struct db *db, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM session WHERE user = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, id);
    return stmt_run(s);
}

int account_put(struct db *db, const char *id, const char *name, const char *role, const char *verifier,
                struct err_text *e) {
    struct account a = { 0 };
    struct stmt *s = NULL;
    int rc = check(id, name, role, e);
    if (rc < 0) return rc;
    rc = find_row(db, id, &a);
    if (rc < 0 && rc != ERR_NOT_FOUND) return err_set(e, rc, "accounts cannot be read: %s", db_message(db));
    if (rc == ERR_NOT_FOUND && (!name || !role))
        return err_field(e, ERR_INVALID, name ? "role" : "name", "a new user needs a name and a role");
    rc = db_prepare(
        db,
        "INSERT INTO account (id, name, role, verifier, locked, failures, locked_until)"
        " VALUES (?1, ?2, ?3, ?4, 0, 0, 0) ON CONFLICT (id) DO UPDATE SET name = ?2, role = ?3, verifier = ?4,"
        " failures = CASE WHEN ?5 THEN 0 ELSE failures END,"
        " locked_until = CASE WHEN ?5 THEN 0 ELSE locked_until END",
        &s);
    if (rc == 0) {
        stmt_bind_text(s, 1, id);
        stmt_bind_text(s, 2, name ? name : a.name);
        stmt_bind_text(s, 3, role ? role : a.role);
        stmt_bind_text(s, 4, verifier ? verifier : a.verifier);
        stmt_bind_int(s, 5, verifier != NULL);
        rc = stmt_run(s);
    }
    if (rc == 0 && verifier) rc = end_sessions(db, id);
    return rc < 0 ? err_set(e, rc, "the account cannot be stored: %s", db_message(db)) : 0;
}

int account_set_pin(struct journal *j, struct db *db, const char *id, const char *verifier, const char *actor,
                    struct err_text *e) {
    struct account a = { 0 };
    int rc = account_find(db, j ? journal_site(j) : NULL, id, &a);
    if (rc == ERR_NOT_FOUND) return err_field(e, rc, "id", "there is no user %s; add the user first", id);
    if (rc < 0) return err_set(e, rc, "accounts cannot be read: %s", db_message(db));
    rc = account_put(db, id, a.name, a.role, verifier, e);
    return rc < 0 ? rc : say(j, db, id, "pin-set", NULL, actor, e);
}

static int set_locked(struct journal *j, struct db *db, const char *id, bool locked, const char *actor,
                      struct err_text *e) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE account SET locked = ?1, failures = CASE WHEN ?1 THEN failures ELSE 0 END,"
                        " locked_until = CASE WHEN ?1 THEN locked_until ELSE 0 END WHERE id = ?2",
                        &s);
    if (rc == 0) {
        stmt_bind_int(s, 1, locked);
        stmt_bind_text(s, 2, id);
        rc = stmt_run(s);
    }
    if (rc < 0) return err_set(e, rc, "the account cannot be changed: %s", db_message(db));
    if (db_changes(db) == 0)
        return err_field(e, ERR_NOT_FOUND, "id", "there is no account %s; `sitelogctl user list` shows them", id);
    rc = locked ? end_sessions(db, id) : 0;
    if (rc < 0) return err_set(e, rc, "the sessions cannot be ended: %s", db_message(db));
    return say(j, db, id, locked ? "locked" : "unlocked", NULL, actor, e);
}

int account_lock(struct journal *j, struct db *db, const char *id, const char *actor, struct err_text *e) {
    return set_locked(j, db, id, true, actor, e);
}

int account_unlock(struct journal *j, struct db *db, const char *id, const char *actor, struct err_text *e) {
    return set_locked(j, db, id, false, actor, e);
}

static int put_user(struct db *db, const char *site, const char *id, struct json_out *w) {
    struct account a;
    char until[CLOCK_TEXT_SIZE] = "";
    int rc = account_find(db, site, id, &a);
    if (rc < 0) return rc;
    if (a.locked_until.ms > 0) clock_format(a.locked_until, 0, until);
    json_open(w, NULL, '{');
    json_put_text(w, "id", a.id);
    json_put_text(w, "name", a.name);
    json_put_text(w, "role", a.role);
    json_put_bool(w, "active", a.active);
    json_put_bool(w, "pin", a.verifier[0] != '\0');
    json_put_int(w, "failures", a.failures);
    json_put_text(w, "locked_until", until[0] ? until : NULL);
    json_close(w, '}');
    return w->buf->error;
}

int account_list(struct db *db, const char *site, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(db, "SELECT id FROM account UNION SELECT id FROM person WHERE site = ? ORDER BY 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "users", '[');
    while ((rc = stmt_step(s)) == 1) {
        int put = put_user(db, site, stmt_text(s, 0), &w);
        if (put < 0) return put;
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

int account_check(const struct json *data, struct err_text *e) {
    const char *change = NULL;
    int rc = json_get_text(data, "", "change", JSON_REQUIRED, 40, &change, e);
    if (rc < 0) return rc;
    return change && change[0] ? 0 : err_field(e, ERR_INVALID, "change", "change is empty");
}
