/* SPDX-License-Identifier: MIT */
/* Answers photo requests with the board's camera. What a request is, and whether it is open, is app/journal/photo_request's business. */
#include "app/photo/responder.h"

#include "app/journal/consent.h"
#include "app/journal/photo_request.h"
#include "app/photo/snapshot.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { OPEN_MAX = 8, SHOT_MS = 15000 };

struct open_list {
    const struct responder *r;
    struct photo_request list[OPEN_MAX];
    size_t n;
};

static int read_open(struct db *db, void *arg) {
    struct open_list *o = arg;
    return photo_request_for_camera(db, o->r->site, o->r->board, o->list, OPEN_MAX, &o->n);
}

struct answer {
    const struct responder *r;
    const struct photo_request *request;
    struct capture capture;
    const char *reason; /* why it failed; NULL: the photo is the answer */
    struct err_text why;
};

static int keep(void *arg) {
    struct answer *a = arg;
    return a->reason ? 0 : capture_keep(a->r->photos, &a->capture, &a->why);
}

static int record(struct db *db, void *arg) {
    struct answer *a = arg;
    struct appended appended;
    int rc = photo_request_answerable(db, a->r->site, a->request->id);
    if (rc) return rc;
    if (a->reason)
        return photo_request_fail(a->r->journal, db, a->r->site, a->request->id, a->reason, &appended, &a->why);
    struct buf text;
    buf_init(&text, ENVELOPE_MAX);
    rc = capture_record(a->r->photos, &a->capture, a->r->journal, db, &appended, &text, &a->why);
    if (rc ==
        ERR_INVALID) { /* a stage or room that is not known here (any more): the photo counts, not where it belongs */
        a->capture.record.stage[0] = a->capture.record.room[0] = '\0';
        buf_clear(&text);
        rc = capture_record(a->r->photos, &a->capture, a->r->journal, db, &appended, &text, &a->why);
    }
    buf_fini(&text);
    return rc;
}

static bool absent(int rc) { return rc == ERR_NOT_FOUND || rc == ERR_GONE; }

static int read_consent(struct db *db, void *arg) {
    struct answer *a = arg;
    int rc = consent_check(db, a->r->site, CONSENT_BY_ITSELF, &a->why);
    if (rc == ERR_CONFLICT) a->reason = "no-consent";
    return rc == ERR_CONFLICT ? 0 : rc;
}

static bool expired(const struct photo_request *request) {
    struct wall due;
    return request->due[0] && clock_parse(request->due, &due, NULL) == 0 && clock_wall().ms > due.ms;
}

static int answer(const struct responder *r, const struct photo_request *request) {
    struct answer a = { .r = r, .request = request };
    uint8_t *bytes = NULL;
    capture_init(&a.capture);
    a.capture.site = r->site;
    a.capture.actor = "board";
    a.capture.inreplyto = request->id;
    ids_make(clock_wall(), a.capture.record.id);
    memcpy(a.capture.record.stage, request->stage, sizeof a.capture.record.stage);
    memcpy(a.capture.record.room, request->room, sizeof a.capture.record.room);
    memcpy(a.capture.record.origin, "camera", sizeof "camera");

    int rc = store_call(r->reader, read_consent, &a);
    if (rc) goto out;
    if (expired(request)) {
        a.reason = "expired";
    } else if (!a.reason) {
        rc = snapshot_frame(r->photos, &a.capture, r->shot_ms ? r->shot_ms : SHOT_MS, &bytes, &a.why);
        if (rc == ERR_BUSY || rc == ERR_NOMEM) goto out; /* asked again */
        if (rc) a.reason = absent(rc) ? "camera-absent" : "camera-failed";
    }
    rc = store_call_before(r->writer, keep, record, &a);
    if (!a.reason && (rc == ERR_NO_SPACE || rc == ERR_INVALID || rc == ERR_CONFLICT || rc == ERR_TOO_BIG)) {
        /* said once: else each look would take, and keep, another picture */
        a.reason = rc == ERR_NO_SPACE ? "no-space" : "not-recorded";
        rc = store_call_before(r->writer, keep, record, &a);
    }
    if (rc == 0 && a.reason) log_warn("photo request %s: %s %s", request->id, a.reason, a.why.text);
    if (rc == 0 && !a.reason && r->photos->queued) r->photos->queued(r->photos->ctx);
out:
    free(bytes);
    capture_fini(&a.capture);
    return rc;
}

int responder_run(const struct responder *r, size_t *answered, bool *later) {
    struct open_list *open = calloc(1, sizeof *open);
    if (!open) return ERR_NOMEM;
    open->r = r;
    *answered = 0;
    *later = false;
    int rc = store_call(r->reader, read_open, open);
    for (size_t i = 0; rc == 0 && i < open->n; i++) {
        rc = answer(r, &open->list[i]);
        if (rc == 0) (*answered)++;
        if (rc == ERR_BUSY) *later = true;
        if (rc == ERR_BUSY || rc == ERR_EXISTS || rc == ERR_NOT_FOUND) rc = 0; /* answered meanwhile by somebody else */
    }
    if (open->n == OPEN_MAX && *answered) *later = true; /* there may be more */
    free(open);
    return rc;
}
