/* SPDX-License-Identifier: MIT */
/* Days lost through no fault of the site: claims (delay-claimed, delay-decided; subject delay/{id}) that head office decides, and days on which nobody
 * worked (idle-day, subject idle/{date}). Clocks stand still on granted days. Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_DELAY_H
#define SITELOG_JOURNAL_DELAY_H

#include "app/journal/post.h"
#include "app/journal/standstill.h"

/* What post_event needs for POST /delays {"id","stage"?,"reason","from","to","note"?,"photos"?}. reason: a key of reasons.json, or one's own words.
 * The answer is the claim. */
void delay_post_claim(struct post *p);

/* The same for a decision of head office: {"id","subject":"delay/…","decision":"granted"|"refused"|"partly","days"?,"from"?,"to"?,"note"?}.
 * p->subject_id is the claim's. partly: which of the days, or how many working days from the first on. ERR_NOT_FOUND; ERR_CONFLICT: it is decided. */
void delay_post_decision(struct post *p);

/* What post_event needs for POST /idle-days {"id","date","reason","note"?,"photos"?}. p->subject_id: the body's date (delay_idle_date).
 * ERR_CONFLICT: that day was reported. */
void delay_post_idle(struct post *p);

/* The date of such a body, which is its subject's id. ERR_INVALID. */
MUST_CHECK int delay_idle_date(const char *body, size_t n, char out[TZ_DATE_SIZE], struct err_text *e);

struct delay_query {
    const char *site;  /* NULL: every site */
    const char *state; /* "claimed" "granted" "partly" "refused", or NULL: all */
    const char *before;
    struct wall asked_by; /* claimed then or before; ms 0: any */
    int limit;
    bool names;
};

/* GET /delays, GET /idle-days. */
MUST_CHECK int delay_list(struct db *db, const struct delay_query *q, struct buf *out, struct err_text *e);
MUST_CHECK int delay_idle_list(struct db *db, const char *site, const char *before, int limit, bool names,
                               struct buf *out, struct err_text *e);

/* One of them; an idle day by its date, or by the id of what reported it. ERR_NOT_FOUND. */
MUST_CHECK int delay_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);
MUST_CHECK int delay_idle_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

/* Granted days and idle days, for clocks. Owns: caller, free. */
MUST_CHECK int delay_granted(struct db *db, const char *site, struct standstill_days **out, size_t *n);
MUST_CHECK int delay_idle(struct db *db, const char *site, char (**out)[TZ_DATE_SIZE], size_t *n);

/* ---- for the table of events ---- */
extern const struct subject_kind delay_kind, delay_idle_kind;
MUST_CHECK int delay_check_claimed(const struct json *data, struct err_text *e);
MUST_CHECK int delay_check_decided(const struct json *data, struct err_text *e);
MUST_CHECK int delay_check_idle(const struct json *data, struct err_text *e);

#endif
