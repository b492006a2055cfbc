/* SPDX-License-Identifier: MIT */
/* What a character is, for drawing and for line breaks: a small part of Unicode's rules (UAX 14), as Chinese typesetting needs
 * them. */
#include "app/photo/font_glyph.h"

enum { REPLACEMENT = 0xFFFD };

/* The bytes a sequence has by its first byte; 0: no first byte. */
static size_t sequence_length(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}

uint32_t font_glyph_next(const char *text, size_t n, size_t *at) {
    static const uint32_t smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *p = (const unsigned char *)text + *at;
    size_t length = sequence_length(*p), left = n - *at;
    *at += 1;
    if (length == 1) return *p;
    if (length == 0 || length > left) return REPLACEMENT;
    uint32_t character = *p & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80) return REPLACEMENT;
        character = character << 6 | (p[i] & 0x3Fu);
    }
    if (character < smallest[length] || character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF)) {
        return REPLACEMENT;
    }
    *at += length - 1;
    return character;
}

static bool within(uint32_t c, uint32_t first, uint32_t last) { return c >= first && c <= last; }

bool font_glyph_is_invisible(uint32_t c) {
    return c < 0x20 || within(c, 0x7F, 0x9F) || within(c, 0x200B, 0x200F) || within(c, 0x202A, 0x202E) ||
           within(c, 0x2060, 0x2069) || within(c, 0xFE00, 0xFE0F) || c == 0xFEFF || within(c, 0xE0000, 0xE0FFF);
}

static bool is_chinese(uint32_t c) {
    return within(c, 0x2E80, 0x9FFF) || within(c, 0xAC00, 0xD7AF) || within(c, 0xF900, 0xFAFF) ||
           within(c, 0xFE30, 0xFE4F) || within(c, 0xFF00, 0xFFEF) || within(c, 0x20000, 0x3FFFF);
}

static bool is_one_of(uint32_t c, const uint32_t *list) {
    while (*list && *list != c) list++;
    return *list != 0;
}

static bool is_closing(uint32_t c) {
    static const uint32_t list[] = {
        '!',    '%',    ')',    ',',    '.',    ':',    ';',    '?',    ']',    '}',    0x00B0, 0x00B7, 0x2019,
        0x201D, 0x2026, 0x2030, 0x2103, 0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0xFF01,
        0xFF05, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D, 0xFF5E, 0,
    };
    return is_one_of(c, list);
}

static bool is_opening(uint32_t c) {
    static const uint32_t list[] = {
        '(', '[', '{', 0x2018, 0x201C, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0xFF08, 0xFF3B, 0xFF5B, 0,
    };
    return is_one_of(c, list);
}

bool font_glyph_may_break(uint32_t a, uint32_t b) {
    if (b == ' ' || is_closing(b) || is_opening(a) || font_glyph_is_invisible(b)) return false;
    return a == ' ' || is_chinese(a) || is_chinese(b);
}
