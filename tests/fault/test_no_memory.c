/* SPDX-License-Identifier: MIT */
/* Memory runs out at any request, once or for good, while a journal or a photo store works: the call says ERR_NOMEM and nothing else, nothing is
 * half done, and the same call works when memory is back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/daylog.h"
#include "app/journal/photo_request.h"
#include "app/journal/plan.h"
#include "app/journal/timeline.h"
#include "app/journal/today.h"
#include "app/photo/capture.h"
#include "app/photo/exif.h"
#include "app/photo/photo_store.h"
#include "tests/fault/no_memory.h"
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"
#include "tests/support/test_jpeg_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world {
    char *dir;
    struct journal_rig r;
    struct journal_rig_scribe office;
    struct buf out, expected;
    struct photo_store *store;
    struct photos photos;
    struct buf jpeg;
};

static int setup(void **state) {
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) }); /* 2026-11-22T16:00:00+08:00 */
    journal_rig_seed();
    w->dir = temp_make();
    journal_rig_open(&w->r, w->dir, "journal.db", "b-1", JOURNAL_RIG_SITE);
    journal_rig_scribe(&w->office, "hub", NULL);
    buf_init(&w->out, 1u << 20);
    buf_init(&w->expected, 1u << 20);
    buf_init(&w->jpeg, 1u << 20);
    *state = w;
    return 0;
}

static int teardown(void **state) {
    struct world *w = *state;
    buf_fini(&w->out);
    buf_fini(&w->expected);
    buf_fini(&w->jpeg);
    photo_store_close(w->store);
    journal_rig_close(&w->r);
    temp_remove(w->dir);
    free(w);
    clock_fake_off();
    return 0;
}

/* Nothing but a lack of memory may be blamed on it. */
static void must_be_memory(int rc, const struct err_text *e) {
    if (rc < 0 && rc != ERR_NOMEM) fail_msg("%s: %s", err_name(rc), e ? e->text : "");
}

static int64_t events_with(struct world *w, const char *id) {
    char sql[120];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM event WHERE id = '%s'", id);
    return journal_rig_int(w->r.db, sql);
}

/* ---- writing ---- */

/* What a store's job does: all or nothing. */
static int in_transaction(struct world *w, int (*work)(struct world *w, void *arg, struct err_text *e), void *arg,
                          struct err_text *e) {
    int rc = db_begin(w->r.db);
    if (rc < 0) return rc;
    rc = work(w, arg, e);
    if (rc >= 0) return db_commit(w->r.db);
    db_rollback(w->r.db);
    return rc;
}

static int submit(struct world *w, void *arg, struct err_text *e) {
    struct appended appended;
    const char *body = arg;
    buf_clear(&w->out);
    return daylog_submit(w->r.journal, w->r.db, JOURNAL_RIG_SITE, "u-01", body, strlen(body), &appended, &w->out, e);
}

static bool log_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct err_text e = { 0 };
    char id[ID_SIZE], body[400];
    ids_make(clock_wall(), id);
    (void)snprintf(
        body, sizeof body,
        "{\"id\":\"%s\",\"date\":\"2026-11-22\",\"done\":[{\"phrase\":\"plumbing_electrical/chasing\",\"rooms\":["
        "\"kitchen\"]},\"free text\"],\"crew\":{\"electrician\":2},\"note\":\"tel 13800138000\"}",
        id);
    no_memory_at(n, how);
    int rc = in_transaction(w, submit, body, &e);
    bool refused = no_memory_off();
    must_be_memory(rc, &e);
    assert_int_equal(events_with(w, id), rc == 0 ? 1 : 0);
    if (rc < 0) assert_int_equal(in_transaction(w, submit, body, &e), 0);
    assert_int_equal(events_with(w, id), 1);
    return refused;
}

/* Sent again: it is the same record, whatever runs out. */
static bool repeated_log_op(void *arg, long n, enum no_memory how) {
    static const char body[] =
        "{\"id\":\"01990000-0000-7000-8000-000000000001\",\"date\":\"2026-11-22\",\"done\":[\"wall\"]}";
    struct world *w = arg;
    struct err_text e = { 0 };
    if (events_with(w, "01990000-0000-7000-8000-000000000001") == 0)
        assert_int_equal(in_transaction(w, submit, (void *)(uintptr_t)body, &e), 0);
    no_memory_at(n, how);
    int rc = in_transaction(w, submit, (void *)(uintptr_t)body, &e);
    bool refused = no_memory_off();
    if (rc != ERR_EXISTS) assert_int_equal(rc, ERR_NOMEM);
    return refused;
}

