/* SPDX-License-Identifier: MIT */
/* The real sitelogd for benchmarks, in a folder of its own, with a manager who is signed in. A failure ends the program. */
#ifndef SITELOG_BENCH_BOARD_H
#define SITELOG_BENCH_BOARD_H

#include "firmware/base/buf.h"

#include <sys/types.h>

enum { BENCH_PATH = 400 };

struct bench_board {
    char *dir;
    char conf[BENCH_PATH], data[BENCH_PATH];
    pid_t pid;
    unsigned port;
    char as[400]; /* header lines: Cookie and X-CSRF-Token */
};

/* more: settings to add, or "". preload: an object of tests/support/preload, or NULL; its variables come from this program's environment. */
void bench_board_start(struct bench_board *b, const char *programs, const char *more, const char *preload);
void bench_board_stop(struct bench_board *b);

/* POST /api/v1/photos over an open connection, to the 201. */
void bench_board_photo(struct bench_board *b, int fd, const struct buf *photo);

/* A comment segment behind the start marker, whose number is changed for each photo: other bytes, the same picture. */
void bench_number(struct buf *photo, unsigned n);

/* Of a program, over all its threads. */
double bench_cpu_s(pid_t pid);
double bench_rss_kib(pid_t pid);

#endif
