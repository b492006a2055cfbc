/* SPDX-License-Identifier: MIT */
/* Change orders: what is added to the contract, or taken off it. The site asks (change-requested, subject change/{id}), head office decides
 * (change-decided: approved, refused, or an alternative of its own), and the customer confirms what was decided (confirmation.h: joined when a change is
 * read, so that either may arrive first). An approved amount counts from then on; an alternative counts when the customer has confirmed it.
 * Thread: that of the handle; what posts, the store's inside a write transaction. */
#ifndef SITELOG_JOURNAL_CHANGE_H
#define SITELOG_JOURNAL_CHANGE_H

#include "app/journal/post.h"

/* Fill in what post_event needs: type, shape, judge and print. POST /changes: {"id","amount","material"?,"reason","text","stage"?,"room"?,"photos"?};
 * amount in yuan, negative for a credit; `responsibility` is made from the reason. Then head office's decision, whose p->subject_id is set:
 * {"id","subject":"change/…","decision":"approved|refused|alternative","note","amount"?}; an alternative needs a note. */
void change_post_request(struct post *p);
void change_post_decision(struct post *p);

/* Sums in fen. Changes of material are counted in `additions`, too, and once more by themselves. */
struct change_totals {
    int64_t contract_fen;               /* -1: not said */
    int64_t additions_fen, credits_fen; /* approved, above and below zero */
    int64_t approved_fen;               /* both together */
    int64_t material_fen;               /* approved additions of material */
    int64_t pending_fen;                /* not decided yet, or an alternative that nobody confirmed */
    int64_t additions_bp, material_bp;  /* hundredths of a percent of the contract; 0 where that is not said */
    int64_t approved_count, pending_count;
};
MUST_CHECK int change_totals(struct db *db, const char *site, struct change_totals *out);

/* What was decided about a change, as a customer is shown it before signing. */
struct change_offer {
    bool offered;        /* approved, or an alternative: what can be confirmed */
    bool confirmed;      /* by somebody, already */
    char state[12];      /* "requested" "approved" "refused" "alternative" */
    int64_t amount_fen;  /* as decided */
    char event[ID_SIZE]; /* of the decision */
    char text[2100];     /* what is changed, and head office's note below it */
};
MUST_CHECK int change_offer(struct db *db, const char *site, const char *id,
                            struct change_offer *out); /* ERR_NOT_FOUND */

struct change_query {
    const char *site;
    const char *state; /* or NULL: all */
    const char *before;
    int limit;
    struct wall asked_by; /* asked then or before; ms 0: any */
    bool names;
    bool money; /* amounts, totals and what was confirmed: for who may see the customer block */
};

/* {"changes":[{"id","site","state","amount","asked_amount","material","reason","responsibility","text","stage","room","photos","at","actor",
 * "decision":{"decision","note","at","actor"}|null,"confirmed":{"id","method","at"}|null}],"next","totals":{"contract","additions","credits","approved",
 * "material","pending","additions_percent","material_percent","open"}}. state "confirmed": offered and confirmed. site NULL: every site, no totals. */
MUST_CHECK int change_list(struct db *db, const struct change_query *q, struct buf *out, struct err_text *e);
/* One of the list; the first as who posts it sees it, with money. ERR_NOT_FOUND. */
MUST_CHECK int change_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);
MUST_CHECK int change_print_one(struct db *db, const char *site, const char *id, bool names, bool money,
                                struct buf *out);

/* ---- for the table of events ---- */
extern const struct subject_kind change_kind;
MUST_CHECK int change_check(const struct json *data, struct err_text *e);         /* change-requested */
MUST_CHECK int change_check_decided(const struct json *data, struct err_text *e); /* change-decided */

#endif
