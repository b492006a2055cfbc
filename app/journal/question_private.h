/* SPDX-License-Identifier: MIT */
/* Between the files of questions. */
#ifndef SITELOG_JOURNAL_QUESTION_PRIVATE_H
#define SITELOG_JOURNAL_QUESTION_PRIVATE_H

#include "app/journal/question.h"

enum question_state { QUESTION_NONE, QUESTION_OPEN, QUESTION_ANSWERED };
extern const struct life question_life;

struct question_now {
    int state; /* QUESTION_NONE where there is no such question */
    char from[12], to[12];
};
MUST_CHECK int question_now(struct db *db, const char *site, const char *id, struct question_now *out);

#endif
