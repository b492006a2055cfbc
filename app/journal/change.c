/* SPDX-License-Identifier: MIT */
/* Change orders: shapes, life, projection, what may be posted. Lists, sums and what a customer is shown are in change_list.c. */
#include "app/journal/change_private.h"

#include "app/journal/amount.h"
#include "app/journal/late.h"
#include "app/journal/named.h"
#include "app/journal/reason.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

enum { TEXT_MAX = 1000 };

static const char schema[] =
    "CREATE TABLE change_order (\n"
    "  -- What is added to the contract or taken off it. Confirmed: a row of confirmation has the subject "
    "change/{id}.\n"
    "  pos INTEGER PRIMARY KEY, -- of change-requested in this store\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  state TEXT NOT NULL,          -- requested approved refused alternative\n"
    "  asked_fen INTEGER NOT NULL,   -- as asked, in hundredths; below 0: a credit\n"
    "  amount_fen INTEGER NOT NULL,  -- as decided; as asked until then\n"
    "  material INTEGER NOT NULL,    -- 1: other material\n"
    "  reason TEXT NOT NULL, responsibility TEXT NOT NULL,\n"
    "  stage TEXT NOT NULL, room TEXT NOT NULL, -- '': not said\n"
    "  text TEXT NOT NULL, photos TEXT NOT NULL, -- photos: JSON\n"
    "  at TEXT NOT NULL, actor TEXT NOT NULL, requested_ms INTEGER NOT NULL,\n"
    "  decision TEXT NOT NULL,       -- id of the change-decided event, ''\n"
    "  decided TEXT NOT NULL, decided_by TEXT NOT NULL, decided_ms INTEGER NOT NULL, -- '' and 0: not yet\n"
    "  note TEXT NOT NULL,           -- head office's\n"
    "  UNIQUE (site, id)\n"
    ") STRICT;\n"
    "CREATE INDEX change_order_site ON change_order (site); -- and pos, the row's number\n"
    "CREATE INDEX change_order_open ON change_order (pos) WHERE state = 'requested';\n"
    "CREATE INDEX change_order_sum ON change_order (site, state, material, amount_fen);\n";

/* ---- shapes ---- */

static const struct shape request_shape[] = {
    { .name = "amount", .kind = SHAPE_NUMBER, .flags = SHAPE_NEEDED, .min = -AMOUNT_YUAN_MAX, .max = AMOUNT_YUAN_MAX },
    { .name = "material", .kind = SHAPE_BOOL },
    { .name = "reason", .kind = SHAPE_KEY, .flags = SHAPE_NEEDED },
    { .name = "responsibility", .kind = SHAPE_KEY, .flags = SHAPE_FILLED },
    { .name = "text", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = TEXT_MAX },
    { .name = "stage", .kind = SHAPE_KEY },
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = NULL },
};

static const char *const decisions[] = { "approved", "refused", "alternative", NULL };
static const struct shape decision_shape[] = {
    { .name = "subject", .kind = SHAPE_PATH, .flags = SHAPE_NEEDED, .max = 80 },
    { .name = "decision", .kind = SHAPE_WORD, .flags = SHAPE_NEEDED, .words = decisions },
    { .name = "note", .kind = SHAPE_TEXT, .max = TEXT_MAX },
    { .name = "amount", .kind = SHAPE_NUMBER, .min = -AMOUNT_YUAN_MAX, .max = AMOUNT_YUAN_MAX },
    { .name = NULL },
};

int change_check(const struct json *data, struct err_text *e) { return shape_check(data, request_shape, e); }
int change_check_decided(const struct json *data, struct err_text *e) { return shape_check(data, decision_shape, e); }

/* ---- life ---- */

