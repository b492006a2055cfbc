/* SPDX-License-Identifier: MIT */
/* Text: checks, bounded copies and encodings. Pure. Does not know locales, nor characters above the level of UTF-8. */
#include "firmware/base/text.h"

#include <openssl/crypto.h>
#include <string.h>

/* Length of the well-formed sequence at p (RFC 3629, section 4), 0 when it is none. */
static size_t sequence(const unsigned char *p, size_t n) {
    if (p[0] < 0x80) return p[0] ? 1 : 0;
    size_t length = p[0] >= 0xc2 && p[0] <= 0xdf ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : 0;
    if (length == 0 || length > n) return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if (p[0] == 0xe0 && p[1] < 0xa0) return 0; /* overlong */
    if (p[0] == 0xed && p[1] > 0x9f) return 0; /* surrogates */
    if (p[0] == 0xf0 && p[1] < 0x90) return 0; /* overlong */
    if (p[0] == 0xf4 && p[1] > 0x8f) return 0; /* over U+10FFFF */
    return length;
}

/* Eight bytes that all are from 1 to 127: no high bit is set, and taking one away sets none. */
static bool eight_plain(const unsigned char *p) {
    uint64_t eight;
    memcpy(&eight, p, sizeof eight);
    return ((eight | (eight - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0;
}

bool text_utf8_valid(const char *bytes, size_t n) {
    const unsigned char *p = (const unsigned char *)bytes;
    while (n > 0) {
        if (n >= 8 && eight_plain(p)) { /* most of what comes is ASCII */
            p += 8;
            n -= 8;
            continue;
        }
        size_t length = sequence(p, n);
        if (length == 0) return false;
        p += length;
        n -= length;
    }
    return true;
}

bool text_is_plain(const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f) return false;
        if (*p != 0xe2) continue; /* U+202A is e2 80 aa, U+2066 is e2 81 a6 */
        if (p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) return false;
        if (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9) return false;
    }
    return true;
}

int text_copy(char *out, size_t out_size, const char *text) {
    size_t n = strlen(text);
    if (n >= out_size) return ERR_TOO_BIG;
    memcpy(out, text, n + 1);
    return 0;
}

void text_clip(char *out, size_t out_size, const char *text) {
    if (out_size == 0) return;
    size_t n = strnlen(text, out_size);
    if (n == out_size) {
        n = out_size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) n--;
    }
    memcpy(out, text, n);
    out[n] = '\0';
}

void text_hex(const uint8_t *bytes, size_t n, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int text_unhex(const char *hex, uint8_t *out, size_t n) {
    if (strlen(hex) != 2 * n) return ERR_INVALID;
    for (size_t i = 0; i < 2 * n; i++)
        if (hex_value(hex[i]) < 0) return ERR_INVALID;
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(hex_value(hex[2 * i]) * 16 + hex_value(hex[2 * i + 1]));
    return 0;
}

bool text_is_hex(const char *text, size_t digits) {
    for (size_t i = 0; i < digits; i++)
        if (hex_value(text[i]) < 0 || (text[i] >= 'A' && text[i] <= 'F')) return false;
    return text[digits] == '\0';
}

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int text_base64(const uint8_t *bytes, size_t n, char *out, size_t out_size) {
    if (n > SIZE_MAX / 2 || out_size < (n + 2) / 3 * 4 + 1) return ERR_TOO_BIG;
    for (; n > 0; bytes += 3) {
        uint32_t bits = (uint32_t)bytes[0] << 16 | (n > 1 ? (uint32_t)bytes[1] << 8 : 0) | (n > 2 ? bytes[2] : 0);
        *out++ = base64_alphabet[bits >> 18];
        *out++ = base64_alphabet[bits >> 12 & 63];
        *out++ = n > 1 ? base64_alphabet[bits >> 6 & 63] : '=';
        *out++ = n > 2 ? base64_alphabet[bits & 63] : '=';
        if (n <= 3) break;
        n -= 3;
    }
    *out = '\0';
    return 0;
}

static int base64_value(char c) {
    const char *at = c ? strchr(base64_alphabet, c) : NULL;
    return at ? (int)(at - base64_alphabet) : -1;
}

/* Strict: padded, no white space, no bits left over in the last character. Checks all of it before it writes. */
int text_unbase64(const char *text, uint8_t *out, size_t out_size, size_t *n) {
    size_t length = strlen(text);
    if (length % 4 != 0) return ERR_INVALID;
    size_t pad = length == 0 || text[length - 1] != '=' ? 0 : text[length - 2] != '=' ? 1 : 2;
    for (size_t i = 0; i < length - pad; i++)
        if (base64_value(text[i]) < 0) return ERR_INVALID;
    if (pad == 1 && (base64_value(text[length - 2]) & 3)) return ERR_INVALID;
    if (pad == 2 && (base64_value(text[length - 3]) & 15)) return ERR_INVALID;
    size_t bytes = length / 4 * 3 - pad;
    if (bytes > out_size) return ERR_TOO_BIG;
    uint32_t bits = 0;
    size_t done = 0;
    for (size_t i = 0; i < length && done < bytes; i++) {
        bits = bits << 6 | (text[i] == '=' ? 0 : (uint32_t)base64_value(text[i]));
        if (i % 4 == 0) continue;
        out[done++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *n = bytes;
    return 0;
}

void text_code(const uint8_t sha256[32], char out[9]) {
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint64_t bits = 0;
    for (size_t i = 0; i < 5; i++) bits = bits << 8 | sha256[i];
    for (size_t i = 0; i < 8; i++) out[i] = alphabet[bits >> (35 - 5 * i) & 31];
    out[8] = '\0';
}

bool text_starts(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

int text_int(const char *text, int64_t min, int64_t max, int64_t *out) {
    bool negative = *text == '-';
    if (negative) text++;
    if (!*text) return ERR_INVALID;
    int64_t value = 0; /* kept negative: the range is wider there */
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return ERR_INVALID;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, *text - '0', &value))
            return ERR_INVALID;
    }
    if (!negative && __builtin_sub_overflow(0, value, &value)) return ERR_INVALID;
    if (value < min || value > max) return ERR_INVALID;
    *out = value;
    return 0;
}

unsigned text_distance(const char *a, const char *b) {
    size_t na = strnlen(a, 63);
    size_t nb = strnlen(b, 63);
    unsigned row[64];
    for (size_t j = 0; j <= nb; j++) row[j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[nb];
}

bool text_equal_secret(const char *a, const char *b) {
    size_t n = strlen(a);
    return n == strlen(b) && CRYPTO_memcmp(a, b, n) == 0;
}
