/* SPDX-License-Identifier: MIT */
/* The parts of the server that need no socket: targets, ranges, the budget, roles, sessions in memory, replies. */
#include "app/http/assets.h"
#include "app/http/budget.h"
#include "app/http/match.h"
#include "app/http/range.h"
#include "app/http/session.h"
#include "app/http/url.h"
#include "firmware/base/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* ---- targets ---- */

static int parse(const char *target, const char **path, struct exchange_input *in) {
    static char text[512];
    struct err_text e;
    *in = (struct exchange_input){ 0 };
    (void)snprintf(text, sizeof text, "%s", target);
    return url_parse(text, path, in, &e);
}

static void test_url(void **state) {
    struct exchange_input in;
    const char *path;
    (void)state;
    assert_int_equal(parse("/a%20b/%E6%B0%B4?x=1+2%2B3&&y&z=", &path, &in), 0);
    assert_string_equal(path, "/a b/水");
    assert_int_equal(in.query_count, 3);
    assert_string_equal(in.query[0].value, "1 2+3");
    assert_string_equal(in.query[1].name, "y");
    assert_string_equal(in.query[1].value, "");
    assert_string_equal(in.query[2].name, "z");
    static const char *const bad[] = { "",        "a",       "*",           "http://x/", "/%",
                                       "/%1",     "/%zz",    "/%00",        "/a%2fb",    "/a%2Fb",
                                       "/%c0%80", "/?a=%ff", "/?a=1&%61=2", "/?a=%",     "/?%ff=1" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_true(parse(bad[i], &path, &in) < 0);
    char many[512] = "/?";
    for (int i = 0; i < EXCHANGE_QUERY_MAX + 1; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many), "k%d=1&", i);
    assert_int_equal(parse(many, &path, &in), ERR_TOO_BIG);
}

/* Whatever is thrown at it: it ends, stays within its buffers (the sanitizers watch), and what it accepts is UTF-8 that begins with a slash. */
static void test_url_random(void **state) {
    static const char alphabet[] = "/%?&=+aF02\xe6\xb0\xb4.\xff";
    unsigned seed = (unsigned)time(NULL);
    (void)state;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 20000; round++) {
        struct exchange_input in = { 0 };
        const char *path = NULL;
        size_t n = (size_t)rand() % 40;
        char *text = malloc(n + 1);
        for (size_t i = 0; i < n; i++) text[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        text[n] = '\0';
        if (url_parse(text, &path, &in, NULL) == 0) {
            assert_int_equal(path[0], '/');
            assert_true(in.query_count <= EXCHANGE_QUERY_MAX);
        }
        free(text);
    }
}

/* ---- ranges ---- */

static void test_range(void **state) {
    uint64_t from = 7, len = 7;
    (void)state;
    assert_int_equal(range_read(NULL, 10, &from, &len), RANGE_WHOLE);
    assert_int_equal(range_read("bytes=2-3", 10, &from, &len), RANGE_PART);
    assert_true(from == 2 && len == 2);
    assert_int_equal(range_read("bytes=9-", 10, &from, &len), RANGE_PART);
    assert_true(from == 9 && len == 1);
    assert_int_equal(range_read("bytes=0-99999999999999999999999", 10, &from, &len), RANGE_PART);
    assert_true(from == 0 && len == 10);
    assert_int_equal(range_read("bytes=99999999999999999999999-", 10, &from, &len), RANGE_IMPOSSIBLE);
    assert_int_equal(range_read("bytes=-3", 10, &from, &len), RANGE_PART);
    assert_true(from == 7 && len == 3);
    assert_int_equal(range_read("bytes=-3", 0, &from, &len), RANGE_IMPOSSIBLE);
    assert_int_equal(range_read("bytes=0-", 0, &from, &len), RANGE_IMPOSSIBLE);
    static const char *const whole[] = { "",          "bytes",         "bytes=",     "bytes=-",
                                         "bytes=a-b", "bytes=1",       "bytes=1-2x", "items=1-2",
                                         "bytes=3-2", "bytes=1-2,4-5", "bytes=--1" };
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        assert_int_equal(range_read(whole[i], 10, &from, &len), RANGE_WHOLE);
    assert_true(range_etag_in("\"a\"", "\"a\""));
    assert_true(range_etag_in("\"b\" , W/\"a\"", "\"a\""));
    assert_true(range_etag_in("*", "\"a\""));
    assert_false(range_etag_in("\"ab\"", "\"a\""));
    assert_false(range_etag_in("", "\"a\""));
}

