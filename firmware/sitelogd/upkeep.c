/* SPDX-License-Identifier: MIT */
/* When a board looks after itself; what it does then is the modules' business. */
#include "firmware/sitelogd/upkeep.h"

#include <stdlib.h>

enum { MINUTE_MS = 60000, PAUSE_MS = 2000 };

static void again(struct upkeep *u);

static void work(uv_work_t *request) { /* pool */
    struct upkeep *u = request->data;
    (void)!space_tend(u->space); /* it logs, and is asked again */
}

static void worked(uv_work_t *request, int status) {
    struct upkeep *u = request->data;
    (void)status;
    free(request);
    u->busy = false;
    again(u);
}

static void on_timer(uv_timer_t *timer) {
    struct upkeep *u = timer->data;
    if (u->busy || u->stopping) return;
    u->soon = false;
    uv_work_t *request = malloc(sizeof *request);
    if (request) {
        request->data = u;
        u->busy = uv_queue_work(&u->rt->loop, request, work, worked) == 0;
        if (!u->busy) free(request);
    }
    if (!u->busy) again(u);
}

static void again(struct upkeep *u) {
    if (u->stopping) return;
    (void)uv_timer_start(&u->timer, on_timer, u->soon ? PAUSE_MS : MINUTE_MS, 0);
}

void upkeep_wake(struct upkeep *u) {
    if (!u->open || u->soon) return;
    u->soon = true;
    if (!u->busy) again(u);
}

int upkeep_start(struct upkeep *u, struct runtime *rt, int64_t reserve_percent, struct err_text *e) {
    struct db *reader = NULL;
    u->rt = rt;
    int rc = depot_reader(&rt->depot, &reader, e);
    if (rc) return rc;
    struct space_options o = { .photos = rt->depot.photo_store,
                               .writer = rt->writer,
                               .journal = rt->depot.journal,
                               .reader = reader,
                               .reserve_percent = reserve_percent };
    rc = space_create(&o, &u->space);
    if (!rc && uv_timer_init(&rt->loop, &u->timer)) rc = ERR_NOMEM;
    if (rc) return err_set(e, rc, "the upkeep could not be started: %s", err_name(rc));
    u->timer.data = u;
    u->open = true;
    rt->photos.space = u->space;
    (void)uv_timer_start(&u->timer, on_timer, 0, 0);
    return 0;
}

void upkeep_stop(struct upkeep *u) {
    if (!u->open || u->stopping) return;
    u->stopping = true;
    space_stop(u->space);
    uv_close((uv_handle_t *)&u->timer, NULL);
    while (u->busy) (void)uv_run(&u->rt->loop, UV_RUN_ONCE);
}

void upkeep_fini(struct upkeep *u) {
    if (!u->rt) return;
    u->rt->photos.space = NULL;
    space_destroy(u->space);
    u->space = NULL;
}
