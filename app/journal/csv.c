/* SPDX-License-Identifier: MIT */
/* Cells and rows. What a spreadsheet would run as a formula is made text: it runs what it is handed. */
#include "app/journal/csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void csv_start(struct csv *c, struct buf *out) {
    *c = (struct csv){ .out = out };
    (void)buf_add_text(out, "\xef\xbb\xbf");
}

static void begin(struct csv *c) {
    if (c->row) (void)buf_add_text(c->out, ",");
    c->row = true;
}

void csv_text(struct csv *c, const char *text) {
    begin(c);
    if (!text) text = "";
    (void)buf_add_text(c->out, text[0] && strchr("=+-@\t\r\n", text[0]) ? "\"'" : "\"");
    for (const char *quote; (quote = strchr(text, '"')); text = quote + 1) {
        (void)buf_add(c->out, text, (size_t)(quote - text));
        (void)buf_add_text(c->out, "\"\"");
    }
    (void)buf_add_text(c->out, text);
    (void)buf_add_text(c->out, "\"");
}

void csv_int(struct csv *c, int64_t value) {
    char text[24];
    begin(c);
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    (void)buf_add_text(c->out, text);
}

void csv_end(struct csv *c) {
    (void)buf_add_text(c->out, "\r\n");
    c->row = false;
}
