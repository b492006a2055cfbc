/* SPDX-License-Identifier: MIT */
/* Messages as the four formats have them: what they say, signs that others computed, what a chat would take for markup, and the limits. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/hook/hook_format.h"

#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELIVERY "0193a000-0000-7000-8000-00000000000d"
#define URL      "https://hub.example"

static const struct wall now = { INT64_C(1599360473123) }; /* 2020-09-06T10:47:53+08:00 */

static const struct hook_alert late = { .id = "0193a000-0000-7000-8000-00000000000a",
                                        .site = "s-1",
                                        .name = "锦绣花园",
                                        .rule = "stage-late",
                                        .level = "executive",
                                        .subject = "stage/tiling",
                                        .due = "2020-09-03T10:40:00.000+08:00",
                                        .raised = "2020-09-05T10:40:01.000+08:00",
                                        .zh = "贴砖慢3天",
                                        .en = "tiling is 3 days late" };

static struct hook_conf hook_of(enum hook_format format, const char *secret) {
    struct hook_conf h = { .format = format, .url = "https://chat.example/send?key=abcdef", .zh = true };
    assert_int_equal(text_copy(h.secret, sizeof h.secret, secret), 0);
    return h;
}

static struct hook_message alerts(const struct hook_alert *list, size_t n) {
    return (struct hook_message){ .delivery = DELIVERY, .org = "acme", .alerts = list, .n = n };
}

static char *body_of(const struct hook_conf *h, const struct hook_message *m, struct hook_post *out) {
    struct json *root = NULL;
    assert_int_equal(hook_format(h, URL, m, now, out), 0);
    assert_int_equal(json_parse(out->body.data, out->body.len, &root, NULL), 0);
    json_destroy(root);
    assert_string_equal(out->headers[0], "X-Sitelog-Delivery: " DELIVERY);
    return out->body.data;
}

static void an_alert_in_each_format(void **state) {
    static const char *const wanted[] = {
        [HOOK_JSON] =
            "{\"delivery\":\"" DELIVERY "\",\"org\":\"acme\",\"kind\":\"alerts\",\"alerts\":[{\"id\":"
            "\"0193a000-0000-7000-8000-00000000000a\",\"site\":\"s-1\",\"name\":\"锦绣花园\",\"rule\":\"stage-late\","
            "\"level\":\"executive\",\"subject\":\"stage/tiling\",\"due\":\"2020-09-03T10:40:00.000+08:00\",\"raised\":"
            "\"2020-09-05T10:40:01.000+08:00\",\"text\":{\"zh\":\"贴砖慢3天\",\"en\":\"tiling is 3 days late\"},"
            "\"state\":\"standing\"}],\"waiting\":0}",
        [HOOK_WECOM] = "{\"msgtype\":\"markdown\",\"markdown\":{\"content\":\"### 工地预警\\n> 【高管】锦绣花园（s-1）"
                       " 09-03 10:40 起，已 3 天：贴砖慢3天\\n[打开工地页面](https://hub.example/#/site/s-1)\"}}",
        [HOOK_DINGTALK] =
            "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"工地预警\",\"text\":\"### "
            "工地预警\\n\\n【高管】锦绣花园"
            "（s-1） 09-03 10:40 起，已 3 天：贴砖慢3天\\n\\n[打开工地页面](https://hub.example/#/site/s-1)\"}}",
        [HOOK_FEISHU] = "{\"msg_type\":\"post\",\"content\":{\"post\":{\"zh_cn\":{\"title\":\"工地预警\",\"content\":"
                        "[[{\"tag\":\"text\",\"text\":\"【高管】锦绣花园（s-1） 09-03 10:40 起，已 3 天：贴砖慢3天\"}],"
                        "[{\"tag\":\"a\",\"text\":\"打开工地页面\",\"href\":\"https://hub.example/#/site/s-1\"}]]}}}}",
    };
    (void)state;
    for (enum hook_format f = HOOK_JSON; f <= HOOK_FEISHU; f++) {
        struct hook_conf h = hook_of(f, "");
        struct hook_message m = alerts(&late, 1);
        struct hook_post out;
        assert_string_equal(body_of(&h, &m, &out), wanted[f]);
        assert_string_equal(out.url, h.url);
        assert_int_equal(out.header_count, 1);
        buf_fini(&out.body);
    }
}

