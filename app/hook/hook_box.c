/* SPDX-License-Identifier: MIT */
/* The tables of what webhooks have still to be told. When to send, and what came of it, others know. */
#include "app/hook/hook_box.h"

#include "app/journal/meta.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define CURSOR "hooks" /* in meta */

enum { PARKED_DAYS = 30, DAY_MS = 86400000 };

const char *const hook_box_schema =
    "CREATE TABLE hook (\n"
    "  -- How the webhooks of hub.conf do.\n"
    "  name TEXT PRIMARY KEY,\n"
    "  digest TEXT NOT NULL,     -- the date whose digest was made last; '': none\n"
    "  ok INTEGER NOT NULL,      -- ms since 1970 of the last message that was taken; 0: none\n"
    "  error INTEGER NOT NULL,   -- of the last that was not\n"
    "  text TEXT NOT NULL        -- why not\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE hook_delivery (\n"
    "  -- What a webhook has still to be told.\n"
    "  n INTEGER PRIMARY KEY,\n"
    "  hook TEXT NOT NULL,       -- hook.name\n"
    "  kind TEXT NOT NULL,       -- raised, cleared, digest\n"
    "  site TEXT NOT NULL, key TEXT NOT NULL, -- the alert's site and id; a digest: '' and its date\n"
    "  made INTEGER NOT NULL,    -- ms since 1970\n"
    "  bundle TEXT NOT NULL,     -- id of the message it goes in; '': not begun\n"
    "  tries INTEGER NOT NULL,\n"
    "  parked INTEGER NOT NULL,  -- 1: given up, why says the reason\n"
    "  why TEXT NOT NULL,\n"
    "  UNIQUE (hook, kind, site, key)\n"
    ") STRICT;\n"
    "CREATE INDEX hook_waiting ON hook_delivery (hook, parked, n);\n";

/* ---- opening ---- */

static bool has(const struct hook_list *list, const char *name) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->hooks[i].name, name) == 0) return true;
    return false;
}

static int drop(struct db *db, const char *name) {
    static const char *const sql[] = { "DELETE FROM hook WHERE name = ?", "DELETE FROM hook_delivery WHERE hook = ?" };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < TEXT_ARRAY_LEN(sql); i++) {
        struct stmt *s = NULL;
        rc = db_prepare(db, sql[i], &s);
        if (rc < 0) return rc;
        stmt_bind_text(s, 1, name);
        rc = stmt_run(s);
    }
    return rc;
}

/* One that is not in the list any more. 1: there is one. */
static int find_gone(struct db *db, const struct hook_list *list, char name[NAME_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT name FROM hook", &s);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) {
        if (has(list, stmt_text(s, 0))) continue;
        text_clip(name, NAME_SIZE, stmt_text(s, 0));
        return 1;
    }
    return rc;
}

static int forget_gone(struct db *db, const struct hook_list *list) {
    char name[NAME_SIZE];
    int rc;
    while ((rc = find_gone(db, list, name)) == 1) {
        rc = drop(db, name);
        if (rc < 0) break;
    }
    return rc;
}

static int add_new(struct db *db, const char *name) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT OR IGNORE INTO hook (name, digest, ok, error, text) VALUES (?, '', 0, 0, '')", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, name);
    return stmt_run(s);
}

static int wake_parked(struct db *db, struct wall now) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM hook_delivery WHERE parked = 1 AND made < ?", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, now.ms - (int64_t)PARKED_DAYS * DAY_MS);
    rc = stmt_run(s);
    if (rc == 0)
        rc = db_prepare(db,
                        "UPDATE hook_delivery SET parked = 0, bundle = '', tries = 0 WHERE parked = 1 AND"
                        " made >= CASE kind WHEN 'digest' THEN ?1 ELSE ?2 END",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, now.ms - HOOK_DIGEST_MAX_MS);
    stmt_bind_int(s, 2, now.ms - HOOK_ALERT_MAX_MS);
    return stmt_run(s);
}

static int save_cursor(struct db *db, int64_t pos) {
    char text[META_SIZE];
    (void)snprintf(text, sizeof text, "%lld", (long long)pos);
    return meta_set(db, CURSOR, text);
}

