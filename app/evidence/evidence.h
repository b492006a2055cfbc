/* SPDX-License-Identifier: MIT */
/* The complete file of a site as one ZIP that anybody can check without this program: every chain of events byte for byte, signed heads and the
 * keys, photos as they were taken, and a report to read. What is in it is said in HOWTO-VERIFY.txt (evidence_text.c).
 *   report.html HOWTO-VERIFY.txt manifest.json
 *   events/{writer}/{epoch}/{lane}.jsonl and .hashes    heads/{writer}.{epoch}.{txt,sig,pem}
 *   photos/{sha256}.jpg thumbs/{sha256}.jpg
 *   SHA256SUMS signature/{statement.txt,signature.bin,key.pem}
 * Reads only, in one snapshot, beside a daemon or without one. Personal data is in it as it is stored: masked. Thread: that of the handle;
 * blocks for as long as the photos take. */
#ifndef SITELOG_EVIDENCE_EVIDENCE_H
#define SITELOG_EVIDENCE_EVIDENCE_H

#include "app/photo/blobs.h"
#include "firmware/db/db.h"

struct evidence_ask {
    const char *org, *site, *writer; /* writer: of this installation, whose key seals the pack */
    const char *software;
    const char *fallback_tz; /* of a site without a plan */
    const char *from, *to;   /* the site's dates, inclusive, or NULL */
    const char *path;        /* of the ZIP; no file may be there */
    struct blobs *blobs;
    struct wall now;
};

struct evidence_done {
    int64_t events, chains, photos, photos_missing, bytes;
    char sha256[HASH_TEXT_SIZE]; /* of the ZIP */
};

/* Of each chain: what lies between its first and its last event of those days, without a gap. Without dates: all there is.
 * ERR_NOT_FOUND: no such site; ERR_INVALID: e->field "from" or "to"; ERR_CORRUPT: a chain or a photo is not what was written (sitelogctl verify
 * says more); pack.h's. After an error there is no file. */
MUST_CHECK int evidence_make(struct db *db, const struct evidence_ask *ask, struct evidence_done *out,
                             struct err_text *e);

#endif
