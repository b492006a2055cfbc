/* SPDX-License-Identifier: MIT */
/* Materials and goods: expected (material-expected, subject material/{id}, by head office or the site; again when the date moves), measured
 * (measurement-done), arrived in parts or returned (material-arrived), looked at (material-scanned: brand, batch, test report, grade), and, when late,
 * answered by head office with an alternative (material-answered). Late is what the site's clocks say when it is read: nothing is stored of it.
 * Quantities are kept in thousandths of the unit. Thread: that of the handle; what posts, the store's inside a write transaction. */
#ifndef SITELOG_JOURNAL_MATERIAL_H
#define SITELOG_JOURNAL_MATERIAL_H

#include "app/journal/post.h"
#include "firmware/base/tz.h"

/* Fill in what post_event needs. POST /materials: {"id","name","kind"?,"quantity"?,"unit"?,"expected","needed"?,"stage"?,"supplier"?,"note"?}; the rest
 * have p->subject_id set: …/expect {"id","expected","needed"?,"note"?} · …/arrive {"id","quantity"?,"photos","damaged"?,"note"?}, a quantity below 0 being
 * a return and none all that is missing · …/scan {"id","photo"?,"codes"?,"brand"?,"batch"?,"report"?,"grade"?} · …/measure {"id","date"?,"note"?,"photos"?}
 * · …/answer {"id","alternative","expected"?}. */
void material_post_new(struct post *p);
void material_post_expect(struct post *p);
void material_post_arrive(struct post *p);
/* p->ctx: what was read from the photo, as a JSON array of {"type","text"} (const char *), or NULL. */
void material_post_scan(struct post *p);
void material_post_measure(struct post *p);
void material_post_answer(struct post *p);

struct material_query {
    const char *site;        /* NULL: every site */
    const char *state;       /* "expected" "partly" "late" "arrived", or NULL */
    struct wall now;         /* what is late then, by each site's clocks */
    const char *expected_by; /* expected on this date or before, or NULL */
    const char *before;
    int limit;
    bool names;
};

/* {"materials":[{"id","site","name","kind","state","quantity","unit","arrived","returned","damaged","expected","needed","measure_due","measured",
 * "measure_late","stage","supplier","note","alternative":{"text","at","actor"}|null,"scan":{"codes","brand","batch","report","grade","photo"}|null,
 * "photos","deliveries","at","actor"}],"next"}. */
MUST_CHECK int material_list(struct db *db, const struct material_query *q, struct buf *out, struct err_text *e);
/* One of them, as it is now. ERR_NOT_FOUND. */
MUST_CHECK int material_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

/* By which date a kind has to be measured, so that it is there when it is needed; "" where no lead time or no date is known. */
void material_measure_due(const char *kind, const char *needed, char out[TZ_DATE_SIZE]);

/* What a deadline is judged by; calls each for every material of a site that is not there yet, or not measured, in the store's order. Ends with what
 * `each` returned below 0. */
struct material_due {
    const char *id, *name, *kind;
    const char *expected;    /* date, or "" */
    const char *needed;      /* date, of its stage's planned start where nobody said one, or "" */
    const char *measure_due; /* date, or "" */
    bool arrived, measured;
    bool answered; /* head office has named an alternative since the date was last moved */
};
typedef int (*material_due_fn)(const struct material_due *m, void *ctx);
MUST_CHECK int material_each_open(struct db *db, const char *site, material_due_fn each, void *ctx);

/* ---- for the table of events ---- */
extern const struct subject_kind material_kind;
MUST_CHECK int material_check_expected(const struct json *data, struct err_text *e);
MUST_CHECK int material_check_arrived(const struct json *data, struct err_text *e);
MUST_CHECK int material_check_scanned(const struct json *data, struct err_text *e);
MUST_CHECK int material_check_answered(const struct json *data, struct err_text *e);
MUST_CHECK int material_check_measured(const struct json *data, struct err_text *e); /* measurement-done */

#endif
