/* SPDX-License-Identifier: MIT */
/* Hazards (隐患): what is wrong on a site, who puts it right by when, and who saw that it is. raised → assigned → rectified → verified; rejected leads
 * back to assigned. hazard-raised … hazard-verified have the subject hazard/{id of the raising event} and travel in the alert lane.
 * Shapes and life: hazard.c; due dates: hazard_due.c; POST: hazard_post.c; projection: hazard_fold.c; readers: hazard_print.c, hazard_csv.c, hazard_times.c.
 * Thread: any, on the handle's thread; what writes, inside a write transaction on the store's thread. */
#ifndef SITELOG_JOURNAL_HAZARD_H
#define SITELOG_JOURNAL_HAZARD_H

#include "app/journal/csv_list.h"
#include "app/journal/journal.h"
#include "app/journal/life.h"
#include "firmware/base/tz.h"

#define HAZARD_TEXT_MAX   400  /* bytes */
#define HAZARD_NOTE_MAX   1000 /* bytes */
#define HAZARD_PHOTOS_MAX 12
#define HAZARD_CSV_MAX    5000 /* rows */

enum hazard_state { HAZARD_UNKNOWN, HAZARD_RAISED, HAZARD_ASSIGNED, HAZARD_RECTIFIED, HAZARD_VERIFIED };
extern const struct life hazard_life;

/* ---- due dates; pure ---- */

struct hazard_due {
    char text[CLOCK_TEXT_SIZE]; /* a date of the site, or an instant */
    struct wall due;            /* whole seconds: the end of that date at the site, or the instant */
    struct wall warn;           /* 0: no warning */
};

/* severity: "notice" (7 days, warned 48 h before), "serious" (3 days, 24 h), "stop_work" (24 h, no warning; never later, whatever was said). said: a
 * date, an instant, or NULL: as the severity has it. ERR_INVALID: e->field is "due": it is past, or over a year away. */
MUST_CHECK int hazard_due(const struct tz *tz, struct wall raised, const char *severity, const char *said,
                          struct hazard_due *out, struct err_text *e);

/* ---- POST ---- */

struct hazard_by {
    const char *site;
    const char *actor; /* "user/u-03" */
    bool office;       /* head office: may verify from afar what has to be looked at, with a reason */
};

/* All that POST /hazards does: {"id","stage","room","phrase","n","text","note","severity","due","photos"}; a phrase makes the text. Where the site has
 * one active manager only (or, without managers, one of the crew), it is assigned to that one in the same transaction.
 * 0; ERR_EXISTS: posted before; ERR_CONFLICT: the id is taken; ERR_INVALID with e->field; journal_append's. *answer: the hazard. */
MUST_CHECK int hazard_submit(struct journal *j, struct db *db, const struct hazard_by *by, const char *body, size_t n,
                             struct appended *out, struct buf *answer, struct err_text *e);

/* The same of a step, {"id","note","photos","assignee"}; verb: "assign" "rectify" "reject" "verify".
 * ERR_NOT_FOUND: no such hazard; ERR_CONFLICT with allowed (life.h): not legal now; ERR_UNSUPPORTED with e->field: the photo or the reason is missing
 * that this step needs here; ERR_DENIED: who rectified it does not verify it. */
MUST_CHECK int hazard_step(struct journal *j, struct db *db, const struct hazard_by *by, const char *id,
                           const char *verb, const char *body, size_t n, struct appended *out, struct buf *answer,
                           char allowed[LIFE_ALLOWED_SIZE], struct err_text *e);

/* For other subjects, in their transaction: as hazard_submit without a body. NULL: not said; n -1: not said. */
struct hazard_new {
    const char *id; /* NULL: a new one */
    const char *stage, *room, *phrase, *text, *note, *severity, *due;
    int64_t n;
    const char (*photos)[ID_SIZE];
    size_t photo_count;
};
MUST_CHECK int hazard_raise(struct journal *j, struct db *db, const struct hazard_by *by, const struct hazard_new *h,
                            struct appended *out, struct err_text *e);

/* ---- readers ---- */

/* {"id","site","board","state","severity","stage","room","phrase","n","text","text_en","note","due","due_at","warn_at","overdue","photos","raised",
 * "assignee","assignee_name","rectified","rejected","verified","allowed","pictures","history"}; pictures: its photos' records that are here, as photo_print has them.
 * due: as it was said; due_at, warn_at and overdue: by the site's clocks, as the rules have it (null while the site is held without an end).
 * ERR_NOT_FOUND. names: false hides who. */
MUST_CHECK int hazard_print(struct db *db, const char *site, const char *id, struct wall now, bool names,
                            struct buf *out);

struct hazard_query {
    const char *site;                               /* NULL: every site … */
    const char *member;                             /* … on whose list this person is; NULL: all */
    const char *state;                              /* one of the life's, or "open": all but verified; or NULL */
    const char *severity, *stage, *room, *assignee; /* or NULL */
    bool overdue;                                   /* only what should be rectified by now */
    struct wall now;
    const char *before; /* cursor of the page before, or NULL */
    int limit;          /* 1–200 */
    bool names;
};

/* {"hazards":[…],"next":cursor|null}, newest first. ERR_INVALID: before, state or severity. */
MUST_CHECK int hazard_list(struct db *db, const struct hazard_query *q, struct buf *out, struct err_text *e);

/* The same as a table for spreadsheets (RFC 4180 with a byte-order mark), pages of HAZARD_CSV_MAX; no cell begins a formula. next: the cursor of the page
 * behind it, or "". */
MUST_CHECK int hazard_csv(struct db *db, const struct hazard_query *q, bool zh, struct buf *out,
                          char next[CSV_LIST_NEXT_SIZE], struct err_text *e);

/* How many are not verified. site NULL: of all sites. */
MUST_CHECK int hazard_open(struct db *db, const char *site, int64_t *out);

/* Photos of hazards go before others to head office. The hash of each photo of a hazard whose record is here; non-zero from `each` stops. */
MUST_CHECK int hazard_photos(struct db *db, const char *site, const char *id,
                             int (*each)(struct db *db, const char *sha256), struct err_text *e);
/* An open hazard names this photo, which may have come after it. */
MUST_CHECK int hazard_names(struct db *db, const char *site, const char *photo, bool *out);

/* ---- for the table of events ---- */
extern const struct subject_kind hazard_kind;
MUST_CHECK int hazard_check_raised(const struct json *data, struct err_text *e);
MUST_CHECK int hazard_check_step(const struct json *data, struct err_text *e); /* -rectified, -rejected, -verified */
MUST_CHECK int hazard_check_assigned(const struct json *data, struct err_text *e);

#endif
