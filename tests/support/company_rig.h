/* SPDX-License-Identifier: MIT */
/* Head office and a board of one site, for what a company sets: checklists and settings. Fails the test that runs. Thread: one. */
#ifndef SITELOG_SUPPORT_COMPANY_RIG_H
#define SITELOG_SUPPORT_COMPANY_RIG_H

#include "tests/support/journal_pair.h"

struct company_rig {
    struct test_journal hub, board;
    struct buf answer; /* of the last of those below */
    int64_t if_match;  /* the version that they change; any at first */
    struct err_text e;
};

int company_rig_setup(void **state);
int company_rig_teardown(void **state);

/* What head office says, as checklist_set_put and setting_put return. site NULL: for all. */
int company_rig_put(struct company_rig *f, const char *site, const char *stage, const char *body);
int company_rig_set(struct company_rig *f, const char *site, const char *key, const char *body);
void company_rig_plan(struct company_rig *f, const char *site);

/* To the board, which then holds the same. */
void company_rig_carry(struct company_rig *f);

int64_t company_rig_events(struct test_journal *t, const char *type); /* how many */
void company_rig_says(struct company_rig *f, const char *part);       /* the answer has it */

#endif
