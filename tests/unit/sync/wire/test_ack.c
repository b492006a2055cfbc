/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "sync/wire/ack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH "01935d2a-1c00-7abc-8def-0123456789ab"
#define HASH  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int read_text(const char *text, struct ack *a, struct err_text *e) { return ack_read(text, strlen(text), a, e); }

static void a_hello_goes_both_ways(void **state) {
    (void)state;
    struct ack_have have[2] = {
        { .writer = "b-1", .epoch = EPOCH, .upto = { 12, 0, ACK_UNSAID }, .hash = { HASH, HASH } },
        { .writer = "hub", .epoch = EPOCH, .upto = { ACK_UNSAID, 3, 4 } }
    };
    struct ack_rejected rejected = { { "b-1", EPOCH, LANE_PHOTO, 3 }, "schema", "no \"data\"" };
    char blobs[2][HASH_TEXT_SIZE] = { HASH, HASH }, want[1][HASH_TEXT_SIZE] = { HASH };
    struct ack a = { .have = have,
                     .have_count = 2,
                     .rejected = &rejected,
                     .rejected_count = 1,
                     .blobs = blobs,
                     .blobs_count = 2,
                     .want = want,
                     .want_count = 1,
                     .window = 99,
                     .pause_ms = 1500,
                     .resend = true,
                     .connect = 31,
                     .to = 7,
                     .boot = 5,
                     .software = "sitelog 1",
                     .key = "a2V5" };
    struct ack back;
    struct buf b;
    buf_init(&b, ACK_MAX);
    assert_int_equal(ack_print(&a, &b), 0);
    assert_int_equal(ack_read(b.data, b.len, &back, NULL), 0);
    assert_int_equal(back.have_count, 2);
    assert_string_equal(back.have[0].writer, "b-1");
    assert_string_equal(back.have[1].epoch, EPOCH);
    assert_int_equal(back.have[0].upto[LANE_ALERT], 12);
    assert_int_equal(back.have[0].upto[LANE_RECORD], 0);
    assert_true(back.have[0].upto[LANE_PHOTO] == ACK_UNSAID);
    assert_string_equal(back.have[0].hash[LANE_RECORD], HASH);
    assert_string_equal(back.have[0].hash[LANE_PHOTO], "");
    assert_int_equal(back.have[1].upto[LANE_PHOTO], 4);
    assert_int_equal(back.rejected_count, 1);
    assert_int_equal(back.rejected[0].key.seq, 3);
    assert_int_equal(back.rejected[0].key.lane, LANE_PHOTO);
    assert_string_equal(back.rejected[0].text, "no \"data\"");
    assert_int_equal(back.blobs_count, 2);
    assert_int_equal(back.want_count, 1);
    assert_string_equal(back.blobs[1], HASH);
    assert_int_equal(back.window, 99);
    assert_int_equal(back.pause_ms, 1500);
    assert_true(back.resend);
    assert_int_equal(back.connect, 31);
    assert_int_equal(back.to, 7);
    assert_int_equal(back.boot, 5);
    assert_string_equal(back.software, "sitelog 1");
    assert_string_equal(back.key, "a2V5");
    ack_fini(&back);
    buf_fini(&b);
}

static void what_is_absent_has_defaults(void **state) {
    (void)state;
    struct ack a;
    assert_int_equal(read_text("{\"later\":{}}", &a, NULL), 0);
    assert_int_equal(a.have_count + a.rejected_count + a.blobs_count + a.want_count, 0);
    assert_int_equal(a.window, ACK_WINDOW_DEFAULT);
    assert_int_equal(a.pause_ms, 0);
    assert_false(a.resend);
    assert_int_equal(a.connect, 0);
    ack_fini(&a);
    assert_int_equal(
        read_text("{\"have\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH "\",\"upto\":{\"later\":5}}]}", &a, NULL), 0);
    for (int l = 0; l < LANE_COUNT; l++) assert_true(a.have[0].upto[l] == ACK_UNSAID);
    ack_fini(&a);
}

