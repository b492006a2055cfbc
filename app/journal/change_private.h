/* SPDX-License-Identifier: MIT */
/* Between the files of change orders. */
#ifndef SITELOG_JOURNAL_CHANGE_PRIVATE_H
#define SITELOG_JOURNAL_CHANGE_PRIVATE_H

#include "app/journal/change.h"

enum change_state { CHANGE_NONE, CHANGE_REQUESTED, CHANGE_APPROVED, CHANGE_REFUSED, CHANGE_ALTERNATIVE };
extern const struct life change_life;

#endif
