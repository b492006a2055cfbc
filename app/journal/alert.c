/* SPDX-License-Identifier: MIT */
/* Alerts' shape, events and projection. Raising and clearing are in alert_write.c, lists in alert_list.c. */
#include "app/journal/alert.h"

#include "app/journal/alert_private.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 401, LEVEL_SIZE = 16, SUBJECT_SIZE = 128 };

static const char schema[] =
    "CREATE TABLE alert (\n"
    "  -- What somebody has to know of at once.\n"
    "  pos INTEGER PRIMARY KEY, -- of alert-raised in this store\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  rule TEXT NOT NULL, level TEXT NOT NULL, subject TEXT NOT NULL,\n"
    "  due TEXT NOT NULL, raised TEXT NOT NULL, -- RFC 3339\n"
    "  zh TEXT NOT NULL, en TEXT NOT NULL,\n"
    "  raised_by TEXT NOT NULL,     -- a board's id, or hub\n"
    "  cleared TEXT NOT NULL,       -- RFC 3339; '': it stands\n"
    "  cleared_ms INTEGER NOT NULL, -- the same since 1970; 0: it stands\n"
    "  cleared_by TEXT NOT NULL,    -- likewise; '': it stands\n"
    "  cleared_rev INTEGER NOT NULL,-- of alert-cleared\n"
    "  seen TEXT NOT NULL,          -- when somebody of head office saw it, RFC 3339; '': nobody yet\n"
    "  seen_by TEXT NOT NULL, seen_note TEXT NOT NULL,\n"
    "  UNIQUE (site, id)\n"
    ") STRICT;\n"
    "CREATE INDEX alert_standing ON alert (site, rule) WHERE cleared_ms = 0;\n"
    "CREATE INDEX alert_standing_pos ON alert (pos) WHERE cleared_ms = 0;\n"
    "CREATE INDEX alert_cleared ON alert (cleared_ms);\n"
    "CREATE INDEX alert_cleared_site ON alert (site, cleared_ms);\n"
    "CREATE INDEX alert_id ON alert (id);\n";

struct told {
    char rule[ALERT_RULE_SIZE], level[LEVEL_SIZE], subject[SUBJECT_SIZE], due[CLOCK_TEXT_SIZE], raised[CLOCK_TEXT_SIZE];
    char zh[TEXT_SIZE], en[TEXT_SIZE];
};

void alert_id(const char *site, const struct alert *a, char out[ID_SIZE]) {
    char text[SUBJECT_SIZE + ALERT_RULE_SIZE + 128];
    uint8_t h[HASH_SIZE];
    int64_t seconds = a->due.ms / 1000;
    int n = snprintf(text, sizeof text, "alert\n%s\n%s\n%s\n%lld", site, a->rule, a->subject, (long long)seconds);
    hash_sha256(text, n > 0 && (size_t)n < sizeof text ? (size_t)n : 0, h);
    uint64_t ms = (uint64_t)seconds * 1000;
    (void)snprintf(out, ID_SIZE, "%08llx-%04llx-7%01x%02x-%01x%01x%02x-%02x%02x%02x%02x%02x%02x",
                   (unsigned long long)(ms >> 16 & 0xffffffffu), (unsigned long long)(ms & 0xffffu), h[0] & 15, h[1],
                   8 | (h[2] & 3), h[3] & 15, h[4], h[5], h[6], h[7], h[8], h[9], h[10]);
}

/* ---- shape ---- */

static int get(const struct json *o, const char *name, char *out, size_t size, struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(o, "", name, JSON_OPTIONAL, size - 1, &text, e);
    return rc < 0 || !text ? rc : text_copy(out, size, text);
}

static int get_time(const struct json *o, const char *name, char *out, struct err_text *e) {
    struct wall at;
    int rc = get(o, name, out, CLOCK_TEXT_SIZE, e);
    if (rc == 0 && out[0] && clock_parse(out, &at, NULL) < 0)
        rc = err_field(e, ERR_INVALID, name, "%s has to be a time like 2026-11-22T16:04:05+08:00", name);
    return rc;
}

/* Other writers may say less of theirs: an alert that says little is better than one that is refused. */
static int decode(const struct json *data, struct told *out, struct err_text *e) {
    struct told t = { .level = "office" };
    const struct json *text = json_member(data, "text");
    int rc = get(data, "rule", t.rule, sizeof t.rule, e);
    if (rc == 0) rc = get(data, "level", t.level, sizeof t.level, e);
    if (rc == 0) rc = get(data, "subject", t.subject, sizeof t.subject, e);
    if (rc == 0) rc = get_time(data, "due", t.due, e);
    if (rc == 0) rc = get_time(data, "raised", t.raised, e);
    if (rc == 0 && text && !json_is_object(text))
        rc = err_field(e, ERR_INVALID, "text", "text has to be an object with zh and en");
    if (rc == 0 && text) rc = get(text, "zh", t.zh, sizeof t.zh, e);
    if (rc == 0 && text) rc = get(text, "en", t.en, sizeof t.en, e);
    if (rc == 0) *out = t;
    return rc;
}

