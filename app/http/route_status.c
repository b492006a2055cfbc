/* SPDX-License-Identifier: MIT */
/* Is it alive, where does it stand, and the same as numbers: healthz, status, metrics, and "send now". */
#include "app/hook/hook_box.h"
#include "app/http/reply.h"
#include "app/http/status.h"
#include "app/journal/counts.h"
#include "app/photo/capture.h"
#include "app/photo/outbox.h"
#include "app/photo/space.h"
#include "firmware/base/clock.h"
#include "hal/clock.h"

enum { STUCK_MS = 10000, METRICS_MAX = 64 * 1024 };

static void health(struct app *app, struct exchange *x, struct db *db) {
    struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(db, "SELECT count(*) FROM meta", &s);
    if (!rc) rc = stmt_step(s);
    stmt_reset_ptr(&s);
    if (rc < 0) {
        exchange_problem(x, 503, NULL, "the database does not answer (%s); check the disk, then restart the program",
                         err_name(rc));
        return;
    }
    if (store_waiting(app->writer) > 0 && clock_mono().ms - store_alive_ms(app->writer) > STUCK_MS) {
        exchange_problem(x, 503, NULL, "nothing has been written for %d s although something waits; check the disk",
                         STUCK_MS / 1000);
        return;
    }
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_put_bool(&w, "ok", true);
    json_put_text(&w, "program", app->board ? "board" : "hub"); /* which of them a screen is served by */
    json_close(&w, '}');
}

static void status(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    buf_init(&json, STATUS_MAX);
    int rc = status_print(app, db, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void put_lanes(const struct counts *c, struct buf *out) {
    static const char *const states[] = { "saved", "sent", "received" };
    (void)buf_add_text(
        out,
        "# HELP sitelog_events_total Own events by lane and how far they got.\n# TYPE sitelog_events_total counter\n");
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        const uint64_t n[] = { c->lane[lane].saved, c->lane[lane].sent, c->lane[lane].received };
        for (int i = 0; i < 3; i++)
            (void)buf_addf(out, "sitelog_events_total{lane=\"%s\",state=\"%s\"} %llu\n", lane_name((enum lane)lane),
                           states[i], (unsigned long long)n[i]);
    }
}

static void put_gauge(struct buf *out, const char *name, const char *help, int64_t value) {
    (void)buf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", name, help, name, name, (long long)value);
}

/* What is not known is no sample. */
static void put_vitals(const struct vitals *v, struct buf *out) {
    if (v->wear_percent)
        put_gauge(out, "sitelog_disk_wear_percent", "Of the flash's life that is used, at most; over 100: past it.",
                  v->wear_percent);
    if (v->wear_spare)
        put_gauge(out, "sitelog_disk_wear_spare", "The flash's reserve: 1 normal, 2 warning, 3 urgent.", v->wear_spare);
    if (v->written_bytes >= 0)
        (void)buf_addf(
            out,
            "# HELP sitelog_disk_written_bytes_total Bytes that this board's programs wrote, over all runs.\n"
            "# TYPE sitelog_disk_written_bytes_total counter\nsitelog_disk_written_bytes_total %lld\n",
            (long long)v->written_bytes);
    if (v->temperature_known)
        put_gauge(out, "sitelog_temperature_celsius", "The hottest part of the board.", v->temperature_c);
}

static void put_stored(struct blob_counts stored, struct buf *out) {
    put_gauge(out, "sitelog_photos_stored", "Originals whose bytes are here.", stored.originals);
    put_gauge(out, "sitelog_photos_stored_bytes", "Their bytes.", stored.original_bytes);
}

static void metrics(struct app *app, struct exchange *x, struct db *db) {
    struct counts counts;
    struct outbox_counts photos;
    struct disk_room room = { 0 };
    struct buf out;
    int rc = counts_read(db, app->board ? app->site : NULL, &counts);
    if (!rc) rc = outbox_counts(db, &photos);
    struct space *space = app->photos ? app->photos->space : NULL;
    if (!rc && app->photos && app->photos->blobs)
        rc = space ? space_look(space, &room) : blobs_room(app->photos->blobs, &room);
    if (rc) {
        exchange_error(x, rc, NULL);
        return;
    }
    buf_init(&out, METRICS_MAX);
    put_lanes(&counts, &out);
    put_gauge(&out, "sitelog_events_rejected", "Own events that the other end refused.", (int64_t)counts.rejected);
    put_gauge(&out, "sitelog_events_refused", "Events of others that were refused here.", (int64_t)counts.refused);
    put_gauge(&out, "sitelog_events_conflicts", "Events kept aside because another one has their key.",
              (int64_t)counts.conflicts);
    put_gauge(&out, "sitelog_photos_pending", "Originals that head office has not confirmed.", photos.pending);
    put_gauge(&out, "sitelog_photos_pending_bytes", "Their bytes.", photos.pending_bytes);
    if (app->photos && app->photos->blobs) put_stored(blobs_counts(app->photos->blobs), &out);
    put_gauge(&out, "sitelog_disk_free_bytes", "Free space for photos.", room.free_bytes);
    put_gauge(&out, "sitelog_disk_total_bytes", "The whole of that disk.", room.total_bytes);
    if (space)
        put_gauge(&out, "sitelog_space_level",
                  "0: ok, 1: low, 2: no time-lapse, 3: received originals are dropped, 4: photos are refused.",
                  (int64_t)space_level(space));
    struct vitals vitals = status_vitals(app);
    put_vitals(&vitals, &out);
    put_gauge(&out, "sitelog_commits_total", "Commits of the journal since start.",
              (int64_t)store_commits(app->writer));
    put_gauge(&out, "sitelog_clock_synchronised", "1: by the network.", clock_grade() == CLOCK_NTP);
    if (app->hooks) rc = hook_box_metrics(db, app->hooks, &out);
    x->reply.type = "text/plain; version=0.0.4; charset=utf-8";
    reply_json(x, 200, &out, rc, NULL);
}

static void send_now(struct app *app, struct exchange *x, struct db *db) {
    (void)db;
    if (app->send_now) app->send_now(app->status_ctx);
    x->reply.status = 204;
}

static const struct step health_steps[] = { { STEP_READ, health }, { STEP_END, NULL } };
static const struct step status_steps[] = { { STEP_READ, status }, { STEP_END, NULL } };
static const struct step metrics_steps[] = { { STEP_READ, metrics }, { STEP_END, NULL } };
static const struct step send_now_steps[] = { { STEP_LOOP, send_now }, { STEP_END, NULL } };

const struct route route_status[] = {
    { "GET", "/healthz", PERMIT_ANY, ROUTE_OPEN, health_steps },
    { "GET", "/metrics", PERMIT_ANY, ROUTE_OPEN, metrics_steps },
    { "GET", "/api/v1/status", PERMIT_STATUS, ROUTE_BOARD, status_steps },
    { "GET", "/control/healthz", PERMIT_ANY, ROUTE_OPEN | ROUTE_CONTROL, health_steps },
    { "GET", "/control/status", PERMIT_ANY, ROUTE_OPEN | ROUTE_CONTROL | ROUTE_BOARD, status_steps },
    { "POST", "/api/v1/send-now", PERMIT_STATUS, ROUTE_BOARD | ROUTE_NO_BODY, send_now_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
