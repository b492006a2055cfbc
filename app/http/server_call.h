/* SPDX-License-Identifier: MIT */
/* The inside of the server, shared by its files: a listener is a microhttpd daemon on the loop, a call is one request on its way. Everything
 * belongs to the loop thread, except what is said to belong to the step that has the call. */
#ifndef SITELOG_HTTP_SERVER_CALL_H
#define SITELOG_HTTP_SERVER_CALL_H

#include "app/http/budget.h"
#include "app/http/exchange.h"
#include "app/http/match.h"
#include "app/http/server.h"

#include <microhttpd.h>
#include <pthread.h>

#define SERVER_PIECE       (128u * 1024u) /* of a streamed reply */
#define SERVER_RAW_PIECE   (256u * 1024u) /* of a raw body */
#define SERVER_NO_SITE     "There is no such site, or it is not one of yours."
#define SERVER_SWALLOW_MAX (64u * 1024u) /* a refused body up to this is read, so that the connection lives on */

enum listener_kind { LISTENER_MAIN, LISTENER_RAW, LISTENER_CONTROL, LISTENER_COUNT };

struct listener {
    struct server *server;
    enum listener_kind kind;
    struct MHD_Daemon *mhd; /* NULL: not open */
    bool tls;
    unsigned port;
    bool resumed; /* a connection was, and microhttpd has not been run since */
    uv_poll_t poll;
    uv_timer_t timer;
    char *cert, *key, *client_ca; /* PEM text */
};

/* One connection, which lives through many requests. */
struct peer {
    struct peer *prev, *next;
    struct listener *listener;
    int fd;
    bool denied; /* the control socket's caller is somebody else */
    bool linger; /* closed with a body unread: see server_linger.c */
    struct call *call;
    int64_t since_ms; /* loop time at which waiting for a request began */
};

enum call_phase {
    CALL_HEADERS, /* the target was read */
    CALL_WAIT,    /* suspended until there is room for the body */
    CALL_GO_ON,   /* microhttpd calls once more before the body; after that the phase is `then` */
    CALL_BODY,    /* receiving */
    CALL_SWALLOW, /* receiving what nobody wants; the reply is ready */
    CALL_STEPS,   /* suspended: a step, or a raw handler, has it */
    CALL_READY,   /* the reply is to be queued */
    CALL_SENDING,
};

enum raw_task { RAW_NONE, RAW_BEGIN, RAW_PIECE, RAW_FINISH, RAW_ABANDON };

struct raw_state {
    const struct server_raw *raw; /* NULL: an ordinary call */
    struct raw_request request;
    struct raw_reply reply;
    void *transfer;
    enum raw_task task;
    char common_name[128];
};

struct call {
    struct exchange x; /* first: a step's exchange is a call */
    struct exchange_input input;
    struct match match;
    struct call *prev, *next;   /* all calls */
    struct call *next_returned; /* server->returned */
    struct server *server;
    struct listener *listener;
    struct MHD_Connection *connection; /* NULL: the client is gone */
    struct peer *peer;
    enum call_phase phase, then;
    bool suspended;
    bool at_work;  /* a step, pool job or stream read has it: nobody else touches x */
    char *target;  /* path and query, decoded in place */
    char *headers; /* copies of all headers */
    char method[8];
    bool head;
    /* the body */
    size_t length, received;
    bool chunked;
    int64_t said_length;   /* Content-Length; -1: not said */
    struct budget *budget; /* where `reserved` was taken */
    struct budget_wait wait;
    size_t reserved;
    int64_t moved_ms, began_ms; /* loop time: last byte; start of body or of waiting */
    /* steps */
    const struct step *step;       /* the next, or the one at work */
    const struct step *step_after; /* after the one at work */
    uv_work_t work;
    struct call *heavy_next;
    int result;
    bool undone;   /* the step itself asked for its rollback */
    bool answered; /* STEP_BEFORE has answered: STEP_WRITE is left out */
    /* sending */
    uint64_t range_from, range_len;
    char *piece;
    uint64_t piece_at;
    size_t piece_len;
    int piece_error;
    bool feed_waits;
    struct raw_state raw;
};

