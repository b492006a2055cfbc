/* SPDX-License-Identifier: MIT */
/* What head office set for all sites: events are a site's, so that each site gets one of its own, and a site that is made later gets them when it is
 * made. The hub's own state, never rebuilt: table company. Thread: the store's, inside a write transaction. */
#ifndef SITELOG_JOURNAL_COMPANY_H
#define SITELOG_JOURNAL_COMPANY_H

#include "app/journal/journal.h"

/* Remembers the data of an event ("checklist-set", "setting-set") as that for every site. subject_id: without its kind. */
MUST_CHECK int company_keep(struct db *db, const char *type, const char *subject_id, const char *data,
                            const char *actor);

/* What is kept of a subject, parsed. *out: json_destroy. ERR_NOT_FOUND: nothing was ever said for every site. */
MUST_CHECK int company_kept(struct db *db, const char *type, const char *subject_id, struct json **out);

/* How often something was said of it for every site; 0: never. */
MUST_CHECK int company_version(struct db *db, const char *type, const char *subject_id, int64_t *out);

/* Whoever changes something says which version of it they know. Pure. ERR_CONFLICT, with a sentence about `what` ("the setting"): it is another. */
#define COMPANY_ANY_VERSION (-1)
MUST_CHECK int company_if_match(const char *what, int64_t is, int64_t if_match, struct err_text *e);

/* What was said for every site, the newest first, as events of a history look: [{"type","subject","at","actor":{"id","name"},"data"}]. */
MUST_CHECK int company_history(struct db *db, const char *subject, struct buf *out);

/* At how many of the sites that the hub knows these data would change something, and how many there are; of one site where it is not NULL. Writes
 * nothing. */
MUST_CHECK int company_would(struct db *db, const char *site, const char *subject, const char *data, int *sites,
                             int *changed);

/* Appends to one site what was kept, where its newest event of that subject says something else. *changed: how many (may be NULL). type and subject_id:
 * only that, or NULL for all. */
MUST_CHECK int company_bring(struct journal *j, struct db *db, const char *site, const char *type,
                             const char *subject_id, const char *actor, int *changed, struct err_text *e);

/* The same at every site that the hub knows. */
MUST_CHECK int company_bring_all(struct journal *j, struct db *db, const char *type, const char *subject_id,
                                 const char *actor, int *sites, int *changed, struct err_text *e);

/* Whether the newest event of a subject ("setting/callback_days") at a site has other data than this text; true where there is none. */
MUST_CHECK int company_differs(struct db *db, const char *site, const char *subject, const char *data, bool *out);

/* ---- for schema.c ---- */
extern const char *const company_schema, *const company_said_schema;

#endif
