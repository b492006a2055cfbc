/* SPDX-License-Identifier: MIT */
/* `beat` with its signature, and `state`. Whose key it is that signed is for the caller to know. */
#include "sync/wire/beat.h"

#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define BEAT_MAX   (64u * 1024u)
#define NUMBER_MAX ((INT64_C(1) << 53) - 1)

/* The signed text is in alphabetical order; the order of enum lane is that of sending. */
static const enum lane signed_order[LANE_COUNT] = { LANE_ALERT, LANE_PHOTO, LANE_RECORD };

void beat_fini(struct beat *b) {
    free(b->health);
    b->health = NULL;
}

static int signed_text(const struct beat *b, const char *org, const char *site, const char *board, struct buf *out) {
    buf_addf(out, "sitelog-heads-v1\n%s/%s/%s\n%s", org, site, board, b->epoch);
    for (int i = 0; i < LANE_COUNT; i++) {
        enum lane lane = signed_order[i];
        buf_addf(out, "\n%s %llu %s", lane_name(lane), (unsigned long long)b->seq[lane], b->hash[lane]);
    }
    return out->error;
}

static int print(const struct beat *b, struct buf *out) {
    char sig[4 * SIGN_SIZE / 3 + 8], key[4 * SIGN_PUBLIC_SIZE / 3 + 8];
    int r = text_base64(b->signature, SIGN_SIZE, sig, sizeof sig);
    if (r == 0) r = text_base64(b->key, SIGN_PUBLIC_SIZE, key, sizeof key);
    if (r) return r;
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "epoch", b->epoch);
    json_open(&w, "heads", '{');
    for (int l = 0; l < LANE_COUNT; l++) {
        json_open(&w, lane_name((enum lane)l), '{');
        json_put_int(&w, "seq", (int64_t)b->seq[l]);
        json_put_text(&w, "hash", b->hash[l]);
        json_close(&w, '}');
    }
    json_close(&w, '}');
    json_put_text(&w, "sig", sig);
    json_put_text(&w, "key", key);
    const char *health = b->health ? b->health : "{}";
    json_put_raw(&w, "health", health, strlen(health));
    json_close(&w, '}');
    return out->error;
}

int beat_make(struct beat *b, const char *org, const char *site, const char *board,
              const uint8_t secret[SIGN_SECRET_SIZE], struct buf *out) {
    struct buf text;
    buf_init(&text, 1024);
    int r = signed_text(b, org, site, board, &text);
    if (r == 0) r = sign_make(secret, text.data, text.len, b->signature);
    if (r == 0 && !sign_check(b->key, text.data, text.len, b->signature)) r = ERR_INVALID; /* not that secret's key */
    buf_fini(&text);
    return r ? r : print(b, out);
}

static int get_bytes(const struct json *o, const char *name, uint8_t *out, size_t size, struct err_text *e) {
    const char *text;
    size_t n = 0;
    int r = json_get_text(o, "", name, JSON_REQUIRED, 128, &text, e);
    if (r == 0 && (text_unbase64(text, out, size, &n) != 0 || n != size))
        r = err_field(e, ERR_INVALID, name, "%s must be %zu bytes in base64.", name, size);
    return r;
}

static int read_heads(const struct json *heads, struct beat *b, struct err_text *e) {
    for (int l = 0; l < LANE_COUNT; l++) {
        const struct json *head = json_member(heads, lane_name((enum lane)l));
        int64_t seq;
        const char *hash;
        int r = json_get_int(head, "heads.", "seq", JSON_REQUIRED, 0, NUMBER_MAX, &seq, e);
        if (r == 0) r = json_get_text(head, "heads.", "hash", JSON_REQUIRED, HASH_TEXT_SIZE - 1, &hash, e);
        if (r) return r;
        if (!text_is_hex(hash, HASH_TEXT_SIZE - 1))
            return err_field(e, ERR_INVALID, "heads.hash", "A hash has 64 hexadecimal digits.");
        b->seq[l] = (uint64_t)seq;
        r = text_copy(b->hash[l], HASH_TEXT_SIZE, hash);
        if (r) return r;
    }
    return 0;
}

static int read_members(const struct json *o, struct beat *b, struct err_text *e) {
    const char *epoch;
    int r = json_get_text(o, "", "epoch", JSON_REQUIRED, ID_SIZE - 1, &epoch, e);
    if (r == 0 && !envelope_is_uuid(epoch))
        r = err_field(e, ERR_INVALID, "epoch", "epoch must be a UUID in lower case.");
    if (r == 0) r = text_copy(b->epoch, sizeof b->epoch, epoch);
    if (r == 0) r = read_heads(json_member(o, "heads"), b, e);
    if (r == 0) r = get_bytes(o, "sig", b->signature, SIGN_SIZE, e);
    if (r == 0) r = get_bytes(o, "key", b->key, SIGN_PUBLIC_SIZE, e);
    const struct json *health = json_member(o, "health");
    if (r || !json_is_object(health)) return r; /* absent: health stays NULL */
    struct buf text;
    buf_init(&text, 8u * BEAT_MAX);
    r = json_print(health, &text);
    if (r == 0) b->health = buf_steal(&text);
    buf_fini(&text);
    return r;
}

int beat_read(const char *bytes, size_t n, const char *org, const char *site, const char *board, struct beat *out,
              struct err_text *e) {
    if (n > BEAT_MAX) return err_set(e, ERR_TOO_BIG, "The beat has %zu bytes, and %u are read.", n, BEAT_MAX);
    struct json *o;
    int r = json_parse(bytes, n, &o, e);
    if (r) return r;
    struct beat b = { 0 };
    r = read_members(o, &b, e);
    json_destroy(o);
    struct buf text;
    buf_init(&text, 1024);
    if (r == 0) r = signed_text(&b, org, site, board, &text);
    if (r == 0 && !sign_check(b.key, text.data, text.len, b.signature))
        r = err_field(e, ERR_DENIED, "sig", "The signature does not fit the heads and the key.");
    buf_fini(&text);
    if (r == 0)
        *out = b;
    else
        beat_fini(&b);
    return r;
}

int state_print(const struct state *s, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_bool(&w, "online", s->online);
    if (s->boot || s->connect) { /* a board's; head office's state has neither */
        json_put_int(&w, "boot", s->boot);
        json_put_int(&w, "connect", s->connect);
    }
    json_put_text(&w, "at", s->at);
    json_close(&w, '}');
    return out->error;
}

int state_read(const char *bytes, size_t n, struct state *out, struct err_text *e) {
    if (n > 4096) return err_set(e, ERR_TOO_BIG, "The state has %zu bytes.", n);
    struct json *o;
    int r = json_parse(bytes, n, &o, e);
    if (r) return r;
    struct state s = { 0 };
    const char *at = NULL;
    const struct json *online = json_member(o, "online");
    if (!json_bool(online, &s.online)) r = err_field(e, ERR_INVALID, "online", "online must be true or false.");
    if (r == 0) r = json_get_int(o, "", "boot", JSON_OPTIONAL, 0, NUMBER_MAX, &s.boot, e);
    if (r == 0) r = json_get_int(o, "", "connect", JSON_OPTIONAL, 0, NUMBER_MAX, &s.connect, e);
    if (r == 0) r = json_get_text(o, "", "at", JSON_OPTIONAL, sizeof s.at - 1, &at, e);
    if (r == 0 && at) r = text_copy(s.at, sizeof s.at, at);
    json_destroy(o);
    if (r == 0) *out = s;
    return r;
}