struct server {
    struct server_options options;
    struct server_limits limits;
    struct app *app;
    uv_loop_t *loop;
    struct listener listeners[LISTENER_COUNT];
    struct peer *peers;
    struct call *calls;
    size_t peer_count, call_count;
    struct budget json, photo;
    unsigned heavy_running;
    size_t heavy_waiting;
    struct call *heavy_first;
    uv_async_t async;
    uv_timer_t sweep;
    bool sweep_busy; /* it looks often, because a request is under way */
    size_t handles;  /* of libuv that are open */
    size_t lingering;
    bool stopping; /* nothing new */
    bool closing;  /* nothing may be suspended any more */
    struct server_counts counts;
    pthread_mutex_t lock; /* of the two below: what other threads hand back */
    struct call *returned;
    struct call **returned_end;
};

/* ---- server.c ---- */
/* Lets a suspended connection go on. Fine when the client is gone or nothing is suspended. */
void server_resume(struct call *c);
void server_suspend(struct call *c);
/* Hands a call back to the loop thread. Thread: any. */
void server_return(struct call *c, int result);
/* A connection came; request: it begins to ask for something. Deadlines are looked after from now on. */
void server_sweep_soon(struct server *s, bool request);
int64_t server_now_ms(const struct server *s);

/* ---- server_listen.c ---- */
MUST_CHECK int server_listen_open(struct server *s, enum listener_kind kind, const struct server_listen *where,
                                  struct err_text *e);
MUST_CHECK int server_listen_control(struct server *s, const char *path, struct err_text *e);
void server_listen_run(struct listener *l);   /* lets microhttpd work, and sets its timer */
void server_listen_soon(struct listener *l);  /* the same in the loop's next round; from anywhere */
void server_listen_quiet(struct listener *l); /* accepts nothing new */
void server_listen_close(struct listener *l); /* all connections resumed before */

/* ---- server_request.c: what comes in ---- */
void *server_request_target(void *ctx, const char *target, struct MHD_Connection *connection);
enum MHD_Result server_request_handle(void *ctx, struct MHD_Connection *connection, const char *url, const char *method,
                                      const char *version, const char *data, size_t *size, void **state);
void server_request_done(void *ctx, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why);
void server_request_free(struct call *c);

/* ---- server_check.c: may it? ---- Sets reply.status to refuse. */
void server_check(struct call *c);

/* ---- server_body.c ---- */
/* What the body needs before it can be received. Sets phase, or reply.status. */
void server_body_begin(struct call *c);
void server_body_take(struct call *c, const char *data, size_t size);
void server_privacy_mask(struct call *c); /* of a write whose body is whole; answers when it cannot */
void server_body_granted(struct budget_wait *w);
void server_body_release(struct call *c);
/* Every now and then: who is silent or slow for too long. */
void server_body_sweep(struct server *s);

/* ---- server_steps.c ---- */
void server_steps_start(struct call *c);
void server_steps_returned(struct call *c);

/* ---- server_reply.c, server_stream.c ---- */
enum MHD_Result server_reply_queue(struct call *c);
struct MHD_Response *server_stream_response(struct call *c); /* over reply.stream or feed */
void server_stream_returned(struct call *c);

/* ---- server_raw.c ---- */
const struct server_raw *server_raw_for(const struct call *c);
void server_raw_start(struct call *c);                    /* the headers are there */
void server_raw_task(struct call *c, enum raw_task task); /* suspends, and works on the pool */
void server_raw_returned(struct call *c);
void server_raw_lost(struct call *c); /* the client left */
enum MHD_Result server_raw_take(struct call *c, const char *data, size_t *size);

/* ---- server_tls.c ---- The verified client certificate's common name; "" where there is none. */
void server_tls_common_name(struct MHD_Connection *connection, char *out, size_t size);

/* ---- server_linger.c ---- */
void server_linger_keep(struct server *s, int fd);

#endif
