/* SPDX-License-Identifier: MIT */
/* What the benchmarks share: clocks, medians, rows of the table, and things to measure with. Every figure is a ratio against a yardstick that
 * was measured in the same run, in rounds that alternate, so that a busy or slow machine changes both. A failure ends the program. */
#ifndef SITELOG_BENCH_H
#define SITELOG_BENCH_H

#include "app/journal/journal.h"
#include "firmware/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* BENCH_QUICK=1: fewer rounds and smaller loads. Wider scatter, same ratios. */
bool bench_quick(void);

/* Monotonic seconds. */
double bench_now_s(void);

/* Ends the program when rc is negative. */
void bench_must(int rc, const char *what, const struct err_text *e);

#define BENCH_ROUNDS_MAX 32

/* One round's value for each round: the median, the smallest and the largest. */
struct bench_series {
    double value[BENCH_ROUNDS_MAX];
    size_t n;
};
void bench_add(struct bench_series *s, double value);
double bench_median(const struct bench_series *s);
double bench_low(const struct bench_series *s);
double bench_high(const struct bench_series *s);

enum bench_goal { BENCH_AT_MOST, BENCH_AT_LEAST, BENCH_NO_GOAL };

/* A line of the table: the series' median against the goal, its scatter, and a remark. Tab-separated; run.sh makes the table of it. */
void bench_row(const char *name, const struct bench_series *s, enum bench_goal goal, double limit, const char *remark,
               ...) __attribute__((format(printf, 5, 6)));

/* ---- things to measure with ---- */

#define BENCH_ORG   "acme"
#define BENCH_SITE  "s-0412"
#define BENCH_BOARD "b-01"

/* A journal in {dir}/{file}; site NULL: the hub's. Owns: caller. */
void bench_journal(const char *dir, const char *file, const char *writer, const char *site, struct db **db,
                   struct journal **journal);

/* One of a board's usual events: of ten, five photos, three logs, two notes. data has to hold BENCH_DATA_SIZE. */
#define BENCH_DATA_SIZE 1024
struct bench_event {
    char id[ID_SIZE], data[BENCH_DATA_SIZE];
    struct event_draft draft; /* points into this struct: do not copy it */
};
void bench_event(unsigned number, struct bench_event *out);

/* Appends n of them in one transaction. */
void bench_append(struct db *db, struct journal *journal, unsigned first, unsigned n);

/* All events of a writer as they are stored, in the order of the store. Owns: caller; bench_events_fini. */
struct bench_stored {
    struct event_key key;
    char *bytes;
    size_t n;
};
struct bench_events {
    struct bench_stored *list;
    size_t count, bytes;
};
void bench_events_read(struct db *db, const char *writer, struct bench_events *out);
void bench_events_fini(struct bench_events *e);

/* A photo of width x height, about `bytes` long, as a camera would write it: baseline, 4:2:0, detail at every scale. Each seed gives another
 * picture. Owns: caller; buf_fini. */
struct buf bench_photo(unsigned width_px, unsigned height_px, size_t bytes, uint32_t seed);

/* Every bit of it looked at, and no more: libjpeg's jpeg_read_coefficients. */
void bench_read_coefficients(const struct buf *photo);

#endif
