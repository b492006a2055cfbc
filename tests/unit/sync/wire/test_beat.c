/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "sync/wire/beat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH "01935d2a-1c00-7abc-8def-0123456789ab"

static struct beat sample(uint8_t secret[SIGN_SECRET_SIZE]) {
    struct beat b = { .epoch = EPOCH, .seq = { 12, 340, 0 } };
    assert_int_equal(sign_make_key(secret, b.key), 0);
    hash_sha256_text("a", 1, b.hash[LANE_ALERT]);
    hash_sha256_text("r", 1, b.hash[LANE_RECORD]);
    hash_sha256_text(EPOCH, strlen(EPOCH), b.hash[LANE_PHOTO]);
    b.health = strdup("{\"disk_free_bytes\":1000,\"camera\":\"ok\"}");
    assert_non_null(b.health);
    return b;
}

static void a_beat_goes_both_ways(void **state) {
    (void)state;
    uint8_t secret[SIGN_SECRET_SIZE];
    struct beat b = sample(secret), back;
    struct buf out;
    buf_init(&out, 8192);
    assert_int_equal(beat_make(&b, "acme", "s-1", "b-1", secret, &out), 0);
    assert_int_equal(beat_read(out.data, out.len, "acme", "s-1", "b-1", &back, NULL), 0);
    assert_string_equal(back.epoch, EPOCH);
    for (int l = 0; l < LANE_COUNT; l++) {
        assert_int_equal(back.seq[l], b.seq[l]);
        assert_string_equal(back.hash[l], b.hash[l]);
    }
    assert_memory_equal(back.key, b.key, SIGN_PUBLIC_SIZE);
    assert_string_equal(back.health, b.health);
    beat_fini(&back);
    /* of another board's topic it is worth nothing */
    assert_int_equal(beat_read(out.data, out.len, "acme", "s-1", "b-2", &back, NULL), ERR_DENIED);
    assert_int_equal(beat_read(out.data, out.len, "acme", "s-2", "b-1", &back, NULL), ERR_DENIED);
    beat_fini(&b);
    buf_fini(&out);
}

static void the_signature_is_over_the_documented_text(void **state) {
    (void)state;
    uint8_t secret[SIGN_SECRET_SIZE], again[SIGN_SIZE];
    struct beat b = sample(secret);
    struct buf out;
    buf_init(&out, 8192);
    assert_int_equal(beat_make(&b, "acme", "s-1", "b-1", secret, &out), 0);
    char text[1024];
    int n =
        snprintf(text, sizeof text, "sitelog-heads-v1\nacme/s-1/b-1\n" EPOCH "\nalert 12 %s\nphoto 0 %s\nrecord 340 %s",
                 b.hash[LANE_ALERT], b.hash[LANE_PHOTO], b.hash[LANE_RECORD]);
    assert_int_equal(sign_make(secret, text, (size_t)n, again), 0);
    assert_memory_equal(again, b.signature, SIGN_SIZE);
    beat_fini(&b);
    buf_fini(&out);
}

static void a_changed_beat_is_found_out(void **state) {
    (void)state;
    uint8_t secret[SIGN_SECRET_SIZE], other[SIGN_SECRET_SIZE], key[SIGN_PUBLIC_SIZE];
    struct beat b = sample(secret), back;
    struct buf out;
    buf_init(&out, 8192);
    assert_int_equal(beat_make(&b, "acme", "s-1", "b-1", secret, &out), 0);
    char *seq = strstr(out.data, "\"seq\":340");
    assert_non_null(seq);
    seq[6] = '4';
    assert_int_equal(beat_read(out.data, out.len, "acme", "s-1", "b-1", &back, NULL), ERR_DENIED);
    seq[6] = 'x';
    assert_int_equal(beat_read(out.data, out.len, "acme", "s-1", "b-1", &back, NULL), ERR_INVALID);
    /* a key that is not the secret's is no one's */
    assert_int_equal(sign_make_key(other, key), 0);
    buf_clear(&out);
    assert_int_equal(beat_make(&b, "acme", "s-1", "b-1", other, &out), ERR_INVALID);
    beat_fini(&b);
    buf_fini(&out);
}

static void incomplete_beats_are_refused(void **state) {
    (void)state;
    struct beat back;
    static const char *const bad[] = { "", "{}", "[]", "{\"epoch\":\"" EPOCH "\"}",
                                       "{\"epoch\":\"" EPOCH "\",\"heads\":{}}" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++)
        assert_int_equal(beat_read(bad[i], strlen(bad[i]), "a", "s", "b", &back, NULL), ERR_INVALID);
}

static void states_go_both_ways(void **state) {
    (void)state;
    struct state s = { true, 7, 31, "2026-11-22T08:04:05.123Z" }, back;
    struct buf out;
    buf_init(&out, 1024);
    assert_int_equal(state_print(&s, &out), 0);
    assert_string_equal(out.data, "{\"online\":true,\"boot\":7,\"connect\":31,\"at\":\"2026-11-22T08:04:05.123Z\"}");
    assert_int_equal(state_read(out.data, out.len, &back, NULL), 0);
    assert_true(back.online);
    assert_int_equal(back.boot, 7);
    assert_int_equal(back.connect, 31);
    assert_string_equal(back.at, s.at);
    buf_clear(&out);
    struct state hub = { false, 0, 0, "2026-11-22T08:04:05.123Z" };
    assert_int_equal(state_print(&hub, &out), 0);
    assert_string_equal(out.data, "{\"online\":false,\"at\":\"2026-11-22T08:04:05.123Z\"}");
    assert_int_equal(state_read(out.data, out.len, &back, NULL), 0);
    assert_false(back.online);
    assert_int_equal(state_read("{}", 2, &back, NULL), ERR_INVALID);
    assert_int_equal(state_read("{\"online\":1}", 12, &back, NULL), ERR_INVALID);
    assert_int_equal(state_read("", 0, &back, NULL), ERR_INVALID); /* a cleared retained message */
    buf_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_beat_goes_both_ways),       cmocka_unit_test(the_signature_is_over_the_documented_text),
        cmocka_unit_test(a_changed_beat_is_found_out), cmocka_unit_test(incomplete_beats_are_refused),
        cmocka_unit_test(states_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
