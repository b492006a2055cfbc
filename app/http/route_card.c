/* SPDX-License-Identifier: MIT */
/* The day card of a daily log. */
#include "app/http/daycard.h"
#include "app/http/reply.h"
#include "firmware/base/ids.h"

#include <stdio.h>

enum { CARD_MAX = 4 * 1024 * 1024 };

static void forget(void *state) { daycard_destroy(state); }

static void read_card(struct app *app, struct exchange *x, struct db *db) {
    struct daycard *card = NULL;
    bool zh = true;
    if (!reply_language(x, &zh)) return;
    int rc = daycard_read(app, db, x->site, exchange_param(x, "id"), zh, &card);
    if (rc) {
        exchange_error(x, rc, NULL);
        return;
    }
    x->state = card;
    x->state_free = forget;
}

static void draw(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct buf jpeg;
    (void)db;
    buf_init(&jpeg, CARD_MAX);
    int rc = daycard_draw(app, x->state, &jpeg, &e);
    if (rc == ERR_NOT_FOUND) {
        exchange_problem(x, 503, NULL, "%s", e.text);
        buf_fini(&jpeg);
        return;
    }
    x->reply.type = "image/jpeg";
    (void)snprintf(x->reply.disposition, sizeof x->reply.disposition, "inline; filename=\"sitelog-%s.jpg\"",
                   daycard_version(x->state));
    reply_json(x, 200, &jpeg, rc, &e);
}

/* At most two at once, as everything that needs much memory for a moment. */
static const struct step card_steps[] = { { STEP_READ, read_card }, { STEP_HEAVY, draw }, { STEP_END, NULL } };

const struct route route_card[] = {
    { "GET", "/api/v1/daylogs/{id}/card.jpg", PERMIT_READ, ROUTE_SITE, card_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
