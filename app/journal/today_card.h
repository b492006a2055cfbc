/* SPDX-License-Identifier: MIT */
/* A card of the home screen: something that is due, and where to go for it. Private to today*.c. Pure. */
#ifndef SITELOG_JOURNAL_TODAY_CARD_H
#define SITELOG_JOURNAL_TODAY_CARD_H

#include "firmware/base/json.h"

struct today_card {
    const char *kind;
    const char *id;      /* NULL: left out */
    const char *subject; /* what an alert or news are about; NULL: left out */
    const char *at;      /* when it was said; NULL: left out */
    const char *due;     /* RFC 3339, a date, or NULL */
    const char *zh, *en;
    const char *action;
};

/* An entry of an open array. */
void today_card_put(const struct today_card *c, struct json_out *w);

#endif
