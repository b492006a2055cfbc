/* SPDX-License-Identifier: MIT */
/* What waits for head office over all sites: changes to decide, goods that are late, questions that are open. */
#include "app/http/posting.h"
#include "app/http/reply.h"
#include "app/journal/change.h"
#include "app/journal/material.h"
#include "app/journal/question.h"

enum { LIST_MAX = 4 * 1024 * 1024, ALL_MAX = 12 * 1024 * 1024, ENTRIES = 100 };

static int print_changes(struct app *app, struct db *db, struct buf *out, struct err_text *e) {
    struct change_query q = { .state = "requested", .limit = ENTRIES, .names = true, .money = true };
    (void)app;
    return change_list(db, &q, out, e);
}

static int print_materials(struct app *app, struct db *db, struct buf *out, struct err_text *e) {
    struct material_query q = { .state = "late", .now = clock_wall(), .limit = ENTRIES, .names = true };
    (void)app;
    return material_list(db, &q, out, e);
}

static int print_questions(struct app *app, struct db *db, struct buf *out, struct err_text *e) {
    struct question_query q = { .state = "open", .limit = ENTRIES, .now = clock_wall(), .names = true };
    (void)app;
    return question_list(db, &q, out, e);
}

static const struct {
    const char *name;
    int (*print)(struct app *app, struct db *db, struct buf *out, struct err_text *e);
} parts[] = {
    { "changes", print_changes },
    { "materials", print_materials },
    { "questions", print_questions },
};

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { NULL };
    struct err_text e = { 0 };
    struct json_out w;
    struct buf json;
    int rc = 0;
    if (exchange_query_only(x, known)) return;
    buf_init(&json, ALL_MAX);
    json_start(&w, &json);
    json_open(&w, NULL, '{');
    for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof parts[0]; i++) {
        struct buf part;
        buf_init(&part, LIST_MAX);
        rc = parts[i].print(app, db, &part, &e);
        if (rc == 0) json_put_raw(&w, parts[i].name, part.data, part.len);
        buf_fini(&part);
    }
    json_close(&w, '}');
    reply_json(x, 200, &json, rc, &e);
}

static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };

extern const struct route route_approval[];
const struct route route_approval[] = {
    { "GET", "/api/v1/approvals", PERMIT_DECIDE, ROUTE_HUB, list_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
