/* SPDX-License-Identifier: MIT */
/* The board's camera as a service: one thread owns it and gives its frames to any number of consumers: shots, which want one frame, and views,
 * which want one after the other. It streams while somebody wants pictures and for 3 s more; then it is closed. Whoever is slow misses frames and
 * holds nobody up. A camera that stalls is opened anew, one that was unplugged is looked for: every 2 s while somebody waits, else once a minute. */
#ifndef SITELOG_PHOTO_SHUTTER_H
#define SITELOG_PHOTO_SHUTTER_H

#include "app/photo/picture.h"
#include "firmware/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct shutter;

enum shutter_state { SHUTTER_ABSENT, SHUTTER_OK, SHUTTER_FAILED };

struct shutter_options {
    const char *device; /* "": no camera; then every shot says ERR_NOT_FOUND */
    int width_px, height_px;
    /* The state is another one now. The camera thread's; short; calls nothing of the shutter but shutter_state. NULL: nobody asks. */
    void (*changed)(void *ctx, enum shutter_state state);
    void *ctx;
};

/* Owns: caller. ERR_NOMEM, ERR_TOO_BIG (the device's name). */
MUST_CHECK int shutter_start(const struct shutter_options *options, struct shutter **out);

/* Ends the thread: whoever waits for a shot, or asks for one from now on, is told ERR_BUSY; views get nothing more. Blocks for one grab at most (0.5 s),
 * and as long as the device takes to open or close. Takes NULL. */
void shutter_stop(struct shutter *s);

/* Stops it if need be, and frees it. Nobody may be within shutter_take, hold a view or a picture, or call it any more. Takes NULL. */
void shutter_destroy(struct shutter *s);

/* One whole JPEG frame that was exposed after the call (it ends with an end marker; jpeg_inspect says the rest).
 * Owns: *bytes is the caller's (free). Errors: ERR_NOT_FOUND (no camera), ERR_GONE (unplugged), ERR_TIMEOUT, ERR_BUSY (too many wait, or it is stopping), ERR_IO; *e says what to
 * do. Thread: any but the loop's; blocks up to timeout_ms (monotonic). */
MUST_CHECK int shutter_take(struct shutter *s, int timeout_ms, uint8_t **bytes, size_t *n, struct err_text *e);

/* Thread: any; does not block. */
enum shutter_state shutter_state(struct shutter *s);

const char *shutter_state_name(enum shutter_state state); /* "absent" "ok" "failed" */

/* When the camera thread last showed life (clock_mono, ms): now while it has nothing to do. Thread: any. */
int64_t shutter_alive_ms(struct shutter *s);

/* ---- views: the live picture ---- */

struct shutter_view;

/* While it is open the camera streams. arrived: the frame that was asked for is there. The camera thread's; short; calls nothing of the
 * shutter. Owns: caller; shutter_view_close, which takes NULL; after it arrived is not called any more. ERR_NOMEM, ERR_NOT_FOUND (no camera is set). Thread: any. */
MUST_CHECK int shutter_view_open(struct shutter *s, void (*arrived)(void *ctx), void *ctx, struct shutter_view **out);
void shutter_view_close(struct shutter_view *v);

/* Asks for the next frame exposed at mono_ms (clock_mono) or later. Frames that nobody has asked for are not even copied. */
void shutter_view_ask(struct shutter_view *v, int64_t mono_ms);

/* The frame that was asked for, or NULL: not there yet. Owns: caller; picture_drop. */
struct picture *shutter_view_take(struct shutter_view *v);

#endif
