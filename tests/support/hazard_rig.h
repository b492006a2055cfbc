/* SPDX-License-Identifier: MIT */
/* Hazards on a board and at the hub of a test. Failures of the journal end the test (cmocka). */
#ifndef SITELOG_TEST_HAZARD_RIG_H
#define SITELOG_TEST_HAZARD_RIG_H

#include "app/journal/hazard.h"
#include "tests/support/journal_pair.h"

#define HAZARD_RIG_NOW    "2026-11-22T16:10:00+08:00"
#define HAZARD_RIG_BEFORE "01935d2a-1c00-7abc-8def-0123456789b0"
#define HAZARD_RIG_AFTER  "01935d2a-1c00-7abc-8def-0123456789b1"
#define HAZARD_RIG_CHECK  "01935d2a-1c00-7abc-8def-0123456789b2"

/* Members of a body, after its id. */
#define HAZARD_RIG_RAISE   ",\"text\":\"墙角渗水\",\"severity\":\"serious\",\"photos\":[\"" HAZARD_RIG_BEFORE "\"]"
#define HAZARD_RIG_RECTIFY ",\"photos\":[\"" HAZARD_RIG_AFTER "\"]"

struct hazard_rig {
    struct test_journal board, hub;
    struct appended out;
    struct buf answer;
    struct err_text e;
    char allowed[LIFE_ALLOWED_SIZE];
    char id[ID_SIZE]; /* the newest hazard */
};

/* At that time; the board's people are u-01 manager, u-02 supervisor, u-03 crew. */
int hazard_rig_setup(void **state); /* *state: a struct hazard_rig */
int hazard_rig_teardown(void **state);
void hazard_rig_person(struct test_journal *t, const char *id, const char *role);
void hazard_rig_photo(struct test_journal *t, const char *id); /* the record of one */

/* user/u-09 is head office's. */
struct hazard_by hazard_rig_by(const char *actor);

/* Posts in a transaction of their own: a new hazard, by u-02; a step of the newest. more: members after the id, beginning with a comma, or "". */
int hazard_rig_raise(struct hazard_rig *f, struct test_journal *t, const char *more);
int hazard_rig_step(struct hazard_rig *f, struct test_journal *t, const char *actor, const char *verb,
                    const char *more);

/* Brings a new hazard on the board into a state by legal steps. */
void hazard_rig_bring(struct hazard_rig *f, enum hazard_state to);

/* Of the newest: a column, in SQL, and a member of the last answer, compactly: strings with their quotes. */
void hazard_rig_row(struct hazard_rig *f, struct test_journal *t, const char *column, const char *expected);
void hazard_rig_said(struct hazard_rig *f, const char *name, const char *expected);

#endif
