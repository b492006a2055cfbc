/* SPDX-License-Identifier: MIT */
/* Hazards' cards of the home screen. Which of them a person sees first is their role's business, what they may do the routes'. */
#include "app/journal/today_hazards.h"

#include "app/journal/hazard.h"
#include "app/journal/today_card.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { DAY_MS = 24 * 3600 * 1000, WORDS_SIZE = 2 * HAZARD_TEXT_MAX };

static void put(struct json_out *w, const char *kind, const char *id, const char *due, const char *zh, const char *en) {
    today_card_put(&(struct today_card){ .kind = kind, .id = id, .due = due, .zh = zh, .en = en, .action = "hazard" },
                   w);
}

/* due.ms STANDSTILL_NEVER: nobody knows until when the site is held. */
static void put_pressing(struct stmt *s, const struct standstill *clocks, struct wall due, struct json_out *w) {
    char zh[WORDS_SIZE], en[WORDS_SIZE], text[CLOCK_TEXT_SIZE];
    const char *text_en = stmt_text(s, 3)[0] ? stmt_text(s, 3) : stmt_text(s, 2);
    bool look = strcmp(stmt_text(s, 1), "rectified") == 0, assign = strcmp(stmt_text(s, 1), "raised") == 0;
    (void)snprintf(zh, sizeof zh, "%s：%s", look ? "复查" : assign ? "指派" : "整改", stmt_text(s, 2));
    (void)snprintf(en, sizeof en, "%s: %s", look ? "Re-check" : assign ? "Assign" : "Rectify", text_en);
    bool known = !look && due.ms != STANDSTILL_NEVER;
    if (known) clock_format(due, tz_offset_s(clocks->tz, due), text);
    put(w, "hazard", stmt_text(s, 0), known ? text : NULL, zh, en);
}

/* Due within a day, or warned of, by the site's clocks; or it stops the work. */
static bool presses(struct stmt *s, const struct standstill *clocks, struct wall now, struct wall *due) {
    struct wall raised = { stmt_int(s, 5) }, set = { stmt_int(s, 4) };
    int64_t warned_ms = stmt_int(s, 6);
    *due = standstill_shift(clocks, raised, set);
    if (stmt_int(s, 7)) return true;
    if (due->ms == STANDSTILL_NEVER) return false;
    return due->ms < now.ms + DAY_MS || (warned_ms && due->ms - (set.ms - warned_ms) <= now.ms);
}

static int put_all_pressing(struct db *db, const struct today_ask *ask, const struct standstill *clocks, bool looks,
                            struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    const char *mine = strcmp(ask->role, "crew") == 0 ? ask->user : NULL;
    struct wall due = { STANDSTILL_NEVER };
    int rc = looks ? db_prepare(db,
                                "SELECT id, state, text, text_en FROM hazard WHERE site = ?1 AND state <> 'verified'"
                                " AND state = 'rectified' AND rectified_by <> 'user/' || ?2"
                                " ORDER BY severity <> 'stop_work', rectified_ms",
                                &s)
                   : db_prepare(db,
                                "SELECT id, state, text, text_en, due_ms, raised_ms, warn_ms, severity = 'stop_work'"
                                " FROM hazard WHERE site = ?1 AND state <> 'verified' AND state IN"
                                " ('raised', 'assigned') AND (?2 IS NULL OR assignee = ?2) ORDER BY due_ms",
                                &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, ask->site);
    stmt_bind_text(s, 2, looks ? ask->user : mine);
    for (int n = 0; n < TODAY_HAZARDS_MAX && (rc = stmt_step(s)) == 1;) {
        if (!looks && !presses(s, clocks, ask->now, &due)) continue;
        put_pressing(s, clocks, due, w);
        n++;
    }
    return rc < 0 ? rc : 0;
}

int today_hazards_put(struct db *db, const struct today_ask *ask, const struct standstill *clocks, struct json_out *w) {
    if (!ask->user || !ask->role || strcmp(ask->role, "viewer") == 0) return 0;
    return put_all_pressing(db, ask, clocks, strcmp(ask->role, "supervisor") == 0, w);
}
