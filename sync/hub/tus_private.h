/* SPDX-License-Identifier: MIT */
/* Between tus.c (the receiver and its exchanges) and tus_method.c (what each method does). */
#ifndef SITELOG_HUB_TUS_PRIVATE_H
#define SITELOG_HUB_TUS_PRIVATE_H

#include "sync/hub/tus.h"
#include "sync/hub/tus_digest.h"
#include "sync/hub/tus_table.h"

#include <stdatomic.h>

struct tus {
    struct tus_options options;
    struct tus_table *table;
    atomic_uint_fast64_t created, finished, mismatched, refused, bytes;
};

struct tus_exchange {
    struct tus *tus;
    struct tus_upload upload;
    struct tus_hold hold;
    struct tus_file *file;     /* open while a body is being received */
    struct tus_digest *digest; /* of a promised checksum, or NULL */
    int64_t start, at;         /* bytes: where this body began, and where it is now */
    bool creating;             /* POST: the answer is 201 */
    bool head;                 /* no body in the answer */
    struct tus_reply reply;    /* status 0: not known yet */
};

void tus_reply_add(struct tus_reply *reply, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/* Makes the answer: status and a line for a person, beside the headers that every answer has. */
void tus_answer(struct tus_exchange *x, int status, const char *format, ...) PRINTF_LIKE(3, 4);
/* The answer to an error of the store. */
void tus_answer_error(struct tus_exchange *x, int err);

/* All bytes are there, and the upload is held: checks and takes it in. 0, ERR_CORRUPT, or another error (it stays as it was). */
MUST_CHECK int tus_finish(struct tus_exchange *x);

/* x->upload is stored: 204 or 201 with the whole offset, and a confirmation. */
void tus_answer_stored(struct tus_exchange *x);

void tus_method_options(struct tus_exchange *x);
void tus_method_create(struct tus_exchange *x, const struct tus_request *r);
void tus_method_head(struct tus_exchange *x, const struct tus_request *r, const char *id);
void tus_method_patch(struct tus_exchange *x, const struct tus_request *r, const char *id);
void tus_method_delete(struct tus_exchange *x, const struct tus_request *r, const char *id);

#endif
