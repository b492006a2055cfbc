/* SPDX-License-Identifier: MIT */
/* A band laid over the top of a JPEG, as seen upright: the blocks under it are replaced, every other block stays what it was, coefficient by
 * coefficient. The picture is neither decoded nor encoded. Two ways, which give the same coefficients:
 *
 *   spliced          what cameras write, that is sequential files with Huffman codes, one scan and no restart markers: the entropy-coded data outside of
 *                    the band is copied (jpeg_splice.h). Of whatever size the photo is, this holds the band and no more. Its Huffman tables are
 *                    kept; they are added to where the band needs a code that they lack, and where they have no room for it, the whole scan is coded with
 *                    the usual ones.
 *   by coefficients  all others: the entropy coding is written anew, sequentially and with the usual Huffman tables. Holds the whole picture's
 *                    coefficients (3 bytes a pixel at 4:2:0), and what does not fit JPEG_DECODER_MAX is refused: more than about 16 megapixels.
 *
 * Memory: the band's pixels, twice where the photo lies on its side or its head, and for the second way JPEG_DECODER_MAX: run one such job at a time.
 * Thread: any; computes (a 12-megapixel photo takes 0.01 s where its top is stored first, 0.05 s where it is not, 0.1 s by coefficients on a desktop
 * core, ten times that on a board): never on the loop thread. */
#ifndef SITELOG_PHOTO_JPEG_BAND_H
#define SITELOG_PHOTO_JPEG_BAND_H

#include "app/photo/jpeg.h"

/* The size that a band has: as wide as the picture upright, and as high as whole MCUs are, at most at_most_px where that is one MCU or more (an MCU
 * at the picture's far edge may be cut). Errors: as jpeg_peek. */
MUST_CHECK int jpeg_band_size(const void *bytes, size_t n, uint32_t at_most_px, uint32_t *width_px, uint32_t *height_px,
                              struct err_text *e);

enum jpeg_band_way { JPEG_BAND_SPLICED, JPEG_BAND_BY_COEFFICIENTS };

struct jpeg_band {
    const uint8_t *rgb; /* upright, height x width x 3, of a size that jpeg_band_size gave */
    uint32_t width_px, height_px;
    const void *
        app1; /* an Exif segment's content, "Exif\0\0" and on, at most 65,533 bytes; it has to say the orientation. NULL: none */
    size_t app1_n;
    bool by_coefficients; /* do not splice: to compare the two */
};

/* Appends the file to *out. Of the picture's own metadata only the colour profile (ICC) goes along. *way, which may be NULL: how it was done.
 * Errors: as jpeg_inspect; ERR_INVALID also for a band of another size; ERR_TOO_BIG also where *out is full. */
MUST_CHECK int jpeg_band_lay(const void *bytes, size_t n, const struct jpeg_band *band, struct buf *out,
                             enum jpeg_band_way *way, struct err_text *e);

#endif
