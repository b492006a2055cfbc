/* SPDX-License-Identifier: MIT */
/* Puts a board's counts and states together; what they mean is their own files' business. */
#include "app/http/status.h"

#include "app/journal/consent.h"
#include "app/journal/counts.h"
#include "app/photo/capture.h"
#include "app/photo/outbox.h"
#include "app/photo/space.h"
#include "firmware/base/json.h"
#include "hal/clock.h"
#include "hal/disk.h"

static const char *ask(const char *(*fn)(void *), void *ctx, const char *unknown) { return fn ? fn(ctx) : unknown; }

static int put_marks(struct app *app, struct db *db, struct json_out *w) {
    struct counts counts;
    struct outbox_counts photos;
    int rc = counts_read(db, app->site[0] ? app->site : NULL, &counts);
    if (!rc) rc = outbox_counts(db, &photos);
    if (rc) return rc;
    json_put_text(w, "link", ask(app->link_state, app->status_ctx, "down"));
    json_put_text(w, "hub", ask(app->hub_state, app->status_ctx, "unknown"));
    counts_put(&counts, w);
    outbox_put_counts(&photos, w);
    json_put_int(w, "rejected", (int64_t)counts.rejected);
    return 0;
}

int status_print_marks(struct app *app, struct db *db, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "site", app->site);
    int rc = put_marks(app, db, &w);
    json_close(&w, '}');
    return rc ? rc : out->error;
}

struct vitals status_vitals(struct app *app) {
    struct vitals v = { .written_bytes = -1 };
    if (app->vitals) app->vitals(app->status_ctx, &v);
    return v;
}

/* What is not known is left out. */
static void put_wear(const struct vitals *v, struct json_out *w) {
    static const char *const spare[] = { "", "normal", "warning", "urgent" };
    if (v->wear_percent) json_put_int(w, "wear_percent", v->wear_percent);
    if (v->wear_spare) json_put_text(w, "wear_spare", spare[v->wear_spare]);
    if (v->written_bytes >= 0) json_put_int(w, "written_bytes", v->written_bytes);
}

static void put_pages(struct app *app, struct json_out *w) {
    enum { PAGES_MAX = 4 };
    char pages[PAGES_MAX][APP_PAGE_SIZE];
    int n = app->pages ? app->pages(app->status_ctx, pages, PAGES_MAX) : 0;
    json_open(w, "pages", '[');
    for (int i = 0; i < n; i++) json_put_text(w, NULL, pages[i]);
    json_close(w, ']');
}

int status_print(struct app *app, struct db *db, struct buf *out) {
    struct json_out w;
    struct disk_room room = { 0 };
    struct vitals vitals = status_vitals(app);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "board", app->writer_id);
    json_put_text(&w, "site", app->site);
    json_put_text(&w, "version", app->version);
    json_put_text(&w, "clock", clock_grade_name(clock_grade()));
    int rc = put_marks(app, db, &w);
    struct space *space = app->photos ? app->photos->space : NULL;
    if (!rc && app->photos && app->photos->blobs)
        rc = space ? space_look(space, &room) : blobs_room(app->photos->blobs, &room);
    json_open(&w, "disk", '{');
    json_put_int(&w, "free_bytes", room.free_bytes);
    json_put_int(&w, "free_percent", room.free_percent);
    json_put_text(&w, "level", space_level_name(space_level(space)));
    put_wear(&vitals, &w);
    json_close(&w, '}');
    json_put_text(&w, "camera", ask(app->camera_state, app->status_ctx, "absent"));
    enum consent consent = CONSENT_UNRECORDED;
    if (!rc && app->site[0]) rc = consent_read(db, app->site, &consent);
    json_put_text(&w, "consent", consent_name(consent));
    if (vitals.temperature_known) json_put_int(&w, "temperature_c", vitals.temperature_c);
    put_pages(app, &w);
    json_put_text(&w, "power", ask(app->power_state, app->status_ctx, "unknown"));
    json_close(&w, '}');
    return rc ? rc : out->error;
}
