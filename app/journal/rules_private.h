/* SPDX-License-Identifier: MIT */
/* What the files of the rules share: one function a subject, and adding an alert. Not for others. */
#ifndef SITELOG_JOURNAL_RULES_PRIVATE_H
#define SITELOG_JOURNAL_RULES_PRIVATE_H

#include "app/journal/rules.h"

#define RULES_HOUR_MS INT64_C(3600000)
#define RULES_DAY_MS  (24 * RULES_HOUR_MS)

struct rules_case {
    const struct rules_site *site;
    struct standstill clock; /* its own */
    struct wall now;
    char today[TZ_DATE_SIZE]; /* the site's */
    struct rules_alerts *out;
};

/* A new alert of that rule, level and due time, its subject "{kind}/{id}"; *a is lent until the next call, for its texts. ERR_NOMEM. */
MUST_CHECK int rules_add(struct rules_case *c, const char *rule, const char *level, const char *kind, const char *id,
                         struct wall due, struct rules_alert **a);

/* Both texts. */
void rules_say(struct rules_alert *a, const char *zh, const char *en);
/* The same, and what it is about, where that is known. */
void rules_say_of(struct rules_alert *a, const char *zh, const char *what_zh, const char *en, const char *what_en);

MUST_CHECK int rule_daily_judge(struct rules_case *c);
MUST_CHECK int rule_weekly_judge(struct rules_case *c);
MUST_CHECK int rule_hazard_judge(struct rules_case *c);
MUST_CHECK int rule_stage_judge(struct rules_case *c);
MUST_CHECK int rule_change_judge(struct rules_case *c);
MUST_CHECK int rule_material_judge(struct rules_case *c);
MUST_CHECK int rule_talk_judge(struct rules_case *c);
MUST_CHECK int rule_board_judge_silence(struct rules_case *c);
MUST_CHECK int rule_board_judge_self(struct rules_case *c, bool untrusted);

#endif
