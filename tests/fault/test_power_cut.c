/* SPDX-License-Identifier: MIT */
/* The power goes at any moment of a board's life: what somebody was told is there, the chains verify, every photo that is named has its bytes.
 * The same test finds the losses of two journal modes that are not used; if it did not, it would prove
 * nothing. SITELOG_SEED repeats a run. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/daylog.h"
#include "app/journal/source.h"
#include "app/photo/capture.h"
#include "app/photo/depot.h"
#include "app/photo/outbox.h"
#include "app/photo/space.h"
#include "firmware/base/file.h"
#include "firmware/db/store.h"
#include "tests/support/journal_rig.h"
#include "tests/support/power_cut.h"
#include "tests/support/temp.h"
#include "tests/support/test_jpeg_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SITE  "s-0412"
#define BOARD "b-01"

enum promise { EVENT_IS_THERE, PHOTO_IS_THERE, PHOTO_IS_CONFIRMED, PHOTO_IS_DROPPED };

/* ---- a board ---- */

struct board {
    char dir[300];
    struct depot depot;
    struct store *store;
    struct photos photos;
    struct outbox_impl *outbox;
    struct source *source;
    struct db *source_reader;
    struct power_cut *trace;
    struct journal_rig_scribe office;
    const char *journal_pragma, *photos_pragma; /* a mode that is not used, or NULL */
    unsigned number;                            /* of the last log, photo … */
};

static struct depot_options depot_options(const char *dir) {
    return (struct depot_options){ .org = JOURNAL_RIG_ORG,
                                   .site = SITE,
                                   .writer = BOARD,
                                   .timezone = "Asia/Shanghai",
                                   .dir = dir,
                                   .reserve_percent = 1 };
}

static void board_start(struct board *b) {
    struct err_text e = { 0 };
    struct depot_options o = depot_options(b->dir);
    if (depot_open(&o, &b->depot, &e)) fail_msg("%s", e.text);
    struct db *reader = NULL;
    assert_int_equal(depot_reader(&b->depot, &reader, &e), 0);
    assert_int_equal(depot_reader(&b->depot, &b->source_reader, &e), 0);
    /* Checkpoints come often, so that cuts meet them. */
    assert_int_equal(db_exec(b->depot.db, "PRAGMA wal_autocheckpoint=30", &e), 0);
    if (b->journal_pragma) assert_int_equal(db_exec(b->depot.db, b->journal_pragma, &e), 0);
    if (b->photos_pragma) assert_int_equal(db_exec(photo_store_db(b->depot.photo_store), b->photos_pragma, &e), 0);
    struct store_options s = {
        .name = "store", .db = b->depot.db, .writer = true, .max_waiting = 100, .max_batch = 16
    };
    b->depot.db = NULL;
    assert_int_equal(store_start(&s, &b->store), 0);
    photos_init(&b->photos);
    b->photos.blobs = b->depot.blobs;
    b->photos.outbox = true;
    assert_int_equal(outbox_create(reader, b->store, b->photos.blobs, &b->outbox), 0);
    struct source_options source = { .reader = b->source_reader, .store = b->store, .journal = b->depot.journal };
    assert_int_equal(source_create(&source, &b->source), 0);
}

static void board_stop(struct board *b) {
    store_stop(b->store);
    source_destroy(b->source);
    outbox_destroy(b->outbox);
    db_close(b->source_reader);
    photos_fini(&b->photos);
    depot_close(&b->depot);
}

/* ---- what happens on it ---- */

struct job {
    struct board *b;
    char body[600];
    struct appended appended;
    struct buf answer;
    struct err_text e;
    struct capture capture;
    struct buf jpeg;
    const char *sha256;
    struct journal_rig_event event;
};

static int submit_log(struct db *db, void *arg) {
    struct job *job = arg;
    buf_clear(&job->answer);
    return daylog_submit(job->b->depot.journal, db, SITE, "u-01", job->body, strlen(job->body), &job->appended,
                         &job->answer, &job->e);
}

static void log_done(void *arg, int result) {
    struct job *job = arg;
    if (result == 0) power_cut_promise(job->b->trace, EVENT_IS_THERE, job->appended.id);
    buf_fini(&job->answer);
    free(job);
}

