/* SPDX-License-Identifier: MIT */
/* Masking of names, telephone numbers and free text. Finds numbers by their form and check digits; does not try to find names in free text. */
#include "app/journal/privacy.h"

#include "firmware/base/text.h"

#include <ctype.h>
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

/* GB 11643: 17 digits, then a check character (ISO 7064, MOD 11-2). */
static bool is_identity_number(const char *d) {
    static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;
    for (int i = 0; i < 17; i++) {
        if (!is_digit(d[i])) return false;
        sum += (d[i] - '0') * weight[i];
    }
    return toupper((unsigned char)d[17]) == "10X98765432"[sum % 11];
}

/* ISO/IEC 7812: 15 to 19 digits whose Luhn sum fits. */
static bool is_card_number(const char *d, size_t n) {
    int sum = 0;
    if (n < 15 || n > 19) return false;
    for (size_t i = 0; i < n; i++) {
        int v = d[n - 1 - i] - '0';
        if (i % 2 == 1) v = v * 2 > 9 ? v * 2 - 9 : v * 2;
        sum += v;
    }
    return sum % 10 == 0;
}

static bool is_mobile_number(const char *d, size_t n) {
    if (n == 13 && d[0] == '8' && d[1] == '6') return d[2] == '1' && d[3] >= '3';
    return n == 11 && d[0] == '1' && d[1] >= '3';
}

#define SEGMENTS_MAX 8

/* Digits as people write them, with single blanks or dashes inside; a final X belongs to an identity number. */
struct run {
    char digits[32];
    size_t n[SEGMENTS_MAX], bytes[SEGMENTS_MAX]; /* digits and bytes of text up to the end of each segment */
    size_t segments;
};

static void read_run(const char *text, struct run *r) {
    size_t n = 0;
    size_t i = 0;
    *r = (struct run){ 0 };
    while (r->segments < SEGMENTS_MAX) {
        while (is_digit(text[i]) || ((text[i] == 'X' || text[i] == 'x') && n == 17)) {
            if (n < sizeof r->digits) r->digits[n] = text[i];
            n++;
            i++;
        }
        r->n[r->segments] = n;
        r->bytes[r->segments++] = i;
        if ((text[i] != ' ' && text[i] != '-') || !is_digit(text[i + 1])) return;
        i++;
    }
}

static bool is_secret(const char *digits, size_t n) {
    return (n == 18 && is_identity_number(digits)) ||
           (n <= 19 && strspn(digits, "0123456789") >= n && (is_card_number(digits, n) || is_mobile_number(digits, n)));
}

/* Writes the longest number of the run that is to be masked, else its first segment as it is. Returns the bytes of text written. */
static size_t put_run(const char *text, struct buf *out) {
    struct run r;
    read_run(text, &r);
    for (size_t s = r.segments; s-- > 0;) {
        size_t n = r.n[s];
        if (!is_secret(r.digits, n)) continue;
        size_t skip = n == 13 && is_mobile_number(r.digits, n) ? 2 : 0; /* the country's code */
        (void)buf_add(out, r.digits + skip, 3);
        for (size_t i = skip + 7; i < n; i++) (void)buf_add_text(out, "*");
        (void)buf_add(out, r.digits + n - 4, 4);
        return r.bytes[s];
    }
    (void)buf_add(out, text, r.bytes[0]);
    return r.bytes[0];
}

int privacy_mask_text(const char *text, struct buf *out) {
    while (*text) {
        size_t plain = 0;
        while (text[plain] && !is_digit(text[plain])) plain++;
        (void)buf_add(out, text, plain);
        text += plain;
        if (*text) text += put_run(text, out);
    }
    return out->error;
}
