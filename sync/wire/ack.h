/* SPDX-License-Identifier: MIT */
/* `ack` and `hello`: what a receiver holds. One struct for both, as on the wire. Pure. Thread: any. */
#ifndef SITELOG_WIRE_ACK_H
#define SITELOG_WIRE_ACK_H

#include "sync/wire/envelope.h"

#define ACK_MAX            (256u * 1024u) /* bytes of a message we read */
#define ACK_UNSAID         UINT64_MAX     /* an upto that the message does not mention */
#define ACK_REJECTED_MAX   100
#define ACK_BLOBS_MAX      1000
#define ACK_HAVE_MAX       4096
#define ACK_WINDOW_DEFAULT 256

struct ack_have {
    char writer[NAME_SIZE];
    char epoch[ID_SIZE];
    uint64_t upto[LANE_COUNT];             /* 0: nothing yet; ACK_UNSAID */
    char hash[LANE_COUNT][HASH_TEXT_SIZE]; /* hello's heads; "" where not said */
};

struct ack_rejected {
    struct event_key key;
    char code[16];
    char text[200];
};

struct ack {
    struct ack_have *have;
    size_t have_count;
    struct ack_rejected *rejected;
    size_t rejected_count;
    char (*blobs)[HASH_TEXT_SIZE];
    size_t blobs_count; /* ack: confirmed; hello going up: the newest unconfirmed */
    char (*want)[HASH_TEXT_SIZE];
    size_t want_count; /* confirmations withdrawn */
    int64_t window;    /* ACK_WINDOW_DEFAULT where not said */
    int64_t pause_ms;
    bool resend;
    /* hello; zero in an ack, except `to` */
    int64_t connect; /* of this hello; 0: it is no hello */
    int64_t to;      /* the other side's connect that this answers; 0: none */
    int64_t boot;
    char software[64];
    char key[48]; /* base64 of the board's public key, or "" */
};

void ack_fini(struct ack *a);
MUST_CHECK int ack_print(const struct ack *a, struct buf *out);
MUST_CHECK int ack_read(const char *bytes, size_t n, struct ack *out, struct err_text *e);

#endif