static void a_repeated_log(void **state) { no_memory_everywhere("a log sent again", repeated_log_op, *state); }

static void a_log(void **state) { no_memory_everywhere("a log", log_op, *state); }

static const char plan[] =
    "{\"name\":\"Flat\",\"timezone\":\"Asia/Shanghai\",\"stages\":[{\"key\":\"demolition\","
    "\"planned_start\":\"2026-11-01\",\"planned_finish\":\"2026-11-05\",\"after\":[]}],\"customer\":{"
    "\"name\":\"Zhang San\",\"phone\":\"13800138000\"},\"cutoffs\":{\"daylog\":\"18:30\"},\"people\":["
    "{\"id\":\"u-05\",\"name\":\"A%ld\",\"role\":\"crew\"}]}";

static int set_plan(struct world *w, void *arg, struct err_text *e) {
    int64_t version;
    int rc = plan_version(w->r.db, JOURNAL_RIG_SITE, &version);
    buf_clear(&w->out);
    return rc < 0
               ? rc
               : plan_set(w->r.journal, w->r.db, JOURNAL_RIG_SITE, version, arg, strlen(arg), "user/u-09", &w->out, e);
}

static bool plan_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct err_text e = { 0 };
    char body[600];
    int64_t before = journal_rig_int(w->r.db, "SELECT count(*) FROM event");
    (void)snprintf(body, sizeof body, plan, n + 100000L * how);
    no_memory_at(n, how);
    int rc = in_transaction(w, set_plan, body, &e);
    bool refused = no_memory_off();
    must_be_memory(rc, &e);
    if (rc < 0) {
        assert_int_equal(journal_rig_int(w->r.db, "SELECT count(*) FROM event"), before);
        assert_int_equal(in_transaction(w, set_plan, body, &e), 0);
    }
    assert_true(journal_rig_int(w->r.db, "SELECT count(*) FROM event") > before);
    return refused;
}

static void a_plan(void **state) { no_memory_everywhere("a plan", plan_op, *state); }

/* ---- a request for a photo, sent again ---- */

static int request(struct world *w, void *arg, struct err_text *e) {
    static const char body[] = "{\"id\":\"01990000-0000-7000-8000-000000000002\",\"text\":\"the wall\"}";
    struct appended appended;
    (void)arg;
    buf_clear(&w->out);
    return photo_request_make(w->r.journal, w->r.db, JOURNAL_RIG_SITE, "user/u-09", body, strlen(body), &appended,
                              &w->out, e);
}

static bool repeated_request_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct err_text e = { 0 };
    no_memory_at(n, how);
    int rc = in_transaction(w, request, NULL, &e);
    bool refused = no_memory_off();
    if (rc != ERR_EXISTS) assert_int_equal(rc, ERR_NOMEM);
    return refused;
}

static void a_repeated_request(void **state) {
    struct err_text e = { 0 };
    if (in_transaction(*state, request, NULL, &e)) fail_msg("%s", e.text);
    no_memory_everywhere("a request sent again", repeated_request_op, *state);
}

/* ---- taking ---- */

static int take(struct world *w, void *arg, struct err_text *e) {
    const struct journal_rig_event *event = arg;
    enum taken taken = TAKEN_GAP;
    char code[16], text[200];
    (void)e;
    int rc = journal_take(w->r.journal, w->r.db, JOURNAL_RIG_SITE, "hub", &event->key, event->bytes, event->n, NULL,
                          NULL, &taken, code, text);
    if (rc == 0 && taken != TAKEN_STORED) fail_msg("an event was taken as %d (%s %s)", (int)taken, code, text);
    return rc;
}

static bool take_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct journal_rig_event event;
    struct err_text e = { 0 };
    char id[ID_SIZE];
    ids_make(clock_wall(), id);
    journal_rig_write(&w->office, LANE_RECORD, "person-set", "user/u-07", id, (uint64_t)n,
                      "{\"name\":\"A\",\"role\":\"crew\",\"active\":true}", &event);
    no_memory_at(n, how);
    int rc = in_transaction(w, take, &event, &e);
    bool refused = no_memory_off();
    must_be_memory(rc, &e);
    assert_int_equal(events_with(w, id), rc == 0 ? 1 : 0);
    if (rc < 0) assert_int_equal(in_transaction(w, take, &event, &e), 0);
    free(event.bytes);
    return refused;
}

