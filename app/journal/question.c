/* SPDX-License-Identifier: MIT */
/* Questions: shapes, life, clocks, what may be posted. Folding and lists are in question_fold.c. */
#include "app/journal/question_private.h"

#include "app/journal/named.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"

#include <string.h>

enum { TEXT_BYTES = 1000 };

/* ---- shapes ---- */

static const char *const askers[] = { "site", "customer", "designer", "office", NULL };
static const char *const asked_of[] = { "site", "designer", "office", NULL };
static const struct shape ask_shape[] = {
    { .name = "from", .kind = SHAPE_WORD, .flags = SHAPE_NEEDED, .words = askers },
    { .name = "to", .kind = SHAPE_WORD, .flags = SHAPE_NEEDED, .words = asked_of },
    { .name = "text", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = TEXT_BYTES },
    { .name = "stage", .kind = SHAPE_KEY },
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "due", .kind = SHAPE_TIME, .flags = SHAPE_MADE },
    { .name = NULL },
};
static const struct shape again_shape[] = {
    { .name = "text", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = TEXT_BYTES },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "due", .kind = SHAPE_TIME, .flags = SHAPE_MADE },
    { .name = NULL },
};
static const struct shape answer_shape[] = {
    { .name = "text", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = TEXT_BYTES },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = NULL },
};

int question_check_asked(const struct json *data, struct err_text *e) {
    return shape_check(data, json_member(data, "to") ? ask_shape : again_shape, e);
}
int question_check_answered(const struct json *data, struct err_text *e) { return shape_check(data, answer_shape, e); }

/* ---- life ---- */

static const char *const states[] = { "unknown", "open", "answered", NULL };
static const struct life_step steps[] = {
    { "question-asked", "ask", LIFE_FROM(QUESTION_ANSWERED), QUESTION_OPEN },
    { "question-answered", "answer", LIFE_FROM(QUESTION_OPEN), QUESTION_ANSWERED },
    { NULL, NULL, 0, 0 },
};
const struct life question_life = { states, steps };

/* ---- clocks ---- */

struct wall question_runs_out(const struct standstill *runs, bool customer, struct wall asked, int64_t allowed_ms) {
    return standstill_run(runs, asked, allowed_ms, customer ? STANDSTILL_WORK_HOURS : STANDSTILL_ALL_HOURS);
}

struct wall question_due(const struct site_clock *clock, bool customer, struct wall asked) {
    struct wall due =
        question_runs_out(&clock->runs, customer, asked, customer ? clock->customer_ms : clock->designer_ms);
    return due.ms == STANDSTILL_NEVER ? (struct wall){ 0 } : due;
}

/* By what is known now; "" where clocks stand still without an end. */
static int make_due(struct db *db, const char *site, bool customer, char out[CLOCK_TEXT_SIZE]) {
    CLEANUP(site_clocks_fini) struct site_clocks clocks = { 0 };
    const struct site_clock *clock;
    int rc = site_clocks_find(&clocks, db, site, &clock);
    if (rc < 0) return rc;
    struct wall due = question_due(clock, customer, clock_wall());
    out[0] = '\0';
    if (due.ms) clock_format(due, tz_offset_s(clock->tz, due), out);
    return 0;
}

static int put_due(struct db *db, const char *site, bool customer, struct json_out *w, struct err_text *e) {
    char due[CLOCK_TEXT_SIZE];
    int rc = make_due(db, site, customer, due);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    if (due[0]) json_put_text(w, "due", due);
    return 0;
}

/* ---- what may be posted ---- */

static int judge_ask(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                     struct err_text *e) {
    const bool *office = p->ctx;
    const char *from = row_text(data, "from");
    if (strcmp(from, row_text(data, "to")) == 0)
        return err_field(e, ERR_INVALID, "to", "to is whoever asks: ask somebody else");
    if (!*office && (strcmp(from, "designer") == 0 || strcmp(from, "office") == 0))
        return err_set(e, ERR_DENIED, "head office asks for itself and for the designer");
    int rc = named_stage(j, db, p->site, row_text(data, "stage"), e);
    return rc < 0 ? rc : put_due(db, p->site, strcmp(from, "customer") == 0, made, e);
}

static int find(struct post *p, struct db *db, const char *type, const char *verb, struct question_now *out,
                struct err_text *e) {
    int rc = question_now(db, p->site, p->subject_id, out);
    if (rc < 0) return err_set(e, rc, "the question cannot be read: %s", db_message(db));
    if (out->state == QUESTION_NONE) return err_set(e, ERR_NOT_FOUND, "there is no such question on this site");
    if (life_step(&question_life, out->state, type)) return 0;
    life_allowed(&question_life, out->state, p->allowed);
    return life_refuse(&question_life, out->state, "this question", verb, e);
}

static int judge_again(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                       struct err_text *e) {
    struct question_now now;
    (void)j, (void)data;
    int rc = find(p, db, "question-asked", "ask", &now, e);
    return rc < 0 ? rc : put_due(db, p->site, strcmp(now.from, "customer") == 0, made, e);
}

static int judge_answer(struct post *p, struct journal *j, struct db *db, const struct json *data,
                        struct json_out *made, struct err_text *e) {
    struct question_now now;
    const bool *office = p->ctx;
    (void)j, (void)data, (void)made;
    int rc = find(p, db, "question-answered", "answer", &now, e);
    if (rc < 0 || *office || strcmp(now.to, "site") == 0) return rc;
    return err_set(e, ERR_DENIED, "this was asked of the %s: head office answers", now.to);
}

void question_post_ask(struct post *p) {
    p->type = "question-asked";
    p->shape = ask_shape;
    p->judge = judge_ask;
    p->print = question_print;
}

void question_post_again(struct post *p) {
    p->type = "question-asked";
    p->shape = again_shape;
    p->judge = judge_again;
    p->print = question_print;
}

void question_post_answer(struct post *p) {
    p->type = "question-answered";
    p->shape = answer_shape;
    p->judge = judge_answer;
    p->print = question_print;
}

int question_bring(struct journal *j, struct db *db, const char *site, const char *actor, const char *inreplyto,
                   const char *text, struct err_text *e) {
    char id[ID_SIZE];
    struct json_out w;
    struct buf data;
    ids_make(clock_wall(), id);
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    json_put_text(&w, "from", "customer");
    json_put_text(&w, "to", "site");
    json_put_text(&w, "text", text);
    int rc = put_due(db, site, true, &w, e);
    json_close(&w, '}');
    struct event_draft draft = { .id = id,
                                 .site = site,
                                 .type = "question-asked",
                                 .subject_id = id,
                                 .actor = actor,
                                 .inreplyto = inreplyto,
                                 .data = data.data };
    if (rc == 0 && data.error) rc = err_set(e, data.error, "the question cannot be written: %s", err_name(data.error));
    if (rc == 0) rc = journal_append(j, db, &draft, NULL, e);
    buf_fini(&data);
    return rc;
}
