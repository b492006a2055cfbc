/* SPDX-License-Identifier: MIT */
/* A report as a PDF: A4, paged, Chinese first. The same report gives the same bytes, wherever fonts-wqy-microhei is the same.
 * Memory: the document itself (about 35 KB a photo), two photos' decoders at a time as they come and four that wait, and what Pango holds of the font. Thread: any, several at once;
 * computes and waits for photos: never on the loop thread. */
#ifndef SITELOG_REPORT_REPORT_PDF_H
#define SITELOG_REPORT_REPORT_PDF_H

#include "app/report/report.h"

/* Long side of the photos asked for: 220 dots an inch on paper. An eighth of what 12 megapixels have, so that a decoder has the least to do. */
#define REPORT_PDF_PHOTO_PX 480

/* Appends the document to *out. A photo that is not here, or broken, is no error: its place says so. ERR_NOT_FOUND: no font (*e names the package);
 * ERR_NOMEM, ERR_TOO_BIG (*out is full). */
MUST_CHECK int report_pdf(const struct report *r, const struct report_view *view, struct buf *out, struct err_text *e);

#endif
