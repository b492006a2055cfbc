/* SPDX-License-Identifier: MIT */
/* A message as its receiver takes it. Pure. Thread: any.
 * json: app/http/openapi.yaml, `webhooks`.
 * wecom 企业微信 (developer.work.weixin.qq.com/document/path/91770): {"msgtype":"markdown","markdown":{"content"}}, at most 4096 bytes of UTF-8
 *   (else errcode 40058), 20 messages a minute; the key is in the URL, and nothing is signed.
 * dingtalk 钉钉 (open.dingtalk.com/document/robots/custom-robot-access): {"msgtype":"markdown","markdown":{"title","text"}}, at most 20000 bytes,
 *   20 messages a minute, then nothing for ten; signed by &timestamp=MS&sign=, the percent-encoded base64 of HMAC-SHA256 over
 *   "MS\nSECRET" by the key SECRET, good for an hour.
 * feishu 飞书 (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot): {"timestamp","sign","msg_type":"post","content":{"post":{"zh_cn":
 *   {"title","content":[[{"tag"}]]}}}}, at most 20 KiB, 100 a minute and 5 a second; sign is the base64 of HMAC-SHA256 over nothing by the key
 *   "S\nSECRET", S being the time in seconds, good for an hour. */
#ifndef SITELOG_HOOK_HOOK_FORMAT_H
#define SITELOG_HOOK_HOOK_FORMAT_H

#include "app/hook/hook_text.h"
#include "firmware/conf/hook_conf.h"

#define HOOK_WECOM_MAX 4096  /* bytes of content */
#define HOOK_BODY_MAX  20000 /* bytes of what robots are sent */

#define HOOK_URL_SIZE    500
#define HOOK_HEADERS_MAX 3
#define HOOK_HEADER_SIZE 120
#define HOOK_JSON_ALERTS (64u * 1024u) /* bytes of a json body, at most */

/* What is to be told. */
struct hook_message {
    const char *delivery; /* a UUID, the same whenever the same is sent again */
    const char *org;
    const struct digest *digest;     /* or NULL: alerts */
    const struct hook_alert *alerts; /* n of them, 1 … HOOK_ALERTS_MAX */
    size_t n;
    int64_t waiting; /* more of them, in another message */
};

/* What is posted. */
struct hook_post {
    char url[HOOK_URL_SIZE];
    char headers[HOOK_HEADERS_MAX][HOOK_HEADER_SIZE]; /* "Name: value" */
    size_t header_count;
    struct buf body; /* owned: buf_fini */
};

/* Fills *out, whatever it held. ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK int hook_format(const struct hook_conf *hook, const char *office_url, const struct hook_message *m,
                           struct wall now, struct hook_post *out);

/* How long after one message the next may be sent: robots are not to be sent more than 17 a minute. */
int64_t hook_format_pace_ms(enum hook_format format);

#endif
