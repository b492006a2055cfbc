/* SPDX-License-Identifier: MIT */
/* A band spliced into a JPEG's entropy-coded data: the MCUs under it are passed over, the band's own are coded with the photo's tables, and what
 * follows is copied, its first DC differences taken from other predecessors. So every coefficient outside of the band is what it was, and none is
 * held: what this takes beside the files is 200 kB, however large the photo is.
 *
 * Where the band is the stored picture's top, only the rows under it are decoded (a 12-megapixel photo takes some milliseconds on a desktop core);
 * else the whole scan is read. The bytes behind the band are then not looked at: damage in there stays what it is.
 * Private to app/photo/jpeg*.c. Thread: any; computes: never on the loop thread. */
#ifndef SITELOG_PHOTO_JPEG_SPLICE_H
#define SITELOG_PHOTO_JPEG_SPLICE_H

#include "firmware/base/buf.h"

enum jpeg_splice_edge { JPEG_SPLICE_TOP, JPEG_SPLICE_BOTTOM, JPEG_SPLICE_LEFT, JPEG_SPLICE_RIGHT };

struct jpeg_splice {
    const void *photo,
        *band; /* files; the band's a baseline one of the photo's sampling and quantization, with its size along the edge */
    size_t photo_n, band_n;
    enum jpeg_splice_edge edge; /* of the photo as it is stored; the band is whole MCUs there */
    const void *app1;           /* as in struct jpeg_band */
    size_t app1_n;
};

/* Appends the file to *out; of the photo's own metadata only its colour profile goes along.
 * Errors: ERR_UNSUPPORTED  it is no JPEG for this, which does not say that it is a bad one: progressive, of several scans, with restart markers,
 *                          damaged, or without a code for what the band needs and without room for one; *out is as before
 *         ERR_NOMEM, ERR_TOO_BIG (*out is full, or all but 8 kB) */
MUST_CHECK int jpeg_splice_lay(const struct jpeg_splice *job, struct buf *out);

#endif
