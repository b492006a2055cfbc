/* SPDX-License-Identifier: MIT */
/* The webhooks' thread. What a message says, whether it was taken and what is stored of it, others know. */
#include "app/hook/hook_sender.h"

#include "app/hook/hook_format.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "firmware/net/http_client.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    IDLE_MS = 5000,    /* also how late a digest may be */
    SETTLE_MS = 200,   /* commits that come together are looked at once */
    STORE_MS = 2000,   /* after the store could not */
    REPLY_MAX = 65536, /* bytes of a receiver's answer */
};

/* One hook at work. */
struct worker {
    const struct hook_conf *hook;
    int64_t next_ms; /* monotonic: not before */
    int failures;    /* in a row */
    bool unsettled;  /* the verdict is not stored yet */
    struct hook_verdict verdict;
    struct hook_bundle bundle;
};

struct hook_sender {
    struct hook_sender_options o;
    struct worker workers[HOOK_CONF_MAX];
    struct digest digest;
    int64_t pos; /* events up to here were looked at */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool wake; /* under lock */
    atomic_bool stop;
    atomic_int_fast64_t alive_ms;
};

static int64_t now_ms(void) { return clock_mono().ms; }

/* ---- jobs on the store's thread ---- */

struct collecting {
    struct hook_sender *s;
    int64_t pos;
};

static int collect(struct db *db, void *arg) {
    struct collecting *c = arg;
    struct wall now = clock_wall();
    c->pos = c->s->pos;
    int rc = hook_box_collect(db, &c->s->o.list, now, &c->pos);
    for (size_t i = 0; rc == 0 && i < c->s->o.list.n; i++) {
        bool made = false;
        rc = hook_box_digest(db, &c->s->o.list.hooks[i], c->s->o.tz, now, &made);
    }
    return rc;
}

struct taking {
    struct hook_sender *s;
    struct worker *worker;
    bool none;
};

static int take(struct db *db, void *arg) {
    struct taking *t = arg;
    struct hook_sender *s = t->s;
    struct wall now = clock_wall();
    int rc = hook_box_take(db, t->worker->hook->name, now, &t->worker->bundle);
    if (rc == 0 && t->worker->bundle.digest) rc = digest_read(db, s->o.tz, s->o.timezone, now, &s->digest);
    t->none = rc == ERR_NOT_FOUND;
    return t->none ? 0 : rc; /* what was parked stays so */
}

static int settle(struct db *db, void *arg) {
    struct worker *w = arg;
    return hook_box_settle(db, w->hook->name, w->bundle.id, &w->verdict, clock_wall());
}

/* ---- one message ---- */

static int post(struct hook_sender *s, struct worker *w, struct buf *reply) {
    struct hook_message m = { .delivery = w->bundle.id,
                              .org = s->o.org,
                              .digest = w->bundle.digest ? &s->digest : NULL,
                              .alerts = w->bundle.alerts,
                              .n = w->bundle.n,
                              .waiting = w->bundle.waiting };
    const char *headers[HOOK_HEADERS_MAX + 1] = { NULL };
    struct err_text e = { 0 };
    struct hook_post out;
    int status = 0;
    int rc = hook_format(w->hook, s->o.office_url, &m, clock_wall(), &out);
    for (size_t i = 0; i < out.header_count; i++) headers[i] = out.headers[i];
    struct http_request r = { .method = "POST",
                              .url = out.url,
                              .type = "application/json; charset=utf-8",
                              .headers = headers,
                              .body = out.body.data,
                              .n = out.body.len,
                              .ca = w->hook->ca,
                              .timeout_ms = s->o.timeout_ms,
                              .stop = &s->stop };
    if (!rc) rc = http_client_send(&r, &status, reply, &e);
    buf_fini(&out.body);
    if (rc != ERR_GONE) hook_judge(w->hook, rc, e.text, status, reply, &w->verdict);
    return rc == ERR_GONE ? rc : 0;
}

static void tell(const struct worker *w, bool was_failing) {
    const struct hook_verdict *v = &w->verdict;
    if (v->outcome == HOOK_ACCEPTED && was_failing)
        log_info("webhook %s: works again", w->hook->name);
    else if (v->outcome == HOOK_REFUSED)
        log_warn("webhook %s: %s refused a message (%s); it is parked: see sitelogctl doctor", w->hook->name,
                 w->hook->host, v->text);
    else if (v->outcome != HOOK_ACCEPTED && !was_failing)
        log_warn("webhook %s: %s: %s; it is tried again", w->hook->name, w->hook->host, v->text);
}

static void plan_next(struct hook_sender *s, struct worker *w) {
    uint32_t random;
    int64_t pace_ms = hook_format_pace_ms(w->hook->format);
    bool was_failing = w->failures > 0;
    if (w->verdict.outcome == HOOK_ACCEPTED || w->verdict.outcome == HOOK_REFUSED) {
        w->failures = 0;
        w->next_ms = now_ms() + (pace_ms < s->o.retry_max_ms ? pace_ms : s->o.retry_max_ms);
    } else {
        w->failures++;
        ids_random(&random, sizeof random);
        w->next_ms =
            now_ms() + hook_judge_wait_ms(w->hook->format, w->verdict.outcome, w->failures, s->o.retry_max_ms, random);
    }
    tell(w, was_failing);
}

/* What came of a message is stored before anything else is taken: else it would be sent twice. */
static bool store_verdict(struct hook_sender *s, struct worker *w) {
    if (!w->unsettled) return true;
    int rc = store_call(s->o.writer, settle, w);
    w->unsettled = rc < 0;
    if (w->unsettled) w->next_ms = now_ms() + STORE_MS;
    if (rc < 0 && rc != ERR_GONE)
        log_error("webhook %s: its state cannot be stored: %s; its receiver may be told twice; sitelogctl doctor "
                  "checks disk and database",
                  w->hook->name, err_name(rc));
    return !w->unsettled;
}

