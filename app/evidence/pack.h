/* SPDX-License-Identifier: MIT */
/* A ZIP file under way: one entry after the other, each hashed as it is written, and the hashes as its last entry. It is written beside its
 * place, as {path}.part, and takes its name only when it is whole and on the disk. Memory does not grow with what goes in, but for one line an
 * entry. Thread: one at a time; blocks. */
#ifndef SITELOG_EVIDENCE_PACK_H
#define SITELOG_EVIDENCE_PACK_H

#include "firmware/base/buf.h"
#include "firmware/base/clock.h"
#include "firmware/base/hash.h"

#include <stdbool.h>

#define PACK_SUMS "SHA256SUMS" /* as sha256sum writes and checks it */

struct pack;

/* made: the entries' time. Owns: caller; pack_destroy. ERR_EXISTS: there is a file at path; ERR_BUSY: another program writes it; ERR_DENIED,
 * ERR_NO_SPACE, ERR_IO. *e says what to do. */
MUST_CHECK int pack_create(const char *path, struct wall made, struct pack **out, struct err_text *e);

/* What was not finished is removed. Takes NULL. */
void pack_destroy(struct pack *p);

/* Begins an entry. name: ASCII, with "/" between folders. size: bytes, or -1 when they are not known yet; stored: not compressed (JPEG). */
MUST_CHECK int pack_begin(struct pack *p, const char *name, int64_t size, bool stored);
MUST_CHECK int pack_write(struct pack *p, const void *bytes, size_t n);
MUST_CHECK int pack_end(struct pack *p);

/* A small entry at once. */
MUST_CHECK int pack_put(struct pack *p, const char *name, const void *bytes, size_t n);

/* The hashes of all entries so far as the entry PACK_SUMS; sha256: of that. Entries put later are not in it. */
MUST_CHECK int pack_seal(struct pack *p, char sha256[HASH_TEXT_SIZE]);

/* Ends the file, makes it durable and gives it its name; sha256 and *bytes: of the file. pack_destroy is still the caller's. */
MUST_CHECK int pack_finish(struct pack *p, char sha256[HASH_TEXT_SIZE], int64_t *bytes, struct err_text *e);

/* What went wrong last, in words that say what to do; rc: what a function above returned. Returns rc. */
int pack_error(const struct pack *p, int rc, struct err_text *e);

#endif
