/* SPDX-License-Identifier: MIT */
/* Devices that are not there: tests/support/preload/NAME.c, built as a shared object, stands in for them in this very program.
 * Thread: main, before any other. */
#ifndef SITELOG_TESTS_SUPPORT_PRELOAD_H
#define SITELOG_TESTS_SUPPORT_PRELOAD_H

/* Starts the program anew with the object loaded before all else; returns when it is. Ends the program where that cannot be. */
void preload(char **argv, const char *name);

#endif
