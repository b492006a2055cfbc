/* SPDX-License-Identifier: MIT */
/* A folder for a chip of lines, and a button that is looked at edge by edge. Failures end the test (cmocka). */
#ifndef SITELOG_TEST_LINE_RIG_H
#define SITELOG_TEST_LINE_RIG_H

#include "hal/button.h"

struct line_rig {
    char *dir;
    char chip[300]; /* "sim:{dir}" */
};

int line_rig_setup(void **state); /* *state: a struct line_rig */
int line_rig_teardown(void **state);

/* A file of the folder. */
void line_rig_put(const struct line_rig *f, const char *name, const char *text);

int64_t line_rig_now_us(void);
bool line_rig_readable(int fd);

/* Opens it, and it is held or not. Owns: caller; button_close. */
struct button *line_rig_button(const char *chip, const char *line, bool held);

/* The next edge is this one (at_us 0: whenever); and there is none. */
void line_rig_edge(struct button *b, bool pressed, int64_t at_us);
void line_rig_no_edge(struct button *b);

#endif
