/* SPDX-License-Identifier: MIT */
/* Which logs are expected: what the rule daylog-missing judges, and whoever counts by it. Pure. */
#ifndef SITELOG_JOURNAL_RULE_DAILY_H
#define SITELOG_JOURNAL_RULE_DAILY_H

#include "app/journal/standstill.h"

/* As long as a site is worked on. */
struct rule_daily_span {
    const struct standstill *clocks;
    struct wall begun, closed; /* its boards' first event, ms 0: none yet; its hand-over, ms 0: not yet */
};

/* That a log of a valid date should have been there by `now`; due: the cut-off on that date, standstill_at. */
bool rule_daily_due(const struct rule_daily_span *span, const char *date, struct wall due, struct wall now);

#endif
