/* SPDX-License-Identifier: MIT */
/* `beat`, every 60 s: health, and the signed heads of a board's lanes; and `state`, retained, with a will. Pure. Thread: any. */
#ifndef SITELOG_WIRE_BEAT_H
#define SITELOG_WIRE_BEAT_H

#include "sync/wire/envelope.h"

struct beat {
    char epoch[ID_SIZE];
    uint64_t seq[LANE_COUNT];
    char hash[LANE_COUNT][HASH_TEXT_SIZE]; /* of an empty lane: SHA-256 of the epoch's text */
    uint8_t key[SIGN_PUBLIC_SIZE];
    uint8_t signature[SIGN_SIZE];
    char *health; /* JSON object, owned */
};

struct state {
    bool online;
    int64_t boot, connect;
    char at[CLOCK_TEXT_SIZE];
};

void beat_fini(struct beat *b);

/* Signs the heads as "sitelog-heads-v1\n{org}/{site}/{board}\n{epoch}\n{lane} {seq} {hash}…" and prints the message. */
MUST_CHECK int beat_make(struct beat *b, const char *org, const char *site, const char *board,
                         const uint8_t secret[SIGN_SECRET_SIZE], struct buf *out);

/* Reads, and checks the signature by the key that is in it (the caller compares that key with the pinned one).
 * ERR_INVALID; ERR_DENIED when the signature does not fit. */
MUST_CHECK int beat_read(const char *bytes, size_t n, const char *org, const char *site, const char *board,
                         struct beat *out, struct err_text *e);

MUST_CHECK int state_print(const struct state *s, struct buf *out);
MUST_CHECK int state_read(const char *bytes, size_t n, struct state *out, struct err_text *e);

#endif
