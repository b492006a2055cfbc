/* SPDX-License-Identifier: MIT */
/* What sitelogctl asks for, requests for photos, drafts and the timeline, step by step: the refusals above all. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/board.h"
#include "tests/support/steps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct board_rig board;
    struct steps steps;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    board_rig_open(&f->board);
    steps_init(&f->steps, &f->board);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    board_rig_close(&f->board);
    free(f);
    return 0;
}

static char *get(struct fixture *f, const char *pattern, const char *target, int status, const char *field) {
    struct steps_ask ask = { .method = "GET", .pattern = pattern, .target = target };
    return steps_expect(&f->steps, &ask, status, field);
}

static void post(struct fixture *f, const char *pattern, const char *target, const char *body, int status,
                 const char *field) {
    struct steps_ask ask = { .method = "POST", .pattern = pattern, .target = target, .body = body };
    steps_status(&f->steps, &ask, status, field);
}

/* ---- people ---- */

static void people_are_added_locked_and_unlocked(void **state) {
    struct fixture *f = *state;
    static const char add[] = "{\"id\":\"u-07\",\"name\":\"site manager\",\"role\":\"manager\",\"pin\":\"246813\"}";
    post(f, "/control/users", NULL, add, 200, NULL);
    char *list = get(f, "/control/users", NULL, 200, NULL);
    assert_non_null(strstr(list, "\"u-07\""));
    assert_non_null(strstr(list, "\"pin\":true"));
    assert_null(strstr(list, "246813"));
    assert_null(strstr(list, "scrypt"));
    free(list);
    char *actor =
        board_rig_text(&f->board, "SELECT json_extract(bytes, '$.actor') FROM event WHERE type = 'person-set'");
    assert_string_equal(actor, "board");
    free(actor);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM event WHERE instr(bytes, '246813') > 0"), 0);
    post(f, "/control/users/{id}/lock", "id=u-07", NULL, 204, NULL);
    post(f, "/control/users/{id}/unlock", "id=u-07", NULL, 204, NULL);
    post(f, "/control/users/{id}/lock", "id=u-99", NULL, 404, NULL);
    post(f, "/control/users/{id}/unlock", "id=u-99", NULL, 404, NULL);
}

static void a_bad_person_is_named_by_its_field(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *body, *field;
    } cases[] = {
        { "", NULL },
        { "[]", NULL },
        { "\"u-07\"", NULL },
        { "{}", "id" },
        { "{\"id\":\"u-07\",\"role\":\"crew\",\"pin\":\"2468\"}", "name" },
        { "{\"id\":\"u-07\",\"name\":\"n\",\"role\":\"king\",\"pin\":\"2468\"}", "role" },
        { "{\"id\":\"U 7\",\"name\":\"n\",\"role\":\"crew\",\"pin\":\"2468\"}", "id" },
        { "{\"id\":\"u-07\",\"name\":\"n\",\"role\":\"crew\",\"pin\":\"246\"}", "pin" },
        { "{\"id\":\"u-07\",\"name\":\"n\",\"role\":\"crew\",\"pin\":\"1234567890123\"}", "pin" },
        { "{\"id\":\"u-07\",\"name\":\"n\",\"role\":\"crew\",\"pin\":\"24a8\"}", "pin" },
        { "{\"id\":\"u-07\",\"name\":\"n\",\"role\":\"crew\",\"pin\":2468}", "pin" },
        { "{\"id\":\"u-07\",\"name\":\"n\",\"role\":\"crew\",\"pin\":\"2468\",\"age\":9}", "age" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        post(f, "/control/users", NULL, cases[i].body, 400, cases[i].field);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM person"), 0);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM event WHERE type <> 'epoch-started'"), 0);
}

static int refuse_key(struct db *db, void *arg) {
    struct ack hello = { .connect = 1, .boot = 1, .software = "1", .key = "KEY-A" };
    (void)arg;
    int rc = board_hello(db, "s-1", "b-01", &hello, clock_wall(), NULL);
    memcpy(hello.key, "KEY-B", sizeof "KEY-B");
    if (rc == 0) rc = board_hello(db, "s-1", "b-01", &hello, clock_wall(), NULL);
    return rc == ERR_DENIED ? 0 : rc;
}

static void a_replaced_board_is_accepted(void **state) {
    struct fixture *f = *state;
    static const char path[] = "/control/boards/accept";
    assert_int_equal(store_call(f->board.writer, refuse_key, NULL), 0);
    post(f, path, NULL, "{}", 400, "site");
    post(f, path, NULL, "{\"site\":\"s-1\",\"board\":\"b-01\",\"key\":\"K\",\"why\":1}", 400, "why");
    post(f, path, NULL, "{\"site\":\"s-1\",\"board\":\"b-01\",\"key\":\"KEY-C\"}", 404, "key");
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM board WHERE key = 'KEY-A'"), 1);
    post(f, path, NULL, "{\"site\":\"s-1\",\"board\":\"b-01\",\"key\":\"KEY-B\"}", 204, NULL);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM board WHERE key = 'KEY-B'"), 1);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM board_finding"), 0);
    post(f, path, NULL, "{\"site\":\"s-1\",\"board\":\"b-01\",\"key\":\"KEY-B\"}", 404, "key"); /* once */
}

