/* SPDX-License-Identifier: MIT */
/* GET /api/v1/events. A client that comes back says what it saw last (Last-Event-ID) and is sent what it missed; it listens already while that
 * is being read, so that nothing falls between. */
#include "app/http/app.h"
#include "app/http/live_client.h"
#include "firmware/base/text.h"

#include <inttypes.h>
#include <string.h>

extern const struct route route_live[];

static void free_state(void *state) { live_client_free(state); }

static void attach(struct app *app, struct exchange *x, struct db *db) {
    struct live_client *c;
    (void)db;
    int r = app->live ? live_client_create(app->live, x->user.id, x->user.role, &c) : ERR_GONE;
    if (r) {
        exchange_error(x, r, &(struct err_text){ .text = "no more live events" });
        return;
    }
    const char *last = exchange_header(x, "Last-Event-ID");
    if (last && text_int(last, 0, INT64_MAX, &c->after)) c->after = -1;
    c->last = c->after;
    c->catching_up = true;
    x->state = c;
    x->state_free = free_state;
}

static int add_missed(void *arg, int64_t pos, const char *site, const char *data) {
    struct live_client *c = arg;
    if (++c->missed_count > LIVE_CATCH_UP_MAX) return 1;
    c->last = pos;
    if (!live_shows(c, site, true)) return 0;
    return buf_addf(&c->missed, "id: %" PRId64 "\nevent: record\ndata: %s\n\n", pos, data) ? 1 : 0;
}

static void catch_up(struct app *app, struct exchange *x, struct db *db) {
    struct live_client *c = x->state;
    const struct live_options *o = live_options_of(app->live);
    if (c->after < 0) return;
    int r = o->since ? o->since(o->ctx, db, c->after, LIVE_CATCH_UP_MAX + 1, add_missed, c) : ERR_NOT_FOUND;
    if (r < 0 && r != ERR_NOT_FOUND) {
        exchange_error(x, r, &(struct err_text){ .text = "missed events could not be read" });
        return;
    }
    c->reset = r == ERR_NOT_FOUND || c->missed_count > LIVE_CATCH_UP_MAX || c->missed.error != 0;
}

static void begin(struct app *app, struct exchange *x, struct db *db) {
    static const char hello[] = "retry: 2000\n\n", reset[] = "event: reset\ndata: {}\n\n";
    struct live_client *c = x->state;
    (void)app, (void)db;
    c->catching_up = false;
    (void)buf_add(&c->queue, hello, sizeof hello - 1);
    if (c->reset || c->missed_some)
        (void)buf_add(&c->queue, reset, sizeof reset - 1);
    else if (c->missed.len)
        (void)buf_add(&c->queue, c->missed.data, c->missed.len);
    for (const struct live_later *l = c->later; l; l = l->next)
        if (l->id == 0 || l->id > c->last || c->reset) (void)buf_add(&c->queue, l->text, strlen(l->text));
    buf_fini(&c->missed);
    c->head_start = c->queue.len;
    x->state = NULL; /* the reply has it now */
    x->reply.status = 200;
    x->reply.type = "text/event-stream";
    x->reply.feed = &c->feed;
}

static const struct step listen_steps[] = {
    { STEP_LOOP, attach }, { STEP_READ, catch_up }, { STEP_LOOP, begin }, { STEP_END, NULL }
};

const struct route route_live[] = {
    { "GET", "/api/v1/events", PERMIT_ANY, 0, listen_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
