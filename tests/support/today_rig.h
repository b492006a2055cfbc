/* SPDX-License-Identifier: MIT */
/* A board's journal that its home screen is asked about, from Monday 2026-11-16 08:00 at the site on. A failure here ends the test. Thread: test thread. */
#ifndef SITELOG_TESTS_TODAY_RIG_H
#define SITELOG_TESTS_TODAY_RIG_H

#include "firmware/base/buf.h"
#include "tests/support/journal_pair.h"

struct today_rig {
    struct test_journal t;
    struct buf out; /* the newest answer */
    unsigned logs;
};

/* *state: a struct today_rig. */
int today_rig_setup(void **state);
int today_rig_teardown(void **state);

/* The answer at `now`, RFC 3339: for nobody, or for a role; rejected: records that head office did not take. */
void today_rig_ask(struct today_rig *f, const char *now);
void today_rig_ask_as(struct today_rig *f, const char *role, const char *now);
void today_rig_ask_rejected(struct today_rig *f, const char *now, int64_t rejected);

/* That the answer has this text, or has not. */
void today_rig_says(struct today_rig *f, const char *text, bool there);

/* A log of the date, with these members besides; a plan; any event of head office. */
void today_rig_log(struct today_rig *f, const char *date, const char *members);
void today_rig_plan(struct today_rig *f, const char *data);
void today_rig_event(struct today_rig *f, const char *type, const char *subject, const char *data);

#endif
