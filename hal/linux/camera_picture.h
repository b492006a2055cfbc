/* SPDX-License-Identifier: MIT */
/* What a camera gives, made a JPEG file that every viewer reads: raw pictures are encoded, MJPEG frames are looked at and passed on as they came.
 * Thread: one picture from one thread. */
#ifndef SITELOG_HAL_LINUX_CAMERA_PICTURE_H
#define SITELOG_HAL_LINUX_CAMERA_PICTURE_H

#include "firmware/base/buf.h"
#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum picture_layout {
    PICTURE_MJPEG, /* each frame a JPEG, often without Huffman tables: those of ITU-T T.81 Annex K are meant */
    PICTURE_YUYV,  /* Y0 U Y1 V … (4:2:2 packed) */
    PICTURE_NV12,  /* a plane of Y, then one of U V at half the width and height (4:2:0) */
};

struct camera_picture;

/* width, height: px, even; stride: bytes between two lines of the (first) plane; as the driver told. quality: 1–100. Owns: caller; destroy
 * takes NULL. ERR_NOMEM. */
MUST_CHECK int camera_picture_create(enum picture_layout layout, int width, int height, size_t stride, int quality,
                                     struct camera_picture **out);
void camera_picture_destroy(struct camera_picture *p);

/* A whole JPEG of one frame. MJPEG: *out points into `bytes` where nothing had to be added.
 * Owns:   *out is p's, or the caller's own bytes, until the next call.
 * Errors: ERR_INVALID (broken: cut short, no JPEG, too few bytes for its size), ERR_TOO_BIG (over 16 MiB), ERR_NOMEM. */
MUST_CHECK int camera_picture_jpeg(struct camera_picture *p, const uint8_t *bytes, size_t n, const uint8_t **out,
                                   size_t *out_len);

/* Mean brightness of a frame, 0–255 as stored (Y); from an eighth of the picture's resolution. ERR_INVALID: broken. */
MUST_CHECK int camera_picture_brightness(struct camera_picture *p, const uint8_t *bytes, size_t n, int *out);

#endif
