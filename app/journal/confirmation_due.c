/* SPDX-License-Identifier: MIT */
/* Which acceptances the customer has still to sign. Changes that wait for it are told by their own lists. */
#include "app/journal/confirmation.h"

#include "firmware/base/cleanup.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

int confirmation_each_due(struct db *db, const char *site, struct wall now, confirmation_due_fn each, void *arg,
                          bool *signed_off) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    *signed_off = false;
    int rc = db_prepare(db,
                        "SELECT key, max(accepted_ms) AS at FROM stage WHERE site = ?1 AND state <> 'planned' GROUP BY"
                        " key HAVING sum(state <> 'accepted') = 0 AND (key = 'completion' OR at > ?2)"
                        " ORDER BY key = 'completion' DESC, at DESC",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, now.ms - CONFIRMATION_ASKED_DAYS * DAY_MS);
    while ((rc = stmt_step(s)) == 1) {
        struct confirmation_stage c;
        const char *key = stmt_text(s, 0);
        rc = confirmation_of_stage(db, site, key, &c);
        if (rc < 0) return rc;
        *signed_off = c.confirmed[0] && strcmp(key, "completion") == 0;
        if (*signed_off) return 0;
        if (c.accepted && !c.confirmed[0]) rc = each(arg, key);
        if (rc) return rc;
    }
    return rc;
}
