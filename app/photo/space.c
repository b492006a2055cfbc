/* SPDX-License-Identifier: MIT */
/* The space policy. What "received" means, and which photo is the next, is the outbox's business; how bytes go, the photo store's. */
#include "app/photo/space.h"

#include "app/photo/outbox.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    RESERVE_PERCENT = 5,
    JOB_MAX = 4,   /* photos dropped in one job: each is a transaction of its own, and others wait meanwhile */
    TELL_MAX = 500 /* hashes in one event: 34 KiB */
};

struct space {
    struct space_options o;
    _Atomic int level; /* enum space_level */
    atomic_bool stopping;
    atomic_bool quota_full; /* of frames that may not be dropped */
    bool settled;           /* nothing is chosen or untold: at start that is not known */
};

/* ---- levels ---- */

/* Permille below which a level begins, and at which it ends. */
static int64_t begins(enum space_level level, int64_t reserve) {
    static const int64_t usual[] = { [SPACE_LOW] = 20, [SPACE_NO_TIMELAPSE] = 15, [SPACE_DROPPING] = 10 };
    static const int64_t above[] = { [SPACE_LOW] = 15, [SPACE_NO_TIMELAPSE] = 10, [SPACE_DROPPING] = 5 };
    if (level == SPACE_FULL) return reserve * 10;
    return 10 * (usual[level] > reserve + above[level] ? usual[level] : reserve + above[level]);
}

static int64_t ends(enum space_level level, int64_t reserve) {
    static const int64_t more[] = {
        [SPACE_LOW] = 10, [SPACE_NO_TIMELAPSE] = 10, [SPACE_DROPPING] = 20, [SPACE_FULL] = 0
    };
    return begins(level, reserve) + more[level];
}

enum space_level space_level_next(enum space_level before, int64_t free_bytes, int64_t total_bytes, int64_t reserve) {
    if (total_bytes <= 0) return SPACE_OK;
    if (reserve <= 0) reserve = RESERVE_PERCENT;
    int64_t permille = free_bytes > 0 ? (int64_t)((double)free_bytes * 1000.0 / (double)total_bytes) : 0;
    for (enum space_level level = SPACE_FULL; level > SPACE_OK; level--)
        if (permille < begins(level, reserve) || (before >= level && permille < ends(level, reserve))) return level;
    return SPACE_OK;
}

const char *space_level_name(enum space_level level) {
    static const char *const names[] = { [SPACE_OK] = "ok",
                                         [SPACE_LOW] = "low",
                                         [SPACE_NO_TIMELAPSE] = "no_timelapse",
                                         [SPACE_DROPPING] = "dropping",
                                         [SPACE_FULL] = "full" };
    return names[level];
}

enum space_level space_level(const struct space *s) { return s ? (enum space_level)atomic_load(&s->level) : SPACE_OK; }

bool space_for_timelapse(const struct space *s) {
    return !s || (space_level(s) < SPACE_NO_TIMELAPSE && !atomic_load(&s->quota_full));
}

static void tell_level(enum space_level before, enum space_level now, const struct disk_room *room) {
    static const char *const what[] = { [SPACE_OK] = "there is room again",
                                        [SPACE_LOW] = "space runs short",
                                        [SPACE_NO_TIMELAPSE] = "no more time-lapse frames are taken",
                                        [SPACE_DROPPING] = "originals that head office has are dropped",
                                        [SPACE_FULL] = "new photos are refused; free some space" };
    if (now > before)
        log_warn("disk: %d %% are free: %s", room->free_percent, what[now]);
    else
        log_info("disk: %d %% are free: %s", room->free_percent, what[now]);
}

int space_look(struct space *s, struct disk_room *out) {
    struct disk_room room;
    int rc = photo_store_room(s->o.photos, &room);
    if (rc) return rc;
    int before = atomic_load(&s->level);
    enum space_level now = space_level_next((enum space_level)before, room.free_bytes - photo_store_spared(s->o.photos),
                                            room.total_bytes, s->o.reserve_percent);
    if ((int)now != before && atomic_compare_exchange_strong(&s->level, &before, (int)now))
        tell_level((enum space_level)before, now, &room);
    if (out) *out = room;
    return 0;
}

/* ---- dropping ---- */

enum fate { STAYS, GONE, NEVER_HERE };
struct dropping {
    struct space *space;
    bool (*is_short)(const struct dropping *d); /* why this is done at all */
    bool only_timelapse;
    int64_t gone_bytes; /* by this job, and not marked yet */
    struct outbox_chosen photo[JOB_MAX];
    enum fate fate[JOB_MAX];
    size_t count;
    size_t chosen; /* for the next job */
    bool more;     /* space is short still: choose */
};

static bool disk_is_short(const struct dropping *d) {
    return space_look(d->space, NULL) == 0 && space_level(d->space) >= SPACE_DROPPING;
}

static bool quota_is_short(const struct dropping *d) {
    const struct space_options *o = &d->space->o;
    int64_t bytes = 0;
    return o->timelapse_quota > 0 && outbox_timelapse_bytes(o->reader, &bytes) == 0 &&
           bytes - d->gone_bytes > o->timelapse_quota;
}

/* Outside of any transaction. On this thread nobody takes a receipt back between asking and dropping. What was gone already, by a power cut
 * after its drop, is only noted. */
