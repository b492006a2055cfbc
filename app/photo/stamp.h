/* SPDX-License-Identifier: MIT */
/* The watermark: a band over the top of a photo as it leaves, with where, when and by whom, and the code that head office knows the photo by. The
 * stored photo is never touched. Pure: every word comes from the caller, in the language of the caller.
 *
 * Memory: the band's pixels, and what jpeg_band.h says: one at a time. Thread: any, with a font of its own; computes: never on the loop thread. */
#ifndef SITELOG_PHOTO_STAMP_H
#define SITELOG_PHOTO_STAMP_H

#include "app/photo/font.h"
#include "firmware/base/buf.h"

#define STAMP_MOST 8 /* the band has at most this part of the picture's height, where one MCU allows it */

/* UTF-8 of any length: what does not fit is cut with "…". */
struct stamp {
    const char *place;   /* "锦绣花园 3-1201 · 水电 · 厨房" */
    const char *when;    /* "2026-11-22 16:04" */
    const char *clock;   /* how good that is: "网络校时"; of a time that a later clock corrected, that it did */
    bool clock_doubtful; /* it is drawn as a warning */
    const char *who;     /* NULL: nobody is named */
    const char *code;    /* "7Q3F-9KMP" */
    /* For the file's own Exif block: */
    const char *taken;  /* RFC 3339, with the site's offset */
    const char *sha256; /* of the original */
};

/* Appends the stamped photo to *out. Errors: as jpeg_band_lay. */
MUST_CHECK int stamp_draw(const void *bytes, size_t n, const struct stamp *stamp, struct font *font, struct buf *out,
                          struct err_text *e);

#endif
