/* SPDX-License-Identifier: MIT */
/* Requests for photos, answered by the simulated camera: each once, whatever happens in between. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/photo_request.h"
#include "app/photo/responder.h"
#include "app/photo/shutter.h"
#include "tests/support/board_rig.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct board_rig r;
    struct shutter *shutter;
    struct responder responder;
    int queued;
};

static void queued(void *ctx) { ((struct fixture *)ctx)->queued++; }

static void fill(struct fixture *f) {
    f->r.photos.queued = queued;
    f->r.photos.ctx = f;
    f->responder = (struct responder){ .photos = &f->r.photos,
                                       .writer = f->r.writer,
                                       .reader = f->r.reader,
                                       .journal = f->r.depot.journal,
                                       .site = BOARD_RIG_SITE,
                                       .board = BOARD_RIG_BOARD,
                                       .shot_ms = 600 };
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) }); /* 2026-11-22T16:00:00+08:00 */
    board_rig_open(&f->r);
    board_rig_consent(&f->r, true);
    struct buf b = board_rig_jpeg(&f->r, 1, "a.jpg");
    buf_fini(&b);
    f->shutter = board_rig_shutter(&f->r);
    fill(f);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    shutter_destroy(f->shutter);
    board_rig_close(&f->r);
    free(f);
    clock_fake_off();
    return 0;
}

static void again(struct fixture *f) {
    board_rig_again(&f->r);
    fill(f);
}

/* ---- asking ---- */

struct asking {
    struct fixture *f;
    char id[ID_SIZE];
    const char *more; /* ,"stage":… */
};

static int ask_job(struct db *db, void *arg) {
    struct asking *a = arg;
    struct appended out;
    struct buf body, answer;
    struct err_text e = { 0 };
    buf_init(&body, 1000);
    buf_init(&answer, 10000);
    (void)buf_addf(&body, "{\"id\":\"%s\"%s}", a->id, a->more);
    int rc = photo_request_make(a->f->r.depot.journal, db, BOARD_RIG_SITE, "user/u-09", body.data, body.len, &out,
                                &answer, &e);
    if (rc) print_message("%s\n", e.text);
    buf_fini(&body);
    buf_fini(&answer);
    return rc;
}

static void ask(struct fixture *f, const char *more, char id[ID_SIZE]) {
    struct asking a = { .f = f, .more = more };
    ids_make(clock_wall(), a.id);
    assert_int_equal(store_call(f->r.writer, ask_job, &a), 0);
    if (id) memcpy(id, a.id, ID_SIZE);
}

/* As another writer's event would come, whose plan this board does not have. */
static int append_job(struct db *db, void *arg) {
    struct asking *a = arg;
    struct appended out;
    struct event_draft d = { .id = a->id,
                             .site = BOARD_RIG_SITE,
                             .type = "photo-requested",
                             .subject_id = a->id,
                             .actor = "user/u-09",
                             .data = a->more };
    return journal_append(a->f->r.depot.journal, db, &d, &out, NULL);
}

static void run(struct fixture *f, size_t want, bool want_later) {
    size_t answered = 99;
    bool later = !want_later;
    assert_int_equal(responder_run(&f->responder, &answered, &later), 0);
    assert_int_equal(answered, want);
    assert_int_equal(later, want_later);
}

static int64_t taken(struct fixture *f) {
    return board_rig_count(&f->r, "SELECT count(*) FROM event WHERE type = 'photo-taken'");
}

static int64_t failed(struct fixture *f) {
    return board_rig_count(&f->r, "SELECT count(*) FROM event WHERE type = 'photo-request-failed'");
}

static void assert_reason(struct fixture *f, const char *reason) {
    char *text = board_rig_text(&f->r, "SELECT reason FROM photo_request WHERE failed ORDER BY pos DESC LIMIT 1");
    assert_string_equal(text, reason);
    free(text);
}

/* ---- tests ---- */

static void a_request_gets_one_photo(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    run(f, 0, false);
    ask(f, ",\"stage\":\"plumbing_electrical\",\"room\":\"kitchen\"", id);
    run(f, 1, false);
    run(f, 0, false);
    again(f);
    run(f, 0, false);
    assert_int_equal(taken(f), 1);
    assert_int_equal(failed(f), 0);
    assert_int_equal(f->queued, 1);
    char *text =
        board_rig_text(&f->r, "SELECT inreplyto || ' ' || origin || ' ' || stage || ' ' || room || ' ' || actor "
                              "FROM photo");
    char want[160];
    (void)snprintf(want, sizeof want, "%s camera plumbing_electrical kitchen board", id);
    assert_string_equal(text, want);
    free(text);
}

