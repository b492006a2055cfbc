/* SPDX-License-Identifier: MIT */
/* Events: what is made is read back, every member's form is judged, and a damaged event still gives its key. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "sync/wire/envelope.h"
#include "tests/support/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EPOCH "01935d2a-1c00-7abc-8def-0123456789ab"

static const char sample_text[] = "{\"text\":\"水管 \\\"seq\\\":99\",\"seq\":77,\"writer\":\"b-other\",\"n\":[1,2]}";
static struct json *sample_data; /* the same, from setup to teardown */

static struct envelope sample(void) {
    struct envelope e = {
        .key = { .writer = "b-7f3a", .epoch = EPOCH, .lane = LANE_ALERT, .seq = 12 },
        .id = "01935d2a-1c00-7000-8000-000000000001",
        .org = "acme",
        .site = "s-0412",
        .type = "hazard-raised",
        .subject = "hazard/01935d2a-1c00-7000-8000-000000000002",
        .time = "2026-11-22T16:04:05.123+08:00",
        .rev = 3,
        .actor = "user/u-03",
        .clock = "ntp",
        .boot = 7,
        .mono = 123456,
        .data = sample_data,
    };
    memset(e.prev, 'a', HASH_TEXT_SIZE - 1);
    return e;
}

static void make(const struct envelope *in, struct buf *out) {
    struct err_text e = { 0 };
    buf_init(out, ENVELOPE_MAX);
    int r = envelope_make(in, out, NULL, &e);
    if (r) fail_msg("%s", e.text);
}

static void what_is_made_is_read_back(void **state) {
    (void)state;
    struct envelope in = sample(), back;
    strcpy(in.inreplyto, "01935d2a-1c00-7000-8000-000000000003");
    struct buf b;
    make(&in, &b);
    assert_int_equal(envelope_read(b.data, b.len, &back, NULL), 0);
    assert_string_equal(back.key.writer, "b-7f3a");
    assert_string_equal(back.key.epoch, EPOCH);
    assert_int_equal(back.key.lane, LANE_ALERT);
    assert_int_equal(back.key.seq, 12);
    assert_string_equal(back.id, in.id);
    assert_string_equal(back.org, "acme");
    assert_string_equal(back.site, "s-0412");
    assert_string_equal(back.type, "hazard-raised");
    assert_string_equal(back.subject, in.subject);
    assert_string_equal(back.time, in.time);
    assert_string_equal(back.prev, in.prev);
    assert_int_equal(back.rev, 3);
    assert_string_equal(back.actor, "user/u-03");
    assert_string_equal(back.clock, "ntp");
    assert_int_equal(back.boot, 7);
    assert_int_equal(back.mono, 123456);
    assert_string_equal(back.inreplyto, in.inreplyto);
    tree_is(back.data, sample_text);
    envelope_fini(&back);
    buf_fini(&b);
}

static void members_stand_in_the_documents_order(void **state) {
    (void)state;
    struct envelope in = sample();
    struct json *nothing = tree_of("{}");
    in.data = nothing;
    struct buf b;
    make(&in, &b);
    json_destroy(nothing);
    char expected[1024];
    snprintf(expected, sizeof expected,
             "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/sitelog/acme/s-0412/b-7f3a\","
             "\"type\":\"org.sitelog.hazard-raised.v1\",\"subject\":\"%s\",\"time\":\"%s\","
             "\"datacontenttype\":\"application/json\",\"writer\":\"b-7f3a\",\"epoch\":\"%s\",\"lane\":\"alert\","
             "\"seq\":12,\"prev\":\"%s\",\"rev\":3,\"actor\":\"user/u-03\",\"clock\":\"ntp\",\"boot\":7,"
             "\"mono\":123456,\"data\":{}}",
             in.id, in.subject, in.time, EPOCH, in.prev);
    assert_string_equal(b.data, expected);
    buf_fini(&b);
}

static void versions_of_types(void **state) {
    (void)state;
    struct envelope in = sample(), back;
    strcpy(in.type, "hazard-raised.v2");
    struct buf b;
    make(&in, &b);
    assert_non_null(strstr(b.data, "\"org.sitelog.hazard-raised.v2\""));
    assert_int_equal(envelope_read(b.data, b.len, &back, NULL), 0);
    assert_string_equal(back.type, "hazard-raised.v2");
    envelope_fini(&back);
    buf_fini(&b);
    static const char *const bad[] = { "", ".v2", "x.v1", "x.v", "x.w2", "X", "a b", "x.v99999", "x.2", "\"" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        strcpy(in.type, bad[i]);
        buf_init(&b, ENVELOPE_MAX);
        if (envelope_make(&in, &b, NULL, NULL) != ERR_INVALID) fail_msg("type \"%s\" was taken", bad[i]);
        buf_fini(&b);
    }
}

