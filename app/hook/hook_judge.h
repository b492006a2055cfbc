/* SPDX-License-Identifier: MIT */
/* Whether a receiver took a message, and when to try once more. Pure. Thread: any. */
#ifndef SITELOG_HOOK_HOOK_JUDGE_H
#define SITELOG_HOOK_HOOK_JUDGE_H

#include "firmware/base/buf.h"
#include "firmware/conf/hook_conf.h"

enum hook_outcome {
    HOOK_ACCEPTED,
    HOOK_AGAIN,   /* try once more: nobody there, no answer in time, 5xx, 408, an answer that is not the robot's */
    HOOK_SLOWER,  /* the same, but it was too much at once: 429, a robot's own number for it */
    HOOK_REFUSED, /* once more would be no use: another 4xx, a redirect, a robot's errcode */
};

struct hook_verdict {
    enum hook_outcome outcome;
    char text[200]; /* for a person: what came; "" when it was accepted */
};

/* err, why: of http_client_send, whose status and body count when err is 0 (and the status when it is ERR_TOO_BIG). Robots answer 200 with
 * {"errcode":n,"errmsg"} (feishu: {"code":n,"msg"}), n being 0 when they took it. Nothing of the hook's own secrets is repeated in the text. */
void hook_judge(const struct hook_conf *hook, int err, const char *why, int status, const struct buf *body,
                struct hook_verdict *out);

/* How long to wait after the failures-th (1 …) failure: exponential with full jitter, from a second up to max_ms; where it was too much at once,
 * at least what the robot's documents say it takes (a minute; dingtalk: ten), as far as max_ms goes. random: any number. */
int64_t hook_judge_wait_ms(enum hook_format format, enum hook_outcome outcome, int failures, int64_t max_ms,
                           uint32_t random);

#endif
