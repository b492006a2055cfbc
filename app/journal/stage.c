/* SPDX-License-Identifier: MIT */
/* Steps of a stage as people ask for them: judged by the life, the rooms and the gates, and appended. */
#include "app/journal/stage.h"

#include "app/journal/post.h"
#include "app/journal/stage_private.h"
#include "app/journal/standing.h"
#include "app/journal/timed_test.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *verb, *type;
    const struct shape *shape;
} verbs[STAGE_VERB_COUNT] = {
    [STAGE_START] = { "start", "stage-started", stage_shape },
    [STAGE_FINISH] = { "finish", "stage-finished", stage_shape },
    [STAGE_REQUEST] = { "request", "acceptance-requested", stage_shape },
    [STAGE_ACCEPT] = { "accept", "stage-accepted", stage_shape },
    [STAGE_REJECT] = { "reject", "stage-rejected", stage_shape_rejected },
    [STAGE_OVERRIDE] = { "override", "gate-overridden", stage_shape_overridden },
};

/* ---- the book ---- */

void stage_book_fini(struct stage_book *b) {
    plan_fini(&b->plan);
    free(b->rows);
    free(b->seen);
    free(b->tests);
    free(b->evidence.rooms);
    free(b->evidence.doubts);
    standing_fini(&b->clocks);
    tz_destroy(b->tz);
    *b = (struct stage_book){ 0 };
}

static int read_signed(struct db *db, const char *site, bool *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT 1 FROM confirmation WHERE site = ? AND subject = 'stage/completion'", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    *out = rc == 1;
    return rc < 0 ? rc : 0;
}

static int fill(struct db *db, const char *site, struct wall now, struct stage_book *b) {
    int rc = tz_create(b->plan.timezone, &b->tz, NULL);
    if (rc == 0) rc = stage_rows_read(db, site, &b->rows, &b->row_count);
    if (rc == 0) rc = timed_test_newest(db, site, &b->tests, &b->test_count);
    if (rc < 0) return rc;
    b->seen = calloc(b->row_count + 1, sizeof *b->seen);
    if (!b->seen) return ERR_NOMEM;
    for (size_t i = 0; i < b->row_count; i++) b->seen[i] = b->rows[i].seen;
    tz_date(b->tz, now, b->date);
    rc = read_signed(db, site, &b->customer_signed);
    return rc < 0 ? rc : standing_read(db, site, &b->plan.cutoffs, b->tz, &b->clocks);
}

int stage_book_read(struct db *db, const char *site, const char *fallback_tz, struct wall now, struct stage_book *out) {
    memset(out, 0, sizeof *out);
    int rc = plan_read(db, site, fallback_tz, &out->plan);
    if (rc == 0) rc = fill(db, site, now, out);
    if (rc < 0) stage_book_fini(out);
    return rc;
}

struct stage_site stage_book_site(const struct stage_book *b) {
    return (struct stage_site){ .plan = &b->plan,
                                .rows = b->seen,
                                .row_count = b->row_count,
                                .tests = b->tests,
                                .test_count = b->test_count,
                                .date = b->date,
                                .customer_signed = b->customer_signed,
                                .evidence = &b->evidence };
}

/* ---- what is possible ---- */

static bool is_possible(const struct stage_row *row, enum stage_verb verb) {
    if (verb != STAGE_OVERRIDE) return stage_legal(row, verbs[verb].type) != NULL;
    bool open = row->seen.state == STAGE_PLANNED ? row->seen.start_overridden : row->seen.overridden;
    return row->seen.state != STAGE_ACCEPTED && !open;
}

void stage_allowed(const struct stage_row *row, unsigned may, char out[LIFE_ALLOWED_SIZE]) {
    size_t n = 0;
    for (int v = 0; v < STAGE_VERB_COUNT; v++) {
        if (!(may & 1u << v) || !is_possible(row, (enum stage_verb)v)) continue;
        n += (size_t)snprintf(out + n, LIFE_ALLOWED_SIZE - n, "%s\"%s\"", n ? "," : "[", verbs[v].verb);
    }
    (void)snprintf(out + n, LIFE_ALLOWED_SIZE - n, "%s", n ? "]" : "[]");
}

struct step {
    struct stage_ask *ask;
    struct stage_book book;
    struct stage_row row;
};

static int check_room(const struct stage_ask *ask, const char *room, struct err_text *e) {
    enum stage_rooms rooms = stage_gate_rooms(ask->key);
    if (rooms == STAGE_ROOMS_NEEDED && !room[0] && ask->verb != STAGE_OVERRIDE)
        return err_field(e, ERR_INVALID, "room", "%s goes room by room: say which room", ask->key);
    if (rooms == STAGE_ROOMS_NONE && room[0])
        return err_field(e, ERR_INVALID, "room", "%s is one for the whole site: leave room out", ask->key);
    return 0;
}

/* Begun as a whole or room by room, not both. */
static int check_mix(const struct step *k, struct err_text *e) {
    for (size_t i = 0; i < k->book.row_count; i++) {
        const struct stage_seen *other = &k->book.seen[i];
        if (strcmp(other->key, k->row.seen.key) != 0 || other->state == STAGE_PLANNED) continue;
        if (!other->room[0] && k->row.seen.room[0])
            return err_set(e, ERR_CONFLICT, "%s has begun as a whole: go on without a room", other->key);
        if (other->room[0] && !k->row.seen.room[0])
            return err_set(e, ERR_CONFLICT, "%s has begun room by room: say which room", other->key);
    }
    return 0;
}

