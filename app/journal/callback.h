/* SPDX-License-Identifier: MIT */
/* Calls to the homeowner: what came of one (callback-done, subject callback/{id}; its questions become questions to the site at once), and who is due, with
 * what happened since the last. A site is called every plan's `callback_days` (14 where it says nothing), from its first event until its hand-over; `next`
 * of a call sets the date of the next one. Thread: that of the handle; what posts, the store's inside a write transaction. */
#ifndef SITELOG_JOURNAL_CALLBACK_H
#define SITELOG_JOURNAL_CALLBACK_H

#include "app/journal/post.h"
#include "firmware/base/tz.h"

/* POST /callbacks: {"id","score":1–5,"note"?,"questions"?:[texts],"next"?:date}; the site's date is made. As post_event. */
MUST_CHECK int callback_make(struct journal *j, struct db *db, struct post *p, const char *body, size_t n,
                             struct appended *out, struct buf *answer, struct err_text *e);

/* {"callbacks":[{"id","site","date","score","note","questions","next","at","actor"}],"next"}. site NULL: every site. */
MUST_CHECK int callback_list(struct db *db, const char *site, const char *before, int limit, bool names,
                             struct buf *out, struct err_text *e);
MUST_CHECK int callback_print(struct db *db, const char *site, const char *id, bool names,
                              struct buf *out); /* ERR_NOT_FOUND */

struct callback_due {
    char last[TZ_DATE_SIZE]; /* date of the last call, or "" */
    char due[TZ_DATE_SIZE];  /* "": nobody is to be called: nothing has happened yet, or it is handed over */
    int64_t since_pos;       /* of the last call in this store; 0 */
};
/* fallback_tz: of a site without a plan. */
MUST_CHECK int callback_when(struct db *db, const char *site, const char *fallback_tz, struct callback_due *out);

/* {"callbacks":[{"site","name","customer","due","last","score","late_days","digest":{"lines":[{"type","at","stage":{"zh","en"}|null,"text":{"zh","en"}}] at most five,"photos":[at most three ids],
 * "delay":text|null,"next":{"stage","zh","en","planned_finish"}|null,"questions":n}}]}, the longest due first; sites that are due on the date of `now`, or
 * all that are to be called. "customer":{"name","phone"} is masked. */
MUST_CHECK int callback_print_due(struct db *db, const char *fallback_tz, struct wall now, bool all, struct buf *out);

/* ---- for the table of events ---- */
extern const struct subject_kind callback_kind;
MUST_CHECK int callback_check(const struct json *data, struct err_text *e);

#endif
