/* SPDX-License-Identifier: MIT */
/* From a read to the event `access`. The list of sites of a call list is read by the store's thread, since only once an hour somebody needs it. */
#include "app/http/looks.h"

#include "app/http/reply.h"
#include "app/http/session.h"
#include "app/journal/access.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/hash.h"
#include "firmware/base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shown { /* x->state, from the read to the loop */
    const char *what, *list;
};

struct note { /* the store's job */
    struct journal *journal;
    struct looks *looks; /* outlives the store's thread */
    struct look look;
    char site[41], actor[64];
    const char *what, *list;
    char *body; /* of a list */
    size_t n;
    struct err_text e;
};

void looks_init(struct looks *l) {
    *l = (struct looks){ .next = 0 };
    (void)pthread_mutex_init(&l->lock, NULL);
}

void looks_fini(struct looks *l) { (void)pthread_mutex_destroy(&l->lock); }

static uint64_t key_of(const char *session, const char *site, const char *what) {
    char text[256];
    uint8_t hash[HASH_SIZE];
    uint64_t key;
    int n = snprintf(text, sizeof text, "%s %s %s", session, site, what);
    hash_sha256(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1, hash);
    memcpy(&key, hash, sizeof key);
    return key ? key : 1;
}

/* Under the lock. */
static bool mark(struct looks *l, uint64_t key, int64_t at_ms) {
    for (size_t i = 0; i < LOOKS_MAX; i++) {
        if (l->seen[i].key != key) continue;
        if (at_ms - l->seen[i].at_ms < LOOKS_AGAIN) return false;
        l->seen[i].at_ms = at_ms;
        return true;
    }
    l->seen[l->next].key = key;
    l->seen[l->next].at_ms = at_ms;
    l->next = (l->next + 1) % LOOKS_MAX;
    return true;
}

bool looks_first(struct looks *l, const char *session, const char *site, const char *what, struct mono now,
                 struct look *out) {
    struct look look = { key_of(session, site, what), now.ms };
    (void)pthread_mutex_lock(&l->lock);
    bool first = mark(l, look.key, look.at_ms);
    (void)pthread_mutex_unlock(&l->lock);
    if (first) *out = look;
    return first;
}

void looks_take_back(struct looks *l, const struct look *look) {
    (void)pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < LOOKS_MAX; i++)
        if (l->seen[i].key == look->key && l->seen[i].at_ms == look->at_ms) l->seen[i].key = 0;
    (void)pthread_mutex_unlock(&l->lock);
}

void looks_shown(struct exchange *x, const char *what, const char *list) {
    struct shown *s = malloc(sizeof *s);
    if (!s) {
        log_warn("out of memory: a look at what is not for everybody was not written down");
        return;
    }
    *s = (struct shown){ what, list };
    x->state = s;
    x->state_free = free;
}

/* ---- the store's thread ---- */

static int note_one(struct note *n, struct db *db, const char *site) {
    struct access a = { .site = site, .actor = n->actor, .what = n->what };
    return access_append(n->journal, db, &a, &n->e);
}

static int write_note(struct db *db, void *arg) {
    struct note *n = arg;
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    if (!n->list) return note_one(n, db, n->site);
    int rc = json_parse(n->body, n->n, &root, &n->e);
    const struct json *list = json_member(root, n->list);
    for (size_t i = 0; i < json_count(list) && rc == 0; i++) {
        const char *site = json_text(json_member(json_at(list, i), "site"));
        if (site) rc = note_one(n, db, site);
    }
    return rc;
}

static void written(void *arg, int result) {
    struct note *n = arg;
    if (result < 0) looks_take_back(n->looks, &n->look);
    if (result < 0 && result != ERR_GONE)
        log_warn("that %s was shown the %s of %s%s is not in the journal: %s; it is written when %s looks again, once "
                 "this is mended"
                 " (sitelogctl doctor says how)",
                 n->actor, n->what, n->site[0] ? "site " : "sites on a list", n->site,
                 n->e.text[0] ? n->e.text : err_name(result), n->actor);
    free(n->body);
    free(n);
}

/* ---- the loop ---- */

static struct note *make(const struct app *app, const struct exchange *x, const struct shown *s) {
    struct note *n = calloc(1, sizeof *n);
    if (!n) return NULL;
    n->journal = app->journal;
    n->what = s->what;
    n->list = s->list;
    (void)snprintf(n->site, sizeof n->site, "%s", x->site);
    reply_actor(x, n->actor);
    if (!s->list) return n;
    n->body = malloc(x->reply.body.len + 1);
    if (!n->body) {
        free(n);
        return NULL;
    }
    n->n = x->reply.body.len;
    memcpy(n->body, x->reply.body.data ? x->reply.body.data : "", n->n);
    n->body[n->n] = '\0';
    return n;
}

void looks_note(struct app *app, struct exchange *x, struct db *db) {
    const struct shown *s = x->state;
    struct look look;
    (void)db;
    if (!s || x->reply.status != 200 || !app->sessions || !x->user.id[0]) return;
    struct looks *looks = sessions_looks(app->sessions);
    if (!looks_first(looks, x->user.session, x->site, s->what, clock_mono(), &look)) return;
    struct note *n = make(app, x, s);
    if (!n) {
        looks_take_back(looks, &look);
        log_warn("out of memory: that %s was shown the %s is not in the journal; it is written at the next look",
                 x->user.id, s->what);
        return;
    }
    n->looks = looks;
    n->look = look;
    struct store_job job = { .run = write_note, .done = written, .arg = n };
    int rc = store_submit(app->writer, &job);
    if (rc != 0) written(n, rc);
}
