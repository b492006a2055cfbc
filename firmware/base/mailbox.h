/* SPDX-License-Identifier: MIT */
/* A queue of calls that one thread makes for others: the only thing threads share.
 * The owner is woken by `wake` (uv_async_send), called with no lock held. */
#ifndef SITELOG_BASE_MAILBOX_H
#define SITELOG_BASE_MAILBOX_H

#include "firmware/base/err.h"

#include <stddef.h>

struct mailbox;
typedef void (*mail_fn)(void *arg);
typedef void (*mailbox_wake_fn)(void *ctx);

/* max: calls that may wait. wake may be NULL (the owner looks by itself). Owns: caller; mailbox_destroy. ERR_NOMEM. */
MUST_CHECK int mailbox_create(size_t max, mailbox_wake_fn wake, void *wake_ctx, struct mailbox **out);

/* Frees it; calls that still wait are dropped, their args are not freed (drain it first with mailbox_run). */
void mailbox_destroy(struct mailbox *m);

/* Thread: any; does not block. ERR_BUSY when `max` wait already, ERR_NOMEM. */
MUST_CHECK int mailbox_post(struct mailbox *m, mail_fn fn, void *arg);

/* Makes the calls that waited when it was called, in order; returns how many. Thread: owner. */
size_t mailbox_run(struct mailbox *m);

#endif
