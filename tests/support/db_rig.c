/* SPDX-License-Identifier: MIT */
#include "tests/support/db_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/temp.h"

#include <stdlib.h>

int db_rig_setup(void **state) {
    struct db_rig *r = calloc(1, sizeof *r);
    if (!r) return -1;
    r->dir = temp_make();
    r->path = temp_path(r->dir, "journal.db");
    *state = r;
    return 0;
}

int db_rig_teardown(void **state) {
    struct db_rig *r = *state;
    temp_remove(r->dir);
    free(r->path);
    free(r);
    return 0;
}

struct db *db_rig_open(const char *path, enum db_profile profile) {
    struct db *db = NULL;
    struct err_text e = { 0 };
    if (db_open(path, profile, &db, &e) != 0) fail_msg("%s", e.text);
    return db;
}
