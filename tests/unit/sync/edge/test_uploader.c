/* SPDX-License-Identifier: MIT */
/* The uploader with its real outbox, the real receiver at the other end, and everything that can go wrong between them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/inbox.h"
#include "app/photo/outbox.h"
#include "app/photo/photo_store.h"
#include "firmware/base/log.h"
#include "sync/edge/uploader.h"
#include "tests/support/temp.h"
#include "tests/support/tus_stub.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PHOTO_BYTES 1500000
#define WAIT_MS     60000

struct fixture {
    char *dir, *hub_dir, *journal;
    struct store *store;
    struct photo_store *photos;
    struct outbox_impl *impl;
    struct db *db;
    struct blob_dir *folder;
    struct tus *tus;
    struct tus_stub *stub;
    struct uploader *uploader;
    struct uploader_options options;
    atomic_bool confirm; /* the hub answers what it stored with dn/ack */
    atomic_int stored, corrupt, changes;
    int64_t photo_bytes; /* of all that was made */
    /* the judge's */
    atomic_int step;
    uint32_t random;
    atomic_bool calm;
};

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void nap(void) { nanosleep(&(struct timespec){ 0, 5000000 }, NULL); }

static void on_stored(void *ctx, const struct tus_upload *u) {
    struct fixture *f = ctx;
    char one[1][HASH_TEXT_SIZE];
    memcpy(one[0], u->sha256, HASH_TEXT_SIZE);
    struct outbox box =
        outbox_seam(f->impl); /* what uploader_confirmed calls, without asking for the uploader's pointer */
    if (atomic_load(&f->confirm)) (void)box.confirmed(box.ctx, (const char(*)[HASH_TEXT_SIZE])one, 1);
    atomic_fetch_add(&f->stored, 1);
}

static void on_corrupt(void *ctx, const char *sha256, bool thumb) {
    struct fixture *f = ctx;
    (void)sha256, (void)thumb;
    atomic_fetch_add(&f->corrupt, 1);
}

static void on_changed(void *ctx) {
    struct fixture *f = ctx;
    atomic_fetch_add(&f->changes, 1);
}

static int run_schema(struct db *db, void *arg) { return (void)arg, db_exec(db, outbox_schema, NULL); }

static void open_board(struct fixture *f) {
    struct db *writer = NULL, *reader = NULL;
    struct err_text e = { 0 };
    if (db_open(f->journal, DB_JOURNAL, &writer, &e) != 0) fail_msg("%s", e.text);
    struct store_options options = {
        .name = "store", .db = writer, .writer = true, .max_waiting = 100, .max_batch = 10
    };
    assert_int_equal(store_start(&options, &f->store), 0);
    assert_int_equal(photo_store_open(&(struct photo_store_options){ .dir = f->dir }, &f->photos, &e), 0);
    assert_int_equal(db_open(f->journal, DB_JOURNAL_READER, &reader, &e), 0);
    assert_int_equal(db_open(f->journal, DB_JOURNAL_READER, &f->db, &e), 0);
    assert_int_equal(outbox_create(reader, f->store, photo_store_blobs(f->photos), &f->impl), 0);
}

static void stop_uploader(struct fixture *f) {
    uploader_stop(f->uploader);
    f->uploader = NULL;
}

static void close_board(struct fixture *f) {
    stop_uploader(f);
    outbox_destroy(f->impl);
    db_close(f->db);
    store_stop(f->store);
    photo_store_close(f->photos);
}

static void open_hub(struct fixture *f, tus_stub_judge_fn judge, int port) {
    struct err_text e = { 0 };
    struct tus_options options = { .store = inbox_store(f->folder), .stored = on_stored, .ctx = f };
    assert_int_equal(tus_create(&options, &f->tus, &e), 0);
    f->stub = tus_stub_start(f->tus, judge, f, port);
}

static void close_hub(struct fixture *f) {
    tus_stub_stop(f->stub);
    tus_destroy(f->tus);
    f->stub = NULL;
    f->tus = NULL;
}

