/* SPDX-License-Identifier: MIT */
/* A weekly report with forty photos of 12 megapixels as a PDF: how long, against only looking at every bit of the photos, and in how much memory. */
#include "app/photo/jpeg.h"
#include "app/report/report_html.h"
#include "app/report/report_pdf.h"
#include "tests/bench/bench.h"
#include "tests/support/report_sample.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PHOTOS = 40, DIFFERENT = 4, OUT_MAX = 48 * 1024 * 1024 };

static struct buf photos[DIFFERENT];

/* As the hub's route does it. */
static int give(void *ctx, const struct report_photo *photo, unsigned long_px, struct buf *out) {
    const struct buf *b = &photos[strtoul(photo->id + 24, NULL, 16) % DIFFERENT];
    (void)ctx;
    return jpeg_thumbnail(b->data, b->len, long_px, out, NULL);
}

static size_t draw(const struct report *r) {
    struct report_view view = {
        .lang = REPORT_BOTH, .names = true, .site_path = "/api/v1/sites/s-0412", .photo = give
    };
    struct err_text e = { 0 };
    struct buf out;
    buf_init(&out, OUT_MAX);
    bench_must(report_pdf(r, &view, &out, &e), "report", &e);
    size_t n = out.len;
    buf_fini(&out);
    return n;
}

static void write_html(const struct report *r) {
    struct report_view view = { .lang = REPORT_BOTH, .names = true, .site_path = "/api/v1/sites/s-0412" };
    struct buf out;
    buf_init(&out, OUT_MAX);
    bench_must(report_html(r, &view, NULL, &out), "report", NULL);
    buf_fini(&out);
}

/* The most that this process has had in memory, kB. */
static double peak_kb(void) {
    FILE *f = fopen("/proc/self/status", "r");
    char line[200];
    double kb = 0;
    while (f && fgets(line, sizeof line, f)) (void)sscanf(line, "VmHWM: %lf", &kb);
    if (f) (void)fclose(f);
    return kb;
}

/* In a process that has made no photos: theirs would be the peak. */
static double peak_of_drawing(const struct report *r) {
    int ends[2];
    double kb = 0;
    (void)malloc_trim(0);
    bench_must(pipe(ends) ? ERR_IO : 0, "pipe", NULL);
    pid_t child = fork();
    bench_must(child < 0 ? ERR_IO : 0, "fork", NULL);
    if (child == 0) {
        (void)draw(r);
        kb = peak_kb();
        _exit(write(ends[1], &kb, sizeof kb) == sizeof kb ? 0 : 1);
    }
    bench_must(read(ends[0], &kb, sizeof kb) == sizeof kb ? 0 : ERR_IO, "child", NULL);
    (void)waitpid(child, NULL, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return kb;
}

static double processor_s(void) { return (double)clock() / CLOCKS_PER_SEC; }

int main(void) {
    unsigned rounds = bench_quick() ? 3 : 9;
    struct bench_series ratio = { 0 }, absolute = { 0 }, work = { 0 }, page = { 0 }, memory = { 0 };
    struct report r;
    size_t bytes = 0;
    report_sample(&r, PHOTOS);
    for (unsigned i = 0; i < DIFFERENT; i++) photos[i] = bench_photo(4000, 3000, 3000000, i + 1);
    bench_add(&memory, peak_of_drawing(&r) / 1000);
    for (unsigned i = 0; i < rounds; i++) {
        double began = bench_now_s();
        for (unsigned k = 0; k < PHOTOS; k++) bench_read_coefficients(&photos[k % DIFFERENT]);
        double yardstick = bench_now_s() - began;
        began = bench_now_s();
        double processor = processor_s();
        bytes = draw(&r);
        double took = bench_now_s() - began;
        bench_add(&work, processor_s() - processor);
        began = bench_now_s();
        write_html(&r);
        bench_add(&page, (bench_now_s() - began) * 1000);
        bench_add(&ratio, took / yardstick);
        bench_add(&absolute, took);
    }
    bench_row("weekly report with 40 photos as PDF ÷ jpeg_read_coefficients of the photos", &ratio, BENCH_AT_MOST, 1.3,
              "12 megapixels, 3.0 MB each; the document: %.1f MB", (double)bytes / 1e6);
    bench_row("the same, seconds", &absolute, BENCH_AT_MOST, 1.5, "on two threads, which worked for %.2f s",
              bench_median(&work));
    bench_row("the same, peak RSS of the process, MB", &memory, BENCH_AT_MOST, 100,
              "with the four different photos, 12 MB");
    bench_row("the same as HTML, ms", &page, BENCH_NO_GOAL, 0, "photos are links");
    for (unsigned i = 0; i < DIFFERENT; i++) buf_fini(&photos[i]);
    report_fini(&r);
    return 0;
}
