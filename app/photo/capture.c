/* SPDX-License-Identifier: MIT */
/* A photo's way in. Knows what order things have to happen in; each thing itself is done elsewhere. */
#include "app/photo/capture.h"

#include "app/journal/hazard.h"
#include "app/journal/photo_request.h"
#include "app/photo/exif.h"
#include "app/photo/jpeg.h"
#include "app/photo/outbox.h"
#include "app/photo/space.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "hal/clock.h"

#include <stdlib.h>
#include <string.h>

void photos_init(struct photos *p) {
    memset(p, 0, sizeof *p);
    (void)pthread_mutex_init(&p->whole_image, NULL);
}

void photos_fini(struct photos *p) { (void)pthread_mutex_destroy(&p->whole_image); }

void photos_hold(struct photos *p, bool hold) { atomic_store(&p->held, hold); }

bool photos_held(struct photos *p) { return atomic_load(&p->held); }

void capture_init(struct capture *c) {
    memset(c, 0, sizeof *c);
    buf_init(&c->thumb, BLOB_THUMB_MAX);
}

void capture_fini(struct capture *c) { buf_fini(&c->thumb); }

/* The board's own camera tells no time: the board does. */
static bool tells_time(const struct photo *r) {
    return strcmp(r->origin, "camera") != 0 && strcmp(r->origin, "timelapse") != 0;
}

/* What the file says of itself. */
static int read_exif(struct capture *c, struct err_text *e) {
    struct exif_facts facts;
    int rc = exif_read(c->bytes, c->n, &facts);
    if (rc) return err_set(e, rc, "out of memory");
    if (!tells_time(&c->record)) facts.taken[0] = '\0';
    memcpy(c->record.exif_taken, facts.taken, sizeof facts.taken);
    c->record.located = facts.located;
    c->record.lat_udeg = facts.lat_udeg;
    c->record.lon_udeg = facts.lon_udeg;
    return 0;
}

int capture_look(struct photos *p, struct capture *c, struct err_text *e) {
    struct jpeg_info info;
    if (photos_held(p)) return err_set(e, ERR_BUSY, "the power has failed: no new photos until it is back");
    int rc = jpeg_peek(c->bytes, c->n, &info, e);
    if (rc) return rc;
    bool alone = info.whole_image;
    if (alone) (void)pthread_mutex_lock(&p->whole_image);
    buf_clear(&c->thumb);
    rc = jpeg_inspect_and_thumbnail(c->bytes, c->n, JPEG_THUMB_PX, &info, &c->thumb, e);
    if (alone) (void)pthread_mutex_unlock(&p->whole_image);
    if (!rc) rc = read_exif(c, e);
    if (rc) return rc;
    hash_sha256_text(c->bytes, c->n, c->record.sha256);
    hash_sha256_text(c->thumb.data, c->thumb.len, c->record.thumb_sha256);
    c->record.bytes = (int64_t)c->n;
    c->record.width = info.upright_width_px;
    c->record.height = info.upright_height_px;
    c->record.orientation = info.orientation;
    return 0;
}

/* What it takes to append the event later, as it would be now, however late that will be. */
static int print_meta(const struct capture *c, struct buf *out) {
    const struct photo *r = &c->record;
    struct json_out w;
    char now[CLOCK_TEXT_SIZE];
    clock_format(clock_wall(), 0, now);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "site", c->site);
    json_put_text(&w, "actor", c->actor);
    json_put_text(&w, "inreplyto", c->inreplyto ? c->inreplyto : "");
    json_put_text(&w, "thumb", r->thumb_sha256);
    json_put_int(&w, "thumb_bytes", (int64_t)c->thumb.len);
    json_put_int(&w, "bytes", r->bytes);
    json_put_int(&w, "width", r->width);
    json_put_int(&w, "height", r->height);
    json_put_text(&w, "stage", r->stage);
    json_put_text(&w, "room", r->room);
    json_put_text(&w, "caption", r->caption);
    json_put_int(&w, "orientation", r->orientation);
    if (r->located) {
        json_put_int(&w, "lat_udeg", r->lat_udeg);
        json_put_int(&w, "lon_udeg", r->lon_udeg);
    }
    json_put_text(&w, "taken", r->taken);
    json_put_text(&w, "exif_taken", r->exif_taken);
    json_put_text(&w, "arrived", now);
    json_put_text(&w, "clock", r->clock[0] ? r->clock : clock_grade_name(clock_grade()));
    json_close(&w, '}');
    return out->error;
}

