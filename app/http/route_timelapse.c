/* SPDX-License-Identifier: MIT */
/* The time-lapse: its frames for a player, and that the board hangs elsewhere now. */
#include "app/http/reply.h"
#include "app/journal/timelapse.h"
#include "app/journal/viewpoint.h"
#include "firmware/base/text.h"

enum { LIST_MAX = 1024 * 1024, ANSWER_MAX = 64 * 1024, FRAMES_USUAL = 400 };

static void frames(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "from", "to", "max", NULL };
    const char *max = exchange_query(x, "max");
    int64_t n = FRAMES_USUAL;
    struct buf json;
    (void)app;
    if (exchange_query_only(x, known) || !reply_filters(x)) return;
    if (max && text_int(max, 1, TIMELAPSE_FRAMES_MAX, &n)) {
        exchange_problem(x, 400, "max", "max is a number from 1 to %d", TIMELAPSE_FRAMES_MAX);
        return;
    }
    struct timelapse_query q = {
        .site = x->site, .from = exchange_query(x, "from"), .to = exchange_query(x, "to"), .max = (int)n
    };
    buf_init(&json, LIST_MAX);
    int rc = timelapse_print(db, &q, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void move(struct app *app, struct exchange *x, struct db *db) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64];
    buf_init(&json, ANSWER_MAX);
    reply_actor(x, actor);
    int rc = viewpoint_move(app->journal, db, actor, x->body, x->body_len, &appended, &json, &e);
    reply_posted(x, rc, &json, NULL, &e);
}

static const struct step frames_steps[] = { { STEP_READ, frames }, { STEP_END, NULL } };
static const struct step move_steps[] = { { STEP_WRITE, move }, { STEP_END, NULL } };

extern const struct route route_timelapse[];
const struct route route_timelapse[] = {
    { "GET", "/api/v1/timelapse", PERMIT_READ, ROUTE_SITE, frames_steps },
    { "POST", "/api/v1/viewpoint", PERMIT_TEST_SHOT, ROUTE_BOARD, move_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
