/* SPDX-License-Identifier: MIT */
/* Raw pictures through TurboJPEG; MJPEG frames checked by their markers and given the usual Huffman tables where they bring none. Does not
 * decode what it passes on. */
#include "hal/linux/camera_picture.h"

#include "hal/camera.h"

#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DHT = 0xc4, TABLES_MAX = 1024 };

struct camera_picture {
    enum picture_layout layout;
    int width, height, quality;
    size_t stride;
    tjhandle encoder, decoder;
    uint8_t *planes; /* Y, then U, then V: what TurboJPEG takes */
    uint8_t *jpeg;
    unsigned long jpeg_size;
    struct buf whole; /* an MJPEG frame with tables */
    uint8_t tables[TABLES_MAX];
    size_t tables_len;
    uint8_t *small; /* an eighth of the picture */
    size_t small_size;
};

/* ---- markers ---- */

struct segment {
    uint8_t marker;
    size_t at, len; /* of the whole segment, marker included */
};

/* The segment that begins at `at`, before the picture's data. false: there is no whole one. */
static bool segment_at(const uint8_t *b, size_t n, size_t at, struct segment *out) {
    while (at + 1 < n && b[at] == 0xff && b[at + 1] == 0xff) at++; /* fill bytes */
    if (at + 4 > n || b[at] != 0xff || b[at + 1] < 0xc0 || (b[at + 1] >= 0xd0 && b[at + 1] <= EOI)) return false;
    size_t len = (size_t)(b[at + 2] << 8 | b[at + 3]) + 2;
    if (len < 4 || len > n - at) return false;
    *out = (struct segment){ b[at + 1], at, len };
    return true;
}

static bool begins(const uint8_t *b, size_t n) { return n >= 4 && b[0] == 0xff && b[1] == SOI; }

/* Collects the Huffman tables of a JPEG that TurboJPEG made: those of Annex K, unless told otherwise. */
static int learn_tables(struct camera_picture *p) {
    uint8_t grey[8 * 8 * 3] = { 0 }, *jpeg = NULL;
    unsigned long size = 0;
    if (tjCompress2(p->encoder, grey, 8, 0, 8, TJPF_RGB, &jpeg, &size, TJSAMP_444, 90, 0)) return ERR_NOMEM;
    struct segment s;
    for (size_t at = 2; segment_at(jpeg, size, at, &s) && s.marker != SOS; at = s.at + s.len) {
        if (s.marker != DHT || s.len > TABLES_MAX - p->tables_len) continue;
        memcpy(p->tables + p->tables_len, jpeg + s.at, s.len);
        p->tables_len += s.len;
    }
    tjFree(jpeg);
    return p->tables_len ? 0 : ERR_NOMEM;
}

/* Where a frame's scan begins, and whether tables came before it. 0: nowhere. */
static size_t find_scan(const uint8_t *b, size_t n, bool *tables) {
    struct segment s;
    *tables = false;
    for (size_t at = 2; segment_at(b, n, at, &s); at = s.at + s.len) {
        if (s.marker == SOS) return s.at;
        *tables = *tables || s.marker == DHT;
    }
    return 0;
}

/* Some cameras fill a frame up with zeros. The length that it has without; 0: it does not end as a JPEG does. */
static size_t length_of(const uint8_t *b, size_t n) {
    while (n > 4 && b[n - 1] == 0) n--;
    return n > 4 && b[n - 2] == 0xff && b[n - 1] == EOI ? n : 0;
}

static int pass_on(struct camera_picture *p, const uint8_t *bytes, size_t n, const uint8_t **out, size_t *out_len) {
    bool tables;
    size_t scan, len = begins(bytes, n) ? length_of(bytes, n) : 0;
    if (!len || !(scan = find_scan(bytes, len, &tables))) return ERR_INVALID;
    if (len + p->tables_len > CAMERA_FRAME_MAX) return ERR_TOO_BIG;
    *out = bytes;
    *out_len = len;
    if (tables) return 0;
    buf_clear(&p->whole);
    (void)buf_add(&p->whole, bytes, scan);
    (void)buf_add(&p->whole, p->tables, p->tables_len);
    (void)buf_add(&p->whole, bytes + scan, len - scan);
    if (p->whole.error) return p->whole.error;
    *out = (const uint8_t *)p->whole.data;
    *out_len = p->whole.len;
    return 0;
}

/* ---- raw pictures ---- */

static size_t raw_size(const struct camera_picture *p) {
    size_t lines = (size_t)p->height;
    return p->stride * (p->layout == PICTURE_NV12 ? lines + lines / 2 : lines);
}

/* Y, U and V apart. 4:2:2 stays 4:2:2. */
static void part_yuyv(const struct camera_picture *p, const uint8_t *from) {
    size_t w = (size_t)p->width, h = (size_t)p->height;
    uint8_t *y = p->planes, *u = y + w * h, *v = u + w / 2 * h;
    for (size_t line = 0; line < h; line++, from += p->stride) {
        for (size_t i = 0; i < w / 2; i++) {
            *y++ = from[4 * i];
            *u++ = from[4 * i + 1];
            *y++ = from[4 * i + 2];
            *v++ = from[4 * i + 3];
        }
    }
}

