/* SPDX-License-Identifier: MIT */
/* Lines, greedily: as much as fits, back to the last place where a line may end. */
#include "app/photo/font_glyph.h"

#include <string.h>

struct wrap {
    struct font *font;
    const struct font_style *style;
    const char *text;
    size_t n;
    int width_px;
};

static size_t skip_spaces(const struct wrap *w, size_t at) {
    while (at < w->n && w->text[at] == ' ') at++;
    return at;
}

static size_t without_spaces(const struct wrap *w, size_t from, size_t to) {
    while (to > from && (w->text[to - 1] == ' ' || w->text[to - 1] == '\r')) to--;
    return to;
}

/* Where the line that starts at `from` ends (exclusive, before a newline), within `width`. */
static size_t line_end(const struct wrap *w, size_t from, int width) {
    size_t at = from, best = from;
    int used = 0;
    uint32_t before = 0;
    while (at < w->n) {
        size_t here = at;
        uint32_t character = font_glyph_next(w->text, w->n, &at);
        if (character == '\n') return here;
        if (here > from && font_glyph_may_break(before, character)) best = here;
        used += font_glyph_advance(w->font, w->style, character);
        if (used > width && character != ' ') {
            if (best > from) return best;
            return here > from ? here : at; /* one character at least, or it would never end */
        }
        before = character;
    }
    return w->n;
}

static struct font_line make_line(const struct wrap *w, size_t from, size_t to) {
    size_t end = without_spaces(w, from, to);
    struct font_line line = { .text = w->text + from, .n = end - from };
    line.width_px = font_width(w->font, w->style, line.text, line.n);
    return line;
}

/* The last line when there is more text than lines: what fits beside "…", broken anywhere. */
static struct font_line make_cut(const struct wrap *w, size_t from, size_t to) {
    int dots = font_width(w->font, w->style, FONT_GLYPH_CUT, strlen(FONT_GLYPH_CUT));
    int used = 0;
    size_t at = from, end = from;
    while (at < to) {
        used += font_glyph_advance(w->font, w->style, font_glyph_next(w->text, to, &at));
        if (used + dots > w->width_px) break;
        end = at;
    }
    struct font_line line = make_line(w, from, end);
    line.cut = true;
    line.width_px += dots;
    return line;
}

size_t font_wrap(struct font *font, const struct font_style *style, const char *text, int width_px,
                 struct font_line *lines, size_t max) {
    struct wrap w = { .font = font, .style = style, .text = text, .n = strlen(text), .width_px = width_px };
    size_t count = 0, at = skip_spaces(&w, 0);
    while (at < w.n && count < max) {
        size_t end = line_end(&w, at, width_px);
        size_t next = end < w.n && text[end] == '\n' ? end + 1 : skip_spaces(&w, end);
        bool more = without_spaces(&w, next, w.n) > next;
        if (more && count + 1 == max) {
            size_t stop = at;
            while (stop < w.n && text[stop] != '\n') stop++;
            lines[count++] = make_cut(&w, at, stop);
            break;
        }
        lines[count++] = make_line(&w, at, end);
        at = next;
    }
    return count;
}
