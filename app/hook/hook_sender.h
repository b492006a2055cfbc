/* SPDX-License-Identifier: MIT */
/* The thread that tells webhooks what there is: it collects what the journal learned, takes bundles, posts them one at a time, and says what came
 * of it. A receiver that is away is tried again for as long as hook_box.h says, with pauses that grow; others wait for one that hangs no longer
 * than its deadline. Without hooks there is no thread.
 * A receiver that took a message and could not say so gets it again, with the same X-Sitelog-Delivery.
 * Thread: start and stop: main; wake: any; never blocks but for stop (a second). */
#ifndef SITELOG_HOOK_HOOK_SENDER_H
#define SITELOG_HOOK_HOOK_SENDER_H

#include "app/hook/hook_box.h"
#include "firmware/db/store.h"

struct hook_sender;

struct hook_sender_options {
    struct hook_list list; /* outlives the sender, as all of this does */
    struct store *writer;  /* stopped after the sender */
    const char *org, *office_url;
    const struct tz *tz;  /* head office's */
    const char *timezone; /* of sites without a plan */
    int64_t retry_max_ms, timeout_ms;
};

/* *out NULL: there are no hooks (what is stored of older ones is forgotten). Owns: caller; hook_sender_destroy. */
MUST_CHECK int hook_sender_start(const struct hook_sender_options *options, struct hook_sender **out,
                                 struct err_text *e);

/* Something was committed. Takes NULL. */
void hook_sender_wake(struct hook_sender *s);

/* Asks it to end, without waiting. Takes NULL. */
void hook_sender_stop(struct hook_sender *s);
/* Waits for its end: a second or so after that. Takes NULL. */
void hook_sender_join(struct hook_sender *s);
/* After the last wake; joins it, too. Takes NULL. */
void hook_sender_destroy(struct hook_sender *s);

/* Monotonic ms at which it last showed life. Thread: any. */
int64_t hook_sender_alive_ms(struct hook_sender *s);

#endif
