/* SPDX-License-Identifier: MIT */
/* What a timed test has to show (ponding, pressure, hold …), how long it has run, and what that comes to. The figures are those of the checklist that
 * is in force at the site; the table here says which test belongs to which phase of an item, and holds the program's own figures for a site whose
 * checklist leaves the item out. Pure, but for timed_limit_read. Thread: any; timed_limit_read on the handle's. */
#ifndef SITELOG_JOURNAL_TIMED_LIMIT_H
#define SITELOG_JOURNAL_TIMED_LIMIT_H

#include "firmware/base/err.h"
#include "hal/clock.h"

#include <stddef.h>

struct checklist_item;
struct db;

struct timed_limit {
    const char *kind, *zh, *en;
    const char *item, *phase; /* of the checklist: "wp.pond", "pond" */
    const char *stage;        /* where it is made, when nobody says another */
    int minutes;              /* least duration */
    const char *unit;         /* of its values; "": none are read off */
    double least;             /* start value, and of a ponding the end value, too; 0: none */
    double drop;              /* largest fall from start to end; negative: not judged */
    bool ponding;             /* in one room; a photo of the ceiling below at its end */
    double about;             /* what its start value usually is: less than half of it is no such test; 0: not said */
    bool left_out;            /* the site's checklist asks for no such test: the figures are the program's */
};

/* Names, and the program's own figures. */
const struct timed_limit *timed_limit_find(const char *kind); /* NULL: there is no such test */
const struct timed_limit *timed_limit_all(size_t *n);

/* The test that a phase of an item is made as, by its key, else by its place; NULL: there is none, what was read is typed. */
const struct timed_limit *timed_limit_of(const struct checklist_item *item, size_t phase);

/* Takes the figures of the item's phase that is made as this test. Where a phase gives only a factor of the working pressure, which nobody knows here,
 * the least start value follows from the phase that gives a least pressure for its own factor. False: it has no such phase, *l is as it was. */
bool timed_limit_take(const struct checklist_item *item, struct timed_limit *l);

/* As it is in force at a site. ERR_NOT_FOUND: there is no such test. */
MUST_CHECK int timed_limit_read(struct db *db, const char *site, const char *kind, struct timed_limit *out);

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

/* A start value that is far from what it usually is: judged by nobody, but told. */
bool timed_limit_odd(const struct timed_limit *l, double start, char zh[TIMED_WORDS_SIZE], char en[TIMED_WORDS_SIZE]);

/* What one fault (a single bit) is, in words. */
void timed_fault_words(const struct timed_limit *l, enum timed_fault fault, const struct timed_run *run,
                       char zh[TIMED_WORDS_SIZE], char en[TIMED_WORDS_SIZE]);

#endif
