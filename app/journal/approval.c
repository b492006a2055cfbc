/* SPDX-License-Identifier: MIT */
/* Pages of four lists side by side, and as one table. Knows no more of a subject than the names of its list's members. */
#include "app/journal/approval.h"

#include "app/journal/change.h"
#include "app/journal/csv_list.h"
#include "app/journal/delay.h"
#include "app/journal/material.h"
#include "app/journal/question.h"
#include "app/journal/reason.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PART_MAX = 16 * 1024 * 1024, DAY_MS = 86400000 };

/* What the four lists are asked. */
struct asking {
    const struct approval_ask *ask;
    struct wall by;                              /* since then or before; ms 0: any */
    char today[TZ_DATE_SIZE], day[TZ_DATE_SIZE]; /* head office's; day: that of `by`, or "" */
    int limit;
};

static int list_changes(struct db *db, const struct asking *a, struct buf *out, struct err_text *e) {
    struct change_query q = {
        .site = a->ask->site, .state = "requested", .asked_by = a->by, .limit = a->limit, .names = true, .money = true
    };
    return change_list(db, &q, out, e);
}

static int list_delays(struct db *db, const struct asking *a, struct buf *out, struct err_text *e) {
    struct delay_query q = {
        .site = a->ask->site, .state = "claimed", .asked_by = a->by, .limit = a->limit, .names = true
    };
    return delay_list(db, &q, out, e);
}

static int list_materials(struct db *db, const struct asking *a, struct buf *out, struct err_text *e) {
    struct material_query q = { .site = a->ask->site,
                                .state = "late",
                                .now = a->ask->now,
                                .expected_by = a->day[0] ? a->day : NULL,
                                .limit = a->limit,
                                .names = true };
    return material_list(db, &q, out, e);
}

static int list_questions(struct db *db, const struct asking *a, struct buf *out, struct err_text *e) {
    struct question_query q = { .site = a->ask->site,
                                .state = "open",
                                .for_office = true,
                                .now = a->ask->now,
                                .asked_by = a->by,
                                .limit = a->limit,
                                .names = true };
    return question_list(db, &q, out, e);
}

struct part {
    const char *kind, *name;
    int (*list)(struct db *db, const struct asking *a, struct buf *out, struct err_text *e);
    const char *what, *since; /* members of a row */
};

static const struct part parts[] = {
    { "change", "changes", list_changes, "text", "at" },
    { "delay", "delays", list_delays, "reason", "at" },
    { "material", "materials", list_materials, "name", "expected" },
    { "question", "questions", list_questions, "text", "asked" },
};

bool approval_kind_known(const char *kind) {
    for (size_t i = 0; i < TEXT_ARRAY_LEN(parts); i++)
        if (strcmp(parts[i].kind, kind) == 0) return true;
    return false;
}

static void start(const struct approval_ask *ask, int limit, struct asking *out) {
    *out = (struct asking){ .ask = ask, .limit = limit };
    tz_date(ask->tz, ask->now, out->today);
    if (ask->days == 0) return;
    out->by = (struct wall){ ask->now.ms - ask->days * DAY_MS };
    tz_date(ask->tz, out->by, out->day);
}

static bool wanted(const struct approval_ask *ask, const struct part *part) {
    return !ask->kind || strcmp(ask->kind, part->kind) == 0;
}

