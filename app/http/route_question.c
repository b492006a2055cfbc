/* SPDX-License-Identifier: MIT */
/* Questions both ways. */
#include "app/http/posting.h"
#include "app/http/reply.h"
#include "app/journal/csv_list.h"
#include "app/journal/question.h"
#include "firmware/base/ids.h"

#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024, TABLE_MAX = 32 * 1024 * 1024 };

static void send(struct app *app, struct exchange *x, struct db *db, const char *id, void (*fill)(struct post *p)) {
    bool office = x->user.role == ROLE_OFFICE;
    struct post p = { .subject_id = id, .ctx = &office };
    fill(&p);
    posting_run(app, x, db, &p);
}

static void ask(struct app *app, struct exchange *x, struct db *db) { send(app, x, db, NULL, question_post_ask); }
static void again(struct app *app, struct exchange *x, struct db *db) {
    send(app, x, db, exchange_param(x, "id"), question_post_again);
}
static void answer(struct app *app, struct exchange *x, struct db *db) {
    send(app, x, db, exchange_param(x, "id"), question_post_answer);
}

static bool is_one_of(struct exchange *x, const char *name, const char *text, const char *const *words,
                      const char *must) {
    for (size_t i = 0; text && words[i]; i++)
        if (strcmp(text, words[i]) == 0) return true;
    if (text) exchange_problem(x, 400, name, "%s is %s", name, must);
    return !text;
}

/* state and to. False: answered. */
static bool read_query(struct exchange *x, struct question_query *q) {
    static const char *const states[] = { "open", "late", "answered", NULL };
    static const char *const asked[] = { "site", "designer", "office", NULL };
    *q = (struct question_query){ .site = x->site,
                                  .state = exchange_query(x, "state"),
                                  .to = exchange_query(x, "to"),
                                  .before = exchange_query(x, "before"),
                                  .now = clock_wall(),
                                  .names = reply_names(x) };
    return reply_limit(x, &q->limit) && is_one_of(x, "state", q->state, states, "open, late or answered") &&
           is_one_of(x, "to", q->to, asked, "site, designer or office");
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "state", "to", NULL };
    struct question_query q;
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    if (exchange_query_only(x, known) || !read_query(x, &q)) return;
    buf_init(&json, LIST_MAX);
    int rc = question_list(db, &q, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

/* Over all sites that whoever asks may see. */
static void list_all(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "state", "to", "site", "format", "lang", NULL };
    struct question_query q;
    struct err_text e = { 0 };
    struct buf json;
    bool csv, zh;
    (void)app;
    if (exchange_query_only(x, known) || !read_query(x, &q) || !reply_format(x, &csv, &zh)) return;
    q.site = exchange_query(x, "site");
    if (q.site && !ids_is_name(q.site)) {
        exchange_problem(x, 400, "site", "site has to be the id of a site");
        return;
    }
    if (!role_sees_all_sites(x->user.role)) q.member = x->user.id;
    if (csv) q.limit = CSV_LIST_ROWS_MAX;
    buf_init(&json, csv ? TABLE_MAX : LIST_MAX);
    int rc = question_list(db, &q, &json, &e);
    reply_list(x, &json, rc, &e, "questions", csv_list_questions, csv, zh);
}

static const struct step ask_steps[] = { { STEP_WRITE, ask }, { STEP_END, NULL } };
static const struct step again_steps[] = { { STEP_WRITE, again }, { STEP_END, NULL } };
static const struct step answer_steps[] = { { STEP_WRITE, answer }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step all_steps[] = { { STEP_READ, list_all }, { STEP_END, NULL } };

extern const struct route route_question[];
const struct route route_question[] = {
    { "POST", "/api/v1/questions", PERMIT_RAISE, ROUTE_SITE, ask_steps },
    { "GET", "/api/v1/questions", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/questions", PERMIT_READ, ROUTE_HUB, all_steps },
    { "POST", "/api/v1/questions/{id}/ask", PERMIT_RAISE, ROUTE_SITE, again_steps },
    { "POST", "/api/v1/questions/{id}/answer", PERMIT_RAISE, ROUTE_SITE, answer_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
