/* SPDX-License-Identifier: MIT */
/* Photos' records: POST's rules, repeats, withdrawing, lists, codes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/photo.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"
#include "tests/support/photo_rig.h"
#include "tests/support/tree.h"

#include <stdio.h>
#include <string.h>

static void test_record(void **state) {
    struct post_rig *f = *state;
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    struct photo found;
    bool withdrawn = true;
    assert_int_equal(photo_rig_record(f, &p, NULL), 0);
    assert_true(photo_rig_answers(
        f, "{\"id\":\"" PHOTO_RIG_ID1 "\",\"site\":\"s-0412\",\"board\":\"b-01\",\"sha256\":\"" PHOTO_RIG_HASH_A
           "\",\"thumb_sha256\":null,\"bytes\":3000000,"
           "\"width\":4000,\"height\":3000,\"stage\":\"tiling\",\"room\":\"kitchen\",\"caption\":\"墙砖\","
           "\"taken\":\"2026-11-22T16:00:00.000+08:00\",\"clock\":\"ntp\",\"origin\":\"phone\",\"code\":\"NANANANA\","
           "\"exif_taken\":null,\"orientation\":1,\"gps\":null,\"at\":"));
    assert_int_equal(photo_find(f->t.db, NULL, PHOTO_RIG_ID1, &found, &withdrawn), 0);
    assert_false(withdrawn);
    assert_string_equal(found.code, "NANANANA");
    assert_int_equal(found.bytes, 3000000);
    assert_int_equal(photo_find(f->t.db, "s-other", PHOTO_RIG_ID1, &found, NULL), ERR_NOT_FOUND);
}

static void test_repeat(void **state) {
    struct post_rig *f = *state;
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    assert_int_equal(photo_rig_record(f, &p, NULL), 0);
    journal_pair_now("2026-11-24T16:00:00+08:00");
    assert_int_equal(photo_rig_record(f, &p, NULL), ERR_EXISTS);
    assert_true(photo_rig_answers(f, "2026-11-22T16:00:00.000+08:00"));
    struct photo other[7];
    for (size_t i = 0; i < 7; i++) other[i] = p;
    (void)snprintf(other[0].sha256, sizeof other[0].sha256, "%s", PHOTO_RIG_HASH_B);
    (void)snprintf(other[1].stage, sizeof other[1].stage, "painting");
    (void)snprintf(other[2].room, sizeof other[2].room, "bath");
    (void)snprintf(other[3].caption, sizeof other[3].caption, "地砖");
    (void)snprintf(other[4].origin, sizeof other[4].origin, "import");
    (void)snprintf(other[5].taken, sizeof other[5].taken, "2026-11-22T08:00:01Z");
    for (size_t i = 0; i < 6; i++) {
        CLEANUP(buf_fini) struct buf stored;
        buf_init(&stored, 65536);
        assert_int_equal(photo_fits(f->t.journal, f->t.db, JOURNAL_SITE, &other[i], &stored, &f->e), ERR_CONFLICT);
        assert_int_equal(photo_rig_record(f, &other[i], NULL), ERR_CONFLICT);
        assert_string_equal(f->e.field, "id");
        assert_true(photo_rig_answers(f, PHOTO_RIG_HASH_A));
    }
    (void)snprintf(other[6].taken, sizeof other[6].taken,
                   "2026-11-22T08:00:00.0Z"); /* the same instant, written otherwise */
    assert_int_equal(photo_rig_record(f, &other[6], NULL), ERR_EXISTS);
    CLEANUP(free_ptr) char *n = journal_pair_value(&f->t, "SELECT count(*) FROM event WHERE type = 'photo-taken'");
    assert_string_equal(n, "1");
}

static void test_bad(void **state) {
    struct post_rig *f = *state;
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    struct photo bad;
#define BAD(member, value, name)                                                                                       \
    bad = p;                                                                                                           \
    (void)snprintf(bad.member, sizeof bad.member, "%s", value);                                                        \
    assert_int_equal(photo_rig_record(f, &bad, NULL), ERR_INVALID);                                                    \
    assert_string_equal(f->e.field, name)
    BAD(id, "x", "id");
    BAD(sha256, "AA", "sha256");
    BAD(thumb_sha256, "AA", "sha256");
    BAD(stage, "moon", "stage");
    BAD(taken, "yesterday", "taken");
    BAD(clock, "sun", "clock");
    BAD(origin, "gallery", "origin");
    BAD(origin, "", "origin");
    BAD(caption, "\xff", "caption");
    BAD(room, "\xff", "caption");
#undef BAD
}