/* ---- the budget ---- */

static struct budget_wait *granted[8];
static size_t granted_count;

static void on_granted(struct budget_wait *w) { granted[granted_count++] = w; }

static void test_budget(void **state) {
    struct budget b = { .total = 100, .granted = on_granted };
    struct budget_wait w[5];
    (void)state;
    granted_count = 0;
    assert_true(budget_take(&b, &w[0], 60));
    assert_false(budget_take(&b, &w[1], 50));
    assert_false(budget_take(&b, &w[2], 30)); /* would fit, but does not overtake */
    assert_false(budget_take(&b, &w[3], 90));
    assert_int_equal(b.used, 60);
    budget_leave(&b, &w[1]);
    assert_int_equal(granted_count, 1);
    assert_ptr_equal(granted[0], &w[2]);
    assert_int_equal(b.used, 90);
    budget_give(&b, 60);
    assert_int_equal(granted_count, 1);
    budget_give(&b, 30);
    assert_int_equal(granted_count, 2);
    assert_ptr_equal(granted[1], &w[3]);
    budget_leave(&b, &w[3]); /* has it already: nothing to leave */
    budget_give(&b, 90);
    assert_int_equal(b.used, 0);
    assert_true(budget_take(&b, &w[4], 100));
}

/* ---- roles: the table of design, written out once more ---- */

static void test_roles(void **state) {
    static const struct {
        enum permission permission;
        const char *who; /* M S C I O V */
    } table[] = {
        { PERMIT_ANY, "MSCIOV" }, { PERMIT_STATUS, "MSCIOV" },   { PERMIT_READ, "MSCOV" },   { PERMIT_PHOTO, "MSCO" },
        { PERMIT_DRAFT, "MSCO" }, { PERMIT_TEST_SHOT, "MSCIO" }, { PERMIT_DAYLOG, "MO" },    { PERMIT_DECIDE, "O" },
        { PERMIT_RAISE, "MSCO" }, { PERMIT_ASSIGN, "MSO" },      { PERMIT_RECTIFY, "MSCO" }, { PERMIT_JUDGE, "SO" },
        { PERMIT_REQUEST, "MO" }, { PERMIT_TEST, "MSO" },
    };
    static const char letters[ROLE_COUNT] = { '-', 'M', 'S', 'C', 'I', 'O', 'V' };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        for (enum role r = ROLE_NONE; r < ROLE_COUNT; r++)
            assert_int_equal(role_may(r, table[i].permission), strchr(table[i].who, letters[r]) != NULL);
    for (enum role r = ROLE_MANAGER; r < ROLE_COUNT; r++) {
        enum role back;
        assert_int_equal(role_parse(role_name(r), &back), 0);
        assert_int_equal(back, r);
        assert_int_equal(role_sees_names(r), r != ROLE_VIEWER);
    }
    enum role untouched = ROLE_OFFICE;
    assert_int_equal(role_parse("none", &untouched), ERR_INVALID);
    assert_int_equal(role_parse("Manager", &untouched), ERR_INVALID);
    assert_int_equal(untouched, ROLE_OFFICE);
    assert_false(role_may(ROLE_COUNT, PERMIT_ANY));
    assert_false(role_may(ROLE_OFFICE, PERMIT_COUNT));
}

/* ---- sessions ---- */

static const struct wall noon = { 1790000000000 };

