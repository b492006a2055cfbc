/* SPDX-License-Identifier: MIT */
/* Alerts' shape, events and projection. When one is raised is not known here. */
#include "app/journal/alert.h"

#include "app/journal/journal_private.h"
#include "app/journal/late.h"
#include "app/journal/plan.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 401, RULE_SIZE = 41, LEVEL_SIZE = 16, SUBJECT_SIZE = 128 };

static const char schema[] = "CREATE TABLE alert (\n"
                             "  -- What somebody has to know of at once.\n"
                             "  pos INTEGER PRIMARY KEY, -- of alert-raised in this store\n"
                             "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
                             "  rule TEXT NOT NULL, level TEXT NOT NULL, subject TEXT NOT NULL,\n"
                             "  due TEXT NOT NULL, raised TEXT NOT NULL, -- RFC 3339\n"
                             "  zh TEXT NOT NULL, en TEXT NOT NULL,\n"
                             "  cleared TEXT NOT NULL,      -- RFC 3339; '': it stands\n"
                             "  cleared_ms INTEGER NOT NULL, -- the same since 1970; 0: it stands\n"
                             "  UNIQUE (site, id)\n"
                             ") STRICT;\n"
                             "CREATE INDEX alert_standing ON alert (site, rule) WHERE cleared_ms = 0;\n";

struct told {
    char rule[RULE_SIZE], level[LEVEL_SIZE], subject[SUBJECT_SIZE], due[CLOCK_TEXT_SIZE], raised[CLOCK_TEXT_SIZE];
    char zh[TEXT_SIZE], en[TEXT_SIZE];
};

void alert_id(const char *site, const struct alert *a, char out[ID_SIZE]) {
    char text[SUBJECT_SIZE + RULE_SIZE + 128];
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

static void put(struct json_out *w, const char *rule, const char *level, const char *subject, const char *due,
                const char *raised, const char *zh, const char *en) {
    json_put_text(w, "rule", rule);
    json_put_text(w, "level", level);
    json_put_text(w, "subject", subject);
    json_put_text(w, "due", due);
    json_put_text(w, "raised", raised);
    json_open(w, "text", '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
}

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM alert WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    return stmt_run(s);
}

/* Either event carries all of it; the other end may have raised, or cleared, it before. 1: it had an effect. */
static int put_row(struct db *db, const struct envelope *event, const struct told *t, bool cleared, int64_t pos) {
    struct stmt *s = NULL;
    struct wall at = { 0 };
    int rc =
        db_prepare(db,
                   "INSERT INTO alert (pos, site, id, rule, level, subject, due, raised, zh, en, cleared, cleared_ms)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (site, id) DO UPDATE"
                   " SET cleared = ?11, cleared_ms = ?12 WHERE cleared_ms = 0 AND ?12 > 0",
                   &s);
    if (rc == 0) rc = clock_parse(event->time, &at, NULL);
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
    stmt_bind_text(s, 11, cleared ? event->time : "");
    stmt_bind_int(s, 12, cleared ? (at.ms > 0 ? at.ms : 1) : 0);
    rc = stmt_run(s);
    return rc < 0 ? rc : db_changes(db) > 0;
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct told t;
    bool cleared = strcmp(event->type, "alert-cleared") == 0;
    if (!cleared && strcmp(event->type, "alert-raised") != 0) return 0;
    int rc = decode(event->data, &t, NULL);
    if (rc == 0) rc = put_row(db, event, &t, cleared, pos);
    if (rc == 0 && cleared) rc = late_mark(db, event, "this alert was cleared before");
    return rc < 0 ? rc : 0; /* that both ends raised it is no mistake of either */
}

static const char *const tables[] = { "alert", NULL };
const struct subject_kind alert_kind = {
    .kind = "alert", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- raising and clearing ---- */

static int append(struct journal *j, struct db *db, const char *site, const char *id, const char *type,
                  const struct buf *data, const char *rule, struct err_text *e) {
    char actor[RULE_SIZE + 8];
    (void)snprintf(actor, sizeof actor, "rule/%s", rule);
    struct event_draft draft = { .site = site, .type = type, .subject_id = id, .actor = actor, .data = data->data };
    if (data->error) return err_set(e, data->error, "the alert cannot be written: %s", err_name(data->error));
    return journal_append(j, db, &draft, NULL, e);
}

int alert_raise(struct journal *j, struct db *db, const struct alert *a, struct err_text *e) {
    char zone[PLAN_TZ_SIZE], id[ID_SIZE], due[CLOCK_TEXT_SIZE], raised[CLOCK_TEXT_SIZE];
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    const char *site = journal_site(j);
    struct json_out w;
    struct buf data;
    alert_id(site, a, id);
    int rc = db_prepare(db, "SELECT 1 FROM alert WHERE site = ? AND id = ?", &s);
    if (rc == 0) stmt_bind_text(s, 1, site);
    if (rc == 0) stmt_bind_text(s, 2, id);
    if (rc == 0) rc = stmt_step(s);
    if (rc == 1) return ERR_EXISTS;
    if (rc == 0) rc = plan_timezone(db, site, journal_timezone(j), zone);
    if (rc < 0) return err_set(e, rc, "the alert cannot be written: %s", err_name(rc));
    const struct tz *tz = journal_zone_find(j, zone);
    struct wall now = clock_wall(), whole = { a->due.ms / 1000 * 1000 };
    clock_format(whole, tz_offset_s(tz, whole), due);
    clock_format(now, tz_offset_s(tz, now), raised);
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    put(&w, a->rule, a->level, a->subject, due, raised, a->zh, a->en);
    json_put_text(&w, "state", "standing");
    json_close(&w, '}');
    rc = append(j, db, site, id, "alert-raised", &data, a->rule, e);
    buf_fini(&data);
    return rc;
}

#define COLUMNS "rule, level, subject, due, raised, zh, en, cleared, cleared_ms, id, site, pos"

static void put_columns(struct stmt *s, struct json_out *w) {
    put(w, stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2), stmt_text(s, 3), stmt_text(s, 4), stmt_text(s, 5),
        stmt_text(s, 6));
}

int alert_clear(struct journal *j, struct db *db, const char *site, const char *id, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char rule[RULE_SIZE];
    struct json_out w;
    struct buf data;
    int rc = db_prepare(db, "SELECT " COLUMNS " FROM alert WHERE site = ? AND id = ?", &s);
    if (rc == 0) stmt_bind_text(s, 1, site);
    if (rc == 0) stmt_bind_text(s, 2, id);
    if (rc == 0) rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? err_set(e, rc, "the alerts cannot be read") : ERR_NOT_FOUND;
    if (stmt_int(s, 8)) return ERR_EXISTS;
    text_clip(rule, sizeof rule, stmt_text(s, 0));
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    put_columns(s, &w);
    json_put_text(&w, "state", "cleared");
    json_close(&w, '}');
    stmt_reset(s);
    rc = append(j, db, site, id, "alert-cleared", &data, rule, e);
    buf_fini(&data);
    return rc;
}

/* ---- reading ---- */

int alert_standing(struct db *db, const char *site, const char *rule, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "SELECT count(*) FROM alert WHERE cleared_ms = 0 AND (?1 IS NULL OR site = ?1) AND (?2 IS NULL OR rule = ?2)",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, rule);
    rc = stmt_step(s);
    if (rc == 1) *out = stmt_int(s, 0);
    return rc < 0 ? rc : 0;
}

