/* SPDX-License-Identifier: MIT */
/* Area averaging in whole numbers: an input pixel is out_w units wide and an output pixel in_w units, so that shares are exact
 * and white stays white. Vertically the same with heights. Does not enlarge. */
#include "app/photo/jpeg_scale.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int jpeg_scale_init(struct jpeg_scale *s, uint32_t in_w, uint32_t in_h, uint32_t out_w, uint32_t out_h) {
    assert(out_w >= 1 && out_h >= 1 && out_w <= in_w && out_h <= in_h);
    *s = (struct jpeg_scale){ .in_w = in_w, .in_h = in_h, .out_w = out_w, .out_h = out_h };
    s->across = calloc((size_t)out_w * 3, sizeof *s->across);
    s->sums = calloc((size_t)out_w * 3, sizeof *s->sums);
    s->rgb = calloc((size_t)out_w * out_h, 3);
    return s->across && s->sums && s->rgb ? 0 : ERR_NOMEM;
}

void jpeg_scale_fini(struct jpeg_scale *s) {
    free(s->across);
    free(s->sums);
    free(s->rgb);
    *s = (struct jpeg_scale){ 0 };
}

static void reduce_across(struct jpeg_scale *s, const uint8_t *rgb) {
    uint32_t *sum = s->across;
    uint32_t room = s->in_w; /* units left in the output pixel */
    memset(sum, 0, (size_t)s->out_w * 3 * sizeof *sum);
    for (uint32_t x = 0; x < s->in_w; x++, rgb += 3) {
        uint32_t share = s->out_w;
        if (share >= room) {
            for (int c = 0; c < 3; c++) sum[c] += room * rgb[c];
            share -= room;
            room = s->in_w;
            sum += 3;
        }
        if (share == 0) continue;
        for (int c = 0; c < 3; c++) sum[c] += share * rgb[c];
        room -= share;
    }
}

static void add_across(struct jpeg_scale *s, uint32_t share) {
    for (size_t i = 0; i < (size_t)s->out_w * 3; i++) s->sums[i] += (uint64_t)share * s->across[i];
}

static void finish_row(struct jpeg_scale *s) {
    uint64_t whole = (uint64_t)s->in_w * s->in_h;
    assert(whole > 0);
    uint8_t *to = s->rgb + (size_t)s->rows_out * s->out_w * 3;
    for (size_t i = 0; i < (size_t)s->out_w * 3; i++) to[i] = (uint8_t)((s->sums[i] + whole / 2) / whole);
    memset(s->sums, 0, (size_t)s->out_w * 3 * sizeof *s->sums);
    s->rows_out++;
    s->filled = 0;
}

void jpeg_scale_row(struct jpeg_scale *s, const uint8_t *rgb) {
    if (s->rows_out == s->out_h) return;
    if (s->in_w == s->out_w && s->in_h == s->out_h) {
        memcpy(s->rgb + (size_t)s->rows_out * s->out_w * 3, rgb, (size_t)s->out_w * 3);
        s->rows_out++;
        return;
    }
    reduce_across(s, rgb);
    uint32_t share = s->out_h, room = s->in_h - s->filled;
    if (share >= room) {
        add_across(s, room);
        finish_row(s);
        share -= room;
    }
    if (share == 0 || s->rows_out == s->out_h) return;
    add_across(s, share);
    s->filled += share;
}

void jpeg_scale_turn(const uint8_t *from, uint32_t w, uint32_t h, int orientation, uint8_t *to) {
    bool lying = orientation >= 5;
    uint32_t to_w = lying ? h : w, to_h = lying ? w : h;
    for (uint32_t y = 0; y < to_h; y++) {
        for (uint32_t x = 0; x < to_w; x++, to += 3) {
            uint32_t sx = lying ? y : x, sy = lying ? x : y;
            if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) sx = w - 1 - sx;
            if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) sy = h - 1 - sy;
            memcpy(to, from + ((size_t)sy * w + sx) * 3, 3);
        }
    }
}
