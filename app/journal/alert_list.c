/* SPDX-License-Identifier: MIT */
/* Alerts for readers. */
#include "app/journal/alert_private.h"

#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* ALERT_COLUMNS come after pos. */
enum column { COL_POS, COL_ALERT, COL_CLEARED = 8, COL_CLEARED_MS, COL_ID, COL_SITE, COL_SEEN, COL_SEEN_BY, COL_NOTE };
#define COLUMNS "pos, " ALERT_COLUMNS ", cleared, cleared_ms, id, site, seen, seen_by, seen_note"

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

void alert_put_columns(struct stmt *s, int from, struct json_out *w) {
    alert_put(w, stmt_text(s, from), stmt_text(s, from + 1), stmt_text(s, from + 2), stmt_text(s, from + 3),
              stmt_text(s, from + 4), stmt_text(s, from + 5), stmt_text(s, from + 6));
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
    if (stmt_text(s, COL_NOTE)[0]) json_put_text(w, "note", stmt_text(s, COL_NOTE));
    json_close(w, '}');
    return rc;
}

static int put_alert(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const bool *names = ctx;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    alert_put_columns(s, COL_ALERT, w);
    if (stmt_int(s, COL_CLEARED_MS)) json_put_text(w, "cleared", stmt_text(s, COL_CLEARED));
    json_put_text(w, "state", stmt_int(s, COL_CLEARED_MS) ? "cleared" : "standing");
    int rc = put_seen(db, s, *names, w);
    json_close(w, '}');
    return rc;
}

int alert_print_one(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    return listing_one(db, "SELECT " COLUMNS " FROM alert WHERE site = ? AND id = ?", site, id, put_alert, &names, out);
}

/* Those that stand, and those that were cleared in the last days: few, however many there ever were. */
#define STAND " cleared_ms = 0 AND ?4 AND pos < ?8"
#define WERE  " cleared_ms >= ?5 AND ?6 AND pos < ?8"
#define PAGE(which)                                                                                                    \
    "SELECT " COLUMNS " FROM alert WHERE pos IN (" which ") AND (?2 IS NULL OR level = ?2) AND (?3 IS NULL OR rule = " \
    "?3) ORDER BY pos DESC LIMIT ?9"
#define OF_SITE                                                                                                        \
    " site = ?1 AND (?7 IS NULL OR EXISTS (SELECT 1 FROM person p WHERE p.site = ?1 AND p.id = ?7 AND p.active)) AND"
#define MEMBERS " FROM person p CROSS JOIN alert a ON a.site = p.site WHERE ?1 IS NULL AND p.id = ?7 AND p.active AND"

static const char of_all[] = PAGE("SELECT pos FROM alert WHERE ?1 IS NULL AND ?7 IS NULL AND" STAND
                                  " UNION ALL SELECT pos FROM alert WHERE" WERE);
static const char of_site[] =
    PAGE("SELECT pos FROM alert WHERE" OF_SITE STAND " UNION ALL SELECT pos FROM alert WHERE" OF_SITE WERE);
static const char of_member[] = PAGE("SELECT a.pos" MEMBERS STAND " UNION ALL SELECT a.pos" MEMBERS WERE);

int alert_print(struct db *db, const struct alert_query *q, struct buf *out, struct err_text *e) {
    bool standing = !q->state || strcmp(q->state, "standing") == 0, names = q->names;
    bool cleared = !q->state || strcmp(q->state, "cleared") == 0;
    struct stmt *s = NULL;
    int64_t from;
    int rc = listing_before(q->before, &from, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, q->site ? of_site : q->member ? of_member : of_all, &s);
    if (rc < 0) return err_set(e, rc, "the alerts cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, q->site);
    stmt_bind_text(s, 2, q->level);
    stmt_bind_text(s, 3, q->rule);
    stmt_bind_int(s, 4, standing);
    stmt_bind_int(s, 5, q->since.ms > 0 ? q->since.ms : 1);
    stmt_bind_int(s, 6, cleared);
    stmt_bind_text(s, 7, q->member);
    stmt_bind_int(s, 8, from);
    stmt_bind_int(s, 9, q->limit + 1);
    return listing_print(db, s, "alerts", q->limit, put_alert, &names, out, e);
}
