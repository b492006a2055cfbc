/* SPDX-License-Identifier: MIT */
/* The one decoding pass that everything in jpeg.h is made of. Private to app/photo/jpeg*.c. */
#ifndef SITELOG_PHOTO_JPEG_CORE_H
#define SITELOG_PHOTO_JPEG_CORE_H

#include "app/photo/jpeg.h"

enum jpeg_core_depth {
    JPEG_CORE_HEADER, /* stop before the entropy-coded data */
    JPEG_CORE_WALK,   /* to the end marker, pixels thrown away */
    JPEG_CORE_PIXELS, /* the same, pixels reduced to long_px and turned upright */
};

/* long_px: counts for JPEG_CORE_PIXELS only, and so does *pixels. Outputs, errors: as in jpeg.h. */
MUST_CHECK int jpeg_core_decode(const uint8_t *bytes, size_t n, enum jpeg_core_depth depth, uint32_t long_px,
                                struct jpeg_info *info, struct jpeg_pixels *pixels, struct err_text *e);

#endif
