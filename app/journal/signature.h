/* SPDX-License-Identifier: MIT */
/* A finger's signature: an SVG path of nothing but M and L with plain numbers, and what is signed with it. The path is strict so that it can be put
 * into a page, a report or an evidence pack as it is. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_SIGNATURE_H
#define SITELOG_JOURNAL_SIGNATURE_H

#include "firmware/base/buf.h"
#include "firmware/base/hash.h"

#include <stdbool.h>

#define SIGNATURE_PATH_MAX   (24 * 1024) /* bytes */
#define SIGNATURE_POINTS_MAX 4000
#define SIGNATURE_SIDE_MAX   4000 /* of the pad it was drawn on */

/* "M10 20L11.5 20.25L…M…": begins with M; every command is followed by x and y, numbers of at most four digits and two decimals with one space
 * between them; no other sign. */
bool signature_is_path(const char *path);

/* Its points, and the box they are in; false where it is no path. A dot is no signature: see `points`. */
struct signature_box {
    size_t points;
    double width, height, right, bottom; /* right and bottom: the largest x and y */
};
bool signature_measure(const char *path, struct signature_box *out);

/* What was confirmed, in words that do not depend on how JSON is written. */
struct signature_statement {
    const char *org, *site;
    const char *subject; /* "change/…" */
    const char *event;   /* id of the event that is confirmed */
    const char *amount;  /* "-1234.50", or "" */
    const char *text;    /* as shown */
    const char *date;    /* the site's */
    const char *method;  /* "signature" "crm" */
    const char *path;    /* or "" */
};

/* "sitelog-confirmation-v1\n{org}/{site}\n{subject}\n{event}\n{amount}\n{SHA-256 of text}\n{date}\n{method}\n{SHA-256 of path, or -}", no newline at
 * the end; sha256: of that. */
MUST_CHECK int signature_state(const struct signature_statement *s, struct buf *statement, char sha256[HASH_TEXT_SIZE]);

/* Does the statement hash to sha256, and does its last line fit the path ("" of a CRM's)? */
bool signature_proves(const char *statement, const char *sha256, const char *path);

#endif
