/* SPDX-License-Identifier: MIT */
/* How fast a board that was offline gets rid of what it has: the board's link and the hub's feed in one process, each over its own journal,
 * through a real broker, until head office has committed everything (the board writes down what is received twice a second, and has to in the end);
 * against a bare libmosquitto client that publishes the same
 * bytes with QoS 1 and the same window to the same broker, for nobody; and, for the remark, for a bare subscriber. */
#include "tests/bench/bench.h"

#include "app/journal/counts.h"
#include "app/journal/sink.h"
#include "app/journal/source.h"
#include "firmware/base/cleanup.h"
#include "sync/edge/link.h"
#include "sync/hub/feed.h"
#include "tests/support/broker.h"
#include "tests/support/delay_proxy.h"
#include "tests/support/temp.h"

#include <mosquitto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WINDOW = 100 /* as peer_options.max_in_flight */, DEADLINE_S = 120, LINE_MS = 50 /* each way */ };

static void short_pause(void) { (void)nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL); }

/* ---- the yardstick ---- */

struct publisher {
    struct mosquitto *client;
    unsigned acknowledged;
    bool up;
};

static void on_connect(struct mosquitto *client, void *arg, int code) {
    (void)client;
    ((struct publisher *)arg)->up = code == 0;
}

static void on_publish(struct mosquitto *client, void *arg, int mid) {
    (void)client;
    (void)mid;
    ((struct publisher *)arg)->acknowledged++;
}

struct subscriber {
    struct mosquitto *client;
    pthread_t thread;
    atomic_uint got;
    atomic_bool up, stop;
};

static void on_subscribed(struct mosquitto *client, void *arg, int mid, int count, const int *qos) {
    (void)client;
    (void)mid;
    (void)count;
    (void)qos;
    atomic_store(&((struct subscriber *)arg)->up, true);
}

static void on_message(struct mosquitto *client, void *arg, const struct mosquitto_message *message) {
    (void)client;
    (void)message;
    atomic_fetch_add(&((struct subscriber *)arg)->got, 1);
}

static void must_mosquitto(int rc) {
    if (rc != MOSQ_ERR_SUCCESS) bench_must(ERR_NETWORK, mosquitto_strerror(rc), NULL);
}

static void *subscribe(void *arg) {
    struct subscriber *s = arg;
    while (!atomic_load(&s->stop)) must_mosquitto(mosquitto_loop(s->client, 10, 1));
    return NULL;
}

static void subscriber_start(struct subscriber *s, int port) {
    s->client = mosquitto_new("bare-subscriber", true, s);
    if (!s->client) bench_must(ERR_NOMEM, "subscriber", NULL);
    mosquitto_message_callback_set(s->client, on_message);
    mosquitto_subscribe_callback_set(s->client, on_subscribed);
    must_mosquitto(mosquitto_connect(s->client, "127.0.0.1", port, 60));
    must_mosquitto(mosquitto_subscribe(s->client, NULL, "bare/#", 1));
    if (pthread_create(&s->thread, NULL, subscribe, s)) bench_must(ERR_NOMEM, "subscriber", NULL);
    while (!atomic_load(&s->up)) short_pause();
}

static void subscriber_stop(struct subscriber *s) {
    atomic_store(&s->stop, true);
    (void)pthread_join(s->thread, NULL);
    mosquitto_destroy(s->client);
}

/* Events a second until the last is acknowledged, and has arrived where somebody listens. */
static double bare(int port, const struct bench_events *events, bool with_subscriber) {
    struct publisher p = { 0 };
    struct subscriber s = { 0 };
    unsigned sent = 0;
    if (with_subscriber) subscriber_start(&s, port);
    p.client = mosquitto_new("bare-publisher", true, &p);
    if (!p.client) bench_must(ERR_NOMEM, "publisher", NULL);
    mosquitto_connect_callback_set(p.client, on_connect);
    mosquitto_publish_callback_set(p.client, on_publish);
    must_mosquitto(mosquitto_max_inflight_messages_set(p.client, 0));
    must_mosquitto(mosquitto_int_option(p.client, MOSQ_OPT_TCP_NODELAY, 1));
    double began = bench_now_s();
    must_mosquitto(mosquitto_connect(p.client, "127.0.0.1", port, 60));
    while (p.acknowledged < events->count || (with_subscriber && atomic_load(&s.got) < events->count)) {
        for (; p.up && sent < events->count && sent - p.acknowledged < WINDOW; sent++)
            must_mosquitto(mosquitto_publish(p.client, NULL, "bare/acme/s-0412/b-01/up/record",
                                             (int)events->list[sent].n, events->list[sent].bytes, 1, false));
        must_mosquitto(mosquitto_loop(p.client, 10, 1));
    }
    double rate = (double)events->count / (bench_now_s() - began);
    mosquitto_destroy(p.client);
    if (with_subscriber) subscriber_stop(&s);
    return rate;
}

