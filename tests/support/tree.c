/* SPDX-License-Identifier: MIT */
/* Reads and prints; judges nothing. */
#include "tests/support/tree.h"

#include <setjmp.h> /* cmocka.h needs these before it */
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

struct json *tree_of(const char *text) {
    struct json *root = NULL;
    struct err_text e = { 0 };
    if (json_parse(text, strlen(text), &root, &e) < 0) fail_msg("%s: %s", text, e.text);
    return root;
}

void tree_is(const struct json *n, const char *text) {
    struct buf printed;
    buf_init(&printed, 1024u * 1024u);
    assert_int_equal(json_print(n, &printed), 0);
    assert_string_equal(printed.data, text);
    buf_fini(&printed);
}

int tree_check(int (*check)(const struct json *data, struct err_text *e), const char *text, struct err_text *e) {
    struct json *data = tree_of(text);
    int rc = check(data, e);
    json_destroy(data);
    return rc;
}
