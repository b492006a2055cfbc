/* SPDX-License-Identifier: MIT */
/* Photos coming in: from a phone, and from the board's own camera; and taken back. Serving them is route_photo_get.c. */
#include "app/http/reply.h"
#include "app/journal/consent.h"
#include "app/journal/domain.h"
#include "app/journal/plan.h"
#include "app/photo/capture.h"
#include "app/photo/shutter.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "hal/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 128 * 1024, SHOT_MS = 10000, SHOT_TRIES = 3 };

struct incoming {
    struct capture capture;
    char actor[64];
    char inreplyto[ID_SIZE]; /* the request that this photo answers, or "" */
    uint8_t *frame;          /* of the camera, owned */
};

static void incoming_free(void *state) {
    struct incoming *in = state;
    capture_fini(&in->capture);
    free(in->frame);
    free(in);
}

static struct incoming *begin(struct exchange *x) {
    struct incoming *in = calloc(1, sizeof *in);
    if (!in) {
        exchange_error(x, ERR_NOMEM, NULL);
        return NULL;
    }
    capture_init(&in->capture);
    reply_actor(x, in->actor);
    in->capture.site = x->site;
    in->capture.actor = in->actor;
    x->state = in;
    x->state_free = incoming_free;
    return in;
}

/* Copies a text or answers 400; only a caption may be empty. */
static bool take(struct exchange *x, const char *field, const char *text, char *out, size_t size) {
    if (!text) return true;
    if (!text[0] && strcmp(field, "caption") != 0) {
        exchange_problem(x, 400, field, "%s is empty; leave it out where there is none", field);
        return false;
    }
    if (text_copy(out, size, text) == 0) return true;
    exchange_problem(x, 400, field, "%s has at most %zu bytes", field, size - 1);
    return false;
}

static bool take_id(struct exchange *x, const char *id, struct photo *record) {
    if (id && ids_is_uuid7(id)) {
        memcpy(record->id, id, ID_SIZE);
        return true;
    }
    exchange_problem(x, 400, "id",
                     id ? "id is a UUIDv7 in lower case, made by the client"
                        : "id is missing: a UUIDv7, made by the client");
    return false;
}

/* Optional: head office's request that a person answers with this photo. */
static bool take_request(struct exchange *x, const char *id, struct incoming *in) {
    if (!id) return true;
    if (!ids_is_uuid7(id)) {
        exchange_problem(x, 400, "inreplyto", "inreplyto is the id of a photo request");
        return false;
    }
    memcpy(in->inreplyto, id, ID_SIZE);
    in->capture.inreplyto = in->inreplyto;
    return true;
}

/* The stage is known before any byte is stored, so that nothing is kept that could not be recorded. A room may be in one's own words. */
static bool place_known(struct app *app, struct exchange *x, struct db *db, const struct photo *record) {
    if (!record->stage[0] || domain_stage(record->stage)) return true;
    struct plan plan = { 0 };
    int rc = plan_read(db, x->site, app->timezone, &plan);
    bool known = rc == 0 && plan_stage_find(&plan, record->stage);
    if (!rc) plan_fini(&plan);
    if (rc)
        exchange_error(x, rc, NULL);
    else if (!known)
        exchange_problem(x, 400, "stage", "there is no stage %s; GET site lists them", record->stage);
    return known;
}

/* ---- from a phone ---- */

static void phone_fields(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "id", "stage", "room", "caption", "taken", "origin", "inreplyto", NULL };
    const char *origin = exchange_query(x, "origin");
    if (exchange_query_only(x, known)) return;
    struct incoming *in = begin(x);
    if (!in) return;
    struct photo *r = &in->capture.record;
    if (!take_id(x, exchange_query(x, "id"), r) ||
        !take(x, "stage", exchange_query(x, "stage"), r->stage, sizeof r->stage) ||
        !take(x, "room", exchange_query(x, "room"), r->room, sizeof r->room) ||
        !take(x, "caption", exchange_query(x, "caption"), r->caption, sizeof r->caption) ||
        !take(x, "taken", exchange_query(x, "taken"), r->taken, sizeof r->taken) ||
        !take_request(x, exchange_query(x, "inreplyto"), in))
        return;
    struct wall taken;
    if (r->taken[0] && clock_parse(r->taken, &taken, NULL)) {
        exchange_problem(x, 400, "taken", "taken is a time such as 2026-11-22T16:04:05+08:00 (RFC 3339)");
        return;
    }
    if (origin && strcmp(origin, "phone") != 0 && strcmp(origin, "import") != 0) {
        exchange_problem(x, 422, "origin",
                         "origin is phone or import; only the board's own camera makes photos of origin camera");
        return;
    }
    text_clip(r->origin, sizeof r->origin, origin ? origin : "phone");
    (void)place_known(app, x, db, r);
}

