/* SPDX-License-Identifier: MIT */
/* What mine*.c share. Not for others. */
#ifndef SITELOG_JOURNAL_MINE_PRIVATE_H
#define SITELOG_JOURNAL_MINE_PRIVATE_H

#include "app/journal/mine.h"
#include "app/journal/site_clocks.h"

/* In the order in which they are listed. */
enum mine_kind {
    MINE_ACCEPTANCE,
    MINE_OVERDUE,
    MINE_RECHECK,
    MINE_REJECTED,
    MINE_HAZARD,
    MINE_REPORT,
    MINE_DAYLOG,
    MINE_QUESTION,
    MINE_SIGN,
    MINE_NEWS,
    MINE_ALERT,
};

enum { MINE_TEXT_SIZE = 900 }; /* a hazard's text and what is to be done */

struct mine_item {
    enum mine_kind kind;
    char subject[ENVELOPE_SUBJECT_SIZE];
    char zh[MINE_TEXT_SIZE], en[MINE_TEXT_SIZE];
    struct wall due;                      /* ms 0: none */
    char at[CLOCK_TEXT_SIZE], action[16]; /* of news, as a card of the home screen has them; "" else */
    size_t order;                         /* in which it was added */
};

/* A site's items while they are gathered. */
struct mine_list {
    struct db *db;
    const struct mine_ask *ask;
    const char *site;
    bool closed; /* handed over: nothing has to be written there any more */
    struct site_clocks clocks;
    const struct site_clock *clock; /* of the site */
    struct mine_item *items;
    size_t count;
};

/* One more; *item is lent until the next call, zeroed but for its kind. ERR_NOMEM. */
MUST_CHECK int mine_add(struct mine_list *list, enum mine_kind kind, struct mine_item **item);

bool mine_is(const struct mine_list *list, const char *role);

/* ---- one a kind: adds what there is of it for this person ---- */
MUST_CHECK int mine_acceptances(struct mine_list *list);
MUST_CHECK int mine_hazards(struct mine_list *list);  /* overdue, and what is theirs to put right */
MUST_CHECK int mine_rechecks(struct mine_list *list); /* what was put right and is to be looked at */
MUST_CHECK int mine_report(struct mine_list *list);
MUST_CHECK int mine_daylogs(struct mine_list *list);
MUST_CHECK int mine_questions(struct mine_list *list);  /* of the customer, to the site */
MUST_CHECK int mine_rejections(struct mine_list *list); /* acceptances that were sent back, and not asked for again */
MUST_CHECK int mine_signatures(struct mine_list *list); /* that the customer has still to give */
MUST_CHECK int mine_news(struct mine_list *list);       /* what they wrote that came too late */
MUST_CHECK int mine_alerts(struct mine_list *list);

#endif
