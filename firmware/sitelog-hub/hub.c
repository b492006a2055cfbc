/* SPDX-License-Identifier: MIT */
/* What head office's hub is made of, and in which order it starts and stops. */
#include "firmware/sitelog-hub/hub.h"

#include "app/hook/hook_sender.h"
#include "app/http/member.h"
#include "app/http/route_tus.h"
#include "app/journal/move.h"
#include "app/journal/roster.h"
#include "app/journal/sink.h"
#include "app/journal/site.h"
#include "app/journal/source.h"
#include "app/photo/inbox.h"
#include "app/report/report_pdf.h"
#include "firmware/base/log.h"
#include "firmware/runtime/cli.h"
#include "firmware/runtime/connect.h"
#include "firmware/runtime/deadlines.h"
#include "firmware/runtime/doubt.h"
#include "firmware/runtime/runtime.h"
#include "firmware/sitelog-hub/presence.h"
#include "sync/hub/feed.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    STALE_MS = 60000,
    LOOKUP_MS = 45000,
    FEED_STOP_MS = 1500,
    SERVER_STOP_MS = 1500,
    RETRY_MAX_MS = 30000,
    SWEEP_MS = 86400000
};

struct hub {
    const struct hub_conf *conf;
    struct runtime rt;
    struct members *members;
    struct tus *tus;
    struct server_raw raw;
    struct db *feed_db; /* feed's thread */
    struct source *source;
    struct sink *sink;
    struct feed *_Atomic feed; /* other threads look at it while start sets it */
    struct feed_board *boards;
    size_t board_count;
    uv_timer_t sweep_timer;
    struct deadlines deadlines;
    struct hook_list hooks;
    struct hook_sender *_Atomic sender; /* likewise; NULL: no webhooks */
};

/* ---- photo bytes ---- */

static bool has_blob(void *ctx, const char sha256[HASH_TEXT_SIZE]) {
    struct hub *h = ctx;
    return blobs_has(h->rt.depot.blobs, BLOB_ORIGINAL, sha256) || blobs_has(h->rt.depot.blobs, BLOB_THUMB, sha256);
}

static bool moved(void *ctx, const char *board, const char *from, const char *to) {
    struct hub *h = ctx;
    bool said = false;
    int rc = move_said(h->feed_db, from, board, to, &said);
    if (rc)
        log_warn("whether board %s moved cannot be read: %s; sitelogctl doctor checks disk and database", board,
                 err_name(rc));
    return said;
}

static void blob_stored(void *ctx, const struct tus_upload *u) { /* pool */
    struct hub *h = ctx;
    feed_blob_stored(h->feed, "", u->board, u->sha256);
    char data[160];
    (void)snprintf(data, sizeof data, "{\"sha256\":\"%s\",\"variant\":\"%s\"}", u->sha256,
                   u->thumb ? "thumb" : "original");
    live_publish(h->rt.live, "blob", 0, "", data);
}

/* ---- what the feed tells (its thread) ---- */

static void on_new(void *ctx, const char *site, const char *board) {
    presence_new(&((struct hub *)ctx)->rt.app, site, board);
}

static void on_state(void *ctx, const char *site, const char *board, const struct state *s) {
    presence_state(&((struct hub *)ctx)->rt.app, site, board, s);
}

static void on_hello(void *ctx, const char *site, const char *board, const struct ack *hello) {
    presence_hello(&((struct hub *)ctx)->rt.app, site, board, hello);
}

static void on_beat(void *ctx, const char *site, const char *board, const struct beat *beat) {
    presence_beat(&((struct hub *)ctx)->rt.app, site, board, beat);
}

static void on_trouble(void *ctx, enum feed_trouble trouble, const char *site, const char *board, const char *text) {
    static const char *const words[] = {
        [FEED_WRONG_SITE] = "speaks under a site that is not its own",
        [FEED_WRONG_KEY] = "has another key than the pinned one (it is taken in; was the board replaced?)",
        [FEED_BAD_MESSAGE] = "sent something unreadable, which was dropped"
    };
    (void)ctx;
    log_warn("feed: board %s, site %s: %s: %s", board[0] ? board : "?", site[0] ? site : "?", words[trouble], text);
}

static void on_doubt(void *ctx, const char *site, enum peer_doubt doubt, const struct event_key *key) {
    doubt_settle(&((struct hub *)ctx)->rt.app, site, doubt, key);
}

static void on_link(void *ctx, bool up, int64_t connect, const char *why) {
    struct hub *h = ctx;
    (void)why; /* the feed logs it */
    deadlines_listen(&h->deadlines, up);
    if (up) connect_save(&h->rt.app, connect);
}

