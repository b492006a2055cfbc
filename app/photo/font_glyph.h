/* SPDX-License-Identifier: MIT */
/* Characters one at a time. Private to app/photo/font*.c. */
#ifndef SITELOG_PHOTO_FONT_GLYPH_H
#define SITELOG_PHOTO_FONT_GLYPH_H

#include "app/photo/font.h"

#define FONT_GLYPH_CUT "\xE2\x80\xA6" /* … */

/* The character at *at (below n), which is moved on by at least one byte; U+FFFD for a malformed byte. */
uint32_t font_glyph_next(const char *text, size_t n, size_t *at);

/* Control characters, joiners, variation selectors: neither drawn nor measured. */
bool font_glyph_is_invisible(uint32_t character);

/* May a line end after `a` and the next begin with `b`? */
bool font_glyph_may_break(uint32_t a, uint32_t b);

/* px. */
int font_glyph_advance(struct font *font, const struct font_style *style, uint32_t character);

#endif
