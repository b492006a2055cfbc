/* SPDX-License-Identifier: MIT */
/* Every route of both programs, asked by nobody and by each role over the real server: who may not is turned away before a step runs, who may
 * gets through. The steps themselves are replaced. What each permission means is held to the design by test_parts. */
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define ROUTES_MAX 200

static struct route copies[ROUTES_MAX + 1];
static const struct route *const tables[] = { copies, NULL };
static size_t count;
static atomic_int ran;

static void note_run(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    atomic_fetch_add(&ran, 1);
    x->reply.status = 204;
}

static const struct step only_note[] = { { STEP_LOOP, note_run }, { STEP_END, NULL } };

static int setup(void **state) {
    (void)state;
    for (const struct route *const *t = route_tables; *t; t++) {
        for (const struct route *r = *t; r->method; r++) {
            assert_true(count < ROUTES_MAX);
            copies[count] = *r;
            copies[count++].steps = only_note;
        }
    }
    assert_true(count > 20);
    return 0;
}

/* The path to ask for, with something for each parameter. */
static void path_of(const struct route *r, bool hub, char *out, size_t size) {
    bool below_site = hub && (r->flags & ROUTE_SITE) && strncmp(r->pattern, "/api/v1/", 8) == 0;
    size_t n = (size_t)snprintf(out, size, "%s", below_site ? "/api/v1/sites/s-1" : "");
    for (const char *p = r->pattern + (below_site ? strlen("/api/v1") : 0); *p; p++) {
        if (*p == '{') {
            bool site = strncmp(p, "{site}", 6) == 0;
            n += (size_t)snprintf(out + n, size - n, "%s", site ? "s-1" : "x-1");
            p = strchr(p, '}');
        } else {
            out[n++] = *p;
            out[n] = '\0';
        }
    }
}

static int ask(struct rig *rig, const struct route *r, enum role role, int *runs) {
    char path[256], headers[600];
    bool write = strcmp(r->method, "GET") != 0;
    bool body = write && !(r->flags & ROUTE_NO_BODY) && strcmp(r->method, "DELETE") != 0;
    path_of(r, rig->hub, path, sizeof path);
    (void)snprintf(headers, sizeof headers, "%sContent-Type: %s\r\n", role ? rig->as[role] : "",
                   r->flags & ROUTE_BODY_JPEG ? "image/jpeg" : "application/json");
    int before = atomic_load(&ran);
    struct http_reply reply = http_request(rig->port, r->method, path, headers, body ? "{}" : NULL);
    *runs = atomic_load(&ran) - before;
    http_reply_fini(&reply);
    return reply.status;
}

static void walk(struct rig *rig) {
    for (size_t i = 0; i < count; i++) {
        const struct route *r = &copies[i];
        if (r->flags & ROUTE_CONTROL) continue;
        if ((r->flags & ROUTE_BOARD) && rig->hub) continue;
        if ((r->flags & ROUTE_HUB) && !rig->hub) continue;
        for (enum role role = ROLE_NONE; role < ROLE_COUNT; role++) {
            int runs = 0;
            bool open = (r->flags & ROUTE_OPEN) != 0;
            int wanted = open || role_may(role, r->need) ? 204 : role == ROLE_NONE ? 401 : 403;
            int got = ask(rig, r, role, &runs);
            if (got != wanted)
                print_error("%s %s by %s: %d, not %d\n", r->method, r->pattern, role_name(role), got, wanted);
            assert_int_equal(got, wanted);
            assert_int_equal(runs, wanted == 204);
        }
    }
}

static void test_every_route(void **state) {
    (void)state;
    for (int hub = 0; hub < 2; hub++) {
        struct rig rig = { .routes = tables, .hub = hub };
        rig_start(&rig);
        walk(&rig);
        rig_stop(&rig);
    }
}

/* Writes that need no permission of their own, with the reason. Whatever is added here has to have one. */
static const char *const free_writes[] = {
    "/api/v1/session",         /* signing in and out */
    "/api/v1/send-now",        /* has the link tried at once; changes nothing */
    "/api/v1/blobs/have",      /* a question; boards ask it, which have no session */
    "/api/v1/blobs/confirmed", /* a question */
};

static bool is_free(const char *pattern) {
    for (size_t i = 0; i < sizeof free_writes / sizeof free_writes[0]; i++)
        if (strcmp(pattern, free_writes[i]) == 0) return true;
    return false;
}

static void test_writes_need_a_permission(void **state) {
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const struct route *r = &copies[i];
        if (strcmp(r->method, "GET") == 0 || (r->flags & ROUTE_CONTROL) || is_free(r->pattern)) continue;
        bool guarded = !(r->flags & ROUTE_OPEN) && !(r->flags & ROUTE_NO_CSRF) && r->need > PERMIT_READ;
        if (!guarded) print_error("%s %s\n", r->method, r->pattern);
        assert_true(guarded);
    }
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_route),
                                        cmocka_unit_test(test_writes_need_a_permission) };
    return cmocka_run_group_tests(tests, setup, NULL);
}
