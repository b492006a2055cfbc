/* SPDX-License-Identifier: MIT */
/* A photo's way in, in its three steps, cut off after each of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/photo_request.h"
#include "app/photo/outbox.h"
#include "firmware/base/json.h"
#include "tests/support/board_rig.h"
#include "tests/support/exiftool.h"

#include <stdlib.h>
#include <string.h>

struct job {
    struct board_rig *r;
    struct capture c;
    struct appended appended;
    struct buf answer;
    struct err_text e;
    struct buf jpeg;
};

static int setup(void **state) {
    struct board_rig *r = calloc(1, sizeof *r);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) }); /* 2026-11-22T16:00:00+08:00 */
    (void)setenv("SITELOG_CLOCK_GRADE", "ntp", 1);
    board_rig_open(r);
    *state = r;
    return 0;
}

static int teardown(void **state) {
    board_rig_close(*state);
    free(*state);
    clock_fake_off();
    (void)unsetenv("SITELOG_CLOCK_GRADE");
    return 0;
}

/* ---- the three steps ---- */

static void begin(struct job *j, struct board_rig *r, unsigned picture, const char *id) {
    *j = (struct job){ .r = r, .jpeg = board_rig_jpeg(r, picture, NULL) };
    capture_init(&j->c);
    buf_init(&j->answer, 1u << 16);
    j->c.site = BOARD_RIG_SITE;
    j->c.actor = "user/u-01";
    j->c.bytes = j->jpeg.data;
    j->c.n = j->jpeg.len;
    if (id)
        memcpy(j->c.record.id, id, ID_SIZE);
    else
        ids_make(clock_wall(), j->c.record.id);
    memcpy(j->c.record.origin, "phone", sizeof "phone");
    memcpy(j->c.record.stage, "plumbing_electrical", sizeof "plumbing_electrical");
    memcpy(j->c.record.room, "kitchen", sizeof "kitchen");
    memcpy(j->c.record.caption, "wall", sizeof "wall");
}

static void end(struct job *j) {
    capture_fini(&j->c);
    buf_fini(&j->answer);
    buf_fini(&j->jpeg);
}

static int keep(void *arg) {
    struct job *j = arg;
    return capture_keep(&j->r->photos, &j->c, &j->e);
}

static int record(struct db *db, void *arg) {
    struct job *j = arg;
    buf_clear(&j->answer);
    return capture_record(&j->r->photos, &j->c, j->r->depot.journal, db, &j->appended, &j->answer, &j->e);
}

static void look(struct job *j) { assert_int_equal(capture_look(&j->r->photos, &j->c, &j->e), 0); }

static int keep_and_record(struct job *j) { return store_call_before(j->r->writer, keep, record, j); }

/* A kill between the bytes and their event. */
static void keep_only(struct job *j) {
    look(j);
    assert_int_equal(store_call_before(j->r->writer, keep, NULL, j), 0);
    board_rig_again(j->r);
}

static void assert_member(const struct buf *json, const char *name, const char *value) {
    struct json *root = NULL;
    assert_int_equal(json_parse(json->data, json->len, &root, NULL), 0);
    const char *text = json_text(json_member(root, name));
    assert_non_null(text);
    assert_string_equal(text, value);
    json_destroy(root);
}

/* ---- all is well ---- */

static void a_photo_is_kept_recorded_and_queued(void **state) {
    struct board_rig *r = *state;
    struct job j;
    begin(&j, r, 1, NULL);
    look(&j);
    assert_int_equal(j.c.record.width, 160);
    assert_int_equal(j.c.record.height, 120);
    assert_true(j.c.thumb.len > 0);
    assert_int_equal(keep_and_record(&j), 0);
    assert_member(&j.answer, "origin", "phone");
    assert_true(blobs_has(r->photos.blobs, BLOB_ORIGINAL, j.c.record.sha256));
    assert_true(blobs_has(r->photos.blobs, BLOB_THUMB, j.c.record.thumb_sha256));
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM upload"), 2);
    assert_int_equal(keep_and_record(&j), ERR_EXISTS);
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM event WHERE type = 'photo-taken'"), 1);
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM upload"), 2);
    board_rig_again(r);
    assert_int_equal(board_rig_adopt(r), 0);
    assert_int_equal(board_rig_photos_count(r, "SELECT count(*) FROM unsettled"), 0);
    end(&j);
}

