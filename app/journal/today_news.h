/* SPDX-License-Identifier: MIT */
/* What head office said, for whoever asked: cards of the home screen, from the events that came down. Private to today*.c. */
#ifndef SITELOG_JOURNAL_TODAY_NEWS_H
#define SITELOG_JOURNAL_TODAY_NEWS_H

#include "app/journal/standstill.h"
#include "app/journal/today.h"
#include "firmware/base/json.h"

#define TODAY_NEWS_DAYS 2 /* working days for which it is told; a screen leaves out what was opened on it */
#define TODAY_NEWS_MAX  3 /* of each kind */

/* Entries of an open array, kind "news", with "subject" ("change/0193…" "delay/…" "question/…" "material/…") and "at", when it was said: a change that is
 * refused or answered with an alternative and a decided claim, for managers; an answer of designer or head office, and a material's alternative, for
 * managers and crew. An approved change is told by the card that asks for the customer's signature. */
MUST_CHECK int today_news_put(struct db *db, const struct today_ask *ask, const struct standstill *clocks,
                              struct json_out *w);

#endif
