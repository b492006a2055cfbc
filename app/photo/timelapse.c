/* SPDX-License-Identifier: MIT */
/* When a frame is taken, and which are kept. Frames themselves go the way of every photo of this camera (snapshot.c). */
#include "app/photo/timelapse.h"

#include "app/journal/consent.h"
#include "app/journal/viewpoint.h"
#include "app/photo/motion.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHOT_MS = 15000,
    AWAY_FRAMES = 3,
    EARLY_MS = 5000 /* whoever calls every minute calls a little early at times */
};

struct timelapse {
    struct timelapse_options o;
    bool begun;               /* the last frame of the run before was looked for */
    int64_t taken_ms;         /* clock_mono: when the last frame was taken */
    struct motion_map kept;   /* the last frame kept */
    struct motion_map anchor; /* the last frame that shows this viewpoint, in light */
    struct motion_map before; /* the last frame */
    int away;                 /* frames in a row that are another picture than the anchor, and like one another */
};

/* ---- when ---- */

bool timelapse_hours(const struct hours *hours, const struct plan_cutoffs *cutoffs, const struct tz *tz, struct wall at,
                     enum clock_grade grade) {
    char date[TZ_DATE_SIZE];
    if (grade == CLOCK_NONE) return true;
    tz_date(tz, at, date);
    return plan_workday(cutoffs, date) && hours_within(hours, tz, at);
}

struct asking {
    struct timelapse *t;
    bool now;
    char series[ID_SIZE];
    char sha256[HASH_TEXT_SIZE]; /* of the last frame, or "" */
};

static int ask_hours(struct db *db, void *arg) {
    struct asking *a = arg;
    const struct timelapse_options *o = &a->t->o;
    struct plan plan;
    struct tz *tz = NULL;
    int rc = plan_read(db, o->snapshot.site, o->snapshot.timezone, &plan);
    if (rc) return rc;
    rc = tz_create(plan.timezone, &tz, NULL);
    enum consent consent = CONSENT_UNRECORDED;
    if (!rc) rc = consent_read(db, o->snapshot.site, &consent);
    if (!rc)
        a->now = consent_allows(consent, CONSENT_BY_ITSELF) &&
                 timelapse_hours(&o->hours, &plan.cutoffs, tz, clock_wall(), clock_grade());
    tz_destroy(tz);
    plan_fini(&plan);
    return rc;
}

static bool is_time(const struct timelapse *t) {
    return !t->taken_ms || clock_mono().ms - t->taken_ms >= t->o.every_ms - EARLY_MS;
}

/* ---- the last frame of the run before ---- */

static int find_last(struct db *db, void *arg) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct asking *a = arg;
    int rc =
        db_prepare(db,
                   "SELECT sha256 FROM photo WHERE site = ? AND writer = ? AND origin = 'timelapse' AND withdrawn = 0"
                   " ORDER BY date DESC, taken DESC LIMIT 1",
                   &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, a->t->o.snapshot.site);
    stmt_bind_text(s, 2, a->t->o.board);
    rc = stmt_step(s);
    if (rc == 1) rc = text_copy(a->sha256, sizeof a->sha256, stmt_text(s, 0));
    return rc;
}

static int copy(const struct motion_map *from, struct motion_map *to) {
    size_t n = (size_t)from->width * (size_t)from->height;
    struct motion_map m = { malloc(n ? n : 1), from->width, from->height };
    if (!m.luma) return ERR_NOMEM;
    memcpy(m.luma, from->luma, n);
    motion_map_fini(to);
    *to = m;
    return 0;
}

/* Without it the first frame is kept, and a move in the night is not seen. */
static int look_back(struct timelapse *t) {
    struct asking a = { .t = t };
    CLEANUP(buf_fini) struct buf jpeg;
    buf_init(&jpeg, BLOB_ORIGINAL_MAX);
    int rc = store_call(t->o.snapshot.reader, find_last, &a);
    if (!rc && a.sha256[0] && blobs_read_all(t->o.snapshot.photos->blobs, BLOB_ORIGINAL, a.sha256, &jpeg) == 0 &&
        motion_map_make(jpeg.data, jpeg.len, &t->kept, NULL) == 0) {
        rc = copy(&t->kept, &t->anchor);
        if (!rc) rc = copy(&t->kept, &t->before);
    }
    t->begun = rc == 0;
    return rc;
}