static void start_at(struct fixture *f, const char *url) {
    struct err_text e = { 0 };
    struct uploader_options *o = &f->options;
    o->url = url;
    o->board = "b-1";
    o->outbox = outbox_seam(f->impl);
    o->changed = on_changed;
    o->corrupt = on_corrupt;
    o->ctx = f;
    if (o->retry_first_ms == 0) o->retry_first_ms = 2;
    if (o->retry_max_ms == 0) o->retry_max_ms = 20;
    if (o->recheck_first_ms == 0) o->recheck_first_ms = 20;
    if (o->recheck_max_ms == 0) o->recheck_max_ms = 80;
    if (uploader_start(o, &f->uploader, &e) != 0) fail_msg("%s", e.text);
}

static void start(struct fixture *f) { start_at(f, tus_stub_url(f->stub)); }

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    struct err_text e = { 0 };
    f->dir = temp_make();
    f->hub_dir = temp_make();
    f->journal = temp_path(f->dir, "journal.db");
    atomic_store(&f->confirm, true);
    open_board(f);
    assert_int_equal(store_call(f->store, run_schema, NULL), 0);
    assert_int_equal(blob_dir_open(f->hub_dir, 0, &f->folder, &e), 0);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    stop_uploader(f);
    if (f->stub) close_hub(f);
    close_board(f);
    blob_dir_close(f->folder);
    temp_remove(f->dir);
    temp_remove(f->hub_dir);
    free(f->journal);
    free(f);
    return 0;
}

struct photo {
    char id[ID_SIZE], sha256[HASH_TEXT_SIZE], thumb_sha256[HASH_TEXT_SIZE];
};

static int run_add(struct db *db, void *arg) { return outbox_add(db, arg); }

static struct photo add_photo(struct fixture *f, unsigned seed, size_t n) {
    struct photo p = { .id = "" };
    struct err_text e = { 0 };
    uint8_t *bytes = malloc(n), thumb[9000];
    uint32_t x = seed * 2654435761u + 99;
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    for (size_t i = 0; i < sizeof thumb; i++) thumb[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    hash_sha256_text(bytes, n, p.sha256);
    hash_sha256_text(thumb, sizeof thumb, p.thumb_sha256);
    ids_make((struct wall){ 1700000000000 + seed }, p.id);
    struct blob_put put = { p.sha256, bytes, n, p.thumb_sha256, thumb, sizeof thumb, p.id, "{}" };
    assert_int_equal(blobs_put(photo_store_blobs(f->photos), &put, &e), 0);
    struct outbox_photo out = { p.id, p.sha256, (int64_t)n, p.thumb_sha256, sizeof thumb, "phone" };
    assert_int_equal(store_call(f->store, run_add, &out), 0);
    f->photo_bytes += (int64_t)(n + sizeof thumb);
    free(bytes);
    return p;
}

static void wait_pending(struct fixture *f, int64_t pending) {
    struct outbox_counts c = { 0 };
    for (int64_t until = now_ms() + WAIT_MS; now_ms() < until; nap()) {
        assert_int_equal(outbox_counts(f->db, &c), 0);
        if (c.pending == pending) return;
    }
    struct uploader_counts u = uploader_counts(f->uploader);
    fail_msg("%lld pending; requests %llu, trouble: %s", (long long)c.pending, (unsigned long long)u.requests,
             u.trouble);
}

static void wait_stored(struct fixture *f, int n) {
    for (int64_t until = now_ms() + WAIT_MS; atomic_load(&f->stored) < n && now_ms() < until;) nap();
    if (atomic_load(&f->stored) < n)
        fail_msg("%d stored; trouble: %s", atomic_load(&f->stored), uploader_counts(f->uploader).trouble);
}

static void wait_body(struct fixture *f, int64_t bytes) {
    for (int64_t until = now_ms() + WAIT_MS; tus_stub_counts(f->stub).body_bytes < bytes && now_ms() < until;) nap();
    assert_true(tus_stub_counts(f->stub).body_bytes >= bytes);
}

static void wait_requests(struct fixture *f, uint64_t n) {
    for (int64_t until = now_ms() + WAIT_MS; uploader_counts(f->uploader).requests < n && now_ms() < until;) nap();
    assert_true(uploader_counts(f->uploader).requests >= n);
}

static void check_arrived(struct fixture *f, const struct photo *p) {
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_ORIGINAL, p->sha256), 0);
    for (int64_t until = now_ms() + WAIT_MS;
         !blobs_has(blob_dir_blobs(f->folder), BLOB_THUMB, p->thumb_sha256) && now_ms() < until;)
        nap();
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_THUMB, p->thumb_sha256), 0);
}

