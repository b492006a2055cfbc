/* SPDX-License-Identifier: MIT */
/* The event clock-set: written, checked and folded into a set of rows, one an event, so that no order matters. Dating is in clock_set_date.c. */
#include "app/journal/clock_set.h"

#include "app/journal/outage.h"
#include "app/journal/plan.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <string.h>

enum { TIME_MAX = 64, DATA_MAX = 512 };

static const char schema[] =
    "CREATE TABLE clock_set (\n"
    "  -- When boards' clocks were set: what dates the records that they wrote before in the same boot.\n"
    "  site TEXT NOT NULL,\n"
    "  writer TEXT NOT NULL, epoch TEXT NOT NULL, -- of the event: boots are counted within an epoch\n"
    "  boot INTEGER NOT NULL,     -- of the kernel, counted\n"
    "  mono_ms INTEGER NOT NULL,  -- since that boot\n"
    "  event TEXT NOT NULL,       -- its id\n"
    "  board TEXT NOT NULL,       -- of the event's subject\n"
    "  from_ms INTEGER,           -- what the clock showed; NULL: not told. Milliseconds since 1970-01-01T00:00:00Z\n"
    "  to_ms INTEGER NOT NULL,    -- what it was set to\n"
    "  offset_s INTEGER NOT NULL, -- of the site east of UTC, then\n"
    "  grade INTEGER NOT NULL,    -- of the clock from then on: 0 none, 1 rtc, 2 ntp\n"
    "  PRIMARY KEY (site, writer, epoch, boot, mono_ms, event)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX clock_set_board ON clock_set (site, board);\n" OUTAGE_SCHEMA;

/* ---- writing ---- */

/* Seconds east of UTC at the journal's own site. */
static int offset_s(struct journal *j, struct db *db, struct wall at, int32_t *out, struct err_text *e) {
    char zone[PLAN_TZ_SIZE];
    struct tz *tz = NULL;
    int rc = plan_timezone(db, journal_site(j), journal_timezone(j), zone);
    if (rc == 0) rc = tz_create(zone, &tz, e);
    if (rc == 0) *out = tz_offset_s(tz, at);
    tz_destroy(tz);
    return rc;
}

int clock_set_append(struct journal *j, struct db *db, const struct clock_set *set, struct appended *out,
                     struct err_text *e) {
    char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];
    struct buf data;
    struct json_out w;
    int32_t east_s = 0;
    int rc = offset_s(j, db, set->to, &east_s, e);
    if (rc) return rc;
    clock_format(set->from, east_s, from);
    clock_format(set->to, east_s, to);
    buf_init(&data, DATA_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    json_put_text(&w, "from", from);
    json_put_text(&w, "to", to);
    json_put_text(&w, "clock", clock_grade_name(set->after));
    json_put_text(&w, "clock_before", clock_grade_name(set->before));
    json_put_int(&w, "mono_ms", set->mono.ms);
    json_close(&w, '}');
    struct event_draft draft = {
        .type = "clock-set", .subject_id = journal_writer(j), .actor = "board", .data = data.data
    };
    rc = data.error ? data.error : journal_append(j, db, &draft, out, e);
    buf_fini(&data);
    return rc;
}

/* ---- reading its data ---- */

static int get_time(const struct json *data, const char *name, struct wall *out, int32_t *east_s, bool *there,
                    struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(data, "", name, JSON_OPTIONAL, TIME_MAX, &text, e);
    *there = text != NULL;
    if (rc || !text || clock_parse(text, out, east_s) == 0) return rc;
    return err_field(e, ERR_INVALID, name, "%s has to be a time like 2026-11-22T16:04:05.123+08:00", name);
}

static int get_grade(const struct json *data, const char *name, enum clock_grade *out, struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(data, "", name, JSON_OPTIONAL, TIME_MAX, &text, e);
    if (rc || !text) return rc;
    for (int g = CLOCK_NONE; g <= CLOCK_NTP; g++) {
        if (strcmp(text, clock_grade_name((enum clock_grade)g)) != 0) continue;
        *out = (enum clock_grade)g;
        return 0;
    }
    return err_field(e, ERR_INVALID, name, "%s has to be ntp, rtc or none", name);
}

struct data {
    struct clock_set set;
    int32_t east_s;
    bool from, to;
};

/* Whoever wrote it may leave out anything; what is there has to be readable. */
static int decode(const struct json *data, struct data *out, struct err_text *e) {
    struct data d = { .set = { .mono = { -1 } } };
    int rc = get_time(data, "from", &d.set.from, NULL, &d.from, e);
    if (rc == 0) rc = get_time(data, "to", &d.set.to, &d.east_s, &d.to, e);
    if (rc == 0) rc = get_grade(data, "clock", &d.set.after, e);
    if (rc == 0) rc = get_grade(data, "clock_before", &d.set.before, e);
    if (rc == 0) rc = json_get_int(data, "", "mono_ms", JSON_OPTIONAL, 0, INT64_C(1) << 52, &d.set.mono.ms, e);
    if (rc == 0) *out = d;
    return rc;
}

int clock_set_check(const struct json *data, struct err_text *e) {
    struct data d;
    return decode(data, &d, e);
}

/* ---- folding ---- */

static int reset(struct db *db, const char *site, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM clock_set WHERE site = ? AND board = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_run(s);
    return rc < 0 ? rc : outage_reset(db, site, id);
}

static int insert(struct db *db, const struct envelope *event, const struct data *d) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT OR REPLACE INTO clock_set (site, writer, epoch, boot, mono_ms, event, board, from_ms,"
                        " to_ms, offset_s, grade) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->key.writer);
    stmt_bind_text(s, 3, event->key.epoch);
    stmt_bind_int(s, 4, event->boot);
    stmt_bind_int(s, 5, d->set.mono.ms >= 0 ? d->set.mono.ms : event->mono * 1000);
    stmt_bind_text(s, 6, event->id);
    stmt_bind_text(s, 7, event->subject + strlen("board/"));
    if (d->from) stmt_bind_int(s, 8, d->set.from.ms);
    stmt_bind_int(s, 9, d->set.to.ms);
    stmt_bind_int(s, 10, d->east_s);
    stmt_bind_int(s, 11, d->set.after);
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct data d;
    if (strcmp(event->type, "outage") == 0) return outage_fold(db, event, pos);
    if (strcmp(event->type, "clock-set") != 0) return 0;
    int rc = decode(event->data, &d, NULL);
    return rc || !d.to ? rc : insert(db, event, &d);
}

static const char *const tables[] = { "clock_set", "outage", NULL };
const struct subject_kind clock_set_kind = {
    .kind = "board", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};
