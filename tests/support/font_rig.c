/* SPDX-License-Identifier: MIT */
#include "tests/support/font_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

int font_rig_setup(void **state) {
    struct err_text e = { 0 };
    struct font *font = NULL;
    if (font_open(NULL, &font, &e)) {
        print_error("%s\n", e.text);
        return -1;
    }
    *state = font;
    return 0;
}

int font_rig_teardown(void **state) {
    font_close(*state);
    return 0;
}