/* ---- board and hub ---- */

struct end {
    struct db *db, *link_db;
    struct journal *journal;
    struct store *store;
    struct source *source;
    struct sink *sink;
    void (*wake)(void *link);
    void *link;
};

static void committed(void *ctx) {
    struct end *e = ctx;
    if (e->wake) e->wake(e->link);
}

static void end_open(struct end *e, const char *dir, const char *writer, const char *site) {
    CLEANUP(free_ptr) char *path = NULL;
    struct err_text why = { 0 };
    char file[64];
    (void)snprintf(file, sizeof file, "%s.db", writer);
    path = temp_path(dir, file);
    bench_journal(dir, file, writer, site, &e->db, &e->journal);
    bench_must(db_open(path, DB_JOURNAL_READER, &e->link_db, &why), path, &why);
}

static void end_start(struct end *e, struct mailbox *mail, struct copy_source *source, struct copy_sink *sink) {
    struct store_options o = { .name = "store",
                               .db = e->db,
                               .writer = true,
                               .max_waiting = 4096,
                               .max_batch = 256,
                               .on_commit = committed,
                               .on_commit_ctx = e };
    bench_must(store_start(&o, &e->store), "store", NULL);
    struct source_options so = { .reader = e->link_db, .store = e->store, .journal = e->journal };
    struct sink_options si = { .reader = e->link_db, .store = e->store, .journal = e->journal, .mail = mail };
    bench_must(source_create(&so, &e->source), "source", NULL);
    bench_must(sink_create(&si, &e->sink), "sink", NULL);
    *source = source_seam(e->source);
    *sink = sink_seam(e->sink);
}

static void end_close(struct end *e) {
    sink_destroy(e->sink);
    source_destroy(e->source);
    db_close(e->link_db);
    journal_destroy(e->journal);
}

static void wake_link(void *link) { link_wake(link); }
static void wake_feed(void *feed) { feed_wake_site(feed, BENCH_SITE); }

static int health(void *ctx, struct buf *json) {
    (void)ctx;
    return buf_add_text(json, "{\"clock\":\"ntp\"}");
}

static void hub_link(void *ctx, bool up, int64_t connect, const char *why) {
    (void)connect;
    (void)why;
    atomic_store((atomic_bool *)ctx, up);
}

static struct feed *hub_start(struct end *hub, const struct broker *broker) {
    static atomic_bool up;
    struct err_text e = { 0 };
    struct feed *feed = NULL;
    struct copy_source source;
    struct copy_sink sink;
    struct feed_options o = { .org = BENCH_ORG,
                              .host = "127.0.0.1",
                              .port = broker->port,
                              .user = "",
                              .password = "",
                              .ca = "",
                              .cert = "",
                              .key = "",
                              .retry_max_ms = 1000,
                              .boot = 1,
                              .connect_first = 1,
                              .software = "bench",
                              .handlers = { .link = hub_link, .ctx = &up } };
    atomic_store(&up, false);
    bench_must(feed_create(&o, &feed, &e), "feed", &e);
    end_start(hub, feed_mailbox(feed), &source, &sink);
    hub->link = feed;
    hub->wake = wake_feed;
    bench_must(feed_start(feed, source, sink, &e), "feed", &e);
    while (!atomic_load(&up)) short_pause();
    return feed;
}

static struct link *board_start(struct end *board, int port) {
    struct err_text e = { 0 };
    struct link *link = NULL;
    struct copy_source source;
    struct copy_sink sink;
    struct link_options o = { .org = BENCH_ORG,
                              .site = BENCH_SITE,
                              .board = BENCH_BOARD,
                              .host = "127.0.0.1",
                              .port = port,
                              .user = "",
                              .password = "",
                              .ca = "",
                              .cert = "",
                              .key = "",
                              .retry_max_ms = 1000,
                              .software = "bench",
                              .boot = 1,
                              .connect_first = 1,
                              .health = health };
    bench_must(sign_make_key(o.secret, o.public_key), "key", NULL);
    bench_must(link_create(&o, &link, &e), "link", &e);
    end_start(board, link_mailbox(link), &source, &sink);
    board->link = link;
    board->wake = wake_link;
    bench_must(link_start(link, source, sink, &e), "link", &e);
    return link;
}

