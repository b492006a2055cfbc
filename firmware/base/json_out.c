/* SPDX-License-Identifier: MIT */
/* The JSON writer of json.h. Never writes a string that is not valid UTF-8 (ERR_INVALID sticks in the buffer instead); does
 * not check that brackets balance. */
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <string.h>

void json_start(struct json_out *w, struct buf *buf) { *w = (struct json_out){ .buf = buf }; }

/* Nothing but ASCII that needs no escape, as nearly all that is written; eight bytes at a time. A byte behind one that is not plain may look as if
 * it were none, and the answer is the same. */
static bool is_plain(const char *text, size_t n) {
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t eight;
        memcpy(&eight, text + i, sizeof eight);
        uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\';
        if ((eight | (eight - ones * 0x20) | (quote - ones) | (backslash - ones)) & tops) return false;
    }
    for (; i < n; i++)
        if (text[i] < 0x20 || text[i] > '~' || text[i] == '"' || text[i] == '\\') return false;
    return true;
}

static void put_escaped(struct buf *b, const char *text, size_t n) {
    while (n > 0) {
        size_t plain = 0;
        while (plain < n && (unsigned char)text[plain] >= 0x20 && text[plain] != '"' && text[plain] != '\\') plain++;
        (void)buf_add(b, text, plain);
        text += plain;
        n -= plain;
        if (n == 0) break;
        if (*text == '"' || *text == '\\')
            (void)buf_addf(b, "\\%c", *text);
        else if (*text == '\n')
            (void)buf_add(b, "\\n", 2);
        else if (*text == '\t')
            (void)buf_add(b, "\\t", 2);
        else
            (void)buf_addf(b, "\\u%04x", (unsigned)*text);
        text++;
        n--;
    }
}

static void put_string(struct buf *b, const char *text) {
    size_t n = strlen(text);
    if (is_plain(text, n)) {
        if (buf_reserve(b, n + 2) != 0) return;
        b->data[b->len] = '"';
        memcpy(b->data + b->len + 1, text, n);
        memcpy(b->data + b->len + 1 + n, "\"", 2);
        b->len += n + 2;
        return;
    }
    if (b->error) return;
    if (!text_utf8_valid(text, n)) {
        b->error = ERR_INVALID;
        return;
    }
    (void)buf_add(b, "\"", 1);
    put_escaped(b, text, n);
    (void)buf_add(b, "\"", 1);
}

/* The comma before a value, and its name. */
static void begin(struct json_out *w, const char *name) {
    if (w->comma) (void)buf_add(w->buf, ",", 1);
    w->comma = true;
    if (!name) return;
    put_string(w->buf, name);
    (void)buf_add(w->buf, ":", 1);
}

void json_open(struct json_out *w, const char *name, char bracket) {
    begin(w, name);
    (void)buf_add(w->buf, &bracket, 1);
    w->comma = false;
}

void json_close(struct json_out *w, char bracket) {
    (void)buf_add(w->buf, &bracket, 1);
    w->comma = true;
}

void json_put_text(struct json_out *w, const char *name, const char *value) {
    begin(w, name);
    if (value)
        put_string(w->buf, value);
    else
        (void)buf_add(w->buf, "null", 4);
}

void json_put_int(struct json_out *w, const char *name, int64_t value) {
    char digits[20]; /* 2^63 has 19, and one is for the sign */
    char *end = digits + sizeof digits, *at = end;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) *--at = '-';
    begin(w, name);
    (void)buf_add(w->buf, at, (size_t)(end - at));
}

void json_put_bool(struct json_out *w, const char *name, bool value) {
    begin(w, name);
    (void)buf_add_text(w->buf, value ? "true" : "false");
}

void json_put_null(struct json_out *w, const char *name) {
    begin(w, name);
    (void)buf_add(w->buf, "null", 4);
}

void json_put_raw(struct json_out *w, const char *name, const char *json_text, size_t n) {
    begin(w, name);
    (void)buf_add(w->buf, json_text, n);
}