static void what_is_not_for_this_camera_is_left(void **state) {
    struct fixture *f = *state;
    ask(f, ",\"camera\":false", NULL);
    ask(f, ",\"board\":\"b-99\"", NULL);
    run(f, 0, false);
    ask(f, ",\"board\":\"b-01\"", NULL);
    run(f, 1, false);
    assert_int_equal(taken(f), 1);
}

/* Requests that wait for a person do not stand in the way, however many. */
static void requests_for_people_do_not_hold_the_camera_up(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 12; i++) ask(f, ",\"camera\":false", NULL);
    ask(f, "", NULL);
    run(f, 1, false);
    assert_int_equal(taken(f), 1);
}

static void many_requests_come_in_turns(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++) ask(f, "", NULL);
    run(f, 8, true);
    run(f, 2, false);
    assert_int_equal(taken(f), 10);
}

static void without_a_camera_it_fails_once(void **state) {
    struct fixture *f = *state;
    ask(f, "", NULL);
    f->r.photos.shutter = NULL;
    run(f, 1, false);
    assert_reason(f, "camera-absent");
    run(f, 0, false);
    f->r.photos.shutter = f->shutter;
    again(f);
    run(f, 0, false);
    assert_int_equal(failed(f), 1);
    assert_int_equal(taken(f), 0);
    assert_int_equal(f->queued, 0);
}

static void faults_of_the_camera_are_told_apart(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *fault, *reason;
    } cases[] = { { "absent\n", "camera-absent" }, { "stall\n", "camera-failed" }, { "garbage\n", "camera-failed" } };
    for (size_t i = 0; i < 3; i++) {
        board_rig_faults(&f->r, cases[i].fault);
        ask(f, "", NULL);
        run(f, 1, false);
        assert_reason(f, cases[i].reason);
        assert_int_equal(failed(f), (int64_t)i + 1);
        clock_fake_advance_ms(1000);
    }
    board_rig_faults(&f->r, NULL);
    run(f, 0, false);
    assert_int_equal(taken(f), 0);
}

/* It ends as a JPEG does, and is none. */
static void a_frame_that_does_not_decode_is_tried_again(void **state) {
    struct fixture *f = *state;
    char path[600];
    static const char fake[] = "\xff\xd8 no picture \xff\xd9";
    (void)snprintf(path, sizeof path, "%s/a.jpg", f->r.device + strlen("sim:"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(fake, 1, sizeof fake - 1, file), sizeof fake - 1);
    assert_int_equal(fclose(file), 0);
    ask(f, "", NULL);
    run(f, 1, false);
    assert_reason(f, "camera-failed");
    struct buf good = board_rig_jpeg(&f->r, 3, "b.jpg");
    buf_fini(&good);
    ask(f, "", NULL);
    run(f, 1, false); /* the next frame is whole */
    assert_int_equal(taken(f), 1);
}

static void what_is_over_due_expires(void **state) {
    struct fixture *f = *state;
    ask(f, ",\"due\":\"2026-11-22T15:59:59+08:00\"", NULL);
    ask(f, ",\"due\":\"2026-11-22T16:00:01+08:00\"", NULL);
    run(f, 2, false);
    assert_int_equal(failed(f), 1);
    assert_int_equal(taken(f), 1);
    assert_reason(f, "expired");
}

/* The plan changed between the request and its answer: neither a camera that takes the same picture for ever nor one request that holds up the
 * others. */
static void a_stage_that_is_not_known_here_is_left_out(void **state) {
    struct fixture *f = *state;
    struct asking a = { .f = f, .more = "{\"stage\":\"gone_stage\",\"camera\":true}" };
    ids_make(clock_wall(), a.id);
    assert_int_equal(store_call(f->r.writer, append_job, &a), 0);
    ask(f, "", NULL);
    run(f, 2, false);
    run(f, 0, false);
    assert_int_equal(taken(f), 2);
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM photo WHERE stage = '' AND inreplyto <> ''"), 2);
}

/* The power goes after the bytes were kept and before their event: the picture that was taken is the answer. */
static void a_kill_within_an_answer_leaves_one_photo(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    ask(f, ",\"room\":\"kitchen\"", id);
    struct capture c;
    struct err_text e = { 0 };
    struct buf jpeg = board_rig_jpeg(&f->r, 1, NULL);
    capture_init(&c);
    c.site = BOARD_RIG_SITE;
    c.actor = "board";
    c.inreplyto = id;
    c.bytes = jpeg.data;
    c.n = jpeg.len;
    ids_make(clock_wall(), c.record.id);
    memcpy(c.record.origin, "camera", sizeof "camera");
    assert_int_equal(capture_look(&f->r.photos, &c, &e), 0);
    assert_int_equal(capture_keep(&f->r.photos, &c, &e), 0);
    again(f);
    assert_int_equal(board_rig_adopt(&f->r), 1);
    fill(f);
    run(f, 0, false);
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM photo WHERE inreplyto <> ''"), 1);
    assert_int_equal(failed(f), 0);
    capture_fini(&c);
    buf_fini(&jpeg);
}

/* ---- two at once ---- */

struct runner {
    struct responder responder;
    pthread_t thread;
    size_t answered;
    int result;
};

static void *run_thread(void *arg) {
    struct runner *r = arg;
    bool later;
    r->result = responder_run(&r->responder, &r->answered, &later);
    return NULL;
}

static void two_that_run_at_once_answer_once(void **state) {
    struct fixture *f = *state;
    f->responder.shot_ms = 20000;
    f->r.photos.queued = NULL;
    for (int i = 0; i < 5; i++) ask(f, "", NULL);
    struct runner r[2] = { { .responder = f->responder }, { .responder = f->responder } };
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&r[i].thread, NULL, run_thread, &r[i]), 0);
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_join(r[i].thread, NULL), 0);
    assert_int_equal(r[0].result, 0);
    assert_int_equal(r[1].result, 0);
    assert_int_equal(r[0].answered + r[1].answered, 5);
    assert_int_equal(taken(f), 5);
    again(f);
    (void)board_rig_adopt(&f->r); /* what the slower one kept is a photo, and no second answer */
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM photo WHERE inreplyto <> ''"), 5);
}

