/* SPDX-License-Identifier: MIT */
/* Photos of the board's own camera without anybody signed in: the shutter button's, and the time-lapse's. They say actor "board", and the stage at which
 * the site stands. */
#ifndef SITELOG_PHOTO_SNAPSHOT_H
#define SITELOG_PHOTO_SNAPSHOT_H

#include "app/photo/capture.h"
#include "firmware/db/store.h"

struct snapshot {
    struct photos *photos;
    struct store *writer, *reader;
    struct journal *journal; /* touched on the writer's thread only */
    const char *site;
    const char *timezone; /* of a site without a plan */
    int shot_ms;          /* how long the camera may take; 0: 10,000 */
};

/* Takes one, and returns when bytes and event are durable. id: the photo's. Errors: as shutter_take, capture_look and capture_keep; *e says what
 * to do. Thread: pool; blocks for as long as camera and disk take. */
MUST_CHECK int snapshot_take(const struct snapshot *s, char id[ID_SIZE], struct err_text *e);

/* Keeps and records a frame that snapshot_frame gave: c->record.origin (and series) are the caller's, id, stage, site and actor are filled in.
 * Errors and thread: as above. */
MUST_CHECK int snapshot_keep(const struct snapshot *s, struct capture *c, struct err_text *e);

/* A frame that decodes, looked at: c->bytes and what capture_look fills in. A camera may give a broken one now and then: three are tried.
 * Owns: *bytes is the caller's (free), also on error. Errors and thread: as above. */
MUST_CHECK int snapshot_frame(struct photos *p, struct capture *c, int shot_ms, uint8_t **bytes, struct err_text *e);

#endif
