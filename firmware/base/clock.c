/* SPDX-License-Identifier: MIT */
/* Wall and monotonic time, real or faked, and RFC 3339 text. Does not know time zones (tz.h) nor how far the clock can be
 * trusted (hal/clock.h). */
#include "firmware/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef SITELOG_TEST
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#endif

#define DAY_S       86400
#define WALL_MIN_MS INT64_C(-62167219200000) /* 0000-01-01T00:00:00Z */
#define WALL_MAX_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

static atomic_bool wall_faked;
static atomic_bool mono_faked;
static _Atomic int64_t fake_wall_ms;
static _Atomic int64_t fake_mono_ms;

static int64_t read_ms(clockid_t id) {
    struct timespec ts = { 0 };
    (void)clock_gettime(id, &ts); /* cannot fail for these clocks */
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

#ifdef SITELOG_TEST
enum { RUN_SET, RUN_PASSED, RUN_COUNT }; /* milliseconds, see clock.h */
static struct {
    bool on;
    int64_t wall_ms;
    int64_t mono_ms;
    double factor;
    const _Atomic int64_t *moved; /* of a file that the test writes: RUN_SET, RUN_PASSED; NULL: none */
} run;
static pthread_once_t run_once = PTHREAD_ONCE_INIT;

static void run_refuse(const char *setting) {
    (void)fprintf(stderr, "SITELOG_CLOCK=%s: expected <RFC 3339>[,<factor>] or @<file of 16 bytes>\n", setting);
    _exit(2);
}

static void run_map(const char *setting) {
    int fd = open(setting + 1, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *at = fd >= 0 && fstat(fd, &st) == 0 && st.st_size == RUN_COUNT * (off_t)sizeof(int64_t)
                   ? mmap(NULL, RUN_COUNT * sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0)
                   : MAP_FAILED;
    if (at == MAP_FAILED) run_refuse(setting);
    (void)close(fd);
    run.moved = at;
    run.on = true;
}

/* SITELOG_CLOCK, see clock.h. A test with a clock it did not ask for would mislead: a bad value ends the program. */
static void run_init(void) {
    const char *setting = getenv("SITELOG_CLOCK");
    if (!setting || !*setting) return;
    if (*setting == '@') {
        run_map(setting);
        return;
    }
    char text[64];
    char *end = NULL;
    struct wall at;
    double factor = 1;
    (void)snprintf(text, sizeof text, "%s", setting);
    char *comma = strchr(text, ',');
    if (comma) {
        *comma = '\0';
        factor = strtod(comma + 1, &end);
    }
    if ((comma && (end == comma + 1 || *end)) || !(factor >= 0 && factor <= 1e9) || clock_parse(text, &at, NULL) != 0)
        run_refuse(setting);
    run.wall_ms = at.ms;
    run.mono_ms = read_ms(CLOCK_BOOTTIME);
    run.factor = factor;
    run.on = true;
}

static bool run_offset_ms(int64_t real_ms, int64_t *out) {
    (void)pthread_once(&run_once, run_init);
    if (!run.on) return false;
    *out = run.moved ? real_ms + atomic_load(&run.moved[RUN_SET]) : run.wall_ms - run.mono_ms;
    return true;
}

static bool run_wall_ms(int64_t *out) {
    (void)pthread_once(&run_once, run_init);
    if (!run.on) return false;
    if (run.moved) {
        *out = read_ms(CLOCK_REALTIME) + atomic_load(&run.moved[RUN_SET]) + atomic_load(&run.moved[RUN_PASSED]);
        return true;
    }
    *out = run.wall_ms + (int64_t)((double)(read_ms(CLOCK_BOOTTIME) - run.mono_ms) * run.factor);
    return true;
}

static int64_t run_passed_ms(void) {
    (void)pthread_once(&run_once, run_init);
    return run.moved ? atomic_load(&run.moved[RUN_PASSED]) : 0;
}
#else
static bool run_offset_ms(int64_t real_ms, int64_t *out) {
    (void)real_ms;
    (void)out;
    return false;
}

static bool run_wall_ms(int64_t *out) {
    (void)out;
    return false;
}

static int64_t run_passed_ms(void) { return 0; }
#endif

struct wall clock_wall(void) {
    if (atomic_load(&wall_faked)) return (struct wall){ atomic_load(&fake_wall_ms) };
    int64_t ms = 0;
    if (run_wall_ms(&ms)) return (struct wall){ ms };
    return (struct wall){ read_ms(CLOCK_REALTIME) };
}

struct mono clock_mono(void) {
    if (atomic_load(&mono_faked)) return (struct mono){ atomic_load(&fake_mono_ms) };
    return (struct mono){ read_ms(CLOCK_BOOTTIME) + run_passed_ms() };
}

/* The pair that was read fastest counts, of a few. */
static int64_t real_offset_ms(void) {
    enum { TRIES = 8, FAST_MS = 2 };
    int64_t offset_ms = 0, best_ms = INT64_MAX;
    for (int i = 0; i < TRIES && best_ms > FAST_MS; i++) {
        int64_t before_ms = read_ms(CLOCK_BOOTTIME), wall_ms = read_ms(CLOCK_REALTIME);
        int64_t took_ms = read_ms(CLOCK_BOOTTIME) - before_ms;
        if (took_ms >= best_ms) continue;
        best_ms = took_ms;
        offset_ms = wall_ms - before_ms;
    }
    return offset_ms;
}

int64_t clock_offset_ms(void) {
    if (atomic_load(&wall_faked) || atomic_load(&mono_faked)) return clock_wall().ms - clock_mono().ms;
    int64_t real_ms = real_offset_ms(), ms = 0;
    return run_offset_ms(real_ms, &ms) ? ms : real_ms;
}

void clock_fake_wall(struct wall at) {
    atomic_store(&fake_wall_ms, at.ms);
    atomic_store(&wall_faked, true);
}

void clock_fake_mono(struct mono at) {
    atomic_store(&fake_mono_ms, at.ms);
    atomic_store(&mono_faked, true);
}

/* A clock that was still real is faked from here on. */
void clock_fake_advance_ms(int64_t ms) {
    clock_fake_wall((struct wall){ clock_wall().ms + ms });
    clock_fake_mono((struct mono){ clock_mono().ms + ms });
}

void clock_fake_off(void) {
    atomic_store(&wall_faked, false);
    atomic_store(&mono_faked, false);
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, counted in years that begin in March, so that the
 * leap day comes last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    if (month <= 2) {
        year--;
        month += 12;
    }
    int64_t leaps = year >= 0 ? year / 4 - year / 100 + year / 400 : -1; /* only year -1 can be below 0 here */
    return year * 365 + leaps + (153 * (month - 3) + 2) / 5 + day - 1 - 719468;
}

static int month_length(int year, int month) {
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : lengths[month - 1];
}

static void date_of(int64_t days, int *year, int *month, int *day) {
    int y = (int)(days * 400 / 146097) + 1970;
    while (days_of(y, 1, 1) > days) y--;
    while (days_of(y + 1, 1, 1) <= days) y++;
    int64_t rest = days - days_of(y, 1, 1);
    int m = 1;
    while (rest >= month_length(y, m)) rest -= month_length(y, m++);
    *year = y;
    *month = m;
    *day = (int)rest + 1;
}

void clock_format(struct wall at, int32_t offset_s, char out[CLOCK_TEXT_SIZE]) {
    int32_t minutes = offset_s / 60;
    if (minutes < -1439 || minutes > 1439) minutes = 0;
    int64_t ms = at.ms;
    if (ms < WALL_MIN_MS) ms = WALL_MIN_MS;
    if (ms > WALL_MAX_MS) ms = WALL_MAX_MS;
    ms += (int64_t)minutes * 60000;
    if (ms < WALL_MIN_MS || ms > WALL_MAX_MS) {
        ms -= (int64_t)minutes * 60000;
        minutes = 0;
    }
    int64_t since_year_0 = ms - WALL_MIN_MS; /* not negative: plain division rounds down */
    int64_t day_ms = since_year_0 % (DAY_S * INT64_C(1000));
    int year = 0;
    int month = 0;
    int day = 0;
    date_of(since_year_0 / (DAY_S * INT64_C(1000)) + WALL_MIN_MS / (DAY_S * INT64_C(1000)), &year, &month, &day);
    int second = (int)(day_ms / 1000);
    char zone[16] = "Z";
    if (minutes != 0) {
        unsigned size = (unsigned)abs(minutes);
        (void)snprintf(zone, sizeof zone, "%c%02u:%02u", minutes < 0 ? '-' : '+', size / 60, size % 60);
    }
    char text[96];
    (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%.6s", year, month, day, second / 3600,
                   second / 60 % 60, second % 60, (int)(day_ms % 1000), zone);
    memcpy(out, text, CLOCK_TEXT_SIZE - 1);
    out[CLOCK_TEXT_SIZE - 1] = '\0';
}

/* Exactly `digits` digits, then `after` (0: nothing is looked at). */
static bool take(const char **text, int digits, char after, int *out) {
    int value = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9') return false;
        value = value * 10 + (**text - '0');
    }
    *out = value;
    if (after == '\0') return true;
    return *(*text)++ == after;
}

static bool take_fraction(const char **text, int *ms) {
    *ms = 0;
    if (**text != '.') return true;
    const char *p = *text + 1;
    for (int scale = 100; *p >= '0' && *p <= '9'; p++, scale /= 10) *ms += (*p - '0') * scale;
    if (p == *text + 1) return false;
    *text = p;
    return true;
}

static bool take_offset(const char **text, int *minutes) {
    char sign = *(*text)++;
    *minutes = 0;
    if (sign == 'Z' || sign == 'z') return true;
    int h = 0;
    int m = 0;
    if ((sign != '+' && sign != '-') || !take(text, 2, ':', &h) || !take(text, 2, '\0', &m) || h > 23 || m > 59)
        return false;
    *minutes = (sign == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

int clock_parse(const char *text, struct wall *out, int32_t *offset_s) {
    const char *p = text;
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int ms = 0;
    int zone = 0;
    if (!take(&p, 4, '-', &year) || !take(&p, 2, '-', &month) || !take(&p, 2, '\0', &day)) return ERR_INVALID;
    if (*p != 'T' && *p != 't') return ERR_INVALID;
    p++;
    if (!take(&p, 2, ':', &hour) || !take(&p, 2, ':', &minute) || !take(&p, 2, '\0', &second)) return ERR_INVALID;
    if (!take_fraction(&p, &ms) || !take_offset(&p, &zone) || *p) return ERR_INVALID;
    if (month < 1 || month > 12 || day < 1 || day > month_length(year, month) || hour > 23 || minute > 59)
        return ERR_INVALID;
    /* A leap second is the last of a UTC day; it reads as the first of the next, as the kernel counts it. */
    bool leap = second == 60 && ((hour * 60 + minute - zone) % 1440 + 1440) % 1440 == 1439;
    if (second > 59 && !leap) return ERR_INVALID;
    int64_t s = days_of(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second - (int64_t)zone * 60;
    out->ms = s * 1000 + ms;
    if (offset_s) *offset_s = zone * 60;
    return 0;
}

int clock_boot_id(char out[37]) {
    char text[37] = "";
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return ERR_IO;
    ssize_t n = read(fd, text, 36);
    (void)close(fd);
    if (n != 36) return ERR_IO;
    memcpy(out, text, 37);
    return 0;
}
