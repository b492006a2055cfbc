/* SPDX-License-Identifier: MIT */
/* Where a board stands, as status, marks, metrics and healthz tell it; and the answers that resources share. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/http/reply.h"
#include "app/http/status.h"
#include "tests/support/steps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int sent_now;

static int setup(void **state) {
    sent_now = 0;
    return steps_rig_setup(state);
}

static int64_t number(const struct json *o, const char *a, const char *b, const char *c) {
    const struct json *n = json_member(o, a);
    int64_t value = -1;
    if (b) n = json_member(n, b);
    if (c) n = json_member(n, c);
    if (!json_int(n, &value)) fail_msg("no number %s %s %s", a, b ? b : "", c ? c : "");
    return value;
}

static void assert_text(const struct json *o, const char *name, const char *want) {
    const char *text = json_text(json_member(o, name));
    assert_non_null(text);
    assert_string_equal(text, want);
}

static struct json *parse(const char *text) {
    struct json *root = NULL;
    struct err_text e = { 0 };
    if (json_parse(text, strlen(text), &root, &e)) fail_msg("%s: %s", e.text, text);
    return root;
}

static char *get(struct steps_rig *f, const char *pattern) {
    return steps_expect(&f->steps, &(struct steps_ask){ .method = "GET", .pattern = pattern }, 200, NULL);
}

/* One photo: its event, and its two uploads. */
static void add_photo(struct steps_rig *f) {
    struct buf jpeg = board_rig_jpeg(&f->board, 1, NULL);
    char target[80], id[ID_SIZE];
    ids_make(clock_wall(), id);
    (void)snprintf(target, sizeof target, "?id=%s", id);
    steps_status(&f->steps,
                 &(struct steps_ask){ "POST", "/api/v1/photos", .target = target, .body = jpeg.data, .n = jpeg.len },
                 201, NULL);
    buf_fini(&jpeg);
}

static void a_new_board(void **state) {
    struct steps_rig *f = *state;
    char *text = get(f, "/api/v1/status");
    struct json *o = parse(text);
    assert_text(o, "board", BOARD_RIG_BOARD);
    assert_text(o, "site", BOARD_RIG_SITE);
    assert_text(o, "version", "test");
    assert_text(o, "link", "down");
    assert_text(o, "hub", "unknown");
    assert_text(o, "camera", "absent");
    const char *clock = json_text(json_member(o, "clock"));
    assert_true(strcmp(clock, "ntp") == 0 || strcmp(clock, "rtc") == 0 || strcmp(clock, "none") == 0);
    assert_int_equal(number(o, "lanes", "photo", "saved"), 0);
    assert_int_equal(number(o, "photos", "total", NULL), 0);
    assert_true(number(o, "disk", "free_bytes", NULL) > 0);
    assert_true(number(o, "disk", "free_percent", NULL) <= 100);
    assert_int_equal(number(o, "rejected", NULL, NULL), 0);
    json_destroy(o);
    free(text);
}

static const char *word_up(void *ctx) { return (void)ctx, "up"; }
static const char *word_ok(void *ctx) { return (void)ctx, "ok"; }
static void note_send(void *ctx) {
    (void)ctx;
    sent_now++;
}

static void a_board_with_a_photo_to_send(void **state) {
    struct steps_rig *f = *state;
    add_photo(f);
    f->steps.app.status_ctx = f;
    f->steps.app.link_state = f->steps.app.hub_state = word_up;
    f->steps.app.camera_state = word_ok;
    f->steps.app.send_now = note_send;
    char *text = get(f, "/control/status");
    struct json *o = parse(text);
    assert_text(o, "link", "up");
    assert_text(o, "hub", "up");
    assert_text(o, "camera", "ok");
    assert_int_equal(number(o, "lanes", "photo", "saved"), 1);
    assert_int_equal(number(o, "lanes", "photo", "sent"), 0);
    assert_int_equal(number(o, "lanes", "photo", "received"), 0);
    assert_int_equal(number(o, "photos", "total", NULL), 1);
    assert_int_equal(number(o, "photos", "pending", NULL), 1);
    assert_true(number(o, "photos", "pending_bytes", NULL) > 0);
    json_destroy(o);
    free(text);
    steps_status(&f->steps, &(struct steps_ask){ .method = "POST", .pattern = "/api/v1/send-now" }, 204, NULL);
    assert_int_equal(sent_now, 1);
}

static int marks(struct db *db, void *arg) {
    struct steps_rig *f = ((void **)arg)[0];
    return status_print_marks(&f->steps.app, db, ((void **)arg)[1]);
}

static void marks_are_a_part_of_it(void **state) {
    struct steps_rig *f = *state;
    struct buf out;
    buf_init(&out, STATUS_MAX);
    assert_int_equal(store_call(f->board.reader, marks, (void *[]){ f, &out }), 0);
    struct json *o = parse(out.data);
    assert_text(o, "site", BOARD_RIG_SITE);
    assert_int_equal(number(o, "lanes", "alert", "saved"), 0);
    assert_null(json_member(o, "disk")); /* it changes with every commit */
    json_destroy(o);
    buf_fini(&out);
    buf_init(&out, 20);
    assert_int_equal(store_call(f->board.reader, marks, (void *[]){ f, &out }), ERR_TOO_BIG);
    buf_fini(&out);
}

