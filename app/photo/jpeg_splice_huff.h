/* SPDX-License-Identifier: MIT */
/* A Huffman table of a JPEG (ITU-T T.81, annexes C and F), to read and to write with. Private to app/photo/jpeg_splice*.c. Pure. */
#ifndef SITELOG_PHOTO_JPEG_SPLICE_HUFF_H
#define SITELOG_PHOTO_JPEG_SPLICE_HUFF_H

#include "app/photo/jpeg_splice_bits.h"

#include <stddef.h>

enum { HUFF_SYMBOLS = 256, HUFF_LONGEST = 16, HUFF_LOOK = 9, HUFF_LEAP = 12, HUFF_LEAP_ENDS = 0x8000 };

struct huff {
    bool present;
    uint8_t count[HUFF_LONGEST + 1]; /* codes of each length */
    uint8_t symbol[HUFF_SYMBOLS];    /* in the order of their codes */
    /* Made of these two. To read: length << 8 | symbol by the next HUFF_LOOK bits, 0 where the code is longer; and for each length the first 16 bits
     * that are beyond it, and what leads from a code to its place in symbol[]. */
    uint16_t look[1 << HUFF_LOOK];
    uint32_t beyond[HUFF_LONGEST + 1];
    int place[HUFF_LONGEST + 1];
    /* To pass over AC coefficients: all symbols that lie in the next HUFF_LEAP bits with the bits that follow them, at once. How many bits they are
     * (0: none does) | how far they reach << 4, in coefficients, an end of block being one | HUFF_LEAP_ENDS if that is the last of them. */
    uint16_t leap[1 << HUFF_LEAP];
    /* To write. length 0: there is no code. */
    uint16_t code[HUFF_SYMBOLS];
    uint8_t length[HUFF_SYMBOLS];
};

/* One table of a DHT segment, from its counts on. Returns how many bytes it has, or ERR_UNSUPPORTED: it is none. */
MUST_CHECK int jpeg_splice_huff_read(struct huff *h, const uint8_t *bytes, size_t n);

/* Makes its leap[]. */
void jpeg_splice_huff_learn_leaps(struct huff *h);

/* Appends the DHT segment that defines it. slot: class << 4 | number. */
MUST_CHECK int jpeg_splice_huff_put(const struct huff *h, uint8_t slot, struct buf *out);

/* Gives codes to the symbols that are wanted and have none. All others keep theirs: what was coded stays readable. The new ones are longer than all
 * there are. ERR_UNSUPPORTED: there is no room for them; the table is as it was. */
MUST_CHECK int jpeg_splice_huff_extend(struct huff *h, const bool wanted[HUFF_SYMBOLS]);

/* For a code longer than HUFF_LOOK: as jpeg_splice_huff_next. ahead: the next 16 bits. */
unsigned jpeg_splice_huff_long(const struct huff *h, uint32_t ahead);

/* What the held bits begin with: length << 8 | symbol, or 0: no code. Takes nothing. */
static inline unsigned jpeg_splice_huff_next(const struct huff *h, const struct bits_in *b) {
    uint32_t ahead = (uint32_t)(b->held >> 48);
    unsigned found = h->look[ahead >> (16 - HUFF_LOOK)];
    return found ? found : jpeg_splice_huff_long(h, ahead);
}

#endif
