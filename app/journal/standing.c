/* SPDX-License-Identifier: MIT */
/* Puts a standstill together. */
#include "app/journal/standing.h"

#include "app/journal/delay.h"
#include "app/journal/hold.h"

#include <stdlib.h>

void standing_fini(struct standstill *s) {
    free(s->granted);
    free(s->held);
    free(s->idle);
    *s = (struct standstill){ 0 };
}

int standing_read(struct db *db, const char *site, const struct plan_cutoffs *cutoffs, const struct tz *tz,
                  struct standstill *out) {
    struct standstill s = { .cutoffs = cutoffs, .tz = tz };
    int rc = delay_granted(db, site, &s.granted, &s.granted_count);
    if (rc == 0) rc = delay_idle(db, site, &s.idle, &s.idle_count);
    if (rc == 0) rc = hold_periods(db, site, &s.held, &s.held_count);
    if (rc < 0)
        standing_fini(&s);
    else
        *out = s;
    return rc;
}
