/* SPDX-License-Identifier: MIT */
/* Reads receivers' answers. The numbers for "too much at once": wecom 45009 (calls), 45033 (at the same time); dingtalk 130101 (send too fast),
 * 90030 (over the limit), and a 302 instead of an answer; feishu 11232 (rate limit of the message service). -1 is everybody's "busy". */
#include "app/hook/hook_judge.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_MS = 1000, LEAST_MS = 200, SLOW_MS = 60000, SLOW_DINGTALK_MS = 600000, SHIFT_MAX = 20 };

static void settle(struct hook_verdict *v, enum hook_outcome outcome, const char *format, ...) PRINTF_LIKE(3, 4);

static void settle(struct hook_verdict *v, enum hook_outcome outcome, const char *format, ...) {
    char text[2 * sizeof v->text];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *p = text; *p; p++)
        if (iscntrl((unsigned char)*p)) *p = ' ';
    v->outcome = outcome;
    text_clip(v->text, sizeof v->text, text);
}

static bool too_much(enum hook_format format, int64_t code) {
    switch (format) {
    case HOOK_WECOM:
        return code == 45009 || code == 45033;
    case HOOK_DINGTALK:
        return code == 130101 || code == 90030;
    case HOOK_FEISHU:
        return code == 11232;
    case HOOK_JSON:
        break;
    }
    return false;
}

/* The robot's own number and words. False: it is no answer of such a robot. */
static bool robot_code(enum hook_format format, const struct json *root, int64_t *code, const char **words) {
    bool feishu = format == HOOK_FEISHU;
    *words = json_text(json_member(root, feishu ? "msg" : "errmsg"));
    if (json_int(json_member(root, feishu ? "code" : "errcode"), code)) return true;
    return feishu && json_int(json_member(root, "StatusCode"), code);
}

static void judge_robot(const struct hook_conf *hook, int status, const struct buf *body, struct hook_verdict *out) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    int64_t code = 0;
    const char *words = NULL;
    bool good = status >= 200 && status < 300;
    bool read = body->len && json_parse(body->data, body->len, &root, NULL) == 0;
    if (!read || !robot_code(hook->format, root, &code, &words)) {
        if (good) settle(out, HOOK_AGAIN, "HTTP %d, but no answer as %s gives it", status, hook->format_name);
        return; /* what the status alone says stands */
    }
    if (good && code == 0)
        settle(out, HOOK_ACCEPTED, "%s", "");
    else if (too_much(hook->format, code))
        settle(out, HOOK_SLOWER, "%lld: %s", (long long)code, words ? words : "");
    else if (code == -1)
        settle(out, HOOK_AGAIN, "-1: %s", words ? words : "");
    else if (good)
        settle(out, HOOK_REFUSED, "%lld: %s", (long long)code, words ? words : "");
}

static void judge_status(const struct hook_conf *hook, int status, struct hook_verdict *out) {
    if (status >= 200 && status < 300)
        settle(out, HOOK_ACCEPTED, "%s", "");
    else if (status == 429 || (status == 302 && hook->format == HOOK_DINGTALK))
        settle(out, HOOK_SLOWER, "HTTP %d: too much at once", status);
    else if (status >= 300 && status < 400)
        settle(out, HOOK_REFUSED, "HTTP %d: it has moved, and redirects are not followed", status);
    else if (status >= 400 && status < 500 && status != 408)
        settle(out, HOOK_REFUSED, "HTTP %d", status);
    else
        settle(out, HOOK_AGAIN, "HTTP %d", status);
}

/* Some receivers say what they were asked for: then their words are left out. */
static void hide_secrets(const struct hook_conf *hook, struct hook_verdict *v) {
    const char *path = strstr(hook->url, "://");
    path = path ? strchr(path + 3, '/') : NULL;
    const char *key = path ? strrchr(path, '=') : NULL;
    if (!key && path) key = strrchr(path, '/');
    bool said =
        (key && strlen(key + 1) >= 4 && strstr(v->text, key + 1)) || (hook->secret[0] && strstr(v->text, hook->secret));
    if (said) settle(v, v->outcome, "its words repeat a secret, and are left out");
}

void hook_judge(const struct hook_conf *hook, int err, const char *why, int status, const struct buf *body,
                struct hook_verdict *out) {
    struct hook_verdict v = { .outcome = HOOK_AGAIN };
    if (err && err != ERR_TOO_BIG) {
        settle(&v, HOOK_AGAIN, "%s", why[0] ? why : err_name(err));
    } else {
        judge_status(hook, status, &v);
        if (hook->format != HOOK_JSON && err == 0) judge_robot(hook, status, body, &v);
        if (hook->format != HOOK_JSON && err) settle(&v, HOOK_AGAIN, "HTTP %d, with too long an answer", status);
    }
    hide_secrets(hook, &v);
    *out = v;
}

int64_t hook_judge_wait_ms(enum hook_format format, enum hook_outcome outcome, int failures, int64_t max_ms,
                           uint32_t random) {
    int64_t span = (int64_t)FIRST_MS << (failures < 1 ? 0 : failures > SHIFT_MAX ? SHIFT_MAX : failures - 1);
    int64_t least = LEAST_MS;
    if (outcome == HOOK_SLOWER) {
        least = format == HOOK_DINGTALK ? SLOW_DINGTALK_MS : SLOW_MS;
        span += least;
    }
    if (span > max_ms) span = max_ms;
    if (least > max_ms) least = max_ms;
    return span <= least ? least : least + (int64_t)(random % (uint64_t)(span - least + 1));
}
