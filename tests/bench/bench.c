/* SPDX-License-Identifier: MIT */
/* What the benchmarks share. Measures nothing itself. */
#include "tests/bench/bench.h"

#include "app/photo/jpeg.h"
#include "firmware/base/cleanup.h"
#include "tests/support/temp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>

bool bench_quick(void) {
    const char *quick = getenv("BENCH_QUICK");
    return quick && *quick && strcmp(quick, "0") != 0;
}

double bench_now_s(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void bench_must(int rc, const char *what, const struct err_text *e) {
    if (rc >= 0) return;
    (void)fprintf(stderr, "%s: %s %s\n", what, err_name(rc), e ? e->text : "");
    exit(1);
}

/* ---- series and rows ---- */

void bench_add(struct bench_series *s, double value) {
    if (s->n < BENCH_ROUNDS_MAX) s->value[s->n++] = value;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The value a share of the way up the sorted series. */
static double quantile(const struct bench_series *s, double share) {
    struct bench_series sorted = *s;
    if (s->n == 0) return 0;
    qsort(sorted.value, sorted.n, sizeof sorted.value[0], by_size);
    double at = share * (double)(sorted.n - 1);
    size_t below = (size_t)at, above = below + 1 < sorted.n ? below + 1 : below;
    return sorted.value[below] + (at - (double)below) * (sorted.value[above] - sorted.value[below]);
}

double bench_median(const struct bench_series *s) { return quantile(s, 0.5); }
double bench_low(const struct bench_series *s) { return quantile(s, 0); }
double bench_high(const struct bench_series *s) { return quantile(s, 1); }

void bench_row(const char *name, const struct bench_series *s, enum bench_goal goal, double limit, const char *remark,
               ...) {
    double value = bench_median(s);
    bool met = goal == BENCH_NO_GOAL || (goal == BENCH_AT_MOST ? value <= limit : value >= limit);
    char text[500], wanted[32] = "";
    va_list arguments;
    va_start(arguments, remark);
    (void)vsnprintf(text, sizeof text, remark, arguments);
    va_end(arguments);
    if (goal != BENCH_NO_GOAL) (void)snprintf(wanted, sizeof wanted, "%s %g", goal == BENCH_AT_MOST ? "≤" : "≥", limit);
    int digits = value < 10 ? 3 : 1;
    (void)printf("%s\t%.*f\t%.*f–%.*f\t%s\t%s\t%s\n", name, digits, value, digits, bench_low(s), digits, bench_high(s),
                 wanted,
                 goal == BENCH_NO_GOAL ? ""
                 : met                 ? "met"
                                       : "MISSED",
                 text);
    (void)fflush(stdout);
}

/* ---- journals ---- */

static enum clock_grade grade(void) { return CLOCK_NTP; }

void bench_journal(const char *dir, const char *file, const char *writer, const char *site, struct db **db,
                   struct journal **journal) {
    CLEANUP(free_ptr) char *path = temp_path(dir, file);
    struct journal_options o = {
        .org = BENCH_ORG, .writer = writer, .site = site, .timezone = "Asia/Shanghai", .grade = grade
    };
    struct err_text e = { 0 };
    bench_must(db_open(path, DB_JOURNAL, db, &e), path, &e);
    bench_must(journal_create(*db, &o, journal, &e), path, &e);
}

static void photo_data(unsigned number, char *out) {
    char sha256[HASH_TEXT_SIZE], thumb[HASH_TEXT_SIZE];
    hash_sha256_text(&number, sizeof number, sha256);
    hash_sha256_text(sha256, sizeof sha256, thumb);
    (void)snprintf(out, BENCH_DATA_SIZE,
                   "{\"sha256\":\"%s\",\"thumb_sha256\":\"%s\",\"bytes\":%u,\"width\":4000,\"height\":3000,"
                   "\"stage\":\"plumbing_electrical\",\"room\":\"kitchen\",\"caption\":\"厨房插座开槽\",\"taken\":"
                   "\"2026-11-22T16:04:05.000+08:00\",\"clock\":\"ntp\",\"origin\":\"phone\"}",
                   sha256, thumb, 2800000 + number % 400000);
}

static void log_data(unsigned number, char *out) {
    (void)snprintf(
        out, BENCH_DATA_SIZE,
        "{\"date\":\"2026-11-%02u\",\"stage\":\"plumbing_electrical\",\"done\":[{\"phrase\":"
        "\"plumbing_electrical/chasing\",\"rooms\":[\"kitchen\",\"bath\"],\"state\":\"done\",\"n\":5},\"水管"
        "打压 0.8 MPa 三十分钟\"],\"plan\":[{\"phrase\":\"plumbing_electrical/wiring\",\"rooms\":[\"living\"]"
        "}],\"crew\":{\"electrician\":2,\"plumber\":1},\"note\":\"第 %u 条\"}",
        1 + number % 28, number);
}

void bench_event(unsigned number, struct bench_event *out) {
    unsigned kind = number % 10;
    ids_make(clock_wall(), out->id);
    out->draft = (struct event_draft){
        .id = out->id, .site = BENCH_SITE, .subject_id = out->id, .actor = "user/u-01", .data = out->data
    };
    if (kind < 5) {
        out->draft.type = "photo-taken";
        photo_data(number, out->data);
    } else if (kind < 8) {
        out->draft.type = "daylog-submitted";
        log_data(number, out->data);
    } else {
        out->draft.type = "note";
        (void)snprintf(out->data, sizeof out->data, "{\"text\":\"瓷砖到货，少两箱（%u）\"}", number);
    }
}

void bench_append(struct db *db, struct journal *journal, unsigned first, unsigned n) {
    bench_must(db_begin(db), "begin", NULL);
    for (unsigned i = 0; i < n; i++) {
        struct bench_event event;
        struct err_text e = { 0 };
        bench_event(first + i, &event);
        bench_must(journal_append(journal, db, &event.draft, NULL, &e), event.draft.type, &e);
    }
    bench_must(db_commit(db), "commit", NULL);
}

void bench_events_read(struct db *db, const char *writer, struct bench_events *out) {
    struct stmt *s = NULL;
    size_t cap = 0;
    int rc;
    *out = (struct bench_events){ 0 };
    bench_must(db_prepare(db,
                          "SELECT c.epoch, c.lane, e.seq, e.bytes FROM event e JOIN chain c ON c.id = e.chain "
                          "WHERE c.writer = ? ORDER BY e.pos",
                          &s),
               "events", NULL);
    stmt_bind_text(s, 1, writer);
    while ((rc = stmt_step(s)) == 1) {
        if (out->count == cap) {
            cap = cap ? 2 * cap : 1024;
            out->list = realloc(out->list, cap * sizeof *out->list);
            if (!out->list) bench_must(ERR_NOMEM, "events", NULL);
        }
        struct bench_stored *e = &out->list[out->count++];
        const void *bytes = stmt_blob(s, 3, &e->n);
        *e = (struct bench_stored){ .n = e->n, .bytes = malloc(e->n) };
        if (!e->bytes) bench_must(ERR_NOMEM, "events", NULL);
        memcpy(e->bytes, bytes, e->n);
        (void)snprintf(e->key.writer, sizeof e->key.writer, "%s", writer);
        (void)snprintf(e->key.epoch, sizeof e->key.epoch, "%s", stmt_text(s, 0));
        e->key.lane = (enum lane)stmt_int(s, 1);
        e->key.seq = (uint64_t)stmt_int(s, 2);
        out->bytes += e->n;
    }
    bench_must(rc, "events", NULL);
    stmt_reset(s);
}

void bench_events_fini(struct bench_events *e) {
    for (size_t i = 0; i < e->count; i++) free(e->list[i].bytes);
    free(e->list);
    *e = (struct bench_events){ 0 };
}

/* ---- photos ---- */

static uint32_t mix(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t x = a * 2654435761u ^ b * 2246822519u ^ c * 3266489917u;
    x ^= x >> 15;
    x *= 2246822519u;
    return x ^ x >> 13;
}

/* Slow gradients, spots of a dozen pixels that a thumbnail still shows, and grain, of which there is as much as the size asks for. */
static void paint(uint8_t *rgb, unsigned w, unsigned h, unsigned noise, uint32_t seed) {
    uint32_t random = seed;
    for (unsigned y = 0; y < h; y++)
        for (unsigned x = 0; x < w; x++) {
            random = random * 1664525u + 1013904223u;
            int grain = (int)((random >> 16) % (2 * noise + 1)) - (int)noise;
            int spot = (int)(mix(x / 12, y / 12, seed) % 61) - 30;
            unsigned slow = (x * 160 / w + y * 80 / h) & 255;
            for (unsigned c = 0; c < 3; c++) {
                int value = (int)slow + spot + grain + (int)(8 * c);
                *rgb++ = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
            }
        }
}

struct buf bench_photo(unsigned width_px, unsigned height_px, size_t bytes, uint32_t seed) {
    static unsigned noise = 1; /* of the photo before, where the search for this one begins */
    CLEANUP(free_ptr) uint8_t *rgb = malloc((size_t)width_px * height_px * 3);
    struct err_text e = { 0 };
    struct buf out;
    if (!rgb) bench_must(ERR_NOMEM, "photo", NULL);
    buf_init(&out, 32u << 20);
    for (;; noise += 1 + noise / 8) {
        paint(rgb, width_px, height_px, noise, seed);
        buf_clear(&out);
        bench_must(jpeg_encode(rgb, width_px, height_px, 90, &out, &e), "photo", &e);
        if (out.len + out.len / 20 >= bytes || noise > 100) return out;
    }
}

void bench_read_coefficients(const struct buf *photo) {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct d = { .err = jpeg_std_error(&errors) }; /* exits on an error */
    jpeg_create_decompress(&d);
    jpeg_mem_src(&d, (const unsigned char *)photo->data, photo->len);
    (void)jpeg_read_header(&d, TRUE);
    if (!jpeg_read_coefficients(&d)) bench_must(ERR_INVALID, "coefficients", NULL);
    (void)jpeg_finish_decompress(&d);
    jpeg_destroy_decompress(&d);
}
