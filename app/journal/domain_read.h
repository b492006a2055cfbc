/* SPDX-License-Identifier: MIT */
/* One function a data file: JSON into tables, strictly. Strings are copied once and live as long as the program. Used by domain.c and its tests. */
#ifndef SITELOG_JOURNAL_DOMAIN_READ_H
#define SITELOG_JOURNAL_DOMAIN_READ_H

#include "app/journal/domain.h"
#include "firmware/base/json.h"

#define DOMAIN_STAGES_MAX     40
#define DOMAIN_PHRASES_MAX    600
#define DOMAIN_ROOMS_MAX      60
#define DOMAIN_TRADE_ROWS_MAX 80

struct domain_tables {
    struct domain_stage stages[DOMAIN_STAGES_MAX];
    size_t stage_count;
    struct domain_phrase phrases[DOMAIN_PHRASES_MAX];
    size_t phrase_count;
    struct domain_room rooms[DOMAIN_ROOMS_MAX];
    size_t room_count;
    struct domain_trade trades[DOMAIN_TRADE_ROWS_MAX];
    size_t trade_count;
    struct domain_text *texts; /* all copied strings */
};

/* Stages name trades, and phrases name stages, that are read before. ERR_INVALID names the member: "phrases.3.key". */
MUST_CHECK int domain_read_trades(const struct json *root, struct domain_tables *t, struct err_text *e);
MUST_CHECK int domain_read_stages(const struct json *root, struct domain_tables *t, struct err_text *e);
MUST_CHECK int domain_read_rooms(const struct json *root, struct domain_tables *t, struct err_text *e);
MUST_CHECK int domain_read_phrases(const struct json *root, struct domain_tables *t, struct err_text *e);

/* Frees the strings: for tables that are not the program's own. */
void domain_tables_fini(struct domain_tables *t);

#endif
