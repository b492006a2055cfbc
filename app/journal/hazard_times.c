/* SPDX-License-Identifier: MIT */
/* When a hazard is due by its site's clocks. */
#include "app/journal/hazard_read.h"

#include "firmware/base/text.h"

#include <string.h>

static bool is_open(const char *state) { return strcmp(state, "raised") == 0 || strcmp(state, "assigned") == 0; }

static void say(const struct tz *tz, struct hazard_times *t) {
    struct civil c = tz_civil(tz, t->due);
    if (c.hour == 23 && c.minute == 59 && c.second == 59)
        tz_date(tz, t->due, t->text);
    else
        clock_format(t->due, t->offset_s, t->text);
}

int hazard_times(struct site_clocks *clocks, struct db *db, struct stmt *s, struct wall now, struct hazard_times *out) {
    struct hazard_times t = { .overdue = false };
    const struct site_clock *clock;
    struct wall raised = { stmt_int(s, HAZARD_COL_RAISED_MS) }, set = { stmt_int(s, HAZARD_COL_DUE_MS) };
    int64_t warned_ms = stmt_int(s, HAZARD_COL_WARN_MS);
    int rc = site_clocks_find(clocks, db, stmt_text(s, HAZARD_COL_SITE), &clock);
    if (rc < 0) return rc;
    text_clip(t.text, sizeof t.text, stmt_text(s, HAZARD_COL_DUE));
    struct wall due = set.ms ? standstill_shift(&clock->runs, raised, set) : (struct wall){ STANDSTILL_NEVER };
    if (due.ms != STANDSTILL_NEVER) {
        t.due = due;
        t.offset_s = tz_offset_s(clock->tz, due);
        if (warned_ms) t.warn.ms = due.ms - (set.ms - warned_ms);
        if (due.ms != set.ms) say(clock->tz, &t);
        t.overdue = due.ms <= now.ms && is_open(stmt_text(s, HAZARD_COL_STATE));
    }
    *out = t;
    return 0;
}
