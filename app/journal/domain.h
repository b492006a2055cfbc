/* SPDX-License-Identifier: MIT */
/* The trade's own data: stages, phrases, rooms, crew trades, from the files of app/journal/data, compiled in, read once. Everything
 * returned is immutable and lives as long as the program. Thread: any. */
#ifndef SITELOG_JOURNAL_DOMAIN_H
#define SITELOG_JOURNAL_DOMAIN_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum domain_gate { GATE_NONE, GATE_SOFT, GATE_HARD };

#define DOMAIN_AFTER_MAX  4
#define DOMAIN_TRADES_MAX 8

struct domain_stage {
    const char *key, *zh, *en;
    int days_min, days, days_max; /* working days: least, typical, most */
    bool optional;
    const char *condition_zh, *condition_en; /* beyond `after`, or "" */
    const char *wait_zh, *wait_en;           /* waiting that cannot be avoided, or "" */
    enum domain_gate gate;
    const char *gate_zh, *gate_en;
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

/* Reads and checks all files; called at start, so that a bad file stops the program with its name and member. */
MUST_CHECK int domain_check(struct err_text *e);

const struct domain_stage *domain_stage(const char *key); /* NULL: unknown */
const struct domain_phrase *domain_phrase(const char *key);
const struct domain_room *domain_room(const char *key);
const struct domain_trade *domain_trade(const char *key);

const struct domain_stage *domain_stages(size_t *n);   /* in the order of work */
const struct domain_phrase *domain_phrases(size_t *n); /* by stage, in the order of the file */
const struct domain_room *domain_rooms(size_t *n);
const struct domain_trade *domain_trades(size_t *n);

/* The JSON as it is in the program: "stages" "phrases" "rooms" "trades"; NULL: no such file. */
const char *domain_file(const char *name, size_t *n);

#endif
