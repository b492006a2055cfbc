/* SPDX-License-Identifier: MIT */
/* Head office asks for a photo, the board's camera answers: each open request gets one photo or one photo-request-failed, once, also across
 * restarts, because whether it is still open is asked in the transaction that answers it. */
#ifndef SITELOG_PHOTO_RESPONDER_H
#define SITELOG_PHOTO_RESPONDER_H

#include "app/photo/capture.h"
#include "firmware/db/store.h"

struct responder {
    struct photos *photos;
    struct store *writer, *reader;
    struct journal *journal; /* touched on the writer's thread only */
    const char *site, *board;
    int shot_ms; /* how long the camera may take; 0: 15,000 */
};

/* Answers what is open now. *answered: how many; *later: some could not be answered yet (camera busy): call again.
 * Thread: pool; blocks for as long as the camera takes, one call at a time. */
MUST_CHECK int responder_run(const struct responder *r, size_t *answered, bool *later);

#endif
