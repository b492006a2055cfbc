/* SPDX-License-Identifier: MIT */
/* The board's link and the hub's feed in one process, each over its own real journal, with a real mosquitto between them. */
#include "sync/edge/link.h"

#include "app/journal/counts.h"
#include "app/journal/journal.h"
#include "app/journal/sink.h"
#include "app/journal/source.h"
#include "sync/hub/feed.h"
#include "tests/support/broker.h"
#include "tests/support/temp.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <setjmp.h>
#include <cmocka.h>

enum { DEADLINE_MS = 60000 };

/* One end: a journal in a folder, its store, and what copying needs of it. */
struct end {
    char path[256];
    struct journal *journal;
    struct store *store, *reader;
    struct db *link_db;
    struct source *source;
    struct sink *sink;
    void (*wake)(void *link);
    void *link;
};

struct pair {
    struct broker broker;
    char *dir;
    struct end board, hub;
    struct link *link;
    struct feed *feed;
    int troubles;
};

static void committed(void *ctx) {
    struct end *e = ctx;
    if (e->wake) e->wake(e->link);
}

static void end_open(struct end *e, const char *dir, const char *writer, const char *site) {
    struct err_text why = { 0 };
    struct db *db = NULL, *reader = NULL;
    (void)snprintf(e->path, sizeof e->path, "%s/%s.db", dir, writer);
    assert_int_equal(db_open(e->path, DB_JOURNAL, &db, &why), 0);
    struct journal_options o = { .org = "acme", .writer = writer, .site = site, .timezone = "Asia/Shanghai" };
    assert_int_equal(journal_create(db, &o, &e->journal, &why), 0);
    struct store_options w = { .name = "store",
                               .db = db,
                               .writer = true,
                               .max_waiting = 1000,
                               .max_batch = 100,
                               .on_commit = committed,
                               .on_commit_ctx = e };
    assert_int_equal(store_start(&w, &e->store), 0);
    assert_int_equal(db_open(e->path, DB_JOURNAL_READER, &reader, &why), 0);
    struct store_options r = { .name = "reader", .db = reader, .max_waiting = 1000, .max_batch = 1 };
    assert_int_equal(store_start(&r, &e->reader), 0);
    assert_int_equal(db_open(e->path, DB_JOURNAL_READER, &e->link_db, &why), 0);
}

static void end_seams(struct end *e, struct mailbox *mail, struct copy_source *source, struct copy_sink *sink) {
    struct source_options so = { .reader = e->link_db, .store = e->store, .journal = e->journal };
    struct sink_options si = { .reader = e->link_db, .store = e->store, .journal = e->journal, .mail = mail };
    assert_int_equal(source_create(&so, &e->source), 0);
    assert_int_equal(sink_create(&si, &e->sink), 0);
    *source = source_seam(e->source);
    *sink = sink_seam(e->sink);
}

static void end_close(struct end *e) {
    sink_destroy(e->sink);
    source_destroy(e->source);
    db_close(e->link_db);
    journal_destroy(e->journal);
}

/* ---- the two ends ---- */

static int health(void *ctx, struct buf *json) {
    (void)ctx;
    return buf_add_text(json, "{\"clock\":\"ntp\"}");
}

static void trouble(void *ctx, enum feed_trouble what, const char *site, const char *board, const char *text) {
    (void)site;
    (void)board;
    (void)text;
    if (what != FEED_BAD_MESSAGE) ((struct pair *)ctx)->troubles++;
}

static void wake_link(void *link) { link_wake(link); }
static void wake_feed(void *feed) { feed_wake_site(feed, "s-1"); }

static void board_start(struct pair *p) {
    struct err_text e = { 0 };
    struct copy_source source;
    struct copy_sink sink;
    end_open(&p->board, p->dir, "b-1", "s-1");
    struct link_options o = { .org = "acme",
                              .site = "s-1",
                              .board = "b-1",
                              .host = "127.0.0.1",
                              .port = p->broker.port,
                              .user = "",
                              .password = "",
                              .ca = "",
                              .cert = "",
                              .key = "",
                              .retry_max_ms = 1000,
                              .software = "test",
                              .boot = 1,
                              .connect_first = 1,
                              .health = health,
                              .ctx = p };
    for (size_t i = 0; i < sizeof o.secret; i++) o.secret[i] = (uint8_t)i;
    assert_int_equal(sign_make_key(o.secret, o.public_key), 0);
    assert_int_equal(link_create(&o, &p->link, &e), 0);
    end_seams(&p->board, link_mailbox(p->link), &source, &sink);
    p->board.link = p->link;
    p->board.wake = wake_link;
    assert_int_equal(link_start(p->link, source, sink, &e), 0);
}

static void hub_start(struct pair *p) {
    struct err_text e = { 0 };
    struct copy_source source;
    struct copy_sink sink;
    end_open(&p->hub, p->dir, "hub", NULL);
    struct feed_options o = { .org = "acme",
                              .host = "127.0.0.1",
                              .port = p->broker.port,
                              .user = "",
                              .password = "",
                              .ca = "",
                              .cert = "",
                              .key = "",
                              .retry_max_ms = 1000,
                              .boot = 1,
                              .connect_first = 1,
                              .software = "test",
                              .handlers = { .trouble = trouble, .ctx = p } };
    assert_int_equal(feed_create(&o, &p->feed, &e), 0);
    end_seams(&p->hub, feed_mailbox(p->feed), &source, &sink);
    p->hub.link = p->feed;
    p->hub.wake = wake_feed;
    assert_int_equal(feed_start(p->feed, source, sink, &e), 0);
}