/* Signs that another program made of the same secret and time. */
static void signs_are_as_documented(void **state) {
    struct hook_message m = alerts(&late, 1);
    struct hook_post out;
    (void)state;
    struct hook_conf ding = hook_of(HOOK_DINGTALK, "SEC-this-is-a-secret");
    (void)body_of(&ding, &m, &out);
    assert_string_equal(out.url, "https://chat.example/send?key=abcdef&timestamp=1599360473123"
                                 "&sign=%2Fd3z5t3pyf%2FvUBdYqLLSNi3fQrBAPvYX5XzuoYRfDyQ%3D");
    buf_fini(&out.body);
    struct hook_conf feishu = hook_of(HOOK_FEISHU, "SEC-this-is-a-secret");
    assert_non_null(strstr(body_of(&feishu, &m, &out),
                           "{\"timestamp\":\"1599360473\",\"sign\":\"mrIbU3iBKKdaCvoEFFbH3Xsht/q9h0Ojn3yNK6hWo/I=\","));
    assert_string_equal(out.url, feishu.url);
    buf_fini(&out.body);
    struct hook_conf json = hook_of(HOOK_JSON, "SEC-this-is-a-secret");
    (void)body_of(&json, &m, &out);
    assert_string_equal(out.headers[1], "X-Sitelog-Timestamp: 1599360473");
    assert_string_equal(out.headers[2], "X-Sitelog-Signature: sha256="
                                        "a4f41452c52ba50a23aaaf325729963b24b5dc8eac8ff9810ccb3f66285fe122");
    buf_fini(&out.body);
}

static void what_looks_like_markup_is_none(void **state) {
    struct hook_alert a = late;
    struct hook_message m = alerts(&a, 1);
    struct hook_post out;
    (void)state;
    assert_int_equal(text_copy(a.name, sizeof a.name, "<@all> [x](http://evil) **b**"), 0);
    assert_int_equal(text_copy(a.zh, sizeof a.zh, "一\n# 二\t`三` <font color=\"warning\">"), 0);
    struct hook_conf wecom = hook_of(HOOK_WECOM, "");
    char *text = body_of(&wecom, &m, &out);
    assert_non_null(strstr(text, "＜＠all＞ ［x］(http://evil) ＊＊b＊＊"));
    assert_non_null(strstr(text, "一 ＃ 二 ＇三＇ ＜font color=\\\"warning\\\"＞"));
    buf_fini(&out.body);
    struct hook_conf feishu = hook_of(HOOK_FEISHU, ""); /* has no markup in it */
    assert_non_null(strstr(body_of(&feishu, &m, &out), "<@all> [x](http://evil) **b**"));
    buf_fini(&out.body);
}

static void merged_and_long_messages_keep_to_the_limits(void **state) {
    struct hook_alert list[HOOK_ALERTS_MAX];
    struct hook_message m = alerts(list, HOOK_ALERTS_MAX);
    char office[200] = "https://hub.example/";
    (void)state;
    memset(office + strlen(office), 'x', sizeof office - 1 - strlen(office));
    m.waiting = 12345;
    for (size_t i = 0; i < HOOK_ALERTS_MAX; i++) {
        list[i] = late;
        for (size_t k = 0; k + 1 < sizeof list[i].zh; k++) list[i].zh[k] = '<'; /* each becomes three bytes */
        for (size_t k = 0; k + 1 < sizeof list[i].name; k++) list[i].name[k] = '*';
    }
    for (enum hook_format f = HOOK_JSON; f <= HOOK_FEISHU; f++) {
        struct hook_conf h = hook_of(f, "s");
        struct hook_post out;
        assert_int_equal(hook_format(&h, office, &m, now, &out), 0);
        assert_true(out.body.len < HOOK_BODY_MAX);
        if (f == HOOK_WECOM) assert_true(out.body.len < HOOK_WECOM_MAX + 100);
        if (f != HOOK_JSON) assert_non_null(strstr(out.body.data, "另有 12345 条随后发送"));
        if (f != HOOK_JSON) assert_non_null(strstr(out.body.data, "工地预警 10 条"));
        assert_true(text_utf8_valid(out.body.data, out.body.len));
        buf_fini(&out.body);
    }
}

static const struct digest morning = {
    .date = "2020-09-06",
    .sites = 12,
    .red = 5,
    .alerts = 9,
    .silent_boards = 1,
    .top_count = 1,
    .top = { { .site = "s-1",
               .name = "锦绣花园",
               .executive = 2,
               .late_days = 3,
               .silent = 1,
               .log_days = 4,
               .unsent = 0,
               .stage = { .key = "tiling", .day = 6, .days = 10 } } },
};