static void heads_say_upto_and_count_only_there(void **state) {
    (void)state;
    struct ack a;
    assert_int_equal(
        read_text("{\"have\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH "\",\"upto\":{\"record\":5},\"heads\":{"
                  "\"alert\":{\"seq\":2,\"hash\":\"" HASH "\"},\"record\":{\"seq\":6,\"hash\":\"" HASH "\"}}}]}",
                  &a, NULL),
        0);
    assert_int_equal(a.have[0].upto[LANE_ALERT], 2);
    assert_string_equal(a.have[0].hash[LANE_ALERT], HASH);
    assert_int_equal(a.have[0].upto[LANE_RECORD], 5);
    assert_string_equal(a.have[0].hash[LANE_RECORD], "");
    ack_fini(&a);
}

static void nonsense_is_refused(void **state) {
    (void)state;
#define HAVE(upto) "{\"have\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH "\"," upto "}]}"
    static const char *const bad[] = {
        "",
        "[]",
        "{",
        "{\"have\":{}}",
        "{\"have\":[3]}",
        "{\"have\":[{}]}",
        HAVE("\"upto\":{\"alert\":-1}"),
        HAVE("\"upto\":{\"alert\":1.5}"),
        HAVE("\"upto\":{\"alert\":9007199254740993}"),
        HAVE("\"upto\":{\"alert\":\"1\"}"),
        HAVE("\"heads\":{\"alert\":{\"seq\":1}}"),
        HAVE("\"heads\":{\"alert\":{\"seq\":1,\"hash\":\"xyz\"}}"),
        "{\"have\":[{\"writer\":\"B\",\"epoch\":\"" EPOCH "\"}]}",
        "{\"have\":[{\"writer\":\"b\",\"epoch\":\"1\"}]}",
        "{\"window\":-1}",
        "{\"window\":1e300}",
        "{\"pause_ms\":-5}",
        "{\"resend\":1}",
        "{\"connect\":-1}",
        "{\"to\":\"1\"}",
        "{\"blobs\":[\"x\"]}",
        "{\"blobs\":[1]}",
        "{\"want\":[null]}",
        "{\"rejected\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH "\",\"lane\":\"x\",\"seq\":1,\"code\":\"schema\"}]}",
        "{\"rejected\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH "\",\"lane\":\"alert\",\"seq\":0,\"code\":\"schema\"}]}",
        "{\"rejected\":[{\"writer\":\"b\",\"epoch\":\"" EPOCH
        "\",\"lane\":\"alert\",\"seq\":1,\"code\":\"far-too-long-a-code\"}]}",
    };
    struct ack a;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++)
        if (read_text(bad[i], &a, NULL) != ERR_INVALID) fail_msg("%s was taken", bad[i]);
}

static void size_is_bounded(void **state) {
    (void)state;
    struct ack a;
    struct buf b;
    for (size_t n = ACK_HAVE_MAX; n <= ACK_HAVE_MAX + 1; n++) {
        buf_init(&b, 4 * ACK_MAX);
        buf_add_text(&b, "{\"have\":[");
        for (size_t i = 0; i < n; i++) buf_addf(&b, "%s{\"writer\":\"b\",\"epoch\":\"" EPOCH "\"}", i ? "," : "");
        buf_add_text(&b, "]}");
        assert_int_equal(b.error, 0);
        /* the list's bound and the message's bound both hold */
        int r = ack_read(b.data, b.len, &a, NULL);
        assert_int_equal(r, b.len > ACK_MAX ? ERR_TOO_BIG : n > ACK_HAVE_MAX ? ERR_INVALID : 0);
        if (r == 0) ack_fini(&a);
        buf_fini(&b);
    }
    struct ack many = { .rejected_count = ACK_REJECTED_MAX + 1 };
    buf_init(&b, ACK_MAX);
    assert_int_equal(ack_print(&many, &b), ERR_TOO_BIG);
    buf_fini(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_goes_both_ways),
        cmocka_unit_test(what_is_absent_has_defaults),
        cmocka_unit_test(heads_say_upto_and_count_only_there),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(size_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
