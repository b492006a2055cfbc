/* SPDX-License-Identifier: MIT */
/* From the camera's states to outages and alerts. What is written is handed to the store. */
#include "firmware/sitelogd/camera_watch.h"

#include "app/journal/alert.h"
#include "app/journal/outage.h"
#include "firmware/base/log.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHORTEST_MS = 10000, ALERT_MS = 5 * 60000 };

#define RULE "camera-down"

static int64_t alert_after_ms(void) {
#ifdef SITELOG_TEST
    const char *text = getenv("SITELOG_CAMERA_DOWN_MS");
    if (text) return strtoll(text, NULL, 10);
#endif
    return ALERT_MS;
}

/* ---- what the store does ---- */

struct job {
    struct journal *journal;
    struct wall due; /* of the alert to raise; ms 0: clear it */
    struct err_text why;
};

static int raise_or_clear(struct db *db, void *arg) {
    struct job *job = arg;
    char subject[64], id[ID_SIZE];
    const char *site = journal_site(job->journal);
    (void)snprintf(subject, sizeof subject, "board/%s", journal_writer(job->journal));
    if (job->due.ms) {
        struct alert a = { .rule = RULE,
                           .level = "office",
                           .subject = subject,
                           .due = job->due,
                           .zh = "看板的相机没有画面，请检查连线或重新插拔",
                           .en = "The board's camera gives no picture: check its cable, or plug it in again" };
        int rc = alert_raise(job->journal, db, site, &a, &job->why);
        return rc == ERR_EXISTS ? 0 : rc;
    }
    int rc = alert_find(db, site, RULE, subject, id, NULL);
    if (rc == 0) rc = alert_clear(job->journal, db, site, id, &job->why);
    return rc == ERR_NOT_FOUND || rc == ERR_EXISTS ? 0 : rc;
}

static void done(void *arg, int result) {
    struct job *job = arg;
    if (result && result != ERR_GONE) log_error("camera: the alert: %s %s", err_name(result), job->why.text);
    free(job);
}

static void submit(struct camera_watch *w, struct wall due) {
    struct job *job = calloc(1, sizeof *job);
    int rc = job ? 0 : ERR_NOMEM;
    if (job) {
        job->journal = w->rt->depot.journal;
        job->due = due;
        rc = store_submit(w->rt->writer, &(struct store_job){ .run = raise_or_clear, .done = done, .arg = job });
    }
    if (!rc) return;
    if (rc != ERR_GONE) log_error("camera: the alert: %s", err_name(rc));
    free(job);
}

/* ---- states ---- */

static void on_timer(uv_timer_t *timer) {
    struct camera_watch *w = timer->data;
    if (!w->down || w->alerted) return;
    w->alerted = true;
    submit(w, w->from);
}

static void record(struct camera_watch *w) {
    int64_t lasted = clock_mono().ms - w->from_mono.ms;
    struct wall now = clock_wall(), from = { now.ms - lasted }; /* by today's clock, also when it was set meanwhile */
    if (lasted < SHORTEST_MS) return;
    int rc = outage_record(w->rt->writer, w->rt->depot.journal, OUTAGE_CAMERA, from, now);
    if (rc) log_error("camera: its outage could not be recorded: %s", err_name(rc));
}

static void fell(struct camera_watch *w) {
    if (w->down) return;
    w->down = true;
    w->alerted = false;
    w->from = clock_wall();
    w->from_mono = clock_mono();
    (void)uv_timer_start(&w->timer, on_timer, (uint64_t)alert_after_ms(), 0);
}

/* An alert may stand since before this program was started. */
static void works(struct camera_watch *w) {
    (void)uv_timer_stop(&w->timer);
    submit(w, (struct wall){ 0 });
    if (w->down) record(w);
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
        fell(w);
    free(news);
}

void camera_watch_changed(void *ctx, enum shutter_state state) {
    struct news *news = malloc(sizeof *news);
    if (!news) return;
    *news = (struct news){ ctx, state };
    runtime_post(news->w->rt, hear, news);
}

/* ---- life ---- */

int camera_watch_start(struct camera_watch *w, struct runtime *rt) {
    w->rt = rt;
    if (uv_timer_init(&rt->loop, &w->timer)) return ERR_IO;
    w->timer.data = w;
    w->open = true;
    return 0;
}

void camera_watch_stop(struct camera_watch *w) {
    if (!w->open) return;
    w->open = false;
    if (w->down) record(w);
    uv_close((uv_handle_t *)&w->timer, NULL);
}
