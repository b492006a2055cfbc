/* SPDX-License-Identifier: MIT */
/* A sorted list under a lock. */
#include "app/http/member.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct members {
    pthread_mutex_t lock;
    struct roster_member *list;
    size_t n;
};

int members_create(struct members **out) {
    struct members *m = calloc(1, sizeof *m);
    if (!m) return ERR_NOMEM;
    (void)pthread_mutex_init(&m->lock, NULL);
    *out = m;
    return 0;
}

void members_destroy(struct members *m) {
    if (!m) return;
    (void)pthread_mutex_destroy(&m->lock);
    free(m->list);
    free(m);
}

void members_set(struct members *m, struct roster_member *list, size_t n) {
    (void)pthread_mutex_lock(&m->lock);
    struct roster_member *old = m->list;
    m->list = list;
    m->n = n;
    (void)pthread_mutex_unlock(&m->lock);
    free(old);
}

static int compare(const void *a, const void *b) {
    const struct roster_member *x = a, *y = b;
    int by_user = strcmp(x->user, y->user);
    return by_user ? by_user : strcmp(x->site, y->site);
}

bool members_may_see(void *ctx, const char *user, enum role role, const char *site) {
    struct members *m = ctx;
    if (role_sees_all_sites(role)) return true;
    struct roster_member key = { "", "" };
    if (strlen(user) >= sizeof key.user || strlen(site) >= sizeof key.site) return false;
    memcpy(key.user, user, strlen(user) + 1);
    memcpy(key.site, site, strlen(site) + 1);
    (void)pthread_mutex_lock(&m->lock);
    bool found = m->n && bsearch(&key, m->list, m->n, sizeof *m->list, compare);
    (void)pthread_mutex_unlock(&m->lock);
    return found;
}
