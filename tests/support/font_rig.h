/* SPDX-License-Identifier: MIT */
/* The system's font as the state of a group of tests. */
#ifndef SITELOG_TEST_FONT_RIG_H
#define SITELOG_TEST_FONT_RIG_H

#include "app/photo/font.h"

int font_rig_setup(void **state); /* *state: a struct font */
int font_rig_teardown(void **state);

#endif
