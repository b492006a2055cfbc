/* SPDX-License-Identifier: MIT */
/* The live picture of the board's camera. Shots of it are photos: route_photo.c. */
#include "app/http/app.h"
#include "app/http/reply.h"
#include "app/http/viewfinder.h"
#include "app/journal/consent.h"
#include "app/photo/capture.h"
#include "app/photo/shutter.h"

#include <stdlib.h>

enum { FIRST_MS = 8000 };

/* For aiming: who stands before the panel, until the customer refuses. */
static void wanted(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    (void)app;
    int rc = consent_check(db, x->site, CONSENT_BY_PERSON, &e);
    if (rc) exchange_error(x, rc, &e);
}

/* A camera that gives nothing is told in words; a picture that never comes tells nothing. */
static void first_frame(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    uint8_t *bytes = NULL;
    size_t n = 0;
    (void)db;
    int rc = app->viewfinder ? shutter_take(app->photos->shutter, FIRST_MS, &bytes, &n, &e)
                             : err_set(&e, ERR_NOT_FOUND, "this board has no camera; set [camera] device");
    free(bytes);
    if (rc) {
        exchange_problem(x, 503, NULL, "no live picture: %s", e.text);
        x->reply.retry_after_s = rc == ERR_BUSY ? 2 : 10;
    }
}

static void join(struct app *app, struct exchange *x, struct db *db) {
    struct reply_feed *feed = NULL;
    (void)db;
    int rc = viewfinder_join(app->viewfinder, &feed);
    if (rc) {
        exchange_error(x, rc, &(struct err_text){ .text = "no live picture; try again in a moment" });
        return;
    }
    x->reply.status = 200;
    x->reply.type = VIEWFINDER_TYPE;
    x->reply.feed = feed;
}

static const struct step live_steps[] = {
    { STEP_READ, wanted }, { STEP_POOL, first_frame }, { STEP_LOOP, join }, { STEP_END, NULL }
};

extern const struct route route_camera[];
const struct route route_camera[] = {
    { "GET", "/api/v1/camera/live", PERMIT_TEST_SHOT, ROUTE_BOARD, live_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
