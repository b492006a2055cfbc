/* SPDX-License-Identifier: MIT */
/* Questions both ways, each with its clock: the site asks the designer or head office (three working days), the customer asks the site (two hours of
 * working time). question-asked (subject question/{id}) opens it, question-answered closes it, and asking again opens it anew. The event says when it is due
 * by what was known when it was written; lists say when it is due by the site's clocks as they went on, which a site that is held moves. Thread: that of the handle; what posts, the store's inside a write transaction. */
#ifndef SITELOG_JOURNAL_QUESTION_H
#define SITELOG_JOURNAL_QUESTION_H

#include "app/journal/post.h"
#include "app/journal/site_clocks.h"

/* Fill in what post_event needs; p->ctx: const bool *, whoever posts is of head office. POST /questions: {"id","from":"site|customer|designer|office","to":
 * "site|designer|office","text","stage"?,"room"?,"photos"?}; designer and office speak through head office only. With p->subject_id set: …/ask
 * {"id","text","photos"?} opens an answered one again, …/answer {"id","text","photos"?}; what was asked of designer or office head office answers. */
void question_post_ask(struct post *p);
void question_post_again(struct post *p);
void question_post_answer(struct post *p);

/* A question of the customer to the site, that a call-back brought. text is masked already. Inside a write transaction. */
MUST_CHECK int question_bring(struct journal *j, struct db *db, const char *site, const char *actor,
                              const char *inreplyto, const char *text, struct err_text *e);

/* Pure. When an answer is due that may take so long: the customer's within working time, others' by the whole day. STANDSTILL_NEVER: the clocks stand
 * still, and nobody knows until when. */
struct wall question_runs_out(const struct standstill *runs, bool customer, struct wall asked, int64_t allowed_ms);

/* The same by what the site's plan and head office's settings are now, as the rules have it; ms 0: nobody knows. */
struct wall question_due(const struct site_clock *clock, bool customer, struct wall asked);

struct question_query {
    const char *site;   /* NULL: every site */
    const char *state;  /* "open" "answered" "late", or NULL; late: open and past its time, by the site's clocks */
    const char *to;     /* or NULL */
    const char *member; /* only of sites on whose list this person is, or NULL */
    const char *before;
    struct wall now;
    struct wall asked_by; /* asked the last time then or before; ms 0: any */
    int limit;
    bool names;
    bool for_office; /* only what head office answers: asked of it, or of the designer */
};

/* {"questions":[{"id","site","state","late","from","to","text","again","stage","room","photos","due","asked","rounds","answer":{"text","photos","at",
 * "actor"}|null,"at","actor"}],"next"}; again: what was asked last, where it was opened anew. */
MUST_CHECK int question_list(struct db *db, const struct question_query *q, struct buf *out, struct err_text *e);
MUST_CHECK int question_print(struct db *db, const char *site, const char *id, bool names,
                              struct buf *out); /* ERR_NOT_FOUND */

/* ---- for the table of events ---- */
extern const struct subject_kind question_kind;
MUST_CHECK int question_check_asked(const struct json *data, struct err_text *e);
MUST_CHECK int question_check_answered(const struct json *data, struct err_text *e);

#endif
