/* SPDX-License-Identifier: MIT */
/* Finds the Exif block among a JPEG's segments, and the orientation in it, by reading in place, every offset checked. Other tags are not its
 * business. */
#include "app/photo/jpeg_exif.h"

#include <string.h>

enum {
    MARKER_APP1 = 0xE1,
    MARKER_SOS = 0xDA,
    MARKER_EOI = 0xD9,
    TAG_ORIENTATION = 0x0112,
    TYPE_SHORT = 3,
    ENTRY_BYTES = 12
};

static const uint8_t header[6] = { 'E', 'x', 'i', 'f', 0, 0 };

struct tiff {
    const uint8_t *bytes;
    size_t n;
    bool little_endian;
};

static uint32_t get16(const struct tiff *t, size_t at) {
    const uint8_t *p = t->bytes + at;
    return t->little_endian ? (uint32_t)p[0] | (uint32_t)p[1] << 8 : (uint32_t)p[1] | (uint32_t)p[0] << 8;
}

static uint32_t get32(const struct tiff *t, size_t at) {
    return t->little_endian ? get16(t, at) | get16(t, at + 2) << 16 : get16(t, at + 2) | get16(t, at) << 16;
}

/* t: the TIFF part of an Exif segment. */
static int orientation_of_tiff(struct tiff *t) {
    if (t->n < 8) return 1;
    if (memcmp(t->bytes, "II*\0", 4) == 0)
        t->little_endian = true;
    else if (memcmp(t->bytes, "MM\0*", 4) != 0)
        return 1;
    size_t ifd = get32(t, 4);
    if (ifd > t->n - 2) return 1;
    size_t entries = get16(t, ifd);
    for (size_t i = 0; i < entries; i++) {
        size_t at = ifd + 2 + i * ENTRY_BYTES;
        if (at > t->n || t->n - at < ENTRY_BYTES) return 1;
        if (get16(t, at) != TAG_ORIENTATION) continue;
        uint32_t value = get16(t, at + 8);
        bool sound = get16(t, at + 2) == TYPE_SHORT && get32(t, at + 4) == 1 && value >= 1 && value <= 8;
        return sound ? (int)value : 1;
    }
    return 1;
}

bool jpeg_exif_find(const uint8_t *bytes, size_t n, const uint8_t **block, size_t *block_n) {
    size_t at = 2; /* after SOI */
    while (at < n && n - at >= 4 && bytes[at] == 0xFF) {
        uint8_t marker = bytes[at + 1];
        if (marker == 0xFF) { /* a fill byte */
            at++;
            continue;
        }
        if (marker == MARKER_SOS || marker == MARKER_EOI) break;
        size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3]; /* counts itself */
        if (length < 2 || length > n - at - 2) break;
        if (marker == MARKER_APP1 && length >= 2 + sizeof header &&
            memcmp(bytes + at + 4, header, sizeof header) == 0) {
            *block = bytes + at + 4;
            *block_n = length - 2;
            return true;
        }
        at += 2 + length;
    }
    return false;
}

int jpeg_exif_orientation(const uint8_t *bytes, size_t n) {
    const uint8_t *block = NULL;
    size_t block_n = 0;
    if (!jpeg_exif_find(bytes, n, &block, &block_n)) return 1;
    struct tiff t = { .bytes = block + sizeof header, .n = block_n - sizeof header };
    return orientation_of_tiff(&t);
}
