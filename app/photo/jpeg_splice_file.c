/* SPDX-License-Identifier: MIT */
/* Segment by segment, and no further than a splice needs it. What is odd is no error here: libjpeg judges it. */
#include "app/photo/jpeg_splice_file.h"

#include <string.h>

enum {
    MARKER_SOF0 = 0xC0, /* baseline */
    MARKER_SOF1 = 0xC1, /* extended: more tables */
    MARKER_DHT = 0xC4,
    MARKER_SOI = 0xD8,
    MARKER_EOI = 0xD9,
    MARKER_SOS = 0xDA,
    MARKER_DQT = 0xDB,
    MARKER_DRI = 0xDD,
    MARKER_APP0 = 0xE0,
    MARKER_APP1 = 0xE1,
    MARKER_APP2 = 0xE2,
    MARKER_APP14 = 0xEE,
    MARKER_APP15 = 0xEF,
    MARKER_COM = 0xFE,
    FRAME_BYTES = 6,
    SAMPLING_MAX = 4,
    JFIF_BYTES = 14, /* without a thumbnail */
    ADOBE_BYTES = 12
};

struct segment {
    uint8_t marker;
    const uint8_t *data; /* without marker and length */
    size_t n;
};

/* The segment at *at, which is moved on behind it. */
static int next_segment(const struct splice_file *f, size_t *at, struct segment *s) {
    const uint8_t *p = f->bytes;
    size_t i = *at;
    while (i + 1 < f->n && p[i] == 0xFF && p[i + 1] == 0xFF) i++; /* fill bytes */
    if (i >= f->n || f->n - i < 4 || p[i] != 0xFF) return ERR_UNSUPPORTED;
    size_t length = (size_t)p[i + 2] << 8 | p[i + 3]; /* counts itself */
    if (length < 2 || length > f->n - i - 2) return ERR_UNSUPPORTED;
    *s = (struct segment){ .marker = p[i + 1], .data = p + i + 4, .n = length - 2 };
    *at = i + 2 + length;
    return 0;
}

static bool starts(const struct segment *s, const char *name, size_t n) {
    return s->n >= n && memcmp(s->data, name, n) == 0;
}

/* ---- reading ---- */

static uint32_t in_units(uint32_t px, uint32_t unit) { return (px + unit - 1) / unit; }

/* A scan of one component has no MCUs of several blocks, whatever its sampling says (T.81, A.2.2). */
static void lay_out(struct splice_file *f, uint32_t width_px, uint32_t height_px) {
    uint32_t across = 1, down = 1;
    f->blocks = 0;
    for (int i = 0; i < f->components; i++) {
        struct splice_component *c = &f->component[i];
        if (f->components == 1) c->across = c->down = 1;
        if (c->across > across) across = c->across;
        if (c->down > down) down = c->down;
        f->blocks += c->across * c->down;
    }
    f->mcus_across = in_units(width_px, 8 * across);
    f->mcus_down = in_units(height_px, 8 * down);
}

static int read_frame(struct splice_file *f, const struct segment *s) {
    if (f->components || s->n < FRAME_BYTES || s->data[0] != 8) return ERR_UNSUPPORTED;
    uint32_t height = (uint32_t)s->data[1] << 8 | s->data[2], width = (uint32_t)s->data[3] << 8 | s->data[4];
    unsigned n = s->data[5];
    if (height == 0 || width == 0 || n < 1 || n > SPLICE_COMPONENTS || s->n != FRAME_BYTES + 3 * n)
        return ERR_UNSUPPORTED;
    for (unsigned i = 0; i < n; i++) {
        const uint8_t *d = s->data + FRAME_BYTES + (size_t)3 * i;
        struct splice_component *c = &f->component[i];
        *c = (struct splice_component){ .id = d[0], .across = d[1] >> 4, .down = d[1] & 15 };
        if (c->across < 1 || c->across > SAMPLING_MAX || c->down < 1 || c->down > SAMPLING_MAX) return ERR_UNSUPPORTED;
        for (unsigned k = 0; k < i; k++)
            if (f->component[k].id == c->id) return ERR_UNSUPPORTED;
    }
    f->components = (int)n;
    lay_out(f, width, height);
    return f->blocks <= SPLICE_BLOCKS ? 0 : ERR_UNSUPPORTED;
}

static int read_tables(struct splice_file *f, const struct segment *s) {
    for (size_t at = 0; at < s->n;) {
        unsigned slot = s->data[at++], number = slot & 15;
        if (slot >> 4 > 1 || number >= SPLICE_TABLES) return ERR_UNSUPPORTED;
        int size = jpeg_splice_huff_read(slot >> 4 ? &f->ac[number] : &f->dc[number], s->data + at, s->n - at);
        if (size < 0) return size;
        at += (size_t)size;
    }
    return 0;
}

/* All components, in the frame's order, with all of their coefficients. */
static int read_scan(struct splice_file *f, const struct segment *s) {
    size_t n = (size_t)f->components;
    if (n == 0 || s->n != 1 + 2 * n + 3 || s->data[0] != n) return ERR_UNSUPPORTED;
    const uint8_t *d = s->data + 1;
    for (size_t i = 0; i < n; i++, d += 2) {
        struct splice_component *c = &f->component[i];
        c->dc = d[1] >> 4;
        c->ac = d[1] & 15;
        if (d[0] != c->id || c->dc >= SPLICE_TABLES || c->ac >= SPLICE_TABLES) return ERR_UNSUPPORTED;
        if (!f->dc[c->dc].present || !f->ac[c->ac].present) return ERR_UNSUPPORTED;
    }
    return d[0] == 0 && d[1] == 63 && d[2] == 0 ? 0 : ERR_UNSUPPORTED;
}