static void metrics_are_numbers(void **state) {
    struct steps_rig *f = *state;
    add_photo(f);
    char *text = get(f, "/metrics");
    assert_non_null(strstr(text, "sitelog_events_total{lane=\"photo\",state=\"saved\"} 1\n"));
    assert_non_null(strstr(text, "sitelog_photos_pending 1\n"));
    assert_non_null(strstr(text, "sitelog_photos_stored 1\n"));
    assert_non_null(strstr(text, "sitelog_events_rejected 0\n"));
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#') continue;
        char *end = NULL, *value = strrchr(line, ' ');
        assert_non_null(value);
        (void)strtod(value + 1, &end);
        assert_int_equal(*end, '\0');
    }
    free(text);
    f->steps.app.board = false; /* the hub's metrics are of all sites */
    text = get(f, "/metrics");
    assert_non_null(strstr(text, "sitelog_events_total{lane=\"photo\",state=\"saved\"} 1\n"));
    free(text);
}

static void some_vitals(void *ctx, struct vitals *out) {
    (void)ctx;
    *out = (struct vitals){
        .wear_percent = 90, .wear_spare = 2, .written_bytes = 5000000000, .temperature_known = true, .temperature_c = 61
    };
}

static void how_the_machine_is(void **state) {
    struct steps_rig *f = *state;
    char *text = get(f, "/api/v1/status");
    struct json *o = parse(text);
    assert_null(json_member(json_member(o, "disk"), "wear_percent")); /* nobody looks */
    assert_null(json_member(json_member(o, "disk"), "written_bytes"));
    assert_null(json_member(o, "temperature_c"));
    assert_text(json_member(o, "disk"), "level", "ok");
    json_destroy(o);
    free(text);
    f->steps.app.vitals = some_vitals;
    text = get(f, "/api/v1/status");
    o = parse(text);
    assert_int_equal(number(o, "disk", "wear_percent", NULL), 90);
    assert_text(json_member(o, "disk"), "wear_spare", "warning");
    assert_true(number(o, "disk", "written_bytes", NULL) == 5000000000);
    assert_int_equal(number(o, "temperature_c", NULL, NULL), 61);
    json_destroy(o);
    free(text);
    text = get(f, "/metrics");
    assert_non_null(strstr(text, "\nsitelog_disk_wear_percent 90\n"));
    assert_non_null(strstr(text, "\nsitelog_disk_wear_spare 2\n"));
    assert_non_null(
        strstr(text, "# TYPE sitelog_disk_written_bytes_total counter\nsitelog_disk_written_bytes_total 5000000000\n"));
    assert_non_null(strstr(text, "\nsitelog_temperature_celsius 61\n"));
    free(text);
}

static void healthz_says_which_program_it_is(void **state) {
    struct steps_rig *f = *state;
    char *text = get(f, "/healthz");
    assert_non_null(strstr(text, "\"ok\":true"));
    assert_non_null(strstr(text, "\"program\":\"board\""));
    free(text);
    f->steps.app.board = false;
    text = get(f, "/healthz");
    assert_non_null(strstr(text, "\"program\":\"hub\""));
    free(text);
}

/* ---- answers that resources share ---- */

static void answers_of_a_post(void **state) {
    (void)state;
    static const struct {
        int rc, status;
        const char *body;
    } cases[] = { { 0, 201, "{\"id\":1}" },
                  { ERR_EXISTS, 200, "{\"id\":1}" },
                  { ERR_CONFLICT, 409, "\"stored\":{\"id\":1}" },
                  { ERR_INVALID, 400, "\"detail\":\"why\"" },
                  { ERR_NO_SPACE, 507, "no room" },
                  { ERR_TOO_BIG, 413, "\"detail\":\"why\"" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange x;
        struct buf json;
        struct err_text e = { .code = cases[i].rc, .text = "why" };
        exchange_init(&x, NULL);
        buf_init(&json, 100);
        assert_int_equal(buf_add_text(&json, "{\"id\":1}"), 0);
        reply_posted(&x, cases[i].rc, &json, "/there", &e);
        assert_int_equal(x.reply.status, cases[i].status);
        if (!strstr(x.reply.body.data, cases[i].body)) fail_msg("%s lacks %s", x.reply.body.data, cases[i].body);
        assert_string_equal(x.reply.location, cases[i].status < 300 ? "/there" : "");
        exchange_fini(&x);
    }
}

static void a_body_that_did_not_fit_is_no_answer(void **state) {
    (void)state;
    struct exchange x;
    struct buf json;
    exchange_init(&x, NULL);
    buf_init(&json, 4);
    assert_int_equal(buf_add_text(&json, "{\"id\":1}"), ERR_TOO_BIG);
    reply_json(&x, 200, &json, 0, NULL);
    assert_int_equal(x.reply.status, 413);
    exchange_fini(&x);
}

static void who_did_it(void **state) {
    (void)state;
    struct exchange x;
    char actor[64];
    exchange_init(&x, NULL);
    reply_actor(&x, actor);
    assert_string_equal(actor, "board"); /* the control socket */
    memset(x.user.id, 'u', sizeof x.user.id - 1);
    reply_actor(&x, actor);
    assert_int_equal(strlen(actor), 5 + sizeof x.user.id - 1);
    x.user.role = ROLE_VIEWER;
    assert_false(reply_names(&x));
    x.user.role = ROLE_CREW;
    assert_true(reply_names(&x));
    exchange_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_board, setup, steps_rig_teardown),
        cmocka_unit_test_setup_teardown(a_board_with_a_photo_to_send, setup, steps_rig_teardown),
        cmocka_unit_test_setup_teardown(marks_are_a_part_of_it, setup, steps_rig_teardown),
        cmocka_unit_test_setup_teardown(metrics_are_numbers, setup, steps_rig_teardown),
        cmocka_unit_test_setup_teardown(how_the_machine_is, setup, steps_rig_teardown),
        cmocka_unit_test_setup_teardown(healthz_says_which_program_it_is, setup, steps_rig_teardown),
        cmocka_unit_test(answers_of_a_post),
        cmocka_unit_test(a_body_that_did_not_fit_is_no_answer),
        cmocka_unit_test(who_did_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
