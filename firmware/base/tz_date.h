/* SPDX-License-Identifier: MIT */
/* The Gregorian calendar as day numbers, for tz*.c only. Pure. Thread: any. */
#ifndef SITELOG_BASE_TZ_DATE_H
#define SITELOG_BASE_TZ_DATE_H

#include <stdint.h>

/* Days from 1970-01-01 to the given date; the calendar is taken as Gregorian for ever in both directions. */
int64_t tz_date_to_days(int64_t year, int month, int day);

/* The date that many days after 1970-01-01. */
void tz_date_from_days(int64_t days, int *year, int *month, int *day);

/* 1 = Monday … 7 = Sunday. */
int tz_date_weekday(int64_t days);

/* 28 … 31 */
int tz_date_month_days(int64_t year, int month);

/* x / y and x mod y with the quotient rounded down, y > 0. */
int64_t tz_date_floor_div(int64_t x, int64_t y);

/* "2026-11-22"; year 0 to 9999. Lists and rules make thousands of them, so it goes by hand. out: TZ_DATE_SIZE. */
void tz_date_format(int year, int month, int day, char *out);

#endif
