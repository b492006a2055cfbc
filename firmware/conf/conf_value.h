/* SPDX-License-Identifier: MIT */
/* One value of one key: checked and stored. For conf.c only. Pure but for time zones, which are looked up in their folder. */
#ifndef SITELOG_CONF_CONF_VALUE_H
#define SITELOG_CONF_CONF_VALUE_H

#include "firmware/conf/conf.h"

#define CONF_WHY_SIZE     512
#define CONF_SECRET_SHOWN "(set)" /* what conf_print writes for a secret; refused as a value */

/* Stores the value, or leaves the field as it is and says in `why` what is wrong and what is allowed. ERR_INVALID. */
MUST_CHECK int conf_value_set(const struct conf_key *key, const char *value, void *settings, char why[CONF_WHY_SIZE]);

/* What the key takes, as part of a sentence: "a whole number from 1 to 65535". */
void conf_value_allowed(const struct conf_key *key, char out[CONF_WHY_SIZE]);

#endif
