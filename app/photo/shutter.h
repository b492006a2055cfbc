/* SPDX-License-Identifier: MIT */
/* The board's camera as a service: one thread owns it, opens it when somebody wants a picture, and closes it when nobody has for a while.
 * While idle it looks once a minute whether the camera is still there. */
#ifndef SITELOG_PHOTO_SHUTTER_H
#define SITELOG_PHOTO_SHUTTER_H

#include "firmware/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct shutter;

enum shutter_state { SHUTTER_ABSENT, SHUTTER_OK, SHUTTER_FAILED };

/* device "": no camera; then every shot says ERR_NOT_FOUND. Owns: caller. */
MUST_CHECK int shutter_start(const char *device, int width_px, int height_px, struct shutter **out);

/* Ends the thread: whoever waits for a shot, or asks for one from now on, is told ERR_BUSY. Blocks for one grab at most (2 s). Takes NULL. */
void shutter_stop(struct shutter *s);

/* Stops it if need be, and frees it. Nobody may be within shutter_take or call it any more. Takes NULL. */
void shutter_destroy(struct shutter *s);

/* One whole JPEG frame (it ends with an end marker; jpeg_inspect says the rest).
 * Owns: *bytes is the caller's (free). Errors: ERR_NOT_FOUND (no camera), ERR_GONE (unplugged), ERR_TIMEOUT, ERR_BUSY (too many wait, or it is stopping), ERR_IO; *e says what to
 * do. Thread: any but the loop's; blocks up to timeout_ms (monotonic). */
MUST_CHECK int shutter_take(struct shutter *s, int timeout_ms, uint8_t **bytes, size_t *n, struct err_text *e);

/* Thread: any; does not block. */
enum shutter_state shutter_state(struct shutter *s);

/* Monotonic ms at which the camera's thread last showed life (a watchdog asks): between two shots; while nobody wants one, now. Thread: any. */
int64_t shutter_alive_ms(struct shutter *s);
const char *shutter_state_name(enum shutter_state state); /* "absent" "ok" "failed" */

#endif