static double cost(struct fixture *f) { return (double)tus_stub_counts(f->stub).body_bytes / (double)f->photo_bytes; }

/* ---- the plain way ---- */

/* The number of the first PATCH: thumbnails go with their creation. */
static struct tus_stub_fault judge_first_patch(void *ctx, const struct tus_stub_request *r) {
    struct fixture *f = ctx;
    int none = 0;
    if (strcmp(r->method, "PATCH") == 0) atomic_compare_exchange_strong(&f->step, &none, r->number);
    return (struct tus_stub_fault){ 0 };
}

static void test_all_arrive_thumbnails_first(void **state) {
    struct fixture *f = *state;
    struct photo p[3];
    for (unsigned i = 0; i < 3; i++) p[i] = add_photo(f, i, PHOTO_BYTES);
    open_hub(f, judge_first_patch, 0);
    start(f);
    wait_pending(f, 0);
    for (int i = 0; i < 3; i++) check_arrived(f, &p[i]);
    for (int64_t until = now_ms() + WAIT_MS; uploader_counts(f->uploader).uploads < 6 && now_ms() < until;) nap();
    assert_int_equal(atomic_load(&f->step), 5); /* three thumbnails, a creation, and then */
    struct tus_stub_counts c = tus_stub_counts(f->stub);
    assert_int_equal(c.body_bytes, f->photo_bytes);
    assert_int_equal(c.connections, 1);
    struct uploader_counts u = uploader_counts(f->uploader);
    assert_int_equal(u.uploads, 6);
    assert_int_equal(u.bytes_sent, f->photo_bytes);
    assert_int_equal(u.cuts, 0);
    assert_true(u.reachable);
    assert_string_equal(u.trouble, "");
    for (int64_t until = now_ms() + WAIT_MS; atomic_load(&f->changes) < 6 && now_ms() < until;) nap();
    assert_int_equal(atomic_load(&f->changes), 6);
}

static void test_new_photo_wakes_it(void **state) {
    struct fixture *f = *state;
    open_hub(f, NULL, 0);
    start(f);
    for (int i = 0; i < 20; i++) nap();
    struct photo p = add_photo(f, 1, 50000);
    int64_t before = now_ms();
    uploader_wake(f->uploader);
    wait_pending(f, 0);
    assert_true(now_ms() - before < 3000); /* by itself it looks every five seconds only */
    check_arrived(f, &p);
}

/* ---- a bad network ---- */

static struct tus_stub_fault judge_cuts(void *ctx, const struct tus_stub_request *r) {
    struct fixture *f = ctx;
    f->random = f->random * 1664525u + 1013904223u;
    if (strcmp(r->method, "PATCH") != 0 || (f->random >> 16) % 10 < 2) return (struct tus_stub_fault){ 0 };
    return (struct tus_stub_fault){ .cut = true, .cut_after = (f->random >> 8) % (uint32_t)(r->content_length + 1) };
}

static void test_cuts_cost_little(void **state) {
    struct fixture *f = *state;
    struct photo p[3];
    f->random = (uint32_t)time(NULL);
    print_message("seed %u\n", f->random);
    for (unsigned i = 0; i < 3; i++) p[i] = add_photo(f, i, PHOTO_BYTES);
    open_hub(f, judge_cuts, 0);
    start(f);
    wait_pending(f, 0);
    for (int i = 0; i < 3; i++) check_arrived(f, &p[i]);
    print_message("arrived / photo bytes: %.3f, %llu cuts\n", cost(f),
                  (unsigned long long)uploader_counts(f->uploader).cuts);
    assert_true(cost(f) <= 1.15);
}

/* A proxy that keeps bodies to itself until they are complete, and a network that breaks after 700,000 bytes. */
static struct tus_stub_fault judge_buffering(void *ctx, const struct tus_stub_request *r) {
    (void)ctx;
    return (struct tus_stub_fault){ .buffering = true, .cut = r->content_length > 700000, .cut_after = 700000 };
}

static void test_goes_on_in_pieces_behind_a_buffering_proxy(void **state) {
    struct fixture *f = *state;
    struct photo p = add_photo(f, 1, 4000000);
    open_hub(f, judge_buffering, 0);
    start(f);
    wait_pending(f, 0);
    check_arrived(f, &p);
}