static void the_digest(void **state) {
    struct hook_message m = { .delivery = DELIVERY, .org = "acme", .digest = &morning };
    struct hook_conf h = hook_of(HOOK_WECOM, "");
    struct hook_post out;
    (void)state;
    char *text = body_of(&h, &m, &out);
    assert_non_null(
        strstr(text, "### 工地早报 2020-09-06\\n> 共 12 个工地，红灯 5 个，最急的：\\n> 1. 锦绣花园（s-1）："));
    assert_non_null(strstr(text, "第6/10天；高管预警 2，落后工作日 3，失联看板 1，无日志工作日 4\\n"));
    assert_non_null(strstr(text, "> 另有红灯工地 4 个。\\n> 未解除预警共 9 条，失联看板 1 块。\\n"
                                 "[打开总部页面](https://hub.example/)"));
    buf_fini(&out.body);
    h.zh = false;
    text = body_of(&h, &m, &out);
    assert_non_null(strstr(text, "12 sites, 5 of them red."));
    assert_non_null(strstr(text, "executive alerts 2, working days late 3, silent boards 1"));
    buf_fini(&out.body);
    struct digest calm = { .date = "2020-09-06", .sites = 12 };
    m.digest = &calm;
    h.zh = true;
    assert_non_null(strstr(body_of(&h, &m, &out), "共 12 个工地，没有红灯。"));
    buf_fini(&out.body);
    h.format = HOOK_JSON;
    assert_non_null(strstr(body_of(&h, &m, &out), "\"kind\":\"digest\",\"digest\":{\"date\":\"2020-09-06\""));
    buf_fini(&out.body);
}

static void times_are_the_sites_own(void **state) {
    static const struct {
        const char *due, *zh, *en;
    } rows[] = {
        { "2020-09-06T10:47:40.000+08:00", " 09-06 10:47 起：", " 09-06 10:47: " },
        { "2020-09-06T10:40:00.000+08:00", " 09-06 10:40 起，已 7 分钟：", " 09-06 10:40, for 7 min: " },
        { "2020-09-06T08:40:00.000+08:00", "，已 2 小时：", ", for 2 h: " },
        { "2020-09-06T04:40:00.000+02:00", " 09-06 04:40 起，已 7 分钟：",
          ", for 7 min: " }, /* the site is elsewhere */
        { "2020-09-04T10:48:00.000+08:00", "，已 47 小时：", ", for 47 h: " },
        { "2020-08-06T10:47:00.000+08:00", "，已 31 天：", ", for 31 days: " },
        { "2020-09-07T18:30:00.000+08:00", " 09-07 18:30 到期：", " 09-07 18:30 due: " },
        { "", "（s-1）：", "(s-1): " },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(rows); i++) {
        struct hook_alert a = late;
        struct hook_text text;
        assert_int_equal(text_copy(a.due, sizeof a.due, rows[i].due), 0);
        hook_text_alerts(&a, 1, 0, now, &(struct hook_look){ true, "" }, &text);
        if (!strstr(text.lines[0], rows[i].zh)) fail_msg("%s: %s", rows[i].due, text.lines[0]);
        hook_text_alerts(&a, 1, 0, now, &(struct hook_look){ false, "" }, &text);
        if (!strstr(text.lines[0], rows[i].en)) fail_msg("%s: %s", rows[i].due, text.lines[0]);
        assert_string_equal(text.link, "");
    }
}

static void what_was_cleared_says_so(void **state) {
    struct hook_alert a = late;
    struct hook_text text;
    (void)state;
    a.tells_clear = true;
    hook_text_alerts(&a, 1, 0, now, &(struct hook_look){ true, URL "//" }, &text);
    assert_string_equal(text.title, "工地预警解除");
    assert_string_equal(text.lines[0], "【解除】锦绣花园（s-1）：贴砖慢3天");
    assert_string_equal(text.link, URL "/#/site/s-1");
    a.zh[0] = '\0'; /* better in the other language than not at all */
    hook_text_alerts(&a, 1, 0, now, &(struct hook_look){ true, "" }, &text);
    assert_string_equal(text.lines[0], "【解除】锦绣花园（s-1）：tiling is 3 days late");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_in_each_format),
        cmocka_unit_test(signs_are_as_documented),
        cmocka_unit_test(what_looks_like_markup_is_none),
        cmocka_unit_test(merged_and_long_messages_keep_to_the_limits),
        cmocka_unit_test(the_digest),
        cmocka_unit_test(times_are_the_sites_own),
        cmocka_unit_test(what_was_cleared_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
