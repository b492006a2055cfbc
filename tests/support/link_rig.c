/* SPDX-License-Identifier: MIT */
/* Ends of copying for tests. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/link_rig.h"

#include "app/journal/counts.h"
#include "app/journal/sink.h"
#include "app/journal/source.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "firmware/runtime/doubt.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE_MS = 60000 };

/* ---- an end ---- */

static void committed(void *ctx) {
    struct link_end *e = ctx;
    if (e->link) link_wake(e->link);
    if (e->feed) feed_wake(e->feed);
}

static void open_stores(struct link_end *e, const char *dir) {
    struct err_text why = { 0 };
    struct db *db = NULL, *reader = NULL;
    (void)snprintf(e->path, sizeof e->path, "%s/%s.db", dir, e->label);
    assert_int_equal(db_open(e->path, DB_JOURNAL, &db, &why), 0);
    struct journal_options o = {
        .org = "acme", .writer = e->writer, .site = e->site[0] ? e->site : NULL, .timezone = "Asia/Shanghai"
    };
    if (journal_create(db, &o, &e->journal, &why)) fail_msg("%s", why.text);
    struct store_options w = { .name = "store",
                               .db = db,
                               .writer = true,
                               .max_waiting = 1000,
                               .max_batch = 100,
                               .on_commit = committed,
                               .on_commit_ctx = e };
    assert_int_equal(db_open(e->path, DB_JOURNAL_READER, &reader, &why), 0);
    assert_int_equal(db_open(e->path, DB_JOURNAL_READER, &e->link_db, &why), 0);
    struct store_options r = { .name = "reader", .db = reader, .max_waiting = 1000, .max_batch = 1 };
    assert_int_equal(store_start(&r, &e->reader), 0);
    assert_int_equal(store_start(&w, &e->store), 0);
    e->app = (struct app){ .journal = e->journal, .writer = e->store, .reader = e->reader };
    e->open = true;
}

static void make_seams(struct link_end *e, struct mailbox *mail, struct copy_source *source, struct copy_sink *sink) {
    struct source_options so = { .reader = e->link_db, .store = e->store, .journal = e->journal };
    struct sink_options si = { .reader = e->link_db, .store = e->store, .journal = e->journal, .mail = mail };
    assert_int_equal(source_create(&so, &e->source), 0);
    assert_int_equal(sink_create(&si, &e->sink), 0);
    *source = source_seam(e->source);
    *sink = sink_seam(e->sink);
}

static void doubted(void *ctx, const char *site, enum peer_doubt doubt, const struct event_key *key) {
    struct link_end *e = ctx;
    atomic_fetch_add(&e->doubts, 1);
    doubt_settle(&e->app, site, doubt, key);
}

static int health(void *ctx, struct buf *json) {
    (void)ctx;
    return buf_add_text(json, "{\"clock\":\"ntp\"}");
}

/* ---- the hub ---- */

static void hub_trouble(void *ctx, enum feed_trouble what, const char *site, const char *board, const char *text) {
    struct link_rig *r = ctx;
    (void)site, (void)board;
    assert_non_null(text);
    atomic_fetch_add(&r->trouble[what], 1);
}

static void hub_new(void *ctx, const char *site, const char *board) {
    struct link_rig *r = ctx;
    (void)site, (void)board;
    atomic_fetch_add(&r->news, 1);
}

static bool hub_moved(void *ctx, const char *board, const char *from, const char *to) {
    assert_string_not_equal(from, to);
    return board[0] && atomic_load(&((struct link_rig *)ctx)->moves);
}

static void hub_doubt(void *ctx, const char *site, enum peer_doubt doubt, const struct event_key *key) {
    doubted(&((struct link_rig *)ctx)->hub, site, doubt, key);
}

