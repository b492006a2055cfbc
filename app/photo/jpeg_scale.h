/* SPDX-License-Identifier: MIT */
/* Makes pictures smaller by exact area averaging, a row at a time, and turns them upright. Knows no JPEG.
 * Private to app/photo/jpeg*.c. Thread: one at a time. */
#ifndef SITELOG_PHOTO_JPEG_SCALE_H
#define SITELOG_PHOTO_JPEG_SCALE_H

#include "firmware/base/err.h"

#include <stdint.h>

struct jpeg_scale {
    uint32_t in_w, in_h, out_w, out_h; /* out is at most in, both ways */
    uint32_t *across;                  /* one input row, reduced: out_w x 3 sums */
    uint64_t *sums;                    /* the output row under way: out_w x 3 */
    uint32_t filled;                   /* how much of it is there, of in_h */
    uint32_t rows_out;
    uint8_t *rgb; /* out_h x out_w x 3 */
};

/* ERR_NOMEM. Holds nothing but memory; jpeg_scale_fini frees it, also after an error, also of a zeroed one. */
MUST_CHECK int jpeg_scale_init(struct jpeg_scale *s, uint32_t in_w, uint32_t in_h, uint32_t out_w, uint32_t out_h);
void jpeg_scale_fini(struct jpeg_scale *s);

/* Takes the next of in_h rows of RGB. */
void jpeg_scale_row(struct jpeg_scale *s, const uint8_t *rgb);

/* Turns w x h pixels by an EXIF orientation (1-8) into `to`, which has h x w where that is 5-8. */
void jpeg_scale_turn(const uint8_t *from, uint32_t w, uint32_t h, int orientation, uint8_t *to);

#endif