static void what_is_no_photo_is_not_kept(void **state) {
    struct board_rig *r = *state;
    struct job j;
    begin(&j, r, 1, NULL);
    j.c.n /= 2;
    assert_int_equal(capture_look(&r->photos, &j.c, &j.e), ERR_INVALID);
    assert_true(j.e.text[0] != '\0');
    j.c.bytes = "no picture at all";
    j.c.n = 17;
    int rc = capture_look(&r->photos, &j.c, &j.e);
    assert_true(rc == ERR_UNSUPPORTED || rc == ERR_INVALID);
    assert_int_equal(blobs_counts(r->photos.blobs).originals, 0);
    end(&j);
}

static void the_hub_queues_nothing(void **state) {
    struct board_rig *r = *state;
    struct job j;
    r->photos.outbox = false;
    begin(&j, r, 1, NULL);
    look(&j);
    assert_int_equal(keep_and_record(&j), 0);
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM upload"), 0);
    end(&j);
}

static void another_photo_with_the_same_id_is_a_conflict(void **state) {
    struct board_rig *r = *state;
    struct job j, other;
    begin(&j, r, 1, NULL);
    look(&j);
    assert_int_equal(keep_and_record(&j), 0);
    begin(&other, r, 2, j.c.record.id);
    look(&other);
    assert_int_equal(keep_and_record(&other), ERR_CONFLICT);
    assert_member(&other.answer, "sha256", j.c.record.sha256);
    board_rig_again(r);
    assert_int_equal(board_rig_adopt(r), 0); /* the id has its event */
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM photo"), 1);
    end(&other);
    end(&j);
}

/* ---- the power goes between the bytes and their event ---- */

static void an_orphan_is_adopted_once(void **state) {
    struct board_rig *r = *state;
    struct job j;
    begin(&j, r, 1, NULL);
    keep_only(&j);
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM photo"), 0);
    assert_int_equal(board_rig_adopt(r), 1);
    char *origin = board_rig_text(r, "SELECT origin FROM photo");
    assert_string_equal(origin, "recovered");
    free(origin);
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM upload"), 2);
    board_rig_again(r);
    assert_int_equal(board_rig_adopt(r), 0);
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM event WHERE type = 'photo-taken'"), 1);
    end(&j);
}

/* The phone got no answer and asks again with the same id and fields: a repeat, although what is stored says "recovered". */
static void the_clients_retry_is_a_repeat(void **state) {
    struct board_rig *r = *state;
    struct job j, again, other;
    begin(&j, r, 1, NULL);
    keep_only(&j);
    assert_int_equal(board_rig_adopt(r), 1);
    begin(&again, r, 1, j.c.record.id);
    look(&again);
    assert_int_equal(keep_and_record(&again), ERR_EXISTS);
    assert_member(&again.answer, "origin", "recovered");
    assert_member(&again.answer, "id", j.c.record.id);
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM event WHERE type = 'photo-taken'"), 1);
    begin(&other, r, 1, j.c.record.id);
    memcpy(other.c.record.caption, "door", sizeof "door");
    look(&other);
    assert_int_equal(keep_and_record(&other), ERR_CONFLICT);
    end(&other);
    end(&again);
    end(&j);
}

static void a_retry_that_says_when_is_a_repeat(void **state) {
    struct board_rig *r = *state;
    struct job j, again;
    static const char taken[] = "2026-11-22T07:30:00Z"; /* stored with the site's offset */
    begin(&j, r, 1, NULL);
    memcpy(j.c.record.taken, taken, sizeof taken);
    keep_only(&j);
    assert_int_equal(board_rig_adopt(r), 1);
    begin(&again, r, 1, j.c.record.id);
    memcpy(again.c.record.taken, taken, sizeof taken);
    look(&again);
    assert_int_equal(keep_and_record(&again), ERR_EXISTS);
    assert_member(&again.answer, "taken", "2026-11-22T15:30:00.000+08:00");
    end(&again);
    begin(&again, r, 1, j.c.record.id);
    memcpy(again.c.record.taken, "2026-11-22T07:31:00Z", sizeof taken);
    look(&again);
    assert_int_equal(keep_and_record(&again), ERR_CONFLICT);
    end(&again);
    end(&j);
}

