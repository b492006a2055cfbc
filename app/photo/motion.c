/* SPDX-License-Identifier: MIT */
/* Fits each tile of one frame by the same tile of another, and counts where that cannot be done. */
#include "app/photo/motion.h"

#include "app/photo/jpeg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TILE = 8,
    TILES_MAX = (MOTION_LONG_PX / TILE) * (MOTION_LONG_PX / TILE),
    TERMS = 4, /* old brightness, 1, x, y */
    SAMPLES_LEAST = 24,
    BLACK = 4,
    WHITE = 250,
    TOGETHER_LEAST = 3, /* tiles that touch, for something to have moved */
    APART_LEAST = 8,    /* or so many anywhere */
};
static const double NOISE_LEAST = 0.7;   /* of 255: rounding alone leaves 0.3 */
static const double TIMES_NOISE = 4.0;   /* what is left over is no noise any more */
static const double LEFT_LEAST = 3.0;    /* of 255: nor is it worth a frame below that */
static const double GAIN_SPREAD = 3.0;   /* of one tile against the whole picture's */
static const double TEXTURE_LEAST = 6.0; /* of 255: a tile with something to recognise in it */
static const double UNLIKE = 0.35;       /* of its texture is left over: more than a lamp's bent light does */
static const double STRANGE = 0.6;  /* of a tile's texture is left over: the old frame does not explain it at all */
static const double ALL_PART = 0.5; /* of the tiles with texture are strange */
enum { TEXTURED_LEAST = 10 };

/* ---- maps ---- */

int motion_map_make(const void *jpeg, size_t n, struct motion_map *out, struct err_text *e) {
    struct jpeg_pixels p = { 0 };
    int rc = jpeg_decode_scaled(jpeg, n, MOTION_LONG_PX, &p, e);
    if (rc) return rc;
    size_t count = (size_t)p.width_px * p.height_px;
    for (size_t i = 0; i < count; i++) /* in place; ITU-R BT.601, in 256ths */
        p.rgb[i] = (uint8_t)((77u * p.rgb[3 * i] + 150u * p.rgb[3 * i + 1] + 29u * p.rgb[3 * i + 2]) >> 8);
    uint8_t *smaller = realloc(p.rgb, count ? count : 1);
    *out = (struct motion_map){ smaller ? smaller : p.rgb, (int)p.width_px, (int)p.height_px };
    return 0;
}

void motion_map_fini(struct motion_map *m) {
    free(m->luma);
    *m = (struct motion_map){ 0 };
}

/* ---- one tile ---- */

/* Solves the symmetric m · x = v (TERMS of them) by elimination; false where they do not say. */
static bool solve(double m[TERMS][TERMS], double v[TERMS], double x[TERMS]) {
    for (int i = 0; i < TERMS; i++) {
        if (m[i][i] < 1e-6) return false;
        for (int k = i + 1; k < TERMS; k++) {
            double f = m[k][i] / m[i][i];
            for (int j = i; j < TERMS; j++) m[k][j] -= f * m[i][j];
            v[k] -= f * v[i];
        }
    }
    for (int i = TERMS - 1; i >= 0; i--) {
        x[i] = v[i];
        for (int j = i + 1; j < TERMS; j++) x[i] -= m[i][j] * x[j];
        x[i] /= m[i][i];
    }
    return true;
}

struct samples {
    double a[TILE * TILE], b[TILE * TILE], x[TILE * TILE], y[TILE * TILE];
    int n;
};

static void collect(const struct motion_map *before, const struct motion_map *now, int tx, int ty, struct samples *s) {
    s->n = 0;
    for (int y = ty * TILE; y < (ty + 1) * TILE && y < now->height; y++) {
        for (int x = tx * TILE; x < (tx + 1) * TILE && x < now->width; x++) {
            uint8_t a = before->luma[(size_t)y * (size_t)now->width + (size_t)x];
            uint8_t b = now->luma[(size_t)y * (size_t)now->width + (size_t)x];
            if (a <= BLACK || b <= BLACK || a >= WHITE || b >= WHITE) continue;
            s->a[s->n] = a;
            s->b[s->n] = b;
            s->x[s->n] = x - tx * TILE;
            s->y[s->n++] = y - ty * TILE;
        }
    }
}

/* With the gain given: offset and slopes that fit best. */
static double left_over(const struct samples *s, double gain) {
    double m[TERMS][TERMS] = { { 1 } }, v[TERMS] = { 0 }, fit[TERMS];
    for (int i = 0; i < s->n; i++) {
        double t[TERMS] = { 0, 1, s->x[i], s->y[i] };
        for (int j = 1; j < TERMS; j++) {
            for (int k = 1; k < TERMS; k++) m[j][k] += t[j] * t[k];
            v[j] += t[j] * (s->b[i] - gain * s->a[i]);
        }
    }
    if (!solve(m, v, fit)) return 0;
    double sum = 0;
    for (int i = 0; i < s->n; i++) {
        double d = s->b[i] - gain * s->a[i] - fit[1] - fit[2] * s->x[i] - fit[3] * s->y[i];
        sum += d * d;
    }
    return sqrt(sum / s->n);
}

