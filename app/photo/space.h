/* SPDX-License-Identifier: MIT */
/* What a board gives up when space runs short, and in which order: first the time-lapse, then copies of what head office has (time-lapse frames,
 * then originals, oldest first), then new photos. Records go on (ballast.h). Nothing that head office has not received is ever dropped.
 *
 *   level          free, of the whole           what happens
 *   low            below 20 %                   it is said
 *   no_timelapse   below 15 %                   no more time-lapse frames
 *   dropping       below 10 %                   received originals are dropped until 12 % are free
 *   full           below [store] reserve_percent (5 %)   new photos are refused
 *
 * The time-lapse has a quota of its own beside: above it received frames are dropped, oldest first, and where all are unreceived no more are taken.
 *
 * Where the reserve is set higher, the others keep 5, 10 and 15 % above it. Getting better counts 1 % above a threshold only (dropping: 2 %), so that
 * nothing flutters; `full` is exact. */
#ifndef SITELOG_PHOTO_SPACE_H
#define SITELOG_PHOTO_SPACE_H

#include "app/journal/journal.h"
#include "app/photo/photo_store.h"
#include "firmware/db/store.h"

enum space_level { SPACE_OK, SPACE_LOW, SPACE_NO_TIMELAPSE, SPACE_DROPPING, SPACE_FULL };

const char *space_level_name(enum space_level level); /* "ok" "low" "no_timelapse" "dropping" "full" */

/* Pure: the level after `before`, with so much free of so much. */
enum space_level space_level_next(enum space_level before, int64_t free_bytes, int64_t total_bytes,
                                  int64_t reserve_percent);

struct space;
struct space_options {
    struct photo_store *photos; /* borrowed, as the next three */
    struct store *writer;
    struct journal *journal; /* touched on the writer's thread only */
    struct db *reader;       /* of journal.db, used on the writer's thread only; owned from here on, also on error */
    int64_t reserve_percent; /* 0: 5 */
    int64_t timelapse_quota; /* bytes of time-lapse originals; 0: none */
};

/* Owns: caller; space_destroy after the writer's end (takes NULL). */
MUST_CHECK int space_create(const struct space_options *options, struct space **out);
void space_destroy(struct space *s);

/* The level as last measured. Thread: any; does not block. s NULL: SPACE_OK. */
enum space_level space_level(const struct space *s);

/* Is there room for one more time-lapse frame? Thread: any; does not block. s NULL: yes. */
bool space_for_timelapse(const struct space *s);

/* Measures. Thread: any; statvfs may block shortly. */
MUST_CHECK int space_look(struct space *s, struct disk_room *out);

/* Measures, and where it has come to that drops what may be dropped, a few photos a job so that others' jobs come in between; then tells it in
 * `photos-dropped` events. Ends what a power cut interrupted. Logs what it does. ERR_GONE: the store, or this, is stopping; ERR_NO_SPACE, ERR_IO …
 * Thread: pool; blocks, one call at a time. */
MUST_CHECK int space_tend(struct space *s);

/* A space_tend under way ends soon, and the next ones do nothing. Thread: any. */
void space_stop(struct space *s);

#endif
