/* SPDX-License-Identifier: MIT */
/* What tus says in headers, parsed into types. Input is hostile. Pure. Thread: any. */
#ifndef SITELOG_HUB_TUS_HEADER_H
#define SITELOG_HUB_TUS_HEADER_H

#include "sync/hub/tus.h"

/* A non-negative decimal number with nothing around it, at most 2^53. ERR_INVALID, also for NULL. */
MUST_CHECK int tus_header_number(const char *text, int64_t *out);

/* Upload-Metadata: fills board, photo, sha256, filetype, thumb and metadata of *u. Keys that are not known are ignored, a key that is
 * there twice is refused. ERR_INVALID, ERR_TOO_BIG; *e says which key and what it must be. */
MUST_CHECK int tus_header_metadata(const char *text, struct tus_upload *u, struct err_text *e);

#endif
