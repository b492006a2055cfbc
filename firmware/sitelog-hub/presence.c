/* SPDX-License-Identifier: MIT */
/* Carries news of boards from the feed's thread to the store's. */
#include "firmware/sitelog-hub/presence.h"

#include "app/http/live.h"
#include "app/journal/board.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum kind { NEWS_NEW, NEWS_STATE, NEWS_HELLO, NEWS_BEAT };

struct news {
    struct app *app;
    enum kind kind;
    char site[NAME_SIZE], board[NAME_SIZE];
    struct wall at;
    struct state state;
    struct ack hello; /* without its lists */
    struct beat beat;
};

static int keep(struct db *db, void *arg) {
    struct news *n = arg;
    struct err_text e = { 0 };
    int rc = 0;
    switch (n->kind) {
    case NEWS_NEW:
        return board_seen(db, n->site, n->board, n->at);
    case NEWS_STATE:
        return board_state(db, n->site, n->board, &n->state, n->at, NULL);
    case NEWS_HELLO:
        rc = board_hello(db, n->site, n->board, &n->hello, n->at, &e);
        break;
    case NEWS_BEAT:
        rc = board_beat(db, n->site, n->board, &n->beat, n->at, &e);
        break;
    }
    if (rc == ERR_DENIED || rc == ERR_CONFLICT) { /* a finding, which is kept: the job itself is good */
        log_warn("board %s of site %s: %s", n->board, n->site, e.text);
        rc = 0;
    }
    return rc;
}

static void kept(void *arg, int result) {
    struct news *n = arg;
    if (result && result != ERR_GONE)
        log_warn("board %s of site %s: its news could not be kept: %s; it says them again within a minute; sitelogctl "
                 "doctor checks disk and database",
                 n->board, n->site, err_name(result));
    if (!result) live_publish(n->app->live, "sites", 0, n->site, "{}");
    beat_fini(&n->beat);
    free(n);
}

static struct news *make(struct app *app, enum kind kind, const char *site, const char *board) {
    struct news *n = calloc(1, sizeof *n);
    if (!n) return NULL;
    n->app = app;
    n->kind = kind;
    n->at = clock_wall();
    text_clip(n->site, sizeof n->site, site);
    text_clip(n->board, sizeof n->board, board);
    return n;
}

static void submit(struct news *n) {
    if (!n) return; /* the next beat says it again */
    struct store_job job = { .run = keep, .done = kept, .arg = n };
    int rc = store_submit(n->app->writer, &job);
    if (rc) kept(n, rc);
}

void presence_new(void *app, const char *site, const char *board) { submit(make(app, NEWS_NEW, site, board)); }

void presence_state(void *app, const char *site, const char *board, const struct state *state) {
    struct news *n = make(app, NEWS_STATE, site, board);
    if (n) n->state = *state;
    submit(n);
}

void presence_hello(void *app, const char *site, const char *board, const struct ack *hello) {
    struct news *n = make(app, NEWS_HELLO, site, board);
    if (n) {
        n->hello.connect = hello->connect;
        n->hello.boot = hello->boot;
        memcpy(n->hello.software, hello->software, sizeof n->hello.software);
        memcpy(n->hello.key, hello->key, sizeof n->hello.key);
    }
    submit(n);
}

void presence_beat(void *app, const char *site, const char *board, const struct beat *beat) {
    struct news *n = make(app, NEWS_BEAT, site, board);
    if (n) {
        n->beat = *beat;
        n->beat.health = strdup(beat->health ? beat->health : "{}");
        if (!n->beat.health) {
            free(n);
            return;
        }
    }
    submit(n);
}
