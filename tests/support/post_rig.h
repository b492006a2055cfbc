/* SPDX-License-Identifier: MIT */
/* Posts to a journal of a test, and what they answer. Failures of the journal end the test (cmocka). */
#ifndef SITELOG_TEST_POST_RIG_H
#define SITELOG_TEST_POST_RIG_H

#include "app/journal/post.h"
#include "tests/support/journal_pair.h"

struct post_rig {
    struct test_journal t;
    struct test_journal hub; /* after post_rig_hub */
    struct buf answer;
    struct err_text e;
    struct appended out;
    char allowed[LIFE_ALLOWED_SIZE];
    unsigned bodies; /* that post_rig_body made */
};

/* Board b-01 at 2026-11-22T16:10+08:00, a Sunday. */
int post_rig_setup(void **state);                         /* *state: a struct post_rig */
int post_rig_setup_at(void **state, const char *rfc3339); /* the same at another time */
int post_rig_teardown(void **state);
void post_rig_hub(struct post_rig *f); /* opens it */

/* The n-th id of a test. */
const char *post_rig_id(unsigned n);

/* {"id":"01990000-0000-7000-8000-00000000000n",…rest}, n counting from 1. The next call uses its memory again. */
const char *post_rig_body(struct post_rig *f, const char *rest);

typedef void (*post_rig_fill)(struct post *p);

/* Posts in a transaction of its own, which is rolled back on an error. In format ' stands for ", and the member "id" of number n is put before the
 * rest, which is without braces. subject NULL: a new one. */
int post_rig_send(struct post_rig *f, post_rig_fill fill, const char *subject, void *ctx, unsigned n,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Plan-set with these members (' for "). */
void post_rig_plan(struct post_rig *f, const char *members);

/* Parts that the last answer holds (' for "). */
void post_rig_has(struct post_rig *f, const char *part);

/* The text of another's answer, with ' for ". */
void post_rig_holds(const struct buf *text, const char *part);

#endif