static void rebuilding_says_how_many_were_folded(void **state) {
    struct fixture *f = *state;
    static const char body[] = "{\"id\":\"01990000-0000-7000-8000-00000000000b\"}";
    post(f, "/api/v1/photo-requests", NULL, body, 201, NULL);
    struct steps_ask ask = { .method = "POST", .pattern = "/control/rebuild" };
    char *text = steps_expect(&f->steps, &ask, 200, NULL);
    assert_string_equal(text, "{\"events\":1}");
    free(text);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM photo_request"), 1);
}

/* ---- requests for photos ---- */

#define REQUEST "01990000-0000-7000-8000-00000000000a"

static void requests_are_made_once_and_listed(void **state) {
    struct fixture *f = *state;
    static const char path[] = "/api/v1/photo-requests";
    post(f, path, NULL, "{\"id\":\"" REQUEST "\",\"text\":\"the riser\"}", 201, NULL);
    post(f, path, NULL, "{\"id\":\"" REQUEST "\",\"text\":\"the riser\"}", 200, NULL);
    post(f, path, NULL, "{\"id\":\"" REQUEST "\",\"text\":\"the door\"}", 409, "id");
    post(f, path, NULL, "{\"text\":\"the door\"}", 400, "id");
    post(f, path, NULL, "{\"id\":\"" REQUEST "\",\"due\":\"soon\"}", 400, "due");
    post(f, path, NULL, "", 400, NULL);
    char *list = get(f, path, "?state=open", 200, NULL);
    assert_non_null(strstr(list, "\"the riser\""));
    free(list);
    list = get(f, path, "?state=failed", 200, NULL);
    assert_null(strstr(list, REQUEST));
    free(list);
    free(get(f, path, "?limit=0", 400, "limit"));
    free(get(f, path, "?before=x", 400, "before"));
    free(get(f, path, "?board=b-1", 400, "board"));
}

/* ---- drafts ---- */

static void drafts_are_kept_shared_and_dropped(void **state) {
    struct fixture *f = *state;
    struct steps_ask ask = { .method = "PUT",
                             .pattern = "/api/v1/drafts/{kind}/{key}",
                             .target = "kind=daylog&key=2026-11-22",
                             .body = "{\"note\":\"half\"}" };
    steps_status(&f->steps, &ask, 204, NULL);
    char *text = get(f, ask.pattern, ask.target, 200, NULL);
    assert_non_null(strstr(text, "\"draft\":{\"note\":\"half\"}"));
    assert_non_null(strstr(text, "\"user\":\"u-01\""));
    free(text);
    ask.body = "[1]";
    steps_status(&f->steps, &ask, 400, NULL);
    ask.body = "{";
    steps_status(&f->steps, &ask, 400, NULL);
    ask.method = "DELETE";
    ask.body = NULL;
    steps_status(&f->steps, &ask, 204, NULL);
    steps_status(&f->steps, &ask, 204, NULL);
    free(get(f, ask.pattern, ask.target, 404, NULL));
}

/* ---- the timeline ---- */

static void the_timeline_pages(void **state) {
    struct fixture *f = *state;
    char body[100], *text;
    for (int i = 0; i < 5; i++) {
        char id[ID_SIZE];
        ids_make(clock_wall(), id);
        (void)snprintf(body, sizeof body, "{\"id\":\"%s\"}", id);
        post(f, "/api/v1/photo-requests", NULL, body, 201, NULL);
    }
    size_t seen = 0;
    char target[200] = "?limit=2";
    for (int page = 0; page < 10; page++) {
        text = get(f, "/api/v1/timeline", target, 200, NULL);
        for (char *at = text; (at = strstr(at, "\"type\":\"photo-requested\"")) != NULL; at++) seen++;
        char *next = strstr(text, "\"next\":\"");
        char *end = next ? strchr(next + 8, '"') : NULL;
        if (end) {
            *end = '\0';
            (void)snprintf(target, sizeof target, "?limit=2&before=%s", next + 8);
        }
        free(text);
        if (!end) break;
    }
    assert_int_equal(seen, 5);
    free(get(f, "/api/v1/timeline", "?before=x", 400, "before"));
    free(get(f, "/api/v1/timeline", "?limit=999", 400, "limit"));
    free(get(f, "/api/v1/timeline", "?site=s-1", 400, "site"));
}

static void the_history_of_one_thing(void **state) {
    struct fixture *f = *state;
    post(f, "/api/v1/photo-requests", NULL, "{\"id\":\"" REQUEST "\"}", 201, NULL);
    char *text = get(f, "/api/v1/history/{kind}/{id}", "kind=photo-request&id=" REQUEST, 200, NULL);
    assert_non_null(strstr(text, "\"subject\":\"photo-request/" REQUEST "\""));
    assert_non_null(strstr(text, "\"photo-requested\""));
    free(text);
    text = get(f, "/api/v1/history/{kind}/{id}", "kind=hazard&id=" REQUEST, 404, NULL);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(people_are_added_locked_and_unlocked, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bad_person_is_named_by_its_field, setup, teardown),
        cmocka_unit_test_setup_teardown(a_replaced_board_is_accepted, setup, teardown),
        cmocka_unit_test_setup_teardown(rebuilding_says_how_many_were_folded, setup, teardown),
        cmocka_unit_test_setup_teardown(requests_are_made_once_and_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(drafts_are_kept_shared_and_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(the_timeline_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(the_history_of_one_thing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
