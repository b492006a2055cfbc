/* SPDX-License-Identifier: MIT */
/* Receives photo bytes: tus 1.0 (https://tus.io/protocols/resumable-upload) with creation, creation-with-upload, checksum and termination,
 * as a state machine that knows no HTTP library. The transport makes an exchange of each request, hands it the body in pieces, and sends
 * the reply:
 *
 *     if ((err = tus_begin(tus, &request, &x))) … 500 …
 *     while (tus_wants_body(x) && more) tus_piece(x, bytes, n);   // false: answer at once, the rest of the body is not wanted
 *     tus_end(x, &reply);                                          // or tus_abort(x) when the connection broke off
 *
 * Thread: any but the loop's: all of it blocks on the disk. One exchange belongs to one thread at a time. */
#ifndef SITELOG_HUB_TUS_H
#define SITELOG_HUB_TUS_H

#include "firmware/base/hash.h"
#include "firmware/base/ids.h"

#define TUS_PATH          "/tus/"
#define TUS_ORIGINAL_MAX  (16 * 1024 * 1024) /* bytes */
#define TUS_THUMB_MAX     (256 * 1024)       /* bytes */
#define TUS_METADATA_SIZE 1024

struct tus;
struct tus_exchange;

/* One upload, as its creation described it. */
struct tus_upload {
    char id[ID_SIZE];
    char board[NAME_SIZE];
    char photo[ID_SIZE]; /* a hint; "" where not said */
    char sha256[HASH_TEXT_SIZE];
    char filetype[32]; /* "image/jpeg" */
    bool thumb;        /* variant */
    int64_t length;    /* bytes */
    struct wall created;
    char metadata[TUS_METADATA_SIZE]; /* Upload-Metadata as it came: HEAD repeats it */
};

/* ---- where uploads are kept; app/photo/inbox.h implements it ----
 * Called from several threads; for one upload, by one at a time, except load. What a finished upload was is not kept here. */
struct tus_file;
struct tus_store {
    void *ctx;
    /* Makes an upload of 0 bytes. Durable on return. ERR_NO_SPACE, ERR_IO … */
    int (*create)(void *ctx, const struct tus_upload *u);
    /* ERR_NOT_FOUND. *offset: the bytes kept, durable on return. */
    int (*load)(void *ctx, const char *id, struct tus_upload *out, int64_t *offset);
    /* Owns: *out is the caller's; close, which always closes. sync: all written is durable on return. */
    int (*open)(void *ctx, const char *id, struct tus_file **out);
    int (*write)(struct tus_file *f, int64_t offset, const void *bytes, size_t n);
    int (*truncate)(struct tus_file *f, int64_t bytes);
    int (*close)(struct tus_file *f, bool sync);
    /* All bytes are there: hashes what is stored and takes it in, durably; the upload is no more.
     * ERR_CORRUPT: it is not what its hash says, and is deleted. Other errors leave it as it was. */
    int (*finish)(void *ctx, const struct tus_upload *u);
    /* Deletes an unfinished upload. ERR_NOT_FOUND. */
    int (*remove)(void *ctx, const char *id);
    /* Taken in already. */
    bool (*has)(void *ctx, bool thumb, const char *sha256);
    /* ERR_NO_SPACE when this much more would not fit. */
    int (*room)(void *ctx, int64_t bytes);
    /* Every unfinished upload. fn may remove it. touched: when bytes last came. */
    int (*each)(void *ctx, void (*fn)(void *fn_ctx, const struct tus_upload *u, struct wall touched), void *fn_ctx);
};

struct tus_options {
    struct tus_store store;
    /* Bytes are stored, checked and durable: confirm this hash to the board. Called again when a board asks after a finished upload or
     * offers bytes that are there already. On the exchange's thread; may be NULL. */
    void (*stored)(void *ctx, const struct tus_upload *u);
    /* Whether this board may upload; NULL: any. */
    bool (*allowed)(void *ctx, const char *board);
    void *ctx;
    int max_unfinished; /* uploads a board may have open; 0: 256 */
};

/* Removes what is stale (tus_sweep). Owns: caller; tus_destroy when no exchange is left. */
MUST_CHECK int tus_create(const struct tus_options *options, struct tus **out, struct err_text *e);
void tus_destroy(struct tus *t);

/* Removes unfinished uploads that got nothing for seven days. Once a day. */
void tus_sweep(struct tus *t);

/* ---- an exchange ---- */

struct tus_request {
    const char *method; /* as received; X-HTTP-Method-Override is looked at here */
    const char *path;   /* "/tus/" or "/tus/{id}", without query */
    const char *
        certificate; /* name in the client's certificate, or NULL where TLS asks for none; must be the upload's board */
    int64_t content_length; /* -1: not said (chunked) */
    /* A header's value or NULL, by its name in any case. Called only within tus_begin. */
    const char *(*header)(void *ctx, const char *name);
    void *ctx;
};

struct tus_header {
    const char *name;
    char value[TUS_METADATA_SIZE];
};
struct tus_reply {
    int status;
    struct tus_header headers[8];
    size_t header_count;
    char text[200]; /* text/plain body for a person, or "" (then no body) */
};

/* Owns: *out is the caller's until tus_end or tus_abort. ERR_NOMEM. Whatever is wrong with the request comes out of tus_end. */
MUST_CHECK int tus_begin(struct tus *t, const struct tus_request *request, struct tus_exchange **out);

/* False: the answer is known, the body (or the rest of it) need not be read. */
bool tus_wants_body(const struct tus_exchange *x);

/* Hands over the next bytes of the body. After an error they are ignored. */
void tus_piece(struct tus_exchange *x, const void *bytes, size_t n);

/* The body is complete: ends the exchange, frees it, and says what to answer. */
void tus_end(struct tus_exchange *x, struct tus_reply *reply);

/* The connection broke off: keeps, durably, what arrived (unless a checksum was promised for the whole), and frees the exchange. */
void tus_abort(struct tus_exchange *x);

struct tus_counts {
    uint64_t created, finished, mismatched, refused, bytes;
};
struct tus_counts tus_counts(struct tus *t);

#endif
