/* SPDX-License-Identifier: MIT */
/* A site's plan: name, time zone, stages, cut-offs, the masked customer. plan-set has the subject plan/{site}; people are events of
 * their own (person.h). A member that a plan-set leaves out (contract_amount, customer) stays as an earlier one had it.
 * Thread: any, on the handle's thread; plan_set inside a write transaction on the store's thread. */
#ifndef SITELOG_JOURNAL_PLAN_H
#define SITELOG_JOURNAL_PLAN_H

#include "app/journal/item.h"
#include "app/journal/journal.h"
#include "firmware/base/tz.h"

#define PLAN_NAME_SIZE    128
#define PLAN_TZ_SIZE      64
#define PLAN_STAGES_MAX   40
#define PLAN_AFTER_MAX    8
#define PLAN_HOLIDAYS_MAX 200

struct plan_stage {
    char key[41];
    char start[TZ_DATE_SIZE], finish[TZ_DATE_SIZE]; /* planned; "" where not said */
    char after[PLAN_AFTER_MAX][41];
    size_t after_count;
};

struct plan_cutoffs {
    int daylog_min;                 /* minutes since midnight, site time */
    int report_weekday, report_min; /* 1 Monday … 7 Sunday */
    int callback_days;              /* how often the homeowner is called */
    bool workday[8];                /* [1] Monday … [7] Sunday */
    char (*holidays)[TZ_DATE_SIZE];
    size_t holiday_count; /* owned, sorted */
};

struct plan {
    int64_t version;           /* plan-set events folded; 0: none, all below are the defaults */
    char name[PLAN_NAME_SIZE]; /* the site's id without a plan */
    char timezone[PLAN_TZ_SIZE];
    struct plan_stage *stages;
    size_t stage_count;                         /* owned; the standard ones where the plan names none */
    bool standard;                              /* so it is */
    struct plan_cutoffs cutoffs;                /* without a plan 18:30, Saturday 18:00, Monday to Saturday */
    int64_t contract_fen;                       /* hundredths; -1: not said */
    char customer_name[64], customer_phone[32]; /* masked, or "" */
};

/* What is in force. fallback_tz: of a site without a plan. Never ERR_NOT_FOUND. Owns: caller; plan_fini. */
MUST_CHECK int plan_read(struct db *db, const char *site, const char *fallback_tz, struct plan *out);
void plan_fini(struct plan *p);

/* Only the time zone's name: what every event of the site needs. */
MUST_CHECK int plan_timezone(struct db *db, const char *site, const char *fallback, char out[PLAN_TZ_SIZE]);
MUST_CHECK int plan_version(struct db *db, const char *site, int64_t *out);

/* A date on which the site works: a workday and no holiday. date must be valid. */
bool plan_workday(const struct plan_cutoffs *c, const char *date);
/* When the daily log of a date is due. */
MUST_CHECK int plan_daylog_due(const struct plan *p, const struct tz *tz, const char *date, struct wall *out);
/* The stage of that key, or NULL. */
const struct plan_stage *plan_stage_find(const struct plan *p, const char *key);

/* If-Match: "3", bare or in quotes. ERR_INVALID. */
MUST_CHECK int plan_if_match(const char *header, int64_t *out);

/* All that PUT /sites/{site} does: one plan-set, one person-set for each changed person of "people" (who is not named there stays), and
 * for a new site what the company set for all of them (company.h).
 * Customer and free text are masked before the event is made. ERR_CONFLICT: the version is not if_match. ERR_INVALID: e->field.
 * *answer: the site as site_print shows it, with customer and names, also on ERR_CONFLICT. actor: "user/…". */
MUST_CHECK int plan_set(struct journal *j, struct db *db, const char *site, int64_t if_match, const char *body,
                        size_t n, const char *actor, struct buf *answer, struct err_text *e);

/* ---- for the table of events ---- */
extern const struct subject_kind plan_kind;
MUST_CHECK int plan_check(const struct json *data, struct err_text *e); /* plan-set */

#endif
