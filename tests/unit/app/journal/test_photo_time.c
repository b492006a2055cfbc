/* SPDX-License-Identifier: MIT */
/* What a photo's file says of itself: when by its camera and where, and which time is shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/photo.h"
#include "app/journal/photo_time.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"
#include "tests/support/photo_rig.h"

#include <stdio.h>
#include <string.h>

/* exif_taken, taken and clock of the photo as it is answered. */
static void assert_times(struct post_rig *f, const struct photo *p, const char *exif_taken, const char *taken,
                         const char *clock) {
    char expected[80];
    if (photo_rig_record(f, p, NULL) != 0) fail_msg("%s", f->e.text);
    (void)snprintf(expected, sizeof expected, exif_taken ? "\"exif_taken\":\"%s\"" : "\"exif_taken\":null", exif_taken);
    if (!photo_rig_answers(f, expected)) fail_msg("no %s in %s", expected, f->answer.data);
    (void)snprintf(expected, sizeof expected, "\"taken\":\"%s\",\"clock\":\"%s\"", taken, clock);
    if (!photo_rig_answers(f, expected)) fail_msg("no %s in %s", expected, f->answer.data);
    assert_int_equal(photo_rig_record(f, p, NULL), ERR_EXISTS);
}

static void test_exif_times(void **state) {
    struct post_rig *f = *state;
    static const char now[] = "2026-11-22T16:00:00.000+08:00"; /* as setup says */
    static const struct {
        const char *given, *exif, *exif_taken, *taken, *clock;
    } cases[] = {
        /* no client's word: the camera's; how good it is rests on this board's clock only where that can tell */
        { "", "2026-11-22T15:55:00", "2026-11-22T15:55:00.000+08:00", "2026-11-22T15:55:00.000+08:00", "ntp" },
        { "", "2026-11-22T07:59:00.25Z", "2026-11-22T15:59:00.250+08:00", "2026-11-22T15:59:00.250+08:00", "ntp" },
        { "", "2026-11-22T16:04:59+08:00", "2026-11-22T16:04:59.000+08:00", "2026-11-22T16:04:59.000+08:00", "ntp" },
        { "", "2026-11-22T15:54:59", "2026-11-22T15:54:59.000+08:00", "2026-11-22T15:54:59.000+08:00", "none" },
        { "", "2019-05-03T10:00:00.5", "2019-05-03T10:00:00.500+08:00", "2019-05-03T10:00:00.500+08:00", "none" },
        { "", "2000-01-01T00:00:00Z", "2000-01-01T08:00:00.000+08:00", "2000-01-01T08:00:00.000+08:00", "none" },
        /* what cannot be true */
        { "", "1999-12-31T23:59:59Z", NULL, now, "ntp" },
        { "", "1999-12-31T23:59:59", NULL, now, "ntp" },
        { "", "2026-11-22T16:05:01+08:00", NULL, now, "ntp" },
        { "", "2031-01-01T00:00:00", NULL, now, "ntp" },
        { "", "at noon", NULL, now, "ntp" },
        { "", "", NULL, now, "ntp" },
        /* a client's word stays, and the camera's stands beside it */
        { "2026-11-22T07:59:00Z", "2019-05-03T10:00:00", "2019-05-03T10:00:00.000+08:00",
          "2026-11-22T15:59:00.000+08:00", "ntp" },
        { "2026-11-22T07:59:00Z", "2031-01-01T00:00:00", NULL, "2026-11-22T15:59:00.000+08:00", "ntp" },
        /* but this board's clock does not vouch for it */
        { "2026-11-22T07:55:00Z", "", NULL, "2026-11-22T15:55:00.000+08:00", "ntp" },
        { "2026-11-22T08:05:00Z", "", NULL, "2026-11-22T16:05:00.000+08:00", "ntp" },
        { "2026-11-22T07:54:59Z", "", NULL, "2026-11-22T15:54:59.000+08:00", "none" },
        { "2026-11-13T08:00:00Z", "", NULL, "2026-11-13T16:00:00.000+08:00", "none" },
        { "2000-01-01T00:00:00Z", "", NULL, "2000-01-01T08:00:00.000+08:00", "none" },
        { "2026-11-13T16:00:00+08:00", "2026-11-22T15:59:00", "2026-11-22T15:59:00.000+08:00",
          "2026-11-13T16:00:00.000+08:00", "none" },
        /* and what cannot be true counts as not said */
        { "2026-11-22T08:05:01Z", "", NULL, now, "ntp" },
        { "2099-01-01T00:00:00Z", "", NULL, now, "ntp" },
        { "9999-12-31T23:59:59Z", "", NULL, now, "ntp" },
        { "1999-12-31T23:59:59Z", "", NULL, now, "ntp" },
        { "0001-01-01T00:00:00Z", "", NULL, now, "ntp" },
        { "2099-01-01T00:00:00Z", "2026-11-22T15:54:59", "2026-11-22T15:54:59.000+08:00",
          "2026-11-22T15:54:59.000+08:00", "none" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
        (void)snprintf(p.id, sizeof p.id, "01990000-0000-7000-8000-0000000001%02u", (unsigned)i % 100);
        (void)snprintf(p.taken, sizeof p.taken, "%s", cases[i].given);
        (void)snprintf(p.exif_taken, sizeof p.exif_taken, "%s", cases[i].exif);
        assert_times(f, &p, cases[i].exif_taken, cases[i].taken, cases[i].clock);
    }
    /* A photo that came in yesterday and is recorded only now. */
    struct photo late = photo_rig_make(PHOTO_RIG_ID2, PHOTO_RIG_HASH_A);
    (void)snprintf(late.arrived, sizeof late.arrived, "2026-11-21T09:00:00Z");
    (void)snprintf(late.exif_taken, sizeof late.exif_taken, "2026-11-21T16:58:00");
    (void)snprintf(late.clock, sizeof late.clock, "rtc");
    assert_times(f, &late, "2026-11-21T16:58:00.000+08:00", "2026-11-21T16:58:00.000+08:00", "rtc");
    late = photo_rig_make(PHOTO_RIG_ID3, PHOTO_RIG_HASH_A);
    (void)snprintf(late.arrived, sizeof late.arrived, "2026-11-21T09:00:00Z");
    (void)snprintf(late.exif_taken, sizeof late.exif_taken, "2026-11-21T17:06:00");
    assert_times(f, &late, NULL, "2026-11-21T17:00:00.000+08:00", "ntp");
    late = photo_rig_make(PHOTO_RIG_ID4,
                          PHOTO_RIG_HASH_A); /* a board that does not know the time cannot say what is to come */
    (void)snprintf(late.exif_taken, sizeof late.exif_taken, "2027-01-01T00:00:00");
    (void)snprintf(late.clock, sizeof late.clock, "none");
    assert_times(f, &late, "2027-01-01T00:00:00.000+08:00", "2027-01-01T00:00:00.000+08:00", "none");
    (void)snprintf(late.id, sizeof late.id, "01990000-0000-7000-8000-000000000201");
    (void)snprintf(late.taken, sizeof late.taken, "2027-01-02T00:00:00+08:00");
    assert_times(f, &late, "2027-01-01T00:00:00.000+08:00", "2027-01-02T00:00:00.000+08:00", "none");
}

/* What a phone said and nobody believed stays in the event, and its repeat is the same record however late it comes; another word is not. */
static void test_unbelieved(void **state) {
    struct post_rig *f = *state;
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    (void)snprintf(p.taken, sizeof p.taken, "2026-11-22T10:00:00Z");
    assert_times(f, &p, NULL, "2026-11-22T16:00:00.000+08:00", "ntp");
    CLEANUP(free_ptr)
    char *event = journal_pair_value(&f->t, "SELECT CAST(bytes AS TEXT) FROM event ORDER BY pos DESC LIMIT 1");
    assert_non_null(strstr(event, "\"taken_said\":\"2026-11-22T10:00:00Z\""));
    clock_fake_advance_ms(INT64_C(5) * 3600000); /* by now it could be true */
    assert_int_equal(photo_rig_record(f, &p, NULL), ERR_EXISTS);
    (void)snprintf(p.taken, sizeof p.taken, "2026-11-22T10:00:01Z");
    assert_int_equal(photo_rig_record(f, &p, NULL), ERR_CONFLICT);
}

/* What a watermark and a report are told. */
static void test_shown_as_claimed(void **state) {
    struct post_rig *f = *state;
    struct photo_when w;
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    (void)snprintf(p.taken, sizeof p.taken, "2026-11-13T08:00:00Z");
    assert_int_equal(photo_rig_record(f, &p, NULL), 0);
    assert_int_equal(photo_when(f->t.db, JOURNAL_SITE, p.id, &w), 0);
    assert_string_equal(w.at, "2026-11-13T16:00:00.000+08:00");
    assert_true(w.claimed);
    struct photo now = photo_rig_make(PHOTO_RIG_ID2, PHOTO_RIG_HASH_A);
    assert_int_equal(photo_rig_record(f, &now, NULL), 0);
    assert_int_equal(photo_when(f->t.db, JOURNAL_SITE, now.id, &w), 0);
    assert_false(w.claimed);
}

/* Of a time that is not to be relied on: is it the word of a phone, or was the board's clock not set? */
static void test_claimed(void **state) {
    static const char at[] = "2026-11-22T16:00:00.000+08:00", before[] = "2026-11-22T15:00:00.000+08:00";
    static const struct {
        const char *taken, *exif, *clock, *origin;
        bool claimed;
    } cases[] = {
        { before, "", "none", "phone", true },
        { before, "", "none", "import", true },
        { before, "", "ntp", "phone", false }, /* of an older version */
        { at, "", "none", "phone", false },
        { before, "", "none", "camera", false },
        { before, "", "none", "timelapse", false },
        { before, "", "none", "recovered", false },
        { before, before, "none", "recovered", true },
        { at, before, "ntp", "phone", true },
        { at, at, "ntp", "phone", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct photo p = { 0 };
        (void)snprintf(p.taken, sizeof p.taken, "%s", cases[i].taken);
        (void)snprintf(p.exif_taken, sizeof p.exif_taken, "%s", cases[i].exif);
        (void)snprintf(p.clock, sizeof p.clock, "%s", cases[i].clock);
        (void)snprintf(p.origin, sizeof p.origin, "%s", cases[i].origin);
        if (photo_time_claimed(&p, at) != cases[i].claimed) fail_msg("case %zu", i);
    }
}

static void test_time_shown(void **state) {
    static const struct {
        const char *taken, *exif, *when, *clock;
    } cases[] = {
        { "2026-11-22T16:00:00.000+08:00", "", "2026-11-22T16:00:00.000+08:00", "ntp" },
        { "2026-11-22T16:00:00.000+08:00", "2026-11-22T15:50:00.000+08:00", "2026-11-22T16:00:00.000+08:00", "ntp" },
        { "2026-11-22T16:00:00.000+08:00", "2026-11-22T07:49:59.000Z", "2026-11-22T07:49:59.000Z", "none" },
        { "2026-11-22T16:00:00.000+08:00", "2026-11-23T16:00:00.000+08:00", "2026-11-22T16:00:00.000+08:00", "ntp" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct photo p = { .clock = "ntp" };
        const char *when = NULL, *clock = NULL;
        (void)snprintf(p.taken, sizeof p.taken, "%s", cases[i].taken);
        (void)snprintf(p.exif_taken, sizeof p.exif_taken, "%s", cases[i].exif);
        photo_time_shown(&p, &when, &clock);
        assert_string_equal(when, cases[i].when);
        assert_string_equal(clock, cases[i].clock);
    }
}

/* In the event, in the projection, and made again of the event. */
static void test_place(void **state) {
    struct post_rig *f = *state;
    static const struct {
        int64_t lat_udeg, lon_udeg;
        const char *text;
    } cases[] = {
        { 31230416, 121473700, "\"gps\":{\"lat\":31.230416,\"lon\":121.4737}" },
        { -33856800, -1000, "\"gps\":{\"lat\":-33.8568,\"lon\":-0.001}" },
        { 0, -180000000, "\"gps\":{\"lat\":0,\"lon\":-180}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A), found;
        (void)snprintf(p.id, sizeof p.id, "01990000-0000-7000-8000-0000000001%02u", (unsigned)i % 100);
        p.located = true;
        p.lat_udeg = cases[i].lat_udeg;
        p.lon_udeg = cases[i].lon_udeg;
        p.orientation = 6;
        assert_int_equal(photo_rig_record(f, &p, NULL), 0);
        if (!photo_rig_answers(f, cases[i].text)) fail_msg("no %s in %s", cases[i].text, f->answer.data);
        assert_true(photo_rig_answers(f, "\"orientation\":6"));
        assert_int_equal(photo_find(f->t.db, NULL, p.id, &found, NULL), 0);
        assert_true(found.located);
        assert_int_equal(found.lat_udeg, p.lat_udeg);
        assert_int_equal(found.lon_udeg, p.lon_udeg);
        CLEANUP(free_ptr)
        char *event = journal_pair_value(&f->t, "SELECT CAST(bytes AS TEXT) FROM event ORDER BY pos DESC LIMIT 1");
        assert_non_null(strstr(event, cases[i].text));
        assert_non_null(strstr(event, "\"orientation\":6"));
        assert_null(strstr(event, "exif_taken"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_exif_times, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_unbelieved, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_shown_as_claimed, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test(test_time_shown),
        cmocka_unit_test(test_claimed),
        cmocka_unit_test_setup_teardown(test_place, photo_rig_setup, post_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