int alert_check(const struct json *data, struct err_text *e) {
    struct told t;
    return decode(data, &t, e);
}

int alert_check_seen(const struct json *data, struct err_text *e) {
    const char *note = NULL;
    return json_get_text(data, "", "note", JSON_OPTIONAL, ALERT_NOTE_MAX, &note, e);
}

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM alert WHERE site = ? AND id = ?", site, id);
}

/* Both ends raised it: the first counts. */
static int keep_first(struct db *db, const struct envelope *event, const char *raised) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "UPDATE alert SET raised = ?3 WHERE site = ?1 AND id = ?2 AND raised > ?3", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->subject + strlen("alert/"));
    stmt_bind_text(s, 3, raised);
    return stmt_run(s);
}

/* Either event carries all of it. Who raises one again that was cleared knew of that (its revision is higher); who did not, adds nothing. */
static int put_raised(struct db *db, const struct envelope *event, const struct told *t, bool again, int64_t pos) {
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "INSERT INTO alert (pos, site, id, rule, level, subject, due, raised, zh, en, raised_by, cleared,"
                   " cleared_ms, cleared_by, cleared_rev, seen, seen_by, seen_note)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '', 0, '', 0, '', '', '')"
                   " ON CONFLICT (site, id) DO UPDATE SET pos = ?1, raised = ?8, raised_by = ?11, cleared = '',"
                   " cleared_ms = 0, cleared_by = '', cleared_rev = 0, seen = '', seen_by = '', seen_note = ''"
                   " WHERE cleared_ms > 0 AND ?12 > cleared_rev",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, event->subject + strlen("alert/"));
    stmt_bind_text(s, 4, t->rule);
    stmt_bind_text(s, 5, t->level);
    stmt_bind_text(s, 6, t->subject);
    stmt_bind_text(s, 7, t->due[0] ? t->due : event->time);
    stmt_bind_text(s, 8, t->raised[0] ? t->raised : event->time);
    stmt_bind_text(s, 9, t->zh);
    stmt_bind_text(s, 10, t->en);
    stmt_bind_text(s, 11, event->key.writer);
    stmt_bind_int(s, 12, again ? (int64_t)event->rev : 0);
    rc = stmt_run(s);
    return rc < 0 || !again || db_changes(db) > 0 ? rc : keep_first(db, event, t->raised[0] ? t->raised : event->time);
}

static int put_cleared(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    struct wall at = { 0 };
    int rc = clock_parse(event->time, &at, NULL);
    if (rc == 0)
        rc = db_prepare(db,
                        "UPDATE alert SET cleared = ?3, cleared_ms = ?4, cleared_by = ?5, cleared_rev = ?6"
                        " WHERE site = ?1 AND id = ?2 AND cleared_ms = 0",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->subject + strlen("alert/"));
    stmt_bind_text(s, 3, event->time);
    stmt_bind_int(s, 4, at.ms > 0 ? at.ms : 1);
    stmt_bind_text(s, 5, event->key.writer);
    stmt_bind_int(s, 6, (int64_t)event->rev);
    return stmt_run(s);
}

static int put_seen(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    const char *note = json_text(json_member(event->data, "note"));
    int rc = db_prepare(db, "UPDATE alert SET seen = ?3, seen_by = ?4, seen_note = ?5 WHERE site = ?1 AND id = ?2", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->subject + strlen("alert/"));
    stmt_bind_text(s, 3, event->time);
    stmt_bind_text(s, 4, event->actor);
    stmt_bind_text(s, 5, note ? note : "");
    return stmt_run(s);
}

/* That both ends raise it, or clear it, is no mistake of either. */
static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct told t;
    bool cleared = strcmp(event->type, "alert-cleared") == 0;
    if (strcmp(event->type, "alert-seen") == 0) return put_seen(db, event);
    if (!cleared && strcmp(event->type, "alert-raised") != 0) return 0;
    int rc = decode(event->data, &t, NULL);
    if (rc == 0) rc = put_raised(db, event, &t, !cleared, pos);
    return rc == 0 && cleared ? put_cleared(db, event) : rc;
}

static const char *const tables[] = { "alert", NULL };
const struct subject_kind alert_kind = {
    .kind = "alert", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 2
};