int capture_keep(struct photos *p, struct capture *c, struct err_text *e) {
    struct buf meta;
    if (strcmp(c->record.origin, "timelapse") == 0 && space_level(p->space) >= SPACE_NO_TIMELAPSE)
        return err_set(e, ERR_NO_SPACE, "the disk runs full: no more time-lapse frames are taken until there is room");
    buf_init(&meta, BLOB_META_MAX);
    int rc = print_meta(c, &meta);
    struct blob_put put = { .sha256 = c->record.sha256,
                            .bytes = c->bytes,
                            .n = c->n,
                            .thumb_sha256 = c->record.thumb_sha256,
                            .thumb = c->thumb.data,
                            .thumb_n = c->thumb.len,
                            .photo = c->record.id,
                            .meta = meta.data };
    if (!rc) rc = blobs_put(p->blobs, &put, e);
    buf_fini(&meta);
    return rc;
}

static int record(struct photos *p, const struct photo *r, int64_t thumb_bytes, const char *site, const char *actor,
                  const char *inreplyto, struct journal *j, struct db *db, struct appended *out, struct buf *answer,
                  struct err_text *e) {
    int rc = photo_record(j, db, site, r, actor, inreplyto, out, answer, e);
    if (rc || !p->outbox) return rc;
    struct outbox_photo queued = { .photo = r->id,
                                   .sha256 = r->sha256,
                                   .bytes = r->bytes,
                                   .thumb_sha256 = r->thumb_sha256[0] ? r->thumb_sha256 : NULL,
                                   .thumb_bytes = thumb_bytes,
                                   .origin = r->origin };
    bool urgent = false;
    rc = outbox_add(db, &queued);
    if (rc == 0) rc = hazard_names(db, site ? site : journal_site(j), r->id, &urgent);
    return rc == 0 && urgent ? outbox_urgent(db, r->sha256) : rc;
}

int capture_record(struct photos *p, struct capture *c, struct journal *j, struct db *db, struct appended *out,
                   struct buf *answer, struct err_text *e) {
    return record(p, &c->record, (int64_t)c->thumb.len, c->site, c->actor, c->inreplyto, j, db, out, answer, e);
}

/* ---- photos whose event was lost with the power ---- */

struct orphan {
    char site[NAME_SIZE], actor[ENVELOPE_ACTOR_SIZE], inreplyto[ID_SIZE];
    int64_t thumb_bytes;
    struct photo record;
    bool settled; /* it has its event */
};

struct adoption {
    struct orphan *list;
    size_t count, adopted;
};

static void take_text(const struct json *o, const char *name, char *out, size_t size) {
    const char *text = json_text(json_member(o, name));
    if (!text || text_copy(out, size, text)) out[0] = '\0';
}