/* Each pair: what stands in the sample, what to put there instead. */
static void every_members_form_is_judged(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        { "specversion", "\"1.0\"", "\"0.3\"" },
        { "specversion", "\"specversion\":\"1.0\",", "" },
        { "id", "\"id\":\"01935d2a-1c00-7", "\"id\":\"01935d2a-1c00-4" },
        { "id", "\"id\":\"01935d2a", "\"id\":\"01935D2A" },
        { "id", "\"id\":\"01935d2a-1c00-7000-8000-000000000001\"", "\"id\":7" },
        { "source", "/sitelog/acme/s-0412/b-7f3a", "/sitelog/acme/s-0412/b-7f3b" },
        { "source", "/sitelog/acme/s-0412/b-7f3a", "/sitelog/acme/b-7f3a" },
        { "source", "/sitelog/acme/s-0412/b-7f3a", "/sitelog/acme/s-0412/x/b-7f3a" },
        { "source", "/sitelog/acme/s-0412/b-7f3a", "/sitelog/acme/S-0412/b-7f3a" },
        { "type", "org.sitelog.hazard-raised.v1", "com.example.hazard-raised.v1" },
        { "type", "org.sitelog.hazard-raised.v1", "org.sitelog.hazard-raised" },
        { "type", "org.sitelog.hazard-raised.v1", "org.sitelog.hazard-raised.v01" },
        { "subject", "\"hazard/01935d2a", "\"01935d2a" },
        { "subject", "\"hazard/01935d2a", "\"hazard/ 01935d2a" },
        { "time", "16:04:05.123+08:00", "16:04:05.123" },
        { "time", "2026-11-22T", "2026-13-22T" },
        { "datacontenttype", "application/json", "text/plain" },
        { "writer", "\"writer\":\"b-7f3a\"", "\"writer\":\"B-7f3a\"" },
        { "epoch", "\"epoch\":\"01935d2a-1c00-7abc-8def-0123456789ab\"", "\"epoch\":\"x\"" },
        { "lane", "\"lane\":\"alert\"", "\"lane\":\"urgent\"" },
        { "seq", "\"seq\":12", "\"seq\":0" },
        { "seq", "\"seq\":12", "\"seq\":-1" },
        { "seq", "\"seq\":12", "\"seq\":12.5" },
        { "seq", "\"seq\":12", "\"seq\":9007199254740992" },
        { "seq", "\"seq\":12", "\"seq\":\"12\"" },
        { "prev", "\"prev\":\"aaaa", "\"prev\":\"AAAA" },
        { "prev", "\"prev\":\"aaaa", "\"prev\":\"aaa" },
        { "rev", "\"rev\":3", "\"rev\":0" },
        { "actor", "\"user/u-03\"", "\"\"" },
        { "actor", "\"user/u-03\"", "\"user/\"" },
        { "clock", "\"clock\":\"ntp\"", "\"clock\":\"gps\"" },
        { "boot", "\"boot\":7", "\"boot\":-7" },
        { "mono", "\"mono\":123456", "\"mono\":true" },
        { "inreplyto", "\"mono\":123456", "\"mono\":1,\"inreplyto\":\"no\"" },
        { "data", "\"data\":{\"text\"", "\"data\":[],\"x\":{\"text\"" },
        { "data", "\"data\":{\"text\"", "\"x\":{\"text\"" },
    };
    struct envelope in = sample(), back;
    struct buf b;
    make(&in, &b);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        char *at = strstr(b.data, cases[i][1]);
        assert_non_null(at);
        char text[4096];
        int n =
            snprintf(text, sizeof text, "%.*s%s%s", (int)(at - b.data), b.data, cases[i][2], at + strlen(cases[i][1]));
        struct err_text e = { 0 };
        if (envelope_read(text, (size_t)n, &back, &e) != ERR_INVALID) fail_msg("case %zu was taken: %s", i, text);
        if (!strstr(e.field, cases[i][0])) fail_msg("case %zu names \"%s\", not %s", i, e.field, cases[i][0]);
    }
    buf_fini(&b);
}

