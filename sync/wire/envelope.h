/* SPDX-License-Identifier: MIT */
/* An event as it travels and as it is kept: CloudEvents 1.0, structured JSON, at most 64 KiB (wire version 1; the schemas
 * are in sync/wire/schema). Its bytes are made once, by envelope_make inside the storing transaction, and never again.
 * Pure. Thread: any. */
#ifndef SITELOG_WIRE_ENVELOPE_H
#define SITELOG_WIRE_ENVELOPE_H

#include "firmware/base/buf.h"
#include "firmware/base/hash.h"
#include "firmware/base/ids.h"
#include "firmware/base/json.h"

#define ENVELOPE_MAX          (64u * 1024u) /* bytes of a whole event */
#define ENVELOPE_TYPE_SIZE    48
#define ENVELOPE_SUBJECT_SIZE 96
#define ENVELOPE_ACTOR_SIZE   64

enum lane { LANE_ALERT, LANE_RECORD, LANE_PHOTO, LANE_COUNT };

const char *lane_name(enum lane lane); /* "alert" "record" "photo" */
MUST_CHECK int lane_parse(const char *name, enum lane *out);

/* What identifies an event everywhere. */
struct event_key {
    char writer[NAME_SIZE];
    char epoch[ID_SIZE];
    enum lane lane;
    uint64_t seq; /* 1 … 2^53-1 */
};

struct envelope {
    struct event_key key;
    char id[ID_SIZE];
    char org[NAME_SIZE], site[NAME_SIZE];
    char type[ENVELOPE_TYPE_SIZE];       /* "daylog-submitted"; of another version than 1: "daylog-submitted.v2" */
    char subject[ENVELOPE_SUBJECT_SIZE]; /* "{kind}/{id}" */
    char time[CLOCK_TEXT_SIZE];          /* as written, with the site's offset */
    char prev[HASH_TEXT_SIZE];
    uint64_t rev;                    /* of the subject, from 1 */
    char actor[ENVELOPE_ACTOR_SIZE]; /* "user/u-03", "rule/…", "board" */
    char clock[5];                   /* "ntp" "rtc" "none" */
    int64_t boot;                    /* boots counted */
    int64_t mono;                    /* whole seconds since that boot */
    char inreplyto[ID_SIZE];         /* "" where it answers nothing */
    const struct json *data;         /* an object; a part of tree, or, of what is to be made, the caller's */
    struct json *tree;               /* the event as it was read, owned; NULL where it was not */
};

void envelope_fini(struct envelope *e); /* frees tree, and data with it; fine on a zeroed one */

/* Appends the bytes to *out, members in the order of the wire document, and gives what a reader of them reads.
 * Owns: *back, unless NULL, is the caller's; envelope_fini. ERR_TOO_BIG over ENVELOPE_MAX, ERR_INVALID for a member that
 * would not be read back, ERR_NOMEM. */
MUST_CHECK int envelope_make(const struct envelope *in, struct buf *out, struct envelope *back, struct err_text *e);

/* Reads and checks everything but data's own schema. Unknown members are ignored.
 * Owns: out->tree; envelope_fini. ERR_INVALID naming the member, ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK int envelope_read(const char *bytes, size_t n, struct envelope *out, struct err_text *e);

/* The key alone, also from bytes that envelope_read refuses (bad JSON, too big): so that poison can be rejected by its seq.
 * ERR_INVALID when even that is not in them. */
MUST_CHECK int envelope_read_key(const char *bytes, size_t n, struct event_key *out);

/* 36 characters of a UUID of any version, lower case. */
bool envelope_is_uuid(const char *text);

/* The order in which a subject's events fold: (rev, writer, epoch, seq), then lane. <0, 0, >0. */
int envelope_fold_order(uint64_t rev_a, const struct event_key *a, uint64_t rev_b, const struct event_key *b);

#endif
