/* SPDX-License-Identifier: MIT */
/* The Exif block of a stamped photo, made with libexif (CIPA DC-008, Exif 2.32). Pure. Thread: any. */
#ifndef SITELOG_PHOTO_EXIF_H
#define SITELOG_PHOTO_EXIF_H

#include "firmware/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct exif {
    int orientation;              /* 1-8, of the pixels as stored */
    uint32_t width_px, height_px; /* as stored */
    const char *taken;            /* RFC 3339; its local time and offset are what Exif keeps */
    const char *description;      /* ASCII */
    bool profile;                 /* the file has a colour profile of its own; else it is sRGB */
};

/* Appends the content of an APP1 segment: "Exif\0\0" and on. ERR_INVALID (taken), ERR_NOMEM. */
MUST_CHECK int exif_make(const struct exif *exif, struct buf *out);

#endif