static int setup(void **state) {
    struct pair *p = calloc(1, sizeof *p);
    p->dir = temp_make();
    broker_start(&p->broker);
    hub_start(p);
    board_start(p);
    *state = p;
    return 0;
}

static int teardown(void **state) {
    struct pair *p = *state;
    assert_true(link_stop(p->link, 10000));
    assert_true(feed_stop(p->feed, 10000));
    store_stop(p->board.store);
    store_stop(p->board.reader);
    store_stop(p->hub.store);
    store_stop(p->hub.reader);
    link_destroy(p->link);
    feed_destroy(p->feed);
    end_close(&p->board);
    end_close(&p->hub);
    broker_stop(&p->broker);
    temp_remove(p->dir);
    free(p);
    return 0;
}

/* ---- writing and looking ---- */

struct writing {
    struct end *end;
    const char *site;
    int n;
};

static int write_notes(struct db *db, void *arg) {
    struct writing *w = arg;
    for (int i = 0; i < w->n; i++) {
        struct appended out;
        struct err_text e = { 0 };
        char id[ID_SIZE];
        ids_make(clock_wall(), id);
        struct event_draft d = {
            .id = id, .site = w->site, .type = "note", .subject_id = id, .actor = "board", .data = "{\"text\":\"x\"}"
        };
        int rc = journal_append(w->end->journal, db, &d, &out, &e);
        if (rc) return rc;
    }
    return 0;
}

static void add_notes(struct end *e, const char *site, int n) {
    struct writing w = { e, site, n };
    assert_int_equal(store_call(e->store, write_notes, &w), 0);
}

struct looking {
    int64_t notes, ids;
    struct counts counts;
};

static int look_at(struct db *db, void *arg) {
    struct looking *l = arg;
    struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT count(*), count(DISTINCT id) FROM event WHERE type = 'note'", &s);
    if (rc) return rc;
    rc = stmt_step(s);
    l->notes = rc == 1 ? stmt_int(s, 0) : -1;
    l->ids = rc == 1 ? stmt_int(s, 1) : -1;
    stmt_reset(s);
    return rc < 0 ? rc : counts_read(db, "s-1", &l->counts);
}

static struct looking look(struct end *e) {
    struct looking l = { 0 };
    assert_int_equal(store_call(e->reader, look_at, &l), 0);
    return l;
}

/* Both hold all notes, once, and the board knows that head office has its own. */
static void wait_equal(struct pair *p, int64_t notes) {
    int64_t until = clock_mono().ms + DEADLINE_MS;
    struct looking b, h;
    do {
        b = look(&p->board);
        h = look(&p->hub);
        const struct lane_counts *c = &b.counts.lane[LANE_RECORD];
        if (b.notes == notes && h.notes == notes && c->received == c->saved) break;
        (void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    } while (clock_mono().ms < until);
    assert_int_equal(b.notes, notes);
    assert_int_equal(h.notes, notes);
    assert_int_equal(h.ids, notes);
    assert_int_equal(b.ids, notes);
    const struct lane_counts *c = &b.counts.lane[LANE_RECORD];
    assert_int_equal(c->received, c->saved);
    assert_int_equal(c->sent, c->saved);
}

/* ---- tests ---- */

static void test_up_and_down(void **state) {
    struct pair *p = *state;
    add_notes(&p->board, NULL, 20);
    wait_equal(p, 20);
    add_notes(&p->hub, "s-1", 5);
    wait_equal(p, 25);
    assert_int_equal(p->troubles, 0);
    assert_true(link_status(p->link).up);
    assert_int_equal(link_status(p->link).hub, PEER_THERE);
    assert_true(link_status(p->link).synced);
}

static void test_many(void **state) {
    struct pair *p = *state;
    for (int i = 0; i < 10; i++) add_notes(&p->board, NULL, 200);
    wait_equal(p, 2000);
}

static void test_broker_forgets(void **state) {
    struct pair *p = *state;
    int64_t notes = 0;
    for (int round = 0; round < 4; round++) {
        add_notes(&p->board, NULL, 150);
        add_notes(&p->hub, "s-1", 10);
        broker_kill(&p->broker);
        add_notes(&p->board, NULL, 50);
        broker_again(&p->broker);
        notes += 210;
    }
    link_send_now(p->link);
    wait_equal(p, notes);
}

static void test_written_before_the_link(void **state) {
    struct pair *p = *state;
    broker_kill(&p->broker);
    add_notes(&p->board, NULL, 300);
    add_notes(&p->hub, "s-1", 3);
    struct looking h = look(&p->hub);
    assert_int_equal(h.notes, 3);
    broker_again(&p->broker);
    link_send_now(p->link);
    wait_equal(p, 303);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_up_and_down, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broker_forgets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_written_before_the_link, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
