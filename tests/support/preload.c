/* SPDX-License-Identifier: MIT */
/* Runs a test program again with LD_PRELOAD set. */
#include "tests/support/preload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add(const char *variable, const char *more) {
    const char *before = getenv(variable);
    char all[1024];
    (void)snprintf(all, sizeof all, "%s%s%s", more, before ? ":" : "", before ? before : "");
    (void)setenv(variable, all, 1);
}

void preload(char **argv, const char *name) {
    char self[512], object[600];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (getenv("SITELOG_PRELOADED")) {
        (void)unsetenv("LD_PRELOAD"); /* programs that the test starts have the real devices */
        return;
    }
    self[n > 0 ? n : 0] = '\0';
    char *tests = strstr(self, "/tests/"), *last = tests;
    while (last && (last = strstr(last + 1, "/tests/"))) tests = last;
    if (!tests) {
        (void)fprintf(stderr, "%s: not below build/MODE/tests\n", self);
        exit(1);
    }
    (void)snprintf(object, sizeof object, "%.*s/tests/support/preload/%s.so", (int)(tests - self), self, name);
    if (access(object, R_OK)) {
        (void)fprintf(stderr, "%s is missing; make builds it\n", object);
        exit(1);
    }
    add("LD_PRELOAD", object);
    add("ASAN_OPTIONS", "verify_asan_link_order=0");
    (void)setenv("SITELOG_PRELOADED", "1", 1);
    (void)execv(self, argv);
    perror(self);
    exit(1);
}
