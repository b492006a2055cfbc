/* SPDX-License-Identifier: MIT */
/* Takes a call from step to step: the pool, the reader, the store, and back. Knows nothing of sockets but that the connection sleeps meanwhile. */
#include "app/http/server_call.h"

#include "firmware/base/log.h"

#include <string.h>

#define HEAVY_AT_ONCE 2
#define HEAVY_WAITING 16

static void next(struct call *c);

/* ---- the pool ---- */

static void on_pool(uv_work_t *work) {
    struct call *c = work->data;
    c->step->run(c->server->app, &c->x, NULL);
}

static void start_heavy(struct server *s);

static void after_pool(uv_work_t *work, int status) {
    struct call *c = work->data;
    struct server *s = c->server;
    bool heavy = c->step->where == STEP_HEAVY;
    c->at_work = false;
    c->result = status ? ERR_GONE : 0;
    if (heavy) s->heavy_running--;
    server_steps_returned(c);
    if (heavy) start_heavy(s);
}

static int to_pool(struct call *c) {
    c->work.data = c;
    if (uv_queue_work(c->server->loop, &c->work, on_pool, after_pool) != 0) return ERR_NOMEM;
    c->at_work = true;
    return 0;
}

static void start_heavy(struct server *s) {
    while (s->heavy_first && s->heavy_running < HEAVY_AT_ONCE) {
        struct call *c = s->heavy_first;
        s->heavy_first = c->heavy_next;
        s->heavy_waiting--;
        s->heavy_running++;
        c->at_work = false;
        if (to_pool(c) == 0) continue;
        s->heavy_running--;
        c->result = ERR_NOMEM;
        server_steps_returned(c);
    }
}

static int to_heavy(struct call *c) {
    struct server *s = c->server;
    if (s->heavy_waiting >= HEAVY_WAITING) return ERR_BUSY;
    struct call **end = &s->heavy_first;
    while (*end) end = &(*end)->heavy_next;
    *end = c;
    c->heavy_next = NULL;
    c->at_work = true; /* also while it waits */
    s->heavy_waiting++;
    start_heavy(s);
    return 0;
}

/* ---- the stores ---- */

static int undo_code(const struct call *c) { return c->x.error < 0 ? c->x.error : ERR_DENIED; }

static int run_before(void *arg) {
    struct call *c = arg;
    c->step->run(c->server->app, &c->x, NULL);
    c->undone = c->x.reply.status >= 400;
    c->answered = c->x.reply.status != 0;
    return c->undone ? undo_code(c) : 0;
}

/* Whether what is below /api/v1/sites/{site}/ is about a site that there is: a misspelt one shall neither look empty nor be written to. */
static bool site_there(struct call *c, struct db *db) {
    const struct app *app = c->server->app;
    bool known = true;
    int r = 0;
    if (!app->board && app->site_known && (c->match.route->flags & ROUTE_SITE))
        r = app->site_known(db, c->x.site, &known);
    if (r)
        exchange_error(&c->x, r, &(struct err_text){ .text = "the list of sites cannot be read" });
    else if (!known)
        exchange_problem(&c->x, 404, NULL, SERVER_NO_SITE);
    return r == 0 && known;
}

static int run_write(struct db *db, void *arg) {
    struct call *c = arg;
    const struct step *step = c->step->where == STEP_BEFORE ? c->step + 1 : c->step;
    if (c->answered) return 0;
    exchange_reset_reply(&c->x);
    if (site_there(c, db)) step->run(c->server->app, &c->x, db);
    c->undone = c->x.reply.status >= 400;
    return c->undone ? undo_code(c) : 0;
}

static int run_read(struct db *db, void *arg) {
    struct call *c = arg;
    if (site_there(c, db)) c->step->run(c->server->app, &c->x, db);
    return 0;
}

static void on_done(void *arg, int result) { server_return(arg, result); }

static int to_store(struct call *c) {
    struct store_job job = { .done = on_done, .arg = c };
    const struct app *app = c->server->app;
    bool read = c->step->where == STEP_READ;
    c->undone = c->answered = false;
    if (read) {
        job.run = run_read;
    } else {
        if (c->step->where == STEP_BEFORE) job.before = run_before;
        if (c->step->where == STEP_WRITE || c->step[1].where == STEP_WRITE) job.run = run_write;
        if (job.before && job.run) c->step_after = c->step + 2;
    }
    c->at_work = true;
    int r = store_submit(read ? app->reader : app->writer, &job);
    if (r) c->at_work = false;
    return r;
}

/* ---- from step to step ---- */

static void finished(struct call *c) {
    if (!c->x.reply.status) {
        log_error("%s %s: no step has answered", c->method, c->x.path);
        exchange_problem(&c->x, 500, NULL, "Something failed. It is written in the program's log.");
    }
    server_body_release(c);
    if (!c->connection) {
        server_request_free(c);
        return;
    }
    c->phase = CALL_READY;
    server_resume(c);
}

/* 0 when somebody else has the call now, and 1 when it is done on the spot. */
static int dispatch(struct call *c) {
    switch (c->step->where) {
    case STEP_LOOP:
        c->step->run(c->server->app, &c->x, NULL);
        return 1;
    case STEP_POOL:
        return to_pool(c);
    case STEP_HEAVY:
        return to_heavy(c);
    case STEP_READ:
    case STEP_BEFORE:
    case STEP_WRITE:
        return to_store(c);
    case STEP_END:
        break;
    }
    return ERR_INVALID;
}

static void next(struct call *c) {
    for (; c->step->where != STEP_END; c->step = c->step_after) {
        int status = c->x.reply.status;
        c->step_after = c->step + 1;
        if (status >= 400) break;
        if (status && c->step->where != STEP_LOOP) continue;
        int r = dispatch(c);
        if (r == 0) return;
        if (r < 0) exchange_error(&c->x, r, &(struct err_text){ .text = "the step could not be started" });
    }
    finished(c);
}

void server_steps_start(struct call *c) {
    c->phase = CALL_STEPS;
    server_suspend(c);
    c->step = c->match.route->steps;
    next(c);
}

/* What a store says about a job: not committed is never told as done. */
static void not_done(struct call *c) {
    static const struct err_text text = { .text = "the store did not take it" };
    int r = c->result;
    bool known = r == ERR_NO_SPACE || r == ERR_BUSY || r == ERR_GONE || r == ERR_NOMEM;
    exchange_error(&c->x, known ? r : ERR_IO, &text);
}

void server_steps_returned(struct call *c) {
    if (c->phase == CALL_SENDING) {
        server_stream_returned(c);
        return;
    }
    if (c->raw.raw) {
        server_raw_returned(c);
        return;
    }
    if (c->result < 0 && !c->undone) not_done(c);
    c->undone = false;
    c->step = c->step_after;
    if (!c->connection && !c->x.reply.status) exchange_problem(&c->x, 503, NULL, "The client left.");
    next(c);
}
