/* SPDX-License-Identifier: MIT */
/* Whether the customer lets the board's camera work in their home: recorded by the manager or head office as the event setting-set, subject
 * setting/camera_consent (setting.h), data {"key":"camera_consent","value":{"given","on","by"?,"text"?}}: `by` is who gave or refused it, masked; who
 * recorded it is the event's actor. PUT consent and PUT settings write the same; the newest one counts, at both ends.
 * What it is needed for: what the fixed camera does by itself (time-lapse, requests it answers) needs a consent that was given. What a person does at
 * the panel (a shot, the live picture for aiming) needs none, until the customer refuses: then no function of the camera works. Photos that people take with
 * their phones are not its business. Thread: any, on the handle's thread; consent_put inside a write transaction. */
#ifndef SITELOG_JOURNAL_CONSENT_H
#define SITELOG_JOURNAL_CONSENT_H

#include "app/journal/journal.h"

enum consent { CONSENT_UNRECORDED, CONSENT_GIVEN, CONSENT_REFUSED };
enum consent_use { CONSENT_BY_ITSELF, CONSENT_BY_PERSON };

MUST_CHECK int consent_read(struct db *db, const char *site, enum consent *out);

const char *consent_name(enum consent consent); /* "unrecorded" "given" "refused" */

/* Pure. May the camera be used so? */
bool consent_allows(enum consent consent, enum consent_use use);

/* 0, or ERR_CONFLICT with what to do. */
MUST_CHECK int consent_check(struct db *db, const char *site, enum consent_use use, struct err_text *e);

/* PUT /consent: {"given","on"?,"by"?,"text"?}: on (the site's date today where it is not said) is no later day; by (who said so) and text (in what
 * words) are masked. What is recorded already makes no event: *changed is false. actor: who records it, "user/u-01". ERR_INVALID with e->field.
 * *answer: as consent_print. */
MUST_CHECK int consent_put(struct journal *j, struct db *db, const char *site, const char *actor, const char *body,
                           size_t n, bool *changed, struct buf *answer, struct err_text *e);

/* {"state":"given","given":true,"on"?,"by"?,"text"?,"at","actor":{"id","name"}}; "given" is null, and the others absent, where nothing is recorded.
 * actor: who recorded it. customer false (who may not see the customer): no "by" and no "text". names false: no staff's names. */
MUST_CHECK int consent_print(struct db *db, const char *site, bool customer, bool names, struct buf *out);

#endif
