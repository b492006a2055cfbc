/* SPDX-License-Identifier: MIT */
/* A site's facts for tests of the rules, without a database. Failures end the test (cmocka). */
#ifndef SITELOG_TEST_RULES_RIG_H
#define SITELOG_TEST_RULES_RIG_H

#include "app/journal/rules.h"

/* Begun 2026-01-05T08:00 by its own clock (a Monday); Monday to Saturday, 18:30, reports Saturday 18:00; a contract of 100,000. */
void rules_rig_site(struct rules_site *s, const char *zone);

/* "2026-11-22T16:00:00+08:00" */
struct wall rules_rig_at(const char *text);
/* The same without its offset, by the site's clock. */
struct wall rules_rig_local(const struct rules_site *s, const char *text);

/* The judged alert of that rule about that subject, or NULL. */
const struct rules_alert *rules_rig_find(const struct rules_alerts *a, const char *rule, const char *subject);

void rules_rig_judge(const struct rules_site *s, struct wall now, bool at_hub, struct rules_alerts *out);

/* A date that has a log from now on; kept sorted. */
void rules_rig_log(struct rules_site *s, const char *date);

#endif
