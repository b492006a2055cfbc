/* SPDX-License-Identifier: MIT */
/* Signatures that are awaited, as cards. What may be confirmed is confirmation.h's to say, what is in the way of a hand-over handover.h's. */
#include "app/journal/today_sign.h"

#include "app/journal/confirmation.h"
#include "app/journal/domain.h"
#include "app/journal/handover.h"
#include "app/journal/today_card.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_SIZE = 200 };
#define DAY_MS INT64_C(86400000)

static void put(struct json_out *w, const char *kind, const char *id, const char *zh, const char *en) {
    today_card_put(&(struct today_card){ .kind = kind, .id = id, .zh = zh, .en = en, .action = kind }, w);
}

static void put_sign(struct json_out *w, const char *key, int others) {
    const struct domain_stage *stage = domain_stage(key);
    char zh[WORDS_SIZE], en[WORDS_SIZE], more_zh[40] = "", more_en[40] = "";
    if (others > 0) {
        (void)snprintf(more_zh, sizeof more_zh, "，另有 %d 项", others);
        (void)snprintf(more_en, sizeof more_en, ", and %d more", others);
    }
    (void)snprintf(zh, sizeof zh, "请业主签字确认验收：%.40s%s", stage ? stage->zh : key, more_zh);
    (void)snprintf(en, sizeof en, "The customer has to sign: %.40s accepted%s", stage ? stage->en : key, more_en);
    put(w, "sign", key, zh, en);
}

/* Stages that are accepted as far as they have begun, completion first. *signed_off: that one is confirmed. */
static int put_signatures(struct db *db, const struct today_ask *ask, struct json_out *w, bool *signed_off) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char first[41] = "";
    int others = 0;
    int rc = db_prepare(db,
                        "SELECT key, max(accepted_ms) AS at FROM stage WHERE site = ?1 AND state <> 'planned' GROUP BY"
                        " key HAVING sum(state <> 'accepted') = 0 AND (key = 'completion' OR at > ?2)"
                        " ORDER BY key = 'completion' DESC, at DESC",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, ask->site);
    stmt_bind_int(s, 2, ask->now.ms - TODAY_SIGN_DAYS * DAY_MS);
    while ((rc = stmt_step(s)) == 1) {
        struct confirmation_stage c;
        const char *key = stmt_text(s, 0);
        rc = confirmation_of_stage(db, ask->site, key, &c);
        if (rc < 0) return rc;
        *signed_off = c.confirmed[0] && strcmp(key, "completion") == 0;
        if (*signed_off) return 0; /* which says yes to all of it */
        if (!c.accepted || c.confirmed[0]) continue;
        others += first[0] != '\0';
        if (!first[0]) (void)snprintf(first, sizeof first, "%s", key);
    }
    if (rc == 0 && first[0]) put_sign(w, first, others);
    return rc;
}

int today_sign_put(struct db *db, const struct today_ask *ask, struct json_out *w) {
    bool done = false, signed_off = false;
    if (!ask->role || (strcmp(ask->role, "manager") != 0 && strcmp(ask->role, "office") != 0)) return 0;
    int rc = handover_done(db, ask->site, &done, NULL);
    if (rc < 0 || done) return rc;
    rc = put_signatures(db, ask, w, &signed_off);
    if (rc == 0 && signed_off)
        put(w, "handover", NULL, "业主已签字，可以竣工交付", "The customer has signed: the job may be handed over");
    return rc;
}
