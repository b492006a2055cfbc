/* SPDX-License-Identifier: MIT */
/* Where libjpeg's encoders write: into a bounded buffer. Private to app/photo/jpeg*.c. */
#ifndef SITELOG_PHOTO_JPEG_DEST_H
#define SITELOG_PHOTO_JPEG_DEST_H

#include "firmware/base/buf.h"

#include <stdio.h> /* jpeglib.h needs it */

#include <jpeglib.h>

#define JPEG_DEST_CHUNK 16384 /* bytes */

struct jpeg_dest {
    struct jpeg_destination_mgr base; /* first: a hook finds its dest by it */
    struct buf *out;
    JOCTET chunk[JPEG_DEST_CHUNK];
};

/* Makes c write to *out, which both are borrowed until c is destroyed. What does not fit ends in c's error_exit, and out->error says why. */
void jpeg_dest_set(struct jpeg_compress_struct *c, struct jpeg_dest *dest, struct buf *out);

#endif