int hook_box_open(struct db *db, const struct hook_list *list, struct wall now, int64_t *pos) {
    char cursor[META_SIZE];
    int64_t last = 0, at = 0;
    int rc = forget_gone(db, list);
    for (size_t i = 0; rc == 0 && i < list->n; i++) rc = add_new(db, list->hooks[i].name);
    if (rc == 0) rc = wake_parked(db, now);
    if (rc == 0) rc = meta_get(db, CURSOR, cursor);
    if (rc == 0) rc = journal_last_pos(db, &last);
    if (rc < 0) return rc;
    if (list->n == 0) return meta_clear(db, CURSOR);
    if (text_int(cursor, 0, INT64_MAX, &at) < 0 || at > last) { /* none yet, or the database is an older copy */
        at = last;
        rc = save_cursor(db, at);
    }
    if (rc == 0) *pos = at;
    return rc;
}

/* ---- collecting ---- */

static int add(struct db *db, const char *hook, const char *kind, const char *site, const char *key, struct wall now) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT OR IGNORE INTO hook_delivery (hook, kind, site, key, made, bundle, tries, parked, why)"
                        " VALUES (?, ?, ?, ?, ?, '', 0, 0, '')",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    stmt_bind_text(s, 2, kind);
    stmt_bind_text(s, 3, site);
    stmt_bind_text(s, 4, key);
    stmt_bind_int(s, 5, now.ms);
    return stmt_run(s);
}

static bool wants(const struct hook_conf *hook, const char *level) {
    for (unsigned i = 0; i < HOOK_LEVELS; i++)
        if (strcmp(level, hook_level_names[i]) == 0) return hook->levels & 1u << i;
    return hook->levels & 1u << HOOK_OFFICE; /* a level of a later version */
}

/* One event, in the row of s. */
static int collect_one(struct db *db, const struct hook_list *list, struct stmt *s, struct wall now) {
    bool cleared = strcmp(stmt_text(s, 1), "alert-cleared") == 0, stands = stmt_int(s, 5) == 0;
    bool old = stmt_int(s, 4) < now.ms - HOOK_ALERT_MAX_MS;
    int rc = 0;
    if (old && (cleared || !stands)) return 0;
    for (size_t i = 0; rc == 0 && i < list->n; i++)
        if (wants(&list->hooks[i], stmt_text(s, 6)))
            rc = add(db, list->hooks[i].name, cleared ? "cleared" : "raised", stmt_text(s, 2), stmt_text(s, 3), now);
    return rc;
}

int hook_box_collect(struct db *db, const struct hook_list *list, struct wall now, int64_t *pos) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t last = *pos;
    bool found = false;
    int rc = journal_last_pos(db, &last);
    if (last < *pos) *pos = last; /* the newest were set aside, because a chain forked: their places are given again */
    if (rc < 0 || last == *pos) return rc;
    rc = db_prepare(db,
                    "SELECT e.pos, e.type, e.site, a.id, e.at, a.cleared_ms, a.level FROM event e"
                    " JOIN alert a ON a.site = e.site AND a.id = substr(e.subject, 7)"
                    " WHERE e.pos > ?1 AND e.pos <= ?2 AND e.type IN ('alert-raised', 'alert-cleared') AND NOT EXISTS"
                    " (SELECT 1 FROM event f WHERE f.site = e.site AND f.subject = e.subject AND f.type = e.type"
                    "   AND f.pos < e.pos) ORDER BY e.pos",
                    &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, *pos);
    stmt_bind_int(s, 2, last);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) {
        found = true;
        rc = collect_one(db, list, s, now);
    }
    if (rc == 0 && found) rc = save_cursor(db, last); /* without any, what is read again after a kill makes nothing */
    if (rc == 0) *pos = last;
    return rc;
}

int hook_box_digest(struct db *db, const struct hook_conf *hook, const struct tz *tz, struct wall now, bool *made) {
    struct stmt *s = NULL;
    char last[TZ_DATE_SIZE] = "", date[TZ_DATE_SIZE];
    *made = false;
    if (hook->digest_min == HOOK_CONF_NO_DIGEST) return 0;
    int rc = db_prepare(db, "SELECT digest FROM hook WHERE name = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook->name);
    rc = stmt_step(s);
    if (rc == 1) text_clip(last, sizeof last, stmt_text(s, 0));
    stmt_reset(s);
    if (rc < 0 || !digest_due(tz, hook->digest_min, now, last, date)) return rc < 0 ? rc : 0;
    rc = add(db, hook->name, "digest", "", date, now);
    if (rc == 0) rc = db_prepare(db, "UPDATE hook SET digest = ? WHERE name = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, date);
    stmt_bind_text(s, 2, hook->name);
    rc = stmt_run(s);
    if (rc == 0) *made = true;
    return rc;
}
