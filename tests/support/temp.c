/* SPDX-License-Identifier: MIT */
/* Temporary folders for tests. */
#include "tests/support/temp.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *temp_make(void) {
    const char *base = getenv("TMPDIR");
    char *dir = NULL;
    if (asprintf(&dir, "%s/sitelog-test-XXXXXX", base && *base ? base : "/tmp") < 0 || !mkdtemp(dir)) {
        perror("mkdtemp");
        abort();
    }
    return dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk) {
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

void temp_remove(char *dir) {
    if (dir && nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) perror(dir);
    free(dir);
}

char *temp_path(const char *dir, const char *name) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", dir, name) < 0) abort();
    return path;
}