static void test_session_cookie(void **state) {
    struct sessions *s;
    struct exchange_user u;
    char token[SESSION_TOKEN_SIZE], csrf[HASH_TEXT_SIZE], header[256], cookie[200];
    struct session_row row;
    (void)state;
    assert_int_equal(sessions_create(&s), 0);
    session_make("u-01", noon, token, &row);
    assert_int_equal(strlen(token), 43);
    assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
    assert_null(strstr(row.hash, token));
    assert_int_equal(sessions_add(s, &row), 0);
    (void)snprintf(header, sizeof header, "other=1; sitelog=%s; sitelogx=2", token);
    assert_false(sessions_find(s, header, noon, &u)); /* a person nobody told of */
    assert_int_equal(sessions_person(s, "u-01", "张", ROLE_MANAGER, true), 0);
    assert_true(sessions_find(s, header, noon, &u));
    assert_string_equal(u.id, "u-01");
    assert_string_equal(u.name, "张");
    assert_int_equal(u.role, ROLE_MANAGER);
    session_csrf(token, csrf);
    assert_string_equal(u.csrf, csrf);
    assert_string_not_equal(u.csrf, u.session);
    assert_false(sessions_find(s, NULL, noon, &u));
    assert_false(sessions_find(s, "", noon, &u));
    assert_false(sessions_find(s, "sitelog=", noon, &u));
    (void)snprintf(header, sizeof header, "xsitelog=%s", token);
    assert_false(sessions_find(s, header, noon, &u));
    (void)snprintf(header, sizeof header, "sitelog=%s", token);
    assert_true(sessions_find(s, header, (struct wall){ row.expires_ms - 1 }, &u));
    assert_false(sessions_find(s, header, (struct wall){ row.expires_ms }, &u));
    assert_int_equal(row.expires_ms - row.created_ms, 30LL * 86400000);
    assert_int_equal(sessions_person(s, "u-01", "张", ROLE_CREW, true), 0); /* a new role counts at once */
    assert_true(sessions_find(s, header, noon, &u));
    assert_int_equal(u.role, ROLE_CREW);
    assert_int_equal(sessions_person(s, "u-01", "张", ROLE_CREW, false), 0); /* as does a lock */
    assert_false(sessions_find(s, header, noon, &u));
    assert_int_equal(sessions_person(s, "u-01", "张", ROLE_CREW, true), 0);
    sessions_remove(s, row.hash);
    assert_false(sessions_find(s, header, noon, &u));
    session_cookie(token, true, cookie, sizeof cookie);
    assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Strict; Secure"));
    session_cookie(NULL, false, cookie, sizeof cookie);
    assert_string_equal(cookie, "sitelog=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    sessions_destroy(s);
}

static void test_sessions_per_person(void **state) {
    struct sessions *s;
    struct exchange_user u;
    char token[SESSION_PER_PERSON + 5][SESSION_TOKEN_SIZE], header[2048];
    struct session_row row;
    (void)state;
    assert_int_equal(sessions_create(&s), 0);
    assert_int_equal(sessions_person(s, "u-01", "x", ROLE_MANAGER, true), 0);
    for (int i = 0; i < SESSION_PER_PERSON + 5; i++) {
        session_make("u-01", (struct wall){ noon.ms + i }, token[i], &row);
        assert_int_equal(sessions_add(s, &row), 0);
    }
    for (int i = 0; i < SESSION_PER_PERSON + 5; i++) {
        (void)snprintf(header, sizeof header, "sitelog=%s", token[i]);
        assert_int_equal(sessions_find(s, header, (struct wall){ noon.ms + 100 }, &u), i >= 5);
    }
    sessions_destroy(s);
}

static int count_row(void *arg, const struct session_row *row) {
    (void)row;
    ++*(int *)arg;
    return 0;
}

static void test_session_table(void **state) {
    char dir[] = "/tmp/sitelog-session-XXXXXX", path[64], token[SESSION_TOKEN_SIZE];
    struct session_row row;
    struct err_text e;
    struct db *db;
    int n = 0;
    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/x.db", dir);
    assert_int_equal(db_open(path, DB_JOURNAL, &db, &e), 0);
    assert_int_equal(db_exec(db, session_schema, &e), 0);
    for (int i = 0; i < SESSION_PER_PERSON + 5; i++) {
        session_make("u-01", (struct wall){ noon.ms + i }, token, &row);
        assert_int_equal(session_insert(db, &row, noon), 0);
    }
    assert_int_equal(session_each(db, noon, count_row, &n), 0);
    assert_int_equal(n, SESSION_PER_PERSON);
    assert_int_equal(session_delete(db, row.hash), 0);
    n = 0;
    assert_int_equal(session_each(db, noon, count_row, &n), 0);
    assert_int_equal(n, SESSION_PER_PERSON - 1);
    session_make("u-02", (struct wall){ row.expires_ms }, token, &row);
    assert_int_equal(session_insert(db, &row, (struct wall){ row.created_ms }), 0); /* all others have expired */
    n = 0;
    assert_int_equal(session_each(db, noon, count_row, &n), 0);
    assert_int_equal(n, 1);
    db_close(db);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

/* ---- replies ---- */

static void test_exchange_errors(void **state) {
    static const struct {
        int err, status;
    } table[] = {
        { ERR_INVALID, 400 },  { ERR_DENIED, 403 },  { ERR_NOT_FOUND, 404 },   { ERR_EXISTS, 409 },
        { ERR_CONFLICT, 409 }, { ERR_TOO_BIG, 413 }, { ERR_UNSUPPORTED, 422 }, { ERR_IO, 500 },
        { ERR_CORRUPT, 500 },  { ERR_NETWORK, 502 }, { ERR_BUSY, 503 },        { ERR_GONE, 503 },
        { ERR_NOMEM, 503 },    { ERR_TIMEOUT, 504 }, { ERR_NO_SPACE, 507 },    { -99, 500 },
    };
    struct exchange x;
    (void)state;
    exchange_init(&x, NULL);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct err_text e = { .text = "inside story", .field = "crew.electrician" };
        exchange_error(&x, table[i].err, &e);
        assert_int_equal(x.reply.status, table[i].status);
        assert_int_equal(x.error, table[i].err);
        assert_int_equal(strstr(x.reply.body.data, "inside story") != NULL, table[i].status < 500);
        assert_non_null(strstr(x.reply.body.data, "\"field\":\"crew.electrician\""));
        assert_int_equal(x.reply.retry_after_s > 0, table[i].status == 503);
    }
    exchange_fini(&x);
}

static void test_assets(void **state) {
    const struct asset *a;
    const char *where = NULL;
    (void)state;
    assert_int_equal(assets_find(true, "/", &a, &where), ASSET_ELSEWHERE);
    assert_string_equal(where, "/panel/");
    assert_int_equal(assets_find(false, "/", &a, &where), ASSET_ELSEWHERE);
    assert_string_equal(where, "/office/");
    assert_int_equal(assets_find(true, "/nothing", &a, &where), ASSET_NONE);
    for (size_t i = 0; i < assets_count; i++) {
        if (i > 0) assert_true(strcmp(assets_table[i - 1].path, assets_table[i].path) < 0);
        assert_int_equal(assets_find(false, assets_table[i].path, &a, &where), ASSET_FILE);
        assert_ptr_equal(a, &assets_table[i]);
        assert_true(a->end - a->bytes > 18 && a->bytes[0] == 0x1f && a->bytes[1] == 0x8b);
        assert_int_equal(a->etag[0], '"');
    }
}

static void a_table_links_to_its_next_page(void **state) {
    static const struct {
        const char *name, *value, *link;
    } cases[] = {
        { "state", "open", "<?state=open&lang=zh&before=12>; rel=\"next\"" },
        { "before", "99", "<?lang=zh&before=12>; rel=\"next\"" },
        { "room", "次卧 &", "<?room=%E6%AC%A1%E5%8D%A7%20%26&lang=zh&before=12>; rel=\"next\"" },
    };
    char longest[600];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange_input input = { .query = { { cases[i].name, cases[i].value }, { "lang", "zh" } },
                                        .query_count = 2 };
        struct exchange x;
        exchange_init(&x, &input);
        exchange_link_next(&x, "12");
        assert_string_equal(x.reply.link, cases[i].link);
        exchange_fini(&x);
    }
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (size_t n = 0; n < 200; n++) { /* no half a link, wherever it ends */
        struct exchange_input input = { .query = { { "room", longest + n }, { "lang", "zh" } }, .query_count = 2 };
        struct exchange x;
        exchange_init(&x, &input);
        exchange_link_next(&x, "12");
        assert_true(!x.reply.link[0] || strstr(x.reply.link, "&lang=zh&before=12>; rel=\"next\""));
        exchange_fini(&x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_links_to_its_next_page),
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_url_random),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_session_cookie),
        cmocka_unit_test(test_sessions_per_person),
        cmocka_unit_test(test_session_table),
        cmocka_unit_test(test_exchange_errors),
        cmocka_unit_test(test_assets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
