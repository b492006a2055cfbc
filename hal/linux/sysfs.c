/* SPDX-License-Identifier: MIT */
/* Reading single files of the kernel. What they mean is the drivers' business. */
#include "hal/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *root(void) {
#ifdef SITELOG_TEST
    const char *other = getenv("SITELOG_SYSFS");
    if (other) return other;
#endif
    return "/sys";
}

int sysfs_read(const char *path, char out[SYSFS_LINE]) {
    char name[512], line[SYSFS_LINE];
    int n =
        path[0] == '/' ? snprintf(name, sizeof name, "%s", path) : snprintf(name, sizeof name, "%s/%s", root(), path);
    if (n < 0 || (size_t)n >= sizeof name) return ERR_NOT_FOUND;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_from_errno(errno);
    ssize_t got = read(fd, line, sizeof line - 1);
    int err = got < 0 ? err_from_errno(errno) : 0;
    (void)close(fd);
    if (err) return err;
    line[got] = '\0';
    line[strcspn(line, "\n")] = '\0';
    memcpy(out, line, sizeof line);
    return 0;
}