static void look(struct app *app, struct exchange *x, struct db *db) {
    struct incoming *in = x->state;
    struct err_text e = { 0 };
    (void)db;
    in->capture.bytes = x->body;
    in->capture.n = x->body_len;
    int rc = capture_look(app->photos, &in->capture, &e);
    if (rc == ERR_INVALID || rc == ERR_UNSUPPORTED || rc == ERR_TOO_BIG)
        exchange_problem(x, 422, NULL, "%s", e.text);
    else if (rc == ERR_BUSY)
        exchange_problem(x, 503, NULL, "%s", e.text);
    else if (rc)
        exchange_error(x, rc, &e);
    if (rc == ERR_BUSY) x->reply.retry_after_s = 10;
}

/* Before any byte is stored: what would be refused afterwards leaves nothing behind. */
static void fits(struct app *app, struct exchange *x, struct db *db) {
    const struct incoming *in = x->state;
    struct err_text e = { 0 };
    struct buf json;
    buf_init(&json, ANSWER_MAX);
    int rc = photo_fits(app->journal, db, x->site, &in->capture.record, &json, &e);
    if (rc)
        reply_posted(x, rc, &json, NULL, &e);
    else
        buf_fini(&json);
}

static void keep(struct app *app, struct exchange *x, struct db *db) {
    struct incoming *in = x->state;
    struct err_text e = { 0 };
    (void)db;
    int rc = capture_keep(app->photos, &in->capture, &e);
    if (rc) exchange_error(x, rc, &e);
}

static void record(struct app *app, struct exchange *x, struct db *db) {
    struct incoming *in = x->state;
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char location[160];
    buf_init(&json, ANSWER_MAX);
    int rc = capture_record(app->photos, &in->capture, app->journal, db, &appended, &json, &e);
    const char *base = app->board ? "/api/v1" : "/api/v1/sites/", *site = app->board ? "" : x->site;
    (void)snprintf(location, sizeof location, "%s%s/photos/%s", base, site, in->capture.record.id);
    reply_posted(x, rc, &json, location, &e);
}

/* ---- from the board's camera ---- */

static bool take_member(struct exchange *x, const struct json *body, const char *name, char *out, size_t size) {
    const struct json *m = json_member(body, name);
    if (!m || json_is_null(m)) return true;
    if (json_text(m)) return take(x, name, json_text(m), out, size);
    exchange_problem(x, 400, name, "%s is a text", name);
    return false;
}

static bool read_shot(struct exchange *x, struct incoming *in) {
    static const char *const known[] = { "id", "stage", "room", "caption", "inreplyto", NULL };
    struct photo *r = &in->capture.record;
    struct json *body = NULL;
    struct err_text e = { 0 };
    char request[ID_SIZE] = "";
    int rc = json_parse(x->body, x->body_len, &body, &e);
    if (!rc && !json_is_object(body))
        rc = err_set(&e, ERR_INVALID, "the body is a JSON object with id, stage, room and caption");
    if (!rc) rc = json_only(body, "", known, &e);
    bool good = rc == 0;
    if (!good) exchange_error(x, rc, &e);
    good = good && take_id(x, json_text(json_member(body, "id")), r) &&
           take_member(x, body, "stage", r->stage, sizeof r->stage) &&
           take_member(x, body, "room", r->room, sizeof r->room) &&
           take_member(x, body, "caption", r->caption, sizeof r->caption) &&
           take_member(x, body, "inreplyto", request, sizeof request) &&
           take_request(x, request[0] ? request : NULL, in);
    json_destroy(body);
    return good;
}

