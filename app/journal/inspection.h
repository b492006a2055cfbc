/* SPDX-License-Identifier: MIT */
/* Quality reports (质检报告): once a week the supervisor walks the checklist of a stage. inspection-submitted has the subject inspection/{id}; what is
 * half done is a draft (draft.h, kind "inspection", key the stage). The event stands alone: it carries each item's verdict and the limit it was judged
 * by. Shape and projection: inspection.c; judging: inspection_judge.c; POST: inspection_submit.c; readers: inspection_print.c.
 * Thread: any, on the handle's thread; what writes, inside a write transaction on the store's thread. */
#ifndef SITELOG_JOURNAL_INSPECTION_H
#define SITELOG_JOURNAL_INSPECTION_H

#include "app/journal/checklist.h"
#include "app/journal/hazard.h"
#include "app/journal/shape.h"

#define INSPECTION_ITEMS_MAX 120
#define INSPECTION_DAYS_BACK 7 /* so old a walk may be when it is submitted */

/* pass: nothing failed. rectify: something did, no red line. fail: a red line did, whatever else passed. */
enum inspection_verdict { INSPECTION_PASS, INSPECTION_RECTIFY, INSPECTION_FAIL };

struct inspection_sum {
    enum inspection_verdict verdict;
    int passed, failed, red, not_applicable;
};

/* A timed test that was finished. */
struct inspection_test {
    char kind[41], stage[41], room[41]; /* room "": it was made for all of them */
    bool passed;
};

/* What judging asks of the site. Pure functions of what the caller has read. */
struct inspection_site {
    const struct checklist_item *(*item)(void *ctx, const char *key); /* as it is in force there; NULL: no such item */
    int (*test)(void *ctx, const char *id, struct inspection_test *out); /* negative: not there, or it still runs */
    void *ctx;
};

/* Judges the items of a body whose shape is good, and writes into *made what the server adds: "verdict", "passed", "failed", "red", "not_applicable",
 * and "results", one for each item in their order: {"result","red","required","kind","zh","en","limit":{"zh","en"},"source"}.
 * ERR_INVALID with e->field: an item of another stage, a value that is missing or of no such part, no reason for what does not apply, a hazard for what
 * passed; of a timed item a test that is not its own (another kind, stage or room), or none: each phase of the item rests on a finished test of its kind
 * ("test", or "tests" where it has more phases, such as pe.press), or fails by a person's word ("result":"fail"). Typed "runs" are taken only of phases
 * that no timed test is made as: those of a company's own items. ERR_UNSUPPORTED with e->field: a photo that has to be there is not, or required items were not looked at. Pure. */
MUST_CHECK int inspection_judge(const struct json *body, const struct checklist_item *items, size_t item_count,
                                const struct inspection_site *site, struct json_out *made, struct inspection_sum *out,
                                struct err_text *e);

/* All that POST /inspections does: {"id","date","stage","items":[…],"note","photos"}; raises a hazard for each failure that has one ticked, in the same
 * transaction, and drops the stage's draft. As post_event: 0, ERR_EXISTS, ERR_CONFLICT, and what inspection_judge returns. */
MUST_CHECK int inspection_submit(struct journal *j, struct db *db, const struct hazard_by *by, const char *body,
                                 size_t n, struct appended *out, struct buf *answer, struct err_text *e);

/* One, with its items' results and the hazards it raised. ERR_NOT_FOUND. */
MUST_CHECK int inspection_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

struct inspection_query {
    const char *site;                        /* NULL: every site … */
    const char *member;                      /* … on whose list this person is; NULL: all */
    const char *stage, *verdict, *from, *to; /* or NULL; dates */
    const char *before;
    int limit;
    bool names;
};

/* {"inspections":[{"id","site","board","date","stage","verdict","passed","failed","red","not_applicable","by","at","hazards"}],"next"}, newest first; where dates are asked for,
 * by date. */
MUST_CHECK int inspection_list(struct db *db, const struct inspection_query *q, struct buf *out, struct err_text *e);

/* ---- for the table of events ---- */
extern const struct subject_kind inspection_kind;
extern const struct shape inspection_shape[];
MUST_CHECK int inspection_check(const struct json *data, struct err_text *e);

#endif