static void work(struct hook_sender *s, struct worker *w, struct buf *reply) {
    struct taking t = { .s = s, .worker = w };
    if (!store_verdict(s, w)) return;
    int rc = store_call(s->o.writer, take, &t);
    if (rc < 0 && rc != ERR_GONE) {
        log_error("webhook %s: what it has to be told cannot be read: %s; it is tried again; sitelogctl doctor checks "
                  "disk and database",
                  w->hook->name, err_name(rc));
        w->next_ms = now_ms() + STORE_MS;
    }
    if (rc != 0 || t.none || post(s, w, reply) != 0) return;
    plan_next(s, w);
    w->unsettled = true;
    (void)store_verdict(s, w);
}

/* ---- the thread ---- */

static void wait(struct hook_sender *s, int64_t until_ms) {
    struct timespec until;
    int64_t ms = until_ms - now_ms();
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    if (ms < 0) ms = 0;
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&s->lock);
    while (!s->wake && !atomic_load(&s->stop))
        if (pthread_cond_timedwait(&s->woken, &s->lock, &until) == ETIMEDOUT) break;
    s->wake = false;
    (void)pthread_mutex_unlock(&s->lock);
}

/* Does one round over all hooks; gives when to look again. */
static int64_t round_of(struct hook_sender *s, struct buf *reply) {
    struct collecting c = { .s = s };
    int64_t next_ms = now_ms() + IDLE_MS;
    int rc = store_call(s->o.writer, collect, &c);
    if (!rc) s->pos = c.pos;
    if (rc && rc != ERR_GONE)
        log_error(
            "webhooks: the journal cannot be read: %s; it is tried again; sitelogctl doctor checks disk and database",
            err_name(rc));
    for (size_t i = 0; i < s->o.list.n && !atomic_load(&s->stop); i++) {
        struct worker *w = &s->workers[i];
        atomic_store(&s->alive_ms, now_ms());
        if (w->next_ms <= now_ms()) work(s, w, reply);
        if (w->next_ms > now_ms() && w->next_ms < next_ms) next_ms = w->next_ms;
    }
    return next_ms;
}

static void *run(void *arg) {
    struct hook_sender *s = arg;
    struct buf reply;
    buf_init(&reply, REPLY_MAX);
    while (!atomic_load(&s->stop)) {
        int64_t began_ms = now_ms();
        int64_t next_ms = round_of(s, &reply);
        atomic_store(&s->alive_ms, now_ms());
        wait(s, next_ms);
        struct timespec pause = { .tv_nsec = (long)SETTLE_MS * 1000000 };
        if (!atomic_load(&s->stop) && now_ms() - began_ms < SETTLE_MS) (void)nanosleep(&pause, NULL);
    }
    buf_fini(&reply);
    return NULL;
}

/* ---- starting and stopping ---- */

static int open_box(struct db *db, void *arg) {
    struct hook_sender *s = arg;
    return hook_box_open(db, &s->o.list, clock_wall(), &s->pos);
}

static int make_lock(struct hook_sender *s) {
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr)) return ERR_NOMEM;
    int bad = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) || pthread_cond_init(&s->woken, &attr) ||
              pthread_mutex_init(&s->lock, NULL);
    (void)pthread_condattr_destroy(&attr);
    return bad ? ERR_NOMEM : 0;
}

static int start_thread(struct hook_sender *s, struct err_text *e) {
    int rc = make_lock(s);
    if (!rc) rc = http_client_start();
    atomic_store(&s->alive_ms, now_ms());
    if (!rc && pthread_create(&s->thread, NULL, run, s)) rc = ERR_NOMEM;
    if (rc) return err_set(e, rc, "the webhooks' thread could not be started: %s", err_name(rc));
    (void)pthread_setname_np(s->thread, "hooks");
    s->started = true;
    return 0;
}

int hook_sender_start(const struct hook_sender_options *options, struct hook_sender **out, struct err_text *e) {
    struct hook_sender *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, ERR_NOMEM, "out of memory");
    s->o = *options;
    for (size_t i = 0; i < s->o.list.n; i++) s->workers[i].hook = &s->o.list.hooks[i];
    int rc = store_call(s->o.writer, open_box, s);
    if (rc) err_set(e, rc, "what webhooks have to be told cannot be read: %s", err_name(rc));
    if (!rc && s->o.list.n) rc = start_thread(s, e);
    if (rc || s->o.list.n == 0) {
        free(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

void hook_sender_wake(struct hook_sender *s) {
    if (!s) return;
    (void)pthread_mutex_lock(&s->lock);
    s->wake = true;
    (void)pthread_cond_signal(&s->woken);
    (void)pthread_mutex_unlock(&s->lock);
}

void hook_sender_stop(struct hook_sender *s) {
    if (!s) return;
    atomic_store(&s->stop, true);
    hook_sender_wake(s);
}

void hook_sender_join(struct hook_sender *s) {
    if (!s || !s->started) return;
    hook_sender_stop(s);
    (void)pthread_join(s->thread, NULL);
    s->started = false;
}

void hook_sender_destroy(struct hook_sender *s) {
    if (!s) return;
    hook_sender_join(s);
    http_client_stop();
    (void)pthread_cond_destroy(&s->woken);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

int64_t hook_sender_alive_ms(struct hook_sender *s) { return atomic_load(&s->alive_ms); }
