/* SPDX-License-Identifier: MIT */
/* A real server on a free loopback port, with real stores in a temporary folder and one person of every role signed in, on a thread of its own.
 * The test's thread is the client. */
#ifndef SITELOG_TESTS_HTTP_RIG_H
#define SITELOG_TESTS_HTTP_RIG_H

#include "app/http/live.h"
#include "app/http/server.h"
#include "app/http/session.h"

#include <pthread.h>

struct rig {
    /* set before rig_start */
    const struct route *const *routes;
    struct server_limits limits;
    const struct server_raw *raw;
    bool hub, assets, control, with_live;
    bool own_schema; /* `prepare` makes all tables, the sessions' too */
    struct live_options live_options;
    const char *schema;                             /* more tables, or NULL */
    int (*prepare)(struct rig *rig, struct db *db); /* on the writer's handle, before it becomes a store; or NULL */
    struct server_listen main;                      /* address NULL: 127.0.0.1:0 */
    struct server_listen raw_only;
    void *more;       /* app.more */
    bool keep_folder; /* dir is set: use it, leave it */

    struct app app;
    uv_loop_t loop;
    uv_async_t stop;
    pthread_t thread;
    struct server *server;
    char dir[64], control_path[96];
    unsigned port;
    char cookie[ROLE_COUNT][128]; /* "Cookie: …\r\n" of u-manager … */
    char csrf[ROLE_COUNT][128];   /* "X-CSRF-Token: …\r\n" */
    char as[ROLE_COUNT][256];     /* both */
};

void rig_start(struct rig *rig);
void rig_stop(struct rig *rig);

/* Asks, and looks at the status and at what stands in the head of every answer. Fails the test otherwise. */
void rig_expect(struct rig *rig, const char *method, const char *target, const char *headers, const char *body,
                int status);

/* The value of a query that gives one number, by the reader. */
int64_t rig_count(struct rig *rig, const char *sql);

/* Bytes this process has in memory now (VmRSS); always 0 under a sanitizer, which keeps memory of its own. */
size_t rig_memory(void);

#endif
