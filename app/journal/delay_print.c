/* SPDX-License-Identifier: MIT */
/* Claims and idle days as readers and clocks see them. */
#include "app/journal/delay_private.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

struct reading {
    const char *site;
    bool names;
};

#define COLUMNS                                                                                                        \
    "pos, id, state, stage, reason, from_date, to_date, days, note, photos, claimed, claimed_by, decided, "            \
    "decided_by, "                                                                                                     \
    "decision_note, granted_from, granted_to, granted_days, site"
enum { SITE_COLUMN = 18 };
#define IDLE_COLUMNS "pos, date, reason, note, photos, at, by_actor, id"

static void put_list(struct json_out *w, const char *name, const char *list) {
    json_put_raw(w, name, list, strlen(list));
}

static int put_decision(struct db *db, struct stmt *s, struct json_out *w, const struct reading *r) {
    if (!stmt_text(s, 12)[0]) {
        json_put_null(w, "decision");
        return 0;
    }
    json_open(w, "decision", '{');
    json_put_text(w, "at", stmt_text(s, 12));
    int rc = person_put_actor(db, stmt_text(s, SITE_COLUMN), stmt_text(s, 13), r->names, w, "by");
    if (stmt_text(s, 14)[0]) json_put_text(w, "note", stmt_text(s, 14));
    json_put_text(w, "from", stmt_text(s, 15)[0] ? stmt_text(s, 15) : NULL);
    json_put_text(w, "to", stmt_text(s, 16)[0] ? stmt_text(s, 16) : NULL);
    json_put_int(w, "days", stmt_int(s, 17));
    json_close(w, '}');
    return rc;
}

static int put(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const struct reading *r = ctx;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, 1));
    json_put_text(w, "site", stmt_text(s, SITE_COLUMN));
    json_put_text(w, "state", stmt_text(s, 2));
    json_put_text(w, "stage", stmt_text(s, 3)[0] ? stmt_text(s, 3) : NULL);
    json_put_text(w, "reason", stmt_text(s, 4));
    json_put_text(w, "from", stmt_text(s, 5)[0] ? stmt_text(s, 5) : NULL);
    json_put_text(w, "to", stmt_text(s, 6)[0] ? stmt_text(s, 6) : NULL);
    json_put_int(w, "days", stmt_int(s, 7));
    if (stmt_text(s, 8)[0]) json_put_text(w, "note", stmt_text(s, 8));
    put_list(w, "photos", stmt_text(s, 9));
    json_put_text(w, "at", stmt_text(s, 10)[0] ? stmt_text(s, 10) : NULL);
    int rc = person_put_actor(db, stmt_text(s, SITE_COLUMN), stmt_text(s, 11), r->names, w, "by");
    if (rc == 0) rc = put_decision(db, s, w, r);
    json_close(w, '}');
    return rc;
}

static int put_idle(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const struct reading *r = ctx;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, 7));
    json_put_text(w, "site", r->site);
    json_put_text(w, "date", stmt_text(s, 1));
    json_put_text(w, "reason", stmt_text(s, 2));
    if (stmt_text(s, 3)[0]) json_put_text(w, "note", stmt_text(s, 3));
    put_list(w, "photos", stmt_text(s, 4));
    json_put_text(w, "at", stmt_text(s, 5));
    int rc = person_put_actor(db, r->site, stmt_text(s, 6), r->names, w, "by");
    json_close(w, '}');
    return rc;
}

int delay_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    struct reading r = { site, names };
    return listing_one(db, "SELECT " COLUMNS " FROM delay WHERE site = ? AND id = ?", site, id, put, &r, out);
}

int delay_idle_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    struct reading r = { site, names };
    return listing_one(db, "SELECT " IDLE_COLUMNS " FROM idle_day WHERE site = ?1 AND (date = ?2 OR id = ?2)", site, id,
                       put_idle, &r, out);
}

