/* SPDX-License-Identifier: MIT */
/* The grammar of RFC 8259, strictly and without recursion, so that depth costs no stack. Builds nothing, and does not see
 * duplicate members. */
#include "firmware/base/json_scan.h"

#include "firmware/base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct scan {
    const char *text;
    size_t n;
    size_t at;
    uint64_t objects; /* one bit a level, the innermost lowest: set where it is an object */
    unsigned depth;
    const char *fault;
};

static bool fault(struct scan *s, const char *what) {
    s->fault = what;
    return false;
}

static char peek(const struct scan *s) { return s->at < s->n ? s->text[s->at] : '\0'; }

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void skip_space(struct scan *s) {
    while (s->at < s->n && is_space(s->text[s->at])) s->at++;
}

static bool hex4(struct scan *s, unsigned *out) {
    uint8_t unit[2];
    char digits[5] = "";
    if (s->n - s->at < 4) return fault(s, "bad \\u escape");
    memcpy(digits, s->text + s->at, 4);
    if (text_unhex(digits, unit, 2) != 0) return fault(s, "bad \\u escape");
    s->at += 4;
    *out = (unsigned)unit[0] << 8 | unit[1];
    return true;
}

/* After "\u". U+0000 is refused: strings here end with NUL. */
static bool unicode(struct scan *s) {
    unsigned high = 0;
    unsigned low = 0;
    if (!hex4(s, &high)) return false;
    if (high == 0) return fault(s, "\\u0000 is not allowed");
    if (high < 0xd800 || high > 0xdfff) return true;
    bool pair = high < 0xdc00 && s->n - s->at >= 2 && s->text[s->at] == '\\' && s->text[s->at + 1] == 'u';
    if (!pair) return fault(s, "a surrogate stands alone");
    s->at += 2;
    if (!hex4(s, &low)) return false;
    return (low >= 0xdc00 && low <= 0xdfff) || fault(s, "a surrogate stands alone");
}

static bool string(struct scan *s) {
    s->at++;
    while (s->at < s->n) {
        unsigned char c = (unsigned char)s->text[s->at++];
        if (c == '"') return true;
        if (c < 0x20) {
            s->at--;
            return fault(s, "a control character in a string has to be escaped");
        }
        if (c != '\\') continue;
        char escape = peek(s);
        if (!escape || !strchr("\"\\/bfnrtu", escape)) return fault(s, "bad escape");
        s->at++;
        if (escape == 'u' && !unicode(s)) return false;
    }
    return fault(s, "the string does not end");
}

static bool digits(struct scan *s) {
    size_t start = s->at;
    while (peek(s) >= '0' && peek(s) <= '9') s->at++;
    return s->at > start || fault(s, "bad number");
}

static bool number(struct scan *s) {
    if (peek(s) == '-') s->at++;
    bool zero = peek(s) == '0';
    size_t start = s->at;
    if (!digits(s)) return false;
    if (zero && s->at > start + 1) return fault(s, "a number may not begin with 0");
    if (peek(s) == '.') {
        s->at++;
        if (!digits(s)) return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-') s->at++;
        if (!digits(s)) return false;
    }
    return true;
}

static bool word(struct scan *s, const char *text) {
    size_t n = strlen(text);
    if (s->n - s->at < n || memcmp(s->text + s->at, text, n) != 0) return fault(s, "a value was expected");
    s->at += n;
    return true;
}

static bool scalar(struct scan *s) {
    switch (peek(s)) {
    case '"':
        return string(s);
    case 't':
        return word(s, "true");
    case 'f':
        return word(s, "false");
    case 'n':
        return word(s, "null");
    default:
        break;
    }
    char c = peek(s);
    if (c != '-' && (c < '0' || c > '9'))
        return fault(s, s->at < s->n ? "a value was expected" : "the text ends too soon");
    return number(s);
}

static bool member_name(struct scan *s) {
    skip_space(s);
    if (peek(s) != '"') return fault(s, "a member's name was expected");
    if (!string(s)) return false;
    skip_space(s);
    if (peek(s) != ':') return fault(s, "':' was expected");
    s->at++;
    return true;
}

static bool in_object(const struct scan *s) { return s->objects & 1; }

/* At '{' or '['. *empty: it was closed at once. */
static bool open_level(struct scan *s, bool *empty) {
    bool object = peek(s) == '{';
    if (s->depth == JSON_SCAN_DEPTH) return fault(s, "more than 64 levels deep");
    s->at++;
    skip_space(s);
    *empty = peek(s) == (object ? '}' : ']');
    if (*empty) {
        s->at++;
        return true;
    }
    s->depth++;
    s->objects = s->objects << 1 | (object ? 1U : 0U);
    return !object || member_name(s);
}

/* After a value: closes what ends here, and steps over the comma to the next value. */
static bool after_value(struct scan *s) {
    for (;;) {
        skip_space(s);
        if (s->depth == 0) return true;
        char c = peek(s);
        if (c == ',') {
            s->at++;
            return !in_object(s) || member_name(s);
        }
        if (c != (in_object(s) ? '}' : ']'))
            return fault(s, in_object(s) ? "',' or '}' was expected" : "',' or ']' was expected");
        s->at++;
        s->depth--;
        s->objects >>= 1;
    }
}

const char *json_scan(const char *text, size_t n, size_t *at) {
    struct scan s = { .text = text, .n = n };
    bool ok = true;
    do {
        skip_space(&s);
        bool closed = true;
        if (peek(&s) == '{' || peek(&s) == '[')
            ok = open_level(&s, &closed);
        else
            ok = scalar(&s);
        if (ok && closed) ok = after_value(&s);
    } while (ok && s.depth > 0);
    if (ok && s.at < n) fault(&s, "something follows the value");
    *at = s.at;
    return s.fault;
}
