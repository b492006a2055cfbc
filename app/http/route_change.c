/* SPDX-License-Identifier: MIT */
/* Change orders, and what the customer has confirmed. Head office's decisions: route_decision.c. */
#include "app/http/looks.h"
#include "app/http/posting.h"
#include "app/http/reply.h"
#include "app/journal/access.h"
#include "app/journal/change.h"
#include "app/journal/confirmation.h"

#include <string.h>

enum { LIST_MAX = 8 * 1024 * 1024, SUBJECT_MAX = 80 };

static void request(struct app *app, struct exchange *x, struct db *db) {
    struct post p = { .subject_id = NULL };
    change_post_request(&p);
    posting_run(app, x, db, &p);
}

static bool known_state(struct exchange *x, const char *state) {
    static const char *const states[] = { "requested", "approved", "refused", "alternative", "confirmed", NULL };
    for (size_t i = 0; state && states[i]; i++)
        if (strcmp(state, states[i]) == 0) return true;
    if (state) exchange_problem(x, 400, "state", "state is requested, approved, refused, alternative or confirmed");
    return !state;
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "state", NULL };
    struct change_query q = { .site = x->site,
                              .state = exchange_query(x, "state"),
                              .before = exchange_query(x, "before"),
                              .names = reply_names(x),
                              .money = role_sees_customer(x->user.role) };
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &q.limit) || !known_state(x, q.state)) return;
    buf_init(&json, LIST_MAX);
    int rc = change_list(db, &q, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static void one(struct app *app, struct exchange *x, struct db *db) {
    bool money = role_sees_customer(x->user.role);
    struct buf json;
    (void)app;
    buf_init(&json, LIST_MAX);
    int rc = change_print_one(db, x->site, exchange_param(x, "id"), reply_names(x), money, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void confirm(struct app *app, struct exchange *x, struct db *db) {
    struct post p = { .subject_id = NULL };
    if (x->user.role == ROLE_OFFICE)
        confirmation_post_office(&p);
    else
        confirmation_post(&p);
    posting_run(app, x, db, &p);
}

/* Who was shown a signature is written down. */
static void answer_signed(struct exchange *x, struct buf *json, int rc, const struct err_text *e) {
    if (!rc && strstr(json->data, "\"signature\":{")) looks_shown(x, ACCESS_SIGNATURE, NULL);
    reply_json(x, 200, json, rc, e);
}

static void confirmations(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "subject", NULL };
    struct err_text e = { 0 };
    struct buf json;
    int limit;
    (void)app;
    const char *subject = exchange_query(x, "subject");
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    if (subject && (strlen(subject) > SUBJECT_MAX || !strchr(subject, '/'))) {
        exchange_problem(x, 400, "subject", "subject has to be change/… or stage/…");
        return;
    }
    buf_init(&json, LIST_MAX);
    int rc = confirmation_list(db, x->site, subject, exchange_query(x, "before"), limit, true, &json, &e);
    answer_signed(x, &json, rc, &e);
}

static void confirmation(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    (void)app;
    buf_init(&json, LIST_MAX);
    int rc = confirmation_print(db, x->site, exchange_param(x, "id"), reply_names(x), &json);
    answer_signed(x, &json, rc, NULL);
}

static const struct step request_steps[] = { { STEP_WRITE, request }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step one_steps[] = { { STEP_READ, one }, { STEP_END, NULL } };
static const struct step confirm_steps[] = { { STEP_WRITE, confirm }, { STEP_END, NULL } };
static const struct step confirmations_steps[] = { { STEP_READ, confirmations },
                                                   { STEP_LOOP, looks_note },
                                                   { STEP_END, NULL } };
static const struct step confirmation_steps[] = { { STEP_READ, confirmation },
                                                  { STEP_LOOP, looks_note },
                                                  { STEP_END, NULL } };

extern const struct route route_change[];
const struct route route_change[] = {
    { "POST", "/api/v1/changes", PERMIT_REQUEST, ROUTE_SITE, request_steps },
    { "GET", "/api/v1/changes", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/changes/{id}", PERMIT_READ, ROUTE_SITE, one_steps },
    { "POST", "/api/v1/confirmations", PERMIT_REQUEST, ROUTE_SITE, confirm_steps },
    { "GET", "/api/v1/confirmations", PERMIT_REQUEST, ROUTE_SITE, confirmations_steps },
    { "GET", "/api/v1/confirmations/{id}", PERMIT_REQUEST, ROUTE_SITE, confirmation_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
