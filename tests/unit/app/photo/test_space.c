/* SPDX-License-Identifier: MIT */
/* Space at each of its thresholds, on a disk that a file scripts: what is given up, in which order, and what never is. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/outbox.h"
#include "app/photo/space.h"
#include "firmware/base/file.h"
#include "tests/support/board_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MB          INT64_C(1000000)
#define TOTAL       (100 * MB)
#define PHOTO_BYTES (1 * MB)
#define PHOTOS      12

struct photo_here {
    char id[ID_SIZE], sha256[HASH_TEXT_SIZE], thumb[HASH_TEXT_SIZE];
};

struct fixture {
    struct board_rig board;
    struct space *space;
    struct outbox_impl *outbox;
    struct outbox seam;
    struct photo_here photo[PHOTOS];
    uint8_t *bytes;
};

static void start(struct fixture *f) {
    struct err_text e = { 0 };
    struct db *reader = NULL;
    struct space_options o = { .photos = f->board.depot.photo_store,
                               .writer = f->board.writer,
                               .journal = f->board.depot.journal,
                               .reserve_percent = 5,
                               .timelapse_quota = 3 * PHOTO_BYTES };
    assert_int_equal(depot_reader(&f->board.depot, &o.reader, &e), 0);
    assert_int_equal(space_create(&o, &f->space), 0);
    assert_int_equal(depot_reader(&f->board.depot, &reader, &e), 0);
    assert_int_equal(outbox_create(reader, f->board.writer, f->board.photos.blobs, &f->outbox), 0);
    f->seam = outbox_seam(f->outbox);
    f->board.photos.space = f->space;
}

static void end(struct fixture *f) {
    f->board.photos.space = NULL;
    space_destroy(f->space);
    outbox_destroy(f->outbox);
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    board_rig_open(&f->board);
    f->bytes = calloc(1, PHOTO_BYTES);
    start(f);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    end(f);
    board_rig_close(&f->board);
    free(f->bytes);
    free(f);
    return 0;
}

/* So much is free, beside what photos.db holds free in itself. */
static void set_free(struct fixture *f, int64_t bytes) {
    char path[400], text[64];
    (void)snprintf(path, sizeof path, "%s/.sim-disk", f->board.data);
    int n = snprintf(text, sizeof text, "%lld %lld", (long long)bytes, (long long)TOTAL);
    assert_int_equal(file_write(path, text, (size_t)n, 0600, NULL), 0);
}

struct adding {
    struct fixture *f;
    const struct photo_here *photo;
    const char *origin;
};

static int put(void *arg) {
    struct adding *a = arg;
    struct blob_put p = { .sha256 = a->photo->sha256,
                          .bytes = a->f->bytes,
                          .n = PHOTO_BYTES,
                          .thumb_sha256 = a->photo->thumb,
                          .thumb = a->photo->id,
                          .thumb_n = ID_SIZE,
                          .photo = a->photo->id,
                          .meta = "{}" };
    return blobs_put(a->f->board.photos.blobs, &p, NULL);
}

static int queue(struct db *db, void *arg) {
    struct adding *a = arg;
    struct outbox_photo p = { a->photo->id, a->photo->sha256, PHOTO_BYTES, a->photo->thumb, ID_SIZE, a->origin };
    return outbox_add(db, &p);
}

/* Its bytes begin with its number. */
static int add(struct fixture *f, int i, const char *origin) {
    struct adding a = { f, &f->photo[i], origin };
    struct photo_here *p = &f->photo[i];
    ids_make((struct wall){ INT64_C(1795334400000) + i }, p->id);
    f->bytes[0] = (uint8_t)i;
    hash_sha256_text(f->bytes, PHOTO_BYTES, p->sha256);
    hash_sha256_text(p->id, ID_SIZE, p->thumb);
    return store_call_before(f->board.writer, put, queue, &a);
}

