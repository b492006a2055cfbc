/* SPDX-License-Identifier: MIT */
/* Checklists: what is looked at, measured or tested in a stage, with its limits and where they come from. Here are the items that the program
 * brings along (app/journal/data/checklists.json) and how a value is judged; what a company changes in them is in checklist_set.h, and what is in
 * force at a site is read there. Pure. Immutable; what the functions without a `struct checklist` return lives as long as the program. Thread: any. */
#ifndef SITELOG_JOURNAL_CHECKLIST_H
#define SITELOG_JOURNAL_CHECKLIST_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define CHECKLIST_PARTS_MAX  6
#define CHECKLIST_PHASES_MAX 3
#define CHECKLIST_ITEMS_MAX  120 /* of one stage */
#define CHECKLIST_LIMIT_SIZE 512 /* what is longer is cut between characters */

enum checklist_kind {
    CHECKLIST_CHECK,   /* yes or no */
    CHECKLIST_MEASURE, /* one value a part */
    CHECKLIST_TIMED,   /* phases one after the other, each with a least duration */
};

/* One value that is measured. A limit that there is not is NAN. */
struct checklist_part {
    const char *key, *zh, *en, *unit; /* a single one's key is "value" */
    double min, max;                  /* both pass */
    double below;                     /* itself fails */
    double equal, tolerance;          /* equal ± tolerance passes */
};

struct checklist_phase {
    const char *key, *zh, *en;
    const char *unit;                /* of the start and end values; "": none are read off */
    const char *start_zh, *start_en; /* what the start value is ("depth"), or "" */
    int minutes;                     /* least duration */
    double start_min;                /* least start value; of a ponding its depth in mm. NAN: none */
    double start_about;  /* what it usually is; without start_min less than half of it fails. NAN: not said */
    double start_factor; /* the start value is at least this × the working pressure. NAN: none */
    double drop_max;     /* greatest fall from start to end. NAN: not judged */
};

struct checklist_item {
    const char *key, *stage, *zh, *en;
    enum checklist_kind kind;
    const char *source; /* letters of the file's sources, alternatives parted by "/": "A/M", "t?" */
    bool required, photo_required;
    bool red_line;                           /* in force: a failure fails the report */
    bool red_line_if_confirmed;              /* off, until the company confirms what it rests on */
    bool confirmed;                          /* by the company */
    bool company;                            /* its own: added or replaced by a checklist-set */
    bool site;                               /* that one was for this site alone (at a board: not known, true) */
    const char *criterion_zh, *criterion_en; /* what is looked at beside the value, or of a check, or "" */
    const char *condition_zh, *condition_en; /* only where this is so ("if contracted"), or "" */
    const char *note_zh, *note_en;           /* other limits that are in use, how it is measured, or "" */
    struct checklist_part parts[CHECKLIST_PARTS_MAX];
    size_t part_count; /* of a measure: 1 or more */
    struct checklist_phase phases[CHECKLIST_PHASES_MAX];
    size_t phase_count; /* of a timed: 1 or more */
};

/* The program's own items, in the order of stages and work; NULL: unknown. */
const struct checklist_item *checklist_items(size_t *n);
const struct checklist_item *checklist_item_find(const char *key);
int checklist_file_version(void);

/* Does a red line need the company's confirmation with this source? ("m" or "?" in it). */
bool checklist_source_weak(const char *source);
/* One of the letters A M m t C, maybe with "?", or several parted by "/". */
bool checklist_source_valid(const char *source);

/* ---- judging ---- */

enum checklist_fault {
    CHECKLIST_OK,
    CHECKLIST_NO,      /* checked: it is not so */
    CHECKLIST_MISSING, /* a value that has to be there is not */
    CHECKLIST_LOW,
    CHECKLIST_HIGH,
    CHECKLIST_SHORT, /* ended before its least duration */
    CHECKLIST_START, /* begun with too little */
    CHECKLIST_DROP,  /* fell by more than is allowed */
};

struct checklist_verdict {
    bool pass;
    enum checklist_fault fault;
    char zh[CHECKLIST_LIMIT_SIZE], en[CHECKLIST_LIMIT_SIZE]; /* the limit in words: "≤ 3 mm"; "": there is none */
};

/* A value against its limit. part: its key, NULL for the first; of a check: NULL, and value 0 is no. ERR_NOT_FOUND: no such part, or a timed item. */
MUST_CHECK int checklist_judge(const struct checklist_item *item, const char *part, double value,
                               struct checklist_verdict *out);

/* What a phase of a timed test came to. Values that were not read off are NAN. */
struct checklist_run {
    double minutes; /* from start to end; while it runs, until now */
    double start, end;
    double working; /* the working pressure, where it is known */
};

/* phase: its key, NULL for the first. The duration is looked at first: no early pass. ERR_NOT_FOUND: no such phase. */
MUST_CHECK int checklist_judge_run(const struct checklist_item *item, const char *phase,
                                   const struct checklist_run *run, struct checklist_verdict *out);

/* The limit in words, without a value: "≤ 3 mm", "≥ 24 小时，水深 ≥ 20 mm". */
void checklist_part_limit(const struct checklist_part *part, bool zh, char out[CHECKLIST_LIMIT_SIZE]);
void checklist_phase_limit(const struct checklist_phase *phase, bool zh, char out[CHECKLIST_LIMIT_SIZE]);
const char *checklist_unit(const char *unit, bool zh); /* "个" for "pcs" */

/* ---- for domain_check ---- */
MUST_CHECK int checklist_file_check(struct err_text *e);

#endif
