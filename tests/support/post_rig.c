/* SPDX-License-Identifier: MIT */
#include "tests/support/post_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int post_rig_setup_at(void **state, const char *rfc3339) {
    struct post_rig *f = calloc(1, sizeof *f);
    assert_non_null(f);
    journal_pair_now(rfc3339);
    journal_pair_open(&f->t, "b-01");
    buf_init(&f->answer, 1u << 20);
    *state = f;
    return 0;
}

int post_rig_setup(void **state) { return post_rig_setup_at(state, "2026-11-22T16:10:00+08:00"); }

int post_rig_teardown(void **state) {
    struct post_rig *f = *state;
    journal_pair_close(&f->t);
    journal_pair_close(&f->hub);
    buf_fini(&f->answer);
    free(f);
    return 0;
}

void post_rig_hub(struct post_rig *f) { journal_pair_open(&f->hub, "hub"); }

const char *post_rig_id(unsigned n) {
    static char ids[8][ID_SIZE];
    static unsigned next;
    char *id = ids[next++ % 8];
    (void)snprintf(id, ID_SIZE, "01935d2a-1c00-7abc-8def-%012x", n);
    return id;
}

const char *post_rig_body(struct post_rig *f, const char *rest) {
    static char body[600];
    (void)snprintf(body, sizeof body, "{\"id\":\"01990000-0000-7000-8000-%012u\"%s%s}", ++f->bodies, rest[0] ? "," : "",
                   rest);
    return body;
}

static void quote(char *text) {
    for (; *text; text++)
        if (*text == '\'') *text = '"';
}

int post_rig_send(struct post_rig *f, post_rig_fill fill, const char *subject, void *ctx, unsigned n,
                  const char *format, ...) {
    static char rest[64 * 1024], body[65 * 1024];
    struct post p = { .site = JOURNAL_SITE, .actor = "user/u-01", .subject_id = subject, .ctx = ctx };
    va_list args;
    va_start(args, format);
    (void)vsnprintf(rest, sizeof rest, format, args);
    va_end(args);
    quote(rest);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s%s}", post_rig_id(n), rest[0] ? "," : "", rest);
    fill(&p);
    buf_clear(&f->answer);
    f->e = (struct err_text){ 0 };
    journal_pair_begin(&f->t);
    int rc = post_event(f->t.journal, f->t.db, &p, body, strlen(body), &f->out, &f->answer, &f->e);
    (void)journal_pair_end(&f->t, rc);
    memcpy(f->allowed, p.allowed, sizeof f->allowed);
    return rc;
}

void post_rig_plan(struct post_rig *f, const char *members) {
    char data[2048];
    (void)snprintf(data, sizeof data, "{%s}", members);
    quote(data);
    struct event_draft draft = {
        .site = JOURNAL_SITE, .type = "plan-set", .subject_id = JOURNAL_SITE, .actor = "user/u-09", .data = data
    };
    journal_pair_append(&f->t, &draft, NULL);
}

void post_rig_holds(const struct buf *text, const char *part) {
    char copy[2048];
    (void)snprintf(copy, sizeof copy, "%s", part);
    quote(copy);
    if (!text->data || !strstr(text->data, copy))
        fail_msg("%s is not in %s", copy, text->data ? text->data : "nothing");
}

void post_rig_has(struct post_rig *f, const char *part) { post_rig_holds(&f->answer, part); }
