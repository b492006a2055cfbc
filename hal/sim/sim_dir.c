/* SPDX-License-Identifier: MIT */
/* Files of the simulated devices. Nothing here is durable, nor need it be. */
#include "hal/sim/sim_dir.h"

#include "firmware/base/buf.h"
#include "firmware/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FAULTS_MAX = 4096 };

bool sim_dir_path(const char *dir, const char *name, char out[SIM_DIR_PATH_SIZE]) {
    int n = snprintf(out, SIM_DIR_PATH_SIZE, "%s/%s", dir, name);
    return n >= 0 && n < SIM_DIR_PATH_SIZE;
}

bool sim_dir_has(const char *dir, const char *name) {
    char path[SIM_DIR_PATH_SIZE];
    return sim_dir_path(dir, name, path) && access(path, F_OK) == 0;
}

bool sim_dir_fault(const char *dir, const char *word) {
    char path[SIM_DIR_PATH_SIZE];
    bool found = false;
    struct buf text;
    buf_init(&text, FAULTS_MAX);
    if (sim_dir_path(dir, "faults", path) && file_read(path, &text, NULL) == 0 && text.data) {
        char *rest = NULL;
        for (char *line = strtok_r(text.data, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest))
            found = found || strcmp(line, word) == 0;
    }
    buf_fini(&text);
    return found;
}

int sim_dir_fifo(const char *dir, const char *name, int *fd, struct err_text *e) {
    char path[SIM_DIR_PATH_SIZE];
    struct stat st;
    if (!sim_dir_path(dir, name, path)) return err_set(e, ERR_NOT_FOUND, "the path of the folder is too long");
    if (mkfifo(path, 0600) && errno != EEXIST)
        return err_set(e, ERR_NOT_FOUND, "%s cannot be made: %s; make the folder %s", path, strerror(errno), dir);
    int got = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (got < 0 || fstat(got, &st) || !S_ISFIFO(st.st_mode)) {
        if (got >= 0) (void)close(got);
        return err_set(e, ERR_IO, "%s is no FIFO that can be read; remove it", path);
    }
    *fd = got;
    return 0;
}

static int64_t now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int sim_dir_show(struct sim_dir_shown *shown, int value) {
    if (shown->n == SIM_DIR_CHANGES) memmove(shown->list, shown->list + 1, --shown->n * sizeof *shown->list);
    shown->list[shown->n].at_ms = now_ms();
    shown->list[shown->n++].value = value;
    char beside[SIM_DIR_PATH_SIZE + 8];
    (void)snprintf(beside, sizeof beside, "%s.new", shown->path);
    FILE *f = fopen(beside, "we");
    if (!f) return ERR_IO;
    for (size_t i = 0; i < shown->n; i++)
        (void)fprintf(f, "%lld %d\n", (long long)shown->list[i].at_ms, shown->list[i].value);
    return fclose(f) || rename(beside, shown->path) ? ERR_IO : 0;
}