/* ---- who works where ---- */

struct roster {
    struct hub *hub;
    struct roster_member *list;
    size_t n;
};

static int read_members(struct db *db, void *arg) {
    struct roster *m = arg;
    return roster_members(db, &m->list, &m->n);
}

static void members_read(void *arg, int result) {
    struct roster *m = arg;
    if (result == 0) members_set(m->hub->members, m->list, m->n);
    free(m);
}

static void refresh_members(struct hub *h) {
    struct roster *m = calloc(1, sizeof *m);
    if (!m) return;
    m->hub = h;
    struct store_job job = { .run = read_members, .done = members_read, .arg = m };
    if (store_submit(h->rt.reader, &job)) free(m);
}

static void on_wrote(void *ctx, const char *site) { /* reader's thread */
    struct hub *h = ctx;
    if (h->feed) feed_wake_site(h->feed, site);
}

static void on_settle(void *ctx) {
    struct hub *h = ctx;
    refresh_members(h);
    deadlines_wake(&h->deadlines);
}

static void on_commit(void *ctx) { hook_sender_wake(((struct hub *)ctx)->sender); } /* store's thread */

static size_t lives(void *ctx, struct life *out, size_t max) {
    struct hub *h = ctx;
    size_t n = 0;
    if (h->feed && n < max) out[n++] = (struct life){ "feed", feed_alive_ms(h->feed), STALE_MS + LOOKUP_MS };
    if (h->sender && n < max) out[n++] = (struct life){ "hooks", hook_sender_alive_ms(h->sender), 2 * STALE_MS };
    return n;
}

/* ---- start ---- */

static int read_boards(struct db *db, void *arg) {
    struct hub *h = arg;
    struct roster_board *list = NULL;
    int rc = roster_boards(db, &list, &h->board_count);
    if (rc) return rc;
    h->boards = calloc(h->board_count + 1, sizeof *h->boards);
    for (size_t i = 0; h->boards && i < h->board_count; i++) {
        memcpy(h->boards[i].site, list[i].site, sizeof list[i].site);
        memcpy(h->boards[i].board, list[i].board, sizeof list[i].board);
        memcpy(h->boards[i].key, list[i].key, sizeof list[i].key);
    }
    free(list);
    return h->boards ? 0 : ERR_NOMEM;
}

static int start_feed(struct hub *h, struct err_text *e) {
    const struct hub_conf *c = h->conf;
    struct runtime *r = &h->rt;
    int rc = store_call(r->reader, read_boards, h);
    if (rc) return err_set(e, rc, "%s", e->text[0] ? e->text : "the list of boards cannot be read from journal.db");
    struct feed_options o = { .org = c->org,
                              .host = c->feed_host,
                              .port = c->feed_port,
                              .user = c->feed_user,
                              .password = c->feed_password,
                              .ca = c->feed_ca,
                              .cert = c->feed_cert,
                              .key = c->feed_key,
                              .retry_max_ms = RETRY_MAX_MS,
                              .boot = journal_boot(r->depot.journal),
                              .connect_first = r->depot.identity.connect_first,
                              .software = cli_version,
                              .boards = h->boards,
                              .board_count = h->board_count,
                              .handlers = { .board_new = on_new,
                                            .state = on_state,
                                            .hello = on_hello,
                                            .beat = on_beat,
                                            .trouble = on_trouble,
                                            .doubt = on_doubt,
                                            .has_blob = has_blob,
                                            .moved = moved,
                                            .link = on_link,
                                            .ctx = h } };
    struct feed *feed = NULL;
    rc = depot_reader(&r->depot, &h->feed_db, e);
    if (!rc) rc = feed_create(&o, &feed, e);
    if (rc) return rc;
    struct source_options so = { .reader = h->feed_db, .store = r->writer, .journal = r->depot.journal };
    struct sink_options si = {
        .reader = h->feed_db, .store = r->writer, .journal = r->depot.journal, .mail = feed_mailbox(feed)
    };
    rc = source_create(&so, &h->source);
    if (!rc) rc = sink_create(&si, &h->sink);
    if (!rc) rc = feed_start(feed, source_seam(h->source), sink_seam(h->sink), e);
    h->feed = feed;
    return rc ? err_set(e, rc, "%s", e->text[0] ? e->text : "the feed could not be made") : 0;
}

static int start_sender(struct hub *h, struct err_text *e) {
    const struct hub_conf *c = h->conf;
    struct hook_sender *sender = NULL;
    struct hook_sender_options o = { .list = h->hooks,
                                     .writer = h->rt.writer,
                                     .org = c->org,
                                     .office_url = c->office_url,
                                     .tz = h->rt.tz,
                                     .timezone = c->office_timezone,
                                     .retry_max_ms = c->office_hook_retry_max_s * 1000,
                                     .timeout_ms = c->office_hook_timeout_s * 1000 };
    int rc = hook_sender_start(&o, &sender, e);
    h->sender = sender;
    return rc;
}

