/* SPDX-License-Identifier: MIT */
#include "app/journal/photo_time.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define BELIEVED_FROM_MS                                                                                               \
    INT64_C(946684800000)               /* 2000-01-01T00:00:00Z; cameras whose clock was never set are before it */
#define AHEAD_MS   (INT64_C(5) * 60000) /* a phone's clock and a board's do not agree to the second */
#define FRESH_MS   (INT64_C(60) * 60000)
#define EARLIER_MS (INT64_C(10) * 60000)

static const char *const no_grade = "none";

/* The instant of a time in the site's own words: "2026-11-22T16:04:05.123". */
static int read_local(const char *text, const struct tz *tz, struct wall *out) {
    char as_utc[CLOCK_TEXT_SIZE + 1];
    struct tz *utc = NULL;
    struct wall at;
    (void)snprintf(as_utc, sizeof as_utc, "%sZ", text);
    int rc = clock_parse(as_utc, &at, NULL);
    if (rc == 0) rc = tz_create("UTC", &utc, NULL);
    if (rc < 0) return rc;
    struct civil local = tz_civil(utc, at);
    tz_destroy(utc);
    rc = tz_instant(tz, &local, out);
    if (rc == 0) out->ms += at.ms % 1000;
    return rc;
}

static bool read_exif(const char *text, const struct tz *tz, struct wall *out) {
    return text[0] && (clock_parse(text, out, NULL) == 0 || read_local(text, tz, out) == 0);
}

int photo_time_settle(struct photo *p, const struct tz *tz, const char *grade, struct wall now) {
    struct wall taken, exif, arrived;
    bool given = p->taken[0] != '\0';
    if (!p->arrived[0] || clock_parse(p->arrived, &arrived, NULL) < 0) arrived = now;
    if (given && clock_parse(p->taken, &taken, NULL) < 0) return ERR_INVALID;
    const char *good = p->clock[0] ? p->clock : grade;
    bool known = read_exif(p->exif_taken, tz, &exif) && exif.ms >= BELIEVED_FROM_MS;
    if (known && strcmp(good, no_grade) != 0) known = exif.ms <= arrived.ms + AHEAD_MS;
    p->exif_taken[0] = '\0';
    if (known) clock_format(exif, tz_offset_s(tz, exif), p->exif_taken);
    if (!given) taken = known ? exif : arrived;
    if (!given && known && arrived.ms - exif.ms > FRESH_MS) good = no_grade;
    char settled[sizeof p->clock];
    text_clip(settled, sizeof settled, good); /* may be p->clock itself */
    memcpy(p->clock, settled, sizeof settled);
    clock_format(taken, tz_offset_s(tz, taken), p->taken);
    return 0;
}

void photo_time_shown(const struct photo *p, const char **when, const char **clock) {
    struct wall taken, exif;
    bool earlier = p->exif_taken[0] && clock_parse(p->exif_taken, &exif, NULL) == 0 &&
                   clock_parse(p->taken, &taken, NULL) == 0 && taken.ms - exif.ms > EARLIER_MS;
    *when = earlier ? p->exif_taken : p->taken;
    *clock = earlier ? no_grade : p->clock;
}
