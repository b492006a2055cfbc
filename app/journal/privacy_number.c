/* SPDX-License-Identifier: MIT */
/* The recogniser. app/web/shared/privacy.js is the same in the browser; tests/unit/app/journal/privacy-corpus.json holds both to the same answers. */
#include "app/journal/privacy_number.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { STARS_MIN = 2, GROUPS_MAX = 8, DIGITS_MAX = 40, SEPARATORS_MAX = 3, LABEL_MAX = 8 };

/* Digits as people write them, in groups. */
struct row {
    char digits[DIGITS_MAX + 1];
    size_t start[GROUPS_MAX + 1]; /* of each group in digits; the last one's end */
    size_t to[GROUPS_MAX];        /* bytes of text up to a group's end */
    bool comma[GROUPS_MAX];       /* a comma stands before it or an earlier one */
    size_t groups;
    bool plus; /* a + stands in front */
};

/* ---- characters ---- */

/* Bytes of the digit, ASCII or full-width, at text; 0: there is none. */
static size_t digit_bytes(const char *text) {
    const unsigned char *c = (const unsigned char *)text;
    if (isdigit(c[0])) return 1;
    return c[0] == 0xef && c[1] == 0xbc && c[2] >= 0x90 && c[2] <= 0x99 ? 3 : 0;
}

static char digit_of(const char *text) {
    return (unsigned char)*text == 0xef ? (char)('0' + (unsigned char)text[2] - 0x90) : *text;
}

/* The check character X, full-width too. */
static size_t x_bytes(const char *text) {
    if (*text == 'x' || *text == 'X') return 1;
    return strncmp(text, "Ｘ", 3) == 0 || strncmp(text, "ｘ", 3) == 0 ? 3 : 0;
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* Bytes of a separator at text, 0 for none. */
static size_t separator(const char *text, bool *comma) {
    static const char *const plain[] = { " ", "-", ".", ")", "\xc2\xa0", "　", "－", "‐", "‑",
                                         "–", "—", "−", "·", "•",        "．", "。", "）" };
    static const char *const commas[] = { ",", "，", "、" };
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (strncmp(text, plain[i], strlen(plain[i])) == 0) return strlen(plain[i]);
    for (size_t i = 0; i < sizeof commas / sizeof commas[0]; i++) {
        if (strncmp(text, commas[i], strlen(commas[i])) != 0) continue;
        *comma = true;
        return strlen(commas[i]);
    }
    return 0;
}

/* ---- reading ---- */

/* One group from text + at on; returns where it ends. */
static size_t read_group(const char *text, size_t at, struct row *r) {
    size_t n = r->start[r->groups];
    for (size_t k; (k = digit_bytes(text + at)) > 0; at += k, n++)
        if (n < DIGITS_MAX) r->digits[n] = digit_of(text + at);
    size_t x = x_bytes(text + at);
    if (n == 17 && x && !is_word(text[at + x])) {
        r->digits[n++] = text[at] == 'x' || strncmp(text + at, "ｘ", 3) == 0 ? 'x' : 'X';
        at += x;
    }
    r->to[r->groups++] = at;
    r->start[r->groups] = n < DIGITS_MAX ? n : DIGITS_MAX;
    return at;
}

/* Bytes of a number that is masked already, 0 for none: three digits, stars, and four characters as they were. Its ends are no part of another. */
static size_t masked_bytes(const char *text) {
    static const char digits[] = "0123456789";
    size_t stars = strspn(text, digits) == 3 ? strspn(text + 3, "*") : 0;
    const char *tail = text + 3 + stars;
    if (stars < STARS_MIN || stars > PRIVACY_NUMBER_MAX - 7) return 0;
    size_t n = strspn(tail, digits);
    bool x = n == 3 && (tail[3] == 'x' || tail[3] == 'X') && !is_word(tail[4]);
    return n == 4 || x ? (size_t)(tail + 4 - text) : 0;
}

static void read_row(const char *text, size_t at, struct row *r) {
    bool comma = false;
    *r = (struct row){ 0 };
    while (r->groups < GROUPS_MAX) {
        r->comma[r->groups] = comma;
        at = read_group(text, at, r);
        size_t n = r->start[r->groups];
        size_t k;
        for (int i = 0; i < SEPARATORS_MAX && (k = separator(text + at, &comma)) > 0; i++) at += k;
        bool more =
            digit_bytes(text + at) || (n == 17 && x_bytes(text + at) && !is_word(text[at + x_bytes(text + at)]));
        if (at == r->to[r->groups - 1] || !more || n >= DIGITS_MAX || masked_bytes(text + at)) return;
    }
}

/* ---- what the digits are ---- */

static int number_of(const char *d, size_t n) {
    int v = 0;
    for (size_t i = 0; i < n; i++) v = v * 10 + d[i] - '0';
    return v;
}

static bool is_date(int year, int month, int day) {
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

/* GB/T 2260, first two digits; 83 and 91 are cards of residents from elsewhere. */
static bool is_province(int p) {
    return (p >= 11 && p <= 15) || (p >= 21 && p <= 23) || (p >= 31 && p <= 37) || (p >= 41 && p <= 46) ||
           (p >= 50 && p <= 54) || (p >= 61 && p <= 65) || p == 71 || (p >= 81 && p <= 83) || p == 91;
}

static bool is_identity(const char *d, size_t n) {
    static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;
    if (n == 15)
        return is_province(number_of(d, 2)) &&
               is_date(1900 + number_of(d + 6, 2), number_of(d + 8, 2), number_of(d + 10, 2));
    if (n != 18 || !is_province(number_of(d, 2))) return false;
    int year = number_of(d + 6, 4);
    if (year < 1900 || year > 2099 || !is_date(year, number_of(d + 10, 2), number_of(d + 12, 2))) return false;
    for (int i = 0; i < 17; i++) sum += (d[i] - '0') * weight[i];
    return toupper((unsigned char)d[17]) == "10X98765432"[sum % 11];
}

/* How issuers' numbers begin: ISO/IEC 7812 registrations as the networks publish them; UnionPay 62 and 81, older cards of Chinese banks 60 and 9558. */
static bool is_issuer(const char *d, size_t n) {
    int four = number_of(d, 4);
    int two = four / 100;
    if (n == 15) return two == 34 || two == 37; /* American Express */
    if (n < 16 || n > 19) return false;
    if (two == 62 || two == 81 || two == 60 || two == 64 || two == 65) return true;           /* UnionPay, Discover */
    if (two == 50 || (two >= 56 && two <= 58) || (four >= 3528 && four <= 3589)) return true; /* Maestro, JCB */
    if (four == 9558) return n == 19;
    if (two / 10 == 4) return n == 16 || n == 19;                                   /* Visa */
    return n == 16 && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)); /* Mastercard */
}

