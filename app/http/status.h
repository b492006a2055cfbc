/* SPDX-License-Identifier: MIT */
/* Where a board stands: for GET /api/v1/status, the beat's health, the live `marks` and metrics. Thread: that of the db handle. */
#ifndef SITELOG_HTTP_STATUS_H
#define SITELOG_HTTP_STATUS_H

#include "app/http/app.h"
#include "firmware/base/buf.h"

#define STATUS_MAX 8192 /* bytes of any of them */

/* The whole of it, as interfaces name it. */
MUST_CHECK int status_print(struct app *app, struct db *db, struct buf *out);

/* What changes from minute to minute: {"site","lanes","photos","link","hub","rejected"}. */
MUST_CHECK int status_print_marks(struct app *app, struct db *db, struct buf *out);

/* How the machine is; all of it unknown where nobody looks. Thread: any. */
struct vitals status_vitals(struct app *app);

#endif
