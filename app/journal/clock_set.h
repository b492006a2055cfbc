/* SPDX-License-Identifier: MIT */
/* Boards' clocks being set (clock-set, subject board/{id}), and dating what was written before. A record says in which boot and at which monotonic
 * second it was written, a clock-set at which monotonic instant the clock was right: so its time can be told after the fact, whatever the
 * clock showed. Nothing that was written is changed: readers are shown the corrected time beside it.
 *
 * Which clock-set dates a record: one of the same writer, epoch and boot, that came after it and whose clock was better than the record's own
 * (ntp > rtc > none); of those the best, and of the best the first, which had the least time to drift. Where none is, the record keeps its time and
 * grade: so does everything of an earlier boot, because how long the board was switched off nobody measured. A log's site date stays what its
 * writer saw, too, until he amends it. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_CLOCK_SET_H
#define SITELOG_JOURNAL_CLOCK_SET_H

#include "app/journal/journal.h"

/* Less than this is no correction: the time stands, and is vouched for by the better clock. Records tell whole monotonic seconds. */
#define CLOCK_SET_LEAST_MS 2000

struct clock_set {
    struct wall from, to; /* what the clock showed, and what it shows, at the same instant */
    struct mono mono;     /* that instant */
    enum clock_grade before, after;
};

/* Inside a write transaction: the board's own event. */
MUST_CHECK int clock_set_append(struct journal *j, struct db *db, const struct clock_set *set, struct appended *out,
                                struct err_text *e);

/* The clock at the newest own record of this boot of the kernel; its monotonic time is whole seconds, rounded down. ERR_NOT_FOUND: there is none. */
struct clock_set_last {
    struct wall at;
    struct mono mono;
    enum clock_grade grade;
};
MUST_CHECK int clock_set_last(struct journal *j, struct db *db, struct clock_set_last *out);

struct clock_set_dated {
    char at[CLOCK_TEXT_SIZE]; /* RFC 3339; "": not dated. The same as the record's where that stands */
    char clock[5];            /* of the clock that dated it: "ntp" "rtc" */
};

/* When a record was made, by a later clock. */
MUST_CHECK int clock_set_date(struct db *db, const struct envelope *event, struct clock_set_dated *out);

/* The same for the event at a position of the store. clock: its grade, as the caller knows it; nothing is looked up where that is the best. */
MUST_CHECK int clock_set_date_at(struct db *db, int64_t pos, const char *clock, struct clock_set_dated *out);

/* Another time by the same clock, such as a photo's `taken`: it is moved by as much. "" where `dated` is not, or the time is further than
 * CLOCK_SET_LEAST_MS from the record's own `at` and so may be another clock's, a phone's say. */
void clock_set_move(const struct clock_set_dated *dated, const char *at, const char *time, char out[CLOCK_TEXT_SIZE]);

/* "at_corrected" and "clock_corrected", where it is dated. */
void clock_set_put(const struct clock_set_dated *dated, struct json_out *w);

/* ---- for the table of events ---- */
extern const struct subject_kind clock_set_kind; /* of the kind "board" */
MUST_CHECK int clock_set_check(const struct json *data, struct err_text *e);

#endif
