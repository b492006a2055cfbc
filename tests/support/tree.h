/* SPDX-License-Identifier: MIT */
/* JSON trees in tests, from their text and back. A failure here ends the test. Thread: test thread. */
#ifndef SITELOG_TEST_TREE_H
#define SITELOG_TEST_TREE_H

#include "firmware/base/json.h"

/* Owns: caller; json_destroy. */
struct json *tree_of(const char *text);

/* Fails where the compact text of n is another. */
void tree_is(const struct json *n, const char *text);

/* What a check of an event's data says of a text. */
int tree_check(int (*check)(const struct json *data, struct err_text *e), const char *text, struct err_text *e);

#endif
