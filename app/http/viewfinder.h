/* SPDX-License-Identifier: MIT */
/* The live picture for aiming: multipart MJPEG to any number of screens. All of them together get about as many frames as one camera gives
 * (36 a second), shared evenly, and each at least two a second: a second screen costs the board next to nothing. Who is slow gets fewer, and always the newest.
 * Thread: the loop's. */
#ifndef SITELOG_HTTP_VIEWFINDER_H
#define SITELOG_HTTP_VIEWFINDER_H

#include "app/http/route.h"

#include <uv.h>

struct shutter;
struct viewfinder;

#define VIEWFINDER_TYPE "multipart/x-mixed-replace; boundary=frame"

/* shutter outlives it. Owns: caller; viewfinder_destroy. ERR_NOMEM, ERR_IO. */
MUST_CHECK int viewfinder_create(uv_loop_t *loop, struct shutter *shutter, struct viewfinder **out);

/* Ends the pictures of all clients there are; others may come. Takes NULL. */
void viewfinder_dismiss(struct viewfinder *v);

/* Ends every client's picture; the server then lets go of them. Takes NULL. */
void viewfinder_close(struct viewfinder *v);

/* After the server has stopped (its clients are gone) and uv_run has returned; closes its handles, running the loop for it. Takes NULL. */
void viewfinder_destroy(struct viewfinder *v);

/* One client's feed, given to a reply. It ends after an hour, when the camera gave nothing for 15 s, or with viewfinder_close. ERR_GONE, ERR_NOMEM,
 * ERR_NOT_FOUND (no camera is set). Owns: the reply that it is given to. */
MUST_CHECK int viewfinder_join(struct viewfinder *v, struct reply_feed **out);

#endif