static bool is_card(const char *d, size_t n) {
    int sum = 0;
    if (!is_issuer(d, n)) return false;
    for (size_t i = 0; i < n; i++) {
        int v = d[n - 1 - i] - '0';
        if (i % 2 == 1) v = v * 2 > 9 ? v * 2 - 9 : v * 2;
        sum += v;
    }
    return sum % 10 == 0;
}

static bool is_mobile(const char *d, size_t n) { return n == 11 && d[0] == '1' && d[1] >= '3'; }

/* Area codes: 010, 02x, and those of four digits by the regions that are in use. */
static bool is_area(const char *d, size_t n) {
    static const char *const regions[10] = { "",          "",    "",           "134579",  "1235678",
                                             "123456789", "369", "0123456789", "1235789", "0134579" };
    if (d[0] != '0') return false;
    if (n == 3) return (d[1] == '1' && d[2] == '0') || d[1] == '2';
    return n == 4 && strchr(regions[d[1] - '0'], d[2]);
}

/* ---- how they are grouped: sizes[] of n groups ---- */

static bool sizes_are(const size_t *sizes, size_t n, const char *as) {
    if (strlen(as) != n) return false;
    for (size_t i = 0; i < n; i++)
        if (sizes[i] != (size_t)(as[i] - '0')) return false;
    return true;
}

static bool grouped_as_card(const size_t *sizes, size_t n) {
    if (n == 1 || (n == 2 && sizes[0] == 6) || sizes_are(sizes, n, "465")) return true;
    for (size_t i = 0; i + 1 < n; i++)
        if (sizes[i] != 4) return false;
    return n >= 4 && sizes[n - 1] <= 4;
}

static bool grouped_as_mobile(const size_t *sizes, size_t n) {
    return n == 1 || sizes_are(sizes, n, "344") || sizes_are(sizes, n, "38") || sizes_are(sizes, n, "74");
}

/* `abroad`: a country's code stood in front, after which the area's 0 is left out. */
static bool is_fixed_line(const char *d, const size_t *sizes, size_t n, bool abroad) {
    char area[5] = "0";
    bool short_area = abroad && d[0] != '0';
    if (n < 2 || n > 3 || sizes[0] > 4 || sizes[0] + short_area > 4) return false;
    memcpy(area + short_area, d, sizes[0]);
    if (!is_area(area, sizes[0] + short_area) || d[sizes[0]] < '2') return false;
    return n == 2 ? sizes[1] == 7 || sizes[1] == 8 : sizes[2] == 4 && (sizes[1] == 3 || sizes[1] == 4);
}

/* Groups [first, last) of a row, without `skip` digits of the first. */
struct part {
    const char *d;
    size_t n;
    size_t sizes[GROUPS_MAX], groups;
    bool comma;
};

