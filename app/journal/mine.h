/* SPDX-License-Identifier: MIT */
/* A person's own list: their sites in the order of what presses (pressing.h), each with what this person can do something about now. A supervisor: acceptance
 * asked for, what to re-check, hazards that are overdue or stop the work, the weekly report. A manager: acceptance that was sent back, the day's log, hazards of
 * theirs or of nobody, the customer's questions, what the customer has to sign, alerts. Crew:
 * hazards of theirs. Head office: alerts. Reads projections only. Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_MINE_H
#define SITELOG_JOURNAL_MINE_H

#include "app/journal/pressing.h"

#define MINE_ITEMS_MAX 20 /* of a kind and a site */

struct mine_ask {
    const char *user; /* u-03 */
    const char *role;
    bool all; /* every site; else those on whose list the person is */
    struct pressing_scope scope;
};

/* {"sites":[{"site","name","red","stage","press":[{"kind":"acceptance"|"overdue"|"recheck"|"rejected"|"hazard"|"report"|"daylog"|"question"|"sign"|"news"|"alert","subject",
 * "text":{"zh","en"},"due":RFC3339|null,"at"?,"action"?}]}],"callbacks":[as callback_print_due has them, for head office]}. Sites without an item come last. subject: "hazard/{id}", "daylog/{date}",
 * "report/{date}", "stage/{key}", "question/{id}"; of an alert: what it is about, as material/{id}, change/{id}, board/{id}, callback/{date}, too. News are what the person
 * wrote that came too late, with at and action as on the home screen (today_late.h). */
MUST_CHECK int mine_print(struct db *db, const struct mine_ask *ask, struct buf *out);

#endif
