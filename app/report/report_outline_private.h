/* SPDX-License-Identifier: MIT */
/* What the files of the outline share. */
#ifndef SITELOG_REPORT_OUTLINE_PRIVATE_H
#define SITELOG_REPORT_OUTLINE_PRIVATE_H

#include "app/report/report_outline.h"

struct outline {
    const struct report *r;
    bool names;
    const struct report_sink *sink;
    void *ctx;
    struct report_pool pool; /* of the cells */
    bool *shown;             /* photos that have been shown */
};

/* Adds a line to a cell; one without words is left out. */
void report_outline_put(struct outline *o, struct report_cell *cell, struct report_words text, enum report_tone tone);
void report_outline_put_photos(struct outline *o, struct report_cell *cell, const struct report_list *list);
/* "who", where people are named; lines with a label before the text: "备注 …". */
void report_outline_put_who(struct outline *o, struct report_cell *cell, const char *who);
void report_outline_put_note(struct outline *o, struct report_cell *cell, const char *note);
void report_outline_put_labelled(struct outline *o, struct report_cell *cell, struct report_words label,
                                 struct report_words text);
struct report_words report_outline_join(struct outline *o, struct report_words a, const char *between,
                                        struct report_words b);

struct report_figures {
    struct report_figure *list;
    size_t n;
};
/* Those of a list that were not shown before; they have been, from now on. */
void report_outline_figures(struct outline *o, struct report_figures *f, const struct report_list *list,
                            struct report_words label);

/* What is judged: report_outline_quality.c. */
void report_outline_inspections(struct outline *o);
void report_outline_tests(struct outline *o);
void report_outline_hazards(struct outline *o);
struct report_words report_outline_verdict(enum report_verdict v, enum report_tone *tone);

#endif
