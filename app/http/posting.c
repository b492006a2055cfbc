/* SPDX-License-Identifier: MIT */
/* From an exchange to post_event and back. */
#include "app/http/posting.h"

#include "app/http/reply.h"
#include "app/journal/plan.h"

enum { ANSWER_MAX = 1024 * 1024 };

void posting_run(struct app *app, struct exchange *x, struct db *db, struct post *p) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64];
    reply_actor(x, actor);
    p->site = x->site;
    p->actor = actor;
    buf_init(&json, ANSWER_MAX);
    int rc = post_event(app->journal, db, p, x->body, x->body_len, &appended, &json, &e);
    reply_stepped(x, rc, &json, p->allowed, &e);
}