int alert_find(struct db *db, const char *site, const char *rule, const char *subject, char id[ID_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT id FROM alert WHERE cleared_ms = 0 AND site = ? AND rule = ? AND subject = ?"
                        " ORDER BY pos DESC LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, rule);
    stmt_bind_text(s, 3, subject);
    rc = stmt_step(s);
    if (rc == 1) text_clip(id, ID_SIZE, stmt_text(s, 0));
    return rc < 0 ? rc : rc == 1 ? 0 : ERR_NOT_FOUND;
}

static int put_page(struct stmt *s, int limit, struct json_out *w, int64_t *next) {
    int rc = 0;
    int64_t last = 0;
    *next = 0;
    for (int n = 0; (rc = stmt_step(s)) == 1; n++) {
        if (n == limit) {
            *next = last;
            return 0;
        }
        json_open(w, NULL, '{');
        json_put_text(w, "id", stmt_text(s, 9));
        json_put_text(w, "site", stmt_text(s, 10));
        put_columns(s, w);
        if (stmt_int(s, 8)) json_put_text(w, "cleared", stmt_text(s, 7));
        json_put_text(w, "state", stmt_int(s, 8) ? "cleared" : "standing");
        json_close(w, '}');
        last = stmt_int(s, 11);
    }
    return rc;
}

int alert_print(struct db *db, const char *site, struct wall since, const char *before, int limit, struct buf *out,
                struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t from = INT64_MAX, next = 0;
    char cursor[24];
    struct json_out w;
    if (before && text_int(before, 1, INT64_MAX, &from) < 0)
        return err_field(e, ERR_INVALID, "before", "before has to be the next of the page before");
    int rc = db_prepare(db,
                        "SELECT " COLUMNS " FROM alert WHERE (?1 IS NULL OR site = ?1) AND"
                        " (cleared_ms = 0 OR cleared_ms >= ?2) AND pos < ?3 ORDER BY pos DESC LIMIT ?4",
                        &s);
    if (rc < 0) return err_set(e, rc, "the alerts cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, since.ms > 0 ? since.ms : 1);
    stmt_bind_int(s, 3, from);
    stmt_bind_int(s, 4, limit + 1);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "alerts", '[');
    rc = put_page(s, limit, &w, &next);
    if (rc < 0) return err_set(e, rc, "the alerts cannot be read: %s", db_message(db));
    json_close(&w, ']');
    (void)snprintf(cursor, sizeof cursor, "%lld", (long long)next);
    json_put_text(&w, "next", next ? cursor : NULL);
    json_close(&w, '}');
    return out->error;
}
