/* SPDX-License-Identifier: MIT */
/* A company's own checklists: the event `checklist-set` (subject checklist/{stage}, data {"items":[item],"remove":[keys]}) says all that it changes in
 * one stage's: items of these keys are replaced, other keys added, named ones left out; the newest one counts alone, and one that says nothing is the
 * program's own list again. Here is also what is in force at a site. Thread: any, on the handle's thread; checklist_set_put inside a write
 * transaction on the store's thread. */
#ifndef SITELOG_JOURNAL_CHECKLIST_SET_H
#define SITELOG_JOURNAL_CHECKLIST_SET_H

#include "app/journal/checklist.h"
#include "app/journal/journal.h"

struct domain_text;

/* A stage's list as it is in force at a site. */
struct checklist {
    char stage[41];
    struct checklist_item *items; /* owned; the program's in their order, the company's added ones behind */
    size_t count;
    int64_t
        version; /* checklist-set events folded; of what is for all sites, how often it was said; 0: the program's own */
    char at[40]; /* of the newest one, or "" */
    struct domain_text *texts;
};

/* An unknown stage has an empty list. site NULL: what is for all sites and those to come (the hub). Owns: caller; checklist_set_fini. */
MUST_CHECK int checklist_set_read(struct db *db, const char *site, const char *stage, struct checklist *out);
void checklist_set_fini(struct checklist *c);

/* One item of it, without the rest. Strings live in *texts (of domain_form.h) or as long as the program. ERR_NOT_FOUND: it has no such item.
 * Owns: caller; domain_form_free(texts), also after an error. */
MUST_CHECK int checklist_set_one(struct db *db, const char *site, const char *stage, const char *key,
                                 struct checklist_item *out, struct domain_text **texts);

/* NULL: it has no such item. */
const struct checklist_item *checklist_set_item(const struct checklist *c, const char *key);

/* GET /checklists: {"checklists":[…]}, or with a stage its object: {"stage","zh","en","standard_version","version","at","items":[item],"removed":[{"key",
 * "from"}]}, each item with its limits in words, "origin":"standard"|"company" and "from":"product"|"company"|"site"; removed: the program's items that
 * are left out, by whom. site NULL: what is for all sites, with "own":[sites that have another list]. ERR_NOT_FOUND: no such stage. */
MUST_CHECK int checklist_set_print(struct db *db, const char *site, const char *stage, struct buf *out);

/* PUT /checklists/{stage}: {"items"?,"remove"?} for one site, or for all that the hub knows and will know (site NULL). *answer: as checklist_set_print;
 * of all sites {"stage","sites","changed","version"}. if_match: the version that is changed, or COMPANY_ANY_VERSION. ERR_CONFLICT: it is at another;
 * *answer is then the list as it is. A red line on a source with m or ? needs "confirmed": true in its item. The same again changes
 * nothing. ERR_NOT_FOUND: no such stage; ERR_INVALID: e->field is the member. actor: "user/…". */
MUST_CHECK int checklist_set_put(struct journal *j, struct db *db, const char *site, const char *stage,
                                 int64_t if_match, const char *body, size_t n, const char *actor, struct buf *answer,
                                 struct err_text *e);

/* What such a body would do, written nowhere: {"stage","sites","changed"}, sites being 1 where site is not NULL. Errors as of checklist_set_put. */
MUST_CHECK int checklist_set_would(struct db *db, const char *site, const char *stage, const char *body, size_t n,
                                   struct buf *answer, struct err_text *e);

/* ---- for the table of events ---- */
extern const struct subject_kind checklist_set_kind;
MUST_CHECK int checklist_set_check(const struct json *data, struct err_text *e); /* checklist-set */

#endif