static void test_check(void **state) {
    static const char good[] =
        "{\"sha256\":\"" PHOTO_RIG_HASH_A
        "\",\"bytes\":1,\"width\":1,\"height\":1,\"taken\":\"2026-11-22T16:00:00Z\",\"clock\":\"rtc\","
        "\"origin\":\"timelapse\",\"new\":1}";
    static const char *const bad[][3] = {
        { "\"sha256\":\"" PHOTO_RIG_HASH_A "\"", "\"sha256\":\"abc\"", "sha256" },
        { "\"sha256\":\"" PHOTO_RIG_HASH_A "\"", "\"sha256\":7", "sha256" },
        { "\"sha256\":\"" PHOTO_RIG_HASH_A "\",", "", "sha256" },
        { "\"bytes\":1", "\"bytes\":0", "bytes" },
        { "\"bytes\":1", "\"bytes\":\"1\"", "bytes" },
        { "\"width\":1", "\"width\":-1", "width" },
        { "\"height\":1", "\"height\":1.5", "height" },
        { "\"taken\":\"2026-11-22T16:00:00Z\"", "\"taken\":\"now\"", "taken" },
        { "\"clock\":\"rtc\"", "\"clock\":\"gps\"", "clock" },
        { "\"clock\":\"rtc\"", "\"clock\":7", "clock" },
        { "\"origin\":\"timelapse\"", "\"origin\":\"drone\"", "origin" },
        { "\"new\":1", "\"stage\":\"a b\"", "stage" },
        { "\"new\":1", "\"room\":\"\"", "room" },
        { "\"new\":1", "\"caption\":7", "caption" },
        { "\"new\":1", "\"thumb_sha256\":\"abc\"", "thumb_sha256" },
        { "\"new\":1", "\"code\":\"far too long a code\"", "code" },
        { "\"new\":1", "\"orientation\":0", "orientation" },
        { "\"new\":1", "\"orientation\":9", "orientation" },
        { "\"new\":1", "\"exif_taken\":\"2026-11-22T16:00:00\"", "exif_taken" },
        { "\"new\":1", "\"exif_taken\":7", "exif_taken" },
        { "\"new\":1", "\"gps\":7", "gps.lat" },
        { "\"new\":1", "\"gps\":{\"lat\":90.1,\"lon\":0}", "gps.lat" },
        { "\"new\":1", "\"gps\":{\"lat\":\"31\",\"lon\":0}", "gps.lat" },
        { "\"new\":1", "\"gps\":{\"lat\":31}", "gps.lon" },
        { "\"new\":1", "\"gps\":{\"lat\":31,\"lon\":-180.1}", "gps.lon" },
    };
    (void)state;
    assert_int_equal(tree_check(photo_check_taken, good, NULL), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err_text e = { 0 };
        char data[1024];
        const char *at = strstr(good, bad[i][0]);
        (void)snprintf(data, sizeof data, "%.*s%s%s", (int)(at - good), good, bad[i][1], at + strlen(bad[i][0]));
        int rc = tree_check(photo_check_taken, data, &e);
        if (rc != ERR_INVALID || strcmp(e.field, bad[i][2]) != 0) fail_msg("%s: %d, \"%s\"", bad[i][1], rc, e.field);
    }
    assert_int_equal(tree_check(photo_check_withdrawn, "{}", NULL), 0);
    assert_int_equal(tree_check(photo_check_withdrawn, "{\"reason\":1}", NULL), ERR_INVALID);
}

/* ---- what the file says of itself ---- */

static void test_withdraw(void **state) {
    struct post_rig *f = *state;
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    struct photo found;
    struct appended out;
    bool withdrawn = false;
    assert_int_equal(photo_rig_record(f, &p, NULL), 0);
    journal_pair_begin(&f->t);
    assert_int_equal(photo_withdraw(f->t.journal, f->t.db, JOURNAL_SITE, PHOTO_RIG_ID2, NULL, "user/u-01", &out, &f->e),
                     ERR_NOT_FOUND);
    assert_int_equal(
        photo_withdraw(f->t.journal, f->t.db, JOURNAL_SITE, PHOTO_RIG_ID1, "电话13800138000", "user/u-01", &out, &f->e),
        0);
    assert_int_equal(photo_withdraw(f->t.journal, f->t.db, JOURNAL_SITE, PHOTO_RIG_ID1, NULL, "user/u-01", &out, &f->e),
                     ERR_EXISTS);
    journal_pair_commit(&f->t);
    assert_int_equal(photo_find(f->t.db, JOURNAL_SITE, PHOTO_RIG_ID1, &found, &withdrawn), 0);
    assert_true(withdrawn);
    struct photo_query q = { .site = JOURNAL_SITE, .limit = 10 };
    buf_clear(&f->answer);
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_string_equal(f->answer.data, "{\"photos\":[],\"next\":null}");
    q.withdrawn = true;
    buf_clear(&f->answer);
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_true(photo_rig_answers(f, "\"withdrawn\":true"));
    CLEANUP(free_ptr)
    char *leak = journal_pair_value(&f->t, "SELECT count(*) FROM event WHERE CAST(bytes AS TEXT) LIKE '%13800138000%'");
    assert_string_equal(leak, "0");
}

