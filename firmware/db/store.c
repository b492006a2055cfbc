/* SPDX-License-Identifier: MIT */
/* The thread that owns a database: queue, thread, and readers' jobs. How a batch shares a commit is in batch.c. Does not know
 * what the jobs are about. */
#include "firmware/db/store.h"

#include "firmware/base/clock.h"
#include "firmware/base/text.h"
#include "firmware/db/batch.h"
#include "firmware/db/db_private.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

struct waiting {
    struct waiting *next;
    struct store_job job;
};

struct store {
    struct store_options options;
    char name[16];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct waiting *first; /* guarded by lock, as are the next four */
    struct waiting **last;
    size_t count;
    bool stopping;
    bool idle; /* the thread waits for jobs */
    _Atomic uint64_t commits;
    _Atomic int64_t alive_ms;
    struct batch batch; /* the thread's own */
};

static void show_life(void *ctx) {
    struct store *store = ctx;
    atomic_store(&store->alive_ms, clock_mono().ms);
}

/* Waits for jobs and moves up to a batch of them out of the queue. False: stop. */
static bool take(struct store *store) {
    (void)pthread_mutex_lock(&store->lock);
    store->idle = true;
    while (!store->first && !store->stopping) (void)pthread_cond_wait(&store->changed, &store->lock);
    store->idle = false;
    bool go_on = !store->stopping;
    store->batch.count = 0;
    while (go_on && store->first && store->batch.count < store->options.max_batch) {
        struct waiting *w = store->first;
        store->first = w->next;
        if (!store->first) store->last = &store->first;
        store->count--;
        store->batch.items[store->batch.count++] = (struct batch_item){ .job = w->job };
        free(w);
    }
    (void)pthread_mutex_unlock(&store->lock);
    return go_on;
}

static void write_jobs(struct store *store) {
    bool changed = false;
    bool committed = batch_run(&store->batch, &changed);
    if (committed) atomic_fetch_add(&store->commits, 1);
    for (size_t i = 0; i < store->batch.count; i++) {
        struct batch_item *item = &store->batch.items[i];
        if (item->job.done) item->job.done(item->job.arg, item->result);
        show_life(store);
    }
    if (changed && store->options.on_commit) store->options.on_commit(store->options.on_commit_ctx);
}

static int read_one(struct db *db, const struct store_job *job) {
    int r = job->before ? job->before(job->arg) : 0;
    if (r < 0 || !job->run) return r < 0 ? r : 0;
    r = db_begin_read(db);
    if (r) return r;
    r = job->run(db, job->arg);
    db_reset_all(db);
    db_rollback(db); /* nothing was written: the end of a read transaction */
    return r < 0 ? r : 0;
}

static void read_jobs(struct store *store) {
    for (size_t i = 0; i < store->batch.count; i++) {
        const struct store_job *job = &store->batch.items[i].job;
        int r = read_one(store->options.db, job);
        if (job->done) job->done(job->arg, r);
        show_life(store);
    }
}

static void *main_loop(void *arg) {
    struct store *store = arg;
    (void)pthread_setname_np(pthread_self(), store->name);
    while (take(store)) {
        show_life(store);
        if (store->options.writer)
            write_jobs(store);
        else
            read_jobs(store);
    }
    /* Nobody adds any more: stopping is set. */
    while (store->first) {
        struct waiting *w = store->first;
        store->first = w->next;
        if (w->job.done) w->job.done(w->job.arg, ERR_GONE);
        free(w);
    }
    db_close(store->options.db);
    store->options.db = NULL;
    return NULL;
}

static int init_locks(struct store *store) {
    if (pthread_mutex_init(&store->lock, NULL) != 0) return ERR_NOMEM;
    if (pthread_cond_init(&store->changed, NULL) == 0) return 0;
    (void)pthread_mutex_destroy(&store->lock);
    return ERR_NOMEM;
}

/* Signals are the main thread's business. */
static int start_thread(struct store *store) {
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&store->thread, NULL, main_loop, store);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? ERR_NOMEM : 0;
}