/* Events of the board that a journal holds. */
static int64_t held(struct db *db) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    bench_must(db_prepare(db, "SELECT coalesce(sum(seq), 0) FROM chain WHERE writer = ?", &s), "heads", NULL);
    stmt_bind_text(s, 1, BENCH_BOARD);
    bench_must(stmt_step(s), "heads", NULL);
    return stmt_int(s, 0);
}

static bool all_received(struct db *db) {
    struct counts c;
    bench_must(counts_read(db, BENCH_SITE, &c), "counts", NULL);
    for (int lane = 0; lane < LANE_COUNT; lane++)
        if (c.lane[lane].received < c.lane[lane].saved) return false;
    return c.lane[LANE_RECORD].saved > 0;
}

static struct db *open_reader(const char *dir, const char *file) {
    CLEANUP(free_ptr) char *path = temp_path(dir, file);
    struct err_text e = { 0 };
    struct db *db = NULL;
    bench_must(db_open(path, DB_JOURNAL_READER, &db, &e), path, &e);
    return db;
}

static void wait_for(double began) {
    if (bench_now_s() - began > DEADLINE_S) bench_must(ERR_TIMEOUT, "drain", NULL);
    short_pause();
}

/* Events a second, from the board's start until head office has everything. port: the broker's for the board, or that of a line
 * to it. */
static double drain(const struct broker *broker, int port, unsigned n, struct bench_events *events) {
    char *dir = temp_make();
    struct end board = { 0 }, hub = { 0 };
    end_open(&board, dir, BENCH_BOARD, BENCH_SITE);
    end_open(&hub, dir, "hub", NULL);
    bench_append(board.db, board.journal, 0, n);
    if (events->count == 0) bench_events_read(board.db, BENCH_BOARD, events);
    struct db *at_board = open_reader(dir, BENCH_BOARD ".db"), *at_hub = open_reader(dir, "hub.db");
    int64_t all = held(at_board);
    struct feed *feed = hub_start(&hub, broker);

    double began = bench_now_s();
    struct link *link = board_start(&board, port);
    while (held(at_hub) < all) wait_for(began);
    double rate = n / (bench_now_s() - began);
    while (!all_received(at_board)) wait_for(began);

    db_close(at_board);
    db_close(at_hub);
    if (!link_stop(link, 10000) || !feed_stop(feed, 10000)) bench_must(ERR_TIMEOUT, "stop", NULL);
    store_stop(board.store);
    store_stop(hub.store);
    link_destroy(link);
    feed_destroy(feed);
    end_close(&board);
    end_close(&hub);
    temp_remove(dir);
    return rate;
}

int main(void) {
    unsigned rounds = bench_quick() ? 3 : 7, n = bench_quick() ? 4000 : 10000;
    struct bench_series alone = { 0 }, heard = { 0 }, far = { 0 };
    struct delay_proxy line;
    struct bench_events events = { 0 };
    struct broker broker;
    double rate = 0;
    (void)mosquitto_lib_init();
    broker_start(&broker);
    delay_proxy_start(&line, broker.port, LINE_MS);
    for (unsigned i = 0; i < rounds; i++) {
        rate = drain(&broker, broker.port, n, &events);
        bench_add(&alone, rate / bare(broker.port, &events, false));
        bench_add(&heard, rate / bare(broker.port, &events, true));
    }
    double far_rate = 0;
    for (unsigned i = 0; i < (rounds + 1) / 2; i++) {
        far_rate = drain(&broker, line.port, n, &events);
        bench_add(&far, far_rate / bare(line.port, &events, false));
    }
    bench_row("drain of 10,000 events board → hub ÷ bare QoS 1 publisher", &alone, BENCH_AT_LEAST, 0.7,
              "%u events, window %d; last round %.0f events/s", n, WINDOW, rate);
    bench_row("the same ÷ bare publisher and bare subscriber", &heard, BENCH_NO_GOAL, 0, "what arrives somewhere");
    bench_row("drain over a round trip of 100 ms ÷ bare QoS 1 publisher over the same", &far, BENCH_AT_LEAST, 0.7,
              "last round %.0f events/s", far_rate);
    bench_events_fini(&events);
    delay_proxy_stop(&line);
    broker_stop(&broker);
    (void)mosquitto_lib_cleanup();
    return 0;
}
