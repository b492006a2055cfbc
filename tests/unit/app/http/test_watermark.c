/* SPDX-License-Identifier: MIT */
/* The watermark of a stored photo: in both languages, with and without names, and photos that are not here. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/clock_set.h"
#include "app/photo/jpeg.h"
#include "tests/support/exiftool.h"
#include "tests/support/steps_rig.h"
#include "tests/support/test_jpeg_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MISSING "01990000-0000-7000-8000-00000000000f"

struct fixture {
    struct board_rig board;
    struct steps steps;
    char id[ID_SIZE];
};

/* Whoever takes the photo has a name. */
static int name_people(struct db *db, void *arg) {
    struct fixture *f = arg;
    struct event_draft draft = { .site = BOARD_RIG_SITE,
                                 .type = "person-set",
                                 .subject_id = "u-01",
                                 .actor = "board",
                                 .data = "{\"name\":\"项目经理甲\",\"role\":\"manager\",\"active\":true}" };
    return journal_append(f->board.depot.journal, db, &draft, NULL, NULL);
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) }); /* 2026-11-22T16:00:00+08:00 */
    clock_fake_mono((struct mono){ 5000000 });
    board_rig_open(&f->board);
    steps_init(&f->steps, &f->board);
    struct buf jpeg;
    buf_init(&jpeg, 1 << 20);
    test_jpeg_make(&(struct test_jpeg){ .width = 1280, .height = 720, .corner = { { 90, 90, 90 }, { 200, 200, 200 } } },
                   &jpeg);
    char target[160];
    assert_int_equal(store_call(f->board.writer, name_people, f), 0);
    ids_make(clock_wall(), f->id);
    (void)snprintf(target, sizeof target, "?id=%s&stage=plumbing_electrical&room=kitchen", f->id);
    steps_status(&f->steps,
                 &(struct steps_ask){ "POST", "/api/v1/photos", .target = target, .body = jpeg.data, .n = jpeg.len },
                 201, NULL);
    buf_fini(&jpeg);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    board_rig_close(&f->board);
    free(f);
    clock_fake_off();
    return 0;
}

static struct steps_ask ask_for(const char *target, enum role role) {
    return (struct steps_ask){ "GET", "/api/v1/photos/{id}/stamped", .target = target, .role = role };
}

/* The file's bytes, checked to be a whole picture, and its ETag. */
static struct buf get(struct fixture *f, const char *query, enum role role, char etag[80]) {
    struct exchange x;
    struct jpeg_info info;
    struct err_text e = { 0 };
    char target[100];
    (void)snprintf(target, sizeof target, "id=%s%s", f->id, query);
    struct steps_ask ask = ask_for(target, role);
    steps_ask(&f->steps, &ask, &x);
    assert_int_equal(x.reply.status, 200);
    assert_string_equal(x.reply.type, "image/jpeg");
    assert_string_equal(x.reply.cache_control, "private, no-cache");
    assert_non_null(strstr(x.reply.disposition, f->id));
    assert_int_equal(strlen(x.reply.etag), 66);
    memcpy(etag, x.reply.etag, 67);
    struct buf bytes = x.reply.body;
    buf_init(&x.reply.body, 100);
    exchange_fini(&x);
    if (jpeg_inspect(bytes.data, bytes.len, &info, &e)) fail_msg("%s", e.text);
    return bytes;
}