int approval_print(struct db *db, const struct approval_ask *ask, struct buf *out, struct err_text *e) {
    struct asking a;
    struct json_out w;
    int rc = 0;
    start(ask, APPROVAL_SHOWN, &a);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    for (size_t i = 0; rc == 0 && i < TEXT_ARRAY_LEN(parts); i++) {
        struct buf page;
        buf_init(&page, PART_MAX);
        if (wanted(ask, &parts[i]))
            rc = parts[i].list(db, &a, &page, e);
        else
            (void)buf_addf(&page, "{\"%s\":[],\"next\":null}", parts[i].name);
        if (rc == 0) json_put_raw(&w, parts[i].name, page.data, page.len);
        buf_fini(&page);
    }
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

/* ---- as a table ---- */

static const struct csv_word kinds[] = { { "change", "变更", "change" },
                                         { "delay", "延期", "delay" },
                                         { "material", "材料", "goods" },
                                         { "question", "问题", "question" },
                                         { NULL, NULL, NULL } };

static const struct csv_column columns[] = {
    { "kind", "类别", "kind", kinds },      { "site", "工地", "site", NULL },
    { "id", "编号", "id", NULL },           { "what.*", "内容", "what", NULL },
    { "reason.*", "原因", "reason", NULL }, { "amount", "金额", "amount", NULL },
    { "from", "从", "from", NULL },         { "to", "到", "to", NULL },
    { "stage", "阶段", "stage", NULL },     { "since", "自", "since", NULL },
    { "days", "已等天数", "days", NULL },   { "due", "期限", "due", NULL },
    { "by", "提出人", "by", NULL },         { NULL, NULL, NULL, NULL },
};

/* A reason's words where text is its key, else the text. */
static void put_words(struct json_out *w, const char *name, const char *text) {
    const struct reason_delay *delay = text ? reason_delay_find(text) : NULL;
    const struct reason_change *change = text ? reason_change_find(text) : NULL;
    json_open(w, name, '{');
    json_put_text(w, "zh", delay ? delay->zh : change ? change->zh : text);
    json_put_text(w, "en", delay ? delay->en : change ? change->en : text);
    json_close(w, '}');
}

static void put_same(struct json_out *w, const struct json *row, const char *name) {
    json_put_text(w, name, json_text(json_member(row, name)));
}

/* Whole days since a moment or the beginning of a date; -1: it is neither. */
static int64_t days_since(const struct asking *a, const char *since) {
    struct wall at = { 0 };
    struct civil date, now;
    if (since && clock_parse(since, &at, NULL) == 0)
        return at.ms > a->ask->now.ms ? 0 : (a->ask->now.ms - at.ms) / DAY_MS;
    if (!since || tz_date_parse(since, &date) < 0 || tz_date_parse(a->today, &now) < 0) return -1;
    return tz_date_days(since, a->today);
}

static void put_row(const struct part *part, const struct asking *a, const struct json *row, struct json_out *w) {
    const char *since = json_text(json_member(row, part->since)), *again = json_text(json_member(row, "again"));
    const struct json *by = json_member(row, json_member(row, "actor") ? "actor" : "by");
    double amount = 0;
    char text[40];
    json_open(w, NULL, '{');
    json_put_text(w, "kind", part->kind);
    put_same(w, row, "site");
    put_same(w, row, "id");
    put_words(w, "what", again ? again : json_text(json_member(row, part->what)));
    if (strcmp(part->what, "reason") != 0) put_words(w, "reason", json_text(json_member(row, "reason")));
    if (json_number(json_member(row, "amount"), &amount)) {
        (void)snprintf(text, sizeof text, "%.2f", amount);
        json_put_text(w, "amount", text);
    }
    if (strcmp(part->kind, "delay") == 0) put_same(w, row, "from");
    if (strcmp(part->kind, "delay") == 0) put_same(w, row, "to");
    put_same(w, row, "stage");
    json_put_text(w, "since", since);
    json_put_int(w, "days", days_since(a, since));
    put_same(w, row, "due");
    json_put_text(w, "by", json_text(json_member(by, "name")));
    json_close(w, '}');
}

static int put_part(struct db *db, const struct part *part, const struct asking *a, struct json_out *w,
                    struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct buf page;
    buf_init(&page, PART_MAX);
    int rc = part->list(db, a, &page, e);
    if (rc == 0) rc = json_parse(page.data, page.len, &root, e);
    buf_fini(&page);
    const struct json *rows = json_member(root, part->name);
    for (size_t i = json_count(rows); rc == 0 && i > 0; i--) put_row(part, a, json_at(rows, i - 1), w);
    return rc;
}

int approval_csv(struct db *db, const struct approval_ask *ask, bool zh, struct buf *out, struct err_text *e) {
    struct asking a;
    struct json_out w;
    struct buf rows;
    int rc = 0;
    start(ask, CSV_LIST_ROWS_MAX, &a);
    buf_init(&rows, 2 * PART_MAX);
    json_start(&w, &rows);
    json_open(&w, NULL, '{');
    json_open(&w, "waiting", '[');
    for (size_t i = 0; rc == 0 && i < TEXT_ARRAY_LEN(parts); i++)
        if (wanted(ask, &parts[i])) rc = put_part(db, &parts[i], &a, &w, e);
    json_close(&w, ']');
    json_close(&w, '}');
    if (rc == 0) rc = rows.error ? rows.error : csv_list(&rows, "waiting", columns, zh, out, NULL);
    buf_fini(&rows);
    return rc;
}
