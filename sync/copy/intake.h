/* SPDX-License-Identifier: MIT */
/* The receiving half of a peer: which of the events that come are taken, in batches for the sink, and what happens when a batch was committed or
 * was not. Tells `pump` what the other end holds, `held` what is held here, and `tell` what is to be acknowledged. Thread: one owner. */
#ifndef SITELOG_COPY_INTAKE_H
#define SITELOG_COPY_INTAKE_H

#include "sync/copy/held.h"
#include "sync/copy/pump.h"
#include "sync/copy/tell.h"

struct intake;

struct intake_options {
    const char *site, *self, *peer;
    struct copy_sink sink;
    struct held *held; /* these three are borrowed */
    struct pump *pump;
    struct tell *tell;
};

#define INTAKE_EVENT_MAX                                                                                               \
    (1024u * 1024u)                /* an event that is too big is kept raw up to here, so that its chain goes on */
#define INTAKE_WAITING_EVENTS 512u /* what waits while a batch is with the sink */
#define INTAKE_WAITING_BYTES  (4u * 1024u * 1024u)

MUST_CHECK int intake_create(const struct intake_options *options, struct intake **out);
void intake_destroy(struct intake *in);    /* not while busy */
bool intake_busy(const struct intake *in); /* a batch is with the sink */

/* An event came; bytes are copied. ERR_TOO_BIG (over INTAKE_EVENT_MAX) and ERR_INVALID: not even a key. */
MUST_CHECK int intake_take(struct intake *in, const char *bytes, size_t n, int64_t now_ms, struct err_text *e);

/* Gives what waits to the sink, when it is free. */
void intake_flush(struct intake *in, int64_t now_ms);
int64_t intake_retry_ms(const struct intake *in); /* when to flush again, because the sink refused; INT64_MAX */

/* The peer said what it holds: what it sent before is no longer taken as a sign that it has it. */
void intake_hello(struct intake *in);

/* The highest seq of our own current epoch that came and that we do not have: 0, or this journal lost data. Forgotten by intake_forget_own. */
uint64_t intake_own_beyond(const struct intake *in, enum lane lane);
void intake_forget_own(struct intake *in); /* a new own epoch: asks for what was not taken of the old one */

struct intake_counts {
    uint64_t taken, repeats, dropped, rejected, conflicts;
};
struct intake_counts intake_counts(const struct intake *in);

#endif
