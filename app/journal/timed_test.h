/* SPDX-License-Identifier: MIT */
/* Timed tests: filled or pressed at one moment, read again when enough time has passed by the board's own clock. Events timed-test-started and
 * timed-test-finished, subject test/{id}. The result is judged when it is finished, never before its time; power cuts in between are told.
 * Thread: any, on the handle's thread; start and finish inside a write transaction. */
#ifndef SITELOG_JOURNAL_TIMED_TEST_H
#define SITELOG_JOURNAL_TIMED_TEST_H

#include "app/journal/journal.h"
#include "app/journal/stage_gate.h"
#include "app/journal/timed_limit.h"

struct timed_view {
    const char *site, *fallback_tz;
    struct wall now;
    enum clock_grade grade; /* of now */
    bool names;
};

/* POST /tests {"id","kind","stage"?,"room"?,"value","unit"?,"photos","note"?}. As post_event; ERR_UNSUPPORTED: a photo is missing, or too little
 * to begin with; ERR_CONFLICT: the same test runs in that room. *answer: the test. */
MUST_CHECK int timed_test_start(struct journal *j, struct db *db, const struct timed_view *view, const char *actor,
                                const char *body, size_t n, struct appended *out, struct buf *answer,
                                struct err_text *e);

/* POST /tests/{id}/finish {"id","value","unit"?,"photos","below_photos"?,"leak"?,"note"?}. ERR_NOT_FOUND; ERR_CONFLICT: it is finished;
 * ERR_UNSUPPORTED: a photo is missing, or it is too early to say that it passed, with *left_s so many seconds (else 0). */
MUST_CHECK int timed_test_finish(struct journal *j, struct db *db, const struct timed_view *view, const char *id,
                                 const char *actor, const char *body, size_t n, int64_t *left_s, struct appended *out,
                                 struct buf *answer, struct err_text *e);

/* GET /tests, GET /tests/{id}. state NULL: all. ERR_NOT_FOUND. */
MUST_CHECK int timed_test_list(struct db *db, const struct timed_view *view, const char *state, const char *before,
                               int limit, struct buf *out, struct err_text *e);
MUST_CHECK int timed_test_print(struct db *db, const struct timed_view *view, const char *id, struct buf *out);

/* The newest test of each kind, stage and room, for gates. Owns: caller, free. */
MUST_CHECK int timed_test_newest(struct db *db, const char *site, struct stage_test **tests, size_t *n);

/* Those that run, oldest first, at most max. */
struct timed_running {
    char id[ID_SIZE], kind[41], stage[41], room[41];
    int64_t left_s; /* 0: it may be finished */
    struct wall due;
};
MUST_CHECK int timed_test_running(struct db *db, const struct timed_view *view, struct timed_running *out, size_t max,
                                  size_t *n);

/* ---- for the table of events ---- */
extern const struct subject_kind timed_test_kind;
MUST_CHECK int timed_test_check_started(const struct json *data, struct err_text *e);
MUST_CHECK int timed_test_check_finished(const struct json *data, struct err_text *e);

#endif
