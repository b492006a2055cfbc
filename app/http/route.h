/* SPDX-License-Identifier: MIT */
/* What a resource is to the server: one table of routes, each a list of steps that run where their work belongs. The loop thread never
 * touches a disk and never decodes: it receives, checks who is asking, hands the exchange from step to step, and sends.
 *
 * An exchange belongs to one step at a time; steps need no locks. A step ends the exchange early by setting reply.status. */
#ifndef SITELOG_HTTP_ROUTE_H
#define SITELOG_HTTP_ROUTE_H

#include "app/http/role.h"
#include "firmware/base/json.h"
#include "firmware/db/db.h"

struct exchange;
struct app; /* what the routes work with: app/http/app.h */

enum where {
    STEP_END,    /* ends a list */
    STEP_POOL,   /* libuv's pool: hashing, JPEG, waiting for the camera with a deadline; db is NULL */
    STEP_HEAVY,  /* the same, but at most two of all such steps run at once: memory-hard hashes; db is NULL */
    STEP_READ,   /* the reader's thread, in a read transaction */
    STEP_BEFORE, /* the store's thread, outside its transaction: photo bytes; db is NULL */
    STEP_WRITE, /* the store's thread, in the shared transaction; may run twice (a batch that is tried again): finds an empty reply each
                  * time, its state is its own business. A status of 400 and above undoes what it wrote. What it answers is sent only
                  * after the commit; when that fails the answer becomes 507 or 500 */
    STEP_LOOP, /* the loop thread, after what came before is committed: sessions, live events; must not block; db is NULL.
                  * A list's steps of this kind that stand last run even when an earlier step has answered below 400 */
};

struct step {
    enum where where;
    void (*run)(struct app *app, struct exchange *x, struct db *db);
};

enum route_flags {
    ROUTE_OPEN = 1,      /* needs no session */
    ROUTE_BODY_JPEG = 2, /* body is image/jpeg through the photo budget, else JSON (max 256 KiB) */
    ROUTE_SITE = 4,      /* at the hub under /api/v1/sites/{site}; at a board directly under /api/v1 */
    ROUTE_HUB = 8,       /* only at the hub */
    ROUTE_BOARD = 16,    /* only at a board */
    ROUTE_CONTROL = 32,  /* only over the control socket */
    ROUTE_NO_CSRF = 64,  /* a write that needs no CSRF token (signing in) */
    ROUTE_NO_BODY = 128, /* a POST or DELETE that takes no body */
    ROUTE_AS_SENT =
        256, /* its body holds a PIN and goes to the steps as it came; all others come with persons' numbers masked (privacy.h) */
};

struct route {
    const char *method; /* "GET" (serves HEAD too) "POST" "PUT" "DELETE" */
    const char
        *pattern; /* "/api/v1/daylogs/{id}"; at most 4 parameters of one segment each; [A-Za-z0-9._-]{1,64} else 404 */
    enum permission
        need; /* what the caller's role must permit; PERMIT_ANY for ROUTE_OPEN and what every signed-in person may do */
    unsigned flags;
    const struct step *steps; /* ended by { STEP_END, NULL } */
};

/* NULL-ended list of each resource's table, in routes.c. */
extern const struct route *const route_tables[];

/* ---- what a step sees ---- */

struct exchange_user {
    char id[41];
    char name[128];
    enum role role;
    char session[65];
    char csrf[65];
}; /* id "" when nobody is signed in */

struct reply_stream;
struct reply_feed;

