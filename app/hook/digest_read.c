/* SPDX-License-Identifier: MIT */
/* A digest of all sites as they are now. */
#include "app/hook/digest.h"

#include "firmware/base/cleanup.h"

#include <string.h>

int digest_read(struct db *db, const struct tz *tz, const char *fallback_tz, struct wall now, struct digest *out) {
    CLEANUP(free_ptr) struct pressing *all = NULL;
    struct digest d = { .at = now };
    struct pressing_scope c;
    size_t n = 0;
    pressing_scope_init(&c, tz, fallback_tz, now);
    int rc = pressing_read_all(db, &c, &all, &n);
    if (rc < 0) return rc;
    memcpy(d.date, c.date, sizeof d.date);
    digest_choose(all, n, &d);
    *out = d;
    return 0;
}
