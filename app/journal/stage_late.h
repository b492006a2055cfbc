/* SPDX-License-Identifier: MIT */
/* How late a stage is: one answer for the home screen, the list of stages, head office and the report. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_STAGE_LATE_H
#define SITELOG_JOURNAL_STAGE_LATE_H

#include "app/journal/stage.h"

/* What is known besides the plan and the stage's own record; site dates, "" for none. */
struct stage_known {
    char logged[TZ_DATE_SIZE]; /* the stage's first daily log */
    char first
        [TZ_DATE_SIZE]; /* the site's first log or start: what was there on that day may have been there long before */
};

/* Adds the first of some starts to *known. */
void stage_late_know(const struct stage_row *rows, size_t n, struct stage_known *known);

/* The stage as it was at the end of a site date: what came later has not happened. */
void stage_late_asof(const struct stage_row *row, const char *date, struct stage_row *out);

/* Days on which clocks ran that a stage is behind its plan on a site date: its planned finish, up to its own; while it goes on also its planned start.
 * It began when somebody said so, else with its first log. Without planned dates: the days beyond those that such a stage takes.
 * planned: NULL where the plan has no such stage. row: as of that date. */
int stage_late_days(const struct standstill *c, const struct plan_stage *planned, const struct stage_row *row,
                    const struct stage_known *known, const char *date);

#endif