static struct tus_stub_fault judge_lost_answers(void *ctx, const struct tus_stub_request *r) {
    (void)ctx;
    return (struct tus_stub_fault){ .drop_answer = r->number % 2 == 1 && r->number < 20 };
}

static void test_lost_answers(void **state) {
    struct fixture *f = *state;
    struct photo p = add_photo(f, 1, PHOTO_BYTES);
    open_hub(f, judge_lost_answers, 0);
    start(f);
    wait_pending(f, 0);
    check_arrived(f, &p);
    assert_true(cost(f) <= 1.15); /* what arrived is not sent again */
}

/* ---- answers that are refusals ---- */

static const struct {
    const char *method;
    int status;
    const char *header;
} refusals[] = {
    { "POST", 500, NULL },
    { "POST", 503, "Retry-After: 1" },
    { "POST", 507, NULL },
    { "POST", 429, NULL },
    { "POST", 400, NULL },
    { "POST", 403, NULL },
    { "POST", 404, NULL },
    { "POST", 412, NULL },
    { "POST", 413, NULL },
    { "POST", 409, NULL },
    { "POST", 301, "Location: http://127.0.0.1:1/" },
    { "POST", 200, NULL },
    { "POST", 201, NULL }, /* without a Location */
    { "POST", 201, "Location: http://[" },
    { "POST", 201, "Location: file:///etc/passwd" },
    { "HEAD", 500, NULL },
    { "HEAD", 404, NULL },
    { "HEAD", 410, NULL },
    { "HEAD", 423, NULL },
    { "HEAD", 200, NULL }, /* without an offset */
    { "HEAD", 200, "Upload-Offset: -1" },
    { "HEAD", 200, "Upload-Offset: 99999999999" },
    { "HEAD", 200, "Upload-Offset: x" },
    { "HEAD", 200, "Upload-Offset: 0\r\nUpload-Length: 7" },
    { "PATCH", 409, NULL },
    { "PATCH", 404, NULL },
    { "PATCH", 410, NULL },
    { "PATCH", 423, NULL },
    { "PATCH", 460, NULL },
    { "PATCH", 413, NULL },
    { "PATCH", 500, NULL },
    { "PATCH", 507, NULL },
    { "PATCH", 204, NULL },
    { "PATCH", 204, "Upload-Offset: 0" },
    { "PATCH", 204, "Upload-Offset: 99999999999" },
};
#define REFUSALS ((int)(sizeof refusals / sizeof refusals[0]))

/* Each comes twice. PATCHes are broken off until then, to provoke HEADs and so that nothing is finished too early. */
static struct tus_stub_fault judge_refusals(void *ctx, const struct tus_stub_request *r) {
    struct fixture *f = ctx;
    int i = atomic_load(&f->step) / 2;
    if (i >= REFUSALS) return (struct tus_stub_fault){ 0 };
    if (strcmp(r->method, refusals[i].method) == 0) {
        atomic_fetch_add(&f->step, 1);
        return (struct tus_stub_fault){ .status = refusals[i].status, .header = refusals[i].header };
    }
    if (strcmp(r->method, "PATCH") == 0) return (struct tus_stub_fault){ .cut = true, .cut_after = 1000 };
    return (struct tus_stub_fault){ 0 };
}

static void test_no_refusal_stops_it(void **state) {
    struct fixture *f = *state;
    struct photo p[2];
    for (unsigned i = 0; i < 2; i++) p[i] = add_photo(f, i, 900000);
    log_set_level(LOG_LEVEL_ERROR);
    open_hub(f, judge_refusals, 0);
    start(f);
    wait_pending(f, 0);
    log_set_level(LOG_LEVEL_INFO);
    for (int i = 0; i < 2; i++) check_arrived(f, &p[i]);
    assert_int_equal(atomic_load(&f->step), 2 * REFUSALS); /* all of them were met */
    assert_int_equal(atomic_load(&f->corrupt), 0);
}

static struct tus_stub_fault judge_one_bad(void *ctx, const struct tus_stub_request *r) {
    (void)ctx;
    bool bad = strcmp(r->method, "POST") == 0 && strstr(r->headers, "Upload-Length: 400001\r\n");
    return (struct tus_stub_fault){ .status = bad ? 500 : 0 };
}