static void an_event_of_head_office(void **state) { no_memory_everywhere("an event", take_op, *state); }

/* ---- the whole journal ---- */

static void some_events(struct world *w) {
    struct err_text e = { 0 };
    char body[600];
    for (int i = 0; i < 4; i++) {
        char id[ID_SIZE];
        ids_make(clock_wall(), id);
        (void)snprintf(body, sizeof body, "{\"id\":\"%s\",\"date\":\"2026-11-22\",\"done\":[\"wall %d\"]}", id, i);
        assert_int_equal(in_transaction(w, submit, body, &e), 0);
    }
    (void)snprintf(body, sizeof body, plan, 1L);
    if (in_transaction(w, set_plan, body, &e)) fail_msg("%s", e.text);
}

static int rebuild(struct world *w, void *arg, struct err_text *e) { return journal_rebuild(w->r.db, arg, e); }

static bool rebuild_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct err_text e = { 0 };
    char before[HASH_TEXT_SIZE], after[HASH_TEXT_SIZE];
    int64_t events = 0;
    journal_rig_digest(w->r.db, before);
    no_memory_at(n, how);
    int rc = in_transaction(w, rebuild, &events, &e);
    bool refused = no_memory_off();
    must_be_memory(rc, &e);
    journal_rig_digest(w->r.db, after);
    assert_string_equal(before, after);
    return refused;
}

static void a_rebuild(void **state) {
    some_events(*state);
    no_memory_everywhere("a rebuild", rebuild_op, *state);
}

static bool verify_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct verify_report report;
    struct err_text e = { 0 };
    no_memory_at(n, how);
    int rc = journal_verify(w->r.db, &report, &e);
    bool refused = no_memory_off();
    must_be_memory(rc, &e); /* a good journal is not called bad */
    return refused;
}

static void a_verification(void **state) {
    some_events(*state);
    no_memory_everywhere("verify", verify_op, *state);
}

static bool open_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct db *db = NULL;
    struct journal *journal = NULL;
    struct err_text e = { 0 };
    struct journal_options o = {
        .org = JOURNAL_RIG_ORG, .writer = "b-1", .site = JOURNAL_RIG_SITE, .timezone = "Asia/Shanghai"
    };
    no_memory_at(n, how);
    int rc = db_open(w->r.path, DB_JOURNAL, &db, &e);
    if (rc == 0) rc = journal_create(db, &o, &journal, &e);
    bool refused = no_memory_off();
    must_be_memory(rc, &e);
    journal_destroy(journal);
    db_close(db);
    return refused;
}

static void opening_a_journal(void **state) { no_memory_everywhere("opening a journal", open_op, *state); }

/* ---- reading ---- */

static int read_timeline(struct world *w, struct buf *out) {
    struct timeline_query q = { .site = JOURNAL_RIG_SITE, .limit = 50 };
    return timeline_page(w->r.db, &q, out);
}

static int read_today(struct world *w, struct buf *out) {
    struct today_ask ask = {
        .site = JOURNAL_RIG_SITE, .board = "b-1", .fallback_tz = "Asia/Shanghai", .now = clock_wall()
    };
    return today_print(w->r.db, &ask, out);
}

struct reading {
    struct world *w;
    int (*read)(struct world *w, struct buf *out);
};

/* All of it, or an error: never a part. */
static bool read_op(void *arg, long n, enum no_memory how) {
    const struct reading *r = arg;
    buf_fini(&r->w->out);
    buf_init(&r->w->out, 1u << 20);
    no_memory_at(n, how);
    int rc = r->read(r->w, &r->w->out);
    bool refused = no_memory_off();
    must_be_memory(rc, NULL);
    if (rc == 0) assert_string_equal(r->w->out.data, r->w->expected.data);
    return refused;
}

static void pages(void **state) {
    struct reading readings[] = { { *state, read_timeline }, { *state, read_today } };
    some_events(*state);
    for (size_t i = 0; i < 2; i++) {
        buf_clear(&readings[i].w->expected);
        assert_int_equal(readings[i].read(readings[i].w, &readings[i].w->expected), 0);
        no_memory_everywhere(i ? "today" : "a page of the timeline", read_op, &readings[i]);
    }
}

/* ---- photos ---- */

static void open_store(struct world *w) {
    struct err_text e = { 0 };
    struct photo_store_options o = { .dir = w->dir, .reserve_percent = 1 };
    assert_int_equal(photo_store_open(&o, &w->store, &e), 0);
    photos_init(&w->photos);
    w->photos.blobs = photo_store_blobs(w->store);
}

