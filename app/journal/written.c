/* SPDX-License-Identifier: MIT */
/* A value in `meta`. Who counts is not known here. */
#include "app/journal/written.h"

#include "app/journal/meta.h"
#include "firmware/base/text.h"

#include <stdio.h>

int written_read(struct db *db, int64_t *out) {
    char text[META_SIZE];
    int64_t n = 0;
    int rc = meta_get(db, "written", text);
    if (rc < 0 && rc != ERR_CORRUPT) return rc;
    *out = rc == 0 && text[0] && text_int(text, 0, INT64_MAX / 2, &n) == 0 ? n : 0;
    return 0;
}

int written_keep(struct db *db, int64_t sum, bool anyway) {
    char text[META_SIZE];
    int64_t kept = 0;
    int rc = written_read(db, &kept);
    if (rc < 0 || sum <= kept || (!anyway && sum - kept < WRITTEN_STEP)) return rc;
    (void)snprintf(text, sizeof text, "%lld", (long long)sum);
    return meta_set(db, "written", text);
}
