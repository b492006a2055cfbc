/* SPDX-License-Identifier: MIT */
/* From what kernel and RTC say to a grade. How they are asked is the driver's business (hal/linux). */
#include "hal/clock.h"

#include "hal/clock_driver.h"

#include <linux/rtc.h>
#include <pthread.h>
#include <string.h>

enum { LOOK_MS = 5000 };

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

struct wall clock_built(void) {
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
    struct wall built = { 0 };
    if (clock_parse(text, &built, NULL)) return (struct wall){ 0 };
    return (struct wall){ built.ms - 86400000 };
}

enum clock_grade clock_judge(const struct clock_facts *f) {
    if (f->synchronised) return CLOCK_NTP;
    if (f->now.ms < f->built.ms || !f->has_rtc) return CLOCK_NONE;
    if (!f->rtc.readable) return f->rtc.set_wall ? CLOCK_RTC : CLOCK_NONE;
    int64_t apart = f->now.ms - f->rtc.at.ms;
    bool agrees = apart <= CLOCK_RTC_TOLERANCE_MS && apart >= -CLOCK_RTC_TOLERANCE_MS;
    return f->rtc.at.ms >= f->built.ms && agrees ? CLOCK_RTC : CLOCK_NONE;
}

enum clock_battery clock_battery_of(unsigned vl) {
    if (vl & (RTC_VL_DATA_INVALID | RTC_VL_BACKUP_EMPTY)) return CLOCK_BATTERY_EMPTY;
    return vl & RTC_VL_BACKUP_LOW ? CLOCK_BATTERY_LOW : CLOCK_BATTERY_GOOD;
}

/* The last look at the RTC: a board writes hundreds of records in one commit, and its chip may hang on a slow bus. */
static struct {
    pthread_mutex_t mutex;
    bool looked, has_rtc;
    struct mono when;
    struct clock_rtc rtc;
} last = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static void look_at_rtc(struct clock_facts *f) {
    struct mono now = clock_mono();
    (void)pthread_mutex_lock(&last.mutex);
    if (!last.looked || now.ms < last.when.ms || now.ms - last.when.ms >= LOOK_MS) {
        last.has_rtc = clock_rtc_read(&last.rtc) == 0;
        last.when = now;
        last.looked = true;
    }
    f->has_rtc = last.has_rtc;
    f->rtc = last.rtc;
    f->rtc.at.ms += now.ms - last.when.ms; /* it went on meanwhile */
    (void)pthread_mutex_unlock(&last.mutex);
}

enum clock_grade clock_grade(void) {
    enum clock_grade told;
    if (clock_sim_grade(&told)) return told;
    struct clock_facts f = { .synchronised = clock_kernel_synchronised(), .built = clock_built() };
    if (!f.synchronised) look_at_rtc(&f);
    f.now = clock_wall();
    return clock_judge(&f);
}
