/* SPDX-License-Identifier: MIT */
/* What is to be told to the other end, and when: acks collect what changed since the last one, hellos say everything. Makes the messages'
 * bytes; whether a hello is due is the peer's business. Thread: one owner. */
#ifndef SITELOG_COPY_TELL_H
#define SITELOG_COPY_TELL_H

#include "sync/copy/held.h"

#include <stdbool.h>

struct tell;

struct tell_options {
    const char *self, *peer;
    struct held *held; /* borrowed */
    const char *software, *key;
    int64_t boot;
};

MUST_CHECK int tell_create(const struct tell_options *options, struct tell **out);
void tell_destroy(struct tell *t);

/* A journal's upto belongs into the next ack: something of it was committed, or came again. */
void tell_journal(struct tell *t, size_t journal);

/* Every journal belongs into the next acks, at once, and the other end's connect is to be echoed: it said hello. */
void tell_answer(struct tell *t);

/* Event `seq` did not follow on what is held, or could not be kept: asks for a resend, at most once a second. Over when all up to the highest such
 * has come after all. */
void tell_gap(struct tell *t, size_t journal, enum lane lane, uint64_t seq);
void tell_no_gap(struct tell *t, size_t journal, enum lane lane, uint64_t upto);

void tell_set_to(struct tell *t, int64_t connect); /* the other end's connect that all messages echo */
void tell_set_pause(struct tell *t,
                    int64_t pause_ms); /* while the store is at fault: told in acks; a change is told soon */
void tell_blob(struct tell *t, const char sha256[HASH_TEXT_SIZE]);
void tell_want(struct tell *t, const char sha256[HASH_TEXT_SIZE]);
void tell_set_unconfirmed(struct tell *t, const char (*sha256)[HASH_TEXT_SIZE], size_t count);

int64_t tell_ack_ms(const struct tell *t); /* when the next ack is due; INT64_MAX */

/* The messages into *out. An ack takes off what it tells. */
MUST_CHECK int tell_ack(struct tell *t, int64_t now_ms, struct buf *out);
MUST_CHECK int tell_hello(struct tell *t, int64_t connect, int64_t now_ms, struct buf *out);

#endif
