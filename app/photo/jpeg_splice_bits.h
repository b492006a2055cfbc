/* SPDX-License-Identifier: MIT */
/* The bits of a JPEG's entropy-coded data: read without the zero byte that follows each 0xFF, written with it (ITU-T T.81, B.1.1.5).
 * Private to app/photo/jpeg_splice*.c. Pure. Inline, because this is what a splice spends its time on. */
#ifndef SITELOG_PHOTO_JPEG_SPLICE_BITS_H
#define SITELOG_PHOTO_JPEG_SPLICE_BITS_H

#include "firmware/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* A reader; a copy of it goes on by itself. Borrows the data. */
struct bits_in {
    const uint8_t *begin, *at, *end; /* every 0xFF in there has its zero byte */
    uint64_t held;                   /* the next bits, the first on top; below them zeros */
    int n;                           /* how many are held; less than 0: so many more were taken than there are */
};

/* A writer onto *out, in which the caller reserves room before it puts anything. */
struct bits_out {
    struct buf *out;
    uint64_t held; /* the last n bits are not written yet */
    int n;         /* 0-31 */
};

#define BITS_ATONCE 32 /* so many at most are looked at after one bits_fill, or put by one bits_put */

static inline bool bits_have_ff(uint32_t word) { return ((~word - 0x01010101u) & word & 0x80808080u) != 0; }

static inline void bits_fill(struct bits_in *b) {
    if (b->n >= BITS_ATONCE) return;
    if (b->end - b->at >= 4) {
        uint32_t word =
            (uint32_t)b->at[0] << 24 | (uint32_t)b->at[1] << 16 | (uint32_t)b->at[2] << 8 | (uint32_t)b->at[3];
        if (!bits_have_ff(word)) {
            b->held |= (uint64_t)word << (32 - b->n);
            b->n += 32;
            b->at += 4;
            return;
        }
    }
    while (b->n <= 56 && b->at < b->end) {
        uint64_t byte = *b->at;
        b->at += byte == 0xFF ? 2 : 1;
        b->held |= byte << (56 - b->n);
        b->n += 8;
    }
}

static inline void bits_drop(struct bits_in *b, int n) {
    b->held <<= n;
    b->n -= n;
}

/* n: 0-16. */
static inline uint32_t bits_take(struct bits_in *b, int n) {
    uint32_t bits = (uint32_t)(b->held >> 48) >> (16 - n);
    bits_drop(b, n);
    return bits;
}

/* Gives back what was read ahead, so that the next bit is in the byte before `at` (the last n of its bits are held, 0-7), or, n being 0, at `at`. */
static inline void bits_give_back(struct bits_in *b) {
    for (; b->n >= 8; b->n -= 8) b->at -= b->at - b->begin >= 2 && b->at[-1] == 0 && b->at[-2] == 0xFF ? 2 : 1;
    b->held = b->n > 0 ? b->held >> (64 - b->n) << (64 - b->n) : 0;
}

static inline void bits_put_byte(struct bits_out *b, uint8_t byte) {
    b->out->data[b->out->len++] = (char)byte;
    if (byte == 0xFF) b->out->data[b->out->len++] = 0;
}

/* value: less than 2 to the n. n: 0-32. */
static inline void bits_put(struct bits_out *b, uint32_t value, int n) {
    b->held = b->held << n | value;
    b->n += n;
    if (b->n < 32) return;
    b->n -= 32;
    uint32_t word = (uint32_t)(b->held >> b->n);
    if (bits_have_ff(word)) {
        for (int shift = 24; shift >= 0; shift -= 8) bits_put_byte(b, (uint8_t)(word >> shift));
        return;
    }
    char *to = b->out->data + b->out->len;
    to[0] = (char)(word >> 24);
    to[1] = (char)(word >> 16);
    to[2] = (char)(word >> 8);
    to[3] = (char)word;
    b->out->len += 4;
}

/* Fills the last byte with ones, as the format wants it, and writes everything. */
static inline void bits_finish(struct bits_out *b) {
    int rest = -b->n & 7;
    bits_put(b, (1u << rest) - 1, rest);
    while (b->n > 0) {
        b->n -= 8;
        bits_put_byte(b, (uint8_t)(b->held >> b->n));
    }
}

#endif
