/* SPDX-License-Identifier: MIT */
/* Head office's feed and boards' links in one process, each over its own journal on disk, with a real mosquitto between them. Ends can be
 * stopped, put back to an older copy of their journal, and started again. A failure here ends the test program. Thread: test thread. */
#ifndef SITELOG_TESTS_LINK_RIG_H
#define SITELOG_TESTS_LINK_RIG_H

#include "app/http/app.h"
#include "app/journal/journal.h"
#include "sync/edge/link.h"
#include "sync/hub/feed.h"
#include "sync/mqtt/mqtt.h"
#include "tests/support/broker.h"

#include <stdatomic.h>

/* One end: a journal in a file, its stores, and what copying needs of it. */
struct link_end {
    char label[NAME_SIZE]; /* of its file */
    char path[300];
    char writer[NAME_SIZE], site[NAME_SIZE]; /* site "": the hub */
    bool open;
    struct app app; /* journal and writer, for doubt_settle */
    struct journal *journal;
    struct store *store, *reader;
    struct db *link_db;
    struct source *source;
    struct sink *sink;
    struct link *_Atomic link; /* a board's; the store's thread looks at it while start sets it */
    struct feed *_Atomic feed; /* the hub's */
    uint8_t secret[SIGN_SECRET_SIZE], public_key[SIGN_PUBLIC_SIZE];
    char key[48]; /* in base64 */
    atomic_int doubts;
};

struct link_rig {
    struct broker broker;
    char *dir;
    struct link_end hub;
    atomic_bool moves;          /* every board that speaks elsewhere has said that it goes there */
    atomic_int trouble[3];      /* by enum feed_trouble */
    atomic_int news;            /* boards that were new */
    int64_t connects;           /* counts of connections given out: no run uses one again */
    struct feed_board known[8]; /* given to the feed at its next start */
    size_t known_count;
};

void link_rig_open(struct link_rig *r);  /* the broker; no end yet */
void link_rig_close(struct link_rig *r); /* ends have to be stopped */

void link_rig_hub(struct link_rig *r); /* starts the hub */
/* Starts a board with a key of its own (kept over restarts). label: its file; two labels with one name are two boards with one identity. */
void link_rig_board(struct link_rig *r, struct link_end *e, const char *label, const char *site, const char *board);
void link_rig_stop(struct link_end *e);
void link_rig_again(struct link_rig *r, struct link_end *e); /* starts what was stopped */

/* The journal's file, while it is stopped: kept as a copy, and put back. */
void link_rig_keep(struct link_end *e);
void link_rig_put_back(struct link_end *e);
void link_rig_lose(struct link_end *e); /* the file is gone */

/* n notes in one transaction; site NULL: the end's own. */
void link_rig_notes(struct link_end *e, const char *site, int n);

/* What an end holds. */
struct link_held {
    int64_t notes;                 /* different ones, of all sites */
    int64_t copies;                /* the same, each as often as it is there */
    int64_t saved, sent, received; /* own events of all lanes of the site, per counts_read */
    int64_t epochs;                /* of the own writer */
    int64_t lost;                  /* own epochs that began because the journal was lost or forked */
};
struct link_held link_rig_held(struct link_end *e, const char *site);
void link_rig_digest(struct link_end *e, const char *site, char out[HASH_TEXT_SIZE]);

/* Waits until all of these hold so many notes, and their journals of the site agree; fails the test otherwise. */
void link_rig_wait(struct link_end *const *ends, size_t n, const char *site, int64_t notes);

/* Polls until the condition holds, at most 60 s; fails the test otherwise. */
void link_rig_until(bool (*holds)(void *arg), void *arg, const char *what);

/* ---- a client of the test's own ---- */

struct link_watcher {
    struct mqtt *mqtt;
    bool up;
    struct {
        char topic[200];
        char *bytes;
        size_t n;
    } * list;
    size_t n;
};

/* Connects and subscribes. */
void link_rig_watch(struct link_rig *r, struct link_watcher *w, const char *client_id, const char *filter);
void link_rig_turn(struct link_watcher *w, int ms);                                        /* serves it for a while */
void link_rig_say(struct link_watcher *w, const char *topic, const void *bytes, size_t n); /* QoS 1 */
void link_rig_unwatch(struct link_watcher *w);

#endif
