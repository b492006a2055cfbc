/* SPDX-License-Identifier: MIT */
/* The counting thread holds the mutex for one sub-folder at a time; a change in a sub-folder that it has not reached yet is left for it to
 * find. */
#include "app/photo/blob_count.h"

#include "firmware/base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void add(struct blob_count *c, enum blob_variant variant, int64_t files, int64_t bytes) {
    if (variant == BLOB_THUMB) {
        c->counts.thumbs += files;
        c->counts.thumb_bytes += bytes;
    } else {
        c->counts.originals += files;
        c->counts.original_bytes += bytes;
    }
}

static int prefix_of(const char *sha256) {
    char two[3] = { sha256[0], sha256[1], '\0' };
    return (int)strtol(two, NULL, 16);
}

static void count_folder(struct blob_count *c, enum blob_variant variant, int prefix) {
    char path[sizeof c->roots[0] + 8];
    snprintf(path, sizeof path, "%s/%02x", c->roots[variant], (unsigned)prefix);
    DIR *dir = opendir(path);
    if (dir == NULL) return;
    const struct dirent *entry;
    struct stat st;
    while ((entry = readdir(dir)) != NULL)
        if (text_is_hex(entry->d_name, 64) && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
            add(c, variant, 1, st.st_size);
    closedir(dir);
}

static void *count_all(void *arg) {
    struct blob_count *c = arg;
    for (int i = 0; i < 512; i++) {
        enum blob_variant variant = i < 256 ? BLOB_ORIGINAL : BLOB_THUMB;
        pthread_mutex_lock(&c->mutex);
        bool stop = c->stop;
        if (!stop) {
            count_folder(c, variant, i % 256);
            c->counted[variant] = i % 256 + 1;
        }
        pthread_mutex_unlock(&c->mutex);
        if (stop) break;
    }
    return NULL;
}

int blob_count_start(struct blob_count *c, const char *originals, const char *thumbs) {
    memset(c, 0, sizeof *c);
    int err = text_copy(c->roots[BLOB_ORIGINAL], sizeof c->roots[0], originals);
    if (!err) err = text_copy(c->roots[BLOB_THUMB], sizeof c->roots[0], thumbs);
    if (err) return err;
    pthread_mutex_init(&c->mutex, NULL);
    if (pthread_create(&c->thread, NULL, count_all, c) != 0) {
        pthread_mutex_destroy(&c->mutex);
        return ERR_NOMEM;
    }
    c->running = true;
    return 0;
}

void blob_count_stop(struct blob_count *c) {
    if (!c->running) return;
    pthread_mutex_lock(&c->mutex);
    c->stop = true;
    pthread_mutex_unlock(&c->mutex);
    pthread_join(c->thread, NULL);
    pthread_mutex_destroy(&c->mutex);
    c->running = false;
}

void blob_count_change(struct blob_count *c, enum blob_variant variant, const char *sha256, int64_t bytes, int sign) {
    if (prefix_of(sha256) < c->counted[variant]) add(c, variant, sign, sign * bytes);
}

struct blob_counts blob_count_get(struct blob_count *c) {
    pthread_mutex_lock(&c->mutex);
    struct blob_counts counts = c->counts;
    pthread_mutex_unlock(&c->mutex);
    return counts;
}
