/* SPDX-License-Identifier: MIT */
/* Alerts for readers. */
#include "app/journal/alert_private.h"

#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* After ALERT_COLUMNS. */
enum column { COL_CLEARED = 7, COL_CLEARED_MS, COL_ID, COL_SITE, COL_POS, COL_SEEN, COL_SEEN_BY, COL_SEEN_NOTE };
#define COLUMNS ALERT_COLUMNS ", cleared, cleared_ms, id, site, pos, seen, seen_by, seen_note"

void alert_put(struct json_out *w, const char *rule, const char *level, const char *subject, const char *due,
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

void alert_put_columns(struct stmt *s, struct json_out *w) {
    alert_put(w, stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2), stmt_text(s, 3), stmt_text(s, 4), stmt_text(s, 5),
              stmt_text(s, 6));
}

int alert_find(struct db *db, const char *site, const char *rule, const char *subject, char id[ID_SIZE],
               struct wall *due) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT id, due FROM alert WHERE cleared_ms = 0 AND site = ? AND rule = ? AND subject = ?"
                        " ORDER BY pos DESC LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, rule);
    stmt_bind_text(s, 3, subject);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    text_clip(id, ID_SIZE, stmt_text(s, 0));
    return due ? clock_parse(stmt_text(s, 1), due, NULL) : 0;
}

int alert_site(struct db *db, const char *id, char site[NAME_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT site FROM alert WHERE id = ? LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    return text_copy(site, NAME_SIZE, stmt_text(s, 0)) == 0 ? 0 : ERR_CORRUPT;
}

/* ---- lists ---- */

static int put_seen(struct db *db, struct stmt *s, bool names, struct json_out *w) {
    if (!stmt_text(s, COL_SEEN)[0]) {
        json_put_null(w, "seen");
        return 0;
    }
    json_open(w, "seen", '{');
    json_put_text(w, "at", stmt_text(s, COL_SEEN));
    int rc = person_put_actor(db, stmt_text(s, COL_SITE), stmt_text(s, COL_SEEN_BY), names, w, "by");
    if (stmt_text(s, COL_SEEN_NOTE)[0]) json_put_text(w, "note", stmt_text(s, COL_SEEN_NOTE));
    json_close(w, '}');
    return rc;
}

static int put_alert(struct db *db, struct stmt *s, bool names, struct json_out *w) {
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    alert_put_columns(s, w);
    if (stmt_int(s, COL_CLEARED_MS)) json_put_text(w, "cleared", stmt_text(s, COL_CLEARED));
    json_put_text(w, "state", stmt_int(s, COL_CLEARED_MS) ? "cleared" : "standing");
    int rc = put_seen(db, s, names, w);
    json_close(w, '}');
    return rc;
}

int alert_print_one(struct db *db, const char *site, const char *id, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(db, "SELECT " COLUMNS " FROM alert WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    json_start(&w, out);
    rc = put_alert(db, s, true, &w);
    return rc < 0 ? rc : out->error;
}

static int put_page(struct db *db, struct stmt *s, const struct alert_query *q, struct json_out *w, int64_t *next) {
    int rc = 0;
    int64_t last = 0;
    *next = 0;
    for (int n = 0; (rc = stmt_step(s)) == 1; n++) {
        if (n == q->limit) {
            *next = last;
            return 0;
        }
        rc = put_alert(db, s, q->names, w);
        if (rc < 0) return rc;
        last = stmt_int(s, COL_POS);
    }
    return rc;
}

static int prepare(struct db *db, const struct alert_query *q, int64_t from, struct stmt **s) {
    bool standing = !q->state || strcmp(q->state, "standing") == 0;
    bool cleared = !q->state || strcmp(q->state, "cleared") == 0;
    int rc = db_prepare(db,
                        "SELECT " COLUMNS " FROM alert WHERE (?1 IS NULL OR site = ?1) AND (?2 IS NULL OR level = ?2)"
                        " AND (?3 IS NULL OR rule = ?3) AND pos IN (SELECT pos FROM alert WHERE cleared_ms = 0 AND ?4"
                        " UNION ALL SELECT pos FROM alert WHERE cleared_ms > 0 AND cleared_ms >= ?5 AND ?6)"
                        " AND (?7 IS NULL OR site IN (SELECT site FROM person WHERE id = ?7 AND active))"
                        " AND pos < ?8 ORDER BY pos DESC LIMIT ?9",
                        s);
    if (rc < 0) return rc;
    stmt_bind_text(*s, 1, q->site);
    stmt_bind_text(*s, 2, q->level);
    stmt_bind_text(*s, 3, q->rule);
    stmt_bind_int(*s, 4, standing);
    stmt_bind_int(*s, 5, q->since.ms > 0 ? q->since.ms : 1);
    stmt_bind_int(*s, 6, cleared);
    stmt_bind_text(*s, 7, q->member);
    stmt_bind_int(*s, 8, from);
    stmt_bind_int(*s, 9, q->limit + 1);
    return 0;
}

int alert_print(struct db *db, const struct alert_query *q, struct buf *out, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t from = INT64_MAX, next = 0;
    char cursor[24];
    struct json_out w;
    if (q->before && text_int(q->before, 1, INT64_MAX, &from) < 0)
        return err_field(e, ERR_INVALID, "before", "before has to be the next of the page before");
    int rc = prepare(db, q, from, &s);
    if (rc < 0) return err_set(e, rc, "the alerts cannot be read: %s", db_message(db));
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "alerts", '[');
    rc = put_page(db, s, q, &w, &next);
    if (rc < 0) return err_set(e, rc, "the alerts cannot be read: %s", db_message(db));
    json_close(&w, ']');
    (void)snprintf(cursor, sizeof cursor, "%lld", (long long)next);
    json_put_text(&w, "next", next ? cursor : NULL);
    json_close(&w, '}');
    return out->error;
}
