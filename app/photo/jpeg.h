/* SPDX-License-Identifier: MIT */
/* JPEG as the photo store and the screens need it: is this file whole, how big is it, its thumbnail, its pixels, and back to
 * JPEG. Pure functions over memory: no files, no global state, nothing kept between calls.
 *
 * Strict where a viewer is lenient: the entropy-coded data is walked to its end, and what a viewer would paper over with grey
 * (cut short, damaged, no end marker) is an error here, because a photo that is accepted is evidence. JPEG has no check sums,
 * though: damage that decodes to other pixels cannot be seen here; that the bytes are the ones sent is the hash's business.
 *
 * Memory: a decoder takes at most JPEG_DECODER_MAX beside the input, enforced from the header and by libjpeg's own limit; it
 * never makes a temporary file. A single-scan file needs some rows (2 MB at 10,000 px of width), a progressive one its whole
 * picture as coefficients (3 bytes a pixel at 4:2:0, so 16 megapixels fit). A caller with a pool of threads asks
 * jpeg_peek() and runs one `whole_image` job at a time. Results come on top: width x height x 3 bytes, twice while turning.
 *
 * Thread: any; everything here computes (a 12-megapixel photo takes about 0.04 s on a desktop core, ten times that on a board):
 * never on the loop thread. */
#ifndef SITELOG_PHOTO_JPEG_H
#define SITELOG_PHOTO_JPEG_H

#include "firmware/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JPEG_PIXELS_MAX  64500000u          /* 64 megapixels as cameras count them (9248 x 6936) */
#define JPEG_DECODER_MAX ((size_t)48 << 20) /* bytes */
#define JPEG_SCANS_MAX   100                /* of a progressive file; encoders write about ten */
#define JPEG_THUMB_PX    320                /* long side of a thumbnail */

struct jpeg_info {
    uint32_t width_px, height_px;                 /* as stored */
    uint32_t upright_width_px, upright_height_px; /* as seen, after turning by `orientation` */
    int orientation;                              /* EXIF 1-8; 1 where the file says nothing or nonsense */
    int components;                               /* 1 grey, 3 colour, 4 CMYK */
    bool progressive;
    bool whole_image;     /* the decoder holds the whole picture: run one such job at a time */
    size_t decoder_bytes; /* upper bound of what the decoder needs */
};

struct jpeg_pixels {
    uint8_t *rgb; /* height x width x 3, no padding */
    uint32_t width_px, height_px;
};

/* Errors of everything below that reads a JPEG:
 *   ERR_UNSUPPORTED  not a JPEG, or a kind of JPEG that browsers do not show either (arithmetic, lossless, 12 bits)
 *   ERR_INVALID      cut short, damaged, or without its end marker
 *   ERR_TOO_BIG      over JPEG_PIXELS_MAX, or it would need more than JPEG_DECODER_MAX
 *   ERR_NOMEM
 * Bytes after the end marker (as phones append) are not looked at. */

/* Reads the header only: finds neither truncation nor damage. Takes microseconds. */
MUST_CHECK int jpeg_peek(const void *bytes, size_t n, struct jpeg_info *out, struct err_text *e);

/* Reads everything, at an eighth of the scale: 0 means that every byte up to the end marker decodes. */
MUST_CHECK int jpeg_inspect(const void *bytes, size_t n, struct jpeg_info *out, struct err_text *e);

/* Appends a thumbnail to *out: upright, long side max_px (a smaller picture keeps its size), baseline 4:2:0, no metadata.
 * Checks as strictly as jpeg_inspect. max_px: 1-4096. A *out that overflows has its sticky error. */
MUST_CHECK int jpeg_thumbnail(const void *bytes, size_t n, uint32_t max_px, struct buf *out, struct err_text *e);

/* Both in one decoding pass, which is what a photo costs on its way in. */
MUST_CHECK int jpeg_inspect_and_thumbnail(const void *bytes, size_t n, uint32_t max_px, struct jpeg_info *info,
                                          struct buf *out, struct err_text *e);

/* Upright pixels whose long side is long_px, or the picture's own where that is smaller; ERR_TOO_BIG also when they would
 * take more than JPEG_DECODER_MAX. Owns: out->rgb is the caller's; jpeg_pixels_fini. */
MUST_CHECK int jpeg_decode_scaled(const void *bytes, size_t n, uint32_t long_px, struct jpeg_pixels *out,
                                  struct err_text *e);
void jpeg_pixels_fini(struct jpeg_pixels *pixels);

/* Appends a baseline 4:2:0 JPEG without metadata, with Huffman tables made for it. rgb: as in struct jpeg_pixels. quality:
 * 1-100. Memory: as much again as rgb, for the tables. ERR_INVALID, ERR_NOMEM, ERR_TOO_BIG (*out is full; its error sticks). */
MUST_CHECK int jpeg_encode(const uint8_t *rgb, uint32_t width_px, uint32_t height_px, int quality, struct buf *out,
                           struct err_text *e);

#endif
