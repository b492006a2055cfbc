/* SPDX-License-Identifier: MIT */
/* FreeType: opening, measuring and drawing. Where lines break is in font_wrap.c. Bold is made from the outlines, because the
 * Chinese fonts that Debian has in a small package come in one weight. Keeps no glyphs: a card has a few hundred. */
#include "app/photo/font_glyph.h"

#include "firmware/base/cleanup.h"

#include <string.h>
#include <unistd.h>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

enum { SIZE_MIN_PX = 6, SIZE_MAX_PX = 400, BOLD_PART = 26 /* of the size, a stroke's gain */, CHINESE_PROBE = 0x4E2D };

struct font {
    FT_Library library;
    FT_Face face;
    int size_px; /* what the face is set to */
};

static const char *const usual_places[] = {
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
};

/* ERR_NOT_FOUND, ERR_UNSUPPORTED, ERR_NOMEM. */
static int load(struct font *f, const char *path) {
    if (access(path, R_OK) != 0) return ERR_NOT_FOUND;
    FT_Error failed = FT_New_Face(f->library, path, 0, &f->face);
    if (failed) return failed == FT_Err_Out_Of_Memory ? ERR_NOMEM : ERR_UNSUPPORTED;
    if (FT_IS_SCALABLE(f->face) && FT_Get_Char_Index(f->face, CHINESE_PROBE) != 0) return 0;
    FT_Done_Face(f->face);
    f->face = NULL;
    return ERR_UNSUPPORTED;
}

static int load_named(struct font *f, const char *path, struct err_text *e) {
    int rc = load(f, path);
    if (rc == ERR_NOT_FOUND) {
        return err_set(e, rc,
                       "The font %s cannot be read. Name another, or install the Debian package "
                       "fonts-wqy-microhei and name none.",
                       path);
    }
    if (rc) {
        return err_set(e, rc,
                       "%s is not a font with Chinese characters. Install the Debian package fonts-wqy-microhei "
                       "and name none.",
                       path);
    }
    return 0;
}

static int load_usual(struct font *f, struct err_text *e) {
    for (size_t i = 0; i < sizeof usual_places / sizeof *usual_places; i++) {
        if (load(f, usual_places[i]) == 0) return 0;
    }
    return err_set(e, ERR_NOT_FOUND,
                   "No font with Chinese characters was found (looked first for %s). Install the Debian "
                   "package fonts-wqy-microhei, or name a font file in SITELOG_FONT.",
                   usual_places[0]);
}

int font_open(const char *path, struct font **out, struct err_text *e) {
    CLEANUP(font_close_ptr) struct font *f = calloc(1, sizeof *f);
    if (!f || FT_Init_FreeType(&f->library)) return err_set(e, ERR_NOMEM, "Out of memory while opening a font.");
    const char *named = path ? path : getenv("SITELOG_FONT");
    int rc = named && *named ? load_named(f, named, e) : load_usual(f, e);
    if (rc) return rc;
    *out = STEAL_PTR(f);
    return 0;
}

void font_close(struct font *font) {
    if (!font) return;
    if (font->face) FT_Done_Face(font->face);
    if (font->library) FT_Done_FreeType(font->library);
    free(font);
}

void font_close_ptr(struct font **font) { font_close(*font); }

static int bold_px64(const struct font_style *style) { return style->size_px * 64 / BOLD_PART; }

/* Puts the glyph of a character into the face's slot; false where even the replacement box fails. */
static bool load_glyph(struct font *f, const struct font_style *style, uint32_t character) {
    int size = style->size_px < SIZE_MIN_PX ? SIZE_MIN_PX : style->size_px > SIZE_MAX_PX ? SIZE_MAX_PX : style->size_px;
    if (size != f->size_px) {
        if (FT_Set_Pixel_Sizes(f->face, 0, (FT_UInt)size)) return false;
        f->size_px = size;
    }
    FT_UInt index = FT_Get_Char_Index(f->face, character);
    if (FT_Load_Glyph(f->face, index, FT_LOAD_NO_BITMAP | FT_LOAD_TARGET_LIGHT)) return false;
    FT_GlyphSlot slot = f->face->glyph;
    if (!style->bold || slot->format != FT_GLYPH_FORMAT_OUTLINE) return true;
    (void)FT_Outline_EmboldenXY(&slot->outline, bold_px64(style), bold_px64(style) / 2);
    if (slot->advance.x > 0) slot->advance.x += bold_px64(style) / 2;
    return true;
}

int font_glyph_advance(struct font *font, const struct font_style *style, uint32_t character) {
    if (font_glyph_is_invisible(character) || !load_glyph(font, style, character)) return 0;
    return (int)((font->face->glyph->advance.x + 32) >> 6);
}

int font_width(struct font *font, const struct font_style *style, const char *text, size_t n) {
    int width = 0;
    for (size_t at = 0; at < n;) width += font_glyph_advance(font, style, font_glyph_next(text, n, &at));
    return width;
}

int font_draw(struct font *font, const struct font_style *style, struct canvas *canvas, int x, int baseline_y,
              const char *text, size_t n) {
    for (size_t at = 0; at < n;) {
        uint32_t character = font_glyph_next(text, n, &at);
        if (font_glyph_is_invisible(character) || !load_glyph(font, style, character)) continue;
        FT_GlyphSlot slot = font->face->glyph;
        int advance = (int)((slot->advance.x + 32) >> 6);
        if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) == 0 && slot->bitmap.pixel_mode == FT_PIXEL_MODE_GRAY) {
            canvas_mask(canvas, x + slot->bitmap_left, baseline_y - slot->bitmap_top, slot->bitmap.buffer,
                        (int)slot->bitmap.width, (int)slot->bitmap.rows, slot->bitmap.pitch, style->color);
        }
        x += advance;
    }
    return x;
}

void font_draw_line(struct font *font, const struct font_style *style, struct canvas *canvas, int x, int baseline_y,
                    const struct font_line *line) {
    int end = font_draw(font, style, canvas, x, baseline_y, line->text, line->n);
    if (line->cut) (void)font_draw(font, style, canvas, end, baseline_y, FONT_GLYPH_CUT, strlen(FONT_GLYPH_CUT));
}

int font_cap_height(struct font *font, const struct font_style *style) {
    if (!load_glyph(font, style, 'H')) return style->size_px * 7 / 10;
    return (int)(font->face->glyph->metrics.horiBearingY >> 6);
}