static int take_orphan(void *ctx, const struct blob_unsettled *photo) {
    struct adoption *a = ctx;
    struct orphan *grown = realloc(a->list, (a->count + 1) * sizeof *grown);
    if (!grown) return ERR_NOMEM;
    a->list = grown;
    struct orphan *o = &a->list[a->count];
    memset(o, 0, sizeof *o);
    memcpy(o->record.id, photo->photo, sizeof o->record.id);
    memcpy(o->record.sha256, photo->sha256, sizeof o->record.sha256);
    struct json *meta = NULL;
    int rc = json_parse(photo->meta, strlen(photo->meta), &meta, NULL);
    if (rc == ERR_NOMEM) return rc;
    take_text(meta, "site", o->site, sizeof o->site);
    take_text(meta, "actor", o->actor, sizeof o->actor);
    take_text(meta, "inreplyto", o->inreplyto, sizeof o->inreplyto);
    take_text(meta, "thumb", o->record.thumb_sha256, sizeof o->record.thumb_sha256);
    take_text(meta, "stage", o->record.stage, sizeof o->record.stage);
    take_text(meta, "room", o->record.room, sizeof o->record.room);
    take_text(meta, "caption", o->record.caption, sizeof o->record.caption);
    take_text(meta, "taken", o->record.taken, sizeof o->record.taken);
    take_text(meta, "exif_taken", o->record.exif_taken, sizeof o->record.exif_taken);
    take_text(meta, "arrived", o->record.arrived, sizeof o->record.arrived);
    take_text(meta, "clock", o->record.clock, sizeof o->record.clock);
    (void)json_int(json_member(meta, "orientation"), &o->record.orientation);
    o->record.located = json_int(json_member(meta, "lat_udeg"), &o->record.lat_udeg) &&
                        json_int(json_member(meta, "lon_udeg"), &o->record.lon_udeg);
    (void)json_int(json_member(meta, "bytes"), &o->record.bytes);
    (void)json_int(json_member(meta, "width"), &o->record.width);
    (void)json_int(json_member(meta, "height"), &o->record.height);
    (void)json_int(json_member(meta, "thumb_bytes"), &o->thumb_bytes);
    memcpy(o->record.origin, "recovered", sizeof "recovered");
    json_destroy(meta);
    a->count++;
    return 0;
}

int adoption_list(struct photos *p, struct adoption **out) {
    struct adoption *a = calloc(1, sizeof *a);
    if (!a) return ERR_NOMEM;
    int rc = blobs_unsettled(p->blobs, take_orphan, a);
    if (rc)
        adoption_destroy(a);
    else
        *out = a;
    return rc;
}

/* Which request the photo answers: none when it was answered otherwise since. */
static int request_of(struct db *db, const struct orphan *o, const char **out) {
    *out = NULL;
    if (!o->inreplyto[0]) return 0;
    int rc = photo_request_answerable(db, o->site, o->inreplyto);
    if (rc == 0) *out = o->inreplyto;
    return rc == ERR_NOT_FOUND || rc == ERR_EXISTS ? 0 : rc;
}

static int adopt(struct orphan *o, struct photos *p, struct journal *j, struct db *db) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf answer;
    const char *request = NULL;
    int rc = request_of(db, o, &request);
    if (rc) return rc;
    buf_init(&answer, ENVELOPE_MAX);
    rc = record(p, &o->record, o->thumb_bytes, o->site, o->actor, request, j, db, &appended, &answer, &e);
    if (rc == ERR_INVALID) { /* a stage or room that is not known (any more): the photo counts, not where it belongs */
        o->record.stage[0] = o->record.room[0] = '\0';
        rc = record(p, &o->record, o->thumb_bytes, o->site, o->actor, request, j, db, &appended, &answer, &e);
    }
    buf_fini(&answer);
    if (rc == ERR_INVALID) log_error("photo %s was kept, and its record cannot be made: %s", o->record.id, e.text);
    return rc;
}

int adoption_record(struct adoption *a, struct photos *p, struct journal *j, struct db *db) {
    a->adopted = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct orphan *o = &a->list[i];
        struct photo there;
        int rc = photo_find(db, o->site, o->record.id, &there, NULL);
        if (rc == ERR_NOT_FOUND) {
            rc = adopt(o, p, j, db);
            if (!rc) a->adopted++;
        }
        o->settled = rc == 0 || rc == ERR_EXISTS || rc == ERR_CONFLICT;
        if (!o->settled && rc != ERR_INVALID) return rc; /* one that nobody can read must not hold the others back */
    }
    return 0;
}

int adoption_settle(struct adoption *a, struct photos *p) {
    size_t n = 0;
    char(*ids)[ID_SIZE] = calloc(a->count + 1, sizeof *ids);
    if (!ids) return ERR_NOMEM;
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].settled) memcpy(ids[n++], a->list[i].record.id, ID_SIZE);
    int rc = n ? blobs_settle(p->blobs, (const char(*)[ID_SIZE])ids, n) : 0;
    free(ids);
    return rc;
}

size_t adoption_count(const struct adoption *a) { return a->adopted; }

void adoption_destroy(struct adoption *a) {
    if (!a) return;
    free(a->list);
    free(a);
}
