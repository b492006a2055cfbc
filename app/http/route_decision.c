/* SPDX-License-Identifier: MIT */
/* What head office decides of what a site asked for: one address, and a table of the kinds of subjects that there is something to decide of. */
#include "app/http/posting.h"
#include "app/http/reply.h"
#include "app/journal/change.h"
#include "app/journal/delay.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const struct {
    const char *kind;             /* of the body's subject, with its slash */
    void (*fill)(struct post *p); /* what post_event needs; p->subject_id is set */
} kinds[] = {
    { "change/", change_post_decision },
    { "delay/", delay_post_decision },
};

/* Borrowed from the body's tree. */
static const char *subject_of(struct exchange *x, struct json **root, struct err_text *e) {
    int rc = json_parse(x->body, x->body_len, root, e);
    if (rc == 0 && !json_is_object(*root)) rc = err_set(e, ERR_INVALID, "a JSON object is expected");
    if (rc < 0) {
        exchange_error(x, rc, e);
        return NULL;
    }
    const char *subject = json_text(json_member(*root, "subject"));
    if (!subject) exchange_problem(x, 400, "subject", "subject has to say what is decided of, such as delay/0193…");
    return subject;
}

static void decide(struct app *app, struct exchange *x, struct db *db) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct err_text e = { 0 };
    const char *subject = subject_of(x, &root, &e);
    if (!subject) return;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(kinds); i++) {
        if (!text_starts(subject, kinds[i].kind)) continue;
        struct post p = { .subject_id = subject + strlen(kinds[i].kind) };
        kinds[i].fill(&p);
        posting_run(app, x, db, &p);
        return;
    }
    exchange_problem(x, 400, "subject", "there is nothing to decide of %.60s", subject);
}

static const struct step decide_steps[] = { { STEP_WRITE, decide }, { STEP_END, NULL } };

extern const struct route route_decision[];
const struct route route_decision[] = {
    { "POST", "/api/v1/decisions", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, decide_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
