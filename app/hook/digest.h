/* SPDX-License-Identifier: MIT */
/* What an executive reads at 08:30: which three sites press most (pressing.h), and how many more there are. Choosing and the time are pure;
 * digest_read gathers. It is sent every day of the week, holidays too: a site that burns does not know them.
 * Thread: any; digest_read on the handle's. */
#ifndef SITELOG_HOOK_DIGEST_H
#define SITELOG_HOOK_DIGEST_H

#include "app/journal/pressing.h"

#define DIGEST_TOP 3

struct digest {
    char date[TZ_DATE_SIZE]; /* head office's */
    struct wall at;
    int64_t sites, red, silent_boards, alerts; /* over all sites */
    struct pressing top[DIGEST_TOP];           /* red ones only, the reddest first */
    size_t top_count;
};

/* Pure: counts and chooses; date and at are left alone. Sorts `all`. */
void digest_choose(struct pressing *all, size_t n, struct digest *out);

/* Pure: shall the digest of a date be made now? From `minute` of head office's day (in a gap of daylight saving: at its end) until noon, once a
 * date. last: the date made last, or "". *date is filled when it is true. */
bool digest_due(const struct tz *tz, int minute, struct wall now, const char *last, char date[TZ_DATE_SIZE]);

/* tz: head office's; fallback_tz: of sites without a plan. Blocks. */
MUST_CHECK int digest_read(struct db *db, const struct tz *tz, const char *fallback_tz, struct wall now,
                           struct digest *out);

/* The members of an open JSON object, as in openapi.yaml. */
void digest_put(const struct digest *d, struct json_out *w);

#endif
