/* SPDX-License-Identifier: MIT */
/* The ballast file. It is written, not only allocated, because some file systems promise blocks that they do not have, and with bytes that
 * do not compress. Who runs out of space, and when, is not known here. */
#include "app/photo/ballast.h"

#include "firmware/base/clock.h"
#include "firmware/base/log.h"
#include "hal/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BALLAST_PATH_SIZE 512
#define REST_MS           (60 * 1000) /* after giving up, time for what needs the room to be written */

struct ballast {
    pthread_mutex_t mutex; /* over the file and all below */
    char dir[BALLAST_PATH_SIZE];
    char path[BALLAST_PATH_SIZE + 16], part[BALLAST_PATH_SIZE + 16];
    int64_t bytes;
    struct mono given_up_at;
    bool given_up;
};

int ballast_create(const char *dir, int64_t bytes, struct ballast **out) {
    if (strlen(dir) >= BALLAST_PATH_SIZE) return ERR_TOO_BIG;
    struct ballast *b = calloc(1, sizeof *b);
    if (b == NULL) return ERR_NOMEM;
    pthread_mutex_init(&b->mutex, NULL);
    snprintf(b->dir, sizeof b->dir, "%s", dir);
    snprintf(b->path, sizeof b->path, "%s/ballast", dir);
    snprintf(b->part, sizeof b->part, "%s/ballast.part", dir);
    b->bytes = bytes > 0 ? bytes : BALLAST_BYTES;
    *out = b;
    return 0;
}

void ballast_destroy(struct ballast *b) {
    if (b == NULL) return;
    pthread_mutex_destroy(&b->mutex);
    free(b);
}

static bool stands(const struct ballast *b) {
    struct stat st;
    return stat(b->path, &st) == 0 && st.st_size == b->bytes;
}

bool ballast_give_up(void *ctx) {
    struct ballast *b = ctx;
    pthread_mutex_lock(&b->mutex);
    bool freed = unlink(b->path) == 0;
    if (unlink(b->part) == 0) freed = true;
    b->given_up = true;
    b->given_up_at = clock_mono();
    pthread_mutex_unlock(&b->mutex);
    if (freed) log_warn("%s: the disk is full; gave up the reserve so that records can still be written", b->dir);
    return freed;
}

/* Does not compress, and costs nothing to make. */
static void fill(uint64_t *state, uint64_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        out[i] = *state;
    }
}

static int write_all(int fd, int64_t bytes) {
    uint64_t block[8192], state = 0x9e3779b97f4a7c15u;
    for (int64_t at = 0; at < bytes;) {
        size_t n = bytes - at < (int64_t)sizeof block ? (size_t)(bytes - at) : sizeof block;
        fill(&state, block, sizeof block / sizeof block[0]);
        ssize_t wrote = pwrite(fd, block, n, at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return wrote < 0 ? err_from_errno(errno) : ERR_IO;
        at += wrote;
    }
    return fsync(fd) == 0 ? 0 : err_from_errno(errno);
}

static int make(const struct ballast *b) {
    int fd = open(b->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return err_from_errno(errno);
    int refused = posix_fallocate(fd, 0, b->bytes);
    int err = refused != 0 ? err_from_errno(refused) : write_all(fd, b->bytes);
    if (close(fd) != 0 && !err) err = err_from_errno(errno);
    if (!err && rename(b->part, b->path) != 0) err = err_from_errno(errno);
    if (err) unlink(b->part);
    return err;
}

int ballast_tend(struct ballast *b, bool *out) {
    int err = 0;
    struct disk_room room;
    pthread_mutex_lock(&b->mutex);
    bool there = stands(b);
    bool resting = b->given_up && clock_mono().ms - b->given_up_at.ms < REST_MS;
    if (!there && !resting) {
        err = disk_room(b->dir, &room);
        if (!err && room.free_bytes >= 2 * b->bytes) {
            err = make(b);
            there = !err;
            if (there) b->given_up = false;
        }
    }
    pthread_mutex_unlock(&b->mutex);
    if (out != NULL) *out = there;
    return err;
}
