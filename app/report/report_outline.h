/* SPDX-License-Identifier: MIT */
/* A report as what is written on paper, one thing after the other: headings, lines, tables, pictures. Which words it uses and in which order is decided
 * here, once for every form; how it looks is its sink's. Thread: one at a time. */
#ifndef SITELOG_REPORT_OUTLINE_H
#define SITELOG_REPORT_OUTLINE_H

#include "app/report/report.h"

#define REPORT_WORDS(z, e) ((struct report_words){ (z), (e) })
#define REPORT_COLUMNS_MAX 6

enum report_tone { REPORT_PLAIN, REPORT_QUIET, REPORT_GOOD, REPORT_WARN, REPORT_BAD };

struct report_piece {          /* a line of a cell */
    struct report_words label; /* before the text, in its line; or "" */
    struct report_words text;
    enum report_tone tone;
    const struct report_list *photos; /* instead of text: "图 3、5"; NULL */
};
struct report_cell {
    struct report_piece *pieces;
    size_t n;
};
struct report_column {
    struct report_words title;
    int part; /* its share of the width */
};
struct report_fact {
    struct report_words name, value;
};
struct report_tile { /* a number that counts */
    struct report_words name;
    const char *value;
    enum report_tone tone;
};
struct report_figure {
    size_t photo;              /* index in the report's photos */
    struct report_words label; /* "整改前", or "" */
};

/* Any order of calls as they come; a table's rows come between table and table_end. Everything is borrowed for the call. */
struct report_sink {
    void (*head)(void *ctx, struct report_words verdict,
                 enum report_tone tone); /* title, site and period are the report's */
    void (*facts)(void *ctx, const struct report_fact *facts, size_t n);
    void (*tiles)(void *ctx, const struct report_tile *tiles, size_t n);
    void (*heading)(void *ctx, struct report_words text);
    void (*line)(void *ctx, struct report_words text, enum report_tone tone);
    void (*table)(void *ctx, const struct report_column *columns, size_t n);
    void (*row)(void *ctx, const struct report_cell *cells, size_t n);
    void (*table_end)(void *ctx);
    void (*figures)(void *ctx, const struct report_figure *figures, size_t n);
};

/* names: who wrote, took and judged is said. ERR_NOMEM, ERR_TOO_BIG. */
MUST_CHECK int report_outline(const struct report *r, bool names, const struct report_sink *sink, void *ctx);

bool report_outline_said(struct report_words w); /* it is not "" in both */

/* The first language's words, and the second's where they are to be said, too, and differ; "" for none. */
void report_outline_pick(enum report_lang lang, struct report_words w, const char **first, const char **second);

/* "图 3、5" and "photos 3, 5" of those that the report holds; "" for none. Numbers are counted from 1. */
void report_outline_photos(const struct report *r, const struct report_list *list, struct buf *zh, struct buf *en);

#endif
