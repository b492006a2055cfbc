/* SPDX-License-Identifier: MIT */
/* What most POSTs do, in one write transaction: a body of a shape becomes one event of a subject, once. The client made the id, so a repeat is
 * found and answered as what it is; free text is masked; what the subject's file has to say about it is asked in between.
 * Thread: the store's, inside a write transaction. */
#ifndef SITELOG_JOURNAL_POST_H
#define SITELOG_JOURNAL_POST_H

#include "app/journal/journal.h"
#include "app/journal/life.h"
#include "app/journal/shape.h"

struct post {
    const char *site;
    const char *actor;      /* "user/u-03" */
    const char *type;       /* of the event */
    const char *subject_id; /* NULL: a new subject, whose id is the body's */
    const char *inreplyto;  /* or NULL */
    const struct shape *shape;

    /* Whether it may be, now: asked when the id is new. data: the body. Members that the server makes go into *made, after the body's. NULL: it may.
     * Errors as of the POST; with ERR_CONFLICT of a transition it fills p->allowed. */
    int (*judge)(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                 struct err_text *e);
    /* What is answered: the subject as it is then. NULL: nothing. names: people's names are shown. */
    int (*print)(struct db *db, const char *site, const char *id, bool names, struct buf *out);
    void *ctx; /* for judge */

    char id[ID_SIZE];                /* out: the body's */
    char allowed[LIFE_ALLOWED_SIZE]; /* out: with ERR_CONFLICT, a JSON array of what is possible, or "" */
    bool other; /* out: with ERR_CONFLICT, the id is that of another record of this type and subject */
};

/* 0; ERR_EXISTS: the same was posted before; ERR_CONFLICT: the id is taken by another record (*answer: what print says of its subject, where it is
 * of this type), or judge said so; ERR_INVALID with e->field; what judge and journal_append return. *out: the event. */
MUST_CHECK int post_event(struct journal *j, struct db *db, struct post *p, const char *body, size_t n,
                          struct appended *out, struct buf *answer, struct err_text *e);

#endif
