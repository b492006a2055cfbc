/* SPDX-License-Identifier: MIT */
/* From the link's thread to the store's. */
#include "firmware/runtime/doubt.h"

#include "app/journal/journal.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

struct settling {
    struct app *app;
    char site[NAME_SIZE];
    enum peer_doubt doubt;
    struct event_key key;
};

static int settle(struct db *db, void *arg) {
    struct settling *s = arg;
    struct err_text e = { 0 };
    char epoch[ID_SIZE];
    int rc = journal_epoch(db, s->site, s->key.writer, epoch);
    if (rc == 0 && strcmp(epoch, s->key.epoch) != 0) return 0; /* it has begun a new one meanwhile */
    if (rc == 0 && s->doubt == PEER_FORKED)
        rc = journal_forked(s->app->journal, db, s->site, &s->key, &e);
    else if (rc == 0)
        rc = journal_start_epoch(s->app->journal, db, s->site, "lost", &e);
    if (rc)
        log_error("site %s: a new epoch could not be begun: %s %s", s->site, err_name(rc), e.text);
    else
        log_warn("site %s: the other end holds what this journal lost: a new epoch was begun, and what is missing "
                 "comes back",
                 s->site);
    return rc;
}

static void settled(void *arg, int result) {
    (void)result;
    free(arg);
}

void doubt_settle(struct app *app, const char *site, enum peer_doubt doubt, const struct event_key *key) {
    struct settling *s = calloc(1, sizeof *s);
    if (!s) return; /* it is said again */
    s->app = app;
    s->doubt = doubt;
    s->key = *key;
    text_clip(s->site, sizeof s->site, site);
    struct store_job job = { .run = settle, .done = settled, .arg = s };
    if (store_submit(app->writer, &job)) free(s);
}