static void unknown_members_are_ignored(void **state) {
    (void)state;
    struct envelope in = sample(), back;
    struct buf b;
    make(&in, &b);
    char text[4096];
    int n = snprintf(text, sizeof text, "{\"traceparent\":\"00-1\",\"later\":{\"lane\":\"photo\"},%s", b.data + 1);
    assert_int_equal(envelope_read(text, (size_t)n, &back, NULL), 0);
    assert_int_equal(back.key.lane, LANE_ALERT);
    envelope_fini(&back);
    struct event_key key;
    assert_int_equal(envelope_read_key(text, (size_t)n, &key), 0);
    assert_int_equal(key.lane, LANE_ALERT);
    buf_fini(&b);
}

/* {"t":"xxx…"} */
static struct json *long_data(size_t n) {
    struct buf text;
    buf_init(&text, 2 * ENVELOPE_MAX);
    assert_int_equal(buf_add_text(&text, "{\"t\":\""), 0);
    for (size_t i = 0; i < n; i++) assert_int_equal(buf_add(&text, "x", 1), 0);
    assert_int_equal(buf_add_text(&text, "\"}"), 0);
    struct json *data = tree_of(text.data);
    buf_fini(&text);
    return data;
}

static void size_is_bounded(void **state) {
    (void)state;
    struct envelope in = sample(), back;
    struct buf b;
    struct json *data = long_data(0);
    in.data = data;
    make(&in, &b);
    size_t room = ENVELOPE_MAX - b.len;
    buf_fini(&b);
    json_destroy(data);

    data = long_data(room);
    in.data = data;
    buf_init(&b, 2 * ENVELOPE_MAX);
    assert_int_equal(envelope_make(&in, &b, NULL, NULL), 0);
    assert_int_equal(b.len, ENVELOPE_MAX);
    assert_int_equal(envelope_read(b.data, b.len, &back, NULL), 0);
    envelope_fini(&back);
    json_destroy(data);

    data = long_data(room + 1);
    in.data = data;
    buf_clear(&b);
    assert_int_equal(envelope_make(&in, &b, NULL, NULL), ERR_TOO_BIG);
    assert_int_equal(b.len, 0);
    buf_fini(&b);
    json_destroy(data);
}

static void data_that_is_no_object_is_not_made(void **state) {
    (void)state;
    static const char *const bad[] = { "[]", "[{}]", "null", "1", "\"{}\"", "true" };
    struct envelope in = sample();
    struct buf b;
    buf_init(&b, ENVELOPE_MAX);
    assert_int_equal(buf_add_text(&b, "before"), 0);
    for (size_t i = 0; i <= TEXT_ARRAY_LEN(bad); i++) {
        struct json *data = i < TEXT_ARRAY_LEN(bad) ? tree_of(bad[i]) : NULL;
        in.data = data;
        if (envelope_make(&in, &b, NULL, NULL) == 0) fail_msg("data %s was taken", data ? bad[i] : "NULL");
        assert_string_equal(b.data, "before");
        json_destroy(data);
    }
    buf_fini(&b);
}

static void making_gives_what_reading_does(void **state) {
    (void)state;
    struct envelope in = sample(), made = { 0 }, back;
    struct buf b;
    strcpy(in.time, "2026-11-22T16:04:05Z");
    buf_init(&b, ENVELOPE_MAX);
    assert_int_equal(envelope_make(&in, &b, &made, NULL), 0);
    assert_int_equal(envelope_read(b.data, b.len, &back, NULL), 0);
    assert_memory_equal(&made.key, &back.key, sizeof made.key);
    assert_string_equal(made.id, back.id);
    assert_string_equal(made.time, back.time);
    assert_string_equal(made.type, back.type);
    tree_is(made.data, sample_text);
    tree_is(in.data, sample_text); /* still the caller's */
    envelope_fini(&made);
    envelope_fini(&back);
    buf_fini(&b);
}

