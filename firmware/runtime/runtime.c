/* SPDX-License-Identifier: MIT */
/* Start and stop order of what both daemons share. */
#include "firmware/runtime/runtime.h"

#include "app/http/herald.h"
#include "app/http/session.h"
#include "app/journal/domain.h"
#include "firmware/base/log.h"
#include "firmware/base/notify.h"
#include "firmware/base/tz.h"
#include "firmware/runtime/cli.h"
#include "firmware/runtime/people.h"
#include "hal/watchdog.h"

#include "firmware/base/cleanup.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    MAIL_MAX = 1024,
    JOBS_MAX = 4096, /* waiting; more are told to come back */
    BATCH_MAX = 256, /* jobs that share a commit */
    SETTLE_MS = 100,
    BALLAST_MS = 300000,
    STALE_MS = 60000, /* a store's thread that shows no life for so long is stuck */
};

void runtime_post(struct runtime *r, mail_fn fn, void *arg) {
    int rc = mailbox_post(r->mail, fn, arg);
    if (rc) log_error("the loop's mailbox: %s", err_name(rc));
}

static void wake_loop(void *ctx) {
    struct runtime *r = ctx;
    (void)uv_async_send(&r->mail_async);
}

static void on_mail(uv_async_t *async) {
    struct runtime *r = async->data;
    (void)mailbox_run(r->mail);
}

/* ---- after commits ---- */

static void committed(void *ctx) { /* store's thread */
    struct runtime *r = ctx;
    herald_wake(r->herald);
    if (r->on_commit) r->on_commit(r->ctx);
    (void)uv_async_send(&r->commit_async);
}

static void on_settle(uv_timer_t *timer) {
    struct runtime *r = timer->data;
    r->settling = false;
    if (r->stores_gone) return;
    people_refresh(r);
    if (r->on_settle) r->on_settle(r->ctx);
}

static void on_commit_async(uv_async_t *async) {
    struct runtime *r = async->data;
    if (r->settling) return;
    r->settling = true;
    (void)uv_timer_start(&r->settle_timer, on_settle, SETTLE_MS, 0);
}

/* ---- watchdog, ballast, signals ---- */

/* NULL: all threads show life. */
static const struct life *lost(struct runtime *r, struct life *list) {
    list[0] = (struct life){ "store", store_alive_ms(r->writer), life_deadline_ms(STALE_MS) };
    list[1] = (struct life){ "reader", store_alive_ms(r->reader), life_deadline_ms(STALE_MS) };
    size_t n = 2 + (r->lives ? r->lives(r->ctx, list + 2, LIFE_MAX - 2) : 0);
    return life_lost(list, n, clock_mono().ms);
}

static void on_watchdog(uv_timer_t *timer) {
    struct runtime *r = timer->data;
    struct life list[LIFE_MAX];
    if (r->stores_gone) return;
    const struct life *who = lost(r, list);
    if (who && !r->starving)
        log_error("the thread '%s' has shown no life for %lld s: the watchdogs are not fed any more, and will restart "
                  "this program or the board",
                  who->thread, (long long)((clock_mono().ms - who->alive_ms) / 1000));
    if (!who && r->starving) log_info("all threads show life again");
    r->starving = who != NULL;
    if (who) return;
    notify_watchdog();
    int rc = r->watchdog ? watchdog_feed(r->watchdog) : 0;
    if (rc) log_error("the hardware watchdog cannot be fed (%s); it will reset the board", err_name(rc));
}

/* Half of what the service manager allows, a third of what the hardware does; 0: nobody watches. */
static int64_t feed_every_ms(const struct runtime *r) {
    int64_t manager_ms = notify_watchdog_ms();
    int64_t hardware_ms = r->watchdog ? (int64_t)watchdog_timeout_s(r->watchdog) * 1000 / 3 : 0;
    if (!manager_ms || !hardware_ms) return manager_ms + hardware_ms;
    return manager_ms < hardware_ms ? manager_ms : hardware_ms;
}

/* While the ballast is given up, its room is for records: photos keep out of it. */
static int keep_ballast(struct runtime *r) {
    bool stands = false;
    int rc = ballast_tend(r->ballast, &stands);
    photo_store_spare(r->depot.photo_store, stands ? 0 : BALLAST_BYTES);
    return rc;
}

static bool give_up_ballast(void *ctx) { /* store's thread */
    struct runtime *r = ctx;
    photo_store_spare(r->depot.photo_store, BALLAST_BYTES);
    return ballast_give_up(r->ballast);
}

static void tend_ballast(uv_work_t *work) {
    int rc = keep_ballast(work->data);
    if (rc && rc != ERR_NO_SPACE) log_warn("ballast: %s", err_name(rc));
}

static void ballast_tended(uv_work_t *work, int status) {
    (void)status;
    free(work);
}

static void on_ballast(uv_timer_t *timer) {
    uv_work_t *work = malloc(sizeof *work);
    if (!work) return;
    work->data = timer->data;
    if (uv_queue_work(timer->loop, work, tend_ballast, ballast_tended)) free(work);
}

