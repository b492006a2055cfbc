/* SPDX-License-Identifier: MIT */
#include "app/report/report_pdf_ahead.h"

#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 2, AHEAD = 4 };

struct slot {
    struct buf jpeg;
    int rc;
    bool ready;
};

struct report_pdf_ahead {
    const struct report *r;
    const struct report_view *view;
    const size_t *order;
    size_t count;
    unsigned long_px;
    pthread_t threads[THREADS];
    size_t thread_count;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t moved;
    size_t begun, taken; /* of the order */
    bool stop;
    struct slot slots[AHEAD]; /* of order[i]: slots[i % AHEAD] */
};

static int fetch(const struct report_pdf_ahead *a, size_t i, struct buf *jpeg) {
    buf_init(jpeg, REPORT_PDF_JPEG_MAX);
    if (!a->view->photo) return ERR_NOT_FOUND;
    int rc = a->view->photo(a->view->ctx, &a->r->photos[a->order[i]], a->long_px, jpeg);
    return rc ? rc : jpeg->error;
}

static void *work(void *arg) {
    struct report_pdf_ahead *a = arg;
    (void)pthread_mutex_lock(&a->lock);
    for (;;) {
        while (!a->stop && a->begun < a->count && a->begun - a->taken >= AHEAD)
            (void)pthread_cond_wait(&a->moved, &a->lock);
        if (a->stop || a->begun == a->count) break;
        size_t i = a->begun++;
        struct slot *s = &a->slots[i % AHEAD];
        struct buf jpeg;
        (void)pthread_mutex_unlock(&a->lock);
        int rc = fetch(a, i, &jpeg);
        (void)pthread_mutex_lock(&a->lock);
        *s = (struct slot){ jpeg, rc, true };
        (void)pthread_cond_broadcast(&a->moved);
    }
    (void)pthread_mutex_unlock(&a->lock);
    return NULL;
}

int report_pdf_ahead_create(const struct report *r, const struct report_view *view, unsigned long_px,
                            const size_t *order, size_t count, struct report_pdf_ahead **out) {
    struct report_pdf_ahead *a = calloc(1, sizeof *a);
    if (!a) return ERR_NOMEM;
    a->r = r;
    a->view = view;
    a->order = order;
    a->count = count;
    a->long_px = long_px;
    (void)pthread_mutex_init(&a->lock, NULL);
    (void)pthread_cond_init(&a->moved, NULL);
    while (view->photo && a->thread_count < THREADS && a->thread_count < count &&
           pthread_create(&a->threads[a->thread_count], NULL, work, a) == 0)
        a->thread_count++;
    *out = a;
    return 0;
}

int report_pdf_ahead_take(struct report_pdf_ahead *a, struct buf *jpeg) {
    if (a->taken == a->count) { /* cannot be: both walks are the same */
        buf_init(jpeg, 1);
        return ERR_NOT_FOUND;
    }
    if (a->thread_count == 0) return fetch(a, a->taken++, jpeg);
    (void)pthread_mutex_lock(&a->lock);
    struct slot *s = &a->slots[a->taken % AHEAD];
    while (!s->ready) (void)pthread_cond_wait(&a->moved, &a->lock);
    *jpeg = s->jpeg;
    int rc = s->rc;
    *s = (struct slot){ .ready = false };
    a->taken++;
    (void)pthread_cond_broadcast(&a->moved);
    (void)pthread_mutex_unlock(&a->lock);
    return rc;
}

void report_pdf_ahead_destroy(struct report_pdf_ahead *a) {
    if (!a) return;
    (void)pthread_mutex_lock(&a->lock);
    a->stop = true;
    (void)pthread_cond_broadcast(&a->moved);
    (void)pthread_mutex_unlock(&a->lock);
    for (size_t i = 0; i < a->thread_count; i++) (void)pthread_join(a->threads[i], NULL);
    for (size_t i = 0; i < AHEAD; i++)
        if (a->slots[i].ready) buf_fini(&a->slots[i].jpeg);
    (void)pthread_mutex_destroy(&a->lock);
    (void)pthread_cond_destroy(&a->moved);
    free(a);
}