static struct part part_of(const struct row *r, size_t first, size_t last, size_t skip) {
    struct part p = { .d = r->digits + r->start[first] + skip,
                      .groups = last - first,
                      .comma = last > first && r->comma[last - 1] };
    for (size_t i = first; i < last; i++) p.sizes[i - first] = r->start[i + 1] - r->start[i];
    p.sizes[0] -= skip;
    p.n = r->start[last] - r->start[first] - skip;
    return p;
}

static bool is_telephone(const struct part *p, bool abroad) {
    if (p->comma || p->n > 12 || strspn(p->d, "0123456789") < p->n) return false;
    return (is_mobile(p->d, p->n) && grouped_as_mobile(p->sizes, p->groups)) ||
           (p->n >= 9 && is_fixed_line(p->d, p->sizes, p->groups, abroad));
}

/* Digits of a country's code in front of a telephone number, 0 for none. */
static size_t country(const struct row *r, size_t last) {
    size_t code = strncmp(r->digits, "0086", 4) == 0 ? 4 : strncmp(r->digits, "86", 2) == 0 ? 2 : 0;
    if (!code || r->start[last] <= code) return 0;
    bool own_group = r->start[1] == code;
    if (own_group && last < 2) return 0;
    struct part p = own_group ? part_of(r, 1, last, 0) : part_of(r, 0, last, code);
    bool abroad = r->plus || code == 4;
    return (own_group || r->start[1] > code) && is_telephone(&p, abroad) ? code : 0;
}

/* Whether the first `last` groups are somebody's number. `word`: letters stand in front, which only an identity number outweighs. */
static bool is_number(const struct row *r, size_t last, bool word) {
    struct part p = part_of(r, 0, last, 0);
    if (p.n > PRIVACY_NUMBER_MAX) return false;
    if (p.n == 18 && is_identity(p.d, p.n)) return true;
    if (word || p.comma || strspn(p.d, "0123456789") < p.n) return false;
    if (p.n == 15 && is_identity(p.d, p.n) && (p.groups == 1 || sizes_are(p.sizes, p.groups, "663"))) return true;
    return (grouped_as_card(p.sizes, p.groups) && is_card(p.d, p.n)) || is_telephone(&p, false) || country(r, last) > 0;
}

/* ---- what stands around ---- */

/* A letter or an underscore stands right in front, and they are no label such as "tel". */
static bool after_word(const char *text, size_t at) {
    static const char *const labels[] = { "tel",    "phone", "mobile", "mob", "cell", "wechat",
                                          "weixin", "wx",    "vx",     "id",  "card", "sfz" };
    size_t n = 0;
    while (n < at && n <= LABEL_MAX && is_word(text[at - n - 1])) n++;
    if (n == 0) return false;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strlen(labels[i]) == n && strncasecmp(text + at - n, labels[i], n) == 0) return false;
    return true;
}

static size_t plus_before(const char *text, size_t at) {
    if (at >= 1 && text[at - 1] == '+') return 1;
    return at >= 3 && strncmp(text + at - 3, "＋", 3) == 0 ? 3 : 0;
}

/* A digit ends right before that place; without what stands there it would be one with a number behind it. */
static bool after_digit(const char *text, size_t at) {
    return (at >= 1 && digit_bytes(text + at - 1) == 1) || (at >= 3 && digit_bytes(text + at - 3) == 3);
}

static bool read_at(const char *text, size_t at, struct privacy_number *out) {
    struct row r;
    bool word = after_word(text, at);
    size_t plus = plus_before(text, at);
    read_row(text, at, &r);
    r.plus = plus > 0;
    for (size_t last = r.groups; last > 0; last--) {
        if (is_word(text[r.to[last - 1]]) || !is_number(&r, last, word)) continue;
        size_t code = country(&r, last);
        *out = (struct privacy_number){ .n = r.start[last] - code, .from = at, .to = r.to[last - 1] };
        memcpy(out->digits, r.digits + code, out->n);
        if (code && !after_digit(text, at - plus)) out->from -= plus;
        return true;
    }
    return false;
}

/* 8-4-4-4-12 hexadecimal digits that stand alone. */
static bool is_uuid(const char *text, size_t at) {
    if (at > 0 && is_word(text[at - 1])) return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[at + i] != '-' : !isxdigit((unsigned char)text[at + i])) return false;
    }
    return !is_word(text[at + 36]);
}

bool privacy_number_next(const char *text, size_t at, struct privacy_number *out) {
    while (text[at]) {
        size_t k = digit_bytes(text + at);
        if (isxdigit((unsigned char)text[at]) && is_uuid(text, at)) {
            at += 36;
        } else if (k && masked_bytes(text + at)) {
            at += masked_bytes(text + at);
        } else if (!k) {
            at++;
        } else {
            if (read_at(text, at, out)) return true;
            for (; k > 0; k = digit_bytes(text + at)) at += k;
        }
    }
    return false;
}
