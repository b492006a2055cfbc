/* SPDX-License-Identifier: MIT */
/* What the customer has confirmed: a change that head office has approved or answered with an alternative, or a stage that was accepted; by a finger's
 * signature on the board, or as the CRM says. Event customer-confirmed, subject confirmation/{id}; what it confirms stands in its data, with a statement
 * and its SHA-256 (signature.h), so that it can be proved later what was signed. Thread: that of the handle; what posts, the store's. */
#ifndef SITELOG_JOURNAL_CONFIRMATION_H
#define SITELOG_JOURNAL_CONFIRMATION_H

#include "app/journal/post.h"

/* Fills in what post_event needs. POST /confirmations: {"id","subject":"change/…"|"stage/…","method":"signature|crm","signature":{"path","width",
 * "height"},"name"?}; statement and sha256 are made. ERR_CONFLICT: there is nothing to be confirmed, or it is confirmed. ERR_DENIED: the method is crm,
 * and who posts is not of head office: on site the customer signs. */
void confirmation_post(struct post *p);
void confirmation_post_office(struct post *p); /* head office's: by both methods */

/* {"confirmations":[{"id","site","subject","method","name","statement","sha256","proved","signature","at","actor"}],"next"}; subject: only of that, or
 * NULL; drawn: with the signatures' paths. site NULL: every site. */
MUST_CHECK int confirmation_list(struct db *db, const char *site, const char *subject, const char *before, int limit,
                                 bool drawn, struct buf *out, struct err_text *e);
/* One of them, with its signature. ERR_NOT_FOUND. */
MUST_CHECK int confirmation_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

/* Where a stage's acceptance stands with the customer. */
struct confirmation_stage {
    bool accepted;                   /* that is the newest word about it */
    char event[ID_SIZE];             /* that word, or "" */
    char confirmed[CLOCK_TEXT_SIZE]; /* when the customer confirmed just that; "": not yet */
};
MUST_CHECK int confirmation_of_stage(struct db *db, const char *site, const char *key, struct confirmation_stage *out);

/* So many days a stage's signature is asked for; the completion's, which closes the job, as long as it is missing. */
#define CONFIRMATION_ASKED_DAYS 14

/* Tells of each stage that is accepted as far as it has begun and not confirmed, completion first, else what was accepted last; stops at the first
 * non-zero and returns it. *signed_off: the completion is confirmed, which says yes to all of it, and nothing is told. */
typedef int (*confirmation_due_fn)(void *arg, const char *key);
MUST_CHECK int confirmation_each_due(struct db *db, const char *site, struct wall now, confirmation_due_fn each,
                                     void *arg, bool *signed_off);

/* ---- for the table of events ---- */
extern const struct subject_kind confirmation_kind;
MUST_CHECK int confirmation_check(const struct json *data, struct err_text *e);

#endif