static void receive(struct fixture *f, int i, bool really) {
    char one[1][HASH_TEXT_SIZE];
    memcpy(one[0], f->photo[i].sha256, HASH_TEXT_SIZE);
    assert_int_equal(really ? f->seam.confirmed(f->seam.ctx, (const char(*)[HASH_TEXT_SIZE])one, 1)
                            : f->seam.withdrawn(f->seam.ctx, (const char(*)[HASH_TEXT_SIZE])one, 1),
                     0);
    assert_int_equal(store_call(f->board.writer, NULL, NULL), 0);
}

static bool here(struct fixture *f, int i) {
    return blobs_has(f->board.photos.blobs, BLOB_ORIGINAL, f->photo[i].sha256);
}

/* "10110…": which originals are here. */
static void assert_here(struct fixture *f, const char *want) {
    char got[PHOTOS + 1] = "";
    for (int i = 0; want[i]; i++) got[i] = here(f, i) ? '1' : '0';
    assert_string_equal(got, want);
    for (int i = 0; want[i]; i++) /* thumbnails stay, whatever happens */
        assert_true(blobs_has(f->board.photos.blobs, BLOB_THUMB, f->photo[i].thumb));
}

static int64_t events(struct fixture *f) {
    return board_rig_count(&f->board, "SELECT count(*) FROM record WHERE type = 'photos-dropped'");
}

/* ---- levels ---- */

static void every_threshold(void **state) {
    (void)state;
    static const struct {
        enum space_level before;
        int64_t permille, reserve;
        enum space_level now;
    } cases[] = {
        { SPACE_OK, 1000, 5, SPACE_OK },
        { SPACE_OK, 200, 5, SPACE_OK },
        { SPACE_OK, 199, 5, SPACE_LOW },
        { SPACE_OK, 150, 5, SPACE_LOW },
        { SPACE_OK, 149, 5, SPACE_NO_TIMELAPSE },
        { SPACE_OK, 100, 5, SPACE_NO_TIMELAPSE },
        { SPACE_OK, 99, 5, SPACE_DROPPING },
        { SPACE_OK, 50, 5, SPACE_DROPPING },
        { SPACE_OK, 49, 5, SPACE_FULL },
        { SPACE_OK, 0, 5, SPACE_FULL },
        /* better only a little above */
        { SPACE_LOW, 209, 5, SPACE_LOW },
        { SPACE_LOW, 210, 5, SPACE_OK },
        { SPACE_NO_TIMELAPSE, 159, 5, SPACE_NO_TIMELAPSE },
        { SPACE_NO_TIMELAPSE, 160, 5, SPACE_LOW },
        { SPACE_DROPPING, 119, 5, SPACE_DROPPING },
        { SPACE_DROPPING, 120, 5, SPACE_NO_TIMELAPSE },
        { SPACE_FULL, 50, 5, SPACE_DROPPING },
        { SPACE_FULL, 205, 5, SPACE_LOW },
        { SPACE_FULL, 500, 5, SPACE_OK },
        /* another reserve moves what has to lie above it */
        { SPACE_OK, 9, 1, SPACE_FULL },
        { SPACE_OK, 11, 1, SPACE_DROPPING },
        { SPACE_OK, 199, 20, SPACE_FULL },
        { SPACE_OK, 249, 20, SPACE_DROPPING },
        { SPACE_OK, 299, 20, SPACE_NO_TIMELAPSE },
        { SPACE_OK, 349, 20, SPACE_LOW },
        { SPACE_OK, 350, 20, SPACE_OK },
        { SPACE_OK, 49, 0, SPACE_FULL }, /* 5 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum space_level got = space_level_next(cases[i].before, cases[i].permille * MB, 1000 * MB, cases[i].reserve);
        if (got != cases[i].now)
            fail_msg("%lld permille, reserve %lld, after %s: %s", (long long)cases[i].permille,
                     (long long)cases[i].reserve, space_level_name(cases[i].before), space_level_name(got));
    }
    assert_int_equal(space_level_next(SPACE_OK, INT64_MAX / 2, INT64_MAX, 5), SPACE_OK);
    assert_int_equal(space_level(NULL), SPACE_OK);
}

static void the_ballasts_room_is_not_for_photos(void **state) {
    struct fixture *f = *state;
    set_free(f, 25 * MB);
    assert_int_equal(space_look(f->space, NULL), 0);
    assert_int_equal(space_level(f->space), SPACE_OK);
    photo_store_spare(f->board.depot.photo_store, 25 * MB);
    assert_int_equal(space_look(f->space, NULL), 0);
    assert_int_equal(space_level(f->space), SPACE_FULL);
    assert_int_equal(add(f, 0, "phone"), ERR_NO_SPACE);
}

/* ---- what is given up ---- */

static void nothing_unreceived_is_ever_dropped(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 6; i++) assert_int_equal(add(f, i, i % 2 ? "timelapse" : "phone"), 0);
    char thumb[1][HASH_TEXT_SIZE]; /* one thumbnail is at head office; its original is not */
    memcpy(thumb[0], f->photo[0].thumb, HASH_TEXT_SIZE);
    assert_int_equal(f->seam.confirmed(f->seam.ctx, (const char(*)[HASH_TEXT_SIZE])thumb, 1), 0);
    set_free(f, 0);
    assert_int_equal(space_tend(f->space), 0);
    assert_int_equal(space_level(f->space), SPACE_FULL);
    assert_here(f, "111111");
    assert_int_equal(events(f), 0);
    assert_int_equal(add(f, 6, "phone"), ERR_NO_SPACE); /* visibly */
    receive(f, 3, true);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "111011"); /* that one alone, however short it is */
    assert_int_equal(events(f), 1);
}

