/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "sync/wire/topic.h"

#include <string.h>

static const struct {
    struct topic topic;
    const char *text;
} good[] = {
    { { .kind = TOPIC_EVENT,
        .org = "acme",
        .site = "s-1",
        .board = "b-1",
        .up = true,
        .lane = LANE_ALERT,
        .type = "hazard-raised" },
      "sitelog/v1/acme/s-1/b-1/up/alert/hazard-raised" },
    { { .kind = TOPIC_EVENT,
        .org = "acme",
        .site = "s-1",
        .board = "b-1",
        .up = false,
        .lane = LANE_RECORD,
        .type = "plan-set" },
      "sitelog/v1/acme/s-1/b-1/dn/record/plan-set" },
    { { .kind = TOPIC_EVENT,
        .org = "acme",
        .site = "s-1",
        .board = "hub",
        .up = true,
        .lane = LANE_PHOTO,
        .type = "photo-taken" },
      "sitelog/v1/acme/s-1/hub/up/photo/photo-taken" },
    { { .kind = TOPIC_HELLO, .org = "a", .site = "s", .board = "b", .up = true }, "sitelog/v1/a/s/b/up/hello" },
    { { .kind = TOPIC_HELLO, .org = "a", .site = "s", .board = "b" }, "sitelog/v1/a/s/b/dn/hello" },
    { { .kind = TOPIC_ACK, .org = "a", .site = "s", .board = "b", .up = true }, "sitelog/v1/a/s/b/up/ack" },
    { { .kind = TOPIC_ACK, .org = "a", .site = "s", .board = "b" }, "sitelog/v1/a/s/b/dn/ack" },
    { { .kind = TOPIC_BEAT, .org = "a", .site = "s", .board = "b", .up = true }, "sitelog/v1/a/s/b/up/beat" },
    { { .kind = TOPIC_STATE, .org = "a", .site = "s", .board = "b" }, "sitelog/v1/a/s/b/state" },
    { { .kind = TOPIC_HUB_STATE, .org = "a" }, "sitelog/v1/a/hub/state" },
    { { .kind = TOPIC_STATE, .org = "a", .site = "hub", .board = "b" }, "sitelog/v1/a/hub/b/state" },
};

static void names_go_both_ways(void **state) {
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(good); i++) {
        char text[TOPIC_SIZE];
        struct topic t;
        assert_int_equal(topic_make(&good[i].topic, text), 0);
        assert_string_equal(text, good[i].text);
        assert_int_equal(topic_parse(text, &t), 0);
        assert_int_equal(t.kind, good[i].topic.kind);
        assert_string_equal(t.org, good[i].topic.org);
        assert_string_equal(t.site, good[i].topic.site);
        assert_string_equal(t.board, good[i].topic.board);
        assert_int_equal(t.up, good[i].topic.up);
        if (t.kind != TOPIC_EVENT) continue;
        assert_int_equal(t.lane, good[i].topic.lane);
        assert_string_equal(t.type, good[i].topic.type);
    }
}

static void other_names_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "sitelog/v1/",
        "sitelog/v1/a",
        "sitelog/v1/a/s",
        "sitelog/v1/a/hub",
        "sitelog/v1/a/s/state",
        "sitelog/v2/a/s/b/state",
        "sitelog/v1/a/s/b/up",
        "sitelog/v1/a/s/b/up/",
        "sitelog/v1/a/s/b/up/alert",
        "sitelog/v1/a/s/b/up/alert/",
        "sitelog/v1/a/s/b/up/alert/x/y",
        "sitelog/v1/a/s/b/up/urgent/x",
        "sitelog/v1/a/s/b/dn/beat",
        "sitelog/v1/a/s/b/xx/hello",
        "sitelog/v1/a/s/B/state",
        "sitelog/v1//s/b/state",
        "sitelog/v1/a/s/b/state/",
        "sitelog/v1/a/s/hub/state",
        "sitelog/v1/a/s/hub/dn/alert/x",
        "sitelog/v1/a/s/hub/up/ack",
        "/sitelog/v1/a/hub/state",
        "sitelog/v1/a/s/b/up/alert/X",
        "sitelog/v1/a/s/b/up/alert/a.v2",
        "sitelog/v1/a/s/b/up/alert/x/1/2/3/4/5/6/7/8/9",
    };
    struct topic t;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++)
        if (topic_parse(bad[i], &t) != ERR_INVALID) fail_msg("\"%s\" was taken", bad[i]);
    char longest[400];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "sitelog/v1/", 11);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(topic_parse(longest, &t), ERR_INVALID);
}

static void what_cannot_be_a_name_is_not_made(void **state) {
    (void)state;
    char text[TOPIC_SIZE];
    struct topic t = good[0].topic;
    strcpy(t.org, "#");
    assert_int_equal(topic_make(&t, text), ERR_INVALID);
    t = good[0].topic;
    strcpy(t.board, "a/b");
    assert_int_equal(topic_make(&t, text), ERR_INVALID);
    t = good[0].topic;
    strcpy(t.type, "a+b");
    assert_int_equal(topic_make(&t, text), ERR_INVALID);
    t = good[0].topic;
    t.site[0] = '\0';
    assert_int_equal(topic_make(&t, text), ERR_INVALID);
    t = good[2].topic;
    t.up = false;
    assert_int_equal(topic_make(&t, text), ERR_INVALID);
    t.kind = TOPIC_ACK;
    assert_int_equal(topic_make(&t, text), ERR_INVALID);
}

static void types_have_no_dots(void **state) {
    (void)state;
    char text[TOPIC_SIZE];
    struct topic t = good[0].topic;
    strcpy(t.type, "hazard-raised.v2");
    assert_int_equal(topic_make(&t, text), 0);
    assert_string_equal(text, "sitelog/v1/acme/s-1/b-1/up/alert/hazard-raised-v2");
    t.type[0] = '\0';
    assert_int_equal(topic_make(&t, text), 0);
    assert_string_equal(text, "sitelog/v1/acme/s-1/b-1/up/alert/unknown");
}

static void longest_names_fit(void **state) {
    (void)state;
    struct topic t = good[0].topic, back;
    char text[TOPIC_SIZE];
    memset(t.org, 'o', NAME_SIZE - 1);
    memset(t.site, 's', NAME_SIZE - 1);
    memset(t.board, 'b', NAME_SIZE - 1);
    memset(t.type, 't', ENVELOPE_TYPE_SIZE - 1);
    assert_int_equal(topic_make(&t, text), 0);
    assert_int_equal(topic_parse(text, &back), 0);
    assert_string_equal(back.type, t.type);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(other_names_are_refused),
        cmocka_unit_test(what_cannot_be_a_name_is_not_made),
        cmocka_unit_test(types_have_no_dots),
        cmocka_unit_test(longest_names_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
