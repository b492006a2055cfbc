/* SPDX-License-Identifier: MIT */
/* Timed tests: start, how long still, finish. */
#include "app/http/reply.h"
#include "app/journal/timed_test.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024 };

static struct timed_view view_of(const struct app *app, const struct exchange *x) {
    return (struct timed_view){ .site = x->site,
                                .fallback_tz = app->timezone,
                                .now = clock_wall(),
                                .grade = clock_grade(),
                                .names = reply_names(x) };
}

static void start(struct app *app, struct exchange *x, struct db *db) {
    struct timed_view view = view_of(app, x);
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64], location[160] = "";
    reply_actor(x, actor);
    buf_init(&json, LIST_MAX);
    int rc = timed_test_start(app->journal, db, &view, actor, x->body, x->body_len, &appended, &json, &e);
    if (rc == 0 || rc == ERR_EXISTS) (void)snprintf(location, sizeof location, "%s/%s", x->path, appended.id);
    reply_posted(x, rc, &json, location, &e);
}

static void finish(struct app *app, struct exchange *x, struct db *db) {
    struct timed_view view = view_of(app, x);
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64], left[24];
    int64_t left_s = 0;
    reply_actor(x, actor);
    buf_init(&json, LIST_MAX);
    int rc = timed_test_finish(app->journal, db, &view, exchange_param(x, "id"), actor, x->body, x->body_len, &left_s,
                               &appended, &json, &e);
    reply_posted(x, rc, &json, NULL, &e);
    if (rc != ERR_UNSUPPORTED || left_s == 0) return;
    (void)snprintf(left, sizeof left, "%lld", (long long)left_s);
    exchange_problem_add(x, "remaining_s", left);
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "state", NULL };
    struct timed_view view = view_of(app, x);
    struct err_text e = { 0 };
    struct buf json;
    int limit;
    const char *state = exchange_query(x, "state");
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    if (state && strcmp(state, "running") != 0 && strcmp(state, "passed") != 0 && strcmp(state, "failed") != 0) {
        exchange_problem(x, 400, "state", "state is running, passed or failed");
        return;
    }
    buf_init(&json, LIST_MAX);
    int rc = timed_test_list(db, &view, state, exchange_query(x, "before"), limit, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static void one(struct app *app, struct exchange *x, struct db *db) {
    struct timed_view view = view_of(app, x);
    struct buf json;
    buf_init(&json, LIST_MAX);
    int rc = timed_test_print(db, &view, exchange_param(x, "id"), &json);
    reply_json(x, 200, &json, rc, NULL);
}

static const struct step start_steps[] = { { STEP_WRITE, start }, { STEP_END, NULL } };
static const struct step finish_steps[] = { { STEP_WRITE, finish }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step one_steps[] = { { STEP_READ, one }, { STEP_END, NULL } };

extern const struct route route_test[];
const struct route route_test[] = {
    { "POST", "/api/v1/tests", PERMIT_TEST, ROUTE_SITE, start_steps },
    { "GET", "/api/v1/tests", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/tests/{id}", PERMIT_READ, ROUTE_SITE, one_steps },
    { "POST", "/api/v1/tests/{id}/finish", PERMIT_TEST, ROUTE_SITE, finish_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