static void on_signal(uv_signal_t *signal, int number) {
    struct runtime *r = signal->data;
    log_info("%s: stopping", number == SIGINT ? "SIGINT" : "SIGTERM");
    notify_stopping();
    (void)alarm(5); /* all that counts is durable: better cut short than hanging */
    uv_stop(&r->loop);
}

static int open_loop(struct runtime *r) {
    if (uv_loop_init(&r->loop)) return ERR_NOMEM;
    r->loop_open = true;
    int bad = uv_async_init(&r->loop, &r->mail_async, on_mail);
    bad |= uv_async_init(&r->loop, &r->commit_async, on_commit_async);
    bad |= uv_timer_init(&r->loop, &r->settle_timer);
    bad |= uv_timer_init(&r->loop, &r->watchdog_timer);
    bad |= uv_timer_init(&r->loop, &r->ballast_timer);
    bad |= uv_signal_init(&r->loop, &r->signals[0]);
    bad |= uv_signal_init(&r->loop, &r->signals[1]);
    r->mail_async.data = r->commit_async.data = r->settle_timer.data = r->watchdog_timer.data = r->ballast_timer.data =
        r->signals[0].data = r->signals[1].data = r;
    r->handles_open = bad == 0;
    if (!bad)
        bad = uv_signal_start(&r->signals[0], on_signal, SIGTERM) | uv_signal_start(&r->signals[1], on_signal, SIGINT);
    (void)signal(SIGPIPE, SIG_IGN);
    return bad ? ERR_IO : mailbox_create(MAIL_MAX, wake_loop, r, &r->mail);
}

/* ---- opening ---- */

static int start_stores(struct runtime *r, struct err_text *e) {
    struct db *reader = NULL;
    int rc = depot_reader(&r->depot, &reader, e);
    if (rc) return rc;
    rc = herald_create(&r->app, reader, r->on_wrote, r->ctx, &r->herald);
    if (rc) {
        db_close(reader);
        return err_set(e, rc, "journal.db cannot be read: %s", err_name(rc));
    }
    struct store_options read_side = { .name = "reader", .db = reader, .max_waiting = JOBS_MAX, .max_batch = 1 };
    rc = store_start(&read_side, &r->reader);
    if (rc) return err_set(e, rc, "the reader's thread could not be started: %s", err_name(rc));
    struct store_options write_side = { .name = "store",
                                        .db = STEAL_PTR(r->depot.db),
                                        .writer = true,
                                        .max_waiting = JOBS_MAX,
                                        .max_batch = BATCH_MAX,
                                        .on_commit = committed,
                                        .on_commit_ctx = r,
                                        .on_no_space = r->ballast ? give_up_ballast : NULL,
                                        .on_no_space_ctx = r };
    r->app.reader = r->reader;
    rc = store_start(&write_side, &r->writer);
    r->app.writer = r->writer;
    return rc ? err_set(e, rc, "the store's thread could not be started: %s", err_name(rc)) : 0;
}

struct adopting {
    struct runtime *r;
    struct adoption *adoption;
};

static int adopt_list(void *arg) {
    struct adopting *a = arg;
    return adoption_list(&a->r->photos, &a->adoption);
}

static int adopt_record(struct db *db, void *arg) {
    struct adopting *a = arg;
    return adoption_record(a->adoption, &a->r->photos, a->r->depot.journal, db);
}

static int adopt_settle(void *arg) {
    struct adopting *a = arg;
    return adoption_settle(a->adoption, &a->r->photos);
}

/* A board that cannot do this now (its disk is full, say) still has to take logs: what fails here is tried again at the next start. */
static void adopt(struct runtime *r) {
    struct adopting a = { .r = r };
    int rc = store_call_before(r->writer, adopt_list, adopt_record, &a);
    if (!rc && adoption_count(a.adoption))
        log_warn("%zu photos had lost their records in a power cut and have them again", adoption_count(a.adoption));
    if (!rc) rc = store_call_before(r->writer, adopt_settle, NULL, &a);
    if (rc) log_error("photos without records could not be looked through: %s", err_name(rc));
    adoption_destroy(a.adoption);
}

static void fill_app(struct runtime *r, const struct runtime_options *o) {
    struct app *a = &r->app;
    a->board = o->board;
    a->tls = o->server.main.tls_cert && o->server.main.tls_cert[0];
    a->version = cli_version;
    a->org = o->depot.org;
    a->site = o->depot.site ? o->depot.site : "";
    a->writer_id = o->depot.writer;
    a->dir = o->depot.dir;
    a->timezone = o->depot.timezone;
    a->tz = r->tz;
    a->journal = r->depot.journal;
    a->photos = &r->photos;
    r->photos.blobs = r->depot.blobs;
    r->photos.outbox = o->board;
}

