/* SPDX-License-Identifier: MIT */
/* From the camera's frame to the journal, as POST /camera/shot does it for somebody who is signed in (app/http/route_photo.c). */
#include "app/photo/snapshot.h"

#include "app/journal/today.h"
#include "app/photo/shutter.h"

#include <stdlib.h>
#include <string.h>

enum { SHOT_MS = 10000, TRIES = 3, ANSWER_MAX = 128 * 1024 };

struct taking {
    const struct snapshot *s;
    struct capture *capture;
    struct err_text *why;
};

int snapshot_frame(struct photos *p, struct capture *c, int shot_ms, uint8_t **bytes, struct err_text *e) {
    int rc = p->shutter ? ERR_IO : err_set(e, ERR_NOT_FOUND, "this board has no camera; set [camera] device");
    for (int i = 0; p->shutter && i < TRIES; i++) {
        free(*bytes);
        *bytes = NULL;
        rc = shutter_take(p->shutter, shot_ms, bytes, &c->n, e);
        if (rc) return rc;
        c->bytes = *bytes;
        rc = capture_look(p, c, e);
        if (rc == 0) return 0;
    }
    return rc;
}

static int read_stage(struct db *db, void *arg) {
    struct taking *t = arg;
    return today_stage_key(db, t->s->site, t->s->timezone, clock_wall(), t->capture->record.stage);
}

static int keep(void *arg) {
    struct taking *t = arg;
    return capture_keep(t->s->photos, t->capture, t->why);
}

static int record(struct db *db, void *arg) {
    struct taking *t = arg;
    struct appended appended;
    struct buf answer;
    buf_init(&answer, ANSWER_MAX);
    int rc = capture_record(t->s->photos, t->capture, t->s->journal, db, &appended, &answer, t->why);
    if (rc == ERR_INVALID && t->capture->record.stage[0]) { /* the plan changed meanwhile: the photo counts */
        t->capture->record.stage[0] = '\0';
        buf_clear(&answer);
        rc = capture_record(t->s->photos, t->capture, t->s->journal, db, &appended, &answer, t->why);
    }
    buf_fini(&answer);
    return rc;
}

int snapshot_keep(const struct snapshot *s, struct capture *c, struct err_text *e) {
    struct taking t = { .s = s, .capture = c, .why = e };
    c->site = s->site;
    c->actor = "board";
    ids_make(clock_wall(), c->record.id);
    if (store_call(s->reader, read_stage, &t)) c->record.stage[0] = '\0'; /* better a photo without one */
    int rc = store_call_before(s->writer, keep, record, &t);
    if (!rc && s->photos->queued) s->photos->queued(s->photos->ctx);
    if (rc && e && !e->text[0]) (void)err_set(e, rc, "the photo could not be stored: %s", err_name(rc));
    return rc;
}

int snapshot_take(const struct snapshot *s, char id[ID_SIZE], struct err_text *e) {
    struct capture c;
    uint8_t *bytes = NULL;
    capture_init(&c);
    memcpy(c.record.origin, "camera", sizeof "camera");
    int rc = snapshot_frame(s->photos, &c, s->shot_ms ? s->shot_ms : SHOT_MS, &bytes, e);
    if (!rc) rc = snapshot_keep(s, &c, e);
    if (!rc) memcpy(id, c.record.id, ID_SIZE);
    free(bytes);
    capture_fini(&c);
    return rc;
}
