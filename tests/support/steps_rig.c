/* SPDX-License-Identifier: MIT */
/* Runs a route's steps. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/steps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void steps_init(struct steps *s, struct board_rig *board) {
    *s = (struct steps){ .board = board };
    s->app = (struct app){ .board = true,
                           .version = "test",
                           .org = "acme",
                           .site = BOARD_RIG_SITE,
                           .writer_id = BOARD_RIG_BOARD,
                           .dir = board->data,
                           .timezone = "Asia/Shanghai",
                           .writer = board->writer,
                           .reader = board->reader,
                           .journal = board->depot.journal,
                           .photos = &board->photos };
}

int steps_rig_setup(void **state) {
    struct steps_rig *f = calloc(1, sizeof *f);
    assert_non_null(f);
    board_rig_open(&f->board);
    steps_init(&f->steps, &f->board);
    *state = f;
    return 0;
}

int steps_rig_teardown(void **state) {
    struct steps_rig *f = *state;
    board_rig_close(&f->board);
    free(f);
    return 0;
}

int steps_rig_setup_sunday(void **state) {
    clock_fake_wall((struct wall){ INT64_C(1795334400000) });
    clock_fake_mono((struct mono){ 5000000 });
    return steps_rig_setup(state);
}

int steps_rig_teardown_sunday(void **state) {
    (void)steps_rig_teardown(state);
    clock_fake_off();
    return 0;
}

static const struct route *find(const char *method, const char *pattern) {
    for (const struct route *const *t = route_tables; *t; t++)
        for (const struct route *r = *t; r->method; r++)
            if (strcmp(r->method, method) == 0 && strcmp(r->pattern, pattern) == 0) return r;
    fail_msg("no route %s %s", method, pattern);
    return NULL;
}

/* Cuts "a=b&c=d" up in place. */
static size_t cut(char *text, struct exchange_pair *out, size_t max) {
    size_t n = 0;
    char *rest = NULL;
    for (char *one = strtok_r(text, "&", &rest); one; one = strtok_r(NULL, "&", &rest)) {
        char *is = strchr(one, '=');
        assert_non_null(is);
        assert_true(n < max);
        *is = '\0';
        out[n++] = (struct exchange_pair){ one, is + 1 };
    }
    return n;
}

struct running {
    struct steps *s;
    struct exchange *x;
    const struct step *step;
};

static int run_read(struct db *db, void *arg) {
    struct running *r = arg;
    r->step->run(&r->s->app, r->x, db);
    return 0;
}

/* As the server: undone when it was refused. */
static int run_write(struct db *db, void *arg) {
    struct running *r = arg;
    exchange_reset_reply(r->x);
    r->step->run(&r->s->app, r->x, db);
    return r->x->reply.status >= 400 ? ERR_DENIED : 0;
}

static int run_before(void *arg) {
    struct running *r = arg;
    r->step->run(&r->s->app, r->x, NULL);
    return 0;
}

static void run_step(struct running *r) {
    switch (r->step->where) {
    case STEP_READ:
        assert_int_equal(store_call(r->s->app.reader, run_read, r), 0);
        break;
    case STEP_WRITE:
        (void)!store_call(r->s->app.writer, run_write, r);
        break;
    case STEP_BEFORE:
        assert_int_equal(store_call_before(r->s->app.writer, run_before, NULL, r), 0);
        break;
    case STEP_POOL:
    case STEP_HEAVY:
    case STEP_LOOP:
        r->step->run(&r->s->app, r->x, NULL);
        break;
    case STEP_END:
        break;
    }
}

void steps_ask(struct steps *s, const struct steps_ask *ask, struct exchange *x) {
    struct exchange_input input = { .param_count = 0 };
    char *text = strdup(ask->target ? ask->target : "");
    char *query = strchr(text, '?');
    if (query) *query++ = '\0';
    input.param_count = cut(text, input.params, EXCHANGE_PARAMS_MAX);
    if (query) input.query_count = cut(query, input.query, EXCHANGE_QUERY_MAX);
    if (ask->header) {
        input.headers[0] = (struct exchange_pair){ ask->header, ask->value };
        input.header_count = 1;
    }
    exchange_init(x, &input);
    x->route = find(ask->method, ask->pattern);
    x->method = ask->method;
    x->path = ask->pattern;
    (void)snprintf(x->site, sizeof x->site, "%s", ask->site ? ask->site : s->app.site);
    (void)snprintf(x->user.id, sizeof x->user.id, "u-01");
    x->user.role = ask->role ? ask->role : ROLE_MANAGER;
    if (ask->body) {
        x->body_len = ask->n ? ask->n : strlen(ask->body);
        x->body = malloc(x->body_len + 1);
        memcpy(x->body, ask->body, x->body_len);
        x->body[x->body_len] = '\0';
    } else {
        x->body = strdup("");
    }
    struct running r = { s, x, x->route->steps };
    for (; r.step->where != STEP_END && x->reply.status == 0; r.step++) run_step(&r);
    x->input = NULL;
    free(text);
}

char *steps_expect(struct steps *s, const struct steps_ask *ask, int status, const char *field) {
    struct exchange x;
    char want[100];
    steps_ask(s, ask, &x);
    char *body = strdup(x.reply.body.data ? x.reply.body.data : "");
    if (x.reply.status != status)
        fail_msg("%s %s %s: %d, not %d: %s", ask->method, ask->pattern, ask->target ? ask->target : "", x.reply.status,
                 status, body);
    (void)snprintf(want, sizeof want, "\"field\":\"%s\"", field ? field : "");
    if (field && !strstr(body, want)) fail_msg("%s does not name the field %s", body, field);
    if (status >= 400) {
        assert_string_equal(x.reply.type, "application/problem+json");
        assert_non_null(strstr(body, "\"detail\":\""));
    }
    exchange_fini(&x);
    return body;
}

void steps_status(struct steps *s, const struct steps_ask *ask, int status, const char *field) {
    free(steps_expect(s, ask, status, field));
}
