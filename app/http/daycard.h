/* SPDX-License-Identifier: MIT */
/* From a daily log to its day card: finds the words in the reader's language and the photos' bytes. */
#ifndef SITELOG_HTTP_DAYCARD_H
#define SITELOG_HTTP_DAYCARD_H

#include "app/http/app.h"
#include "firmware/base/buf.h"

struct daycard;

/* Reads what the card says. zh: Chinese, else English. ERR_NOT_FOUND. Owns: caller. Thread: that of the db handle. */
MUST_CHECK int daycard_read(struct app *app, struct db *db, const char *site, const char *id, bool zh,
                            struct daycard **out);
void daycard_destroy(struct daycard *d);

/* Draws it as a JPEG. ERR_NOT_FOUND (no font; *e names the package). Thread: pool; computes. */
MUST_CHECK int daycard_draw(struct app *app, struct daycard *d, struct buf *out, struct err_text *e);

/* Changes when the card would: for an ETag. */
const char *daycard_version(const struct daycard *d);

#endif
