/* SPDX-License-Identifier: MIT */
/* A stack of reader handles under a mutex. What is read is not known here. */
#include "app/photo/photo_reader.h"

#include <pthread.h>
#include <stdlib.h>

#define READERS_MAX 8

struct photo_reader {
    pthread_mutex_t mutex;
    pthread_cond_t given;
    struct db *free[READERS_MAX];
    int count;
};

int photo_reader_create(const char *path, int n, struct photo_reader **out, struct err_text *e) {
    if (n < 1 || n > READERS_MAX) return err_set(e, ERR_INVALID, "1 to %d readers of %s, not %d", READERS_MAX, path, n);
    struct photo_reader *r = calloc(1, sizeof *r);
    if (r == NULL) return err_set(e, ERR_NOMEM, "out of memory");
    pthread_mutex_init(&r->mutex, NULL);
    pthread_cond_init(&r->given, NULL);
    int err = 0;
    while (r->count < n && !err) {
        err = db_open(path, DB_PHOTOS_READER, &r->free[r->count], e);
        if (!err) r->count++;
    }
    if (err) {
        photo_reader_destroy(r);
        return err;
    }
    *out = r;
    return 0;
}

void photo_reader_destroy(struct photo_reader *r) {
    if (r == NULL) return;
    while (r->count > 0) db_close(r->free[--r->count]);
    pthread_cond_destroy(&r->given);
    pthread_mutex_destroy(&r->mutex);
    free(r);
}

struct db *photo_reader_take(struct photo_reader *r) {
    pthread_mutex_lock(&r->mutex);
    while (r->count == 0) pthread_cond_wait(&r->given, &r->mutex);
    struct db *db = r->free[--r->count];
    pthread_mutex_unlock(&r->mutex);
    return db;
}

void photo_reader_give(struct photo_reader *r, struct db *db) {
    pthread_mutex_lock(&r->mutex);
    r->free[r->count++] = db;
    pthread_cond_signal(&r->given);
    pthread_mutex_unlock(&r->mutex);
}
