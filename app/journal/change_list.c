/* SPDX-License-Identifier: MIT */
/* Change orders for readers: pages, one, the sums against the contract, and what a customer is asked to confirm. */
#include "app/journal/change_private.h"

#include "app/journal/amount.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* In the order of CHANGES. */
enum column {
    COL_POS,
    COL_ID,
    COL_SITE,
    COL_STATE,
    COL_ASKED,
    COL_AMOUNT,
    COL_MATERIAL,
    COL_REASON,
    COL_RESPONSIBILITY,
    COL_STAGE,
    COL_ROOM,
    COL_TEXT,
    COL_PHOTOS,
    COL_AT,
    COL_ACTOR,
    COL_DECISION,
    COL_DECIDED,
    COL_DECIDED_BY,
    COL_NOTE,
    COL_CONFIRMATION,
    COL_METHOD,
    COL_CONFIRMED,
};
/* The first confirmation counts; only what was offered can be confirmed. */
#define CHANGES                                                                                                        \
    "SELECT c.pos, c.id, c.site, CASE WHEN k.id IS NOT NULL THEN 'confirmed' ELSE c.state END AS state, c.asked_fen,"  \
    " c.amount_fen, c.material, c.reason, c.responsibility, c.stage, c.room, c.text, c.photos, c.at, c.actor,"         \
    " c.decision, c.decided, c.decided_by, c.note, k.id, k.method, k.at FROM change_order c"                           \
    " LEFT JOIN confirmation k ON k.site = c.site AND k.subject = 'change/' || c.id"                                   \
    " AND c.state IN ('approved', 'alternative') AND k.id ="                                                           \
    " (SELECT min(id) FROM confirmation WHERE site = c.site AND subject = 'change/' || c.id)"

struct shown {
    bool names, money;
};

static int put_decision(struct db *db, struct stmt *s, const struct shown *v, struct json_out *w) {
    int rc = 0;
    if (!stmt_text(s, COL_DECISION)[0]) {
        json_put_null(w, "decision");
        return 0;
    }
    json_open(w, "decision", '{');
    json_put_text(w, "id", stmt_text(s, COL_DECISION));
    row_put(w, "note", stmt_text(s, COL_NOTE));
    json_put_text(w, "at", stmt_text(s, COL_DECIDED));
    rc = person_put_actor(db, stmt_text(s, COL_SITE), stmt_text(s, COL_DECIDED_BY), v->names, w, "actor");
    json_close(w, '}');
    return rc;
}

static void put_confirmed(struct stmt *s, struct json_out *w) {
    if (stmt_is_null(s, COL_CONFIRMATION)) {
        json_put_null(w, "confirmed");
        return;
    }
    json_open(w, "confirmed", '{');
    json_put_text(w, "id", stmt_text(s, COL_CONFIRMATION));
    json_put_text(w, "method", stmt_text(s, COL_METHOD));
    json_put_text(w, "at", stmt_text(s, COL_CONFIRMED));
    json_close(w, '}');
}

static int put_change(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const struct shown *v = ctx;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    json_put_text(w, "state", stmt_text(s, COL_STATE));
    if (v->money) {
        amount_put(w, "amount", stmt_int(s, COL_AMOUNT));
        amount_put(w, "asked_amount", stmt_int(s, COL_ASKED));
    }
    json_put_bool(w, "material", stmt_int(s, COL_MATERIAL) == 1);
    json_put_text(w, "reason", stmt_text(s, COL_REASON));
    row_put(w, "responsibility", stmt_text(s, COL_RESPONSIBILITY));
    json_put_text(w, "text", stmt_text(s, COL_TEXT));
    row_put(w, "stage", stmt_text(s, COL_STAGE));
    row_put(w, "room", stmt_text(s, COL_ROOM));
    row_put_json(w, "photos", stmt_text(s, COL_PHOTOS));
    json_put_text(w, "at", stmt_text(s, COL_AT));
    int rc = person_put_actor(db, stmt_text(s, COL_SITE), stmt_text(s, COL_ACTOR), v->names, w, "actor");
    if (rc == 0) rc = put_decision(db, s, v, w);
    put_confirmed(s, w);
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int change_print_one(struct db *db, const char *site, const char *id, bool names, bool money, struct buf *out) {
    struct shown v = { .names = names, .money = money };
    return listing_one(db, CHANGES " WHERE c.site = ? AND c.id = ?", site, id, put_change, &v, out);
}

int change_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    return change_print_one(db, site, id, names, true, out);
}

/* ---- sums ---- */

/* What is approved counts; an alternative does once somebody confirmed it. Of a row: whether it counts, material, the sums above and below zero, how many. */
static void sum_row(struct stmt *s, struct change_totals *t) {
    int64_t above = stmt_int(s, 2), below = stmt_int(s, 3);
    if (!stmt_int(s, 0)) {
        t->pending_fen += above + below;
        t->pending_count += stmt_int(s, 4);
        return;
    }
    t->approved_count += stmt_int(s, 4);
    t->approved_fen += above + below;
    t->additions_fen += above;
    t->credits_fen += below;
    if (stmt_int(s, 1)) t->material_fen += above;
}

