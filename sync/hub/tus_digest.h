/* SPDX-License-Identifier: MIT */
/* Upload-Checksum: "sha1 <base64>" or "sha256 <base64>", over one request's body. Thread: any; a digest belongs to one. */
#ifndef SITELOG_HUB_TUS_DIGEST_H
#define SITELOG_HUB_TUS_DIGEST_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define TUS_DIGEST_ALGORITHMS "sha1,sha256"

struct tus_digest;

/* ERR_INVALID, ERR_UNSUPPORTED (another algorithm), ERR_NOMEM. Owns: caller; tus_digest_destroy (takes NULL). */
MUST_CHECK int tus_digest_create(const char *header, struct tus_digest **out);
void tus_digest_add(struct tus_digest *d, const void *bytes, size_t n);
bool tus_digest_matches(struct tus_digest *d); /* once, at the end */
void tus_digest_destroy(struct tus_digest *d);

#endif