/* A program that stops has no camera fault to tell. */
static void a_shutter_that_stops_leaves_the_request_open(void **state) {
    struct fixture *f = *state;
    ask(f, "", NULL);
    shutter_stop(f->shutter);
    run(f, 0, true);
    assert_int_equal(failed(f) + taken(f), 0);
}

static void a_store_that_is_full_puts_it_off(void **state) {
    struct fixture *f = *state;
    size_t answered;
    bool later;
    for (int i = 0; i < 3; i++) ask(f, ",\"due\":\"2026-11-22T15:00:00+08:00\"", NULL);
    store_stop(f->r.writer);
    struct store_options o = { .name = "store", .db = NULL, .writer = true, .max_waiting = 0, .max_batch = 1 };
    struct db *db = NULL;
    assert_int_equal(db_open(f->r.depot.journal_path, DB_JOURNAL, &db, NULL), 0);
    o.db = db;
    assert_int_equal(store_start(&o, &f->r.writer), 0);
    f->responder.writer = f->r.writer; /* takes no job: ERR_BUSY */
    assert_int_equal(responder_run(&f->responder, &answered, &later), 0);
    assert_int_equal(answered, 0);
    assert_true(later);
    assert_int_equal(failed(f), 0);
}

/* A request waits for nobody's consent: it fails, and says why. */
static void without_consent_it_fails_once(void **state) {
    struct fixture *f = *state;
    board_rig_consent(&f->r, false);
    ask(f, "", NULL);
    run(f, 1, false);
    run(f, 0, false);
    assert_int_equal(taken(f), 0);
    assert_int_equal(failed(f), 1);
    assert_reason(f, "no-consent");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_gets_one_photo, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_for_this_camera_is_left, setup, teardown),
        cmocka_unit_test_setup_teardown(requests_for_people_do_not_hold_the_camera_up, setup, teardown),
        cmocka_unit_test_setup_teardown(many_requests_come_in_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(without_consent_it_fails_once, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_camera_it_fails_once, setup, teardown),
        cmocka_unit_test_setup_teardown(faults_of_the_camera_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frame_that_does_not_decode_is_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_over_due_expires, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stage_that_is_not_known_here_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kill_within_an_answer_leaves_one_photo, setup, teardown),
        cmocka_unit_test_setup_teardown(two_that_run_at_once_answer_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shutter_that_stops_leaves_the_request_open, setup, teardown),
        cmocka_unit_test_setup_teardown(a_store_that_is_full_puts_it_off, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
