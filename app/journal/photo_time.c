/* SPDX-License-Identifier: MIT */
#include "app/journal/photo_time.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define BELIEVED_FROM_MS                                                                                               \
    INT64_C(946684800000) /* 2000-01-01T00:00:00Z; cameras whose clock was never set are before it */
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

/* Whether what somebody else's clock says can be: a board that does not know the time cannot say what is to come. */
static bool can_be(struct wall said, struct wall arrived, const char *grade) {
    return said.ms >= BELIEVED_FROM_MS &&
           (strcmp(grade, no_grade) == 0 || said.ms <= arrived.ms + PHOTO_TIME_AGREES_MS);
}

static bool agree(struct wall a, struct wall b) {
    return a.ms - b.ms <= PHOTO_TIME_AGREES_MS && b.ms - a.ms <= PHOTO_TIME_AGREES_MS;
}

int photo_time_settle(struct photo *p, const struct tz *tz, const char *grade, struct wall now) {
    struct wall taken, exif, arrived;
    bool given = p->taken[0] != '\0';
    if (!p->arrived[0] || clock_parse(p->arrived, &arrived, NULL) < 0) arrived = now;
    if (given && clock_parse(p->taken, &taken, NULL) < 0) return ERR_INVALID;
    const char *good = p->clock[0] ? p->clock : grade;
    bool known = read_exif(p->exif_taken, tz, &exif) && can_be(exif, arrived, good);
    p->exif_taken[0] = '\0';
    if (known) clock_format(exif, tz_offset_s(tz, exif), p->exif_taken);
    p->taken_said[0] = '\0';
    if (given && !can_be(taken, arrived, good)) {
        memcpy(p->taken_said, p->taken, sizeof p->taken_said);
        given = false;
    }
    if (!given) taken = known ? exif : arrived;
    if (!agree(taken, arrived)) good = no_grade; /* nobody here knows how that clock was set */
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

bool photo_time_claimed(const struct photo *p, const char *at) {
    const char *when, *clock;
    struct wall shown, recorded;
    photo_time_shown(p, &when, &clock);
    if (strcmp(clock, no_grade) != 0 || strcmp(p->origin, "camera") == 0 || strcmp(p->origin, "timelapse") == 0)
        return false;
    if (p->exif_taken[0] && strcmp(when, p->exif_taken) == 0) return true;
    if (strcmp(p->origin, "recovered") == 0) return false; /* recorded long after it came in */
    return clock_parse(when, &shown, NULL) == 0 && clock_parse(at, &recorded, NULL) == 0 && !agree(shown, recorded);
}
