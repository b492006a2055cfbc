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
    char site[41], actor[64];
    const char *what, *list;
    char *body; /* of a list */
    size_t n;
    struct err_text e;
};

bool looks_first(struct looks *l, const char *session, const char *site, const char *what, struct mono now) {
    char text[256];
    uint8_t hash[HASH_SIZE];
    uint64_t key;
    int n = snprintf(text, sizeof text, "%s %s %s", session, site, what);
    hash_sha256(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1, hash);
    memcpy(&key, hash, sizeof key);
    if (key == 0) key = 1;
    for (size_t i = 0; i < LOOKS_MAX; i++) {
        if (l->seen[i].key != key) continue;
        if (now.ms - l->seen[i].at_ms < LOOKS_AGAIN) return false;
        l->seen[i].at_ms = now.ms;
        return true;
    }
    l->seen[l->next].key = key;
    l->seen[l->next].at_ms = now.ms;
    l->next = (l->next + 1) % LOOKS_MAX;
    return true;
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
    if (result < 0 && result != ERR_GONE)
        log_warn("that %s looked at %s of site %s could not be written down: %s", n->actor, n->what, n->site,
                 n->e.text[0] ? n->e.text : err_name(result));
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
    (void)db;
    if (!s || x->reply.status != 200 || !app->sessions || !x->user.id[0]) return;
    if (!looks_first(sessions_looks(app->sessions), x->user.session, x->site, s->what, clock_mono())) return;
    struct note *n = make(app, x, s);
    struct store_job job = { .run = write_note, .done = written, .arg = n };
    int rc = n ? store_submit(app->writer, &job) : ERR_NOMEM;
    if (rc == 0) return;
    if (n)
        written(n, rc);
    else
        log_warn("out of memory: a look at what is not for everybody was not written down");
}
