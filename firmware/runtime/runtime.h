/* SPDX-License-Identifier: MIT */
/* What a board's daemon and the hub have in common: the loop, the stores, sessions, live events, the HTTP server, signals and the watchdog,
 * started and stopped in the one right order. Each program adds its own end of copying.
 * Thread: the loop's (main), except where said. */
#ifndef SITELOG_RUNTIME_RUNTIME_H
#define SITELOG_RUNTIME_RUNTIME_H

#include "app/http/app.h"
#include "app/http/live.h"
#include "app/http/server.h"
#include "app/photo/ballast.h"
#include "app/photo/capture.h"
#include "app/photo/depot.h"
#include "firmware/base/mailbox.h"
#include "firmware/runtime/life.h"

#include <stdatomic.h>
#include <uv.h>

struct herald;
struct watchdog;

struct runtime {
    uv_loop_t loop;
    struct app app;
    struct depot depot;
    struct photos photos;
    struct ballast *ballast;
    struct store *writer, *reader;
    struct live *live;
    struct herald *herald;
    struct server *server;
    struct tz *tz;
    struct mailbox *mail; /* calls for the loop thread */
    uv_async_t mail_async, commit_async;
    uv_timer_t settle_timer; /* after commits: things that need not happen at each of them */
    uv_timer_t watchdog_timer, ballast_timer;
    uv_signal_t signals[2];
    bool settling, loop_open, handles_open, people_reading, people_again;
    bool starving;    /* a thread shows no life: no watchdog is fed */
    bool stores_gone; /* the loop may run still, and asks them for nothing */
    char port_file[300], upload_port_file[300], control_path[300];

    /* The program's own, set before runtime_open. */
    void (*on_commit)(void *ctx);                  /* at once. Store's thread; short */
    void (*on_wrote)(void *ctx, const char *site); /* events were written here about a site. Reader's thread; short */
    void (*on_settle)(void *ctx);                  /* at most ten times a second after commits. Loop thread */
    size_t (*lives)(void *ctx, struct life *out,
                    size_t max); /* the program's own threads; asked before a watchdog is fed */
    struct watchdog *
        watchdog; /* the hardware's, fed like the service manager's; NULL: none. Set before runtime_run; the program closes it */
    void *ctx;
};

struct runtime_options {
    struct depot_options depot;
    bool board;
    const char *log_level;
    struct server_options server; /* loop, app and port file are filled in */
};

/* Opens what is stored, starts the stores, loads people and sessions, adopts photos whose event was lost. */
MUST_CHECK int runtime_open(struct runtime *r, const struct runtime_options *o, struct err_text *e);

/* Starts to answer. After the program has filled what it adds to r->app. */
MUST_CHECK int runtime_serve(struct runtime *r, const struct runtime_options *o, struct err_text *e);

/* Says READY and runs until SIGTERM or SIGINT. */
void runtime_run(struct runtime *r);

/* Stops the server: nothing comes in any more. Then the program stops its own threads, and then: */
void runtime_stop_server(struct runtime *r);
/* Stops the stores, after what was handed in before, but leaves what the program's threads may still hold. */
void runtime_stop_stores(struct runtime *r);
void runtime_close(struct runtime *r);

/* Makes a call on the loop thread. Thread: any. */
void runtime_post(struct runtime *r, mail_fn fn, void *arg);

#endif