/* Several at once, which share commits as they come. */
static void write_logs(struct board *b, unsigned n) {
    for (unsigned i = 0; i < n; i++) {
        char id[ID_SIZE];
        struct job *job = calloc(1, sizeof *job);
        assert_non_null(job);
        job->b = b;
        buf_init(&job->answer, 1u << 16);
        ids_make(clock_wall(), id);
        (void)snprintf(
            job->body, sizeof job->body,
            "{\"id\":\"%s\",\"date\":\"2026-11-22\",\"stage\":\"plumbing_electrical\",\"done\":[{\"phrase\":"
            "\"plumbing_electrical/chasing\",\"rooms\":[\"kitchen\"],\"state\":\"going\"}],\"note\":\"log %u\"}",
            id, ++b->number);
        struct store_job store_job = { .run = submit_log, .done = log_done, .arg = job };
        assert_int_equal(store_submit(b->store, &store_job), 0);
    }
    assert_int_equal(store_call(b->store, NULL, NULL), 0);
}

static int keep(void *arg) {
    struct job *job = arg;
    return capture_keep(&job->b->photos, &job->capture, &job->e);
}

static int record(struct db *db, void *arg) {
    struct job *job = arg;
    buf_clear(&job->answer);
    return capture_record(&job->b->photos, &job->capture, job->b->depot.journal, db, &job->appended, &job->answer,
                          &job->e);
}

static void take_photo(struct board *b, char sha256[HASH_TEXT_SIZE]) {
    struct job job = { .b = b };
    struct capture *c = &job.capture;
    unsigned n = ++b->number;
    struct test_jpeg spec = { .width = 320 + n % 7 * 60, .height = 240 };
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 3; k++) spec.corner[i][k] = (uint8_t)(n * 41 + (unsigned)(i * 60 + k * 25));
    capture_init(c);
    buf_init(&job.jpeg, 1u << 20);
    buf_init(&job.answer, 1u << 16);
    test_jpeg_make(&spec, &job.jpeg);
    c->site = SITE;
    c->actor = "user/u-01";
    c->bytes = job.jpeg.data;
    c->n = job.jpeg.len;
    ids_make(clock_wall(), c->record.id);
    (void)snprintf(c->record.origin, sizeof c->record.origin, "phone");
    assert_int_equal(capture_look(&b->photos, c, &job.e), 0);
    if (store_call_before(b->store, keep, record, &job)) fail_msg("%s", job.e.text);
    power_cut_promise(b->trace, EVENT_IS_THERE, job.appended.id);
    power_cut_promise(b->trace, PHOTO_IS_THERE, c->record.sha256);
    memcpy(sha256, c->record.sha256, HASH_TEXT_SIZE);
    capture_fini(c);
    buf_fini(&job.answer);
    buf_fini(&job.jpeg);
}

static int take_event(struct db *db, void *arg) {
    struct job *job = arg;
    enum taken taken;
    char code[16], text[200];
    int rc = journal_take(job->b->depot.journal, db, SITE, "hub", &job->event.key, job->event.bytes, job->event.n, NULL,
                          NULL, &taken, code, text);
    if (rc == 0) assert_int_equal(taken, TAKEN_STORED);
    return rc;
}

/* Head office writes, and has it acknowledged. */
static void hear_office(struct board *b) {
    struct job job = { .b = b };
    char id[ID_SIZE], data[100];
    unsigned n = ++b->number;
    ids_make(clock_wall(), id);
    (void)snprintf(data, sizeof data, "{\"name\":\"P%u\",\"role\":\"crew\",\"active\":true}", n);
    journal_rig_write(&b->office, LANE_RECORD, "person-set", "user/u-07", id, n, data, &job.event);
    assert_int_equal(store_call(b->store, take_event, &job), 0);
    power_cut_promise(b->trace, EVENT_IS_THERE, id);
    free(job.event.bytes);
}

/* What head office says that it holds is remembered; nobody is promised anything by that. */
static void save_marks(struct board *b) {
    struct copy_source s = source_seam(b->source);
    struct chain_head *heads = NULL;
    size_t n = 0;
    assert_int_equal(s.heads(s.ctx, SITE, &heads, &n), 0);
    for (size_t i = 0; i < n; i++) {
        struct chain_mark mark = { .chain = heads[i].chain, .sent = heads[i].seq, .received = heads[i].seq };
        assert_int_equal(s.save_marks(s.ctx, SITE, "hub", &mark, 1), 0);
    }
    free(heads);
    assert_int_equal(store_call(b->store, NULL, NULL), 0);
}

static void confirm(struct board *b, const char *sha256) {
    struct outbox seam = outbox_seam(b->outbox);
    char list[1][HASH_TEXT_SIZE];
    memcpy(list[0], sha256, HASH_TEXT_SIZE);
    assert_int_equal(seam.confirmed(seam.ctx, (const char(*)[HASH_TEXT_SIZE])list, 1), 0);
    assert_int_equal(store_call(b->store, NULL, NULL), 0);
    power_cut_promise(b->trace, PHOTO_IS_CONFIRMED, sha256);
}