static int sum_up(struct db *db, const char *site, struct change_totals *t) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "SELECT state = 'approved', material, sum(max(amount_fen, 0)), sum(min(amount_fen, 0)), count(*) FROM"
        " change_order WHERE site = ?1 AND state IN ('requested', 'approved') GROUP BY state, material UNION ALL"
        " SELECT EXISTS (SELECT 1 FROM confirmation k WHERE k.site = c.site AND k.subject = 'change/' || c.id),"
        " material, max(amount_fen, 0), min(amount_fen, 0), 1 FROM change_order c WHERE site = ?1 AND state ="
        " 'alternative'",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) sum_row(s, t);
    return rc;
}

static int read_contract(struct db *db, const char *site, int64_t *fen) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT contract_fen FROM site WHERE site = ? AND contract_fen IS NOT NULL", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    *fen = rc == 1 ? stmt_int(s, 0) : -1;
    return rc < 0 ? rc : 0;
}

int change_totals(struct db *db, const char *site, struct change_totals *out) {
    struct change_totals t = { 0 };
    int rc = read_contract(db, site, &t.contract_fen);
    if (rc == 0) rc = sum_up(db, site, &t);
    if (rc < 0) return rc;
    t.additions_bp = amount_share(t.additions_fen, t.contract_fen);
    t.material_bp = amount_share(t.material_fen, t.contract_fen);
    *out = t;
    return 0;
}

static int put_totals(struct db *db, const char *site, struct json_out *w) {
    struct change_totals t;
    int rc = change_totals(db, site, &t);
    if (rc < 0) return rc;
    json_open(w, "totals", '{');
    if (t.contract_fen < 0)
        json_put_null(w, "contract");
    else
        amount_put(w, "contract", t.contract_fen);
    amount_put(w, "additions", t.additions_fen);
    amount_put(w, "credits", t.credits_fen);
    amount_put(w, "approved", t.approved_fen);
    amount_put(w, "material", t.material_fen);
    amount_put(w, "pending", t.pending_fen);
    amount_put(w, "additions_percent", t.additions_bp);
    amount_put(w, "material_percent", t.material_bp);
    json_put_int(w, "open", t.pending_count);
    json_close(w, '}');
    return 0;
}

#define FILTER                                                                                                         \
    " (?2 IS NULL OR CASE WHEN k.id IS NOT NULL THEN 'confirmed' ELSE c.state END = ?2) AND c.pos < ?3"                \
    " AND (?5 = 0 OR unixepoch(c.at) * 1000 <= ?5)"
#define PAGE(which) CHANGES " WHERE" which FILTER " ORDER BY c.pos DESC LIMIT ?4"
#define OPEN        " c.state = 'requested' AND"

/* By whether a site is asked for, and whether only what is not decided: each has its index in the order of the list. */
static const char *const pages[2][2] = { { PAGE(" ?1 IS NULL AND"), PAGE(" ?1 IS NULL AND" OPEN) },
                                         { PAGE(" c.site = ?1 AND"), PAGE(" c.site = ?1 AND" OPEN) } };

int change_list(struct db *db, const struct change_query *q, struct buf *out, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct shown v = { .names = q->names, .money = q->money };
    int64_t from;
    int rc = listing_before(q->before, &from, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, pages[q->site != NULL][q->state && strcmp(q->state, "requested") == 0], &s);
    if (rc < 0) return err_set(e, rc, "the changes cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, q->site);
    stmt_bind_text(s, 2, q->state);
    stmt_bind_int(s, 3, from);
    stmt_bind_int(s, 4, q->limit + 1);
    stmt_bind_int(s, 5, q->asked_by.ms);
    rc = listing_print(db, s, "changes", q->limit, put_change, &v, out, e);
    if (rc < 0 || !q->site || !q->money) return rc;
    struct json_out w = { .buf = out, .comma = true };
    out->len--; /* the brace that ended it */
    rc = put_totals(db, q->site, &w);
    json_close(&w, '}');
    return rc < 0 ? err_set(e, rc, "the sums cannot be read: %s", db_message(db)) : out->error;
}

/* ---- what a customer confirms ---- */

int change_offer(struct db *db, const char *site, const char *id, struct change_offer *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct change_offer o = { 0 };
    int rc = db_prepare(db,
                        "SELECT state, amount_fen, decision, text, note, EXISTS (SELECT 1 FROM confirmation k WHERE"
                        " k.site = c.site AND k.subject = 'change/' || c.id) FROM change_order c"
                        " WHERE c.site = ? AND c.id = ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    text_clip(o.state, sizeof o.state, stmt_text(s, 0));
    int state = life_state(&change_life, o.state);
    o.offered = state == CHANGE_APPROVED || state == CHANGE_ALTERNATIVE;
    o.amount_fen = stmt_int(s, 1);
    text_clip(o.event, sizeof o.event, stmt_text(s, 2));
    (void)snprintf(o.text, sizeof o.text, "%s%s%s", stmt_text(s, 3), stmt_text(s, 4)[0] ? "\n" : "", stmt_text(s, 4));
    o.confirmed = o.offered && stmt_int(s, 5);
    *out = o;
    return 0;
}
