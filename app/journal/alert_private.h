/* SPDX-License-Identifier: MIT */
/* What alert*.c share. Not for others. */
#ifndef SITELOG_JOURNAL_ALERT_PRIVATE_H
#define SITELOG_JOURNAL_ALERT_PRIVATE_H

#include "app/journal/alert.h"
#include "firmware/base/json.h"

#define ALERT_RULE_SIZE 41
/* Of a row, in the order in which alert_put_columns reads them from a column on. */
#define ALERT_COLUMNS   "rule, level, subject, due, raised, zh, en"

/* The members that events and lists have in common, of the columns that s stands on. */
void alert_put(struct json_out *w, const char *rule, const char *level, const char *subject, const char *due,
               const char *raised, const char *zh, const char *en);
void alert_put_columns(struct stmt *s, int from, struct json_out *w);

#endif
