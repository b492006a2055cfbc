/* SPDX-License-Identifier: MIT */
/* How much of what was written here has arrived: cumulative over all own epochs. At a board the other end is the hub; at the hub, all boards
 * that are known of a site. Reads only. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_COUNTS_H
#define SITELOG_JOURNAL_COUNTS_H

#include "firmware/db/db.h"
#include "sync/wire/envelope.h"

struct lane_counts {
    uint64_t saved, sent, received;
}; /* saved >= sent >= received */

struct counts {
    struct lane_counts lane[LANE_COUNT];
    uint64_t rejected;  /* own events that the other end refused */
    uint64_t refused;   /* others' events that this journal refused */
    uint64_t conflicts; /* events kept aside because another one has their key */
};

MUST_CHECK int counts_read(struct db *db, const char *site /* NULL: all */, struct counts *out);

/* Puts `"alert":{"saved":n,"sent":n,"received":n},"record":{…},"photo":{…}` as the object `lanes` of an open JSON object. */
struct json_out;
void counts_put(const struct counts *c, struct json_out *w);

#endif