static void test_one_bad_photo_does_not_stop_the_others(void **state) {
    struct fixture *f = *state;
    struct photo p[3];
    for (unsigned i = 0; i < 3; i++) p[i] = add_photo(f, i, 400001 + i);
    open_hub(f, judge_one_bad, 0);
    start(f);
    wait_pending(f, 1);
    check_arrived(f, &p[1]);
    check_arrived(f, &p[2]);
    assert_false(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, p[0].sha256));
}

static struct tus_stub_fault judge_damage(void *ctx, const struct tus_stub_request *r) {
    struct fixture *f = ctx;
    return (struct tus_stub_fault){ .flip = r->content_length > 0 && atomic_fetch_add(&f->step, 1) < 3 };
}

static void test_damage_on_the_way_is_sent_again(void **state) {
    struct fixture *f = *state;
    struct photo p = add_photo(f, 1, 300000);
    open_hub(f, judge_damage, 0);
    start(f);
    wait_pending(f, 0);
    check_arrived(f, &p);
    assert_int_equal(atomic_load(&f->corrupt), 0);
    assert_int_equal(tus_counts(f->tus).mismatched, 3);
}

static void test_damage_at_home_is_told(void **state) {
    struct fixture *f = *state;
    struct photo bad = add_photo(f, 1, 300000), good = add_photo(f, 2, 300000);
    char *path = temp_path(f->dir, "photos.db");
    close_board(f);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "damage", 6, 4096 * 40 + 1000), 6); /* within the first photo */
    close(fd);
    free(path);
    open_board(f);
    assert_int_equal(blobs_verify(photo_store_blobs(f->photos), BLOB_ORIGINAL, bad.sha256), ERR_CORRUPT);
    open_hub(f, NULL, 0);
    start(f);
    wait_pending(f, 1);
    check_arrived(f, &good);
    for (int64_t until = now_ms() + WAIT_MS; atomic_load(&f->corrupt) == 0 && now_ms() < until;) nap();
    assert_int_equal(atomic_load(&f->corrupt), 1);
    assert_false(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, bad.sha256));
}

/* ---- confirmation ---- */

static void test_unconfirmed_is_asked_after(void **state) {
    struct fixture *f = *state;
    struct outbox_counts c;
    atomic_store(&f->confirm, false); /* confirmations get lost */
    struct photo p = add_photo(f, 1, 300000);
    open_hub(f, NULL, 0);
    start(f);
    wait_stored(f, 8); /* stored twice, and asked after again and again */
    assert_int_equal(outbox_counts(f->db, &c), 0);
    assert_int_equal(c.pending, 1);
    assert_true(tus_stub_counts(f->stub).heads >= 6);
    assert_int_equal(tus_stub_counts(f->stub).body_bytes, f->photo_bytes);
    char one[2][HASH_TEXT_SIZE];
    memcpy(one[0], p.sha256, HASH_TEXT_SIZE);
    memcpy(one[1], p.thumb_sha256, HASH_TEXT_SIZE);
    uploader_confirmed(f->uploader, (const char(*)[HASH_TEXT_SIZE])one, 2);
    wait_pending(f, 0);
}

static void test_lost_after_the_upload_is_sent_again(void **state) {
    struct fixture *f = *state;
    atomic_store(&f->confirm, false);
    struct photo p = add_photo(f, 1, 300000);
    open_hub(f, NULL, 0);
    start(f);
    for (int64_t until = now_ms() + WAIT_MS;
         !blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, p.sha256) && now_ms() < until;)
        nap();
    int port = tus_stub_port(f->stub); /* the hub is restored from a backup that lacks it */
    close_hub(f);
    assert_int_equal(blobs_drop(blob_dir_blobs(f->folder), p.sha256), 0);
    open_hub(f, NULL, port);
    atomic_store(&f->confirm, true);
    wait_pending(f, 0);
    check_arrived(f, &p);
}

static void test_withdrawn_is_sent_again(void **state) {
    struct fixture *f = *state;
    struct photo p = add_photo(f, 1, 300000);
    open_hub(f, NULL, 0);
    start(f);
    wait_pending(f, 0);
    assert_int_equal(blobs_drop(blob_dir_blobs(f->folder), p.sha256), 0);
    char one[1][HASH_TEXT_SIZE];
    memcpy(one[0], p.sha256, HASH_TEXT_SIZE);
    uploader_hold(f->uploader, true);
    uploader_withdrawn(f->uploader, (const char(*)[HASH_TEXT_SIZE])one, 1);
    wait_pending(f, 1);
    uploader_hold(f->uploader, false);
    wait_pending(f, 0);
    check_arrived(f, &p);
}