static int refuse(struct step *k, struct err_text *e) {
    char what[96];
    struct stage_ask *ask = k->ask;
    bool none = strcmp(ask->allowed, "[]") == 0;
    (void)snprintf(what, sizeof what, "%.40s%s%.40s", ask->key, k->row.seen.room[0] ? " in " : "", k->row.seen.room);
    return err_set(e, ERR_CONFLICT, "%s is %s: %s is not possible now%s%s", what, stage_life.states[k->row.seen.state],
                   verbs[ask->verb].verb,
                   none ? ", and nothing else for you" : "; possible: ", none ? "" : ask->allowed);
}

static int refuse_gate(const struct step *k, struct err_text *e) {
    const struct stage_lacks *l = &k->ask->lacks;
    const char *why = "";
    for (size_t i = l->count; i-- > 0;)
        if (l->list[i].hard) why = l->list[i].en;
    return err_set(e, ERR_CONFLICT, "%s cannot %s yet: %s", k->ask->key,
                   k->ask->verb == STAGE_START ? "start" : "be accepted", why);
}

static void put_warnings(const struct stage_lacks *l, struct json_out *w) {
    if (!l->count) return;
    json_open(w, "warnings", '[');
    for (size_t i = 0; i < l->count; i++) {
        json_open(w, NULL, '{');
        json_put_text(w, "zh", l->list[i].zh);
        json_put_text(w, "en", l->list[i].en);
        json_close(w, '}');
    }
    json_close(w, ']');
}

/* What the gates say to it. An override and a request are told what is missing, and go on. */
static int judge_gate(struct step *k, const struct json *data, struct json_out *made, struct err_text *e) {
    struct stage_site site = stage_book_site(&k->book);
    struct stage_ask *ask = k->ask;
    const char *gate = json_text(json_member(data, "gate"));
    bool start = ask->verb == STAGE_START;
    if (ask->verb == STAGE_OVERRIDE) {
        start = gate ? strcmp(gate, "start") == 0 : k->row.seen.state == STAGE_PLANNED;
        json_put_text(made, "opens", start ? "start" : "accept");
    }
    if (ask->verb == STAGE_FINISH || ask->verb == STAGE_REJECT) return 0;
    if (start)
        stage_gate_start(&site, ask->key, k->row.seen.room, &ask->lacks);
    else
        stage_gate_accept(&site, ask->key, k->row.seen.room, &ask->lacks);
    bool decides = ask->verb == STAGE_START || ask->verb == STAGE_ACCEPT;
    if (decides && stage_gate_refuses(&ask->lacks)) return refuse_gate(k, e);
    put_warnings(&ask->lacks, made);
    return 0;
}

static int judge(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                 struct err_text *e) {
    struct step *k = p->ctx;
    struct stage_ask *ask = k->ask;
    char room[41];
    (void)j;
    int rc = stage_room(data, room);
    if (rc == 0) rc = stage_row_read(db, ask->site, ask->key, room, &k->row);
    if (rc < 0) return err_set(e, rc, "the stages cannot be read: %s", err_name(rc));
    if (!plan_stage_find(&k->book.plan, ask->key) && k->row.seen.state == STAGE_PLANNED)
        return err_set(e, ERR_NOT_FOUND, "the plan has no stage %s", ask->key);
    rc = check_room(ask, room, e);
    if (rc < 0) return rc;
    stage_allowed(&k->row, ask->may, ask->allowed);
    if (!is_possible(&k->row, ask->verb)) return refuse(k, e);
    if (ask->verb == STAGE_REQUEST && json_count(json_member(data, "photos")) == 0)
        return err_field(
            e, ERR_UNSUPPORTED, "photos",
            "acceptance is asked for with photos: take at least one of the finished work, and send its id");
    rc = ask->verb == STAGE_START ? check_mix(k, e) : 0;
    if (rc == 0) rc = judge_gate(k, data, made, e);
    if (rc == ERR_CONFLICT) stage_allowed(&k->row, ask->may & ~(1u << ask->verb), ask->allowed); /* not that one */
    return rc;
}

int stage_step(struct journal *j, struct db *db, struct stage_ask *ask, const char *body, size_t n,
               struct appended *out, struct buf *answer, struct err_text *e) {
    struct step k = { .ask = ask };
    struct wall now = clock_wall();
    struct stage_view view = {
        .site = ask->site, .fallback_tz = ask->fallback_tz, .now = now, .may = ask->may, .names = true
    };
    struct post p = { .site = ask->site,
                      .actor = ask->actor,
                      .type = verbs[ask->verb].type,
                      .subject_id = ask->key,
                      .shape = verbs[ask->verb].shape,
                      .judge = judge,
                      .ctx = &k };
    ask->allowed[0] = '\0';
    ask->lacks.count = 0;
    int rc = stage_book_read(db, ask->site, ask->fallback_tz, now, &k.book);
    if (rc == 0) rc = stage_evidence_read(db, ask->site, &k.book);
    if (rc < 0) {
        stage_book_fini(&k.book);
        return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    }
    rc = post_event(j, db, &p, body, n, out, answer, e);
    stage_book_fini(&k.book);
    if (rc != 0 && rc != ERR_EXISTS && !p.other) return rc;
    int printed = stage_print(db, &view, ask->key, answer);
    return printed < 0 ? err_set(e, printed, "the stage cannot be read: %s", err_name(printed)) : rc;
}
