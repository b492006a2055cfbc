/* SPDX-License-Identifier: MIT */
/* Source and sink under the real copying: a board and the hub, each with its store's thread, joined by a link that loses nothing. */
#include "app/journal/counts.h"
#include "app/journal/sink.h"
#include "app/journal/source.h"
#include "firmware/base/log.h"
#include "sync/copy/peer.h"
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

struct node {
    struct journal_rig rig; /* its database belongs to the store while that runs */
    struct db *reader;
    struct store *store;
    struct mailbox *mail;
    struct source *source;
    struct sink *sink;
    struct held *held;
    struct peer *peer;
    const char *name, *other;
    int64_t connect;
};

static char *dir;
static struct node board = { .name = "b-1", .other = "hub" };
static struct node hub = { .name = "hub", .other = "b-1" };
static int64_t now_ms = 1000;

/* ---- nodes ---- */

static void start(struct node *n, const char *file, const char *site) {
    journal_rig_open(&n->rig, dir, file, n->name, site);
    struct store_options so = { .name = n->name, .db = n->rig.db, .writer = true, .max_waiting = 64, .max_batch = 32 };
    assert_int_equal(store_start(&so, &n->store), 0);
    assert_int_equal(db_open(n->rig.path, DB_JOURNAL_READER, &n->reader, NULL), 0);
    assert_int_equal(mailbox_create(64, NULL, NULL, &n->mail), 0);
    struct source_options src = { .reader = n->reader, .store = n->store, .journal = n->rig.journal };
    assert_int_equal(source_create(&src, &n->source), 0);
    struct sink_options snk = { .reader = n->reader, .store = n->store, .journal = n->rig.journal, .mail = n->mail };
    assert_int_equal(sink_create(&snk, &n->sink), 0);
    struct copy_source source = source_seam(n->source);
    struct copy_sink sink = sink_seam(n->sink);
    assert_int_equal(held_create(JOURNAL_RIG_SITE, source, sink, &n->held), 0);
    struct peer_options po = { .site = JOURNAL_RIG_SITE,
                               .self = n->name,
                               .name = n->other,
                               .source = source,
                               .sink = sink,
                               .held = n->held,
                               .software = "test",
                               .key = "",
                               .boot = 1 };
    assert_int_equal(peer_create(&po, &n->peer), 0);
}

static void stop(struct node *n) {
    if (!n->peer) return;
    store_stop(n->store);
    (void)mailbox_run(n->mail);
    peer_destroy(n->peer);
    held_destroy(n->held);
    sink_destroy(n->sink);
    source_destroy(n->source);
    mailbox_destroy(n->mail);
    db_close(n->reader);
    journal_destroy(n->rig.journal);
    free(n->rig.path);
    n->peer = NULL;
}

/* ---- the link ---- */

static void connect_both(void) {
    peer_link_up(board.peer, ++board.connect, now_ms);
    peer_link_up(hub.peer, ++hub.connect, now_ms);
    peer_presence(board.peer, PEER_THERE, now_ms);
    peer_presence(hub.peer, PEER_THERE, now_ms);
}

static void disconnect_both(void) {
    peer_link_down(board.peer);
    peer_link_down(hub.peer);
}

static void deliver(struct node *from, struct node *to, const struct peer_out *out) {
    struct err_text e = { 0 };
    struct ack ack = { 0 };
    if (out->kind == PEER_OUT_EVENT) {
        assert_int_equal(peer_heard_event(to->peer, out->bytes, out->n, now_ms, &e), 0);
        peer_puback(from->peer, out->token, now_ms);
        return;
    }
    assert_int_equal(ack_read(out->bytes, out->n, &ack, &e), 0);
    peer_heard_ack(to->peer, &ack, out->kind == PEER_OUT_HELLO, now_ms);
    ack_fini(&ack);
}

struct doubting {
    struct journal *journal;
    enum peer_doubt doubt;
    struct event_key key;
};