/* Space is short for a while: all that head office has goes. */
static void make_room(struct board *b, char (*confirmed)[HASH_TEXT_SIZE], size_t n) {
    char sim[320];
    struct err_text e = { 0 };
    struct space_options o = { .photos = b->depot.photo_store, .writer = b->store, .journal = b->depot.journal };
    struct space *space = NULL;
    (void)snprintf(sim, sizeof sim, "%s/.sim-disk", b->dir);
    for (size_t i = 0; i < n; i++)
        power_cut_promise(b->trace, PHOTO_IS_DROPPED, confirmed[i]); /* from now on it need not be there */
    assert_int_equal(depot_reader(&b->depot, &o.reader, &e), 0);
    assert_int_equal(space_create(&o, &space), 0);
    assert_int_equal(file_write(sim, "0 1000000000", 12, 0600, NULL), 0);
    assert_int_equal(space_tend(space), 0);
    assert_int_equal(unlink(sim), 0);
    space_destroy(space);
    struct wall at;
    for (size_t i = 0; i < n; i++) assert_int_equal(blobs_dropped_at(b->photos.blobs, confirmed[i], &at), 0);
}

/* Capture, drain, retention, and a restart, all through one another. */
static void live(struct board *b) {
    char sha256[6][HASH_TEXT_SIZE];
    board_start(b);
    for (int day = 0; day < 3; day++) {
        write_logs(b, 3);
        for (int i = 0; i < 3; i++) take_photo(b, sha256[i]);
        hear_office(b);
        save_marks(b);
        for (int i = 0; i < 2; i++) confirm(b, sha256[i]);
        write_logs(b, 1);
        make_room(b, sha256, 2);
        take_photo(b, sha256[3]); /* into the room that came free */
        hear_office(b);
        write_logs(b, 1);
        if (day == 1) {
            board_stop(b);
            board_start(b);
        }
    }
    board_stop(b);
}

/* ---- what is left of it ---- */

struct left {
    struct depot depot;
    char wrong[300]; /* "" : all is well */
    char dropped[64][HASH_TEXT_SIZE];
    size_t dropped_count;
};

static void wrong(struct left *l, const char *what, const char *which) {
    if (l->wrong[0]) return;
    (void)snprintf(l->wrong, sizeof l->wrong, "%s: %.220s", what, which);
}

static bool has_row(struct db *db, const char *sql, const char *a) {
    struct stmt *s = NULL;
    if (stmt_create(db, sql, &s)) fail_msg("%s: %s", sql, db_message(db));
    stmt_bind_text(s, 1, a);
    int row = stmt_step(s);
    stmt_destroy(s);
    return row == 1;
}

static void note_dropped(void *arg, int kind, const char *what) {
    struct left *l = arg;
    if (kind != PHOTO_IS_DROPPED || l->dropped_count == sizeof l->dropped / sizeof l->dropped[0]) return;
    memcpy(l->dropped[l->dropped_count++], what, HASH_TEXT_SIZE);
}

static void look_for_photo(struct left *l, const char *sha256) {
    for (size_t i = 0; i < l->dropped_count; i++)
        if (strcmp(l->dropped[i], sha256) == 0) return;
    if (blobs_verify(l->depot.blobs, BLOB_ORIGINAL, sha256)) wrong(l, "photo lost", sha256);
}

static void keep_promise(void *arg, int kind, const char *what) {
    struct left *l = arg;
    switch ((enum promise)kind) {
    case EVENT_IS_THERE:
        if (!has_row(l->depot.db, "SELECT 1 FROM event WHERE id = ?", what)) wrong(l, "event lost", what);
        break;
    case PHOTO_IS_THERE:
        look_for_photo(l, what);
        break;
    case PHOTO_IS_CONFIRMED:
        if (!has_row(l->depot.db, "SELECT 1 FROM upload WHERE sha256 = ? AND state = 'confirmed'", what))
            wrong(l, "confirmation lost", what);
        break;
    case PHOTO_IS_DROPPED:
        break;
    }
}

/* Bytes are durable before the event that names them, whether anybody was told of it or not. */
static void look_at_named_photos(struct left *l) {
    struct stmt *s = NULL;
    assert_int_equal(stmt_create(l->depot.db, "SELECT sha256 FROM photo", &s), 0);
    while (stmt_step(s) == 1) look_for_photo(l, stmt_text(s, 0));
    stmt_destroy(s);
}