/* A repeat is answered from what is stored: the camera would give another picture. */
static void shot_fields(struct app *app, struct exchange *x, struct db *db) {
    struct incoming *in = begin(x);
    if (!in || !read_shot(x, in)) return;
    struct photo *r = &in->capture.record, there;
    memcpy(r->origin, "camera", sizeof "camera");
    if (!place_known(app, x, db, r)) return;
    struct err_text e = { 0 };
    int rc = photo_find(db, x->site, r->id, &there, NULL);
    if (rc == ERR_NOT_FOUND) {
        rc = consent_check(db, x->site, CONSENT_BY_PERSON, &e);
        if (rc) exchange_error(x, rc, &e);
        return;
    }
    struct buf json;
    buf_init(&json, ANSWER_MAX);
    if (!rc) rc = photo_print(db, x->site, r->id, reply_names(x), &json);
    bool same = strcmp(there.stage, r->stage) == 0 && strcmp(there.room, r->room) == 0 &&
                strcmp(there.caption, r->caption) == 0 &&
                (strcmp(there.origin, "camera") == 0 || strcmp(there.origin, "recovered") == 0);
    if (!rc) rc = same ? ERR_EXISTS : err_set(&e, ERR_CONFLICT, "another photo has this id");
    reply_posted(x, rc, &json, NULL, &e);
}

static void shoot(struct app *app, struct exchange *x, struct db *db) {
    struct incoming *in = x->state;
    struct err_text e = { 0 };
    (void)db;
    int rc = app->photos->shutter ? ERR_IO : err_set(&e, ERR_NOT_FOUND, "there is no camera here");
    for (int i = 0; app->photos->shutter && i < SHOT_TRIES; i++) {
        free(in->frame);
        in->frame = NULL;
        rc = shutter_take(app->photos->shutter, SHOT_MS, &in->frame, &in->capture.n, &e);
        if (rc) break;
        in->capture.bytes = in->frame;
        rc = capture_look(app->photos, &in->capture, &e);
        if (rc == 0) return;
        if (rc == ERR_BUSY) break; /* the power fails */
    }
    exchange_problem(x, 503, NULL, "no photo: %s",
                     e.text[0] ? e.text : "the camera gives broken pictures; check its cable");
    x->reply.retry_after_s = rc == ERR_BUSY ? 2 : 30;
}

/* ---- taken back ---- */

enum { REASON_MAX = 400 };

static int read_reason(const struct exchange *x, struct json **body, const char **reason, struct err_text *e) {
    static const char *const members[] = { "reason", NULL };
    int rc = json_parse(x->body, x->body_len, body, e);
    if (!rc && !json_is_object(*body)) rc = err_set(e, ERR_INVALID, "a JSON object is expected");
    if (!rc) rc = json_only(*body, "", members, e);
    return rc ? rc : json_get_text(*body, "", "reason", JSON_OPTIONAL, REASON_MAX, reason, e);
}

/* Again is the same. Its bytes stay where they are, and nobody is shown them any more. */
static void withdraw(struct app *app, struct exchange *x, struct db *db) {
    CLEANUP(json_destroy_ptr) struct json *body = NULL;
    const char *id = exchange_param(x, "id"), *reason = NULL;
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64];
    reply_actor(x, actor);
    buf_init(&json, ANSWER_MAX);
    int rc = read_reason(x, &body, &reason, &e);
    if (!rc) rc = photo_withdraw(app->journal, db, x->site, id, reason, actor, &appended, &e);
    if (!rc || rc == ERR_EXISTS) rc = photo_print(db, x->site, id, reply_names(x), &json);
    reply_json(x, 200, &json, rc, &e);
}

static const struct step withdraw_steps[] = { { STEP_WRITE, withdraw }, { STEP_END, NULL } };
static const struct step phone_steps[] = {
    { STEP_READ, phone_fields }, { STEP_POOL, look },    { STEP_WRITE, fits },
    { STEP_BEFORE, keep },       { STEP_WRITE, record }, { STEP_END, NULL },
};
static const struct step shot_steps[] = {
    { STEP_READ, shot_fields }, { STEP_POOL, shoot },   { STEP_WRITE, fits },
    { STEP_BEFORE, keep },      { STEP_WRITE, record }, { STEP_END, NULL },
};

const struct route route_photo[] = {
    { "POST", "/api/v1/photos", PERMIT_PHOTO, ROUTE_SITE | ROUTE_BODY_JPEG, phone_steps },
    { "POST", "/api/v1/photos/{id}/withdraw", PERMIT_DECIDE, ROUTE_SITE, withdraw_steps },
    { "POST", "/api/v1/camera/shot", PERMIT_TEST_SHOT, ROUTE_BOARD, shot_steps },
    { "POST", "/control/photos", PERMIT_ANY, ROUTE_OPEN | ROUTE_CONTROL | ROUTE_BOARD | ROUTE_BODY_JPEG, phone_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