static void test_list(void **state) {
    struct post_rig *f = *state;
    char next[40] = "";
    int seen = 0;
    clock_fake_advance_ms(INT64_C(72) * 3600000); /* by now all of them can have been taken */
    for (unsigned i = 0; i < 5; i++) {
        struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
        (void)snprintf(p.id, sizeof p.id, "01990000-0000-7000-8000-0000000000%02u", (10u + i) % 100u);
        (void)snprintf(p.taken, sizeof p.taken, "2026-11-%02uT23:30:00+08:00", (20u + i) % 100u);
        (void)snprintf(p.room, sizeof p.room, "%s", i % 2 ? "bath" : "kitchen");
        assert_int_equal(photo_rig_record(f, &p, NULL), 0);
    }
    for (int page = 0; page < 3; page++) {
        struct photo_query q = { .site = page == 1 ? NULL : JOURNAL_SITE, .limit = 2, .before = page ? next : NULL };
        buf_clear(&f->answer);
        assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
        for (const char *at = f->answer.data; (at = strstr(at, "\"sha256\"")); at++) seen++;
        char expected[60];
        (void)snprintf(expected, sizeof expected, "{\"photos\":[{\"id\":\"01990000-0000-7000-8000-0000000000%02d\"",
                       14 - 2 * page);
        assert_true(photo_rig_answers(f, expected));
        const char *cursor = strstr(f->answer.data, "\"next\":\"");
        assert_int_equal(cursor != NULL, page < 2);
        if (cursor) (void)sscanf(cursor, "\"next\":\"%39[^\"]", next);
    }
    assert_int_equal(seen, 5);
    struct photo_query q = {
        .site = JOURNAL_SITE, .limit = 10, .room = "bath", .from = "2026-11-22", .to = "2026-11-23"
    };
    buf_clear(&f->answer);
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_true(photo_rig_answers(f, "\"taken\":\"2026-11-23T23:30:00.000+08:00\""));
    assert_false(photo_rig_answers(f, "2026-11-21"));
    q = (struct photo_query){ .site = JOURNAL_SITE, .limit = 2, .from = "2026-11-21", .to = "2026-11-23" };
    for (int page = 0; page < 2; page++) { /* between dates the cursor says the date, too */
        buf_clear(&f->answer);
        assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
        assert_int_equal(photo_rig_answers(f, "2026-11-23T") && photo_rig_answers(f, "2026-11-22T"), page == 0);
        assert_int_equal(photo_rig_answers(f, "2026-11-21T") && photo_rig_answers(f, "\"next\":null"), page == 1);
        assert_false(photo_rig_answers(f, "2026-11-24T") || photo_rig_answers(f, "2026-11-20T"));
        if (page == 0) (void)sscanf(strstr(f->answer.data, "\"next\":"), "\"next\":\"%39[^\"]", next);
        q.before = next;
    }
    q.before = "x";
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), ERR_INVALID);
}

static void test_code(void **state) {
    struct post_rig *f = *state;
    static const char *const bad[] = { "", "NANANAN", "NANANANAN", "NANANAN!", "NANANANU" };
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    struct photo same_bytes = photo_rig_make(PHOTO_RIG_ID2, PHOTO_RIG_HASH_A);
    assert_int_equal(photo_rig_record(f, &p, NULL), 0);
    assert_int_equal(photo_rig_record(f, &same_bytes, NULL), 0);
    CLEANUP(free_ptr)
    char *place =
        journal_pair_value(&f->t, "SELECT '\"writer\":\"b-01\",\"epoch\":\"' || c.epoch || "
                                  "'\",\"lane\":\"photo\",\"seq\":1,\"event\":\"' || lower(hex(e.hash)) || '\"'"
                                  " FROM event e JOIN chain c ON c.id = e.chain WHERE e.id = '" PHOTO_RIG_ID1 "'");
    static const char *const written[] = { "NANANANA", "nana-nana", "nana nana" };
    for (size_t i = 0; i < 3; i++) {
        buf_clear(&f->answer);
        assert_int_equal(photo_print_by_code(f->t.db, written[i], true, &f->answer, &f->e), 0);
        assert_true(photo_rig_answers(f, place));
        assert_true(photo_rig_answers(f, PHOTO_RIG_ID2)); /* all matches */
        assert_true(photo_rig_answers(f, "\"actor\":{\"id\":\"u-01\",\"name\":null}"));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        buf_clear(&f->answer);
        assert_int_equal(photo_print_by_code(f->t.db, bad[i], true, &f->answer, &f->e), ERR_INVALID);
    }
    buf_clear(&f->answer);
    assert_int_equal(photo_print_by_code(f->t.db, "OIL00000", true, &f->answer, &f->e), ERR_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_record, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_repeat, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_bad, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test(test_check),
        cmocka_unit_test_setup_teardown(test_withdraw, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_list, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_code, photo_rig_setup, post_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
