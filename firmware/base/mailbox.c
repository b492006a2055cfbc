/* SPDX-License-Identifier: MIT */
/* A bounded queue of calls between threads. Does not own a thread, and does not know what its owner waits on. */
#include "firmware/base/mailbox.h"

#include "firmware/base/cleanup.h"

#include <pthread.h>
#include <stdlib.h>

struct mail {
    struct mail *next;
    mail_fn fn;
    void *arg;
};

struct mailbox {
    pthread_mutex_t lock;
    struct mail *first;
    struct mail **last; /* where the next one is hung */
    size_t waiting;
    size_t max;
    mailbox_wake_fn wake;
    void *wake_ctx;
};

int mailbox_create(size_t max, mailbox_wake_fn wake, void *wake_ctx, struct mailbox **out) {
    struct mailbox *m = calloc(1, sizeof *m);
    if (!m) return ERR_NOMEM;
    if (pthread_mutex_init(&m->lock, NULL) != 0) {
        free(m);
        return ERR_NOMEM;
    }
    m->last = &m->first;
    m->max = max;
    m->wake = wake;
    m->wake_ctx = wake_ctx;
    *out = m;
    return 0;
}

void mailbox_destroy(struct mailbox *m) {
    if (!m) return;
    while (m->first) {
        struct mail *mail = m->first;
        m->first = mail->next;
        free(mail);
    }
    (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

int mailbox_post(struct mailbox *m, mail_fn fn, void *arg) {
    struct mail *mail = malloc(sizeof *mail);
    if (!mail) return ERR_NOMEM;
    *mail = (struct mail){ .fn = fn, .arg = arg };
    (void)pthread_mutex_lock(&m->lock);
    int r = m->waiting >= m->max ? ERR_BUSY : 0;
    if (r == 0) {
        *m->last = mail;
        m->last = &mail->next;
        m->waiting++;
    }
    mailbox_wake_fn wake = m->wake;
    void *wake_ctx = m->wake_ctx;
    (void)pthread_mutex_unlock(&m->lock);
    if (r) {
        free(mail);
        return r;
    }
    if (wake) wake(wake_ctx);
    return 0;
}

/* With the lock held: takes all that waits. */
static struct mail *take_all(struct mailbox *m) {
    struct mail *first = m->first;
    m->first = NULL;
    m->last = &m->first;
    m->waiting = 0;
    return first;
}

static size_t call_all(struct mail *mail) {
    size_t n = 0;
    while (mail) {
        struct mail *next = mail->next;
        mail_fn fn = mail->fn;
        void *arg = mail->arg;
        free(mail);
        fn(arg);
        mail = next;
        n++;
    }
    return n;
}

size_t mailbox_run(struct mailbox *m) {
    (void)pthread_mutex_lock(&m->lock);
    struct mail *mail = take_all(m);
    (void)pthread_mutex_unlock(&m->lock);
    return call_all(mail);
}
