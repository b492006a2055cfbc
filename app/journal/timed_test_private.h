/* SPDX-License-Identifier: MIT */
/* What the files of timed tests share. Not for others. */
#ifndef SITELOG_JOURNAL_TIMED_TEST_PRIVATE_H
#define SITELOG_JOURNAL_TIMED_TEST_PRIVATE_H

#include "app/journal/shape.h"
#include "app/journal/timed_test.h"

extern const struct shape timed_test_shape_started[], timed_test_shape_finished[];

#define TIMED_TEST_COLUMNS                                                                                             \
    "pos, id, kind, stage, room, state, unit, value, started, started_ms, started_by, clock, writer, boot, mono_s, "   \
    "photos, note, finished, finished_by, end_value, seconds, how, dark, faults, below_photos, end_photos, end_note, " \
    "judged_by"

/* A row of the table, borrowed of the statement where it is a pointer. */
struct timed_row {
    int64_t pos; /* of timed-test-started in this store; 0: it is not here */
    char id[ID_SIZE], kind[41], stage[41], room[41], state[16], unit[16], clock[5], writer[NAME_SIZE];
    char started[CLOCK_TEXT_SIZE];
    struct wall at;
    double value;
    int64_t boot, mono_s;
};
void timed_row_get(struct stmt *s, struct timed_row *out); /* columns as above */

/* ERR_NOT_FOUND. */
MUST_CHECK int timed_row_read(struct db *db, const char *site, const char *id, struct timed_row *out);

/* How long it has run until `now`. */
MUST_CHECK int timed_row_elapsed(struct db *db, const char *site, const struct timed_row *row,
                                 const struct timed_moment *now, int64_t *seconds, enum timed_how *how);

/* This program's now. writer: a buffer for its name. */
MUST_CHECK int timed_row_now(struct db *db, const struct timed_view *view, char writer[NAME_SIZE],
                             struct timed_moment *out);

/* [{"from","to"?,"seconds"}]: the hours without power since the test's start, as the outages say that were recorded after it. */
MUST_CHECK int timed_row_put_dark(struct db *db, const char *site, const struct timed_row *row, struct json_out *w,
                                  const char *name);

#endif
