/* SPDX-License-Identifier: MIT */
/* The clock's scriptable twin: a grade that the test says. The time itself is faked in firmware/base/clock.c. */
#include "hal/clock_driver.h"

#ifdef SITELOG_TEST
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool by_name(const char *name, enum clock_grade *out) {
    for (int g = CLOCK_NONE; g <= CLOCK_NTP; g++) {
        if (strcmp(name, clock_grade_name((enum clock_grade)g)) != 0) continue;
        *out = (enum clock_grade)g;
        return true;
    }
    return false;
}

bool clock_sim_grade(enum clock_grade *out) {
    const char *told = getenv("SITELOG_CLOCK_GRADE");
    char word[8] = "";
    if (!told || !*told) return false;
    if (*told != '@') return by_name(told, out);
    FILE *file = fopen(told + 1, "re");
    if (!file) return false;
    bool read = fscanf(file, "%7s", word) == 1;
    (void)fclose(file);
    return read && by_name(word, out);
}
#else
bool clock_sim_grade(enum clock_grade *out) {
    (void)out;
    return false;
}
#endif
