/* SPDX-License-Identifier: MIT */
/* Confirmations: shape, statement, projection, lists. Whether a change was offered is asked of change.h; of a stage, its newest event says. */
#include "app/journal/confirmation.h"

#include "app/journal/amount.h"
#include "app/journal/change.h"
#include "app/journal/journal_private.h"
#include "app/journal/late.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/plan.h"
#include "app/journal/row.h"
#include "app/journal/signature.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

static const char schema[] = "CREATE TABLE confirmation (\n"
                             "  -- What the customer has confirmed.\n"
                             "  pos INTEGER PRIMARY KEY,\n"
                             "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
                             "  subject TEXT NOT NULL,   -- change/… or stage/…\n"
                             "  method TEXT NOT NULL,    -- signature crm\n"
                             "  name TEXT NOT NULL,      -- masked, or ''\n"
                             "  signature TEXT NOT NULL, -- JSON: path, width, height; or ''\n"
                             "  path TEXT NOT NULL,      -- the same path; ''\n"
                             "  statement TEXT NOT NULL, sha256 TEXT NOT NULL, -- what was signed, and its hash\n"
                             "  at TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,\n"
                             "  UNIQUE (site, id)\n"
                             ") STRICT;\n"
                             "CREATE INDEX confirmation_site ON confirmation (site);\n"
                             "CREATE INDEX confirmation_subject ON confirmation (site, subject, id);\n";

/* ---- shape ---- */

static const char *const methods[] = { "signature", "crm", NULL };
static const struct shape drawn_shape[] = {
    { .name = "path",
      .kind = SHAPE_FORM,
      .flags = SHAPE_NEEDED,
      .max = SIGNATURE_PATH_MAX,
      .fits = signature_is_path,
      .must = "a path of M and L with plain numbers, such as M10 20L11 21" },
    { .name = "width", .kind = SHAPE_INT, .flags = SHAPE_NEEDED, .min = 1, .max = SIGNATURE_SIDE_MAX },
    { .name = "height", .kind = SHAPE_INT, .flags = SHAPE_NEEDED, .min = 1, .max = SIGNATURE_SIDE_MAX },
    { .name = NULL },
};
static const struct shape shape[] = {
    { .name = "subject", .kind = SHAPE_PATH, .flags = SHAPE_NEEDED, .max = 80 },
    { .name = "method", .kind = SHAPE_WORD, .flags = SHAPE_NEEDED, .words = methods },
    { .name = "signature", .kind = SHAPE_OBJECT, .members = drawn_shape },
    { .name = "name", .kind = SHAPE_NAME, .max = 60 },
    { .name = "statement", .kind = SHAPE_TEXT, .flags = SHAPE_MADE, .max = 1000 },
    { .name = "sha256", .kind = SHAPE_KEY, .flags = SHAPE_MADE, .max = 64 },
    { .name = NULL },
};

int confirmation_check(const struct json *data, struct err_text *e) { return shape_check(data, shape, e); }

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM confirmation WHERE site = ? AND id = ?", site, id);
}

static int insert(struct db *db, const struct envelope *event, const char *signature, int64_t pos) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO confirmation (pos, site, id, subject, method, name, signature, path, statement,"
                        " sha256, at, at_ms, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                        " ON CONFLICT (site, id) DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, row_id(event));
    stmt_bind_text(s, 4, row_text(event->data, "subject"));
    stmt_bind_text(s, 5, row_text(event->data, "method"));
    stmt_bind_text(s, 6, row_text(event->data, "name"));
    stmt_bind_text(s, 7, signature);
    stmt_bind_text(s, 8, row_text(json_member(event->data, "signature"), "path"));
    stmt_bind_text(s, 9, row_text(event->data, "statement"));
    stmt_bind_text(s, 10, row_text(event->data, "sha256"));
    stmt_bind_text(s, 11, event->time);
    stmt_bind_int(s, 12, row_ms(event));
    stmt_bind_text(s, 13, event->actor);
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct buf signature;
    if (strcmp(event->type, "customer-confirmed") != 0) return 0;
    buf_init(&signature, ENVELOPE_MAX);
    int rc = row_json(event->data, "signature", "", &signature);
    if (rc == 0) rc = insert(db, event, signature.len ? signature.data : "", pos);
    buf_fini(&signature);
    if (rc < 0 || db_changes(db) > 0) return rc;
    return late_mark(db, event, "this was confirmed before");
}

