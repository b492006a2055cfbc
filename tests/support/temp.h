/* SPDX-License-Identifier: MIT */
/* Temporary folders for tests. Thread: test thread. A failure here ends the test program. */
#ifndef SITELOG_TEST_TEMP_H
#define SITELOG_TEST_TEMP_H

#include <stddef.h>

/* A new folder below TMPDIR or /tmp. Owns: caller; temp_remove frees the name too. */
char *temp_make(void);

/* Removes the folder and all that is in it. Takes NULL. */
void temp_remove(char *dir);

/* "{dir}/{name}". Owns: caller; free(). */
char *temp_path(const char *dir, const char *name);

#endif
