/* SPDX-License-Identifier: MIT */
/* When a board can be expected to be on: the power of a site is switched off every evening by whoever leaves last. Learned from the power outages of the
 * last two weeks' working days: a half hour in which it was off on a quarter of them, and twice at least, is none in which silence says anything.
 * Until three days are known: from 08:00 to the daily log's cut-off. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_RULE_HOURS_H
#define SITELOG_JOURNAL_RULE_HOURS_H

#include "app/journal/rules_site.h"

#define RULE_HOURS_DAYS 14

/* offs: when the power was off; those without an end are left out. *s needs plan, tz and begun. */
uint64_t rule_hours_learn(const struct rules_site *s, const struct rules_period *offs, size_t n, struct wall now);

#endif