static const char *const states[] = { "unknown", "requested", "approved", "refused", "alternative", NULL };
/* The verb is what is posted as `decision`. */
static const struct life_step steps[] = {
    { "approved", "approved", LIFE_FROM(CHANGE_REQUESTED) | LIFE_FROM(CHANGE_ALTERNATIVE), CHANGE_APPROVED },
    { "refused", "refused", LIFE_FROM(CHANGE_REQUESTED) | LIFE_FROM(CHANGE_ALTERNATIVE), CHANGE_REFUSED },
    { "alternative", "alternative", LIFE_FROM(CHANGE_REQUESTED) | LIFE_FROM(CHANGE_ALTERNATIVE), CHANGE_ALTERNATIVE },
    { NULL, NULL, 0, 0 },
};
const struct life change_life = { states, steps };

/* CHANGE_NONE where there is no such change. */
static int read_state(struct db *db, const char *site, const char *id, int *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT state FROM change_order WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = rc == 1 ? life_state(&change_life, stmt_text(s, 0)) : CHANGE_NONE;
    return 0;
}

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM change_order WHERE site = ? AND id = ?", site, id);
}

static int insert(struct db *db, const struct envelope *event, const char *photos, int64_t pos) {
    struct stmt *s = NULL;
    bool material = false;
    int rc = db_prepare(db,
                        "INSERT INTO change_order (pos, site, id, state, asked_fen, amount_fen, material, reason,"
                        " responsibility, stage, room, text, photos, at, actor, requested_ms, decision, decided,"
                        " decided_by, decided_ms, note) VALUES (?1, ?2, ?3, 'requested', ?4, ?4, ?5, ?6, ?7, ?8, ?9,"
                        " ?10, ?11, ?12, ?13, ?14, '', '', '', 0, '') ON CONFLICT (site, id) DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    (void)json_bool(json_member(event->data, "material"), &material);
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, row_id(event));
    stmt_bind_int(s, 4, amount_of(json_member(event->data, "amount")));
    stmt_bind_int(s, 5, material);
    stmt_bind_text(s, 6, row_text(event->data, "reason"));
    stmt_bind_text(s, 7, row_text(event->data, "responsibility"));
    stmt_bind_text(s, 8, row_text(event->data, "stage"));
    stmt_bind_text(s, 9, row_text(event->data, "room"));
    stmt_bind_text(s, 10, row_text(event->data, "text"));
    stmt_bind_text(s, 11, photos);
    stmt_bind_text(s, 12, event->time);
    stmt_bind_text(s, 13, event->actor);
    stmt_bind_int(s, 14, row_ms(event));
    return stmt_run(s);
}

static int fold_requested(struct db *db, const struct envelope *event, int64_t pos) {
    struct buf photos;
    buf_init(&photos, ENVELOPE_MAX);
    int rc = row_json(event->data, "photos", "[]", &photos);
    if (rc == 0) rc = insert(db, event, photos.data, pos);
    buf_fini(&photos);
    if (rc < 0 || db_changes(db) > 0) return rc;
    return late_mark(db, event, "this change was asked for before");
}

static int fold_decided(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    const struct json *amount = json_member(event->data, "amount");
    const char *decision = row_text(event->data, "decision");
    int state = CHANGE_NONE;
    int rc = read_state(db, event->site, row_id(event), &state);
    if (rc < 0 || state == CHANGE_NONE) return rc; /* the request is on its way, and folds this again */
    if (!life_step(&change_life, state, decision)) return late_mark(db, event, "this change was decided before");
    rc = db_prepare(db,
                    "UPDATE change_order SET state = ?3, amount_fen = CASE WHEN ?4 THEN ?5 ELSE amount_fen END,"
                    " decision = ?6, decided = ?7, decided_by = ?8, decided_ms = ?9, note = ?10"
                    " WHERE site = ?1 AND id = ?2",
                    &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, row_id(event));
    stmt_bind_text(s, 3, decision);
    stmt_bind_int(s, 4, amount && !json_is_null(amount));
    stmt_bind_int(s, 5, amount_of(amount));
    stmt_bind_text(s, 6, event->id);
    stmt_bind_text(s, 7, event->time);
    stmt_bind_text(s, 8, event->actor);
    stmt_bind_int(s, 9, row_ms(event));
    stmt_bind_text(s, 10, row_text(event->data, "note"));
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    if (strcmp(event->type, "change-requested") == 0) return fold_requested(db, event, pos);
    if (strcmp(event->type, "change-decided") == 0) return fold_decided(db, event);
    return 0;
}

