/* SPDX-License-Identifier: MIT */
/* Stages: how they really go, and the steps that people take with them. */
#include "app/http/reply.h"
#include "app/journal/listing.h"
#include "app/journal/stage.h"

enum { LIST_MAX = 1024 * 1024 };

static unsigned may(enum role role) {
    static const enum permission need[STAGE_VERB_COUNT] = {
        [STAGE_START] = PERMIT_REQUEST, [STAGE_FINISH] = PERMIT_REQUEST, [STAGE_REQUEST] = PERMIT_REQUEST,
        [STAGE_ACCEPT] = PERMIT_JUDGE,  [STAGE_REJECT] = PERMIT_JUDGE,   [STAGE_OVERRIDE] = PERMIT_DECIDE,
    };
    unsigned bits = 0;
    for (unsigned v = 0; v < STAGE_VERB_COUNT; v++)
        if (role_may(role, need[v])) bits |= 1u << v;
    return bits;
}

static struct stage_view view_of(const struct app *app, const struct exchange *x) {
    return (struct stage_view){ .site = x->site,
                                .fallback_tz = app->timezone,
                                .now = clock_wall(),
                                .may = may(x->user.role),
                                .names = reply_names(x) };
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", NULL };
    struct stage_view view = view_of(app, x);
    struct err_text e = { 0 };
    struct buf json;
    int64_t from; /* a plan has few stages: they are one page, whatever page is asked for */
    int limit;
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    if (listing_before(exchange_query(x, "before"), &from, &e) < 0) {
        exchange_error(x, ERR_INVALID, &e);
        return;
    }
    buf_init(&json, LIST_MAX);
    int rc = stage_print(db, &view, NULL, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void one(struct app *app, struct exchange *x, struct db *db) {
    struct stage_view view = view_of(app, x);
    struct buf json;
    buf_init(&json, LIST_MAX);
    int rc = stage_print(db, &view, exchange_param(x, "key"), &json);
    reply_json(x, 200, &json, rc, NULL);
}

/* What a gate lacks goes with a refusal as `missing`. */
static void add_missing(struct exchange *x, const struct stage_lacks *lacks) {
    struct json_out w;
    struct buf list;
    buf_init(&list, LIST_MAX);
    json_start(&w, &list);
    json_open(&w, NULL, '[');
    for (size_t i = 0; i < lacks->count; i++) {
        json_open(&w, NULL, '{');
        json_put_bool(&w, "hard", lacks->list[i].hard);
        json_put_text(&w, "zh", lacks->list[i].zh);
        json_put_text(&w, "en", lacks->list[i].en);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    if (!list.error) exchange_problem_add(x, "missing", list.data);
    buf_fini(&list);
}

static void step(struct app *app, struct exchange *x, struct db *db, enum stage_verb verb) {
    struct stage_ask ask = { .site = x->site,
                             .key = exchange_param(x, "key"),
                             .fallback_tz = app->timezone,
                             .verb = verb,
                             .may = may(x->user.role) };
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64];
    reply_actor(x, actor);
    ask.actor = actor;
    buf_init(&json, LIST_MAX);
    int rc = stage_step(app->journal, db, &ask, x->body, x->body_len, &appended, &json, &e);
    reply_stepped(x, rc, &json, ask.allowed, &e);
    if (rc == ERR_CONFLICT && ask.lacks.count) add_missing(x, &ask.lacks);
}

static void start(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, STAGE_START); }
static void finish(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, STAGE_FINISH); }
static void request(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, STAGE_REQUEST); }
static void accept(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, STAGE_ACCEPT); }
static void reject(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, STAGE_REJECT); }
static void override(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, STAGE_OVERRIDE); }

static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step one_steps[] = { { STEP_READ, one }, { STEP_END, NULL } };
static const struct step start_steps[] = { { STEP_WRITE, start }, { STEP_END, NULL } };
static const struct step finish_steps[] = { { STEP_WRITE, finish }, { STEP_END, NULL } };
static const struct step request_steps[] = { { STEP_WRITE, request }, { STEP_END, NULL } };
static const struct step accept_steps[] = { { STEP_WRITE, accept }, { STEP_END, NULL } };
static const struct step reject_steps[] = { { STEP_WRITE, reject }, { STEP_END, NULL } };
static const struct step override_steps[] = { { STEP_WRITE, override }, { STEP_END, NULL } };

extern const struct route route_stage[];
const struct route route_stage[] = {
    { "GET", "/api/v1/stages", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/stages/{key}", PERMIT_READ, ROUTE_SITE, one_steps },
    { "POST", "/api/v1/stages/{key}/start", PERMIT_REQUEST, ROUTE_SITE, start_steps },
    { "POST", "/api/v1/stages/{key}/finish", PERMIT_REQUEST, ROUTE_SITE, finish_steps },
    { "POST", "/api/v1/stages/{key}/request", PERMIT_REQUEST, ROUTE_SITE, request_steps },
    { "POST", "/api/v1/stages/{key}/accept", PERMIT_JUDGE, ROUTE_SITE, accept_steps },
    { "POST", "/api/v1/stages/{key}/reject", PERMIT_JUDGE, ROUTE_SITE, reject_steps },
    { "POST", "/api/v1/stages/{key}/override", PERMIT_DECIDE, ROUTE_SITE, override_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
