/* SPDX-License-Identifier: MIT */
/* The upload thread's life, and what others tell it. What it does is in uploader_step.c. */
#include "sync/edge/uploader.h"

#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "sync/edge/uploader_private.h"

#include <curl/curl.h>
#include <stdlib.h>

static void *main_loop(void *arg) {
    struct uploader *u = arg;
    while (!atomic_load(&u->stop)) uploader_http_wait(u->http, uploader_step(u));
    return NULL;
}

/* ---- for the others ---- */

void uploader_wake(struct uploader *u) { uploader_http_wake(u->http); }

void uploader_now(struct uploader *u) {
    atomic_store(&u->now, true);
    uploader_http_wake(u->http);
}

void uploader_hold(struct uploader *u, bool hold) {
    if (atomic_exchange(&u->hold, hold) && !hold) uploader_now(u);
}

void uploader_confirmed(struct uploader *u, const char (*sha256)[HASH_TEXT_SIZE], size_t n) {
    int err = u->options.outbox.confirmed(u->options.outbox.ctx, sha256, n);
    if (err && err != ERR_GONE)
        log_warn("photo receipts could not be kept: %s; head office repeats them", err_name(err));
}

void uploader_withdrawn(struct uploader *u, const char (*sha256)[HASH_TEXT_SIZE], size_t n) {
    int err = u->options.outbox.withdrawn(u->options.outbox.ctx, sha256, n);
    if (err && err != ERR_GONE) log_warn("photos that head office lacks could not be noted: %s", err_name(err));
}

void uploader_doubted(struct uploader *u) {
    int err = u->options.outbox.doubted(u->options.outbox.ctx);
    if (err && err != ERR_GONE) log_warn("photos that head office may lack could not be noted: %s", err_name(err));
}

struct uploader_counts uploader_counts(struct uploader *u) {
    pthread_mutex_lock(&u->mutex);
    struct uploader_counts counts = u->counts;
    pthread_mutex_unlock(&u->mutex);
    counts.alive_ms = atomic_load(&u->alive_ms);
    return counts;
}

/* ---- start and stop ---- */

static void set_default(int64_t *value, int64_t fallback) {
    if (*value <= 0) *value = fallback;
}

static int prepare(struct uploader *u, struct err_text *e) {
    struct uploader_options *o = &u->options;
    set_default(&o->connect_ms, 15000);
    set_default(&o->stall_ms, 30000);
    set_default(&o->request_ms, 30000);
    set_default(&o->retry_first_ms, 1000);
    set_default(&o->retry_max_ms, 300000);
    set_default(&o->recheck_first_ms, 60000);
    set_default(&o->recheck_max_ms, 3600000);
    if (text_copy(u->board, sizeof u->board, o->board) != 0)
        return err_set(e, ERR_INVALID, "the board's id is too long");
    struct uploader_http_options http = { .url = o->url,
                                          .ca = o->ca,
                                          .cert = o->cert,
                                          .key = o->key,
                                          .connect_ms = o->connect_ms,
                                          .stall_ms = o->stall_ms,
                                          .request_ms = o->request_ms,
                                          .stop = &u->stop,
                                          .alive_ms = &u->alive_ms };
    o->url = o->board = o->ca = o->cert = o->key = NULL; /* the caller's */
    return uploader_http_create(&http, &u->http, e);
}

int uploader_start(const struct uploader_options *options, struct uploader **out, struct err_text *e) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(e, ERR_UNSUPPORTED, "libcurl cannot be initialised");
    struct uploader *u = calloc(1, sizeof *u);
    if (u == NULL) {
        curl_global_cleanup();
        return err_set(e, ERR_NOMEM, "out of memory");
    }
    u->options = *options;
    pthread_mutex_init(&u->mutex, NULL);
    int err = prepare(u, e);
    if (!err) {
        atomic_store(&u->alive_ms, clock_mono().ms);
        u->started = pthread_create(&u->thread, NULL, main_loop, u) == 0;
        if (!u->started) err = err_set(e, ERR_NOMEM, "the upload thread cannot be started");
    }
    if (err) {
        uploader_stop(u);
        return err;
    }
    (void)pthread_setname_np(u->thread, "upload");
    *out = u;
    return 0;
}

void uploader_stop(struct uploader *u) {
    if (u == NULL) return;
    atomic_store(&u->stop, true);
    if (u->started) {
        uploader_http_wake(u->http);
        pthread_join(u->thread, NULL);
    }
    uploader_http_destroy(u->http);
    pthread_mutex_destroy(&u->mutex);
    free(u);
    curl_global_cleanup();
}
