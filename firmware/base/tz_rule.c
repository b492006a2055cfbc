/* SPDX-License-Identifier: MIT */
/* Parses and evaluates the rule of a TZif file's footer. Does not keep the names of the offsets: nobody prints them. */
#include "firmware/base/tz_rule.h"

#include "firmware/base/tz_date.h"

#include <ctype.h>
#include <string.h>

#define DAY_S 86400

/* ---- parsing: each function takes a cursor, moves it past what it read, and says whether that was well formed ---- */

static bool take(const char **p, char c) {
    if (**p != c) return false;
    (*p)++;
    return true;
}

static bool number(const char **p, int min, int max, int *out) {
    int value = 0, n = 0;
    for (; isdigit((unsigned char)**p) && n < 4; (*p)++, n++) value = value * 10 + (**p - '0');
    if (n == 0 || value < min || value > max) return false;
    *out = value;
    return true;
}

/* Three letters or more, or anything of letters, digits and signs in angle brackets. */
static bool name(const char **p) {
    const char *start = *p;
    if (take(p, '<')) {
        while (isalnum((unsigned char)**p) || **p == '+' || **p == '-') (*p)++;
        return *p - start >= 4 && take(p, '>');
    }
    while (isalpha((unsigned char)**p)) (*p)++;
    return *p - start >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool duration(const char **p, int max_hours, int32_t *out) {
    int sign = 1, h = 0, m = 0, s = 0;
    if (take(p, '-'))
        sign = -1;
    else
        (void)take(p, '+');
    if (!number(p, 0, max_hours, &h)) return false;
    if (take(p, ':')) {
        if (!number(p, 0, 59, &m)) return false;
        if (take(p, ':') && !number(p, 0, 59, &s)) return false;
    }
    *out = sign * (h * 3600 + m * 60 + s);
    return true;
}

static bool change(const char **p, struct tz_rule_change *out) {
    if (!take(p, ',')) return false;
    if (take(p, 'M')) {
        out->form = TZ_RULE_MONTH_WEEK_DAY;
        if (!number(p, 1, 12, &out->month) || !take(p, '.') || !number(p, 1, 5, &out->week) || !take(p, '.') ||
            !number(p, 0, 6, &out->day)) {
            return false;
        }
    } else if (take(p, 'J')) {
        out->form = TZ_RULE_JULIAN;
        if (!number(p, 1, 365, &out->day)) return false;
    } else {
        out->form = TZ_RULE_DAY;
        if (!number(p, 0, 365, &out->day)) return false;
    }
    out->time_s = 2 * 3600;
    return !take(p, '/') || duration(p, 167, &out->time_s);
}

int tz_rule_parse(const char *text, struct tz_rule *out) {
    struct tz_rule r = { 0 };
    const char *p = text;
    int32_t west;
    if (!name(&p) || !duration(&p, 24, &west)) return ERR_INVALID;
    r.std_s = -west;
    if (*p != '\0') {
        r.has_dst = true;
        if (!name(&p)) return ERR_INVALID;
        r.dst_s = r.std_s + 3600;
        if (*p != ',') {
            if (!duration(&p, 24, &west)) return ERR_INVALID;
            r.dst_s = -west;
        }
        if (!change(&p, &r.to_dst) || !change(&p, &r.to_std) || *p != '\0') return ERR_INVALID;
    }
    *out = r;
    return 0;
}

/* ---- evaluation ---- */

/* The local second, counted from 1970 as if it were UTC, at which a change happens in a year. */
static int64_t change_local_s(const struct tz_rule_change *c, int64_t year) {
    int64_t new_year = tz_date_to_days(year, 1, 1), day = 0;
    switch (c->form) {
    case TZ_RULE_DAY:
        day = new_year + c->day;
        break;
    case TZ_RULE_JULIAN: /* day 60 is 1 March in every year */
        day = new_year + c->day - 1 + (c->day >= 60 && tz_date_month_days(year, 2) == 29 ? 1 : 0);
        break;
    case TZ_RULE_MONTH_WEEK_DAY: {
        int64_t first = tz_date_to_days(year, c->month, 1);
        int of_month = (c->day - tz_date_weekday(first) % 7 + 7) % 7 + (c->week - 1) * 7;
        if (of_month >= tz_date_month_days(year, c->month)) of_month -= 7; /* week 5 is the last one */
        day = first + of_month;
        break;
    }
    }
    return day * DAY_S + c->time_s;
}

/* The latest change at or before the instant decides. Where summer time ends at the very second at which the next year's
 * begins (how a permanent summer time is written), the beginning wins: hence the >=. */
int32_t tz_rule_offset(const struct tz_rule *rule, int64_t at_s) {
    if (!rule->has_dst) return rule->std_s;
    int year, month, day;
    tz_date_from_days(tz_date_floor_div(at_s + rule->std_s, DAY_S), &year, &month, &day);
    int64_t latest = INT64_MIN;
    int32_t offset = rule->std_s;
    for (int64_t y = (int64_t)year - 2; y <= (int64_t)year + 1; y++) {
        int64_t ends = change_local_s(&rule->to_std, y) - rule->dst_s;
        int64_t begins = change_local_s(&rule->to_dst, y) - rule->std_s;
        if (ends <= at_s && ends > latest) {
            latest = ends;
            offset = rule->std_s;
        }
        if (begins <= at_s && begins >= latest) {
            latest = begins;
            offset = rule->dst_s;
        }
    }
    return offset;
}