/* The power stays off over night: the photo was taken when it was kept. */
static void an_orphan_was_taken_when_it_was_kept(void **state) {
    struct board_rig *r = *state;
    struct job j, again;
    begin(&j, r, 1, NULL);
    keep_only(&j);
    clock_fake_advance_ms(INT64_C(15) * 3600 * 1000);
    assert_int_equal(board_rig_adopt(r), 1);
    char *taken = board_rig_text(r, "SELECT taken FROM photo");
    assert_string_equal(taken, "2026-11-22T16:00:00.000+08:00");
    free(taken);
    begin(&again, r, 1, j.c.record.id);
    look(&again);
    assert_int_equal(keep_and_record(&again), ERR_EXISTS);
    end(&again);
    end(&j);
}

/* ---- what the file says of itself ---- */

#define TAGS                                                                                                           \
    "-Orientation=6 -DateTimeOriginal='2026:11:22 15:59:30' -SubSecTimeOriginal=25 -GPSLatitude=31.230416"             \
    " -GPSLatitudeRef=N -GPSLongitude=121.4737 -GPSLongitudeRef=E"

static void begin_tagged(struct job *j, struct board_rig *r, const char *tags, const char *id) {
    begin(j, r, 1, id);
    exiftool_write(&j->jpeg, tags);
    j->c.bytes = j->jpeg.data;
    j->c.n = j->jpeg.len;
}

static void assert_row(struct board_rig *r, const char *expected) {
    char *row = board_rig_text(
        r, "SELECT taken || ' ' || clock || ' ' || exif_taken || ' ' || orientation || ' ' || width || ' ' ||"
           " coalesce(lat_udeg, '-') || ' ' || coalesce(lon_udeg, '-') FROM photo ORDER BY pos DESC");
    assert_string_equal(row, expected);
    free(row);
}

/* The same, whether it is recorded at once or the power was off over night in between. */
static void the_cameras_word_is_recorded(void **state) {
    struct board_rig *r = *state;
    static const char expected[] =
        "2026-11-22T15:59:30.250+08:00 ntp 2026-11-22T15:59:30.250+08:00 6 120 31230416 121473700";
    for (int orphan = 0; orphan < 2; orphan++) {
        struct job j, again;
        clock_fake_wall((struct wall){ INT64_C(1795334400000) });
        begin_tagged(&j, r, TAGS, NULL);
        if (orphan) {
            keep_only(&j);
            clock_fake_advance_ms(INT64_C(15) * 3600 * 1000);
            assert_int_equal(board_rig_adopt(r), 1);
        } else {
            look(&j);
            assert_int_equal(keep_and_record(&j), 0);
        }
        assert_row(r, expected);
        begin_tagged(&again, r, TAGS, j.c.record.id);
        look(&again);
        assert_int_equal(keep_and_record(&again), ERR_EXISTS);
        assert_int_equal(board_rig_count(r, "SELECT count(*) FROM photo"), 1 + orphan);
        end(&again);
        end(&j);
    }
}

static void a_clients_word_on_the_time_stays_beside_it(void **state) {
    struct board_rig *r = *state;
    for (int orphan = 0; orphan < 2; orphan++) {
        struct job j;
        begin_tagged(&j, r, "-DateTimeOriginal='2019:05:03 10:00:00' -OffsetTimeOriginal=+00:00", NULL);
        memcpy(j.c.record.origin, "import", sizeof "import");
        memcpy(j.c.record.taken, "2026-11-22T07:59:00Z", sizeof "2026-11-22T07:59:00Z");
        if (orphan) {
            keep_only(&j);
            assert_int_equal(board_rig_adopt(r), 1);
        } else {
            look(&j);
            assert_int_equal(keep_and_record(&j), 0);
        }
        assert_row(r, "2026-11-22T15:59:00.000+08:00 ntp 2019-05-03T18:00:00.000+08:00 1 160 - -");
        end(&j);
    }
}

/* The board knows when its own camera took a picture; some cameras write a time of their own, which nobody has ever set. */
static void the_boards_camera_tells_no_time(void **state) {
    struct board_rig *r = *state;
    struct job j;
    begin_tagged(&j, r, TAGS, NULL);
    memcpy(j.c.record.origin, "camera", sizeof "camera");
    look(&j);
    assert_int_equal(keep_and_record(&j), 0);
    assert_row(r, "2026-11-22T16:00:00.000+08:00 ntp  6 120 31230416 121473700");
    end(&j);
}

static void an_orphan_of_an_unknown_stage_is_adopted_without_it(void **state) {
    struct board_rig *r = *state;
    struct job j;
    begin(&j, r, 1, NULL);
    memcpy(j.c.record.stage, "gone_stage", sizeof "gone_stage");
    keep_only(&j);
    assert_int_equal(board_rig_adopt(r), 1);
    assert_int_equal(board_rig_count(r, "SELECT stage = '' AND caption = 'wall' FROM photo"), 1);
    end(&j);
}