int store_start(const struct store_options *options, struct store **out) {
    assert(options->max_batch > 0);
    struct store *store = calloc(1, sizeof *store);
    struct batch_item *items = calloc(options->max_batch, sizeof *items);
    int r = store && items ? init_locks(store) : ERR_NOMEM;
    if (r == 0) {
        store->options = *options;
        text_clip(store->name, sizeof store->name, options->name);
        store->last = &store->first;
        store->batch = (struct batch){
            .db = options->db,
            .items = items,
            .on_no_space = options->on_no_space,
            .on_no_space_ctx = options->on_no_space_ctx,
            .show_life = show_life,
            .show_life_ctx = store,
        };
        show_life(store);
        r = start_thread(store);
        if (r) {
            (void)pthread_cond_destroy(&store->changed);
            (void)pthread_mutex_destroy(&store->lock);
        }
    }
    if (r) {
        db_close(options->db);
        free(items);
        free(store);
        return r;
    }
    *out = store;
    return 0;
}

void store_stop(struct store *store) {
    if (!store) return;
    (void)pthread_mutex_lock(&store->lock);
    store->stopping = true;
    (void)pthread_cond_broadcast(&store->changed);
    (void)pthread_mutex_unlock(&store->lock);
    (void)pthread_join(store->thread, NULL);
    (void)pthread_cond_destroy(&store->changed);
    (void)pthread_mutex_destroy(&store->lock);
    free(store->batch.items);
    free(store);
}

int store_submit(struct store *store, const struct store_job *job) {
    struct waiting *w = malloc(sizeof *w);
    if (!w) return ERR_NOMEM;
    *w = (struct waiting){ .job = *job };
    (void)pthread_mutex_lock(&store->lock);
    int r = store->stopping ? ERR_GONE : store->count >= store->options.max_waiting ? ERR_BUSY : 0;
    if (r == 0) {
        *store->last = w;
        store->last = &w->next;
        store->count++;
        if (store->idle && store->count == 1) show_life(store); /* it slept until now, and has work from now on */
        (void)pthread_cond_signal(&store->changed);
    }
    (void)pthread_mutex_unlock(&store->lock);
    if (r) free(w);
    return r;
}

struct call {
    int (*before)(void *arg);
    int (*run)(struct db *db, void *arg);
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    int result;
};

static int call_before(void *arg) {
    struct call *call = arg;
    return call->before ? call->before(call->arg) : 0;
}

static int call_run(struct db *db, void *arg) {
    struct call *call = arg;
    return call->run ? call->run(db, call->arg) : 0;
}

static void call_done(void *arg, int result) {
    struct call *call = arg;
    (void)pthread_mutex_lock(&call->lock);
    call->result = result;
    call->done = true;
    (void)pthread_cond_signal(&call->changed);
    (void)pthread_mutex_unlock(&call->lock);
}

int store_call(struct store *store, int (*run)(struct db *db, void *arg), void *arg) {
    return store_call_before(store, NULL, run, arg);
}

int store_call_before(struct store *store, int (*before)(void *arg), int (*run)(struct db *db, void *arg), void *arg) {
    assert(!pthread_equal(pthread_self(), store->thread));
    struct call call = {
        .before = before, .run = run, .arg = arg, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER
    };
    struct store_job job = { .before = call_before, .run = call_run, .done = call_done, .arg = &call };
    int r = store_submit(store, &job);
    if (r == 0) {
        (void)pthread_mutex_lock(&call.lock);
        while (!call.done) (void)pthread_cond_wait(&call.changed, &call.lock);
        r = call.result;
        (void)pthread_mutex_unlock(&call.lock);
    }
    (void)pthread_cond_destroy(&call.changed);
    (void)pthread_mutex_destroy(&call.lock);
    return r;
}

size_t store_waiting(struct store *store) {
    (void)pthread_mutex_lock(&store->lock);
    size_t n = store->count;
    (void)pthread_mutex_unlock(&store->lock);
    return n;
}

uint64_t store_commits(struct store *store) { return atomic_load(&store->commits); }

int64_t store_alive_ms(struct store *store) {
    (void)pthread_mutex_lock(&store->lock);
    bool waits = store->idle && store->count == 0;
    (void)pthread_mutex_unlock(&store->lock);
    return waits ? clock_mono().ms : atomic_load(&store->alive_ms);
}
