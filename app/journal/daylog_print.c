/* SPDX-License-Identifier: MIT */
/* Daily logs for readers: one with its history, and pages of them. */
#include "app/journal/daylog.h"

#include "app/journal/clock_set.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/timeline.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define HISTORY_MAX (4u * 1024u * 1024u) /* bytes */

/* In the order of the SELECTs below. */
enum column {
    COL_POS,
    COL_ID,
    COL_VERSION,
    COL_SITE,
    COL_WRITER,
    COL_AT,
    COL_ACTOR,
    COL_CLOCK,
    COL_AMENDED,
    COL_DATA,
    COL_DATE
};
#define COLUMNS "d.pos, d.id, d.version, d.site, d.writer, d.at, d.actor, d.clock, d.amended, d.data, d.date"

/* The members of a row, into an open object. */
static int put_row(struct db *db, struct stmt *s, bool names, struct json_out *w) {
    struct daylog d = { 0 };
    struct clock_set_dated dated;
    const char *data = stmt_text(s, COL_DATA);
    int rc = clock_set_date_at(db, stmt_int(s, COL_POS), stmt_text(s, COL_CLOCK), &dated);
    if (rc < 0) return rc;
    rc = daylog_read(data, strlen(data), DECODE_LENIENT, &d, NULL);
    if (rc < 0) return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "version", stmt_text(s, COL_VERSION));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    json_put_text(w, "board", stmt_text(s, COL_WRITER));
    json_open(w, "submitted", '{');
    json_put_text(w, "at", stmt_text(s, COL_AT));
    rc = person_put_actor(db, stmt_text(s, COL_SITE), stmt_text(s, COL_ACTOR), names, w, "actor");
    json_put_text(w, "clock", stmt_text(s, COL_CLOCK));
    clock_set_put(&dated, w);
    json_close(w, '}');
    json_put_int(w, "amended", stmt_int(s, COL_AMENDED));
    daylog_put(&d, w);
    daylog_fini(&d);
    return rc < 0 ? rc : w->buf->error;
}

static int put_history(struct db *db, const char *site, const char *id, bool names, struct json_out *w) {
    char subject[ENVELOPE_SUBJECT_SIZE];
    struct buf history;
    (void)snprintf(subject, sizeof subject, "daylog/%s", id);
    buf_init(&history, HISTORY_MAX);
    int rc = timeline_history(db, site, subject, names ? 0 : TIMELINE_HIDE_NAMES, &history);
    if (rc == 0) json_put_raw(w, "history", history.data, history.len);
    buf_fini(&history);
    return rc < 0 ? rc : w->buf->error;
}

int daylog_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(db,
                        "SELECT " COLUMNS " FROM daylog d WHERE d.site = ?1 AND d.id = coalesce("
                        "(SELECT id FROM daylog WHERE site = ?1 AND id = ?2),"
                        " (SELECT daylog FROM daylog_version WHERE site = ?1 AND id = ?2))",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    rc = put_row(db, s, names, &w);
    if (rc == 0) rc = put_history(db, site, stmt_text(s, COL_ID), names, &w);
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

static int put_entry(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const struct daylog_query *q = ctx;
    json_open(w, NULL, '{');
    int rc = put_row(db, s, q->names, w);
    json_close(w, '}');
    return rc;
}

#define PAGE                                                                                                           \
    " d.date >= ?2 AND (?3 IS NULL OR d.stage = ?3) AND (d.date, d.pos) < (?4, ?5)"                                    \
    " ORDER BY d.date DESC, d.pos DESC LIMIT ?6"

int daylog_list(struct db *db, const struct daylog_query *q, struct buf *out, struct err_text *e) {
    struct stmt *s = NULL;
    struct daylog_query asked = *q;
    char date[TZ_DATE_SIZE];
    int64_t pos;
    int rc = listing_before_dated(q->before, q->to, date, &pos, e);
    if (rc < 0) return rc;
    rc = q->site ? db_prepare(db, "SELECT " COLUMNS " FROM daylog d WHERE d.site = ?1 AND" PAGE, &s)
                 : db_prepare(db, "SELECT " COLUMNS " FROM daylog d WHERE ?1 IS NULL AND" PAGE, &s);
    if (rc < 0) return err_set(e, rc, "the logs cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, q->site);
    stmt_bind_text(s, 2, q->from ? q->from : "");
    stmt_bind_text(s, 3, q->stage);
    stmt_bind_text(s, 4, date);
    stmt_bind_int(s, 5, pos);
    stmt_bind_int(s, 6, q->limit + 1);
    return listing_print_dated(db, s, "daylogs", COL_DATE, q->limit, put_entry, &asked, out, e);
}

int daylog_last_date(struct db *db, const char *site, char out[TZ_DATE_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT max(date) FROM daylog WHERE site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    text_clip(out, TZ_DATE_SIZE, rc == 1 ? stmt_text(s, 0) : "");
    return 0;
}

int daylog_first(struct db *db, const char *site, const char *stage, const char *until, char of_stage[TZ_DATE_SIZE],
                 char of_all[TZ_DATE_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT (SELECT min(date) FROM daylog WHERE site = ?1 AND stage = ?2 AND date <= ?3),"
                        " (SELECT min(date) FROM daylog WHERE site = ?1 AND date <= ?3)",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, stage);
    stmt_bind_text(s, 3, until);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    text_clip(of_stage, TZ_DATE_SIZE, rc == 1 ? stmt_text(s, 0) : "");
    text_clip(of_all, TZ_DATE_SIZE, rc == 1 ? stmt_text(s, 1) : "");
    return 0;
}
