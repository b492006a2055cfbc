/* SPDX-License-Identifier: MIT */
/* The trade's own data: stages, phrases, rooms, crew trades (checklists and more have headers of their own), from the files of app/journal/data, compiled in, read once. Everything
 * returned is immutable and lives as long as the program. Thread: any. */
#ifndef SITELOG_JOURNAL_DOMAIN_H
#define SITELOG_JOURNAL_DOMAIN_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum domain_gate { GATE_NONE, GATE_SOFT, GATE_HARD };

#define DOMAIN_AFTER_MAX  4
#define DOMAIN_TRADES_MAX 8
#define DOMAIN_MUST_MAX   4

struct domain_stage {
    const char *key, *zh, *en;
    int days_min, days, days_max;   /* working days of a new flat: least, typical, most */
    int old_min, old_days, old_max; /* of an old one */
    bool optional;
    const char *condition_zh, *condition_en; /* beyond `after`, or "" */
    const char *wait_zh, *wait_en;           /* waiting that cannot be avoided, or "" */
    int wait_days;                           /* calendar days of it that lie outside the stage's days; 0: none */
    bool wait_before;                        /* they lie before its work, not between it and what comes after */
    enum domain_gate gate;
    bool gate_rooms; /* passed room by room */
    const char *gate_zh, *gate_en;
    const char *must[DOMAIN_MUST_MAX]; /* timed items of the checklist that have to have passed, also at a soft gate */
    size_t must_count;
    const char *after[DOMAIN_AFTER_MAX]; /* stages that come before */
    size_t after_count;
    const char *trades[DOMAIN_TRADES_MAX];
    size_t trade_count;
};

struct domain_phrase {
    const char *key, *zh, *en;
    char stage[41];    /* "any" for the general ones */
    const char *flags; /* of "MTGW" */
};

struct domain_room {
    const char *key, *zh, *en;
};

struct domain_trade {
    const char *key, *zh, *en;
    bool crew; /* counted in a log's crew */
};

/* Reads and checks all files, those of checklist.h, hazard_phrase.h, reason.h, lead.h and template.h too; called at start, so that a bad file
 * stops the program with its name and member. */
MUST_CHECK int domain_check(struct err_text *e);

const struct domain_stage *domain_stage(const char *key); /* NULL: unknown */
const struct domain_phrase *domain_phrase(const char *key);
const struct domain_room *domain_room(const char *key);
const struct domain_trade *domain_trade(const char *key);

const struct domain_stage *domain_stages(size_t *n);   /* in the order of work */
const struct domain_phrase *domain_phrases(size_t *n); /* by stage, in the order of the file */
const struct domain_room *domain_rooms(size_t *n);

/* The JSON as it is in the program: "stages" "phrases" "rooms" "trades" "checklists" "hazards" "reasons" "leads" "templates"; NULL: no such
 * file. Screens read the same files at /shared/data/{name}.json. */
const char *domain_file(const char *name, size_t *n);

#endif
