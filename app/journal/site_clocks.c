/* SPDX-License-Identifier: MIT */
/* Reads a site's clocks when they are first asked for, and keeps them as long as the reader goes on. */
#include "app/journal/site_clocks.h"

#include "app/journal/meta.h"
#include "app/journal/setting.h"
#include "app/journal/standing.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { STEP = 16 };
#define HOUR_MS INT64_C(3600000)

static void destroy(struct site_clock *c) {
    standing_fini(&c->runs);
    if (!c->shared) tz_destroy(c->tz);
    plan_fini(&c->plan);
    free(c);
}

void site_clocks_fini(struct site_clocks *c) {
    for (size_t i = 0; i < c->count; i++) destroy(c->list[i]);
    free(c->list);
    *c = (struct site_clocks){ 0 };
}

/* How long an answer may take. */
static int read_terms(struct db *db, struct site_clock *c) {
    int64_t hours = 0;
    int rc = setting_get_int(db, c->site, SETTING_DESIGNER_HOURS, &hours);
    c->designer_ms = hours * HOUR_MS;
    if (rc == 0) rc = setting_get_int(db, c->site, SETTING_CUSTOMER_HOURS, &hours);
    c->customer_ms = hours * HOUR_MS;
    return rc;
}

/* A zone is a file: of sites that have the same one it is read for the first. own: the journal's. */
static int take_zone(const struct site_clocks *all, const char *own, struct site_clock *c) {
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->list[i]->plan.timezone, c->plan.timezone) != 0) continue;
        c->tz = all->list[i]->tz;
        c->shared = true;
        return 0;
    }
    int rc = tz_create(c->plan.timezone, &c->tz, NULL);
    return rc == ERR_NOT_FOUND || rc == ERR_CORRUPT || rc == ERR_INVALID ? tz_create(own, &c->tz, NULL) : rc;
}

static int load(const struct site_clocks *all, struct db *db, struct site_clock *c) {
    char own[META_SIZE];
    int rc = meta_get(db, "timezone", own);
    if (rc == ERR_CORRUPT || (rc == 0 && !own[0])) rc = text_copy(own, sizeof own, "UTC");
    if (rc == 0) rc = plan_read(db, c->site, own, &c->plan);
    if (rc == 0) rc = take_zone(all, own, c);
    if (rc == 0) rc = standing_read(db, c->site, &c->plan.cutoffs, c->tz, &c->runs);
    return rc == 0 ? read_terms(db, c) : rc;
}

static int grow(struct site_clocks *c) {
    if (c->count % STEP) return 0;
    struct site_clock **more = realloc(c->list, (c->count + STEP) * sizeof(struct site_clock *));
    if (!more) return ERR_NOMEM;
    c->list = more;
    return 0;
}

int site_clocks_find(struct site_clocks *c, struct db *db, const char *site, const struct site_clock **out) {
    for (size_t i = c->count; i > 0; i--) { /* the one before is often the same */
        if (strcmp(c->list[i - 1]->site, site) != 0) continue;
        *out = c->list[i - 1];
        return 0;
    }
    int rc = grow(c);
    struct site_clock *clock = rc == 0 ? calloc(1, sizeof *clock) : NULL;
    if (!clock) return ERR_NOMEM;
    text_clip(clock->site, sizeof clock->site, site);
    rc = load(c, db, clock);
    if (rc < 0) {
        destroy(clock);
        return rc;
    }
    c->list[c->count++] = clock;
    *out = clock;
    return 0;
}
