/* SPDX-License-Identifier: MIT */
/* A setting's value in and out of JSON, and its row. Private to setting*.c and consent.c. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_SETTING_VALUE_H
#define SITELOG_JOURNAL_SETTING_VALUE_H

#include "app/journal/item.h"
#include "app/journal/setting.h"

struct setting_value {
    int64_t n; /* of an int */
    struct setting_consent consent;
};

/* STRICT also masks what a person wrote, and refuses members that there are not. ERR_INVALID: e->field is "value" or "value.on". */
MUST_CHECK int setting_value_read(const struct setting_key *key, const struct json *value, enum decode mode,
                                  struct setting_value *out, struct err_text *e);
void setting_value_standard(const struct setting_key *key, struct setting_value *out);
/* customer: with who consented, and how. */
void setting_value_put(const struct setting_key *key, const struct setting_value *value, bool customer,
                       struct json_out *w, const char *name);

/* A consent alone: path is what comes before its members' names in e->field. */
MUST_CHECK int setting_consent_read(const struct json *value, const char *path, enum decode mode,
                                    struct setting_consent *out, struct err_text *e);
void setting_consent_put(const struct setting_consent *c, bool customer, struct json_out *w);

struct setting_row {
    struct json *value; /* owned: json_destroy; NULL: never set */
    int64_t version;    /* 0: never set */
    char at[40];
    char actor[ENVELOPE_ACTOR_SIZE]; /* who set it last */
};
MUST_CHECK int setting_stored(struct db *db, const char *site, const char *key, struct setting_row *out);

#endif
