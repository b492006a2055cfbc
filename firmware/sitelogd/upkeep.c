/* SPDX-License-Identifier: MIT */
/* When a board looks after itself; what it does then is the modules' business. */
#include "firmware/sitelogd/upkeep.h"

#include "app/journal/written.h"
#include "firmware/base/log.h"
#include "hal/thermal.h"

#include <stdlib.h>

enum { MINUTE_MS = 60000, PAUSE_MS = 2000 };

static void again(struct upkeep *u);

/* ---- how the machine is (pool) ---- */

struct keeping {
    int64_t sum;
    bool anyway;
};

static int keep_written(struct db *db, void *arg) {
    const struct keeping *k = arg;
    return written_keep(db, k->sum, k->anyway);
}

static int read_written(struct db *db, void *arg) { return written_read(db, &((struct upkeep *)arg)->written_before); }

static void look_at_machine(struct upkeep *u) {
    struct disk_wear wear = { 0 };
    int64_t written = 0;
    int celsius = 0;
    if (disk_wear(&wear) == 0) {
        atomic_store(&u->wear_percent, wear.used_percent);
        atomic_store(&u->wear_spare, wear.spare);
    }
    atomic_store(&u->temperature_c, thermal_read(&celsius) == 0 ? celsius : UPKEEP_UNKNOWN);
    if (disk_written(&written)) return;
    struct keeping k = { .sum = u->written_before + written };
    int64_t told = atomic_exchange(&u->written_bytes, k.sum);
    if (k.sum / WRITTEN_STEP == told / WRITTEN_STEP) return; /* spares a commit that would write nothing */
    int rc = store_call(u->rt->writer, keep_written, &k);
    if (rc && rc != ERR_GONE)
        log_warn("how much was written to the disk could not be kept: %s; sitelogctl doctor checks disk and database",
                 err_name(rc));
}

void upkeep_vitals(const struct upkeep *u, struct vitals *out) {
    int celsius = atomic_load(&u->temperature_c);
    *out = (struct vitals){ .wear_percent = atomic_load(&u->wear_percent),
                            .wear_spare = atomic_load(&u->wear_spare),
                            .written_bytes = atomic_load(&u->written_bytes),
                            .temperature_known = celsius != UPKEEP_UNKNOWN,
                            .temperature_c = celsius };
}

/* ---- the time-lapse (pool) ---- */

static void take_frame(struct upkeep *u) {
    struct err_text why = { 0 };
    enum timelapse_did did;
    int rc = u->timelapse ? timelapse_run(u->timelapse, &did, &why) : 0;
    if (rc && rc != ERR_GONE && rc != ERR_BUSY && !u->lapse_failed)
        log_warn("no time-lapse frame: %s", why.text[0] ? why.text : err_name(rc));
    u->lapse_failed = rc != 0;
}

static int make_timelapse(struct upkeep *u, const struct board_conf *conf) {
    struct runtime *rt = u->rt;
    struct timelapse_options o = { .snapshot = { .photos = &rt->photos,
                                                 .writer = rt->writer,
                                                 .reader = rt->reader,
                                                 .journal = rt->depot.journal,
                                                 .site = conf->site,
                                                 .timezone = conf->timezone },
                                   .board = conf->board,
                                   .every_ms = conf->timelapse_minutes * MINUTE_MS,
                                   .space = u->space };
    if (!conf->timelapse_minutes || !conf->camera_device[0]) return 0;
    int rc = hours_parse(conf->timelapse_hours, &o.hours);
    return rc ? rc : timelapse_create(&o, &u->timelapse);
}

/* ---- when ---- */

static void work(uv_work_t *request) { /* pool */
    struct upkeep *u = request->data;
    (void)!space_tend(u->space); /* it logs, and is asked again */
    take_frame(u);
    struct mono now = clock_mono();
    if (u->looked.ms && now.ms - u->looked.ms < MINUTE_MS / 2) return;
    u->looked = now;
    look_at_machine(u);
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

int upkeep_start(struct upkeep *u, struct runtime *rt, const struct board_conf *conf, struct err_text *e) {
    struct db *reader = NULL;
    u->rt = rt;
    atomic_store(&u->temperature_c, UPKEEP_UNKNOWN);
    atomic_store(&u->written_bytes, -1);
    if (store_call(rt->reader, read_written, u)) u->written_before = 0; /* a count that begins anew */
    int rc = depot_reader(&rt->depot, &reader, e);
    if (rc) return rc;
    struct space_options o = { .photos = rt->depot.photo_store,
                               .writer = rt->writer,
                               .journal = rt->depot.journal,
                               .reader = reader,
                               .reserve_percent = conf->reserve_percent,
                               .timelapse_quota = conf->timelapse_quota_mb * 1000000 };
    rc = space_create(&o, &u->space);
    if (!rc) rc = make_timelapse(u, conf);
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
    struct keeping k = { .anyway = true };
    if (disk_written(&k.sum)) return;
    k.sum += u->written_before;
    if (store_call(u->rt->writer, keep_written, &k))
        log_warn("how much was written to the disk could not be kept; sitelogctl doctor checks disk and database");
}

void upkeep_fini(struct upkeep *u) {
    if (!u->rt) return;
    u->rt->photos.space = NULL;
    timelapse_destroy(u->timelapse);
    space_destroy(u->space);
    u->timelapse = NULL;
    u->space = NULL;
}
