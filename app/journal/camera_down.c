/* SPDX-License-Identifier: MIT */
/* The camera's downtime, its alert, and its outage. */
#include "app/journal/camera_down.h"

#include "app/journal/alert.h"
#include "app/journal/setting.h"

#include <stdio.h>
#include <stdlib.h>

#define RULE      "camera-down"
#define MINUTE_MS INT64_C(60000)

static int alert_after(struct journal *j, struct db *db, int64_t *ms) {
    int64_t minutes = 0;
#ifdef SITELOG_TEST
    const char *text = getenv("SITELOG_CAMERA_DOWN_MS"); /* of whole programs, for tests */
    if (text) {
        *ms = strtoll(text, NULL, 10);
        return 0;
    }
#endif
    int rc = setting_get_int(db, journal_site(j), SETTING_CAMERA_DOWN_MINUTES, &minutes);
    *ms = minutes * MINUTE_MS;
    return rc;
}

static int find(struct journal *j, struct db *db, char subject[64], char id[ID_SIZE]) {
    (void)snprintf(subject, 64, "board/%s", journal_writer(j));
    return alert_find(db, journal_site(j), RULE, subject, id, NULL);
}

/* One that stands since before a restart is the same still. */
static int raise(struct journal *j, struct db *db, struct wall since, struct err_text *e) {
    char subject[64], id[ID_SIZE];
    int rc = find(j, db, subject, id);
    if (rc != ERR_NOT_FOUND) return rc;
    struct alert a = { .rule = RULE,
                       .level = "office",
                       .subject = subject,
                       .due = since,
                       .zh = "看板的相机没有画面，请检查连线或重新插拔",
                       .en = "The board's camera gives no picture: check its cable, or plug it in again" };
    rc = alert_raise(j, db, journal_site(j), &a, e);
    return rc == ERR_EXISTS ? 0 : rc;
}

static int clear(struct journal *j, struct db *db, struct err_text *e) {
    char subject[64], id[ID_SIZE];
    int rc = find(j, db, subject, id);
    if (rc == 0) rc = alert_clear(j, db, journal_site(j), id, e);
    return rc == ERR_NOT_FOUND || rc == ERR_EXISTS ? 0 : rc;
}

static int record(struct journal *j, struct db *db, struct mono from, struct err_text *e) {
    int64_t lasted_ms = clock_mono().ms - from.ms;
    struct wall now = clock_wall(); /* by today's clock, also when it was set meanwhile */
    struct outage o = { .what = OUTAGE_CAMERA,
                        .from = { now.ms - lasted_ms },
                        .to = now,
                        .seconds = lasted_ms / 1000,
                        .clock = journal_grade(j) };
    return lasted_ms < CAMERA_DOWN_MIN_MS ? 0 : outage_append(j, db, &o, NULL, e);
}

int camera_down_start(struct journal *j, struct db *db, struct wall last_alive, struct downtime *out,
                      struct err_text *e) {
    return downtime_start(j, db, OUTAGE_CAMERA, last_alive, out, e);
}

int camera_down_look(struct journal *j, struct db *db, struct mono from, struct err_text *e) {
    int64_t lasted_ms = clock_mono().ms - from.ms, after_ms = 0;
    bool kept = false;
    if (lasted_ms < CAMERA_DOWN_MIN_MS) return 0;
    int rc = downtime_is_kept(db, OUTAGE_CAMERA, &kept);
    if (rc == 0 && !kept) rc = downtime_keep(j, db, OUTAGE_CAMERA, from);
    if (rc == 0) rc = alert_after(j, db, &after_ms);
    if (rc < 0 || lasted_ms < after_ms) return rc;
    return raise(j, db, (struct wall){ clock_wall().ms - lasted_ms }, e);
}

int camera_down_stop(struct journal *j, struct db *db, struct mono from, struct err_text *e) {
    int rc = record(j, db, from, e);
    return rc < 0 ? rc : downtime_forget(db, OUTAGE_CAMERA);
}

int camera_down_over(struct journal *j, struct db *db, struct mono from, struct err_text *e) {
    int rc = clear(j, db, e);
    if (rc < 0 || from.ms < 0) return rc;
    return camera_down_stop(j, db, from, e);
}