struct reply {
    int status;       /* 0: no step has answered yet */
    const char *type; /* media type, static; NULL: application/json */
    struct buf body;
    /* instead of body, one of: */
    struct reply_stream *stream; /* read piecewise on the pool; closed by the server */
    struct reply_feed *feed;     /* endless; closed by the server */
    const void *fixed;           /* bytes that outlive everything (compiled in) */
    size_t fixed_len;
    const char *encoding;   /* Content-Encoding, static, or NULL */
    char etag[80];          /* with quotes, or "" */
    char cache_control[64]; /* "": no-store */
    char location[160];
    int retry_after_s;     /* 0: none */
    char cookie[200];      /* a Set-Cookie value, or "" */
    char disposition[120]; /* Content-Disposition, or "" */
    char link[480];        /* Link, or "" */
    char allow[40];        /* Allow, or "" */
};

/* A body of known size read piecewise off the loop thread; close is called exactly once. The server does ranges over it. */
struct reply_stream {
    int64_t size;
    int (*read)(struct reply_stream *s, int64_t offset, void *out, size_t n); /* pool thread; 0 or negative */
    void (*close)(struct reply_stream *s); /* loop or pool thread, nobody else using it */
};

/* A body without an end: server-sent events, multipart frames. Everything on the loop thread. */
struct reply_feed {
    /* Fills out; more than 0: so many bytes; 0: nothing now (reply_feed_wake when there is); negative: the end. Must not block. */
    long (*read)(struct reply_feed *f, char *out, size_t n);
    void (*close)(struct reply_feed *f); /* exactly once */
    size_t block_bytes;        /* 0: small pieces; else it reads so much at once, and the body is not cut into chunks */
    struct exchange *exchange; /* set by the server while it sends */
};

/* Something is there to be read. Thread: loop. Fine before the server has begun to send, and when nothing waits. */
void reply_feed_wake(struct reply_feed *f);

struct exchange_input;

struct exchange {
    const struct route *route;
    const char *method, *path;
    char site[41]; /* the site it is about ("" at the hub for routes over all sites) */
    struct exchange_user user;
    char *body;
    size_t body_len; /* whole, NUL-ended; texts masked, as the query's are */
    struct reply reply;
    void *state; /* a step's own, for the next one */
    void (*state_free)(void *state);
    const struct exchange_input *input; /* what exchange_param, _query and _header look into */
    int error;                          /* what exchange_error was last given, or 0 */
};

/* A pattern's parameter, "" when the pattern has none of that name. */
const char *exchange_param(const struct exchange *x, const char *name);
/* A decoded query parameter, or NULL. UTF-8 checked at the edge (400 otherwise). */
const char *exchange_query(const struct exchange *x, const char *name);
/* ERR_INVALID (answered as 400 naming it) when a query parameter is not in the NULL-ended list. */
MUST_CHECK int exchange_query_only(struct exchange *x, const char *const *names);

/* The reply is a page that says nothing of the next one itself (a table): a Link to it, the same query with that cursor. */
void exchange_link_next(struct exchange *x, const char *cursor);
/* A request header, or NULL. */
const char *exchange_header(const struct exchange *x, const char *name);

/* ---- answering ---- */

/* RFC 9457: application/problem+json with type (about:blank), title, status, detail, and field where given. detail says what to do. */
void exchange_problem(struct exchange *x, int status, const char *field, const char *detail, ...) PRINTF_LIKE(4, 5);
/* The status that goes with an error, from one table in exchange.c (ERR_INVALID 400, ERR_NOT_FOUND 404, ERR_CONFLICT 409, ERR_TOO_BIG 413,
 * ERR_UNSUPPORTED 422, ERR_NO_SPACE 507, ERR_BUSY 503 with Retry-After …); text and field from e (may be NULL). 500 and above are logged here,
 * and tell the client nothing of the inside. */
void exchange_error(struct exchange *x, int err, const struct err_text *e);
/* Adds a member to the problem document that was just made, e.g. ("allowed", "[\"rectify\"]"). */
void exchange_problem_add(struct exchange *x, const char *name, const char *json);
/* Starts a JSON body with this status; write it with *w into x->reply.body. The caller opens and closes the object itself. */
void exchange_json(struct exchange *x, int status, struct json_out *w);

#endif
