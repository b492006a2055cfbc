/* SPDX-License-Identifier: MIT */
/* Asks the kernel whether the clock is synchronised. Does not talk to any time daemon: all of them tell the kernel. */
#include "hal/clock.h"

#include "firmware/base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

/* The day this file was compiled (SOURCE_DATE_EPOCH is honoured), less one day for the builder's time zone. */
static int64_t build_ms(void) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *date = __DATE__; /* "Nov  2 2026" */
    int month = 1, day = (date[4] == ' ' ? 0 : date[4] - '0') * 10 + (date[5] - '0');
    while (month < 12 && strncmp(months + (size_t)(month - 1) * 3, date, 3) != 0) month++;
    char text[CLOCK_TEXT_SIZE] = "YYYY-MM-DDT00:00:00Z";
    memcpy(text, date + 7, 4);
    text[5] = (char)('0' + month / 10);
    text[6] = (char)('0' + month % 10);
    text[8] = (char)('0' + day / 10);
    text[9] = (char)('0' + day % 10);
    struct wall built;
    return clock_parse(text, &built, NULL) ? 0 : built.ms - 86400000;
}

enum clock_grade clock_grade(void) {
#ifdef SITELOG_TEST
    const char *told = getenv("SITELOG_CLOCK_GRADE");
    for (int g = CLOCK_NONE; told && g <= CLOCK_NTP; g++) {
        if (strcmp(told, clock_grade_name((enum clock_grade)g)) == 0) return (enum clock_grade)g;
    }
#endif
    struct timex t = { .modes = 0 };
    if (adjtimex(&t) >= 0 && !((unsigned)t.status & STA_UNSYNC)) return CLOCK_NTP;
    return clock_wall().ms >= build_ms() ? CLOCK_RTC : CLOCK_NONE;
}

const char *clock_grade_name(enum clock_grade grade) {
    switch (grade) {
    case CLOCK_NTP:
        return "ntp";
    case CLOCK_RTC:
        return "rtc";
    case CLOCK_NONE:
        break;
    }
    return "none";
}
