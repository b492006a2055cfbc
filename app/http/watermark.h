/* SPDX-License-Identifier: MIT */
/* From a photo's record to its watermark: finds the words in the reader's language and the photo's bytes. */
#ifndef SITELOG_HTTP_WATERMARK_H
#define SITELOG_HTTP_WATERMARK_H

#include "app/http/app.h"
#include "firmware/base/buf.h"
#include "firmware/base/hash.h"

struct watermark;

/* Reads what it says. zh: Chinese, else English; names: who took the photo is said. ERR_NOT_FOUND; ERR_GONE: withdrawn. Owns: caller. Thread: that of
 * the db handle. */
MUST_CHECK int watermark_read(struct app *app, struct db *db, const char *site, const char *id, bool zh, bool names,
                              struct watermark **out);
void watermark_destroy(struct watermark *w);

const char *watermark_id(const struct watermark *w); /* the photo's */

/* Changes when the stamped photo would: for an ETag. */
void watermark_version(const struct watermark *w, char out[HASH_TEXT_SIZE]);

/* The photo's original bytes, appended to *out. Errors: as blobs_read. Thread: pool. */
MUST_CHECK int watermark_load(struct app *app, const struct watermark *w, struct buf *out);

/* The stamped photo, appended to *out. Errors: as stamp_draw, and ERR_NOT_FOUND (no font; *e names the package). Thread: pool; computes. */
MUST_CHECK int watermark_draw(struct app *app, const struct watermark *w, const struct buf *photo, struct buf *out,
                              struct err_text *e);

#endif