static void on_sweep(uv_timer_t *timer) { /* a folder with a few files in it */
    struct hub *h = timer->data;
    tus_sweep(h->tus);
}

static int start(struct hub *h, struct runtime_options *o, struct err_text *e) {
    struct runtime *r = &h->rt;
    int rc = members_create(&h->members);
    r->app.may_see = members_may_see;
    r->app.may_see_ctx = h->members;
    r->app.site_known = site_known;
    r->app.silent_after_s = h->conf->office_silent_after_s;
    h->hooks = (struct hook_list){ h->conf->hooks, h->conf->hook_count };
    r->app.hooks = &h->hooks;
    r->app.report_pdf = report_pdf;
    if (!rc) rc = runtime_open(r, o, e);
    if (rc) return rc;
    refresh_members(h);
    struct tus_options t = { .store = inbox_store(r->depot.blob_dir), .stored = blob_stored, .ctx = h };
    rc = tus_create(&t, &h->tus, e);
    if (!rc) rc = deadlines_start(&h->deadlines, r, h->conf->office_silent_after_s, e);
    if (!rc) rc = start_sender(h, e);
    if (!rc) rc = start_feed(h, e);
    if (rc) return rc;
    h->raw = route_tus(h->tus);
    o->server.raw = &h->raw;
    if (h->conf->upload_listen[0]) o->server.raw_only.address = h->conf->upload_listen;
    rc = runtime_serve(r, o, e);
    h->sweep_timer.data = h;
    if (!rc && uv_timer_init(&r->loop, &h->sweep_timer) == 0)
        (void)uv_timer_start(&h->sweep_timer, on_sweep, SWEEP_MS, SWEEP_MS);
    return rc;
}

/* failure: why it could not start; NULL: it ran. */
static void stop(struct hub *h, const struct err_text *failure) {
    struct runtime *r = &h->rt;
    r->on_settle = NULL;         /* the loop runs on in between, and what it wakes is taken apart */
    hook_sender_stop(h->sender); /* it ends while the others are stopped */
    runtime_stop_server(r);
    deadlines_stop(&h->deadlines);
    if (h->feed && !feed_stop(h->feed, FEED_STOP_MS)) {
        if (failure) log_error("%s", failure->text);
        log_info("stopped, without waiting for a name look-up");
        _exit(failure ? CLI_EXIT_FAILURE : CLI_EXIT_OK);
    }
    hook_sender_join(h->sender);
    runtime_stop_stores(r); /* whose thread wakes the sender */
    deadlines_fini(&h->deadlines);
    hook_sender_destroy(h->sender);
    if (h->sweep_timer.data && uv_is_active((uv_handle_t *)&h->sweep_timer))
        uv_close((uv_handle_t *)&h->sweep_timer, NULL);
    server_destroy(r->server); /* waits for its last steps, which tell the feed of photos */
    r->server = NULL;
    feed_destroy(h->feed);
    sink_destroy(h->sink);
    source_destroy(h->source);
    db_close(h->feed_db);
    runtime_close(r);
    tus_destroy(h->tus);
    members_destroy(h->members);
    free(h->boards);
}

int hub_run(const struct hub_conf *conf, struct err_text *e) {
    struct hub *h = calloc(1, sizeof *h);
    if (!h) return err_set(e, ERR_NOMEM, "out of memory");
    h->conf = conf;
    h->rt.on_wrote = on_wrote;
    h->rt.on_settle = on_settle;
    h->rt.on_commit = on_commit;
    h->rt.lives = lives;
    h->rt.ctx = h;
    struct runtime_options o = {
        .depot = { .org = conf->org,
                   .writer = "hub",
                   .timezone = conf->office_timezone,
                   .dir = conf->dir,
                   .blobs_dir = conf->blobs_dir },
        .log_level = conf->log_level,
        .server = { .main = { .address = conf->http_listen, .tls_cert = conf->tls_cert, .tls_key = conf->tls_key },
                    .limits = { .stop_ms = SERVER_STOP_MS } },
    };
    int rc = start(h, &o, e);
    if (!rc) {
        log_info("hub of %s: http on port %u", conf->org, server_port(h->rt.server));
        if (conf->upload_listen[0]) log_info("photos come in on port %u", server_raw_port(h->rt.server));
        runtime_run(&h->rt);
    }
    stop(h, rc ? e : NULL);
    free(h);
    return rc;
}
