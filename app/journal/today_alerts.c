/* SPDX-License-Identifier: MIT */
/* Which standing alerts are on the home screen. */
#include "app/journal/today_alerts.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

/* NULL: nothing that somebody at the site can do. */
static const char *action_of(const char *rule) {
    static const struct {
        const char *rule, *action;
    } actions[] = {
        { "report-missing", "inspection" },  { "hazard-due", "hazard" },
        { "hazard-overdue", "hazard" },      { "stage-late", "stage" },
        { "acceptance-missed", "stage" },    { "material-late", "material" },
        { "measurement-late", "material" },  { "question-late", "question" },
        { "camera-down", "status" },         { "disk-low", "status" },
        { "clock-untrusted", "status" },     { "additions-over", "look" },
        { "material-changes-over", "look" },
    };
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(actions[i].rule, rule) == 0) return actions[i].action;
    return NULL;
}

int today_alerts_read(struct db *db, const char *site, struct today_alert *out, size_t max, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    size_t count = 0;
    int rc = db_prepare(db,
                        "SELECT id, rule, due, zh, en, subject FROM alert WHERE cleared_ms = 0 AND site = ?"
                        " ORDER BY due, pos",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while (count < max && (rc = stmt_step(s)) == 1) {
        const char *action = action_of(stmt_text(s, 1));
        if (!action) continue;
        struct today_alert *a = &out[count++];
        a->action = action;
        text_clip(a->id, sizeof a->id, stmt_text(s, 0));
        text_clip(a->due, sizeof a->due, stmt_text(s, 2));
        text_clip(a->zh, sizeof a->zh, stmt_text(s, 3));
        text_clip(a->en, sizeof a->en, stmt_text(s, 4));
        text_clip(a->subject, sizeof a->subject, stmt_text(s, 5));
    }
    *n = count;
    return rc < 0 ? rc : 0;
}

int today_alerts_put_standing(struct db *db, const char *site, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT count(*) FROM alert WHERE cleared_ms = 0 AND site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    json_put_int(w, "alerts", stmt_int(s, 0));
    return 0;
}

int today_alerts_any(struct db *db, const char *site, bool *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    bool found = false;
    int rc = db_prepare(db, "SELECT DISTINCT rule FROM alert WHERE cleared_ms = 0 AND site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while (!found && (rc = stmt_step(s)) == 1) {
        const char *action = action_of(stmt_text(s, 0));
        found = action && strcmp(action, "status") != 0;
    }
    if (rc < 0) return rc;
    *out = found;
    return 0;
}