/* As the programs do it (firmware/runtime/doubt.c). */
static int settle_doubt(struct db *db, void *arg) {
    struct doubting *d = arg;
    char epoch[ID_SIZE];
    int rc = journal_epoch(db, JOURNAL_RIG_SITE, d->key.writer, epoch);
    if (rc < 0 || strcmp(epoch, d->key.epoch) != 0) return rc;
    return d->doubt == PEER_FORKED ? journal_forked(d->journal, db, JOURNAL_RIG_SITE, &d->key, NULL)
                                   : journal_start_epoch(d->journal, db, JOURNAL_RIG_SITE, "lost", NULL);
}

/* The store's thread posts what it did. */
static size_t look_for_mail(struct node *n) {
    size_t calls = mailbox_run(n->mail);
    if (!calls) (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    return calls ? calls : mailbox_run(n->mail);
}

static bool turn(struct node *from, struct node *to) {
    struct peer_out out;
    struct doubting d = { .journal = from->rig.journal };
    bool any = look_for_mail(from) > 0;
    peer_wake(from->peer);
    int rc;
    while ((rc = peer_next(from->peer, now_ms, &out)) == 1) {
        any = any || out.kind == PEER_OUT_EVENT;
        deliver(from, to, &out);
    }
    assert_int_equal(rc, 0);
    d.doubt = peer_doubt(from->peer, &d.key);
    if (d.doubt != PEER_SURE) {
        assert_int_equal(store_call(from->store, settle_doubt, &d), 0);
        any = true;
    }
    return any || peer_busy(from->peer) || store_waiting(from->store) > 0;
}

/* Until nothing but hellos and acks has passed for ten seconds of the peers' time. */
static void run_until_quiet(void) {
    int quiet = 0;
    for (int i = 0; i < 20000 && quiet < 50; i++) {
        now_ms += 200;
        bool any = turn(&board, &hub);
        any = turn(&hub, &board) || any;
        quiet = any ? 0 : quiet + 1;
        if (any) continue; /* what a store has in hand is not seen as waiting, and takes long on a busy machine */
        assert_int_equal(store_call(board.store, NULL, NULL), 0);
        assert_int_equal(store_call(hub.store, NULL, NULL), 0);
    }
    assert_int_equal(quiet, 50);
}

/* ---- writing ---- */

struct people {
    struct journal *journal;
    const char *prefix;
    int from, to;
};

static int write_people(struct db *db, void *arg) {
    struct people *p = arg;
    for (int i = p->from; i < p->to; i++) {
        char id[24];
        char data[96];
        (void)snprintf(id, sizeof id, "%s-%d", p->prefix, i % 5);
        (void)snprintf(data, sizeof data, "{\"name\":\"%s %d\",\"role\":\"crew\",\"active\":true}", p->prefix, i);
        struct event_draft d = {
            .site = JOURNAL_RIG_SITE, .type = "person-set", .subject_id = id, .actor = "user/u-01", .data = data
        };
        int rc = journal_append(p->journal, db, &d, NULL, NULL);
        if (rc < 0) return rc;
    }
    return 0;
}

static void write_some(struct node *n, const char *prefix, int count) {
    struct people p = { n->rig.journal, prefix, 0, count };
    assert_int_equal(store_call(n->store, write_people, &p), 0);
}

static void assert_agree(void) {
    char one[HASH_TEXT_SIZE];
    char two[HASH_TEXT_SIZE];
    struct verify_report a;
    struct verify_report b;
    struct err_text bad = { 0 };
    assert_int_equal(journal_verify(board.reader, &a, &bad), 0);
    assert_int_equal(journal_verify(hub.reader, &b, &bad), 0);
    assert_int_equal(a.events, b.events);
    journal_rig_digest(board.reader, one);
    journal_rig_digest(hub.reader, two);
    assert_string_equal(one, two);
}

static void assert_all_received(struct node *n) {
    struct counts c;
    uint64_t saved = 0;
    assert_int_equal(counts_read(n->reader, JOURNAL_RIG_SITE, &c), 0);
    for (int l = 0; l < LANE_COUNT; l++) {
        assert_int_equal(c.lane[l].sent, c.lane[l].saved);
        assert_int_equal(c.lane[l].received, c.lane[l].saved);
        saved += c.lane[l].saved;
    }
    assert_true(saved > 0);
}

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    log_set_level(LOG_LEVEL_ERROR);
    start(&board, "board.db", JOURNAL_RIG_SITE);
    start(&hub, "hub.db", NULL);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    stop(&board);
    stop(&hub);
    temp_remove(dir);
    return 0;
}

