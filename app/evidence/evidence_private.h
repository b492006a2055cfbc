/* SPDX-License-Identifier: MIT */
/* What the files of the evidence pack share. Not for others. */
#ifndef SITELOG_EVIDENCE_EVIDENCE_PRIVATE_H
#define SITELOG_EVIDENCE_EVIDENCE_PRIVATE_H

#include "app/evidence/evidence.h"
#include "app/evidence/pack.h"
#include "firmware/base/json.h"
#include "firmware/base/tz.h"

#define EVIDENCE_WHOLE_TO INT64_MAX

struct evidence {
    struct db *db;
    const struct evidence_ask *ask;
    struct pack *pack;
    struct tz *tz;
    char timezone[64];
    int64_t from_ms, to_ms; /* of events: from_ms <= at < to_ms */
    uint8_t public_key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
    struct buf manifest;
    struct json_out w; /* the manifest's object, open */
    struct evidence_done done;
    struct err_text *e;
};

/* "2026-11-22 16:04:05", the site's time. */
#define EVIDENCE_TIME_SIZE 40
void evidence_time(const struct evidence *v, int64_t at_ms, char out[EVIDENCE_TIME_SIZE]);

/* A key as PEM, "-----BEGIN PUBLIC KEY-----…". */
MUST_CHECK int evidence_pem(const uint8_t key[SIGN_PUBLIC_SIZE], struct buf *out);

/* events/ and the manifest's "chains" (evidence_chains.c). */
MUST_CHECK int evidence_chains(struct evidence *v);

/* heads/ and the manifest's "signed_heads" (evidence_heads.c). */
MUST_CHECK int evidence_heads(struct evidence *v);

/* photos/, thumbs/ and the manifest's "photos" (evidence_photos.c). */
MUST_CHECK int evidence_photos(struct evidence *v);

/* report.html (evidence_page.c). */
MUST_CHECK int evidence_page(struct evidence *v);

/* HOWTO-VERIFY.txt (evidence_text.c). */
extern const char evidence_howto[];

/* ---- words (evidence_words.c) ---- */
struct evidence_words {
    const char *key, *zh, *en;
};
/* Of a type of events, and of a member of its data; en is the key itself where it is not known, zh then "". */
struct evidence_words evidence_type_words(const char *type);
struct evidence_words evidence_member_words(const char *name);

#endif
