/* SPDX-License-Identifier: MIT */
/* Goods that are measured (复尺), ordered, and then take their time: how long, and for which stage they have to be there. From
 * app/journal/data/leads.json. Immutable, as long as the program. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_LEAD_H
#define SITELOG_JOURNAL_LEAD_H

#include "firmware/base/tz.h"

#include <stddef.h>

struct lead {
    const char *key, *zh, *en;
    int days_min, days_max; /* calendar days from the order to the site */
    const char *stage;      /* whose start they have to be there for */
};

const struct lead *lead_find(const char *key); /* NULL: unknown */

/* The last date to measure and order, when they are needed on that date ("YYYY-MM-DD", valid): reckoned with the longest time. */
void lead_order_by(const struct lead *lead, const char *needed, char out[TZ_DATE_SIZE]);

/* ---- for domain_check ---- */
MUST_CHECK int lead_file_check(struct err_text *e);

#endif