/* Head office was put back to an older copy: it gets what it lacks, and no more. */
static void test_doubted_is_offered_again(void **state) {
    struct fixture *f = *state;
    struct photo kept = add_photo(f, 1, 300000), lost = add_photo(f, 2, 400000);
    open_hub(f, NULL, 0);
    start(f);
    wait_pending(f, 0);
    assert_int_equal(blobs_drop(blob_dir_blobs(f->folder), lost.sha256), 0);
    int64_t before = tus_stub_counts(f->stub).body_bytes;
    uploader_hold(f->uploader, true);
    uploader_doubted(f->uploader);
    wait_pending(f, 2);
    uploader_hold(f->uploader, false);
    wait_pending(f, 0);
    check_arrived(f, &kept);
    check_arrived(f, &lost);
    assert_true(tus_stub_counts(f->stub).body_bytes - before < 500000);
}

static void test_broker_mode(void **state) {
    struct fixture *f = *state;
    atomic_store(&f->confirm, false);
    f->options.confirm_broker = true;
    add_photo(f, 1, 300000);
    open_hub(f, NULL, 0);
    start(f);
    wait_pending(f, 0);
    assert_int_equal(tus_stub_counts(f->stub).heads, 0);
}

/* ---- restarts, holding, stopping ---- */

static struct tus_stub_fault judge_patch_stalls(void *ctx, const struct tus_stub_request *r) {
    struct fixture *f = ctx;
    if (strcmp(r->method, "PATCH") != 0 || atomic_load(&f->calm)) return (struct tus_stub_fault){ 0 };
    return (struct tus_stub_fault){ .stall = true, .cut_after = 600000 };
}

static void test_stops_in_a_transfer_and_goes_on_after_a_restart(void **state) {
    struct fixture *f = *state;
    struct photo p = add_photo(f, 1, PHOTO_BYTES);
    open_hub(f, judge_patch_stalls, 0);
    start(f);
    wait_body(f, 609000); /* the thumbnail and 600,000 bytes */
    int64_t before = now_ms();
    stop_uploader(f);
    assert_true(now_ms() - before < 2000);
    close_board(f);
    atomic_store(&f->calm, true);
    open_board(f);
    start(f);
    wait_pending(f, 0);
    check_arrived(f, &p);
    assert_true(cost(f) <= 1.15);
    assert_int_equal(tus_counts(f->tus).created, 2); /* nothing was begun anew */
}

static void test_a_stall_is_noticed(void **state) {
    struct fixture *f = *state;
    struct photo p = add_photo(f, 1, PHOTO_BYTES);
    f->options.stall_ms = 3000;
    open_hub(f, judge_patch_stalls, 0);
    start(f);
    wait_body(f, 609000);
    atomic_store(&f->calm, true);
    wait_pending(f, 0);
    check_arrived(f, &p);
    assert_true(cost(f) <= 1.15);
}

static void test_hub_restarts(void **state) {
    struct fixture *f = *state;
    struct photo p = add_photo(f, 1, PHOTO_BYTES);
    open_hub(f, judge_patch_stalls, 0);
    start(f);
    wait_body(f, 609000);
    int port = tus_stub_port(f->stub);
    close_hub(f);
    for (int i = 0; i < 10; i++) nap();
    open_hub(f, NULL, port);
    wait_pending(f, 0);
    check_arrived(f, &p);
    assert_int_equal(tus_stub_counts(f->stub).body_bytes, PHOTO_BYTES - 600000);
}

static void test_hold(void **state) {
    struct fixture *f = *state;
    open_hub(f, NULL, 0);
    start(f);
    uploader_hold(f->uploader, true);
    struct photo p = add_photo(f, 1, 50000);
    uploader_wake(f->uploader);
    for (int i = 0; i < 40; i++) nap();
    assert_int_equal(tus_stub_counts(f->stub).requests, 0);
    int64_t before = now_ms();
    uploader_hold(f->uploader, false);
    wait_pending(f, 0);
    assert_true(now_ms() - before < 3000);
    check_arrived(f, &p);
}

