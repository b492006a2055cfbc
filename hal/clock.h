/* SPDX-License-Identifier: MIT */
/* How far the wall clock can be trusted. Thread: any; does not block. */
#ifndef SITELOG_HAL_CLOCK_H
#define SITELOG_HAL_CLOCK_H

enum clock_grade { CLOCK_NONE, CLOCK_RTC, CLOCK_NTP };

/* CLOCK_NTP: the kernel says synchronised (adjtimex(2), STA_UNSYNC clear). CLOCK_RTC: not synchronised, but the time is past the
 * program's build date. CLOCK_NONE: before it. SITELOG_CLOCK_GRADE=ntp|rtc|none overrides, in test builds only. */
enum clock_grade clock_grade(void);

/* "ntp" | "rtc" | "none" */
const char *clock_grade_name(enum clock_grade grade);

#endif