static bool same(const struct buf *a, const struct buf *b) {
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void what_it_says_decides_what_it_is(void **state) {
    struct fixture *f = *state;
    char usual_tag[80], zh_tag[80], en_tag[80], viewer_tag[80];
    struct buf usual = get(f, "", ROLE_MANAGER, usual_tag), zh = get(f, "?lang=zh", ROLE_MANAGER, zh_tag);
    struct buf en = get(f, "?lang=en", ROLE_MANAGER, en_tag), viewer = get(f, "", ROLE_VIEWER, viewer_tag);
    assert_true(same(&usual, &zh)); /* Chinese first */
    assert_string_equal(usual_tag, zh_tag);
    assert_false(same(&zh, &en));
    assert_string_not_equal(zh_tag, en_tag);
    assert_false(same(&zh, &viewer)); /* who took it is not told to everybody */
    assert_string_not_equal(zh_tag, viewer_tag);
    buf_fini(&usual);
    buf_fini(&zh);
    buf_fini(&en);
    buf_fini(&viewer);
}

static void the_stored_photo_stays_what_it_was(void **state) {
    struct fixture *f = *state;
    char etag[80];
    char *sha = board_rig_text(&f->board, "SELECT sha256 FROM photo");
    struct buf before, after, stamped;
    buf_init(&before, 16 << 20);
    buf_init(&after, 16 << 20);
    assert_int_equal(blobs_read_all(f->board.photos.blobs, BLOB_ORIGINAL, sha, &before), 0);
    stamped = get(f, "", ROLE_MANAGER, etag);
    assert_int_equal(blobs_read_all(f->board.photos.blobs, BLOB_ORIGINAL, sha, &after), 0);
    assert_true(same(&before, &after));
    assert_false(same(&before, &stamped));
    assert_non_null(memmem(stamped.data, stamped.len, sha, 64)); /* it names the original that it was made of */
    free(sha);
    buf_fini(&before);
    buf_fini(&after);
    buf_fini(&stamped);
}

/* An old picture, handed over as if it were new: the watermark says when its camera took it, and that nobody vouches for that. */
static void an_old_photo_is_stamped_as_one(void **state) {
    struct fixture *f = *state;
    char target[160], etag[80];
    struct buf jpeg, stamped;
    buf_init(&jpeg, 1 << 20);
    test_jpeg_make(&(struct test_jpeg){ .width = 1280, .height = 720 }, &jpeg);
    exiftool_write(&jpeg,
                   "-DateTimeOriginal='2019:05:03 10:00:00' -GPSLatitude=33.5 -GPSLatitudeRef=S -GPSLongitude=70.25"
                   " -GPSLongitudeRef=W");
    clock_fake_advance_ms(1000);
    ids_make(clock_wall(), f->id);
    (void)snprintf(target, sizeof target, "?id=%s&origin=import&taken=2026-11-22T08:00:00Z", f->id);
    steps_status(&f->steps,
                 &(struct steps_ask){ "POST", "/api/v1/photos", .target = target, .body = jpeg.data, .n = jpeg.len },
                 201, NULL);
    stamped = get(f, "", ROLE_MANAGER, etag);
    char *said = exiftool_read(&stamped, "-DateTimeOriginal -OffsetTimeOriginal -GPSPosition");
    assert_string_equal(said, "DateTimeOriginal                : 2019:05:03 10:00:00\n"
                              "OffsetTimeOriginal              : +08:00\n");
    free(said);
    buf_fini(&jpeg);
    buf_fini(&stamped);
}

struct withdrawing {
    struct fixture *f;
    const char *id;
};

static int withdraw(struct db *db, void *arg) {
    struct withdrawing *w = arg;
    struct appended out;
    return photo_withdraw(w->f->board.depot.journal, db, BOARD_RIG_SITE, w->id, NULL, "user/u-01", &out, NULL);
}

static void what_is_not_there_is_said(void **state) {
    struct fixture *f = *state;
    char target[100];
    struct steps_ask ask = ask_for("id=" MISSING, ROLE_MANAGER);
    steps_status(&f->steps, &ask, 404, NULL);
    (void)snprintf(target, sizeof target, "id=%s?lang=fr", f->id);
    ask.target = target;
    steps_status(&f->steps, &ask, 400, "lang");
    (void)snprintf(target, sizeof target, "id=%s?size=9", f->id);
    steps_status(&f->steps, &ask, 400, "size");
    (void)snprintf(target, sizeof target, "id=%s", f->id);
    char *sha = board_rig_text(&f->board, "SELECT sha256 FROM photo");
    assert_int_equal(blobs_drop(f->board.photos.blobs, sha), 0);
    steps_status(&f->steps, &ask, 410, NULL); /* head office has it */
    free(sha);
    assert_int_equal(store_call(f->board.writer, withdraw, &(struct withdrawing){ f, f->id }), 0);
    steps_status(&f->steps, &ask, 410, NULL);
}

struct setting {
    struct fixture *f;
    struct clock_set set;
};

static int set_clock(struct db *db, void *arg) {
    struct setting *s = arg;
    return clock_set_append(s->f->board.depot.journal, db, &s->set, NULL, NULL);
}

/* The clock is set by so much, so long after the photo; what the stamped photo is then. */
static struct buf after_setting(struct fixture *f, int64_t later_ms, int64_t by_ms, char etag[80]) {
    struct setting s = { f, { .from = { clock_wall().ms + later_ms }, .before = CLOCK_RTC, .after = CLOCK_NTP } };
    s.set.to.ms = s.set.from.ms + by_ms;
    s.set.mono.ms = clock_mono().ms + later_ms;
    assert_int_equal(store_call(f->board.writer, set_clock, &s), 0);
    return get(f, "", ROLE_MANAGER, etag);
}

static bool has(const struct buf *b, const char *text) { return memmem(b->data, b->len, text, strlen(text)) != NULL; }

/* The pixels alone, without what is said of them in front. */
static struct buf pixels(const struct buf *jpeg) {
    struct buf b;
    const char *at = jpeg->data;
    for (const char *next; (next = memmem(at, jpeg->len - (size_t)(at - jpeg->data), "\xff\xda", 2));) at = next + 2;
    buf_init(&b, 16 << 20);
    buf_add(&b, at, jpeg->len - (size_t)(at - jpeg->data));
    return b;
}

static void a_corrected_time_is_the_one_it_shows(void **state) {
    struct fixture *f = *state;
    char first[80], second[80], third[80];
    struct buf before = get(f, "", ROLE_MANAGER, first), after = after_setting(f, 10000, 3600000, second);
    assert_true(has(&before, "2026:11:22 16:00:00"));
    assert_true(has(&after, "2026:11:22 17:00:00"));
    assert_string_not_equal(first, second);
    assert_false(same(&before, &after));
    /* One that was nearer to it becomes known: another hour, in the same words. */
    struct buf nearer = after_setting(f, 5000, 7200000, third), one = pixels(&after), two = pixels(&nearer);
    assert_true(has(&nearer, "2026:11:22 18:00:00"));
    assert_string_not_equal(second, third);
    assert_false(same(&one, &two));
    buf_fini(&one);
    buf_fini(&two);
    buf_fini(&before);
    buf_fini(&after);
    buf_fini(&nearer);
}

static void a_time_that_was_right_is_vouched_for(void **state) {
    struct fixture *f = *state;
    char first[80], second[80];
    struct buf before = get(f, "", ROLE_MANAGER, first), after = after_setting(f, 10000, 0, second);
    assert_true(has(&before, "2026:11:22 16:00:00") && has(&after, "2026:11:22 16:00:00"));
    assert_string_not_equal(first, second); /* it says that the network does */
    assert_false(same(&before, &after));
    buf_fini(&before);
    buf_fini(&after);
}

static void without_a_font_it_comes_later(void **state) {
    struct fixture *f = *state;
    char target[100];
    (void)snprintf(target, sizeof target, "id=%s", f->id);
    struct steps_ask ask = ask_for(target, ROLE_MANAGER);
    (void)setenv("SITELOG_FONT", "/nowhere", 1);
    char *said = steps_expect(&f->steps, &ask, 503, NULL);
    (void)unsetenv("SITELOG_FONT");
    assert_non_null(strstr(said, "fonts-wqy-microhei"));
    free(said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(what_it_says_decides_what_it_is),      TEST(the_stored_photo_stays_what_it_was),
        TEST(an_old_photo_is_stamped_as_one),       TEST(what_is_not_there_is_said),
        TEST(a_corrected_time_is_the_one_it_shows), TEST(a_time_that_was_right_is_vouched_for),
        TEST(without_a_font_it_comes_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