static void start_hub(struct link_rig *r) {
    struct link_end *e = &r->hub;
    struct err_text why = { 0 };
    struct copy_source source;
    struct copy_sink sink;
    struct feed *feed = NULL;
    open_stores(e, r->dir);
    struct feed_options o = {
        .org = "acme",
        .host = "127.0.0.1",
        .port = r->broker.port,
        .user = "",
        .password = "",
        .ca = "",
        .cert = "",
        .key = "",
        .retry_max_ms = 1000,
        .boot = 1,
        .connect_first = r->connects += 1000,
        .software = "test",
        .boards = r->known,
        .board_count = r->known_count,
        .handlers = { .trouble = hub_trouble, .board_new = hub_new, .moved = hub_moved, .doubt = hub_doubt, .ctx = r }
    };
    assert_int_equal(feed_create(&o, &feed, &why), 0);
    make_seams(e, feed_mailbox(feed), &source, &sink);
    assert_int_equal(feed_start(feed, source, sink, &why), 0);
    e->feed = feed;
    feed_wake(feed);
}

void link_rig_hub(struct link_rig *r) {
    (void)snprintf(r->hub.label, sizeof r->hub.label, "hub");
    (void)snprintf(r->hub.writer, sizeof r->hub.writer, "hub");
    start_hub(r);
}

/* ---- boards ---- */

static void start_board(struct link_rig *r, struct link_end *e) {
    struct err_text why = { 0 };
    struct copy_source source;
    struct copy_sink sink;
    struct link *link = NULL;
    open_stores(e, r->dir);
    struct link_options o = { .org = "acme",
                              .site = e->site,
                              .board = e->writer,
                              .host = "127.0.0.1",
                              .port = r->broker.port,
                              .user = "",
                              .password = "",
                              .ca = "",
                              .cert = "",
                              .key = "",
                              .retry_max_ms = 1000,
                              .software = "test",
                              .boot = 1,
                              .connect_first = r->connects += 1000,
                              .health = health,
                              .doubt = doubted,
                              .ctx = e };
    memcpy(o.secret, e->secret, sizeof o.secret);
    memcpy(o.public_key, e->public_key, sizeof o.public_key);
    assert_int_equal(link_create(&o, &link, &why), 0);
    make_seams(e, link_mailbox(link), &source, &sink);
    assert_int_equal(link_start(link, source, sink, &why), 0);
    e->link = link;
}

void link_rig_board(struct link_rig *r, struct link_end *e, const char *label, const char *site, const char *board) {
    *e = (struct link_end){ .open = false };
    (void)snprintf(e->label, sizeof e->label, "%s", label);
    (void)snprintf(e->site, sizeof e->site, "%s", site);
    (void)snprintf(e->writer, sizeof e->writer, "%s", board);
    assert_int_equal(sign_make_key(e->secret, e->public_key), 0);
    assert_int_equal(text_base64(e->public_key, sizeof e->public_key, e->key, sizeof e->key), 0);
    start_board(r, e);
}

void link_rig_again(struct link_rig *r, struct link_end *e) {
    if (e->site[0])
        start_board(r, e);
    else
        start_hub(r);
}

void link_rig_stop(struct link_end *e) {
    if (!e->open) return;
    if (e->link) assert_true(link_stop(e->link, 10000));
    if (e->feed) assert_true(feed_stop(e->feed, 10000));
    assert_int_equal(store_call(e->store, NULL, NULL), 0); /* as the programs: what the thread handed in last */
    store_stop(e->store);
    store_stop(e->reader);
    link_destroy(e->link);
    feed_destroy(e->feed);
    e->link = NULL;
    e->feed = NULL;
    sink_destroy(e->sink);
    source_destroy(e->source);
    db_close(e->link_db);
    journal_destroy(e->journal);
    e->open = false;
}

/* ---- older copies ---- */

static void copy(const char *from, const char *to) {
    struct buf b;
    buf_init(&b, 64u << 20);
    assert_int_equal(file_read(from, &b, NULL), 0);
    assert_int_equal(file_write(to, b.data, b.len, 0600, NULL), 0);
    buf_fini(&b);
}

void link_rig_keep(struct link_end *e) {
    char kept[400];
    assert_false(e->open);
    (void)snprintf(kept, sizeof kept, "%s.kept", e->path);
    copy(e->path, kept);
}

void link_rig_lose(struct link_end *e) {
    static const char *const ends[] = { "", "-wal", "-shm" };
    char name[400];
    assert_false(e->open);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(ends); i++) {
        (void)snprintf(name, sizeof name, "%s%s", e->path, ends[i]);
        (void)unlink(name);
    }
}

