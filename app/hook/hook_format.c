/* SPDX-License-Identifier: MIT */
/* Writes messages in the four formats. What they say is hook_text.c's business, whether they were taken hook_judge.c's. */
#include "app/hook/hook_format.h"

#include "firmware/base/hash.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    WECOM_LINE = 290, /* bytes: HOOK_LINES_MAX of them, title and link are within HOOK_WECOM_MAX */
    OTHER_LINE = HOOK_LINE_SIZE,
    ROBOT_PACE_MS = 3500,
    JSON_PACE_MS = 200,
    SIGN_TEXT_SIZE = 48, /* base64 of 32 bytes */
};

int64_t hook_format_pace_ms(enum hook_format format) { return format == HOOK_JSON ? JSON_PACE_MS : ROBOT_PACE_MS; }

/* ---- signing ---- */

static int sign_key(const char *key, const char *text, char out[SIGN_TEXT_SIZE]) {
    uint8_t mac[HASH_SIZE];
    hash_hmac_sha256(key, strlen(key), text, strlen(text), mac);
    return text_base64(mac, sizeof mac, out, SIGN_TEXT_SIZE);
}

static void percent_encode(const char *text, char *out, size_t size) {
    size_t n = 0;
    for (; *text && n + 4 < size; text++) {
        if (isalnum((unsigned char)*text))
            out[n++] = *text;
        else
            n += (size_t)snprintf(out + n, size - n, "%%%02X", (unsigned)(unsigned char)*text);
    }
    out[n] = '\0';
}

static int sign_dingtalk(const struct hook_conf *hook, struct wall now, struct hook_post *out) {
    char text[192], sign[SIGN_TEXT_SIZE], encoded[3 * SIGN_TEXT_SIZE];
    (void)snprintf(text, sizeof text, "%lld\n%s", (long long)now.ms, hook->secret);
    int rc = sign_key(hook->secret, text, sign);
    if (rc) return rc;
    percent_encode(sign, encoded, sizeof encoded);
    int n = snprintf(out->url, sizeof out->url, "%s%ctimestamp=%lld&sign=%s", hook->url,
                     strchr(hook->url, '?') ? '&' : '?', (long long)now.ms, encoded);
    return n > 0 && (size_t)n < sizeof out->url ? 0 : ERR_TOO_BIG;
}

static int sign_feishu(const struct hook_conf *hook, struct wall now, struct json_out *w) {
    char key[192], sign[SIGN_TEXT_SIZE], seconds[24];
    (void)snprintf(seconds, sizeof seconds, "%lld", (long long)(now.ms / 1000));
    (void)snprintf(key, sizeof key, "%s\n%s", seconds, hook->secret);
    int rc = sign_key(key, "", sign);
    json_put_text(w, "timestamp", seconds);
    json_put_text(w, "sign", sign);
    return rc;
}

static void add_header(struct hook_post *out, const char *name, const char *value) {
    (void)snprintf(out->headers[out->header_count++], HOOK_HEADER_SIZE, "%s: %s", name, value);
}

/* As many services do it: over the time, a full stop and the body. */
static int sign_json(const struct hook_conf *hook, struct wall now, struct hook_post *out) {
    char seconds[24], hex[sizeof "sha256=" + 2 * HASH_SIZE] = "sha256=";
    uint8_t mac[HASH_SIZE];
    struct buf text;
    buf_init(&text, HOOK_JSON_ALERTS + 64);
    (void)snprintf(seconds, sizeof seconds, "%lld", (long long)(now.ms / 1000));
    buf_addf(&text, "%s.", seconds);
    int rc = buf_add(&text, out->body.data, out->body.len);
    if (rc == 0) {
        hash_hmac_sha256(hook->secret, strlen(hook->secret), text.data, text.len, mac);
        text_hex(mac, sizeof mac, hex + strlen("sha256="));
        add_header(out, "X-Sitelog-Timestamp", seconds);
        add_header(out, "X-Sitelog-Signature", hex);
    }
    buf_fini(&text);
    return rc;
}

/* ---- lines ---- */

/* What markdown of these chats would take for a sign of its own (links, mentions, emphasis), as a character that looks like it. */
static const char *instead_of(char c) {
    static const char signs[] = "<>[]*`#_@\\";
    static const char *const wide[] = { "＜", "＞", "［", "］", "＊", "＇", "＃", "＿", "＠", "＼" };
    const char *at = strchr(signs, c);
    return c && at ? wide[at - signs] : NULL;
}

/* One line without control characters, of at most max - 1 bytes. */
static void clean(const char *text, bool markdown, size_t max, char *out) {
    char all[4 * HOOK_LINE_SIZE];
    size_t n = 0;
    for (; *text && n + 4 < sizeof all; text++) {
        const char *wide = markdown ? instead_of(*text) : NULL;
        if (wide)
            n += (size_t)snprintf(all + n, sizeof all - n, "%s", wide);
        else
            all[n++] = iscntrl((unsigned char)*text) ? ' ' : *text;
    }
    all[n] = '\0';
    text_clip(out, max, all);
}

/* Title, lines and link, each ended by `between`. */
static int markdown(const struct hook_text *t, size_t line_max, const char *before, const char *between,
                    struct buf *out) {
    char line[HOOK_LINE_SIZE];
    clean(t->title, true, sizeof t->title, line);
    buf_addf(out, "### %s%s", line, between);
    for (size_t i = 0; i < t->count; i++) {
        clean(t->lines[i], true, line_max, line);
        buf_addf(out, "%s%s%s", before, line, between);
    }
    if (t->link[0]) buf_addf(out, "[%s](%s)", t->link_text, t->link);
    return out->error;
}

