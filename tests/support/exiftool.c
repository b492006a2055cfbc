/* SPDX-License-Identifier: MIT */
#include "tests/support/exiftool.h"

#include "firmware/base/file.h"
#include "tests/support/temp.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAID_MAX = 8192, COMMAND_MAX = 2000 };

static void demand(bool holds, const char *what) {
    if (holds) return;
    (void)fprintf(stderr, "exiftool (Debian's libimage-exiftool-perl): %s\n", what);
    abort();
}

/* Runs it over the file in dir. Owns: caller; free. */
static char *run(const char *path, const char *options) {
    char command[COMMAND_MAX], *said = calloc(1, SAID_MAX);
    int n = snprintf(command, sizeof command, "exiftool %s %s 2>&1", options, path);
    demand(said && n > 0 && (size_t)n < sizeof command, "the command is too long");
    FILE *f = popen(command, "r");
    demand(f != NULL, "cannot be run");
    (void)!fread(said, 1, SAID_MAX - 1, f);
    demand(pclose(f) == 0, said);
    return said;
}

static char *put(const struct buf *jpeg, const char *dir) {
    struct err_text e = { 0 };
    char *path = temp_path(dir, "photo.jpg");
    demand(file_write(path, jpeg->data, jpeg->len, 0600, &e) == 0, e.text);
    return path;
}

char *exiftool_read(const struct buf *jpeg, const char *options) {
    char all[COMMAND_MAX], *dir = temp_make(), *path = put(jpeg, dir);
    (void)snprintf(all, sizeof all, "-s -n %s", options);
    char *said = run(path, all);
    temp_remove(dir);
    free(path);
    return said;
}

void exiftool_write(struct buf *jpeg, const char *tags) {
    struct err_text e = { 0 };
    char all[COMMAND_MAX], *dir = temp_make(), *path = put(jpeg, dir);
    (void)snprintf(all, sizeof all, "-overwrite_original -q -n %s", tags);
    free(run(path, all));
    buf_clear(jpeg);
    demand(file_read(path, jpeg, &e) == 0, e.text);
    temp_remove(dir);
    free(path);
}