void link_rig_put_back(struct link_end *e) {
    char kept[400];
    link_rig_lose(e);
    (void)snprintf(kept, sizeof kept, "%s.kept", e->path);
    copy(kept, e->path);
}

/* ---- writing and looking ---- */

struct writing {
    struct link_end *end;
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

void link_rig_notes(struct link_end *e, const char *site, int n) {
    struct writing w = { e, site, n };
    assert_int_equal(store_call(e->store, write_notes, &w), 0);
    if (e->feed && site) feed_wake_site(e->feed, site);
}

struct looking {
    struct link_end *end;
    const char *site;
    struct link_held held;
    char digest[HASH_TEXT_SIZE];
};

static int one_number(struct db *db, struct stmt *s, int64_t *out) {
    (void)db;
    int rc = stmt_step(s);
    if (rc == 1) *out = stmt_int(s, 0);
    stmt_reset(s);
    return rc < 0 ? rc : 0;
}

static int look(struct db *db, void *arg) {
    struct looking *l = arg;
    struct stmt *s = NULL;
    struct counts counts;
    int rc = db_prepare(db, "SELECT count(DISTINCT id) FROM event WHERE type = 'note'", &s);
    if (!rc) rc = one_number(db, s, &l->held.notes);
    if (!rc) rc = db_prepare(db, "SELECT count(*) FROM event WHERE type = 'note'", &s);
    if (!rc) rc = one_number(db, s, &l->held.copies);
    if (!rc) rc = db_prepare(db, "SELECT count(DISTINCT epoch) FROM chain WHERE writer = ? AND site = ?", &s);
    if (!rc) {
        stmt_bind_text(s, 1, l->end->writer);
        stmt_bind_text(s, 2, l->site);
        rc = one_number(db, s, &l->held.epochs);
    }
    if (!rc)
        rc =
            db_prepare(db,
                       "SELECT count(*) FROM event e JOIN chain c ON c.id = e.chain WHERE e.type = 'epoch-started' AND "
                       "c.writer = ? AND c.site = ? AND json_extract(e.bytes, '$.data.reason') = 'lost'",
                       &s);
    if (!rc) {
        stmt_bind_text(s, 1, l->end->writer);
        stmt_bind_text(s, 2, l->site);
        rc = one_number(db, s, &l->held.lost);
    }
    if (!rc) rc = counts_read(db, l->site, &counts);
    if (rc) return rc;
    l->held.saved = l->held.sent = l->held.received = 0;
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        l->held.saved += (int64_t)counts.lane[lane].saved;
        l->held.sent += (int64_t)counts.lane[lane].sent;
        l->held.received += (int64_t)counts.lane[lane].received;
    }
    return journal_digest(db, l->site, l->digest);
}

struct link_held link_rig_held(struct link_end *e, const char *site) {
    struct looking l = { .end = e, .site = site };
    assert_int_equal(store_call(e->reader, look, &l), 0);
    return l.held;
}

void link_rig_digest(struct link_end *e, const char *site, char out[HASH_TEXT_SIZE]) {
    struct looking l = { .end = e, .site = site };
    assert_int_equal(store_call(e->reader, look, &l), 0);
    memcpy(out, l.digest, HASH_TEXT_SIZE);
}

static void pause_ms(int ms) { (void)nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL); }

void link_rig_until(bool (*holds)(void *arg), void *arg, const char *what) {
    int64_t until = clock_mono().ms + DEADLINE_MS;
    while (!holds(arg)) {
        if (clock_mono().ms > until) fail_msg("not within the deadline: %s", what);
        pause_ms(5);
    }
}

struct agreeing {
    struct link_end *const *ends;
    size_t n;
    const char *site;
    int64_t notes;
};

static bool agree(void *arg) {
    struct agreeing *a = arg;
    char first[HASH_TEXT_SIZE], other[HASH_TEXT_SIZE];
    link_rig_digest(a->ends[0], a->site, first);
    for (size_t i = 0; i < a->n; i++) {
        struct link_held h = link_rig_held(a->ends[i], a->site);
        link_rig_digest(a->ends[i], a->site, other);
        if (h.notes != a->notes || strcmp(first, other) != 0) return false;
        if (a->ends[i]->link && h.received != h.saved) return false;
    }
    return true;
}

