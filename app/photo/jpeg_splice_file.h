/* SPDX-License-Identifier: MIT */
/* The header of a JPEG that can be spliced: sequential, Huffman coded, 8 bits, one scan of all components, no restart markers.
 * Private to app/photo/jpeg_splice*.c. Pure. */
#ifndef SITELOG_PHOTO_JPEG_SPLICE_FILE_H
#define SITELOG_PHOTO_JPEG_SPLICE_FILE_H

#include "app/photo/jpeg_splice_huff.h"

enum { SPLICE_COMPONENTS = 4, SPLICE_TABLES = 4, SPLICE_BLOCKS = 10 /* of an MCU, at most */ };

struct splice_component {
    uint8_t id, across, down; /* blocks that an MCU has of it */
    uint8_t dc, ac;           /* its tables */
};

struct splice_file {
    const uint8_t *bytes; /* borrowed */
    size_t n;
    int components;
    struct splice_component component[SPLICE_COMPONENTS];
    int blocks; /* of an MCU */
    uint32_t mcus_across, mcus_down;
    struct huff dc[SPLICE_TABLES], ac[SPLICE_TABLES];
    const uint8_t *scan, *scan_end; /* the entropy-coded data; an end marker follows */
};

/* ERR_UNSUPPORTED: it is not such a JPEG, or is damaged where one can see that without decoding it. */
MUST_CHECK int jpeg_splice_file_read(struct splice_file *f, const void *bytes, size_t n);

/* Appends everything up to the scan: f's header, with coder's Huffman tables (f's own, or those of another file with as many components), app1 as its
 * Exif segment (NULL: none), and of f's own metadata what the colours need: JFIF and Adobe markers, ICC profile. Errors: *out's. */
MUST_CHECK int jpeg_splice_file_put_header(const struct splice_file *f, const struct splice_file *coder,
                                           const void *app1, size_t app1_n, struct buf *out);

#endif
