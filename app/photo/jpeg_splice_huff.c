/* SPDX-License-Identifier: MIT */
/* Codes are canonical: in order of their lengths, and within a length counted up. So a table can be added to at its end without changing a code. */
#include "app/photo/jpeg_splice_huff.h"

#include <string.h>

enum { MARKER_DHT = 0xC4 };

static unsigned symbols_of(const struct huff *h) {
    unsigned n = 0;
    for (int length = 1; length <= HUFF_LONGEST; length++) n += h->count[length];
    return n;
}

static void add_code(struct huff *h, uint32_t code, int length, uint8_t symbol) {
    h->code[symbol] = (uint16_t)code;
    h->length[symbol] = (uint8_t)length;
    if (length > HUFF_LOOK) return;
    unsigned first = code << (HUFF_LOOK - length), n = 1u << (HUFF_LOOK - length);
    for (unsigned i = 0; i < n; i++) h->look[first + i] = (uint16_t)((unsigned)length << 8 | symbol);
}

/* Everything else from count and symbol. ERR_UNSUPPORTED: more codes than a length has. */
static int build(struct huff *h) {
    uint32_t code = 0;
    int at = 0;
    memset(h->look, 0, sizeof h->look);
    memset(h->length, 0, sizeof h->length);
    for (int length = 1; length <= HUFF_LONGEST; length++) {
        code <<= 1;
        h->place[length] = at - (int)code;
        if (code + h->count[length] > 1u << length) return ERR_UNSUPPORTED;
        for (unsigned i = 0; i < h->count[length]; i++) add_code(h, code++, length, h->symbol[at++]);
        h->beyond[length] = code << (HUFF_LONGEST - length);
    }
    h->present = true;
    return 0;
}

int jpeg_splice_huff_read(struct huff *h, const uint8_t *bytes, size_t n) {
    if (n < HUFF_LONGEST) return ERR_UNSUPPORTED;
    h->present = false;
    memcpy(h->count + 1, bytes, HUFF_LONGEST);
    unsigned symbols = symbols_of(h);
    if (symbols > HUFF_SYMBOLS || n - HUFF_LONGEST < symbols) return ERR_UNSUPPORTED;
    memcpy(h->symbol, bytes + HUFF_LONGEST, symbols);
    int rc = build(h);
    return rc ? rc : (int)(HUFF_LONGEST + symbols);
}

/* The symbols in these bits, as leap[] has them. */
static unsigned leap_of(const struct huff *h, uint32_t bits) {
    unsigned taken = 0, reach = 0;
    while (reach < 64) {
        unsigned found = h->look[(bits << taken & ((1u << HUFF_LEAP) - 1)) >> (HUFF_LEAP - HUFF_LOOK)];
        unsigned symbol = found & 0xFF, n = (found >> 8) + (symbol & 15);
        if (!found || taken + n > HUFF_LEAP) break;
        if (symbol == 0) return (taken + n) | (reach + 1) << 4 | HUFF_LEAP_ENDS;
        if ((symbol & 15) == 0 && symbol != 0xF0) break;
        taken += n;
        reach += (symbol >> 4) + 1;
    }
    return taken | reach << 4;
}

void jpeg_splice_huff_learn_leaps(struct huff *h) {
    for (uint32_t bits = 0; bits < 1u << HUFF_LEAP; bits++) h->leap[bits] = (uint16_t)leap_of(h, bits);
}

int jpeg_splice_huff_put(const struct huff *h, uint8_t slot, struct buf *out) {
    unsigned symbols = symbols_of(h), size = 2 + 1 + HUFF_LONGEST + symbols;
    const uint8_t head[] = { 0xFF, MARKER_DHT, (uint8_t)(size >> 8), (uint8_t)size, slot };
    (void)buf_add(out, head, sizeof head);
    (void)buf_add(out, h->count + 1, HUFF_LONGEST);
    return buf_add(out, h->symbol, symbols);
}

unsigned jpeg_splice_huff_long(const struct huff *h, uint32_t ahead) {
    for (int length = HUFF_LOOK + 1; length <= HUFF_LONGEST; length++)
        if (ahead < h->beyond[length]) {
            int at = h->place[length] + (int)(ahead >> (HUFF_LONGEST - length));
            return (unsigned)length << 8 | h->symbol[at];
        }
    return 0;
}

/* The shortest length at the table's end at which `more` codes are free; the code of ones alone is never given (T.81, C). 0: none. */
static int length_with_room(const struct huff *h, unsigned more) {
    int longest = HUFF_LONGEST;
    while (longest > 1 && h->count[longest] == 0) longest--;
    for (int length = longest; length <= HUFF_LONGEST; length++) {
        uint32_t next = h->beyond[longest] >> (HUFF_LONGEST - length);
        if (next + more < 1u << length && h->count[length] + more <= UINT8_MAX) return length;
    }
    return 0;
}

int jpeg_splice_huff_extend(struct huff *h, const bool wanted[HUFF_SYMBOLS]) {
    unsigned have = symbols_of(h), more = 0;
    uint8_t added[HUFF_SYMBOLS];
    for (int i = 0; i < HUFF_SYMBOLS; i++)
        if (wanted[i] && h->length[i] == 0) added[more++] = (uint8_t)i;
    if (more == 0) return 0;
    int length = length_with_room(h, more);
    if (length == 0 || have + more > HUFF_SYMBOLS) return ERR_UNSUPPORTED;
    memcpy(h->symbol + have, added, more);
    h->count[length] = (uint8_t)(h->count[length] + more);
    return build(h);
}