void link_rig_wait(struct link_end *const *ends, size_t n, const char *site, int64_t notes) {
    struct agreeing a = { ends, n, site, notes };
    int64_t until = clock_mono().ms + DEADLINE_MS;
    bool agreed = agree(&a);
    for (; !agreed && clock_mono().ms < until; agreed = agree(&a)) pause_ms(10);
    /* Not looked at again: a hello that is on its way may say less for a moment, and what it lacks is sent again then. */
    if (agreed) return;
    for (size_t i = 0; i < n; i++) {
        struct link_held h = link_rig_held(ends[i], site);
        if (h.notes != notes || (ends[i]->link && h.received != h.saved))
            fail_msg("%s: %lld notes, not %lld; %lld of %lld received", ends[i]->label, (long long)h.notes,
                     (long long)notes, (long long)h.received, (long long)h.saved);
    }
    fail_msg("the journals of %s differ", site);
}

/* ---- the whole ---- */

void link_rig_open(struct link_rig *r) {
    *r = (struct link_rig){ .dir = temp_make() };
    broker_start(&r->broker);
}

void link_rig_close(struct link_rig *r) {
    link_rig_stop(&r->hub);
    broker_stop(&r->broker);
    temp_remove(r->dir);
}

/* ---- a client ---- */

static void watcher_up(void *ctx, int64_t connect) {
    (void)connect;
    ((struct link_watcher *)ctx)->up = true;
}

static void watcher_down(void *ctx, bool was_up, const char *why) {
    (void)was_up, (void)why;
    ((struct link_watcher *)ctx)->up = false;
}

static void watcher_message(void *ctx, const char *topic, const char *bytes, size_t n, bool retained) {
    struct link_watcher *w = ctx;
    (void)retained;
    w->list = realloc(w->list, (w->n + 1) * sizeof *w->list);
    assert_non_null(w->list);
    (void)snprintf(w->list[w->n].topic, sizeof w->list[w->n].topic, "%s", topic);
    w->list[w->n].bytes = malloc(n + 1);
    memcpy(w->list[w->n].bytes, bytes, n);
    w->list[w->n].bytes[n] = '\0';
    w->list[w->n++].n = n;
}

static void watcher_puback(void *ctx, uint64_t token) { (void)ctx, (void)token; }

void link_rig_watch(struct link_rig *r, struct link_watcher *w, const char *client_id, const char *filter) {
    struct err_text e = { 0 };
    *w = (struct link_watcher){ .up = false };
    struct mqtt_options o = { .client_id = client_id,
                              .host = "127.0.0.1",
                              .port = r->broker.port,
                              .retry_max_ms = 1000,
                              .connect_first = 1,
                              .handlers = { .up = watcher_up,
                                            .down = watcher_down,
                                            .message = watcher_message,
                                            .puback = watcher_puback,
                                            .ctx = w } };
    assert_int_equal(mqtt_create(&o, &w->mqtt, &e), 0);
    int64_t until = clock_mono().ms + DEADLINE_MS;
    while (!w->up && clock_mono().ms < until) mqtt_step(w->mqtt, 20);
    assert_true(w->up);
    if (filter) assert_int_equal(mqtt_subscribe(w->mqtt, filter), 0);
    link_rig_turn(w, 50);
}

void link_rig_turn(struct link_watcher *w, int ms) {
    int64_t until = clock_mono().ms + ms;
    for (int64_t now = clock_mono().ms; now < until; now = clock_mono().ms) mqtt_step(w->mqtt, until - now);
}

void link_rig_say(struct link_watcher *w, const char *topic, const void *bytes, size_t n) {
    assert_int_equal(mqtt_publish(w->mqtt, topic, bytes, n, false, 0), 0);
    mqtt_step(w->mqtt, 0);
}

void link_rig_unwatch(struct link_watcher *w) {
    for (size_t i = 0; i < w->n; i++) free(w->list[i].bytes);
    free(w->list);
    mqtt_destroy(w->mqtt);
}