static int read_segment(struct splice_file *f, const struct segment *s) {
    switch (s->marker) {
    case MARKER_SOF0:
    case MARKER_SOF1:
        return read_frame(f, s);
    case MARKER_DHT:
        return read_tables(f, s);
    case MARKER_DRI:
        return s->n == 2 && s->data[0] == 0 && s->data[1] == 0 ? 0 : ERR_UNSUPPORTED;
    case MARKER_SOS:
        return read_scan(f, s);
    case MARKER_DQT:
    case MARKER_COM:
        return 0;
    default:
        return s->marker >= MARKER_APP0 && s->marker <= MARKER_APP15 ? 0 : ERR_UNSUPPORTED;
    }
}

/* The scan goes as far as every 0xFF has its zero; what comes then has to be the end marker. */
static int find_end(struct splice_file *f) {
    const uint8_t *p = f->scan, *end = f->bytes + f->n;
    for (;; p += 2) {
        p = memchr(p, 0xFF, (size_t)(end - p));
        if (!p || end - p < 2) return ERR_UNSUPPORTED;
        if (p[1] != 0) break;
    }
    f->scan_end = p;
    while (end - p > 2 && p[1] == 0xFF) p++;
    return p[1] == MARKER_EOI ? 0 : ERR_UNSUPPORTED;
}

int jpeg_splice_file_read(struct splice_file *f, const void *bytes, size_t n) {
    struct segment s = { 0 };
    size_t at = 2;
    f->bytes = bytes;
    f->n = n;
    f->components = 0;
    if (n < 2 || f->bytes[0] != 0xFF || f->bytes[1] != MARKER_SOI) return ERR_UNSUPPORTED;
    while (s.marker != MARKER_SOS) {
        int rc = next_segment(f, &at, &s);
        if (rc == 0) rc = read_segment(f, &s);
        if (rc) return rc;
    }
    f->scan = f->bytes + at;
    return find_end(f);
}

/* ---- writing ---- */

static void put(struct buf *out, uint8_t marker, const void *data, size_t n) {
    const uint8_t head[] = { 0xFF, marker, (uint8_t)((n + 2) >> 8), (uint8_t)(n + 2) };
    (void)buf_add(out, head, sizeof head);
    (void)buf_add(out, data, n);
}

/* Segments of this marker, as they are. */
static void put_all(const struct splice_file *f, uint8_t marker, struct buf *out) {
    struct segment s = { 0 };
    for (size_t at = 2; s.marker != MARKER_SOS && next_segment(f, &at, &s) == 0;)
        if (s.marker == marker) put(out, marker, s.data, s.n);
}

/* What says which colours the components are, the picture's thumbnail left out, and its profile behind the Exif segment. */
static void put_colours(const struct splice_file *f, const void *app1, size_t app1_n, struct buf *out) {
    struct segment s = { 0 };
    for (size_t at = 2; s.marker != MARKER_SOS && next_segment(f, &at, &s) == 0;) {
        if (s.marker == MARKER_APP14 && s.n >= ADOBE_BYTES && starts(&s, "Adobe", 5))
            put(out, MARKER_APP14, s.data, ADOBE_BYTES);
        if (s.marker != MARKER_APP0 || s.n < JFIF_BYTES || !starts(&s, "JFIF\0", 5)) continue;
        uint8_t jfif[JFIF_BYTES];
        memcpy(jfif, s.data, sizeof jfif);
        jfif[12] = jfif[13] = 0; /* the thumbnail's width and height */
        put(out, MARKER_APP0, jfif, sizeof jfif);
    }
    if (app1) put(out, MARKER_APP1, app1, app1_n);
    s.marker = 0;
    for (size_t at = 2; s.marker != MARKER_SOS && next_segment(f, &at, &s) == 0;)
        if (s.marker == MARKER_APP2 && starts(&s, "ICC_PROFILE", 12)) put(out, MARKER_APP2, s.data, s.n);
}

/* For the frame's components, in its order, as read_scan wants them. */
static void put_scan_header(const struct splice_file *f, const struct splice_file *coder, struct buf *out) {
    uint8_t data[1 + 2 * SPLICE_COMPONENTS + 3], *d = data;
    *d++ = (uint8_t)f->components;
    for (int i = 0; i < f->components; i++) {
        *d++ = f->component[i].id;
        *d++ = (uint8_t)(coder->component[i].dc << 4 | coder->component[i].ac);
    }
    memcpy(d, (const uint8_t[]){ 0, 63, 0 }, 3);
    put(out, MARKER_SOS, data, (size_t)(d + 3 - data));
}

int jpeg_splice_file_put_header(const struct splice_file *f, const struct splice_file *coder, const void *app1,
                                size_t app1_n, struct buf *out) {
    static const uint8_t soi[] = { 0xFF, MARKER_SOI };
    bool dc[SPLICE_TABLES] = { false }, ac[SPLICE_TABLES] = { false };
    for (int i = 0; i < f->components; i++) dc[coder->component[i].dc] = ac[coder->component[i].ac] = true;
    (void)buf_add(out, soi, sizeof soi);
    put_colours(f, app1, app1_n, out);
    put_all(f, MARKER_DQT, out);
    put_all(f, MARKER_SOF0, out);
    put_all(f, MARKER_SOF1, out);
    for (int i = 0; i < SPLICE_TABLES; i++) {
        if (dc[i]) (void)!jpeg_splice_huff_put(&coder->dc[i], (uint8_t)i, out);
        if (ac[i]) (void)!jpeg_splice_huff_put(&coder->ac[i], (uint8_t)(0x10 | i), out);
    }
    put_scan_header(f, coder, out);
    return out->error;
}