static void keys_from_damaged_bytes(void **state) {
    (void)state;
    struct envelope in = sample(), back;
    struct buf b;
    make(&in, &b);
    struct event_key key;
    /* cut anywhere behind the key, or with one byte of the rest destroyed */
    size_t behind = (size_t)(strstr(b.data, "\"prev\"") - b.data);
    for (size_t n = behind; n < b.len; n++) {
        assert_int_equal(envelope_read_key(b.data, n, &key), 0);
        assert_string_equal(key.writer, "b-7f3a");
        assert_int_equal(key.seq, 12);
        assert_int_not_equal(envelope_read(b.data, n, &back, NULL), 0);
    }
    for (size_t i = behind; i < b.len; i++) {
        char saved = b.data[i];
        b.data[i] = '"';
        assert_int_equal(envelope_read_key(b.data, b.len, &key), 0);
        assert_string_equal(key.writer, "b-7f3a");
        assert_string_equal(key.epoch, EPOCH);
        assert_int_equal(key.lane, LANE_ALERT);
        assert_int_equal(key.seq, 12);
        b.data[i] = saved;
    }
    /* a quote lost before the key */
    strstr(b.data, "\"1.0\"")[0] = ' ';
    assert_int_equal(envelope_read_key(b.data, b.len, &key), 0);
    assert_int_equal(key.seq, 12);
    /* nothing to be found */
    assert_int_equal(envelope_read_key(b.data, behind - 20, &key), ERR_INVALID);
    assert_int_equal(envelope_read_key("", 0, &key), ERR_INVALID);
    assert_int_equal(envelope_read_key("{\"writer\":\"b\"", 13, &key), ERR_INVALID);
    buf_fini(&b);
}

static void data_before_the_key_does_not_mislead(void **state) {
    (void)state;
    const char *text = "{\"data\":{\"writer\":\"b-x\",\"seq\":1,\"lane\":\"photo\"},\"seq\": 5 ,\"lane\" : "
                       "\"record\",\"epoch\":\"" EPOCH "\",\"writer\":\"b-y\"";
    struct event_key key;
    assert_int_equal(envelope_read_key(text, strlen(text), &key), 0);
    assert_string_equal(key.writer, "b-y");
    assert_int_equal(key.lane, LANE_RECORD);
    assert_int_equal(key.seq, 5);
}

static void random_damage_is_survived(void **state) {
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    struct envelope in = sample(), back;
    struct buf b;
    make(&in, &b);
    unsigned refused = 0;
    for (int round = 0; round < 20000; round++) {
        char *text = malloc(b.len);
        assert_non_null(text);
        memcpy(text, b.data, b.len);
        for (long k = random() % 4; k >= 0; k--) text[(size_t)random() % b.len] = (char)random();
        size_t n = (size_t)random() % 3 ? b.len : (size_t)random() % b.len;
        struct event_key key;
        int salvaged = envelope_read_key(text, n, &key);
        if (envelope_read(text, n, &back, NULL) == 0) {
            assert_int_equal(salvaged, 0);
            assert_string_equal(key.writer, back.key.writer);
            assert_true(key.seq == back.key.seq && key.lane == back.key.lane);
            envelope_fini(&back);
        } else {
            refused++;
        }
        free(text);
    }
    assert_in_range(refused, 10000, 20000);
    buf_fini(&b);
}

static void fold_order_is_total(void **state) {
    (void)state;
    struct event_key a = { "b-1", EPOCH, LANE_ALERT, 5 }, b = a;
    assert_int_equal(envelope_fold_order(1, &a, 1, &b), 0);
    assert_true(envelope_fold_order(1, &a, 2, &b) < 0);
    b.seq = 4;
    assert_true(envelope_fold_order(1, &a, 1, &b) > 0);
    strcpy(b.writer, "b-2");
    assert_true(envelope_fold_order(1, &a, 1, &b) < 0);
    b = a;
    b.lane = LANE_PHOTO;
    assert_true(envelope_fold_order(1, &a, 1, &b) < 0);
    assert_true(envelope_fold_order(1, &b, 1, &a) > 0);
}

static void lanes_have_names(void **state) {
    (void)state;
    enum lane lane;
    for (int l = 0; l < LANE_COUNT; l++) {
        assert_int_equal(lane_parse(lane_name((enum lane)l), &lane), 0);
        assert_int_equal(lane, l);
    }
    assert_int_equal(lane_parse("Alert", &lane), ERR_INVALID);
    assert_int_equal(lane_parse("", &lane), ERR_INVALID);
}

static int setup(void **state) {
    (void)state;
    sample_data = tree_of(sample_text);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    json_destroy(sample_data);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_is_read_back),
        cmocka_unit_test(members_stand_in_the_documents_order),
        cmocka_unit_test(versions_of_types),
        cmocka_unit_test(every_members_form_is_judged),
        cmocka_unit_test(unknown_members_are_ignored),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(data_that_is_no_object_is_not_made),
        cmocka_unit_test(making_gives_what_reading_does),
        cmocka_unit_test(keys_from_damaged_bytes),
        cmocka_unit_test(data_before_the_key_does_not_mislead),
        cmocka_unit_test(random_damage_is_survived),
        cmocka_unit_test(fold_order_is_total),
        cmocka_unit_test(lanes_have_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