/* What is gone is known to be gone, and was received; what was told is in an event. What is neither is told at the next start (space_tend). */
static void look_at_dropped(struct left *l) {
    struct stmt *s = NULL;
    struct wall at;
    assert_int_equal(
        stmt_create(l->depot.db, "SELECT sha256, state = 'confirmed', dropped FROM upload WHERE thumb = 0", &s), 0);
    while (stmt_step(s) == 1) {
        bool gone = blobs_dropped_at(l->depot.blobs, stmt_text(s, 0), &at) == 0;
        int64_t dropped = stmt_int(s, 2);
        if (gone && !stmt_int(s, 1)) wrong(l, "dropped without receipt", stmt_text(s, 0));
        if (gone && dropped == 0) wrong(l, "dropped, and nothing knows it", stmt_text(s, 0));
        if (!gone && (dropped == 1 || dropped == 2)) wrong(l, "said to be dropped, and is there", stmt_text(s, 0));
        if (dropped == 1 &&
            !has_row(l->depot.db, "SELECT 1 FROM record WHERE type = 'photos-dropped' AND instr(bytes, ?)",
                     stmt_text(s, 0)))
            wrong(l, "dropped, and no event says so", stmt_text(s, 0));
    }
    stmt_destroy(s);
}

static void look_at_projections(struct left *l) {
    char before[HASH_TEXT_SIZE], after[HASH_TEXT_SIZE];
    struct err_text e = { 0 };
    int64_t n;
    assert_int_equal(journal_digest(l->depot.db, NULL, before), 0);
    assert_int_equal(db_begin(l->depot.db), 0);
    assert_int_equal(journal_rebuild(l->depot.db, &n, &e), 0);
    assert_int_equal(db_commit(l->depot.db), 0);
    assert_int_equal(journal_digest(l->depot.db, NULL, after), 0);
    if (strcmp(before, after) != 0) wrong(l, "projections", "not what the events say");
}

static void look_at_files(struct left *l) {
    struct verify_report report;
    struct err_text e = { 0 };
    if (db_check(l->depot.db, &e)) wrong(l, "journal.db", e.text);
    if (db_check(photo_store_db(l->depot.photo_store), &e)) wrong(l, "photos.db", e.text);
    if (journal_verify(l->depot.db, &report, &e)) wrong(l, "verify", e.text);
}

/* The power is back. "" or what is wrong, in `out`. */
static void come_back(struct power_cut *trace, size_t ops, uint32_t seed, char *out, size_t n) {
    struct left l = { .wrong = "" };
    struct err_text e = { 0 };
    char *dir = temp_make();
    struct depot_options o = depot_options(dir);
    power_cut_leave(trace, ops, seed, dir);
    if (depot_open(&o, &l.depot, &e)) {
        wrong(&l, "it does not start", e.text);
    } else {
        power_cut_promises(trace, ops, note_dropped, &l);
        power_cut_promises(trace, ops, keep_promise, &l);
        look_at_named_photos(&l);
        look_at_dropped(&l);
        look_at_files(&l);
        look_at_projections(&l);
        depot_close(&l.depot);
    }
    (void)snprintf(out, n, "%s", l.wrong);
    temp_remove(dir);
}

/* ---- the tests ---- */

static size_t live_and_cut(const char *journal_pragma, const char *photos_pragma, size_t cuts, char *first, size_t n) {
    char *dir = temp_make();
    struct board b = { .journal_pragma = journal_pragma, .photos_pragma = photos_pragma };
    (void)snprintf(b.dir, sizeof b.dir, "%s", dir);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) }); /* 2026-11-22T16:00:00+08:00 */
    journal_rig_seed();
    journal_rig_scribe(&b.office, "hub", NULL);
    b.trace = power_cut_record(dir);
    live(&b);
    power_cut_stop(b.trace);
    size_t losses = power_cut_try(b.trace, cuts, come_back, first, n);
    power_cut_destroy(b.trace);
    clock_fake_off();
    temp_remove(dir);
    return losses;
}

static void nothing_is_lost(void **state) {
    char first[400];
    (void)state;
    if (live_and_cut(NULL, NULL, power_cut_wanted(), first, sizeof first)) fail_msg("%s", first);
}

static void photos_in_mode_delete_would_be_lost(void **state) {
    char first[400];
    (void)state;
    assert_true(live_and_cut(NULL, "PRAGMA journal_mode=DELETE", 100, first, sizeof first) > 0);
    print_message("%s\n", first);
    assert_non_null(strstr(first, "photo lost"));
}

static void records_without_a_flush_would_be_lost(void **state) {
    char first[400];
    (void)state;
    assert_true(live_and_cut("PRAGMA synchronous=NORMAL", NULL, 100, first, sizeof first) > 0);
    print_message("%s\n", first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(photos_in_mode_delete_would_be_lost),
        cmocka_unit_test(records_without_a_flush_would_be_lost),
    };
    power_cut_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
