/* SPDX-License-Identifier: MIT */
#include "tests/support/depot_rig.h"

#include "tests/support/temp.h"

#include <stdlib.h>

int depot_rig_setup(void **state) {
    struct depot_rig *f = calloc(1, sizeof *f);
    if (!f) return -1;
    f->dir = temp_make();
    f->data = temp_path(f->dir, "a/b/data");
    f->journal = temp_path(f->data, "journal.db");
    f->photos = temp_path(f->data, "photos.db");
    f->marker = temp_path(f->data, "moving");
    f->blobs = temp_path(f->dir, "blobs");
    f->conf = temp_path(f->dir, "board.conf");
    f->o = (struct depot_options){
        .org = "acme", .site = "s-1", .writer = "b-1", .timezone = "Asia/Shanghai", .dir = f->data
    };
    *state = f;
    return 0;
}

int depot_rig_teardown(void **state) {
    struct depot_rig *f = *state;
    temp_remove(f->dir);
    free(f->data);
    free(f->journal);
    free(f->photos);
    free(f->marker);
    free(f->blobs);
    free(f->conf);
    free(f);
    return 0;
}
