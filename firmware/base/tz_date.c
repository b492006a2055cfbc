/* SPDX-License-Identifier: MIT */
/* Dates without zones: the calendar and the "YYYY-MM-DD" functions of tz.h. Knows nothing of offsets. */
#include "firmware/base/tz_date.h"

#include "firmware/base/tz.h"

#include <stdbool.h>
#include <stdio.h>

#define DAYS_PER_ERA 146097 /* 400 years */

int64_t tz_date_floor_div(int64_t x, int64_t y) {
    int64_t q = x / y;
    return x % y < 0 ? q - 1 : q;
}

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int tz_date_month_days(int64_t year, int month) {
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Years are counted from March, so that the leap day is a year's last, in eras of 400 years. */
int64_t tz_date_to_days(int64_t year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = tz_date_floor_div(y, 400);
    int64_t of_era = y - era * 400;
    int64_t from_march = (month + 9) % 12;
    int64_t of_year = (153 * from_march + 2) / 5 + day - 1;
    int64_t days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * DAYS_PER_ERA + days - 719468; /* days from 0000-03-01 to 1970-01-01 */
}

void tz_date_from_days(int64_t days, int *year, int *month, int *day) {
    int64_t z = days + 719468;
    int64_t era = tz_date_floor_div(z, DAYS_PER_ERA);
    int64_t of_era = z - era * DAYS_PER_ERA;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (int)(y + era * 400 + (*month <= 2 ? 1 : 0));
}

int tz_date_weekday(int64_t days) {
    int64_t since_monday = (days + 3) - tz_date_floor_div(days + 3, 7) * 7; /* 1970-01-01 was a Thursday */
    return (int)since_monday + 1;
}

static bool digits(const char *text, int n, int *out) {
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return true;
}

int tz_date_parse(const char *text, struct civil *out) {
    struct civil c = { 0 };
    /* Each test stops at the text's end before the next looks past it. */
    if (!digits(text, 4, &c.year) || text[4] != '-' || !digits(text + 5, 2, &c.month) || text[7] != '-' ||
        !digits(text + 8, 2, &c.day) || text[10] != '\0') {
        return ERR_INVALID;
    }
    if (c.year < 1 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > tz_date_month_days(c.year, c.month)) {
        return ERR_INVALID;
    }
    c.weekday = tz_date_weekday(tz_date_to_days(c.year, c.month, c.day));
    *out = c;
    return 0;
}

static int64_t days_of(const char *date) {
    struct civil c;
    return tz_date_parse(date, &c) == 0 ? tz_date_to_days(c.year, c.month, c.day) : 0;
}

int tz_date_days(const char *a, const char *b) { return (int)(days_of(b) - days_of(a)); }

static void put(char *at, int digit_count, unsigned n) {
    while (digit_count--) {
        at[digit_count] = (char)('0' + n % 10);
        n /= 10;
    }
}

void tz_date_format(int year, int month, int day, char *out) {
    put(out, 4, (unsigned)year);
    put(out + 5, 2, (unsigned)month);
    put(out + 8, 2, (unsigned)day);
    out[4] = out[7] = '-';
    out[10] = '\0';
}

void tz_date_add(const char *date, int days, char out[TZ_DATE_SIZE]) {
    int64_t first = tz_date_to_days(1, 1, 1), last = tz_date_to_days(9999, 12, 31);
    int64_t moved = days_of(date) + days;
    if (moved < first) moved = first;
    if (moved > last) moved = last;
    int year, month, day;
    tz_date_from_days(moved, &year, &month, &day);
    tz_date_format(year, month, day, out);
}
