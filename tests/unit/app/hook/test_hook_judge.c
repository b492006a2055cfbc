/* SPDX-License-Identifier: MIT */
/* Whether a receiver took a message, by its status and a robot's own words; and how long to wait after a failure. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/hook/hook_judge.h"

#include "firmware/base/text.h"

#include <string.h>

static const char *const names[] = { "json", "wecom", "dingtalk", "feishu" };

static struct hook_verdict judge(enum hook_format format, int err, const char *why, int status, const char *body) {
    struct hook_conf h = { .format = format, .url = "https://chat.example/send?key=abcdef", .secret = "secret-word" };
    struct hook_verdict v;
    struct buf b;
    assert_int_equal(text_copy(h.format_name, sizeof h.format_name, names[format]), 0);
    buf_init(&b, 4096);
    assert_int_equal(buf_add_text(&b, body), 0);
    hook_judge(&h, err, why, status, &b, &v);
    buf_fini(&b);
    return v;
}

static void answers(void **state) {
    static const struct {
        enum hook_format format;
        int status;
        const char *body;
        enum hook_outcome outcome;
        const char *text;
    } rows[] = {
        { HOOK_JSON, 200, "", HOOK_ACCEPTED, "" },
        { HOOK_JSON, 204, "", HOOK_ACCEPTED, "" },
        { HOOK_JSON, 202, "{\"errcode\":1}", HOOK_ACCEPTED, "" },
        { HOOK_JSON, 302, "", HOOK_REFUSED, "HTTP 302: it has moved" },
        { HOOK_JSON, 400, "", HOOK_REFUSED, "HTTP 400" },
        { HOOK_JSON, 404, "", HOOK_REFUSED, "HTTP 404" },
        { HOOK_JSON, 408, "", HOOK_AGAIN, "HTTP 408" },
        { HOOK_JSON, 429, "", HOOK_SLOWER, "HTTP 429" },
        { HOOK_JSON, 500, "", HOOK_AGAIN, "HTTP 500" },
        { HOOK_JSON, 503, "", HOOK_AGAIN, "HTTP 503" },
        { HOOK_WECOM, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", HOOK_ACCEPTED, "" },
        { HOOK_WECOM, 200, "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", HOOK_SLOWER, "45009: api freq" },
        { HOOK_WECOM, 200, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", HOOK_REFUSED, "93000: invalid" },
        { HOOK_WECOM, 200, "{\"errcode\":-1,\"errmsg\":\"system busy\"}", HOOK_AGAIN, "-1: system busy" },
        { HOOK_WECOM, 200, "<html>sign in to this Wi-Fi</html>", HOOK_AGAIN, "no answer as wecom gives it" },
        { HOOK_WECOM, 200, "", HOOK_AGAIN, "no answer as wecom gives it" },
        { HOOK_WECOM, 200, "{\"code\":0}", HOOK_AGAIN, "no answer as wecom gives it" },
        { HOOK_WECOM, 500, "{\"errcode\":0}", HOOK_AGAIN, "HTTP 500" },
        { HOOK_WECOM, 302, "", HOOK_REFUSED, "it has moved" },
        { HOOK_DINGTALK, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", HOOK_ACCEPTED, "" },
        { HOOK_DINGTALK, 200, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}", HOOK_REFUSED, "310000: sign" },
        { HOOK_DINGTALK, 200, "{\"errcode\":130101,\"errmsg\":\"send too fast\"}", HOOK_SLOWER, "130101: send" },
        { HOOK_DINGTALK, 302, "", HOOK_SLOWER, "too much at once" },
        { HOOK_FEISHU, 200, "{\"code\":0,\"msg\":\"success\",\"data\":{}}", HOOK_ACCEPTED, "" },
        { HOOK_FEISHU, 200, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}", HOOK_ACCEPTED, "" },
        { HOOK_FEISHU, 200, "{\"code\":19021,\"msg\":\"sign match fail\"}", HOOK_REFUSED, "19021: sign" },
        { HOOK_FEISHU, 200, "{\"code\":11232,\"msg\":\"rate limit\"}", HOOK_SLOWER, "11232" },
        { HOOK_FEISHU, 400, "{\"code\":11232,\"msg\":\"rate limit\"}", HOOK_SLOWER, "11232" },
        { HOOK_FEISHU, 400, "{\"code\":9499,\"msg\":\"Bad Request\"}", HOOK_REFUSED, "HTTP 400" },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(rows); i++) {
        struct hook_verdict v = judge(rows[i].format, 0, "", rows[i].status, rows[i].body);
        if (v.outcome != rows[i].outcome || !strstr(v.text, rows[i].text) || (!rows[i].text[0] && v.text[0]))
            fail_msg("%s %d %s: %d '%s'", names[rows[i].format], rows[i].status, rows[i].body, v.outcome, v.text);
    }
}

static void no_answer_is_tried_again(void **state) {
    (void)state;
    struct hook_verdict v = judge(HOOK_WECOM, ERR_NETWORK, "Could not resolve host", 0, "");
    assert_int_equal(v.outcome, HOOK_AGAIN);
    assert_string_equal(v.text, "Could not resolve host");
    v = judge(HOOK_JSON, ERR_TIMEOUT, "", 0, "");
    assert_int_equal(v.outcome, HOOK_AGAIN);
    assert_string_equal(v.text, err_name(ERR_TIMEOUT));
    assert_int_equal(judge(HOOK_JSON, ERR_TOO_BIG, "too long", 200, "").outcome, HOOK_ACCEPTED);
    assert_int_equal(judge(HOOK_WECOM, ERR_TOO_BIG, "too long", 200, "").outcome, HOOK_AGAIN);
}

static void secrets_that_come_back_are_not_repeated(void **state) {
    static const char *const bodies[] = { "{\"errcode\":93000,\"errmsg\":\"no robot has key abcdef\"}",
                                          "{\"errcode\":310000,\"errmsg\":\"sign of secret-word\"}",
                                          "{\"errcode\":310000,\"errmsg\":\"a\\nb\\u0007c\"}" };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct hook_verdict v = judge(HOOK_WECOM, 0, "", 200, bodies[i]);
        assert_int_equal(v.outcome, HOOK_REFUSED);
        assert_string_equal(v.text, "its words repeat a secret, and are left out");
    }
    assert_string_equal(judge(HOOK_DINGTALK, 0, "", 200, bodies[2]).text, "310000: a b c");
}

static void waits_grow_and_are_spread(void **state) {
    (void)state;
    for (int failures = 1; failures < 100; failures++) {
        int64_t low = INT64_MAX, high = 0, span = failures > 10 ? 600000 : INT64_C(1000) << (failures - 1);
        if (span > 600000) span = 600000;
        for (uint32_t random = 0; random < 1000; random++) {
            int64_t ms = hook_judge_wait_ms(HOOK_JSON, HOOK_AGAIN, failures, 600000, random * 4294967u);
            if (ms < low) low = ms;
            if (ms > high) high = ms;
        }
        assert_true(low >= 200 && high <= span);
        assert_true(high > span * 9 / 10 && low < 200 + span / 10); /* full jitter: evenly from nearly nothing */
    }
    for (uint32_t random = 0; random < 100; random++) {
        int64_t wecom = hook_judge_wait_ms(HOOK_WECOM, HOOK_SLOWER, 1, 3600000, random * 42949672u);
        int64_t ding = hook_judge_wait_ms(HOOK_DINGTALK, HOOK_SLOWER, 1, 3600000, random * 42949672u);
        assert_true(wecom >= 60000 && wecom <= 61000);
        assert_true(ding >= 600000 && ding <= 601000);
    }
    assert_int_equal(hook_judge_wait_ms(HOOK_DINGTALK, HOOK_SLOWER, 5, 1000, 7), 1000); /* the setting is above all */
    assert_int_equal(hook_judge_wait_ms(HOOK_JSON, HOOK_AGAIN, 0, 100, 7), 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(no_answer_is_tried_again),
        cmocka_unit_test(secrets_that_come_back_are_not_repeated),
        cmocka_unit_test(waits_grow_and_are_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
