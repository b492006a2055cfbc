/* SPDX-License-Identifier: MIT */
/* A route that turns its body into one event: who asks, where, and the answer. What the event is, its subject's file fills in. Thread: store's. */
#ifndef SITELOG_HTTP_POSTING_H
#define SITELOG_HTTP_POSTING_H

#include "app/http/app.h"
#include "app/http/route.h"
#include "app/journal/post.h"

/* p: filled by the subject's file, with subject_id where it is a step of one that is there. 201, 200 for a repeat, 409 with `stored` or `allowed`. */
void posting_run(struct app *app, struct exchange *x, struct db *db, struct post *p);

#endif
