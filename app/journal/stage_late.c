/* SPDX-License-Identifier: MIT */
/* The arithmetic of "two days late". Knows nothing of who is told. */
#include "app/journal/stage_late.h"

#include "app/journal/domain.h"
#include "firmware/base/text.h"

#include <string.h>

static int larger(int a, int b) { return a > b ? a : b; }

static void forget(struct stage_mark *mark, const char *date) {
    if (mark->at[0] && strncmp(mark->at, date, TZ_DATE_SIZE - 1) > 0) *mark = (struct stage_mark){ 0 };
}

void stage_late_asof(const struct stage_row *row, const char *date, struct stage_row *out) {
    *out = *row;
    forget(&out->started, date);
    forget(&out->finished, date);
    forget(&out->accepted, date);
    if (row->started.at[0] && !out->started.at[0]) out->seen.state = STAGE_PLANNED;
}

static void earlier(char have[TZ_DATE_SIZE], const char *date) {
    if (date[0] && (!have[0] || strncmp(date, have, TZ_DATE_SIZE - 1) < 0)) text_clip(have, TZ_DATE_SIZE, date);
}

void stage_late_know(const struct stage_row *rows, size_t n, struct stage_known *known) {
    for (size_t i = 0; i < n; i++) earlier(known->first, rows[i].started.at);
}

/* Of a stage without planned dates: what is beyond the days that such a stage takes. */
static int beyond(const struct standstill *c, const char *key, const char *from, const char *to) {
    const struct domain_stage *standard = domain_stage(key);
    return from[0] ? larger(0, standstill_days(c, from, to) - (standard ? standard->days : 1)) : 0;
}

int stage_late_days(const struct standstill *c, const struct plan_stage *planned, const struct stage_row *row,
                    const struct stage_known *known, const char *date) {
    char begun[TZ_DATE_SIZE], end[TZ_DATE_SIZE];
    const char *over = row->finished.at[0] ? row->finished.at : row->accepted.at;
    text_clip(begun, sizeof begun, row->started.at[0] ? row->started.at : known->logged);
    text_clip(end, sizeof end, over[0] ? over : date);
    if (!planned || (!planned->start[0] && !planned->finish[0])) return beyond(c, row->seen.key, begun, end);
    if (over[0] && strcmp(end, known->first) == 0) return 0;
    int late = standstill_late(c, planned->finish, end);
    bool as_planned = (over[0] && planned->finish[0]) || (begun[0] && strcmp(begun, known->first) == 0);
    return as_planned ? late : larger(late, standstill_late(c, planned->start, begun[0] ? begun : date));
}