/* ---- formats ---- */

static int wecom(const struct hook_text *t, struct json_out *w) {
    struct buf content;
    buf_init(&content, HOOK_WECOM_MAX);
    int rc = markdown(t, WECOM_LINE, "> ", "\n", &content);
    json_put_text(w, "msgtype", "markdown");
    json_open(w, "markdown", '{');
    json_put_text(w, "content", rc == 0 ? content.data : "");
    json_close(w, '}');
    buf_fini(&content);
    return rc;
}

static int dingtalk(const struct hook_text *t, struct json_out *w) {
    struct buf content;
    char title[sizeof t->title];
    buf_init(&content, HOOK_BODY_MAX);
    int rc = markdown(t, OTHER_LINE, "", "\n\n", &content);
    clean(t->title, true, sizeof title, title);
    json_put_text(w, "msgtype", "markdown");
    json_open(w, "markdown", '{');
    json_put_text(w, "title", title);
    json_put_text(w, "text", rc == 0 ? content.data : "");
    json_close(w, '}');
    buf_fini(&content);
    return rc;
}

static void feishu_line(struct json_out *w, const char *text, const char *href) {
    char line[HOOK_LINE_SIZE];
    clean(text, false, sizeof line, line);
    json_open(w, NULL, '[');
    json_open(w, NULL, '{');
    json_put_text(w, "tag", href ? "a" : "text");
    json_put_text(w, "text", line);
    if (href) json_put_text(w, "href", href);
    json_close(w, '}');
    json_close(w, ']');
}

static void feishu(const struct hook_text *t, bool zh, struct json_out *w) {
    char title[sizeof t->title];
    clean(t->title, false, sizeof title, title);
    json_put_text(w, "msg_type", "post");
    json_open(w, "content", '{');
    json_open(w, "post", '{');
    json_open(w, zh ? "zh_cn" : "en_us", '{');
    json_put_text(w, "title", title);
    json_open(w, "content", '[');
    for (size_t i = 0; i < t->count; i++) feishu_line(w, t->lines[i], NULL);
    if (t->link[0]) feishu_line(w, t->link_text, t->link);
    json_close(w, ']');
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
}

static void put_alert(const struct hook_alert *a, struct json_out *w) {
    json_open(w, NULL, '{');
    json_put_text(w, "id", a->id);
    json_put_text(w, "site", a->site);
    json_put_text(w, "name", a->name);
    json_put_text(w, "rule", a->rule);
    json_put_text(w, "level", a->level);
    json_put_text(w, "subject", a->subject);
    json_put_text(w, "due", a->due);
    json_put_text(w, "raised", a->raised);
    json_open(w, "text", '{');
    json_put_text(w, "zh", a->zh);
    json_put_text(w, "en", a->en);
    json_close(w, '}');
    if (a->tells_clear && a->cleared[0]) json_put_text(w, "cleared", a->cleared);
    json_put_text(w, "state", a->tells_clear ? "cleared" : "standing");
    json_close(w, '}');
}

static void plain(const struct hook_message *m, struct json_out *w) {
    json_put_text(w, "delivery", m->delivery);
    json_put_text(w, "org", m->org);
    json_put_text(w, "kind", m->digest ? "digest" : "alerts");
    if (m->digest) {
        json_open(w, "digest", '{');
        digest_put(m->digest, w);
        json_close(w, '}');
        return;
    }
    json_open(w, "alerts", '[');
    for (size_t i = 0; i < m->n; i++) put_alert(&m->alerts[i], w);
    json_close(w, ']');
    json_put_int(w, "waiting", m->waiting);
}

int hook_format(const struct hook_conf *hook, const char *office_url, const struct hook_message *m, struct wall now,
                struct hook_post *out) {
    struct hook_look look = { .zh = hook->zh, .office_url = office_url };
    struct hook_text text;
    struct json_out w;
    int rc = text_copy(out->url, sizeof out->url, hook->url);
    out->header_count = 0;
    buf_init(&out->body, hook->format == HOOK_JSON ? HOOK_JSON_ALERTS : HOOK_BODY_MAX);
    if (m->digest)
        hook_text_digest(m->digest, &look, &text);
    else
        hook_text_alerts(m->alerts, m->n, m->waiting, now, &look, &text);
    add_header(out, "X-Sitelog-Delivery", m->delivery);
    json_start(&w, &out->body);
    json_open(&w, NULL, '{');
    if (rc == 0 && hook->format == HOOK_FEISHU && hook->secret[0]) rc = sign_feishu(hook, now, &w);
    if (hook->format == HOOK_JSON) plain(m, &w);
    if (hook->format == HOOK_FEISHU) feishu(&text, hook->zh, &w);
    if (rc == 0 && hook->format == HOOK_WECOM) rc = wecom(&text, &w);
    if (rc == 0 && hook->format == HOOK_DINGTALK) rc = dingtalk(&text, &w);
    json_close(&w, '}');
    if (rc == 0) rc = out->body.error;
    if (rc == 0 && hook->format == HOOK_DINGTALK && hook->secret[0]) rc = sign_dingtalk(hook, now, out);
    if (rc == 0 && hook->format == HOOK_JSON && hook->secret[0]) rc = sign_json(hook, now, out);
    return rc;
}