static const char *const tables[] = { "confirmation", NULL };
const struct subject_kind confirmation_kind = {
    .kind = "confirmation", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- what may be posted ---- */

/* What there is to be confirmed. */
struct offer {
    char event[ID_SIZE], amount[40], text[2100];
};

static int nothing(struct post *p, struct err_text *e, const char *why) {
    text_clip(p->allowed, sizeof p->allowed, "[]");
    return err_set(e, ERR_CONFLICT, "%s", why);
}

static int offer_of_change(struct post *p, struct db *db, const char *id, struct offer *out, struct err_text *e) {
    struct change_offer o;
    struct buf amount;
    struct json_out w;
    int rc = change_offer(db, p->site, id, &o);
    if (rc == ERR_NOT_FOUND) return err_set(e, rc, "there is no such change on this site");
    if (rc < 0) return err_set(e, rc, "the change cannot be read: %s", db_message(db));
    if (o.confirmed) return nothing(p, e, "this change is confirmed already");
    if (!o.offered && strcmp(o.state, "refused") == 0)
        return nothing(p, e, "head office has refused this change: there is nothing to be confirmed");
    if (!o.offered)
        return nothing(p, e, "head office has not decided this change yet: it can be confirmed once it has");
    buf_init(&amount, sizeof out->amount);
    json_start(&w, &amount);
    amount_put(&w, NULL, o.amount_fen);
    if (amount.error == 0) text_clip(out->amount, sizeof out->amount, amount.data);
    text_clip(out->event, sizeof out->event, o.event);
    text_clip(out->text, sizeof out->text, o.text);
    rc = amount.error;
    buf_fini(&amount);
    return rc;
}

/* The newest word about its acceptance, and whether the customer has confirmed just that. */
int confirmation_of_stage(struct db *db, const char *site, const char *key, struct confirmation_stage *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char subject[ENVELOPE_SUBJECT_SIZE];
    *out = (struct confirmation_stage){ .accepted = false };
    (void)snprintf(subject, sizeof subject, "stage/%.80s", key);
    int rc = db_prepare(db,
                        "SELECT id, type, (SELECT at FROM confirmation k WHERE k.site = ?1 AND k.subject = ?2"
                        " AND instr(k.statement, e.id) > 0 ORDER BY k.pos LIMIT 1) FROM event e WHERE site = ?1"
                        " AND subject = ?2 AND type IN ('stage-accepted', 'stage-rejected')"
                        " ORDER BY rev DESC, pos DESC LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, subject);
    rc = stmt_step(s);
    if (rc <= 0 || strcmp(stmt_text(s, 1), "stage-accepted") != 0) return rc < 0 ? rc : 0;
    out->accepted = true;
    text_clip(out->event, sizeof out->event, stmt_text(s, 0));
    text_clip(out->confirmed, sizeof out->confirmed, stmt_text(s, 2));
    return 0;
}

static int offer_of_stage(struct post *p, struct db *db, const char *subject, struct offer *out, struct err_text *e) {
    struct confirmation_stage stage;
    int rc = confirmation_of_stage(db, p->site, subject + strlen("stage/"), &stage);
    if (rc < 0) return err_set(e, rc, "the stage cannot be read: %s", db_message(db));
    if (!stage.accepted)
        return nothing(p, e, "this stage is not accepted: the customer confirms what the supervisor has accepted");
    if (stage.confirmed[0]) return nothing(p, e, "this acceptance is confirmed already");
    text_clip(out->event, sizeof out->event, stage.event);
    text_clip(out->text, sizeof out->text, subject);
    return 0;
}

static int check_signature(const struct json *data, struct err_text *e) {
    const struct json *drawn = json_member(data, "signature");
    struct signature_box box = { 0 };
    int64_t width = 0;
    int64_t height = 0;
    bool by_finger = strcmp(row_text(data, "method"), "signature") == 0;
    if (!by_finger && drawn && !json_is_null(drawn))
        return err_field(e, ERR_INVALID, "signature", "signature goes with the method signature only");
    if (!by_finger) return 0;
    if (!drawn || json_is_null(drawn)) return err_field(e, ERR_INVALID, "signature", "signature is missing");
    (void)json_int(json_member(drawn, "width"), &width);
    (void)json_int(json_member(drawn, "height"), &height);
    if (!signature_measure(row_text(drawn, "path"), &box) || box.points < 2 || (box.width < 1 && box.height < 1))
        return err_field(e, ERR_INVALID, "signature.path", "signature.path is a dot: sign with a line");
    if (box.right > (double)width || box.bottom > (double)height)
        return err_field(e, ERR_INVALID, "signature.path", "signature.path leaves its width and height");
    return 0;
}

static int put_statement(struct post *p, struct journal *j, struct db *db, const struct json *data,
                         const struct offer *offer, struct json_out *made) {
    char zone[PLAN_TZ_SIZE], date[TZ_DATE_SIZE], sha256[HASH_TEXT_SIZE];
    struct buf statement;
    int rc = plan_timezone(db, p->site, journal_timezone(j), zone);
    if (rc < 0) return rc;
    tz_date(journal_zone_find(j, zone), clock_wall(), date);
    struct signature_statement said = { .org = journal_org(j),
                                        .site = p->site,
                                        .subject = row_text(data, "subject"),
                                        .event = offer->event,
                                        .amount = offer->amount,
                                        .text = offer->text,
                                        .date = date,
                                        .method = row_text(data, "method"),
                                        .path = row_text(json_member(data, "signature"), "path") };
    buf_init(&statement, 4096);
    rc = signature_state(&said, &statement, sha256);
    if (rc == 0) json_put_text(made, "statement", statement.data);
    if (rc == 0) json_put_text(made, "sha256", sha256);
    buf_fini(&statement);
    return rc;
}

static int judge_office(struct post *p, struct journal *j, struct db *db, const struct json *data,
                        struct json_out *made, struct err_text *e) {
    const char *subject = row_text(data, "subject");
    struct offer offer = { .amount = "" };
    int rc = check_signature(data, e);
    if (rc < 0) return rc;
    if (text_starts(subject, "change/"))
        rc = offer_of_change(p, db, subject + strlen("change/"), &offer, e);
    else if (text_starts(subject, "stage/"))
        rc = offer_of_stage(p, db, subject, &offer, e);
    else
        rc = err_field(e, ERR_INVALID, "subject", "subject has to be change/… or stage/…");
    if (rc < 0) return rc;
    rc = put_statement(p, j, db, data, &offer, made);
    return rc < 0 ? err_set(e, rc, "the confirmation cannot be written: %s", err_name(rc)) : 0;
}

/* What the CRM says head office says: nobody on site confirms for the customer. */
static int judge_site(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                      struct err_text *e) {
    if (strcmp(row_text(data, "method"), "crm") == 0)
        return err_field(e, ERR_DENIED, "method",
                         "only head office confirms by crm: on site the customer signs, with the method signature");
    return judge_office(p, j, db, data, made, e);
}

void confirmation_post(struct post *p) {
    p->type = "customer-confirmed";
    p->shape = shape;
    p->judge = judge_site;
    p->print = confirmation_print;
}

void confirmation_post_office(struct post *p) {
    confirmation_post(p);
    p->judge = judge_office;
}

/* ---- lists ---- */

enum column {
    COL_POS,
    COL_ID,
    COL_SITE,
    COL_SUBJECT,
    COL_METHOD,
    COL_NAME,
    COL_SIGNATURE,
    COL_PATH,
    COL_STATEMENT,
    COL_SHA256,
    COL_AT,
    COL_ACTOR,
};
#define CONFIRMATIONS                                                                                                  \
    "SELECT pos, id, site, subject, method, name, signature, path, statement, sha256, at, actor FROM confirmation"

static int put(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const bool *drawn = ctx;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    json_put_text(w, "subject", stmt_text(s, COL_SUBJECT));
    json_put_text(w, "method", stmt_text(s, COL_METHOD));
    row_put(w, "name", stmt_text(s, COL_NAME));
    row_put(w, "statement", stmt_text(s, COL_STATEMENT));
    row_put(w, "sha256", stmt_text(s, COL_SHA256));
    json_put_bool(w, "proved",
                  signature_proves(stmt_text(s, COL_STATEMENT), stmt_text(s, COL_SHA256), stmt_text(s, COL_PATH)));
    if (*drawn) row_put_json(w, "signature", stmt_text(s, COL_SIGNATURE));
    json_put_text(w, "at", stmt_text(s, COL_AT));
    int rc = person_put_actor(db, stmt_text(s, COL_SITE), stmt_text(s, COL_ACTOR), true, w, "actor");
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int confirmation_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    bool drawn = true;
    (void)names; /* who may read this may see names */
    return listing_one(db, CONFIRMATIONS " WHERE site = ? AND id = ?", site, id, put, &drawn, out);
}

#define PAGE " AND pos < ?3 ORDER BY pos DESC LIMIT ?4"

int confirmation_list(struct db *db, const char *site, const char *subject, const char *before, int limit, bool drawn,
                      struct buf *out, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t from;
    int rc = listing_before(before, &from, e);
    if (rc < 0) return rc;
    rc = subject ? db_prepare(db, CONFIRMATIONS " WHERE site = ?1 AND subject = ?2" PAGE, &s)
                 : db_prepare(db, CONFIRMATIONS " WHERE site = ?1 AND ?2 IS NULL" PAGE, &s);
    if (rc < 0) return err_set(e, rc, "the confirmations cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, subject);
    stmt_bind_int(s, 3, from);
    stmt_bind_int(s, 4, limit + 1);
    return listing_print(db, s, "confirmations", limit, put, &drawn, out, e);
}
