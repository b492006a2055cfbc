/* SPDX-License-Identifier: MIT */
/* Whatever stands in a settings file: it is taken, or every problem is told; what was taken is printed, and what was printed is taken and says
 * the same. */
#include "firmware/conf/board_conf.h"
#include "firmware/conf/hub_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

struct program {
    const struct conf_key *keys;
    size_t count;
    int (*read)(const char *path, void *out, struct buf *problems);
    size_t size;
};

static int read_board(const char *path, void *out, struct buf *problems) {
    return board_conf_read(path, out, problems);
}
static int read_hub(const char *path, void *out, struct buf *problems) { return hub_conf_read(path, out, problems); }

/* A file that is in memory only. */
static int open_file(const void *bytes, size_t n, char path[40]) {
    int fd = memfd_create("settings", MFD_CLOEXEC);
    if (fd < 0 || (n && write(fd, bytes, n) != (ssize_t)n)) abort();
    (void)snprintf(path, 40, "/proc/self/fd/%d", fd);
    return fd;
}

static int take(const struct program *p, const void *bytes, size_t n, struct buf *printed) {
    char path[40];
    struct buf problems;
    void *settings = calloc(1, p->size);
    if (!settings) abort();
    buf_init(&problems, 1u << 20);
    int fd = open_file(bytes, n, path);
    int rc = p->read(path, settings, &problems);
    (void)close(fd);
    demand(rc == 0 || rc == ERR_INVALID);
    demand((rc == 0) == (problems.len == 0));
    if (rc == 0) demand(conf_print(p->keys, p->count, settings, printed) == 0);
    buf_fini(&problems);
    free(settings);
    return rc;
}

/* What is secret is printed as "(set)", which is a value, too: only what has none is compared. */
static bool has_secret(const struct buf *printed) { return strstr(printed->data, "(set)") != NULL; }

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const struct program programs[] = {
        { board_conf_keys, board_conf_count, read_board, sizeof(struct board_conf) },
        { hub_conf_keys, hub_conf_count, read_hub, sizeof(struct hub_conf) },
    };
    for (size_t i = 0; i < 2; i++) {
        struct buf first, second;
        buf_init(&first, 1u << 20);
        buf_init(&second, 1u << 20);
        if (take(&programs[i], bytes, n, &first) == 0 && !has_secret(&first)) {
            demand(take(&programs[i], first.data, first.len, &second) == 0);
            demand(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
        }
        buf_fini(&first);
        buf_fini(&second);
    }
    return 0;
}
