/* SPDX-License-Identifier: MIT */
/* What is on a person's list of stages: acceptance that was asked for, what was sent back, whose signature is awaited. */
#include "app/journal/confirmation.h"
#include "app/journal/domain.h"
#include "app/journal/mine_private.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>

/* Of a stage, or of a room of it. */
static int add_stage(struct mine_list *list, enum mine_kind kind, const char *key, const char *in, const char *zh,
                     const char *en) {
    const struct domain_stage *stage = domain_stage(key);
    const struct domain_room *room = domain_room(in);
    const char *space = in[0] ? " " : "";
    struct mine_item *item;
    int rc = mine_add(list, kind, &item);
    if (rc < 0) return rc;
    (void)snprintf(item->subject, sizeof item->subject, "stage/%.60s", key);
    (void)snprintf(item->zh, sizeof item->zh, "%s：%s%s%s", zh, stage ? stage->zh : key, space, room ? room->zh : in);
    (void)snprintf(item->en, sizeof item->en, "%s: %s%s%s", en, stage ? stage->en : key, space, room ? room->en : in);
    return 0;
}

/* sql: key and room, of ?1 the site, at most ?2. */
static int add_stages(struct mine_list *list, enum mine_kind kind, const char *sql, const char *zh, const char *en) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(list->db, sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, list->site);
    stmt_bind_int(s, 2, MINE_ITEMS_MAX);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) rc = add_stage(list, kind, stmt_text(s, 0), stmt_text(s, 1), zh, en);
    return rc;
}

/* Room by room where the gate is; what was asked first comes first. */
int mine_acceptances(struct mine_list *list) {
    if (!mine_is(list, "supervisor")) return 0;
    return add_stages(list, MINE_ACCEPTANCE,
                      "SELECT key, room FROM stage WHERE site = ?1 AND state = 'asked' ORDER BY asked_ms, key LIMIT ?2",
                      "验收", "Accept");
}

/* Until it is asked for again; that the works are finished anew is not yet that. */
int mine_rejections(struct mine_list *list) {
    if (list->closed || !mine_is(list, "manager")) return 0;
    return add_stages(list, MINE_REJECTED,
                      "SELECT key, room FROM stage WHERE site = ?1 AND (state = 'rejected' OR (state = 'finished' AND"
                      " rejected <> '')) ORDER BY rejected_ms, key LIMIT ?2",
                      "验收没过，改好再报验", "Sent back, put right and ask again");
}

static int add_signature(void *arg, const char *key) {
    return add_stage(arg, MINE_SIGN, key, "", "请业主签字确认验收", "The customer has to sign, accepted");
}

/* Of acceptances, the job's own first, and of changes that head office has answered. */
int mine_signatures(struct mine_list *list) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct mine_item *item;
    bool signed_off;
    if (list->closed || !mine_is(list, "manager")) return 0;
    int rc = confirmation_each_due(list->db, list->site, list->ask->scope.now, add_signature, list, &signed_off);
    if (rc == 0)
        rc = db_prepare(list->db,
                        "SELECT id, text FROM change_order c WHERE site = ?1 AND state IN ('approved', 'alternative')"
                        " AND NOT EXISTS (SELECT 1 FROM confirmation k WHERE k.site = c.site AND"
                        " k.subject = 'change/' || c.id) ORDER BY decided_ms LIMIT ?2",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, list->site);
    stmt_bind_int(s, 2, MINE_ITEMS_MAX);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) {
        rc = mine_add(list, MINE_SIGN, &item);
        if (rc < 0) break;
        (void)snprintf(item->subject, sizeof item->subject, "change/%.60s", stmt_text(s, 0));
        (void)snprintf(item->zh, sizeof item->zh, "请业主确认变更：%s", stmt_text(s, 1));
        (void)snprintf(item->en, sizeof item->en, "The customer has to confirm: %s", stmt_text(s, 1));
    }
    return rc;
}