static void part_nv12(const struct camera_picture *p, const uint8_t *from) {
    size_t w = (size_t)p->width, h = (size_t)p->height;
    uint8_t *u = p->planes, *v = u + w / 2 * (h / 2);
    from += p->stride * h;
    for (size_t line = 0; line < h / 2; line++, from += p->stride) {
        for (size_t i = 0; i < w / 2; i++) {
            *u++ = from[2 * i];
            *v++ = from[2 * i + 1];
        }
    }
}

static int encode(struct camera_picture *p, const uint8_t *bytes, size_t n, const uint8_t **out, size_t *out_len) {
    if (n < raw_size(p)) return ERR_INVALID;
    int half = p->width / 2;
    const uint8_t *planes[3];
    int strides[3] = { p->width, half, half }, sampling = TJSAMP_422;
    if (p->layout == PICTURE_YUYV) {
        part_yuyv(p, bytes);
        planes[0] = p->planes;
        planes[1] = planes[0] + (size_t)p->width * (size_t)p->height;
        planes[2] = planes[1] + (size_t)half * (size_t)p->height;
    } else {
        part_nv12(p, bytes); /* its first plane is taken where it lies */
        planes[0] = bytes;
        planes[1] = p->planes;
        planes[2] = planes[1] + (size_t)half * (size_t)(p->height / 2);
        strides[0] = (int)p->stride;
        sampling = TJSAMP_420;
    }
    unsigned long size = p->jpeg_size;
    if (tjCompressFromYUVPlanes(p->encoder, planes, p->width, strides, p->height, sampling, &p->jpeg, &size, p->quality,
                                TJFLAG_NOREALLOC))
        return ERR_INVALID;
    *out = p->jpeg;
    *out_len = size;
    return size > CAMERA_FRAME_MAX ? ERR_TOO_BIG : 0;
}

int camera_picture_jpeg(struct camera_picture *p, const uint8_t *bytes, size_t n, const uint8_t **out,
                        size_t *out_len) {
    return p->layout == PICTURE_MJPEG ? pass_on(p, bytes, n, out, out_len) : encode(p, bytes, n, out, out_len);
}

/* ---- brightness ---- */

static int mean_of(const uint8_t *y, size_t n, size_t step) {
    uint64_t sum = 0, count = 0;
    for (size_t i = 0; i < n; i += step, count++) sum += y[i];
    return count ? (int)(sum / count) : 0;
}

static int small_brightness(struct camera_picture *p, const uint8_t *jpeg, size_t n, int *out) {
    static const tjscalingfactor eighth = { 1, 8 };
    int w, h, sampling, colours;
    if (tjDecompressHeader3(p->decoder, jpeg, n, &w, &h, &sampling, &colours)) return ERR_INVALID;
    w = TJSCALED(w, eighth);
    h = TJSCALED(h, eighth);
    size_t size = (size_t)w * (size_t)h;
    if (size > p->small_size) {
        uint8_t *larger = size <= CAMERA_FRAME_MAX ? realloc(p->small, size) : NULL;
        if (!larger) return ERR_NOMEM;
        p->small = larger;
        p->small_size = size;
    }
    if (tjDecompress2(p->decoder, jpeg, n, p->small, w, 0, h, TJPF_GRAY, 0) &&
        tjGetErrorCode(p->decoder) != TJERR_WARNING)
        return ERR_INVALID;
    *out = mean_of(p->small, size, 1);
    return 0;
}

int camera_picture_brightness(struct camera_picture *p, const uint8_t *bytes, size_t n, int *out) {
    const uint8_t *jpeg;
    size_t len;
    if (p->layout == PICTURE_MJPEG) {
        int rc = pass_on(p, bytes, n, &jpeg, &len);
        return rc ? rc : small_brightness(p, jpeg, len, out);
    }
    if (n < raw_size(p)) return ERR_INVALID;
    *out = mean_of(bytes, p->stride * (size_t)p->height, p->layout == PICTURE_YUYV ? 16 : 8);
    return 0;
}

/* ---- life ---- */

static int make_room(struct camera_picture *p) {
    size_t pixels = (size_t)p->width * (size_t)p->height;
    p->jpeg_size = tjBufSize(p->width, p->height, TJSAMP_422);
    p->planes = malloc(p->layout == PICTURE_YUYV ? pixels * 2 : pixels / 2);
    p->jpeg = tjAlloc((int)p->jpeg_size);
    return p->planes && p->jpeg ? 0 : ERR_NOMEM;
}

int camera_picture_create(enum picture_layout layout, int width, int height, size_t stride, int quality,
                          struct camera_picture **out) {
    struct camera_picture *p = calloc(1, sizeof *p);
    if (!p) return ERR_NOMEM;
    p->layout = layout;
    p->width = width & ~1;
    p->height = height & ~1;
    p->stride = stride;
    p->quality = quality;
    buf_init(&p->whole, CAMERA_FRAME_MAX);
    p->encoder = tjInitCompress();
    p->decoder = tjInitDecompress();
    int rc = p->encoder && p->decoder ? learn_tables(p) : ERR_NOMEM;
    if (!rc && layout != PICTURE_MJPEG) rc = make_room(p);
    if (rc) {
        camera_picture_destroy(p);
        return rc;
    }
    *out = p;
    return 0;
}

void camera_picture_destroy(struct camera_picture *p) {
    if (!p) return;
    if (p->encoder) (void)tjDestroy(p->encoder);
    if (p->decoder) (void)tjDestroy(p->decoder);
    tjFree(p->jpeg);
    free(p->planes);
    free(p->small);
    buf_fini(&p->whole);
    free(p);
}
