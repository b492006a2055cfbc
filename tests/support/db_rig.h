/* SPDX-License-Identifier: MIT */
/* A folder for one database of a test. Failures end the test (cmocka). */
#ifndef SITELOG_TEST_DB_RIG_H
#define SITELOG_TEST_DB_RIG_H

#include "firmware/db/db.h"

struct db_rig {
    char *dir;
    char *path; /* dir/journal.db: not there yet */
};

int db_rig_setup(void **state); /* *state: a struct db_rig */
int db_rig_teardown(void **state);

/* Owns: caller; db_close. Test thread only: an assertion on another thread cannot jump back. */
struct db *db_rig_open(const char *path, enum db_profile profile);

#endif