static const char *const tables[] = { "change_order", NULL };
const struct subject_kind change_kind = {
    .kind = "change", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- what may be posted ---- */

/* Who answers for it: as the site says, else as the reason does. */
static int judge_responsibility(const struct reason_change *reason, const char *said, struct json_out *made,
                                struct err_text *e) {
    if (!said[0]) {
        json_put_text(made, "responsibility", reason->responsibility);
        return 0;
    }
    for (size_t i = 0; reason_responsibilities[i]; i++)
        if (strcmp(reason_responsibilities[i], said) == 0) return 0;
    return err_field(e, ERR_INVALID, "responsibility",
                     "responsibility is customer, design, error, site_condition, omission, quantity, supplier or "
                     "regulation; left out, it is the reason's own");
}

static int judge_request(struct post *p, struct journal *j, struct db *db, const struct json *data,
                         struct json_out *made, struct err_text *e) {
    int64_t fen = 0;
    int rc = amount_read(json_member(data, "amount"), "amount", &fen, e);
    if (rc < 0) return rc;
    if (fen == 0) return err_field(e, ERR_INVALID, "amount", "amount is 0: say what is added, or, below 0, taken off");
    rc = named_stage(j, db, p->site, row_text(data, "stage"), e);
    if (rc < 0) return rc;
    const struct reason_change *reason = reason_change_find(row_text(data, "reason"));
    if (!reason)
        return err_field(e, ERR_INVALID, "reason", "there is no reason %s for a change", row_text(data, "reason"));
    if (reason->credit && fen > 0)
        return err_field(e, ERR_INVALID, "amount", "amount has to be below 0: %s takes something off", reason->key);
    return judge_responsibility(reason, row_text(data, "responsibility"), made, e);
}

static int judge_decision(struct post *p, struct journal *j, struct db *db, const struct json *data,
                          struct json_out *made, struct err_text *e) {
    struct change_offer offer;
    int64_t fen;
    (void)j, (void)made;
    const char *decision = row_text(data, "decision");
    const struct json *amount = json_member(data, "amount");
    int rc = amount && !json_is_null(amount) ? amount_read(amount, "amount", &fen, e) : 0;
    if (rc < 0) return rc;
    if (strcmp(decision, "alternative") == 0 && !row_text(data, "note")[0])
        return err_field(e, ERR_INVALID, "note", "an alternative needs a note that says what it is");
    rc = change_offer(db, p->site, p->subject_id, &offer);
    if (rc == ERR_NOT_FOUND) return err_set(e, rc, "there is no such change on this site");
    if (rc < 0) return err_set(e, rc, "the change cannot be read: %s", db_message(db));
    int state = life_state(&change_life, offer.state);
    if (offer.confirmed) {
        text_clip(p->allowed, sizeof p->allowed, "[]");
        return err_set(e, ERR_CONFLICT, "the customer has confirmed this change: nothing more can be done with it");
    }
    if (life_step(&change_life, state, decision)) return 0;
    life_allowed(&change_life, state, p->allowed);
    return life_refuse(&change_life, state, "this change", decision, e);
}

void change_post_request(struct post *p) {
    p->type = "change-requested";
    p->shape = request_shape;
    p->judge = judge_request;
    p->print = change_print;
}

void change_post_decision(struct post *p) {
    p->type = "change-decided";
    p->shape = decision_shape;
    p->judge = judge_decision;
    p->print = change_print;
}
