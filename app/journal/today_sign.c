/* SPDX-License-Identifier: MIT */
/* Signatures that are awaited, as cards. What may be confirmed is confirmation.h's to say, what is in the way of a hand-over handover.h's. */
#include "app/journal/today_sign.h"

#include "app/journal/confirmation.h"
#include "app/journal/domain.h"
#include "app/journal/handover.h"
#include "app/journal/today_card.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_SIZE = 200 };

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

struct signatures {
    char first[41];
    int others;
};

static int count(void *arg, const char *key) {
    struct signatures *n = arg;
    n->others += n->first[0] != '\0';
    if (!n->first[0]) (void)snprintf(n->first, sizeof n->first, "%s", key);
    return 0;
}

int today_sign_put(struct db *db, const struct today_ask *ask, struct json_out *w) {
    struct signatures due = { .others = 0 };
    bool done = false, signed_off = false;
    if (!ask->role || (strcmp(ask->role, "manager") != 0 && strcmp(ask->role, "office") != 0)) return 0;
    int rc = handover_done(db, ask->site, &done, NULL);
    if (rc < 0 || done) return rc;
    rc = confirmation_each_due(db, ask->site, ask->now, count, &due, &signed_off);
    if (rc == 0 && due.first[0]) put_sign(w, due.first, due.others);
    if (rc == 0 && signed_off)
        put(w, "handover", NULL, "业主已签字，可以竣工交付", "The customer has signed: the job may be handed over");
    return rc;
}
