/* SPDX-License-Identifier: MIT */
/* Exif blocks, with libexif (CIPA DC-008, Exif 2.32): what a photo's says of when and where it was taken, and the one that a stamped photo gets.
 * Which way is up is jpeg_exif.h's. Thread: any. */
#ifndef SITELOG_PHOTO_EXIF_H
#define SITELOG_PHOTO_EXIF_H

#include "firmware/base/buf.h"
#include "firmware/base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct exif {
    int orientation;              /* 1-8, of the pixels as stored */
    uint32_t width_px, height_px; /* as stored */
    const char *taken;            /* RFC 3339; its local time and offset are what Exif keeps */
    const char *description;      /* ASCII */
    bool profile;                 /* the file has a colour profile of its own; else it is sRGB */
};

/* What a camera said, believed or not: of a form that can be true, no more. */
struct exif_facts {
    char taken
        [CLOCK_TEXT_SIZE]; /* DateTimeOriginal as RFC 3339; ends before the offset where the camera told none; "": not known */
    bool
        located; /* what follows is known: degrees in range, with their hemispheres, and not 0/0, as cameras without a fix write */
    int64_t lat_udeg, lon_udeg; /* millionths of a degree, north and east of zero */
};

/* Reads a JPEG's first Exif block. Whatever is absent, torn or nonsense is not known, and that is no error.
 * Memory: at most 1 MiB, freed before it returns, whatever the block claims. Errors: ERR_NOMEM. */
MUST_CHECK int exif_read(const uint8_t *jpeg, size_t n, struct exif_facts *out);

/* Appends the content of an APP1 segment: "Exif\0\0" and on. ERR_INVALID (taken), ERR_NOMEM. */
MUST_CHECK int exif_make(const struct exif *exif, struct buf *out);

#endif
