/* SPDX-License-Identifier: MIT */
/* Runs the responder off the loop. */
#include "firmware/sitelogd/requests.h"

#include "firmware/base/log.h"

#include <stdlib.h>

void requests_init(struct requests *r, struct runtime *rt, const struct board_conf *conf) {
    *r = (struct requests){ .rt = rt,
                            .responder = { .photos = &rt->photos,
                                           .writer = rt->writer,
                                           .reader = rt->reader,
                                           .journal = rt->depot.journal,
                                           .site = conf->site,
                                           .board = conf->board } };
}

static void work(uv_work_t *work) { /* pool */
    struct requests *r = work->data;
    size_t answered = 0;
    int rc = responder_run(&r->responder, &answered, &r->again);
    if (rc && rc != ERR_GONE)
        log_warn("photo requests cannot be looked at: %s; they wait for the next one or the next start; sitelogctl "
                 "doctor checks disk and database",
                 err_name(rc));
}

static void worked(uv_work_t *work, int status) {
    struct requests *r = work->data;
    free(work);
    r->busy = false;
    if (r->again && status == 0) requests_answer(r);
}

void requests_answer(struct requests *r) {
    if (!r->rt || r->stopping || photos_held(&r->rt->photos)) return;
    if (r->busy) {
        r->again = true;
        return;
    }
    uv_work_t *request = malloc(sizeof *request);
    if (!request) return;
    request->data = r;
    r->busy = true;
    r->again = false;
    if (uv_queue_work(&r->rt->loop, request, work, worked)) {
        r->busy = false;
        free(request);
    }
}

void requests_stop(struct requests *r) {
    r->stopping = true;
    while (r->busy) (void)uv_run(&r->rt->loop, UV_RUN_ONCE);
}