/* ---- tests ---- */

static void what_both_write_is_at_both_ends(void **state) {
    struct counts c;
    (void)state;
    write_some(&board, "board", 40);
    write_some(&hub, "office", 7);
    assert_int_equal(counts_read(board.reader, JOURNAL_RIG_SITE, &c), 0);
    assert_int_equal(c.lane[LANE_RECORD].saved, 41);
    assert_int_equal(c.lane[LANE_RECORD].sent, 0);
    connect_both();
    run_until_quiet();
    assert_agree();
    assert_all_received(&board);
    assert_all_received(&hub);
}

static void marks_survive_a_restart(void **state) {
    struct peer_counts before;
    (void)state;
    write_some(&board, "board", 10);
    connect_both();
    run_until_quiet();
    disconnect_both();
    stop(&board);
    start(&board, "board.db", JOURNAL_RIG_SITE);
    assert_all_received(&board);
    write_some(&board, "more", 3);
    connect_both();
    run_until_quiet();
    before = peer_counts(board.peer);
    assert_int_equal(before.events_out, 3); /* what was received before is not sent again */
    assert_agree();
}

static void a_refusal_comes_back_and_is_counted(void **state) {
    struct counts c;
    struct copy_source source = source_seam(board.source);
    struct event_key key = { .lane = LANE_RECORD, .seq = 2 };
    (void)state;
    write_some(&board, "board", 3);
    connect_both();
    run_until_quiet();
    (void)snprintf(key.writer, sizeof key.writer, "b-1");
    assert_int_equal(source.own_epoch(source.ctx, JOURNAL_RIG_SITE, key.epoch), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(source.refused(source.ctx, JOURNAL_RIG_SITE, &key, "schema", "not as it should be"), 0);
    run_until_quiet();
    assert_int_equal(counts_read(board.reader, JOURNAL_RIG_SITE, &c), 0);
    assert_int_equal(c.rejected, 1);
}

static void put_back_board(const char *file) {
    disconnect_both();
    stop(&board);
    start(&board, file, JOURNAL_RIG_SITE);
}

static int make_backup(struct db *db, void *arg) {
    (void)arg;
    char *path = temp_path(dir, "copy.db");
    struct db *reader = NULL;
    (void)db;
    int rc = db_open(board.rig.path, DB_JOURNAL_READER, &reader, NULL);
    if (rc == 0) rc = db_backup(reader, path, NULL);
    db_close(reader);
    free(path);
    return rc;
}

static void fork_and_join(int lost, int forked) {
    write_some(&board, "old", 6);
    connect_both();
    run_until_quiet();
    assert_int_equal(store_call(board.store, make_backup, NULL), 0);
    write_some(&board, "lost", lost);
    run_until_quiet();
    put_back_board("copy.db");
    if (forked > 0) write_some(&board, "fork", forked);
    connect_both();
    run_until_quiet();
    write_some(&board, "new", 2);
    run_until_quiet();
    assert_agree();
    assert_all_received(&board);
    assert_int_equal(journal_rig_int(hub.reader, "SELECT count(*) FROM person WHERE id LIKE 'lost-%'"),
                     lost < 5 ? lost : 5);
    assert_int_equal(journal_rig_int(board.reader, "SELECT count(*) FROM person WHERE id LIKE 'fork-%'"),
                     forked < 5 ? forked : 5);
    assert_int_equal(journal_rig_int(board.reader, "SELECT count(*) FROM person WHERE id LIKE 'new-%'"), 2);
}

static void a_board_put_back_gets_back_what_it_lost(void **state) {
    (void)state;
    fork_and_join(12, 0);
}

static void a_fork_where_the_hub_went_further(void **state) {
    (void)state;
    fork_and_join(12, 3);
}

static void a_fork_where_the_board_went_further(void **state) {
    (void)state;
    fork_and_join(3, 30);
}

static void a_fork_of_equal_length(void **state) {
    (void)state;
    fork_and_join(7, 7);
}

static void note_result(void *arg, struct arrival_batch *batch, int result) {
    (void)batch;
    *(int *)arg = result;
}

static int store_one(struct arrival *a) {
    struct copy_sink sink = sink_seam(hub.sink);
    struct arrival_batch batch = { .site = JOURNAL_RIG_SITE, .from = "b-1", .list = a, .count = 1 };
    int result = 1;
    assert_int_equal(sink.store(sink.ctx, &batch, note_result, &result), 0);
    while (result == 1) (void)look_for_mail(&hub);
    return result;
}

/* What did not go where the batch says is never told as stored: an acknowledgement would follow. */
static void the_sink_tells_what_became_of_a_batch(void **state) {
    struct journal_rig_scribe s;
    struct journal_rig_event e[3];
    struct copy_sink sink = sink_seam(hub.sink);
    struct arrival *list = NULL;
    size_t count = 0;
    (void)state;
    journal_rig_scribe(&s, "b-1", NULL);
    for (int i = 0; i < 3; i++)
        journal_rig_write(&s, LANE_RECORD, "person-set", "user/u-1", NULL, 1,
                          i == 1 ? "{}" : "{\"name\":\"A\",\"role\":\"crew\",\"active\":true}", &e[i]);
    struct arrival a[3];
    for (int i = 0; i < 3; i++) a[i] = (struct arrival){ .key = e[i].key, .bytes = e[i].bytes, .n = e[i].n };
    assert_int_equal(store_one(&a[1]), ERR_CONFLICT);
    assert_int_equal(journal_rig_int(hub.reader, "SELECT count(*) FROM event"), 0);
    assert_int_equal(store_one(&a[0]), 0);
    assert_false(a[0].rejected);
    assert_int_equal(store_one(&a[2]), ERR_CONFLICT);
    assert_int_equal(store_one(&a[1]), 0);
    assert_true(a[1].rejected);
    assert_string_equal(a[1].code, "schema");
    a[2].broken = true;
    (void)snprintf(a[2].code, sizeof a[2].code, "too-big");
    assert_int_equal(store_one(&a[2]), 0);
    assert_true(a[2].rejected);
    assert_int_equal(sink.rejections(sink.ctx, JOURNAL_RIG_SITE, 10, &list, &count), 0);
    assert_int_equal(count, 2);
    assert_string_equal(list[0].code, "too-big"); /* newest first */
    assert_string_equal(list[1].code, "schema");
    assert_int_equal(list[1].key.seq, 2);
    free(list);
    for (int i = 0; i < 3; i++) free(e[i].bytes);
}

/* A flipped bit on the disk is not sent on as if it were the event. */
static void damaged_bytes_are_not_sent(void **state) {
    struct copy_source source = source_seam(board.source);
    struct chain chain = { .lane = LANE_RECORD };
    (void)state;
    (void)snprintf(chain.writer, sizeof chain.writer, "b-1");
    assert_int_equal(source.own_epoch(source.ctx, JOURNAL_RIG_SITE, chain.epoch), 0);
    stop(&board);
    struct db *db = NULL;
    char *path = temp_path(dir, "board.db");
    assert_int_equal(db_open(path, DB_JOURNAL, &db, NULL), 0);
    journal_rig_exec(db, "UPDATE event SET bytes = CAST(replace(CAST(bytes AS TEXT), 'created', 'createD') AS BLOB)");
    db_close(db);
    free(path);
    start(&board, "board.db", JOURNAL_RIG_SITE);
    source = source_seam(board.source);
    assert_int_equal(source.read(source.ctx, JOURNAL_RIG_SITE, &chain, 1, 10, NULL, NULL), ERR_CORRUPT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_both_write_is_at_both_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(marks_survive_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_comes_back_and_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_put_back_gets_back_what_it_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(a_fork_where_the_hub_went_further, setup, teardown),
        cmocka_unit_test_setup_teardown(a_fork_where_the_board_went_further, setup, teardown),
        cmocka_unit_test_setup_teardown(a_fork_of_equal_length, setup, teardown),
        cmocka_unit_test_setup_teardown(the_sink_tells_what_became_of_a_batch, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_bytes_are_not_sent, setup, teardown),
    };
    return cmocka_run_group_tests_name("copying", tests, NULL, NULL);
}