/* ---- what is seen ---- */

/* Is the board looking from elsewhere? Three frames have to agree: somebody may stand before it for a while. A dark frame says nothing. */
static int judge_viewpoint(struct timelapse *t, const struct motion_map *now, bool *moved) {
    *moved = false;
    struct motion m = { 0 };
    if (t->anchor.luma) m = motion_between(&t->anchor, now);
    bool light = !t->anchor.luma || m.all || m.tiles * 2 >= (now->width / 8) * (now->height / 8);
    if (!m.all) {
        t->away = 0;
        return light ? copy(now, &t->anchor) : 0;
    }
    bool steady = t->away > 0 && t->before.luma && !motion_between(&t->before, now).all;
    t->away = steady ? t->away + 1 : 1;
    if (t->away < AWAY_FRAMES) return 0;
    t->away = 0;
    *moved = true;
    return copy(now, &t->anchor);
}

struct moving {
    struct timelapse *t;
    struct err_text *why;
};

static int record_move(struct db *db, void *arg) {
    struct moving *m = arg;
    struct appended out;
    return viewpoint_seen(m->t->o.snapshot.journal, db, &out, m->why);
}

static int find_series(struct db *db, void *arg) {
    struct asking *a = arg;
    return viewpoint_series(db, a->t->o.snapshot.site, a->t->o.board, a->series);
}

static int keep(struct timelapse *t, struct capture *c, bool moved, struct err_text *e) {
    struct asking a = { .t = t };
    struct moving m = { t, e };
    int rc = moved ? store_call(t->o.snapshot.writer, record_move, &m) : 0;
    if (!rc) rc = store_call(t->o.snapshot.reader, find_series, &a);
    if (rc) return rc;
    memcpy(c->record.origin, "timelapse", sizeof "timelapse");
    memcpy(c->record.series, a.series, ID_SIZE);
    return snapshot_keep(&t->o.snapshot, c, e);
}

static int judge(struct timelapse *t, struct capture *c, struct motion_map *now, enum timelapse_did *did,
                 struct err_text *e) {
    bool moved = false;
    int rc = judge_viewpoint(t, now, &moved);
    bool any = !t->kept.luma || moved || motion_between(&t->kept, now).any;
    if (!rc && any) rc = keep(t, c, moved, e);
    if (!rc && any) rc = copy(now, &t->kept);
    if (rc) return rc;
    motion_map_fini(&t->before);
    t->before = *now;
    *now = (struct motion_map){ 0 };
    *did = moved ? TIMELAPSE_MOVED : any ? TIMELAPSE_KEPT : TIMELAPSE_STILL;
    if (moved) log_info("the board's camera looks from elsewhere: a new series of time-lapse frames begins");
    return 0;
}

int timelapse_run(struct timelapse *t, enum timelapse_did *did, struct err_text *e) {
    struct asking a = { .t = t };
    struct capture c;
    struct motion_map now = { 0 };
    uint8_t *bytes = NULL;
    *did = TIMELAPSE_WAITED;
    if (!is_time(t) || !space_for_timelapse(t->o.space)) return 0;
    int rc = store_call(t->o.snapshot.reader, ask_hours, &a);
    if (!rc && a.now && !t->begun) rc = look_back(t);
    if (rc || !a.now) return rc;
    capture_init(&c);
    rc = snapshot_frame(t->o.snapshot.photos, &c, t->o.snapshot.shot_ms ? t->o.snapshot.shot_ms : SHOT_MS, &bytes, e);
    if (!rc) rc = motion_map_make(c.bytes, c.n, &now, e);
    if (!rc) t->taken_ms = clock_mono().ms;
    if (!rc) rc = judge(t, &c, &now, did, e);
    motion_map_fini(&now);
    free(bytes);
    capture_fini(&c);
    return rc;
}

/* ---- life ---- */

int timelapse_create(const struct timelapse_options *options, struct timelapse **out) {
    struct timelapse *t = calloc(1, sizeof *t);
    if (!t) return ERR_NOMEM;
    t->o = *options;
    *out = t;
    return 0;
}

void timelapse_destroy(struct timelapse *t) {
    if (!t) return;
    motion_map_fini(&t->kept);
    motion_map_fini(&t->anchor);
    motion_map_fini(&t->before);
    free(t);
}