static void timelapse_first_then_the_oldest_and_no_more_than_needed(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++) assert_int_equal(add(f, i, i == 3 || i == 7 ? "timelapse" : "phone"), 0);
    for (int i = 0; i < 10; i++)
        if (i != 1) receive(f, i, true);
    set_free(f, 10 * MB);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "1111111111"); /* 10 %: not yet */
    assert_int_equal(space_level(f->space), SPACE_NO_TIMELAPSE);
    set_free(f, 10 * MB - 1);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "1110111011"); /* 12 % are free with these two */
    assert_int_equal(space_level(f->space), SPACE_NO_TIMELAPSE);
    set_free(f, 7 * MB); /* and 2 in photos.db */
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "0100011011"); /* 0, 2 and 4: the oldest but for 1, which is not received; 3 is gone already */
    set_free(f, 0);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "0100000000");
    assert_int_equal(space_level(f->space),
                     SPACE_DROPPING); /* 9 % are free in photos.db, and nothing is left to drop */
    assert_int_equal(space_tend(f->space), 0);
    assert_int_equal(events(f), 3);
    assert_int_equal(board_rig_count(&f->board,
                                     "SELECT sum(json_extract(CAST(bytes AS TEXT), '$.data.count')) FROM record"
                                     " WHERE type = 'photos-dropped'"),
                     9);
    assert_int_equal(board_rig_count(&f->board,
                                     "SELECT sum(json_extract(CAST(bytes AS TEXT), '$.data.bytes')) FROM record"
                                     " WHERE type = 'photos-dropped'"),
                     9 * PHOTO_BYTES);
    assert_int_equal(board_rig_count(&f->board,
                                     "SELECT count(DISTINCT j.value) FROM record r, json_each(CAST(r.bytes AS"
                                     " TEXT), '$.data.sha256') j WHERE r.type = 'photos-dropped'"),
                     9);
    assert_int_equal(add(f, 10, "phone"), 0); /* the room is used again */
}

static void no_timelapse_below_15_percent(void **state) {
    struct fixture *f = *state;
    struct buf jpeg = board_rig_jpeg(&f->board, 1, NULL);
    struct capture c;
    capture_init(&c);
    c.site = BOARD_RIG_SITE;
    c.actor = "board";
    c.bytes = jpeg.data;
    c.n = jpeg.len;
    ids_make(clock_wall(), c.record.id);
    memcpy(c.record.origin, "timelapse", sizeof "timelapse");
    struct err_text e = { 0 };
    assert_int_equal(capture_look(&f->board.photos, &c, &e), 0);
    set_free(f, 15 * MB - 1);
    assert_int_equal(space_look(f->space, NULL), 0);
    assert_int_equal(capture_keep(&f->board.photos, &c, &e), ERR_NO_SPACE);
    assert_non_null(strstr(e.text, "time-lapse"));
    memcpy(c.record.origin, "camera", sizeof "camera");
    assert_int_equal(capture_keep(&f->board.photos, &c, &e), 0); /* people's photos go on */
    memcpy(c.record.origin, "timelapse", sizeof "timelapse");
    set_free(f, 16 * MB);
    assert_int_equal(space_look(f->space, NULL), 0);
    assert_int_equal(capture_keep(&f->board.photos, &c, &e), 0);
    capture_fini(&c);
    buf_fini(&jpeg);
}