/* The best gain, offset and slopes. A tile without texture has no gain: NAN. */
static double best_gain(const struct samples *s) {
    double m[TERMS][TERMS] = { { 0 } }, v[TERMS] = { 0 }, fit[TERMS];
    for (int i = 0; i < s->n; i++) {
        double t[TERMS] = { 1, s->x[i], s->y[i], s->a[i] };
        for (int j = 0; j < TERMS; j++) {
            for (int k = 0; k < TERMS; k++) m[j][k] += t[j] * t[k];
            v[j] += t[j] * s->b[i];
        }
    }
    if (!solve(m, v, fit)) return NAN;
    return m[TERMS - 1][TERMS - 1] / s->n < NOISE_LEAST * NOISE_LEAST * 4 ? NAN : fit[TERMS - 1];
}

/* ---- the whole picture ---- */

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value below which `part` of them are; sorts them. NAN: there are none. */
static double below(double *values, int n, double part) {
    if (n == 0) return NAN;
    qsort(values, (size_t)n, sizeof *values, by_size);
    return values[(int)(part * (n - 1))];
}

struct view {
    const struct motion_map *before, *now;
    int across, down;
    struct samples s;
    double gains[TILES_MAX];    /* of each tile's best fit; NAN: it has no texture */
    double lefts[TILES_MAX];    /* what light cannot explain */
    double textures[TILES_MAX]; /* what a slope alone cannot explain */
    double sorted[TILES_MAX];
    bool judged[TILES_MAX], moved[TILES_MAX], seen[TILES_MAX];
};

/* How light changed over the whole picture, by its textured tiles. */
static double common_gain(struct view *v) {
    int n = 0;
    for (int i = 0; i < v->across * v->down; i++) {
        collect(v->before, v->now, i % v->across, i / v->across, &v->s);
        v->judged[i] = v->s.n >= SAMPLES_LEAST;
        v->gains[i] = v->judged[i] ? best_gain(&v->s) : NAN;
        if (v->gains[i] > 0) v->sorted[n++] = v->gains[i];
    }
    double gain = below(v->sorted, n, 0.5);
    return gain > 0 ? gain : 1;
}

static double clamp(double value, double least, double most) {
    return value < least ? least : value > most ? most : value;
}

static void explain(struct view *v, double gain) {
    for (int i = 0; i < v->across * v->down; i++) {
        if (!v->judged[i]) continue;
        collect(v->before, v->now, i % v->across, i / v->across, &v->s);
        double own = v->gains[i];
        own = isnan(own) ? gain : clamp(own, gain / GAIN_SPREAD, gain * GAIN_SPREAD);
        v->lefts[i] = left_over(&v->s, own);
        v->textures[i] = left_over(&v->s, 0);
    }
}

static double sorted_part(struct view *v, const double *values, double part) {
    int n = 0;
    for (int i = 0; i < v->across * v->down; i++)
        if (v->judged[i]) v->sorted[n++] = values[i];
    return below(v->sorted, n, part);
}

/* What is left over in a quarter of the tiles, where little has changed; or in the smoothest ones, where everything has. */
static double noise_of(struct view *v) {
    double quarter = sorted_part(v, v->lefts, 0.25), smooth = sorted_part(v, v->textures, 0.1);
    double noise = quarter < smooth ? quarter : smooth;
    return noise > NOISE_LEAST ? noise : NOISE_LEAST; /* also where there is none */
}

/* How many moved tiles touch tile i, by a side or a corner, itself with them. */
static int spread(struct view *v, int i) {
    if (v->seen[i] || !v->moved[i]) return 0;
    int x = i % v->across, y = i / v->across, n = 1;
    v->seen[i] = true;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (x + dx >= 0 && x + dx < v->across && y + dy >= 0 && y + dy < v->down)
                n += spread(v, i + dy * v->across + dx);
    return n;
}

static bool another_picture(const struct view *v) {
    int textured = 0, strange = 0;
    for (int i = 0; i < v->across * v->down; i++) {
        if (!v->judged[i] || v->textures[i] < TEXTURE_LEAST) continue;
        textured++;
        strange += v->lefts[i] > STRANGE * v->textures[i];
    }
    return textured >= TEXTURED_LEAST && strange >= ALL_PART * textured;
}

static struct motion judge(struct view *v) {
    struct motion m = { 0 };
    explain(v, common_gain(v));
    double noise = noise_of(v), limit = TIMES_NOISE * noise > LEFT_LEAST ? TIMES_NOISE * noise : LEFT_LEAST;
    for (int i = 0; i < v->across * v->down; i++) {
        v->moved[i] = v->judged[i] && v->lefts[i] > limit && v->lefts[i] > UNLIKE * v->textures[i];
        m.tiles += v->judged[i];
        m.moved += v->moved[i];
    }
    for (int i = 0; i < v->across * v->down; i++) {
        int n = spread(v, i);
        if (n > m.together) m.together = n;
    }
    m.all = another_picture(v);
    m.any = m.all || m.together >= TOGETHER_LEAST || m.moved >= APART_LEAST;
    return m;
}

struct motion motion_between(const struct motion_map *before, const struct motion_map *now) {
    struct motion other = { .any = true, .all = true };
    if (before->width != now->width || before->height != now->height || now->width < TILE || now->height < TILE)
        return other;
    struct view *v = calloc(1, sizeof *v);
    if (!v) return other; /* without memory a frame too many is kept */
    v->before = before;
    v->now = now;
    v->across = now->width / TILE;
    v->down = now->height / TILE;
    struct motion m = judge(v);
    free(v);
    return m;
}