/* One description that cannot be read neither stops the board nor hides the others, and is not thrown away. */
static void an_orphan_that_cannot_be_read_is_left_alone(void **state) {
    struct board_rig *r = *state;
    struct job j, bad, last;
    begin(&j, r, 1, NULL);
    begin(&bad, r, 2, NULL);
    begin(&last, r, 3, NULL);
    keep_only(&j);
    keep_only(&bad);
    keep_only(&last);
    static const char *const meta[] = {
        "{}", "{\"site\":\"s-0412\",\"bytes\":-1}",
        "{\"site\":\"s-0412\",\"actor\":7,\"bytes\":9,\"width\":1,\"height\":1,\"taken\":\"at noon\"}"
    };
    for (size_t i = 0; i < sizeof meta / sizeof meta[0]; i++) {
        struct blob_put put = {
            .sha256 = bad.c.record.sha256, .bytes = bad.c.bytes, .n = bad.c.n, .photo = bad.c.record.id, .meta = meta[i]
        };
        if (blobs_put(r->photos.blobs, &put, &bad.e)) fail_msg("%s", bad.e.text);
        assert_int_equal(board_rig_adopt(r), i == 0 ? 2 : 0);
        assert_int_equal(board_rig_photos_count(r, "SELECT count(*) FROM unsettled"), 1);
    }
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM photo"), 2);
    end(&last);
    end(&bad);
    end(&j);
}

/* ---- an orphan that answers a request ---- */

struct asking {
    struct board_rig *r;
    char id[ID_SIZE];
    bool fail;
};

static int ask(struct db *db, void *arg) {
    struct asking *a = arg;
    struct appended out;
    struct buf body, answer;
    struct err_text e = { 0 };
    buf_init(&body, 1000);
    buf_init(&answer, 10000);
    (void)buf_addf(&body, "{\"id\":\"%s\"}", a->id);
    int rc = a->fail ? photo_request_fail(a->r->depot.journal, db, BOARD_RIG_SITE, a->id, "camera-absent", &out, &e)
                     : photo_request_make(a->r->depot.journal, db, BOARD_RIG_SITE, "user/u-09", body.data, body.len,
                                          &out, &answer, &e);
    buf_fini(&body);
    buf_fini(&answer);
    return rc;
}

static void an_orphan_answers_its_request_while_it_is_open(void **state) {
    struct board_rig *r = *state;
    for (int answered = 0; answered < 2; answered++) {
        struct asking a = { .r = r };
        struct job j;
        ids_make(clock_wall(), a.id);
        assert_int_equal(store_call(r->writer, ask, &a), 0);
        begin(&j, r, 5 + (unsigned)answered, NULL);
        j.c.actor = "board";
        j.c.inreplyto = a.id;
        keep_only(&j);
        a.r = r;
        a.fail = true;
        if (answered) assert_int_equal(store_call(r->writer, ask, &a), 0);
        assert_int_equal(board_rig_adopt(r), 1);
        assert_int_equal(board_rig_count(r, "SELECT count(*) FROM photo WHERE inreplyto <> ''"), 1);
        end(&j);
        clock_fake_advance_ms(1000);
    }
    assert_int_equal(board_rig_count(r, "SELECT count(*) FROM photo"), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_photo_is_kept_recorded_and_queued, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_photo_is_not_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(the_hub_queues_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(another_photo_with_the_same_id_is_a_conflict, setup, teardown),
        cmocka_unit_test_setup_teardown(an_orphan_is_adopted_once, setup, teardown),
        cmocka_unit_test_setup_teardown(the_clients_retry_is_a_repeat, setup, teardown),
        cmocka_unit_test_setup_teardown(a_retry_that_says_when_is_a_repeat, setup, teardown),
        cmocka_unit_test_setup_teardown(an_orphan_was_taken_when_it_was_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(the_cameras_word_is_recorded, setup, teardown),
        cmocka_unit_test_setup_teardown(a_clients_word_on_the_time_stays_beside_it, setup, teardown),
        cmocka_unit_test_setup_teardown(the_boards_camera_tells_no_time, setup, teardown),
        cmocka_unit_test_setup_teardown(an_orphan_of_an_unknown_stage_is_adopted_without_it, setup, teardown),
        cmocka_unit_test_setup_teardown(an_orphan_that_cannot_be_read_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(an_orphan_answers_its_request_while_it_is_open, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
