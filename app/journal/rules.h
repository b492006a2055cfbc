/* SPDX-License-Identifier: MIT */
/* The rules: which alerts stand at a site, from what is known of it and the time. One pure function, for boards and for head office: it reads no clock,
 * no database and no setting, so that both ends that know the same judge the same. Loading is rules_load.h's, raising and clearing rules_run.h's.
 *
 * Clocks stand still while the site is held, on days that are no working days, and on delay days that head office granted: standstill.h.
 * A due time follows from facts alone, never from when it was looked at; so does the subject; so both ends derive the same alert_id:
 *   daylog-missing     daylog/{date}       a working day's cut-off passed, and there is no log
 *   report-missing     report/{date}       the week's due date (of the plan) passed, and nobody has inspected since the week began
 *   hazard-due         hazard/{id}         a serious one 24 h before it is due, a notice 48 h before; a stop_work is not warned of
 *   hazard-overdue     hazard/{id}         due, and not rectified; stop_work: executive
 *   stage-late         stage/{key}         so many hours (48) after the end of the day on which it was planned to start, or to finish; executive
 *   acceptance-missed  stage/{key}         asked for, and not decided 24 h later
 *   additions-over     change/{id}         the change by which additions came over 10 % of the contract; executive
 *   material-changes-over change/{id}      likewise, changes of materials
 *   material-late      material/{id}       the expected date is over; so many hours ago
 *   measurement-late   material/{id}       some days before the last date for it, by the lead time
 *   question-late      question/{id}       the designer 3 days, a customer's question 2 h of working time
 *   callback-due       callback/{date}     on the day that callback.h says
 *   board-silent       board/{id}          unheard within its hours; judged at the hub only
 *   disk-low, clock-untrusted, events-rejected   board/{id}; judged by that board only
 * camera-down is not judged here: the camera's own watch sees seconds. Thread: any. */
#ifndef SITELOG_JOURNAL_RULES_H
#define SITELOG_JOURNAL_RULES_H

#include "app/journal/alert.h"
#include "app/journal/rules_site.h"

#define RULES_SUBJECT_SIZE 64
#define RULES_TEXT_SIZE    200

struct rules_alert {
    const char *rule, *level; /* static */
    char subject[RULES_SUBJECT_SIZE];
    struct wall due; /* whole seconds */
    bool unsure;     /* where it stands it stays, where it does not it is not raised */
    char zh[RULES_TEXT_SIZE], en[RULES_TEXT_SIZE];
};

struct rules_alerts {
    struct rules_alert *list;
    size_t count, room;
    bool paused; /* the time is not known: rules with a deadline say nothing, and what stands of theirs stays */
};

/* Fills *out, which may be used again and again. at_hub: board-silent too, and no rules of a single board. grade: of the clock that `now` is from;
 * a board's without time pauses. ERR_NOMEM. */
MUST_CHECK int rules_judge(const struct rules_site *site, struct wall now, enum clock_grade grade, bool at_hub,
                           struct rules_alerts *out);
void rules_alerts_fini(struct rules_alerts *a);

/* Who judges a rule. */
enum rules_scope { RULES_NOBODY /* not judged here */, RULES_BOTH, RULES_HUB, RULES_OWN_BOARD };
enum rules_scope rules_scope(const char *rule);

#endif
