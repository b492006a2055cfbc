/* SPDX-License-Identifier: MIT */
/* What has to be raised and cleared so that what stands is what was judged. Private to rules_run.c and its tests. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_RULES_DIFF_H
#define SITELOG_JOURNAL_RULES_DIFF_H

#include "app/journal/rules_run.h"

struct rules_step {
    size_t raise;     /* index of the judged alert, or SIZE_MAX: */
    char id[ID_SIZE]; /* the alert to clear */
};

struct rules_standing;

struct rules_diff {
    struct rules_step *steps;
    size_t count, room;
    struct rules_standing *standing; /* for use again */
    size_t standing_room;
};

/* Fills *out, which may be used again. Reads only. */
MUST_CHECK int rules_diff_make(struct db *db, const struct rules_site *s, const struct rules_run_options *o,
                               struct wall now, const struct rules_alerts *judged, struct rules_diff *out);

MUST_CHECK int rules_diff_write(struct journal *j, struct db *db, const char *site, const struct rules_alerts *judged,
                                const struct rules_diff *diff, int *changes, struct err_text *e);
void rules_diff_fini(struct rules_diff *d);

#endif
