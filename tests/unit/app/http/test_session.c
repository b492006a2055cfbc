/* SPDX-License-Identifier: MIT */
/* Signing in over real sockets, accounts and journal, with a faked clock: lock-outs, what a session is good for, and that it survives a restart. */
#include "app/journal/account.h"
#include "app/journal/person.h"
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

extern const struct route route_session[];

static const struct route *const tables[] = { route_session, NULL };
static struct rig rig;
static char right_pin[PIN_VERIFIER_SIZE]; /* of 2468; made once, since it takes a while */
static bool first_start;

#define JSON "Content-Type: application/json\r\n"

static int add_session(void *arg, const struct session_row *row) { return sessions_add(arg, row); }

static int add_people(struct journal *j, struct db *db) {
    struct err_text e = { 0 };
    int r = db_begin(db);
    if (!r) r = person_add(j, db, "s-1", "u-01", "Person one", "manager", right_pin, "board", &e);
    if (!r) r = person_add(j, db, "s-1", "u-02", "Person two", "crew", NULL, "board", &e); /* no PIN yet */
    if (!r) r = person_add(j, db, "s-1", "u-03", "Person three", "crew", right_pin, "board", &e);
    if (!r) r = account_lock(j, db, "u-03", "board", &e);
    if (!r) r = db_commit(db);
    if (r) print_error("people: %s\n", e.text);
    return r;
}

static int prepare(struct rig *rg, struct db *db) {
    struct journal_options o = { .org = "acme", .writer = "b-1", .site = "s-1", .timezone = "UTC" };
    struct err_text e = { 0 };
    int r = journal_create(db, &o, &rg->app.journal, &e);
    if (!r && first_start) r = add_people(rg->app.journal, db);
    if (!r) r = sessions_person(rg->app.sessions, "u-01", "Person one", ROLE_MANAGER, true);
    if (!r) r = session_each(db, clock_wall(), add_session, rg->app.sessions);
    if (r) print_error("prepare: %s\n", e.text);
    return r;
}

static int setup_pin(void **state) {
    (void)state;
    return pin_make("2468", right_pin);
}

static int setup(void **state) {
    (void)state;
    clock_fake_wall((struct wall){ 1790000000000 });
    rig = (struct rig){ .routes = tables, .own_schema = true, .prepare = prepare, .keep_folder = false };
    first_start = true;
    rig_start(&rig);
    return 0;
}

static void stop(void) {
    struct journal *j = rig.app.journal;
    rig_stop(&rig);
    journal_destroy(j);
}

static int teardown(void **state) {
    (void)state;
    if (rig.server) stop();
    clock_fake_off();
    return 0;
}

static struct http_reply try_pin(const char *user, const char *pin) {
    char body[200];
    (void)snprintf(body, sizeof body, "{\"user\":\"%s\",\"pin\":\"%s\"}", user, pin);
    return http_request(rig.port, "POST", "/api/v1/session", JSON, body);
}

static int status_of(struct http_reply r) {
    http_reply_fini(&r);
    return r.status;
}

/* "Cookie: …" and "X-CSRF-Token: …" of a sign-in's reply. */
static void keep(const struct http_reply *r, char cookie[256], char csrf[256]) {
    const char *set = http_header(r, "Set-Cookie");
    assert_non_null(set);
    assert_non_null(strstr(set, "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"));
    (void)snprintf(cookie, 256, "Cookie: %.*s\r\n", (int)strcspn(set, ";"), set);
    const char *token = strstr(r->body, "\"csrf\":\"");
    assert_non_null(token);
    (void)snprintf(csrf, 256, "X-CSRF-Token: %.64s\r\n", token + strlen("\"csrf\":\""));
}

static void sign_in(char cookie[256], char csrf[256]) {
    struct http_reply r = try_pin("u-01", "2468");
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "{\"user\":\"u-01\",\"name\":\"Person one\",\"role\":\"manager\",\"csrf\":\""));
    keep(&r, cookie, csrf);
    http_reply_fini(&r);
}

