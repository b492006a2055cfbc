/* SPDX-License-Identifier: MIT */
/* Bar codes and QR codes in a photo of a label or a delivery note. Pure. Thread: pool; computes (about 0.1 s for a 12-megapixel photo on a desktop
 * core). */
#ifndef SITELOG_PHOTO_BARCODE_H
#define SITELOG_PHOTO_BARCODE_H

#include "firmware/base/buf.h"

#define BARCODE_CODES_MAX 20
#define BARCODE_TEXT_MAX  400 /* bytes of a code; a longer one is left out */

/* Appends a JSON array of {"type":"ean-13","text":"…"}, each code once, [] where there are none. Texts are masked as free text is, but for article
 * numbers (EAN, UPC, ISBN), which are digits by nature. Errors: as jpeg_decode_scaled. */
MUST_CHECK int barcode_read(const void *jpeg, size_t n, struct buf *out, struct err_text *e);

/* The same of grey pixels, row after row. ERR_NOMEM. */
MUST_CHECK int barcode_read_grey(const unsigned char *grey, unsigned width_px, unsigned height_px, struct buf *out);

#endif
