/* SPDX-License-Identifier: MIT */
/* Where an installation keeps its things, in a temporary folder: nothing is there yet. Failures end the test (cmocka). */
#ifndef SITELOG_TEST_DEPOT_RIG_H
#define SITELOG_TEST_DEPOT_RIG_H

#include "app/photo/depot.h"

struct depot_rig {
    char *dir, *data;       /* dir/a/b/data */
    char *journal, *photos; /* databases in data */
    char *marker;           /* of a move, in data */
    char *blobs, *conf;     /* in dir */
    struct depot_options o; /* of board b-1, site s-1 */
    struct err_text e;
};

int depot_rig_setup(void **state); /* *state: a struct depot_rig */
int depot_rig_teardown(void **state);

#endif
