/* SPDX-License-Identifier: MIT */
/* Masking of names, telephone numbers and free text. What in a text is a person's number is privacy_number.c's business; names in free text
 * are not looked for. */
#include "app/journal/privacy.h"

#include "app/journal/privacy_number.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdbool.h>
#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Bytes of the UTF-8 character at text. */
static size_t character_bytes(const char *text) {
    size_t n = 1;
    while (((unsigned char)text[n] & 0xc0u) == 0x80u) n++;
    return n;
}

int privacy_mask_name(const char *name, char *out, size_t out_size) {
    while (*name == ' ') name++;
    if (!*name) return text_copy(out, out_size, "");
    size_t first = character_bytes(name);
    const char *rest = name + first;
    if (*rest && rest[strspn(rest, "*")] == '\0') return text_copy(out, out_size, name);
    if (first + sizeof "**" > out_size) return ERR_TOO_BIG;
    memcpy(out, name, first);
    memcpy(out + first, "**", sizeof "**");
    return 0;
}

/* 3 digits, 4 stars, 4 digits; shorter numbers show fewer. */
static int mask_digits(const char *digits, size_t n, char *out, size_t out_size) {
    size_t head = n >= 11 ? 3 : 0;
    size_t tail = n >= 7 ? 4 : 2;
    if (head + 4 + tail + 1 > out_size) return ERR_TOO_BIG;
    memcpy(out, digits, head);
    memcpy(out + head, "****", 4);
    memcpy(out + head + 4, digits + n - tail, tail);
    out[head + 4 + tail] = '\0';
    return 0;
}

int privacy_mask_phone(const char *phone, char *out, size_t out_size) {
    char kept[32];
    size_t n = 0;
    size_t stars = 0;
    for (const char *p = phone; *p; p++) {
        if (strchr(" -()+", *p)) continue;
        if ((!is_digit(*p) && *p != '*') || n + 1 >= sizeof kept) return ERR_INVALID;
        stars += *p == '*';
        kept[n++] = *p;
    }
    kept[n] = '\0';
    if (n == 0 && !*phone) return text_copy(out, out_size, "");
    if (stars >= 4 && n - stars <= 7) return text_copy(out, out_size, kept);
    if (stars > 0 || n < 5 || n > 20) return ERR_INVALID;
    bool country = n == 13 && strncmp(kept, "86", 2) == 0;
    return mask_digits(country ? kept + 2 : kept, country ? n - 2 : n, out, out_size);
}

int privacy_mask_text(const char *text, struct buf *out) {
    struct privacy_number number;
    size_t at = 0;
    while (privacy_number_next(text, at, &number)) {
        (void)buf_add(out, text + at, number.from - at);
        (void)buf_add(out, number.digits, 3);
        for (size_t i = 7; i < number.n; i++) (void)buf_add_text(out, "*");
        (void)buf_add(out, number.digits + number.n - 4, 4);
        at = number.to;
    }
    (void)buf_add_text(out, text + at);
    return out->error;
}

/* ---- JSON, token by token: everything but the texts stays as it came, byte for byte ---- */

/* Bytes of the string that begins with the quotation mark at json, both marks included; 0: it does not end. */
static size_t string_bytes(const char *json, size_t n) {
    for (size_t i = 1; i < n; i++) {
        if (json[i] == '"') return i + 1;
        if (json[i] == '\\') i++;
    }
    return 0;
}

static bool has_digit(const char *token, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (is_digit(token[i]) || token[i] == '\\' || (unsigned char)token[i] == 0xef) return true;
    return false;
}

/* One string. What the parser will refuse stays as it is: nobody is going to read it. */
static int mask_token(const char *token, size_t n, struct buf *out) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct buf copy;
    struct buf masked;
    buf_init(&copy, n + 3);
    buf_init(&masked, n + 3);
    (void)buf_addf(&copy, "[%.*s]", (int)n, token);
    int rc = copy.error ? copy.error : json_parse(copy.data, copy.len, &root, NULL);
    const char *text = rc == 0 ? json_text(json_at(root, 0)) : NULL;
    if (text) rc = privacy_mask_text(text, &masked);
    if (text && rc == 0 && masked.len > 0 && strcmp(text, masked.data) != 0) {
        struct json_out w;
        json_start(&w, out);
        json_put_text(&w, NULL, masked.data);
    } else {
        (void)buf_add(out, token, n);
    }
    buf_fini(&masked);
    buf_fini(&copy);
    return rc == ERR_NOMEM ? rc : out->error;
}

int privacy_mask_json(const char *json, size_t n, struct buf *out) {
    size_t i = 0;
    while (i < n) {
        const char *quote = memchr(json + i, '"', n - i);
        size_t plain = quote ? (size_t)(quote - json) - i : n - i;
        size_t token = quote ? string_bytes(quote, n - i - plain) : 0;
        if (quote && !token) plain = n - i;
        (void)buf_add(out, json + i, plain);
        i += plain;
        if (token && has_digit(json + i, token)) {
            int rc = mask_token(json + i, token, out);
            if (rc < 0) return rc;
        } else if (token) {
            (void)buf_add(out, json + i, token);
        }
        i += token;
    }
    return out->error;
}
