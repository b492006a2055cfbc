/* SPDX-License-Identifier: MIT */
/* The sending half of a peer: what the other end was sent and has received of every chain, and which event goes next. Knows nothing of hello
 * and ack messages. Chains are named by their index in `held` and their lane. Thread: one owner. */
#ifndef SITELOG_COPY_PUMP_H
#define SITELOG_COPY_PUMP_H

#include "sync/copy/held.h"

#include <stdbool.h>

struct pump;

struct pump_options {
    const char *site, *self, *peer;
    struct copy_source source;
    struct held *held; /* borrowed */
    size_t max_in_flight;
    bool confirm_broker; /* own chains only, and a PUBACK is a receipt */
};

struct pump_out {
    size_t journal;
    enum lane lane;
    uint64_t seq;
    const char *type; /* type and bytes are lent until the next call */
    const char *bytes;
    size_t n;
    uint64_t token; /* not 0 */
};

/* Loads the marks that were saved for the peer. */
MUST_CHECK int pump_create(const struct pump_options *options, struct pump **out);
void pump_destroy(struct pump *p);

/* The next event, by lane, within `window` unacknowledged ones a lane; `allowed` says which lanes may be sent.
 * 1 and *out, 0: nothing now, or a source error when nothing else could be sent (each is met once; later calls go on without that chain). */
MUST_CHECK int pump_next(struct pump *p, const bool allowed[LANE_COUNT], uint64_t window, int64_t now_ms,
                         struct pump_out *out);

void pump_puback(struct pump *p, uint64_t token);

/* The connection broke: nothing is in flight any more, and every chain goes back to what was received. */
void pump_break(struct pump *p);

/* A head is lower than it was (held_cuts): marks come down to it, and everything in flight is forgotten. */
void pump_cut(struct pump *p, int64_t now_ms);

/* Every chain goes back to what was received. */
void pump_rewind(struct pump *p);

/* What the other end says that it holds of a chain. Never taken for more than we hold. Raises only. */
void pump_received(struct pump *p, size_t journal, enum lane lane, uint64_t upto, int64_t now_ms);

/* The same from a hello, which may lower: between begin and end everything that it holds is said; what is not said it does not hold.
 * The end goes back as pump_rewind does. */
void pump_hello_begin(struct pump *p);
void pump_hello_says(struct pump *p, size_t journal, enum lane lane, uint64_t upto);
void pump_hello_end(struct pump *p, int64_t now_ms);

/* How many hellos said less than was received before: the other end lost data. */
uint64_t pump_losses(const struct pump *p);

/* True when something has been unacknowledged for 30 s without progress. Such a chain is probed with one message at a time until it moves,
 * so that it does not fill the window of those after it. */
bool pump_stalled(struct pump *p, int64_t now_ms);
int64_t pump_stall_ms(const struct pump *p); /* when to ask that again; INT64_MAX */
int64_t pump_retry_ms(const struct pump *p); /* when a source error's pause ends; INT64_MAX */

/* Hands changed marks to the source. The marks stay changed when it refuses. */
MUST_CHECK int pump_save(struct pump *p);
bool pump_unsaved(const struct pump *p);

#endif
