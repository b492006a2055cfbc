/* SPDX-License-Identifier: MIT */
/* One entry of a list by its id, for the subjects of which that is all there is to it: the same as in the list, for who may read the list. What takes
 * more than that (changes have money, confirmations a signature, hazards a clock) is beside its list. */
#include "app/http/reply.h"
#include "app/journal/alert.h"
#include "app/journal/callback.h"
#include "app/journal/delay.h"
#include "app/journal/material.h"
#include "app/journal/photo_request.h"
#include "app/journal/question.h"

enum { ENTRY_MAX = 1024 * 1024 };

enum kind { MATERIAL, QUESTION, DELAY, IDLE_DAY, CALLBACK, PHOTO_REQUEST, ALERT, KIND_COUNT };

static int (*const print[KIND_COUNT])(struct db *db, const char *site, const char *id, bool names, struct buf *out) = {
    [MATERIAL] = material_print,   [QUESTION] = question_print, [DELAY] = delay_print,
    [IDLE_DAY] = delay_idle_print, [CALLBACK] = callback_print, [PHOTO_REQUEST] = photo_request_print,
    [ALERT] = alert_print_one,
};

extern const struct route route_entry[];

static void entry(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    (void)app;
    buf_init(&json, ENTRY_MAX);
    int rc = print[x->route - route_entry](db, x->site, exchange_param(x, "id"), reply_names(x), &json);
    reply_json(x, 200, &json, rc, NULL);
}

static const struct step steps[] = { { STEP_READ, entry }, { STEP_END, NULL } };

const struct route route_entry[] = {
    [MATERIAL] = { "GET", "/api/v1/materials/{id}", PERMIT_READ, ROUTE_SITE, steps },
    [QUESTION] = { "GET", "/api/v1/questions/{id}", PERMIT_READ, ROUTE_SITE, steps },
    [DELAY] = { "GET", "/api/v1/delays/{id}", PERMIT_READ, ROUTE_SITE, steps },
    [IDLE_DAY] = { "GET", "/api/v1/idle-days/{id}", PERMIT_READ, ROUTE_SITE, steps },
    [CALLBACK] = { "GET", "/api/v1/callbacks/{id}", PERMIT_REQUEST, ROUTE_SITE | ROUTE_HUB, steps },
    [PHOTO_REQUEST] = { "GET", "/api/v1/photo-requests/{id}", PERMIT_READ, ROUTE_SITE, steps },
    [ALERT] = { "GET", "/api/v1/alerts/{id}", PERMIT_READ, ROUTE_SITE, steps },
    [KIND_COUNT] = { NULL, NULL, PERMIT_ANY, 0, NULL },
};