static int open_rest(struct runtime *r, const struct runtime_options *o, struct err_text *e) {
    int rc = sessions_create(&r->app.sessions);
    struct live_options live = {
        .loop = &r->loop, .since = herald_since, .may_see = r->app.may_see, .ctx = r->app.may_see_ctx
    };
    if (!rc) rc = live_create(&live, &r->live);
    r->app.live = r->live;
    if (rc) return err_set(e, rc, "start: %s", err_name(rc));
    if (o->board) {
        rc = keep_ballast(r);
        if (rc == ERR_NO_SPACE) {
            log_warn("ballast: the disk is nearly full; free some space");
            rc = 0;
        }
        if (rc) return err_set(e, rc, "%s/ballast: %s", o->depot.dir, err_name(rc));
    }
    rc = start_stores(r, e);
    if (rc) return rc;
    adopt(r);
    return people_load(r, e);
}

/* The disk may have filled up before the power went: the ballast is for that, too. */
static int open_depot(struct runtime *r, const struct runtime_options *o, struct err_text *e) {
    int rc = o->board ? ballast_create(o->depot.dir, 0, &r->ballast) : 0;
    if (rc) return err_set(e, rc, "%s/ballast: %s", o->depot.dir, err_name(rc));
    rc = depot_open(&o->depot, &r->depot, e);
    if (rc == ERR_NO_SPACE && r->ballast && ballast_give_up(r->ballast)) rc = depot_open(&o->depot, &r->depot, e);
    return rc;
}

int runtime_open(struct runtime *r, const struct runtime_options *o, struct err_text *e) {
    enum log_level level;
    if (log_level_parse(o->log_level, &level) == 0) log_set_level(level);
    r->depot.lock_fd = -1;
    photos_init(&r->photos);
    int rc = domain_check(e);
    if (!rc) rc = open_loop(r);
    if (!rc) rc = tz_create(o->depot.timezone, &r->tz, e);
    if (!rc) rc = open_depot(r, o, e);
    if (rc) return rc;
    fill_app(r, o);
    return open_rest(r, o, e);
}

int runtime_serve(struct runtime *r, const struct runtime_options *o, struct err_text *e) {
    struct server_options s = o->server;
    (void)snprintf(r->port_file, sizeof r->port_file, "%s/http.port", o->depot.dir);
    (void)snprintf(r->upload_port_file, sizeof r->upload_port_file, "%s/upload.port", o->depot.dir);
    (void)snprintf(r->control_path, sizeof r->control_path, "%s/control.sock", o->depot.dir);
    s.loop = &r->loop;
    s.app = &r->app;
    s.main.port_file = r->port_file;
    if (s.raw_only.address) s.raw_only.port_file = r->upload_port_file;
    s.control_path = r->control_path;
    s.assets = true;
    s.routes = route_tables;
    return server_start(&s, &r->server, e);
}

void runtime_run(struct runtime *r) {
    int64_t watchdog_ms = feed_every_ms(r);
    if (watchdog_ms > 0) (void)uv_timer_start(&r->watchdog_timer, on_watchdog, 0, (uint64_t)watchdog_ms);
    if (r->ballast) (void)uv_timer_start(&r->ballast_timer, on_ballast, BALLAST_MS, BALLAST_MS);
    notify_ready();
    (void)uv_run(&r->loop, UV_RUN_DEFAULT);
}

/* ---- closing ---- */

void runtime_stop_server(struct runtime *r) {
    if (r->live) live_close(r->live);
    if (r->server) server_stop(r->server);
}

void runtime_stop_stores(struct runtime *r) {
    /* What the program's threads handed in last (how far each peer is) is written still: else it would all be sent once more. */
    if (r->writer) (void)!store_call(r->writer, NULL, NULL);
    r->stores_gone = true;
    store_stop(r->writer);
    store_stop(r->reader);
}

static void close_handles(struct runtime *r) {
    if (r->handles_open) {
        uv_close((uv_handle_t *)&r->mail_async, NULL);
        uv_close((uv_handle_t *)&r->commit_async, NULL);
        uv_close((uv_handle_t *)&r->settle_timer, NULL);
        uv_close((uv_handle_t *)&r->watchdog_timer, NULL);
        uv_close((uv_handle_t *)&r->ballast_timer, NULL);
        uv_close((uv_handle_t *)&r->signals[0], NULL);
        uv_close((uv_handle_t *)&r->signals[1], NULL);
    }
    (void)uv_run(&r->loop, UV_RUN_DEFAULT); /* work under way ends, handles close */
}

void runtime_close(struct runtime *r) {
    if (r->loop_open) {
        server_destroy(r->server);
        live_destroy(r->live);
        if (r->mail) (void)mailbox_run(r->mail);
        close_handles(r);
        (void)uv_loop_close(&r->loop);
    }
    sessions_destroy(r->app.sessions);
    herald_destroy(r->herald);
    ballast_destroy(r->ballast);
    mailbox_destroy(r->mail);
    photos_fini(&r->photos);
    depot_close(&r->depot);
    tz_destroy(r->tz);
}
