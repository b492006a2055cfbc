/* SPDX-License-Identifier: MIT */
/* Downtime of link and camera: a value in `meta` while it is an outage. What they are, is not known here. */
#include "app/journal/downtime.h"

#include "app/journal/meta.h"
#include "firmware/base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t min_ms(void) {
#ifdef SITELOG_TEST
    const char *text = getenv("SITELOG_DOWNTIME_MS"); /* of whole programs, for tests */
    if (text) return strtoll(text, NULL, 10);
#endif
    return DOWNTIME_MIN_MS;
}

enum downtime_step downtime_see(struct downtime *d, bool up, enum clock_grade grade, struct outage *over) {
    struct mono now = clock_mono();
    if (!up && !d->down) *d = (struct downtime){ .down = true, .from = now };
    if (!d->down) return DOWNTIME_NOTHING;
    int64_t lasted_ms = now.ms - d->from.ms;
    if (!up) {
        if (lasted_ms < min_ms() || d->kept) return DOWNTIME_NOTHING;
        d->kept = true;
        return DOWNTIME_KEEP;
    }
    *d = (struct downtime){ .down = false };
    if (lasted_ms < min_ms()) return DOWNTIME_NOTHING;
    struct wall to = clock_wall();
    *over = (struct outage){
        .what = OUTAGE_NETWORK, .from = { to.ms - lasted_ms }, .to = to, .seconds = lasted_ms / 1000, .clock = grade
    };
    return DOWNTIME_RECORD;
}

static const char *meta_of(enum outage_what what) { return what == OUTAGE_CAMERA ? "camera_down" : "link_down"; }

int downtime_keep(struct journal *j, struct db *db, enum outage_what what, struct mono from) {
    char text[META_SIZE];
    int64_t ago_ms = clock_mono().ms - from.ms;
    (void)snprintf(text, sizeof text, "%" PRId64 " %s %" PRId64 " %" PRId64, clock_wall().ms - ago_ms,
                   clock_grade_name(journal_grade(j)), from.ms, journal_boot(j));
    return meta_set(db, meta_of(what), text);
}

int downtime_forget(struct db *db, enum outage_what what) { return meta_clear(db, meta_of(what)); }

int downtime_is_kept(struct db *db, enum outage_what what, bool *out) {
    char text[META_SIZE];
    int rc = meta_get(db, meta_of(what), text);
    if (rc == 0) *out = text[0] != '\0';
    return rc;
}

int downtime_start(struct journal *j, struct db *db, enum outage_what what, struct wall last_alive,
                   struct downtime *out, struct err_text *e) {
    char text[META_SIZE], grade[8];
    struct wall at;
    struct mono from;
    int64_t boot;
    *out = (struct downtime){ .down = false };
    int rc = meta_get(db, meta_of(what), text);
    if (rc < 0 && rc != ERR_CORRUPT) return rc;
    if (rc == ERR_CORRUPT || !text[0]) return 0;
    if (sscanf(text, "%" SCNd64 " %7s %" SCNd64 " %" SCNd64, &at.ms, grade, &from.ms, &boot) != 4)
        return downtime_forget(db, what);
    if (boot == journal_boot(j)) {
        *out = (struct downtime){ .down = true, .kept = true, .from = from };
        return 0;
    }
    struct outage o = { .what = what, .from = at };
    while (o.clock < CLOCK_NTP && strcmp(clock_grade_name(o.clock), grade) != 0) o.clock++;
    if (o.clock != CLOCK_NONE && last_alive.ms > at.ms) o.to = last_alive;
    rc = outage_append(j, db, &o, NULL, e);
    return rc < 0 ? rc : downtime_forget(db, what);
}
