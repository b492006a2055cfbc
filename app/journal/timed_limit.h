/* SPDX-License-Identifier: MIT */
/* What a timed test has to show (ponding, pressure, hold …), how long it has run, and what that comes to. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_TIMED_LIMIT_H
#define SITELOG_JOURNAL_TIMED_LIMIT_H

#include "hal/clock.h"

#include <stddef.h>

struct timed_limit {
    const char *kind, *zh, *en;
    const char *item;  /* of the checklist: "wp.pond" */
    const char *stage; /* where it is made, when nobody says another */
    int minutes;       /* least duration */
    const char *unit;  /* of its values; "": none are read off */
    double least;      /* start value, and of a ponding the end value, too; 0: none */
    double drop;       /* largest fall from start to end; negative: not judged */
    bool ponding;      /* in one room; a photo of the ceiling below at its end */
};

const struct timed_limit *timed_limit_find(const char *kind); /* NULL: there is no such test */
const struct timed_limit *timed_limit_all(size_t *n);

/* The limit in words: "≥ 24 小时，水深 ≥ 20 mm". */
#define TIMED_WORDS_SIZE 160
void timed_limit_words(const struct timed_limit *l, char zh[TIMED_WORDS_SIZE], char en[TIMED_WORDS_SIZE]);

/* value in `unit` ("" : the limit's own) as one of the limit's unit. False: the unit is none of it. */
bool timed_limit_convert(const struct timed_limit *l, const char *unit, double value, double *out);

/* ---- how long ---- */

/* A moment as a record tells it. */
struct timed_moment {
    const char *writer;
    int64_t boot, mono_s; /* boots counted, and seconds since that one */
    struct wall at;
    enum clock_grade grade;
};

enum timed_how {
    TIMED_MONO,     /* one boot: by the clock that nobody can set */
    TIMED_WALL,     /* over a reboot, or by two programs: by the time of day, which was right at both ends */
    TIMED_PROVABLE, /* the time of day was not known at an end: only the time that the board was seen running */
};
const char *timed_how_name(enum timed_how how); /* "mono" "wall" "provable" */

/* seen_s: seconds between the two in which the start's writer is known to have run, other boots than now's included; only TIMED_PROVABLE asks. */
void timed_elapsed(const struct timed_moment *start, const struct timed_moment *now, int64_t seen_s, int64_t *seconds,
                   enum timed_how *how);

/* ---- what it comes to ---- */

struct timed_run {
    int64_t seconds;
    double start, end; /* in the limit's unit */
    bool leak;         /* water was seen where none may be */
};

enum timed_fault { TIMED_SHORT = 1, TIMED_START = 2, TIMED_LOW = 4, TIMED_DROP = 8, TIMED_LEAK = 16 }; /* bits */

/* 0: passed. A start that is too low, a fall or a leak fails it at any time; TIMED_SHORT alone: it may not end yet. */
unsigned timed_limit_judge(const struct timed_limit *l, const struct timed_run *run);

/* What one fault (a single bit) is, in words. */
void timed_fault_words(const struct timed_limit *l, enum timed_fault fault, const struct timed_run *run,
                       char zh[TIMED_WORDS_SIZE], char en[TIMED_WORDS_SIZE]);

#endif
