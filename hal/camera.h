/* SPDX-License-Identifier: MIT */
/* A camera that gives JPEG frames. The device's name chooses the driver: "sim:DIR" is the simulated one (JPEG files of DIR in the
 * order of their names, round and round), "/dev/videoN" a real one, "" none.
 * Thread: all calls on one camera from one thread (the camera thread); open and grab block up to their deadlines. */
#ifndef SITELOG_HAL_CAMERA_H
#define SITELOG_HAL_CAMERA_H

#include "firmware/base/err.h"

#include <stddef.h>
#include <stdint.h>

#define CAMERA_FRAME_MAX (16u << 20) /* bytes: what a photo may have */

struct camera;
struct frame {
    const uint8_t *bytes;
    size_t len;
    int64_t mono_ms; /* when it was exposed */
};

/* Looks whether it is there and what it offers; pictures are made from the first grab on.
 * ERR_NOT_FOUND (no such device or folder, or nothing in it), ERR_UNSUPPORTED (no driver for the name, or no format that we know), ERR_DENIED,
 * ERR_BUSY, ERR_IO. width, height: wanted, in px; the nearest offered is taken. device is borrowed until camera_close. Owns: caller; camera_close
 * takes NULL. */
MUST_CHECK int camera_open(const char *device, int width, int height, struct camera **out, struct err_text *e);
void camera_close(struct camera *camera);

/* Waits for the next whole frame and lends it to the caller. The first one of a real camera takes as long as its exposure needs to settle, 3 s at
 * most; broken frames are passed over.
 * timeout_ms: monotonic; 0 polls.
 * Owns:   the camera keeps *out; give it back with camera_release().
 * Errors: ERR_TIMEOUT, ERR_GONE (unplugged: close it and open it again later), ERR_IO. */
MUST_CHECK int camera_grab(struct camera *camera, int timeout_ms, struct frame *out);
void camera_release(struct camera *camera, struct frame *frame);

/* The simulated camera remembers in DIR/last which file it showed last. Its faults, read anew at every open and grab from DIR/faults (a text file; absent: none), one word a line:
 *   absent      opening fails, a grab says ERR_GONE
 *   stall       a grab waits until its timeout
 *   truncated   a frame ends half-way
 *   garbage     a frame is no JPEG
 *   slow MS     a frame takes that long
 *   hang MS     a grab takes that long whatever its timeout, as a driver does that hangs in the kernel
 *   dwell MS    a file is shown that long; absent: each frame is another one
 * Frames come 100 ms apart at the least; files over CAMERA_FRAME_MAX are passed over. */
#endif
