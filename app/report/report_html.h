/* SPDX-License-Identifier: MIT */
/* A report as one HTML document: no script and no style of its own (the strict Content-Security-Policy stands), a style sheet that the hub serves, which
 * also knows how it is printed. Photos are links to the photo routes. Thread: any; computes. */
#ifndef SITELOG_REPORT_REPORT_HTML_H
#define SITELOG_REPORT_REPORT_HTML_H

#include "app/report/report.h"

#define REPORT_HTML_STYLE "/office/report.css"

/* Appends the document to *out. pdf: address of the same as a PDF, or NULL. Errors: report_outline's, and out's. */
MUST_CHECK int report_html(const struct report *r, const struct report_view *view, const char *pdf, struct buf *out);

/* Appends text with & < > " ' as entities; control characters other than line ends become spaces. What is read as one
 * ("≥ 20 mm", "24 小时") is tied by blanks that no line ends at. */
void report_html_text(struct buf *out, const char *text);

#endif
