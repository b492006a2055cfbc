/* SPDX-License-Identifier: MIT */
/* From the camera's states to jobs of the store. What is written, and when it is told, is app/journal/camera_down.h's business. */
#include "firmware/sitelogd/camera_watch.h"

#include "app/journal/camera_down.h"
#include "firmware/base/log.h"

#include <stdlib.h>

enum { LOOK_MS = 60000 };

static uint64_t look_ms(void) {
#ifdef SITELOG_TEST
    if (getenv("SITELOG_CAMERA_DOWN_MS")) return 1000;
#endif
    return LOOK_MS;
}

/* ---- what the store does ---- */

struct job {
    struct journal *journal;
    int (*run)(struct journal *j, struct db *db, struct mono from, struct err_text *e);
    struct mono from;
    struct err_text why;
};

static int run(struct db *db, void *arg) {
    struct job *job = arg;
    return job->run(job->journal, db, job->from, &job->why);
}

static void done(void *arg, int result) {
    struct job *job = arg;
    if (result && result != ERR_GONE)
        log_error("camera: that it is down, or works again, could not be written: %s %s; see sitelogctl doctor for the "
                  "disk",
                  err_name(result), job->why.text);
    free(job);
}

static void submit(struct camera_watch *w, int (*fn)(struct journal *, struct db *, struct mono, struct err_text *),
                   struct mono from) {
    struct job *job = calloc(1, sizeof *job);
    int rc = job ? 0 : ERR_NOMEM;
    if (job) {
        *job = (struct job){ .journal = w->rt->depot.journal, .run = fn, .from = from };
        rc = store_submit(w->rt->writer, &(struct store_job){ .run = run, .done = done, .arg = job });
    }
    if (!rc) return;
    if (rc != ERR_GONE)
        log_warn("camera: the store takes nothing (%s); what has changed is written at the next look", err_name(rc));
    free(job);
}

/* ---- states ---- */

static void on_timer(uv_timer_t *timer) {
    struct camera_watch *w = timer->data;
    if (w->down) submit(w, camera_down_look, w->from);
}

static void fell(struct camera_watch *w, struct mono from) {
    if (w->down) return;
    w->down = true;
    w->from = from;
    (void)uv_timer_start(&w->timer, on_timer, CAMERA_DOWN_MIN_MS, look_ms());
}

/* An alert may stand since before this program was started. */
static void works(struct camera_watch *w) {
    (void)uv_timer_stop(&w->timer);
    submit(w, camera_down_over, w->down ? w->from : (struct mono){ -1 });
    w->down = false;
}

struct news {
    struct camera_watch *w;
    enum shutter_state state;
};

static void hear(void *arg) {
    struct news *news = arg;
    struct camera_watch *w = news->w;
    if (w->open && news->state == SHUTTER_OK)
        works(w);
    else if (w->open)
        fell(w, clock_mono());
    free(news);
}

void camera_watch_changed(void *ctx, enum shutter_state state) {
    struct news *news = malloc(sizeof *news);
    if (!news) return;
    *news = (struct news){ ctx, state };
    runtime_post(news->w->rt, hear, news);
}

/* ---- life ---- */

int camera_watch_start(struct camera_watch *w, struct runtime *rt, const struct downtime *before) {
    w->rt = rt;
    if (uv_timer_init(&rt->loop, &w->timer)) return ERR_IO;
    w->timer.data = w;
    w->open = true;
    if (before->down) fell(w, before->from);
    return 0;
}

void camera_watch_stop(struct camera_watch *w) {
    if (!w->open) return;
    w->open = false;
    if (w->down) submit(w, camera_down_stop, w->from);
    uv_close((uv_handle_t *)&w->timer, NULL);
}
