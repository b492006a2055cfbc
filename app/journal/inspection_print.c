/* SPDX-License-Identifier: MIT */
/* Quality reports for readers: one, and pages of them. */
#include "app/journal/inspection.h"

#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "firmware/base/cleanup.h"

#include <string.h>

#define COLUMNS "pos, id, site, board, date, stage, verdict, passed, failed, red, not_applicable, hazards, at, by, data"
enum column { POS, ID, SITE, BOARD, DATE, STAGE, VERDICT, PASSED, FAILED, RED, NOT_APPLICABLE, HAZARDS, AT, BY, DATA };

static int put_head(struct db *db, struct stmt *s, bool names, struct json_out *w) {
    json_put_text(w, "id", stmt_text(s, ID));
    json_put_text(w, "site", stmt_text(s, SITE));
    json_put_text(w, "board", stmt_text(s, BOARD));
    json_put_text(w, "date", stmt_text(s, DATE));
    json_put_text(w, "stage", stmt_text(s, STAGE));
    json_put_text(w, "verdict", stmt_text(s, VERDICT)[0] ? stmt_text(s, VERDICT) : NULL);
    json_put_int(w, "passed", stmt_int(s, PASSED));
    json_put_int(w, "failed", stmt_int(s, FAILED));
    json_put_int(w, "red", stmt_int(s, RED));
    json_put_int(w, "not_applicable", stmt_int(s, NOT_APPLICABLE));
    json_put_text(w, "at", stmt_text(s, AT));
    return person_put_actor(db, stmt_text(s, SITE), stmt_text(s, BY), names, w, "actor");
}

int inspection_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(json_destroy_ptr) struct json *data = NULL;
    static const char *const members[] = { "items", "results", "hazards", "note", "photos", NULL };
    struct json_out w;
    int rc = db_prepare(db, "SELECT " COLUMNS " FROM inspection WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    rc = json_parse(stmt_text(s, DATA), strlen(stmt_text(s, DATA)), &data, NULL);
    if (rc < 0) return rc;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    rc = put_head(db, s, names, &w);
    for (size_t i = 0; members[i]; i++)
        if (json_member(data, members[i])) json_put_node(&w, members[i], json_member(data, members[i]));
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

static int put_entry(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const struct inspection_query *q = ctx;
    json_open(w, NULL, '{');
    int rc = put_head(db, s, q->names, w);
    json_put_int(w, "hazards", stmt_int(s, HAZARDS));
    json_close(w, '}');
    return rc;
}

#define FILTER          " (?4 IS NULL OR stage = ?4) AND (?5 IS NULL OR verdict = ?5)"
#define BY_POS          FILTER " AND pos < ?1"
#define BY_DATE         FILTER " AND (date, pos) < (?7, ?1) AND date >= ?6"
#define BY_DATE_DESC    "date DESC, pos DESC"
#define PAGE(which, by) "SELECT " COLUMNS " FROM inspection WHERE" which " ORDER BY " by " LIMIT ?8"
#define OF_SITE                                                                                                        \
    " site = ?2 AND (?3 IS NULL OR EXISTS (SELECT 1 FROM person p WHERE p.site = ?2 AND p.id = ?3 AND p.active = 1))"  \
    " AND"
#define OF_MEMBER(filter, by) LISTING_OF_MEMBER("inspection", filter, by, "?3", "?8")

/* By whose they are, and whether dates are asked for: each has its index in the order of the list. */
static const char *const pages[3][2] = {
    { PAGE(BY_POS, "pos DESC"), PAGE(BY_DATE, BY_DATE_DESC) },
    { PAGE(OF_SITE BY_POS, "pos DESC"), PAGE(OF_SITE BY_DATE, BY_DATE_DESC) },
    { PAGE(OF_MEMBER(BY_POS, "pos DESC"), "pos DESC"), PAGE(OF_MEMBER(BY_DATE, BY_DATE_DESC), BY_DATE_DESC) },
};

int inspection_list(struct db *db, const struct inspection_query *q, struct buf *out, struct err_text *e) {
    struct stmt *s = NULL;
    struct inspection_query asked = *q;
    char date[TZ_DATE_SIZE];
    bool dated = q->from || q->to;
    int64_t pos;
    int rc = dated ? listing_before_dated(q->before, q->to, date, &pos, e) : listing_before(q->before, &pos, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, pages[q->site ? 1 : q->member ? 2 : 0][dated], &s);
    if (rc < 0) return err_set(e, rc, "the reports cannot be read: %s", db_message(db));
    const char *const texts[] = { q->site, q->member, q->stage, q->verdict };
    stmt_bind_int(s, 1, pos);
    for (int i = 0; i < 4; i++) stmt_bind_text(s, i + 2, texts[i]);
    if (dated) stmt_bind_text(s, 6, q->from ? q->from : "");
    if (dated) stmt_bind_text(s, 7, date);
    stmt_bind_int(s, 8, q->limit + 1);
    return listing_print_dated(db, s, "inspections", dated ? DATE : -1, q->limit, put_entry, &asked, out, e);
}