static int drop_bytes(void *arg) {
    struct dropping *d = arg;
    struct blobs *blobs = photo_store_blobs(d->space->o.photos);
    d->gone_bytes = 0;
    int rc = outbox_chosen(d->space->o.reader, d->photo, JOB_MAX, &d->count);
    for (size_t i = 0; i < d->count && !rc; i++) {
        const char *sha256 = d->photo[i].sha256;
        struct wall at;
        d->fate[i] = blobs_dropped_at(blobs, sha256, &at) == 0 ? GONE : STAYS;
        if (d->fate[i] == GONE || !d->photo[i].received || !d->is_short(d)) continue;
        rc = blobs_drop(blobs, sha256);
        d->fate[i] = rc == ERR_NOT_FOUND ? NEVER_HERE : GONE;
        d->gone_bytes += d->photo[i].bytes;
        if (rc == ERR_NOT_FOUND) rc = 0;
    }
    d->more = d->is_short(d);
    return rc;
}

static int mark(struct db *db, void *arg) {
    struct dropping *d = arg;
    int rc = 0;
    for (size_t i = 0; i < d->count && !rc; i++) {
        const char *sha256 = d->photo[i].sha256;
        rc = d->fate[i] == STAYS ? outbox_kept(db, sha256) : outbox_dropped(db, sha256);
        if (!rc && d->fate[i] == NEVER_HERE) rc = outbox_said(db, sha256); /* nothing was dropped that could be told */
    }
    d->chosen = 0;
    return rc || !d->more ? rc : outbox_choose(db, d->only_timelapse, JOB_MAX, &d->chosen);
}

/* ---- telling ---- */

struct telling {
    struct space *space;
    size_t count;
    int64_t bytes;
    struct err_text why;
    char sha256[TELL_MAX][HASH_TEXT_SIZE];
};

static int print(const struct telling *t, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "sha256", '[');
    for (size_t i = 0; i < t->count; i++) json_put_text(&w, NULL, t->sha256[i]);
    json_close(&w, ']');
    json_put_int(&w, "bytes", t->bytes);
    json_put_int(&w, "count", (int64_t)t->count);
    json_close(&w, '}');
    return out->error;
}

static int tell(struct db *db, void *arg) {
    struct telling *t = arg;
    struct journal *j = t->space->o.journal;
    struct buf data;
    int rc = outbox_unsaid(db, t->sha256, TELL_MAX, &t->count, &t->bytes);
    if (rc || t->count == 0) return rc;
    buf_init(&data, ENVELOPE_MAX);
    rc = print(t, &data);
    struct event_draft draft = {
        .type = "photos-dropped", .subject_id = journal_writer(j), .actor = "board", .data = data.data
    };
    if (!rc) rc = journal_append(j, db, &draft, NULL, &t->why);
    buf_fini(&data);
    for (size_t i = 0; i < t->count && !rc; i++) rc = outbox_said(db, t->sha256[i]);
    return rc;
}

static int tell_all(struct space *s) {
    struct telling *t = calloc(1, sizeof *t);
    if (!t) return ERR_NOMEM;
    t->space = s;
    int rc;
    do {
        rc = store_call(s->o.writer, tell, t);
        if (rc && rc != ERR_GONE) log_error("dropped photos could not be recorded: %s %s", err_name(rc), t->why.text);
        if (!rc && t->count)
            log_info("dropped %zu originals (%lld bytes) that head office has", t->count, (long long)t->bytes);
    } while (!rc && t->count == TELL_MAX);
    free(t);
    return rc;
}

/* Jobs until there is room, or nothing left to drop. */
static int drop_until(struct space *s, bool (*is_short)(const struct dropping *d), bool only_timelapse) {
    struct dropping d = { .space = s, .is_short = is_short, .only_timelapse = only_timelapse };
    int rc;
    do rc = store_call_before(s->o.writer, drop_bytes, mark, &d);
    while (!rc && d.chosen > 0 && !atomic_load(&s->stopping));
    return rc;
}

static int ask_quota(void *arg) {
    struct space *s = arg;
    bool over = quota_is_short(&(struct dropping){ .space = s });
    if (over != atomic_exchange(&s->quota_full, over) && over)
        log_warn("the time-lapse has used its quota, and head office has not received it: no more frames are taken");
    return 0;
}

/* The reader is the writer's thread's. */
static int over_quota(struct space *s, bool *over) {
    if (s->o.timelapse_quota <= 0) return 0;
    int rc = store_call_before(s->o.writer, ask_quota, NULL, s);
    *over = atomic_load(&s->quota_full);
    return rc;
}

static int drop_all(struct space *s, bool over) {
    int rc = drop_until(s, disk_is_short, false);
    if (!rc && over) rc = drop_until(s, quota_is_short, true);
    return !rc && over ? over_quota(s, &over) : rc;
}

int space_tend(struct space *s) {
    bool over = false;
    int rc = atomic_load(&s->stopping) ? ERR_GONE : space_look(s, NULL);
    if (!rc) rc = over_quota(s, &over);
    if (rc || (s->settled && !over && space_level(s) < SPACE_DROPPING)) return rc;
    s->settled = false;
    rc = drop_all(s, over);
    if (rc && rc != ERR_GONE) log_warn("making room on the disk: %s", err_name(rc));
    if (!rc && !atomic_load(&s->stopping)) rc = tell_all(s);
    s->settled = rc == 0 && !atomic_load(&s->stopping);
    return rc;
}

void space_stop(struct space *s) { atomic_store(&s->stopping, true); }

/* ---- making it ---- */

int space_create(const struct space_options *options, struct space **out) {
    struct space *s = calloc(1, sizeof *s);
    if (!s) {
        db_close(options->reader);
        return ERR_NOMEM;
    }
    s->o = *options;
    *out = s;
    return 0;
}

void space_destroy(struct space *s) {
    if (!s) return;
    db_close(s->o.reader);
    free(s);
}