static void test_in_and_out(void **state) {
    char cookie[256], csrf[256], both[512];
    (void)state;
    assert_int_equal(status_of(http_request(rig.port, "GET", "/api/v1/session", "", NULL)), 401);
    sign_in(cookie, csrf);
    struct http_reply r = http_request(rig.port, "GET", "/api/v1/session", cookie, NULL);
    assert_int_equal(r.status, 200);
    char again[256];
    const char *token = strstr(r.body, "\"csrf\":\"");
    assert_non_null(token);
    (void)snprintf(again, sizeof again, "X-CSRF-Token: %.64s\r\n", token + strlen("\"csrf\":\""));
    assert_string_equal(again, csrf);
    http_reply_fini(&r);
    assert_int_equal(rig_count(&rig, "SELECT count(*) FROM session"), 1);
    assert_int_equal(status_of(http_request(rig.port, "DELETE", "/api/v1/session", cookie, NULL)), 403);
    (void)snprintf(both, sizeof both, "%s%s", cookie, csrf);
    r = http_request(rig.port, "DELETE", "/api/v1/session", both, NULL);
    assert_int_equal(r.status, 204);
    assert_non_null(strstr(http_header(&r, "Set-Cookie"), "Max-Age=0"));
    http_reply_fini(&r);
    assert_int_equal(status_of(http_request(rig.port, "GET", "/api/v1/session", cookie, NULL)), 401);
    assert_int_equal(rig_count(&rig, "SELECT count(*) FROM session"), 0);
}

static void test_wrong_and_unknown_look_alike(void **state) {
    (void)state;
    static const char *const users[] = { "u-01", "u-99", "u-02", "u-03", "nobody-at-all" };
    char said[512] = "";
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
        struct http_reply r = try_pin(users[i], "0000");
        assert_int_equal(r.status, 401);
        assert_null(http_header(&r, "Set-Cookie"));
        if (i == 0) (void)snprintf(said, sizeof said, "%s", r.body);
        assert_string_equal(r.body, said);
        http_reply_fini(&r);
    }
    assert_int_equal(status_of(try_pin("u-03", "2468")), 401); /* locked by an operator */
    assert_int_equal(status_of(try_pin("u-02", "")), 400);     /* no PIN is no empty PIN */
    assert_int_equal(status_of(try_pin("u-01", "two")), 400);
    assert_int_equal(status_of(try_pin("u 01", "2468")), 400);
    assert_int_equal(rig_count(&rig, "SELECT count(*) FROM session"), 0);
    assert_int_equal(status_of(http_request(rig.port, "POST", "/api/v1/session", JSON, "{\"user\":\"u-01\"}")), 400);
    assert_int_equal(status_of(http_request(rig.port, "POST", "/api/v1/session", JSON, "[")), 400);
    assert_int_equal(
        status_of(http_request(rig.port, "POST", "/api/v1/session", JSON, "{\"user\":\"u-01\",\"pin\":\"1\",\"x\":1}")),
        400);
}

static void expect_locked(const char *pin, int seconds) {
    struct http_reply r = try_pin("u-01", pin);
    assert_int_equal(r.status, 429);
    assert_int_equal(atoi(http_header(&r, "Retry-After")), seconds);
    http_reply_fini(&r);
}

static void test_lock_out(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) assert_int_equal(status_of(try_pin("u-01", "0000")), 401);
    expect_locked("0000", 30);
    expect_locked("2468", 30); /* now the right one does not help either */
    clock_fake_advance_ms(29000);
    expect_locked("2468", 1);
    clock_fake_advance_ms(1001);
    expect_locked("0000", 60); /* the sixth */
    clock_fake_advance_ms(60001);
    int64_t locks =
        rig_count(&rig, "SELECT count(*) FROM event WHERE type = 'user-changed' AND instr(bytes, 'pin-locked') > 0");
    assert_int_equal(locks, 2);
    assert_int_equal(status_of(try_pin("u-01", "2468")), 200);
    assert_int_equal(status_of(try_pin("u-01", "0000")), 401); /* forgotten: counts from one again */
    assert_int_equal(rig_count(&rig, "SELECT failures FROM account WHERE id = 'u-01'"), 1);
}

static void test_sessions_survive_a_restart(void **state) {
    char cookie[256], csrf[256];
    (void)state;
    sign_in(cookie, csrf);
    rig.keep_folder = true;
    stop();
    first_start = false;
    rig_start(&rig);
    assert_int_equal(status_of(http_request(rig.port, "GET", "/api/v1/session", cookie, NULL)), 200);
    clock_fake_advance_ms(30LL * 86400000 + 1);
    assert_int_equal(status_of(http_request(rig.port, "GET", "/api/v1/session", cookie, NULL)), 401);
    rig.keep_folder = false;
}

static void test_people_to_sign_in(void **state) {
    (void)state;
    struct http_reply r = http_request(rig.port, "GET", "/api/v1/people-to-sign-in", "", NULL);
    assert_int_equal(r.status, 200); /* not who has no PIN, and not who is locked */
    assert_string_equal(r.body, "{\"people\":[{\"id\":\"u-01\",\"name\":\"Person one\",\"role\":\"manager\"}]}");
    http_reply_fini(&r);
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_in_and_out),        T(test_wrong_and_unknown_look_alike),
        T(test_lock_out),          T(test_sessions_survive_a_restart),
        T(test_people_to_sign_in),
    };
    return cmocka_run_group_tests(tests, setup_pin, NULL);
}
