/* SPDX-License-Identifier: MIT */
/* Hazards: warned of before they are due, and overdue. */
#include "app/journal/rules_private.h"

#include <stdio.h>

static int64_t warn_ms(const struct rules_limits *l, enum rules_severity severity) {
    switch (severity) {
    case RULES_NOTICE:
        return l->warn_notice_h * RULES_HOUR_MS;
    case RULES_SERIOUS:
        return l->warn_serious_h * RULES_HOUR_MS;
    case RULES_STOP_WORK:
        break;
    }
    return 0;
}

int rule_hazard_judge(struct rules_case *c) {
    int rc = 0;
    for (size_t i = 0; i < c->site->hazard_count && rc == 0; i++) {
        const struct rules_hazard *h = &c->site->hazards[i];
        struct rules_alert *a = NULL;
        if (!h->open || !h->due.ms) continue;
        struct wall due = standstill_shift(&c->clock, h->raised, h->due);
        int64_t warn = warn_ms(&c->site->limits, h->severity);
        if (due.ms <= c->now.ms) {
            const char *level = h->severity == RULES_STOP_WORK ? "executive" : "office";
            rc = rules_add(c, "hazard-overdue", level, "hazard", h->id, due, &a);
            if (a) rules_say_of(a, "隐患逾期没有整改", h->zh, "A hazard is overdue and not rectified", h->en);
        } else if (warn && due.ms != STANDSTILL_NEVER && due.ms - warn <= c->now.ms) {
            rc = rules_add(c, "hazard-due", "site", "hazard", h->id, (struct wall){ due.ms - warn }, &a);
            if (a) rules_say_of(a, "隐患整改快到期了", h->zh, "A hazard is due soon and not rectified", h->en);
        }
    }
    return rc;
}
