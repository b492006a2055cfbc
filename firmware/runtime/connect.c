/* SPDX-License-Identifier: MIT */
/* From a link's thread to the store's. */
#include "firmware/runtime/connect.h"

#include "app/journal/identity.h"

#include <stdlib.h>

static int save(struct db *db, void *arg) { return identity_connected(db, *(const int64_t *)arg); }

static void saved(void *arg, int result) {
    (void)result; /* a run may make a few that are not written down (identity.h) */
    free(arg);
}

void connect_save(struct app *app, int64_t connect) {
    int64_t *count = malloc(sizeof *count);
    if (!count) return;
    *count = connect;
    struct store_job job = { .run = save, .done = saved, .arg = count };
    if (store_submit(app->writer, &job)) free(count);
}
