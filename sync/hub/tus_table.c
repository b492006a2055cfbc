/* SPDX-License-Identifier: MIT */
/* Lists under one mutex; all of them short, so they are searched from end to end. Nothing here touches a disk. */
#include "sync/hub/tus_table.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FINISHED_MAX 1024

struct open_upload {
    char id[ID_SIZE], board[NAME_SIZE], sha256[HASH_TEXT_SIZE];
    bool thumb;
    int64_t length;
};

struct tus_table {
    pthread_mutex_t mutex;
    struct open_upload *open;
    size_t open_count, open_cap;
    struct tus_upload *finished; /* a ring */
    size_t finished_next, finished_count;
    struct tus_hold *holds;
};

int tus_table_create(struct tus_table **out) {
    struct tus_table *t = calloc(1, sizeof *t);
    if (t == NULL) return ERR_NOMEM;
    t->finished = calloc(FINISHED_MAX, sizeof *t->finished);
    if (t->finished == NULL) {
        free(t);
        return ERR_NOMEM;
    }
    pthread_mutex_init(&t->mutex, NULL);
    *out = t;
    return 0;
}

void tus_table_destroy(struct tus_table *t) {
    if (t == NULL) return;
    pthread_mutex_destroy(&t->mutex);
    free(t->finished);
    free(t->open);
    free(t);
}

/* ---- unfinished ---- */

int tus_table_add(struct tus_table *t, const struct tus_upload *u) {
    int err = 0;
    pthread_mutex_lock(&t->mutex);
    if (t->open_count == t->open_cap) {
        size_t cap = t->open_cap ? 2 * t->open_cap : 64;
        struct open_upload *more = realloc(t->open, cap * sizeof *more);
        if (more == NULL) {
            err = ERR_NOMEM;
        } else {
            t->open = more;
            t->open_cap = cap;
        }
    }
    if (!err) {
        struct open_upload *o = &t->open[t->open_count++];
        memcpy(o->id, u->id, sizeof o->id);
        memcpy(o->board, u->board, sizeof o->board);
        memcpy(o->sha256, u->sha256, sizeof o->sha256);
        o->thumb = u->thumb;
        o->length = u->length;
    }
    pthread_mutex_unlock(&t->mutex);
    return err;
}

void tus_table_remove(struct tus_table *t, const char *id) {
    pthread_mutex_lock(&t->mutex);
    for (size_t i = t->open_count; i-- > 0;)
        if (strcmp(t->open[i].id, id) == 0) t->open[i] = t->open[--t->open_count];
    pthread_mutex_unlock(&t->mutex);
}

bool tus_table_find(struct tus_table *t, const struct tus_upload *like, char id[ID_SIZE]) {
    bool found = false;
    pthread_mutex_lock(&t->mutex);
    for (size_t i = 0; i < t->open_count && !found; i++) {
        const struct open_upload *o = &t->open[i];
        found = o->thumb == like->thumb && o->length == like->length && strcmp(o->sha256, like->sha256) == 0 &&
                strcmp(o->board, like->board) == 0;
        if (found) memcpy(id, o->id, ID_SIZE);
    }
    pthread_mutex_unlock(&t->mutex);
    return found;
}

int tus_table_count(struct tus_table *t, const char *board) {
    int count = 0;
    pthread_mutex_lock(&t->mutex);
    for (size_t i = 0; i < t->open_count; i++) count += strcmp(t->open[i].board, board) == 0;
    pthread_mutex_unlock(&t->mutex);
    return count;
}

/* ---- finished ---- */

void tus_table_finished(struct tus_table *t, const struct tus_upload *u) {
    pthread_mutex_lock(&t->mutex);
    t->finished[t->finished_next] = *u;
    t->finished_next = (t->finished_next + 1) % FINISHED_MAX;
    if (t->finished_count < FINISHED_MAX) t->finished_count++;
    pthread_mutex_unlock(&t->mutex);
}

/* Call with the mutex held. */
static struct tus_upload *finished(struct tus_table *t, const char *id) {
    for (size_t i = 0; i < t->finished_count; i++)
        if (strcmp(t->finished[i].id, id) == 0) return &t->finished[i];
    return NULL;
}

bool tus_table_was_finished(struct tus_table *t, const char *id, struct tus_upload *out) {
    pthread_mutex_lock(&t->mutex);
    const struct tus_upload *u = finished(t, id);
    if (u != NULL) *out = *u;
    pthread_mutex_unlock(&t->mutex);
    return u != NULL;
}

bool tus_table_forget(struct tus_table *t, const char *id) {
    pthread_mutex_lock(&t->mutex);
    struct tus_upload *u = finished(t, id);
    if (u != NULL) u->id[0] = '\0';
    pthread_mutex_unlock(&t->mutex);
    return u != NULL;
}

/* ---- holds ---- */

/* Call with the mutex held. */
static struct tus_hold *holder(struct tus_table *t, const char *id) {
    struct tus_hold *h = t->holds;
    while (h != NULL && strcmp(h->id, id) != 0) h = h->next;
    return h;
}

static void unlink_hold(struct tus_table *t, struct tus_hold *h) {
    struct tus_hold **at = &t->holds;
    while (*at != NULL && *at != h) at = &(*at)->next;
    if (*at == h) *at = h->next;
    h->held = false;
}

int tus_hold_take(struct tus_table *t, struct tus_hold *h, const char *id, int64_t *discard_to) {
    int64_t now = clock_mono().ms, discard = -1;
    int err = 0;
    pthread_mutex_lock(&t->mutex);
    struct tus_hold *other = holder(t, id);
    if (other != NULL && (other->busy || now - other->active_ms < TUS_TAKEOVER_MS)) {
        err = ERR_BUSY;
    } else {
        if (other != NULL) {
            discard = other->start;
            unlink_hold(t, other);
        }
        memcpy(h->id, id, ID_SIZE);
        h->held = true;
        h->busy = false;
        h->active_ms = now;
        h->start = -1;
        h->next = t->holds;
        t->holds = h;
    }
    pthread_mutex_unlock(&t->mutex);
    if (!err) *discard_to = discard;
    return err;
}

void tus_hold_distrust(struct tus_table *t, struct tus_hold *h, int64_t start) {
    pthread_mutex_lock(&t->mutex);
    h->start = start;
    pthread_mutex_unlock(&t->mutex);
}

bool tus_hold_begin(struct tus_table *t, struct tus_hold *h) {
    pthread_mutex_lock(&t->mutex);
    bool held = h->held;
    if (held) h->busy = true;
    pthread_mutex_unlock(&t->mutex);
    return held;
}

void tus_hold_end(struct tus_table *t, struct tus_hold *h) {
    int64_t now = clock_mono().ms;
    pthread_mutex_lock(&t->mutex);
    h->busy = false;
    h->active_ms = now;
    pthread_mutex_unlock(&t->mutex);
}

void tus_hold_release(struct tus_table *t, struct tus_hold *h) {
    pthread_mutex_lock(&t->mutex);
    if (h->held) unlink_hold(t, h);
    pthread_mutex_unlock(&t->mutex);
}

int64_t tus_hold_trusted(struct tus_table *t, const char *id, int64_t offset) {
    pthread_mutex_lock(&t->mutex);
    const struct tus_hold *h = holder(t, id);
    if (h != NULL && h->start >= 0 && h->start < offset) offset = h->start;
    pthread_mutex_unlock(&t->mutex);
    return offset;
}