static void begin_photo(struct world *w, struct capture *c) {
    capture_init(c);
    c->site = JOURNAL_RIG_SITE;
    c->actor = "user/u-01";
    c->bytes = w->jpeg.data;
    c->n = w->jpeg.len;
    ids_make(clock_wall(), c->record.id);
    (void)snprintf(c->record.origin, sizeof c->record.origin, "phone");
}

/* A picture with an Exif block, which libexif reads with memory that it asks us for. */
static void make_jpeg(const struct test_jpeg *spec, struct buf *out) {
    struct exif exif = { .orientation = 1, .taken = "2026-11-22T15:59:00+08:00", .description = "x" };
    struct buf jpeg, app1;
    buf_init(&jpeg, 1u << 20);
    buf_init(&app1, 65533);
    test_jpeg_make(spec, &jpeg);
    assert_int_equal(exif_make(&exif, &app1), 0);
    const uint8_t marker[4] = { 0xFF, 0xE1, (uint8_t)((app1.len + 2) >> 8), (uint8_t)(app1.len + 2) };
    buf_clear(out);
    (void)buf_add(out, jpeg.data, 2);
    (void)buf_add(out, marker, sizeof marker);
    (void)buf_add(out, app1.data, app1.len);
    assert_int_equal(buf_add(out, jpeg.data + 2, jpeg.len - 2), 0);
    buf_fini(&jpeg);
    buf_fini(&app1);
}

static bool photo_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct capture c;
    struct err_text e = { 0 };
    struct test_jpeg spec = { .width = 64, .height = 48 };
    for (int i = 0; i < 12; i++) spec.corner[i / 3][i % 3] = (uint8_t)(n * 7 + i * 20 + how);
    make_jpeg(&spec, &w->jpeg);
    begin_photo(w, &c);
    no_memory_at(n, how);
    int rc = capture_look(&w->photos, &c, &e);
    if (rc == 0) rc = capture_keep(&w->photos, &c, &e);
    bool refused = no_memory_off();
    must_be_memory(rc, &e);
    if (rc < 0) { /* the phone sends it again */
        capture_fini(&c);
        begin_photo(w, &c);
        assert_int_equal(capture_look(&w->photos, &c, &e), 0);
        if (capture_keep(&w->photos, &c, &e)) fail_msg("%s", e.text);
    }
    assert_string_equal(c.record.exif_taken, "2026-11-22T15:59:00+08:00"); /* all that there is, or ERR_NOMEM */
    assert_int_equal(blobs_verify(w->photos.blobs, BLOB_ORIGINAL, c.record.sha256), 0);
    assert_int_equal(blobs_verify(w->photos.blobs, BLOB_THUMB, c.record.thumb_sha256), 0);
    capture_fini(&c);
    return refused;
}

static void a_photo(void **state) {
    struct world *w = *state;
    open_store(w);
    no_memory_everywhere("a photo", photo_op, w);
    assert_int_equal(db_check(photo_store_db(w->store), NULL), 0);
    photos_fini(&w->photos);
}

static bool open_store_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    struct photo_store *store = NULL;
    struct err_text e = { 0 };
    struct photo_store_options o = { .dir = w->dir, .reserve_percent = 1 };
    no_memory_at(n, how);
    int rc = photo_store_open(&o, &store, &e);
    bool refused = no_memory_off();
    must_be_memory(rc, &e);
    photo_store_close(store);
    return refused;
}

static void opening_a_photo_store(void **state) {
    no_memory_everywhere("opening a photo store", open_store_op, *state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_log, setup, teardown),
        cmocka_unit_test_setup_teardown(a_repeated_log, setup, teardown),
        cmocka_unit_test_setup_teardown(a_repeated_request, setup, teardown),
        cmocka_unit_test_setup_teardown(a_plan, setup, teardown),
        cmocka_unit_test_setup_teardown(an_event_of_head_office, setup, teardown),
        cmocka_unit_test_setup_teardown(a_rebuild, setup, teardown),
        cmocka_unit_test_setup_teardown(a_verification, setup, teardown),
        cmocka_unit_test_setup_teardown(opening_a_journal, setup, teardown),
        cmocka_unit_test_setup_teardown(pages, setup, teardown),
        cmocka_unit_test_setup_teardown(a_photo, setup, teardown),
        cmocka_unit_test_setup_teardown(opening_a_photo_store, setup, teardown),
    };
    no_memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