/* ---- interrupted ---- */

static int choose_all(struct db *db, void *arg) { return outbox_choose(db, false, 8, arg); }

static void a_receipt_taken_back_in_time_saves_the_photo(void **state) {
    struct fixture *f = *state;
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(add(f, i, "phone"), 0);
        receive(f, i, true);
    }
    assert_int_equal(store_call(f->board.writer, choose_all, &n), 0);
    assert_int_equal(n, 2);
    receive(f, 0, false);
    set_free(f, 0);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "10");
    assert_int_equal(events(f), 1);
    receive(f, 0, true); /* and now it may go */
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "00");
    assert_int_equal(events(f), 2);
}

static int drop_second(void *arg) {
    struct fixture *f = arg;
    return blobs_drop(f->board.photos.blobs, f->photo[1].sha256);
}

/* The power goes after two were chosen and one of them dropped; when it is back, there is room. */
static void a_power_cut_in_the_midst_of_it(void **state) {
    struct fixture *f = *state;
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(add(f, i, "phone"), 0);
        receive(f, i, true);
    }
    assert_int_equal(store_call(f->board.writer, choose_all, &n), 0);
    assert_int_equal(store_call_before(f->board.writer, drop_second, NULL, f), 0);
    end(f);
    board_rig_again(&f->board);
    start(f);
    set_free(f, 50 * MB);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "101");
    assert_int_equal(events(f), 1);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM upload WHERE thumb = 0 AND dropped = 0"), 2);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM upload WHERE dropped = 1"), 1);
    assert_int_equal(space_tend(f->space), 0);
    assert_int_equal(events(f), 1);
}

/* The time-lapse's own quota: three frames here, while the disk is nearly empty. */
static void the_quota_is_the_timelapses_alone(void **state) {
    struct fixture *f = *state;
    set_free(f, TOTAL);
    for (int i = 0; i < 6; i++) assert_int_equal(add(f, i, i == 1 ? "phone" : "timelapse"), 0);
    receive(f, 1, true);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "111111"); /* five frames, two too many, and none is received */
    assert_int_equal(space_level(f->space), SPACE_OK);
    assert_false(space_for_timelapse(f->space));
    receive(f, 2, true);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "110111");
    assert_false(space_for_timelapse(f->space));
    receive(f, 0, true);
    receive(f, 5, true);
    assert_int_equal(space_tend(f->space), 0);
    assert_here(f, "010111"); /* no more than has to; the phone's photo is none of its business */
    assert_true(space_for_timelapse(f->space));
    assert_int_equal(events(f), 2);
    assert_true(space_for_timelapse(NULL));
    set_free(f, 12 * MB); /* and 2 in photos.db */
    assert_int_equal(space_tend(f->space), 0);
    assert_false(space_for_timelapse(f->space));
}

static void stopping_ends_it(void **state) {
    struct fixture *f = *state;
    assert_int_equal(add(f, 0, "phone"), 0);
    receive(f, 0, true);
    set_free(f, 0);
    space_stop(f->space);
    assert_int_equal(space_tend(f->space), ERR_GONE);
    assert_here(f, "1");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_threshold),
        T(the_ballasts_room_is_not_for_photos),
        T(nothing_unreceived_is_ever_dropped),
        T(timelapse_first_then_the_oldest_and_no_more_than_needed),
        T(no_timelapse_below_15_percent),
        T(a_receipt_taken_back_in_time_saves_the_photo),
        T(a_power_cut_in_the_midst_of_it),
        T(the_quota_is_the_timelapses_alone),
        T(stopping_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
