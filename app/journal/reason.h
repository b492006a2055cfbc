/* SPDX-License-Identifier: MIT */
/* Reasons: of a delay or idle day, with whose it is and whether it extends the contract; of a change order, with who answers for it. From
 * app/journal/data/reasons.json. Immutable, as long as the program. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_REASON_H
#define SITELOG_JOURNAL_REASON_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum reason_party {
    REASON_OWNER,
    REASON_COMPANY,
    REASON_SUPPLIER,
    REASON_THIRD_PARTY,
    REASON_CALENDAR,
    REASON_FORCE_MAJEURE,
    REASON_NONE
};

enum reason_extends {
    REASON_YES,    /* the contract is extended */
    REASON_NO,     /* it is not */
    REASON_DECIDE, /* head office decides */
    REASON_PLANNED /* the plan has it already: no delay */
};

struct reason_delay {
    const char *key, *zh, *en;
    enum reason_party party;
    enum reason_extends extends;
    bool hold; /* head office holds the site for it */
};

struct reason_change {
    const char *key, *zh, *en;
    const char *responsibility; /* customer design error site_condition omission quantity supplier regulation */
    bool credit;                /* takes something off: the amount is negative */
};

/* As reasons.json has them: "owner" … "none"; "yes" "no" "decide" "planned". */
const char *reason_party_name(enum reason_party party);
const char *reason_extends_name(enum reason_extends extends);

/* Who may answer for a change, as reason_change has it. NULL-ended. */
extern const char *const reason_responsibilities[];

/* NULL: unknown. */
const struct reason_delay *reason_delay_find(const char *key);
const struct reason_change *reason_change_find(const char *key);

/* ---- for domain_check ---- */
MUST_CHECK int reason_file_check(struct err_text *e);

#endif
