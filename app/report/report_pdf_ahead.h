/* SPDX-License-Identifier: MIT */
/* Photos fetched ahead: two threads make them ready while the document is drawn, never more than a few before they are wanted. Decoding is nine tenths of
 * what a report takes. Private to report_pdf*.c. Thread: the renderer's; the report_photo_fn is called on two others. */
#ifndef SITELOG_REPORT_REPORT_PDF_AHEAD_H
#define SITELOG_REPORT_REPORT_PDF_AHEAD_H

#include "app/report/report.h"

#define REPORT_PDF_JPEG_MAX (8u * 1024u * 1024u) /* bytes of a photo as it comes */

struct report_pdf_ahead;

/* order: indices of the report's photos as they will be asked for; borrowed, like report and view, until destroyed. Where no thread can be had, the
 * photos are fetched when they are asked for. Owns: caller. ERR_NOMEM. */
MUST_CHECK int report_pdf_ahead_create(const struct report *r, const struct report_view *view, unsigned long_px,
                                       const size_t *order, size_t count, struct report_pdf_ahead **out);

/* The next photo of the order. Owns: *jpeg is the caller's, also after an error. Errors: the view's. */
MUST_CHECK int report_pdf_ahead_take(struct report_pdf_ahead *a, struct buf *jpeg);

/* Waits for what is under way. Takes NULL. */
void report_pdf_ahead_destroy(struct report_pdf_ahead *a);

#endif
