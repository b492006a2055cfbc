/* SPDX-License-Identifier: MIT */
/* Standing alerts as the site's own business: which of them somebody there can do something about, and what. Thread: any, on
 * the handle's thread. */
#ifndef SITELOG_JOURNAL_TODAY_ALERTS_H
#define SITELOG_JOURNAL_TODAY_ALERTS_H

#include "app/journal/alert.h"
#include "firmware/base/json.h"

#define TODAY_ALERT_TEXT 401

struct today_alert {
    char id[ID_SIZE], due[CLOCK_TEXT_SIZE], zh[TODAY_ALERT_TEXT], en[TODAY_ALERT_TEXT];
    char subject[ENVELOPE_SUBJECT_SIZE]; /* what it is about: "hazard/0193…" */
    const char *action; /* "daylog" "inspection" "hazard" "stage" "material" "question" "status" "look"; static */
};

/* At most max, the oldest due first. Left out: what only head office can do, and missed logs: those that may still be written have cards of their
 * own, and of the others nobody can write one. */
MUST_CHECK int today_alerts_read(struct db *db, const char *site, struct today_alert *out, size_t max, size_t *n);

/* The member "alerts": how many stand, those that are left out above, too. */
MUST_CHECK int today_alerts_put_standing(struct db *db, const char *site, struct json_out *w);

/* Whether one of them stands that is about the work, and not about the board itself, which shows that by other means. */
MUST_CHECK int today_alerts_any(struct db *db, const char *site, bool *out);

#endif
