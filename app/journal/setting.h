/* SPDX-License-Identifier: MIT */
/* What head office sets for a site, and its rules go by: one table of keys with range, default and help (setting.c). A value is the event
 * `setting-set` (subject setting/{key}, data {"key","value"}; value null: the default again); it travels like every event, so that board and hub
 * judge by the same. Thread: any, on the handle's thread; what writes, inside a write transaction on the store's thread. */
#ifndef SITELOG_JOURNAL_SETTING_H
#define SITELOG_JOURNAL_SETTING_H

#include "app/journal/journal.h"
#include "firmware/base/tz.h"

enum setting_type { SETTING_INT, SETTING_CONSENT };

struct setting_key {
    const char *key;
    enum setting_type type;
    int64_t min, max, standard; /* of an int */
    const char *unit;           /* "hours" "days" "percent" "minutes", or "" */
    const char *zh, *en;        /* what it is */
};

#define SETTING_STAGE_LATE_HOURS         "stage_late_hours"
#define SETTING_ADDITIONS_PERCENT        "additions_percent"
#define SETTING_MATERIAL_CHANGES_PERCENT "material_changes_percent"
#define SETTING_DESIGNER_HOURS           "question_designer_hours"
#define SETTING_CUSTOMER_HOURS           "question_customer_hours"
#define SETTING_CALLBACK_DAYS            "callback_days"
#define SETTING_ACCEPTANCE_HOURS         "acceptance_hours"
#define SETTING_MATERIAL_LATE_HOURS      "material_late_hours"
#define SETTING_MEASURE_WARN_DAYS        "measure_warn_days"
#define SETTING_SILENT_HOURS             "silent_hours"
#define SETTING_CAMERA_DOWN_MINUTES      "camera_down_minutes"
#define SETTING_DISK_LOW_PERCENT         "disk_low_percent"
#define SETTING_CAMERA_CONSENT           "camera_consent"

/* The customer's consent to the camera. Who recorded it is the event's actor. Read and judged by consent.h. */
struct setting_consent {
    bool given;
    char on[TZ_DATE_SIZE]; /* the date of it, or "" */
    char by[64];           /* who gave or refused it, masked, or "" */
    char text[401];        /* in what words, masked, or "" */
};

/* NULL: unknown. */
const struct setting_key *setting_find(const char *key);
const struct setting_key *setting_keys(size_t *n);

/* What is in force at a site; the default where nothing valid was set. ERR_NOT_FOUND: no such key, or one of another type. */
MUST_CHECK int setting_get_int(struct db *db, const char *site, const char *key, int64_t *out);

/* Sets one, where it is another than before (*changed). value: NULL or JSON null is the default again. actor: "user/…". Free text is masked.
 * ERR_NOT_FOUND: no such key; ERR_INVALID: e->field is "value" or a member of it. */
MUST_CHECK int setting_set(struct journal *j, struct db *db, const char *site, const char *key,
                           const struct json *value, const char *actor, bool *changed, struct err_text *e);

/* PUT /settings/{key}: {"value":…} for one site, or for all that the hub knows, and those it will know (site NULL). *answer: the setting as
 * setting_print shows it; of all sites {"key","sites","changed","version"}. if_match: the version that is changed, or COMPANY_ANY_VERSION (company.h). ERR_CONFLICT: it is
 * at another; *answer is then the setting as it is. Errors as of setting_set. */
MUST_CHECK int setting_put(struct journal *j, struct db *db, const char *site, const char *key, int64_t if_match,
                           const char *body, size_t n, const char *actor, int64_t silent_after_s, struct buf *answer,
                           struct err_text *e);

/* What such a body would do, written nowhere: {"key","sites","changed"}, sites being 1 where site is not NULL. Errors as of setting_put. */
MUST_CHECK int setting_would(struct db *db, const char *site, const char *key, const char *body, size_t n,
                             struct buf *answer, struct err_text *e);

/* GET /settings: {"settings":[{"key","value","default","type","unit","min","max","zh","en","from":"product"|"company"|"site","company",
 * "source":"default"|"company"|"configuration","version","at"}]}. from: the program's own; what is set for all sites; another value for this site (at a
 * board, which does not know what is for all, also the same). company: what is set for all, or null. key: only that one, as an object, or NULL.
 * customer: whoever asks may see who consented, and how. silent_after_s: of the hub's configuration, which is in force as silent_hours until head
 * office sets them; 0: a board's, which does not know it. */
MUST_CHECK int setting_print(struct db *db, const char *site, const char *key, bool customer, int64_t silent_after_s,
                             struct buf *out);

/* What is set for all sites and those to come: the same, but for what is a site's alone (consent), without at, with "own":[{"site",
 * "value"}]: where another value is in force. version: how often it was set for all. key: only that one, as an object, or NULL. */
MUST_CHECK int setting_print_company(struct db *db, const char *key, int64_t silent_after_s, struct buf *out);

/* ---- for the table of events ---- */
extern const struct subject_kind setting_kind;
MUST_CHECK int setting_check(const struct json *data, struct err_text *e); /* setting-set */

#endif