int delay_row_read(struct db *db, const char *site, const char *id, struct delay_row *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT state, stage, from_date, to_date FROM delay WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    text_clip(out->state, sizeof out->state, stmt_text(s, 0));
    text_clip(out->stage, sizeof out->stage, stmt_text(s, 1));
    text_clip(out->from, sizeof out->from, stmt_text(s, 2));
    text_clip(out->to, sizeof out->to, stmt_text(s, 3));
    return 0;
}

#define PAGE(which)                                                                                                    \
    "SELECT " COLUMNS " FROM delay WHERE" which " pos < ?2 AND (?3 IS NULL OR state = ?3)"                             \
    " AND (?5 = 0 OR unixepoch(claimed) * 1000 <= ?5) ORDER BY pos DESC LIMIT ?4"
#define OPEN " state = 'claimed' AND"

/* By whether a site is asked for, and whether only what is not decided: each has its index in the order of the list. */
static const char *const pages[2][2] = { { PAGE(" ?1 IS NULL AND"), PAGE(" ?1 IS NULL AND" OPEN) },
                                         { PAGE(" site = ?1 AND"), PAGE(" site = ?1 AND" OPEN) } };

int delay_list(struct db *db, const struct delay_query *q, struct buf *out, struct err_text *e) {
    struct stmt *s = NULL;
    struct reading r = { q->site, q->names };
    int64_t from;
    int rc = listing_before(q->before, &from, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, pages[q->site != NULL][q->state && strcmp(q->state, "claimed") == 0], &s);
    if (rc < 0) return err_set(e, rc, "the claims cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, q->site);
    stmt_bind_int(s, 2, from);
    stmt_bind_text(s, 3, q->state);
    stmt_bind_int(s, 4, q->limit + 1);
    stmt_bind_int(s, 5, q->asked_by.ms);
    return listing_print(db, s, "delays", q->limit, put, &r, out, e);
}

int delay_idle_list(struct db *db, const char *site, const char *before, int limit, bool names, struct buf *out,
                    struct err_text *e) {
    struct stmt *s = NULL;
    struct reading r = { site, names };
    int64_t from;
    int rc = listing_before(before, &from, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, "SELECT " IDLE_COLUMNS " FROM idle_day WHERE site = ?1 AND pos < ?2 ORDER BY pos DESC LIMIT ?3",
                    &s);
    if (rc < 0) return err_set(e, rc, "the idle days cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, from);
    stmt_bind_int(s, 3, limit + 1);
    return listing_print(db, s, "idle_days", limit, put_idle, &r, out, e);
}

/* ---- for clocks ---- */

int delay_granted(struct db *db, const char *site, struct standstill_days **out, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(free_ptr) struct standstill_days *list = NULL;
    size_t count = 0;
    int rc = db_prepare(
        db,
        "SELECT granted_from, granted_to FROM delay WHERE site = ? AND granted_from <> '' ORDER BY granted_from, id",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        struct standstill_days *more = count % 16 == 0 ? realloc(list, (count + 16) * sizeof *list) : list;
        if (!more) return ERR_NOMEM;
        list = more;
        text_clip(list[count].from, TZ_DATE_SIZE, stmt_text(s, 0));
        text_clip(list[count++].to, TZ_DATE_SIZE, stmt_text(s, 1));
    }
    if (rc < 0) return rc;
    *out = STEAL_PTR(list);
    *n = count;
    return 0;
}

int delay_idle(struct db *db, const char *site, char (**out)[TZ_DATE_SIZE], size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char(*list)[TZ_DATE_SIZE] = NULL;
    size_t count = 0;
    int rc = db_prepare(db, "SELECT date FROM idle_day WHERE site = ? ORDER BY date", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        void *more = count % 16 == 0 ? realloc(list, (count + 16) * sizeof *list) : list;
        if (!more) {
            rc = ERR_NOMEM;
            break;
        }
        list = more;
        text_clip(list[count++], TZ_DATE_SIZE, stmt_text(s, 0));
    }
    if (rc < 0) {
        free(list);
        return rc;
    }
    *out = list;
    *n = count;
    return 0;
}
