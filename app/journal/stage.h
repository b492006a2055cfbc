/* SPDX-License-Identifier: MIT */
/* Stages of the works as they really go: started, finished, acceptance asked for, accepted or rejected, as a whole or room by room. Events
 * stage-started, stage-finished, acceptance-requested, stage-accepted, stage-rejected, gate-overridden; subject stage/{key}, the room in the data.
 * Gates are judged when somebody posts (stage_gate.h); what other writers did is folded as it is, what falls where it is not legal being marked.
 * Thread: any, on the handle's thread; stage_step inside a write transaction. */
#ifndef SITELOG_JOURNAL_STAGE_H
#define SITELOG_JOURNAL_STAGE_H

#include "app/journal/life.h"
#include "app/journal/stage_gate.h"
#include "app/journal/standstill.h"

enum stage_verb {
    STAGE_START,
    STAGE_FINISH,
    STAGE_REQUEST,
    STAGE_ACCEPT,
    STAGE_REJECT,
    STAGE_OVERRIDE,
    STAGE_VERB_COUNT,
};

extern const struct life stage_life; /* of the first five */

struct stage_mark {
    char at[CLOCK_TEXT_SIZE]; /* RFC 3339, "" : not yet */
    int64_t ms;               /* the same, 0 */
    char by[ENVELOPE_ACTOR_SIZE];
};

struct stage_row {
    struct stage_seen seen;
    struct stage_mark started, finished, asked, accepted, rejected; /* the newest of each */
    char reason[401];                                               /* of the newest override */
    struct stage_mark overridden;
};

/* All rows of a site in the order of stage and room, and the plan and the tests that gates are judged by. Owns: caller; stage_book_fini. */
struct stage_book {
    struct plan plan;
    struct stage_row *rows;
    struct stage_seen *seen; /* the same, for the judgement */
    size_t row_count;
    struct stage_test *tests;
    size_t test_count;
    char date[TZ_DATE_SIZE];
    bool customer_signed;
    struct stage_evidence evidence; /* nothing, until stage_evidence_read */
    struct tz *tz;
    struct standstill clocks;
};
MUST_CHECK int stage_book_read(struct db *db, const char *site, const char *fallback_tz, struct wall now,
                               struct stage_book *out);
/* Adds what gates are judged by beside that: whoever only reads dates needs none of it. */
MUST_CHECK int stage_evidence_read(struct db *db, const char *site, struct stage_book *b);
void stage_book_fini(struct stage_book *b);
struct stage_site stage_book_site(const struct stage_book *b); /* borrowed */

struct stage_ask {
    const char *site, *key;
    const char *actor;       /* "user/u-03" */
    const char *fallback_tz; /* of a site without a plan */
    enum stage_verb verb;
    unsigned may;                    /* bits of verbs that whoever asks may do */
    char allowed[LIFE_ALLOWED_SIZE]; /* out, with ERR_CONFLICT: a JSON array of the verbs that remain, or "" */
    struct stage_lacks lacks;        /* out: with ERR_CONFLICT of a gate, what is missing; after 0, warnings too */
};

/* POST /stages/{key}/{verb}: {"id","room"?,"note"?,"photos"?,"reason"?,"gate"?}. As post_event. ERR_NOT_FOUND: the plan has no such stage.
 * *answer: the stage as the list shows it; also where the id is taken by the same verb with other content. */
MUST_CHECK int stage_step(struct journal *j, struct db *db, struct stage_ask *ask, const char *body, size_t n,
                          struct appended *out, struct buf *answer, struct err_text *e);

struct stage_view {
    const char *site, *fallback_tz;
    struct wall now;
    unsigned may; /* bits of verbs that the reader may do */
    bool names;   /* people's names are shown */
};

/* A stage as a whole: its own row, or its rooms taken together, as far as the one that is least far. */
void stage_book_whole(const struct stage_book *b, const char *key, struct stage_row *out);

/* All rows of a site, by key and room; and as stage_book_whole. Owns: caller, free. */
MUST_CHECK int stage_rows_read(struct db *db, const char *site, struct stage_row **rows, size_t *count);
void stage_rows_whole(const struct stage_row *rows, size_t n, const char *key, struct stage_row *out);

/* GET /stages: {"date","stages":[…],"next":null}; key: only that one, as an object. ERR_NOT_FOUND. */
MUST_CHECK int stage_print(struct db *db, const struct stage_view *view, const char *key, struct buf *out);

/* ---- for the table of events ---- */
extern const struct subject_kind stage_kind;
MUST_CHECK int stage_check(const struct json *data, struct err_text *e);            /* all but the next */
MUST_CHECK int stage_check_overridden(const struct json *data, struct err_text *e); /* gate-overridden */

#endif