static void test_send_now_forgets_the_waiting(void **state) {
    struct fixture *f = *state;
    char url[64];
    open_hub(f, NULL, 0);
    int port = tus_stub_port(f->stub);
    snprintf(url, sizeof url, "%s", tus_stub_url(f->stub));
    close_hub(f); /* nobody is there */
    f->options.retry_first_ms = f->options.retry_max_ms = INT64_C(100) * 24 * 3600 * 1000;
    add_photo(f, 1, 50000);
    start_at(f, url);
    for (int64_t until = now_ms() + WAIT_MS; uploader_counts(f->uploader).trouble[0] == '\0' && now_ms() < until;)
        nap();
    assert_non_null(strstr(uploader_counts(f->uploader).trouble, "cannot be reached"));
    assert_false(uploader_counts(f->uploader).reachable);
    open_hub(f, NULL, port);
    uploader_wake(f->uploader); /* a new photo does not shorten the waiting */
    for (int i = 0; i < 40; i++) nap();
    assert_int_equal(tus_stub_counts(f->stub).requests, 0);
    int64_t before = now_ms();
    uploader_now(f->uploader);
    wait_pending(f, 0);
    assert_true(now_ms() - before < 4000);
}

static void test_stops_while_connecting(void **state) {
    struct fixture *f = *state;
    /* a listener whose queue is full takes no connection and refuses none */
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fill[8];
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &n), 0);
    for (int i = 0; i < 8; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fill[i], (struct sockaddr *)&at, sizeof at);
    }
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    add_photo(f, 1, 5000);
    start_at(f, url);
    wait_requests(f, 1);
    for (int i = 0; i < 20; i++) nap();
    assert_int_equal(uploader_counts(f->uploader).requests, 1);
    int64_t before = now_ms();
    stop_uploader(f);
    assert_true(now_ms() - before < 2000);
    for (int i = 0; i < 8; i++) close(fill[i]);
    close(listener);
}

static struct tus_stub_fault judge_absolute(void *ctx, const struct tus_stub_request *r) {
    (void)ctx;
    static char location[200];
    /* the receiver's own path is known only afterwards: another name of this host, which is another address for the client */
    if (strcmp(r->method, "POST") == 0 && r->content_length == 0) {
        const char *host = strstr(r->headers, "Host: 127.0.0.1:");
        if (host) snprintf(location, sizeof location, "http://localhost:%d", atoi(host + 16));
        return (struct tus_stub_fault){ .location_base = location };
    }
    return (struct tus_stub_fault){ 0 };
}

static void test_addresses(void **state) {
    struct fixture *f = *state;
    static const char *const bad[] = {
        "", "/", "ftp://hub", "http://", "http://host:port", "file:///etc", "http://a b"
    };
    struct err_text e = { 0 };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct uploader_options options = { .url = bad[i], .board = "b-1", .outbox = outbox_seam(f->impl) };
        if (uploader_start(&options, &f->uploader, &e) == 0) fail_msg("took %s", bad[i]);
        assert_int_equal(e.code, ERR_INVALID);
    }
    struct photo p = add_photo(f, 1, 300000);
    open_hub(f, judge_absolute, 0);
    start(f);
    wait_pending(f, 0);
    check_arrived(f, &p);
    assert_int_equal(tus_stub_counts(f->stub).connections, 2); /* it did go where the server said */
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_all_arrive_thumbnails_first),
        T(test_new_photo_wakes_it),
        T(test_cuts_cost_little),
        T(test_goes_on_in_pieces_behind_a_buffering_proxy),
        T(test_lost_answers),
        T(test_no_refusal_stops_it),
        T(test_one_bad_photo_does_not_stop_the_others),
        T(test_damage_on_the_way_is_sent_again),
        T(test_damage_at_home_is_told),
        T(test_unconfirmed_is_asked_after),
        T(test_lost_after_the_upload_is_sent_again),
        T(test_withdrawn_is_sent_again),
        T(test_doubted_is_offered_again),
        T(test_broker_mode),
        T(test_stops_in_a_transfer_and_goes_on_after_a_restart),
        T(test_a_stall_is_noticed),
        T(test_hub_restarts),
        T(test_hold),
        T(test_send_now_forgets_the_waiting),
        T(test_stops_while_connecting),
        T(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
