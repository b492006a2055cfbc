/* SPDX-License-Identifier: MIT */
/* Photos' records and requests for them: POST's rules, codes, lists, folding in any order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/photo_request.h"
#include "app/journal/photo_time.h"

#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"
#include "tests/support/tree.h"

#include <stdio.h>
#include <string.h>

#define ID1    "01990000-0000-7000-8000-000000000001"
#define ID2    "01990000-0000-7000-8000-000000000002"
#define ID3    "01990000-0000-7000-8000-000000000003"
#define ID4    "01990000-0000-7000-8000-000000000004"
#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct fixture {
    struct test_journal t;
    struct buf answer;
    struct err_text e;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-22T16:00:00+08:00");
    journal_pair_open(&f->t, "b-01");
    buf_init(&f->answer, 1u << 20);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->t);
    buf_fini(&f->answer);
    free(f);
    return 0;
}

static struct photo make(const char *id, const char *sha256) {
    struct photo p = { .bytes = 3000000,
                       .width = 4000,
                       .height = 3000,
                       .stage = "tiling",
                       .room = "kitchen",
                       .caption = "墙砖",
                       .origin = "phone" };
    (void)snprintf(p.id, sizeof p.id, "%s", id);
    (void)snprintf(p.sha256, sizeof p.sha256, "%s", sha256);
    return p;
}

static int record(struct fixture *f, const struct photo *p, const char *inreplyto) {
    struct appended out;
    buf_clear(&f->answer);
    f->e = (struct err_text){ 0 };
    journal_pair_begin(&f->t);
    int rc = photo_record(f->t.journal, f->t.db, JOURNAL_SITE, p, "user/u-01", inreplyto, &out, &f->answer, &f->e);
    if (rc < 0)
        db_rollback(f->t.db);
    else
        journal_pair_commit(&f->t);
    return rc;
}

static bool answers(const struct fixture *f, const char *text) {
    return f->answer.data && strstr(f->answer.data, text) != NULL;
}

static void test_record(void **state) {
    struct fixture *f = *state;
    struct photo p = make(ID1, HASH_A);
    struct photo found;
    bool withdrawn = true;
    assert_int_equal(record(f, &p, NULL), 0);
    assert_true(answers(
        f, "{\"id\":\"" ID1 "\",\"site\":\"s-0412\",\"board\":\"b-01\",\"sha256\":\"" HASH_A
           "\",\"thumb_sha256\":null,\"bytes\":3000000,"
           "\"width\":4000,\"height\":3000,\"stage\":\"tiling\",\"room\":\"kitchen\",\"caption\":\"墙砖\","
           "\"taken\":\"2026-11-22T16:00:00.000+08:00\",\"clock\":\"ntp\",\"origin\":\"phone\",\"code\":\"NANANANA\","
           "\"exif_taken\":null,\"orientation\":1,\"gps\":null,\"at\":"));
    assert_int_equal(photo_find(f->t.db, NULL, ID1, &found, &withdrawn), 0);
    assert_false(withdrawn);
    assert_string_equal(found.code, "NANANANA");
    assert_int_equal(found.bytes, 3000000);
    assert_int_equal(photo_find(f->t.db, "s-other", ID1, &found, NULL), ERR_NOT_FOUND);
}

static void test_repeat(void **state) {
    struct fixture *f = *state;
    struct photo p = make(ID1, HASH_A);
    assert_int_equal(record(f, &p, NULL), 0);
    journal_pair_now("2026-11-24T16:00:00+08:00");
    assert_int_equal(record(f, &p, NULL), ERR_EXISTS);
    assert_true(answers(f, "2026-11-22T16:00:00.000+08:00"));
    struct photo other[7];
    for (size_t i = 0; i < 7; i++) other[i] = p;
    (void)snprintf(other[0].sha256, sizeof other[0].sha256, "%s", HASH_B);
    (void)snprintf(other[1].stage, sizeof other[1].stage, "painting");
    (void)snprintf(other[2].room, sizeof other[2].room, "bath");
    (void)snprintf(other[3].caption, sizeof other[3].caption, "地砖");
    (void)snprintf(other[4].origin, sizeof other[4].origin, "import");
    (void)snprintf(other[5].taken, sizeof other[5].taken, "2026-11-22T08:00:01Z");
    for (size_t i = 0; i < 6; i++) {
        CLEANUP(buf_fini) struct buf stored;
        buf_init(&stored, 65536);
        assert_int_equal(photo_fits(f->t.journal, f->t.db, JOURNAL_SITE, &other[i], &stored, &f->e), ERR_CONFLICT);
        assert_int_equal(record(f, &other[i], NULL), ERR_CONFLICT);
        assert_string_equal(f->e.field, "id");
        assert_true(answers(f, HASH_A));
    }
    (void)snprintf(other[6].taken, sizeof other[6].taken,
                   "2026-11-22T08:00:00.0Z"); /* the same instant, written otherwise */
    assert_int_equal(record(f, &other[6], NULL), ERR_EXISTS);
    CLEANUP(free_ptr) char *n = journal_pair_value(&f->t, "SELECT count(*) FROM event WHERE type = 'photo-taken'");
    assert_string_equal(n, "1");
}

static void test_bad(void **state) {
    struct fixture *f = *state;
    struct photo p = make(ID1, HASH_A);
    struct photo bad;
#define BAD(member, value, name)                                                                                       \
    bad = p;                                                                                                           \
    (void)snprintf(bad.member, sizeof bad.member, "%s", value);                                                        \
    assert_int_equal(record(f, &bad, NULL), ERR_INVALID);                                                              \
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
        "{\"sha256\":\"" HASH_A
        "\",\"bytes\":1,\"width\":1,\"height\":1,\"taken\":\"2026-11-22T16:00:00Z\",\"clock\":\"rtc\","
        "\"origin\":\"timelapse\",\"new\":1}";
    static const char *const bad[][3] = {
        { "\"sha256\":\"" HASH_A "\"", "\"sha256\":\"abc\"", "sha256" },
        { "\"sha256\":\"" HASH_A "\"", "\"sha256\":7", "sha256" },
        { "\"sha256\":\"" HASH_A "\",", "", "sha256" },
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

/* exif_taken, taken and clock of the photo as it is answered. */
static void assert_times(struct fixture *f, const struct photo *p, const char *exif_taken, const char *taken,
                         const char *clock) {
    char expected[80];
    if (record(f, p, NULL) != 0) fail_msg("%s", f->e.text);
    (void)snprintf(expected, sizeof expected, exif_taken ? "\"exif_taken\":\"%s\"" : "\"exif_taken\":null", exif_taken);
    if (!answers(f, expected)) fail_msg("no %s in %s", expected, f->answer.data);
    (void)snprintf(expected, sizeof expected, "\"taken\":\"%s\",\"clock\":\"%s\"", taken, clock);
    if (!answers(f, expected)) fail_msg("no %s in %s", expected, f->answer.data);
    assert_int_equal(record(f, p, NULL), ERR_EXISTS);
}

static void test_exif_times(void **state) {
    struct fixture *f = *state;
    static const char now[] = "2026-11-22T16:00:00.000+08:00"; /* as setup says */
    static const struct {
        const char *given, *exif, *exif_taken, *taken, *clock;
    } cases[] = {
        /* no client's word: the camera's; how good it is rests on this board's clock only where that can tell */
        { "", "2026-11-22T15:30:00", "2026-11-22T15:30:00.000+08:00", "2026-11-22T15:30:00.000+08:00", "ntp" },
        { "", "2026-11-22T07:30:00.25Z", "2026-11-22T15:30:00.250+08:00", "2026-11-22T15:30:00.250+08:00", "ntp" },
        { "", "2026-11-22T16:04:59+08:00", "2026-11-22T16:04:59.000+08:00", "2026-11-22T16:04:59.000+08:00", "ntp" },
        { "", "2026-11-22T14:59:59", "2026-11-22T14:59:59.000+08:00", "2026-11-22T14:59:59.000+08:00", "none" },
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
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct photo p = make(ID1, HASH_A);
        (void)snprintf(p.id, sizeof p.id, "01990000-0000-7000-8000-0000000001%02u", (unsigned)i % 100);
        (void)snprintf(p.taken, sizeof p.taken, "%s", cases[i].given);
        (void)snprintf(p.exif_taken, sizeof p.exif_taken, "%s", cases[i].exif);
        assert_times(f, &p, cases[i].exif_taken, cases[i].taken, cases[i].clock);
    }
    /* A photo that came in yesterday and is recorded only now. */
    struct photo late = make(ID2, HASH_A);
    (void)snprintf(late.arrived, sizeof late.arrived, "2026-11-21T09:00:00Z");
    (void)snprintf(late.exif_taken, sizeof late.exif_taken, "2026-11-21T16:58:00");
    (void)snprintf(late.clock, sizeof late.clock, "rtc");
    assert_times(f, &late, "2026-11-21T16:58:00.000+08:00", "2026-11-21T16:58:00.000+08:00", "rtc");
    late = make(ID3, HASH_A);
    (void)snprintf(late.arrived, sizeof late.arrived, "2026-11-21T09:00:00Z");
    (void)snprintf(late.exif_taken, sizeof late.exif_taken, "2026-11-21T17:06:00");
    assert_times(f, &late, NULL, "2026-11-21T17:00:00.000+08:00", "ntp");
    late = make(ID4, HASH_A); /* a board that does not know the time cannot say what is to come */
    (void)snprintf(late.exif_taken, sizeof late.exif_taken, "2027-01-01T00:00:00");
    (void)snprintf(late.clock, sizeof late.clock, "none");
    assert_times(f, &late, "2027-01-01T00:00:00.000+08:00", "2027-01-01T00:00:00.000+08:00", "none");
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
    struct fixture *f = *state;
    static const struct {
        int64_t lat_udeg, lon_udeg;
        const char *text;
    } cases[] = {
        { 31230416, 121473700, "\"gps\":{\"lat\":31.230416,\"lon\":121.4737}" },
        { -33856800, -1000, "\"gps\":{\"lat\":-33.8568,\"lon\":-0.001}" },
        { 0, -180000000, "\"gps\":{\"lat\":0,\"lon\":-180}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct photo p = make(ID1, HASH_A), found;
        (void)snprintf(p.id, sizeof p.id, "01990000-0000-7000-8000-0000000001%02u", (unsigned)i % 100);
        p.located = true;
        p.lat_udeg = cases[i].lat_udeg;
        p.lon_udeg = cases[i].lon_udeg;
        p.orientation = 6;
        assert_int_equal(record(f, &p, NULL), 0);
        if (!answers(f, cases[i].text)) fail_msg("no %s in %s", cases[i].text, f->answer.data);
        assert_true(answers(f, "\"orientation\":6"));
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

static void test_withdraw(void **state) {
    struct fixture *f = *state;
    struct photo p = make(ID1, HASH_A);
    struct photo found;
    struct appended out;
    bool withdrawn = false;
    assert_int_equal(record(f, &p, NULL), 0);
    journal_pair_begin(&f->t);
    assert_int_equal(photo_withdraw(f->t.journal, f->t.db, JOURNAL_SITE, ID2, NULL, "user/u-01", &out, &f->e),
                     ERR_NOT_FOUND);
    assert_int_equal(
        photo_withdraw(f->t.journal, f->t.db, JOURNAL_SITE, ID1, "电话13800138000", "user/u-01", &out, &f->e), 0);
    assert_int_equal(photo_withdraw(f->t.journal, f->t.db, JOURNAL_SITE, ID1, NULL, "user/u-01", &out, &f->e),
                     ERR_EXISTS);
    journal_pair_commit(&f->t);
    assert_int_equal(photo_find(f->t.db, JOURNAL_SITE, ID1, &found, &withdrawn), 0);
    assert_true(withdrawn);
    struct photo_query q = { .site = JOURNAL_SITE, .limit = 10 };
    buf_clear(&f->answer);
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_string_equal(f->answer.data, "{\"photos\":[],\"next\":null}");
    q.withdrawn = true;
    buf_clear(&f->answer);
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_true(answers(f, "\"withdrawn\":true"));
    CLEANUP(free_ptr)
    char *leak = journal_pair_value(&f->t, "SELECT count(*) FROM event WHERE CAST(bytes AS TEXT) LIKE '%13800138000%'");
    assert_string_equal(leak, "0");
}

static void test_list(void **state) {
    struct fixture *f = *state;
    char next[40] = "";
    int seen = 0;
    for (unsigned i = 0; i < 5; i++) {
        struct photo p = make(ID1, HASH_A);
        (void)snprintf(p.id, sizeof p.id, "01990000-0000-7000-8000-0000000000%02u", (10u + i) % 100u);
        (void)snprintf(p.taken, sizeof p.taken, "2026-11-%02uT23:30:00+08:00", (20u + i) % 100u);
        (void)snprintf(p.room, sizeof p.room, "%s", i % 2 ? "bath" : "kitchen");
        assert_int_equal(record(f, &p, NULL), 0);
    }
    for (int page = 0; page < 3; page++) {
        struct photo_query q = { .site = page == 1 ? NULL : JOURNAL_SITE, .limit = 2, .before = page ? next : NULL };
        buf_clear(&f->answer);
        assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
        for (const char *at = f->answer.data; (at = strstr(at, "\"sha256\"")); at++) seen++;
        char expected[60];
        (void)snprintf(expected, sizeof expected, "{\"photos\":[{\"id\":\"01990000-0000-7000-8000-0000000000%02d\"",
                       14 - 2 * page);
        assert_true(answers(f, expected));
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
    assert_true(answers(f, "\"taken\":\"2026-11-23T23:30:00.000+08:00\""));
    assert_false(answers(f, "2026-11-21"));
    q = (struct photo_query){ .site = JOURNAL_SITE, .limit = 2, .from = "2026-11-21", .to = "2026-11-23" };
    for (int page = 0; page < 2; page++) { /* between dates the cursor says the date, too */
        buf_clear(&f->answer);
        assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
        assert_int_equal(answers(f, "2026-11-23T") && answers(f, "2026-11-22T"), page == 0);
        assert_int_equal(answers(f, "2026-11-21T") && answers(f, "\"next\":null"), page == 1);
        assert_false(answers(f, "2026-11-24T") || answers(f, "2026-11-20T"));
        if (page == 0) (void)sscanf(strstr(f->answer.data, "\"next\":"), "\"next\":\"%39[^\"]", next);
        q.before = next;
    }
    q.before = "x";
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), ERR_INVALID);
}

static void test_code(void **state) {
    struct fixture *f = *state;
    static const char *const bad[] = { "", "NANANAN", "NANANANAN", "NANANAN!", "NANANANU" };
    struct photo p = make(ID1, HASH_A);
    struct photo same_bytes = make(ID2, HASH_A);
    assert_int_equal(record(f, &p, NULL), 0);
    assert_int_equal(record(f, &same_bytes, NULL), 0);
    CLEANUP(free_ptr)
    char *place =
        journal_pair_value(&f->t, "SELECT '\"writer\":\"b-01\",\"epoch\":\"' || c.epoch || "
                                  "'\",\"lane\":\"photo\",\"seq\":1,\"event\":\"' || lower(hex(e.hash)) || '\"'"
                                  " FROM event e JOIN chain c ON c.id = e.chain WHERE e.id = '" ID1 "'");
    static const char *const written[] = { "NANANANA", "nana-nana", "nana nana" };
    for (size_t i = 0; i < 3; i++) {
        buf_clear(&f->answer);
        assert_int_equal(photo_print_by_code(f->t.db, written[i], true, &f->answer, &f->e), 0);
        assert_true(answers(f, place));
        assert_true(answers(f, ID2)); /* all matches */
        assert_true(answers(f, "\"actor\":{\"id\":\"u-01\",\"name\":null}"));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        buf_clear(&f->answer);
        assert_int_equal(photo_print_by_code(f->t.db, bad[i], true, &f->answer, &f->e), ERR_INVALID);
    }
    buf_clear(&f->answer);
    assert_int_equal(photo_print_by_code(f->t.db, "OIL00000", true, &f->answer, &f->e), ERR_NOT_FOUND);
}

/* ---- requests ---- */

static int ask(struct fixture *f, const char *body) {
    struct appended out;
    buf_clear(&f->answer);
    f->e = (struct err_text){ 0 };
    journal_pair_begin(&f->t);
    int rc = photo_request_make(f->t.journal, f->t.db, JOURNAL_SITE, "user/u-90", body, strlen(body), &out, &f->answer,
                                &f->e);
    if (rc < 0)
        db_rollback(f->t.db);
    else
        journal_pair_commit(&f->t);
    return rc;
}

#define REQUEST                                                                                                        \
    "{\"id\":\"" ID3                                                                                                   \
    "\",\"stage\":\"tiling\",\"room\":\"bath\",\"text\":\"地漏\",\"due\":\"2026-11-23T10:00:00+08:00\"}"

static void test_request(void **state) {
    struct fixture *f = *state;
    struct photo_request open[4];
    size_t n = 9;
    assert_int_equal(photo_request_answerable(f->t.db, JOURNAL_SITE, ID3), ERR_NOT_FOUND);
    assert_int_equal(ask(f, REQUEST), 0);
    assert_true(
        answers(f, "{\"id\":\"" ID3
                   "\",\"site\":\"s-0412\",\"board\":null,\"stage\":\"tiling\",\"room\":\"bath\",\"text\":\"地漏\","
                   "\"due\":\"2026-11-23T10:00:00+08:00\",\"camera\":true,\"state\":\"open\",\"photo\":null"));
    assert_int_equal(ask(f, REQUEST), ERR_EXISTS);
    assert_int_equal(ask(f, "{\"id\":\"" ID3 "\"}"), ERR_CONFLICT);
    assert_int_equal(ask(f, "{\"id\":\"" ID4 "\",\"board\":\"b-77\",\"camera\":false}"), 0);
    assert_int_equal(photo_request_open(f->t.db, JOURNAL_SITE, "b-01", open, 4, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(open[0].id, ID3);
    assert_string_equal(open[0].text, "地漏");
    assert_true(open[0].camera);
    assert_int_equal(photo_request_open(f->t.db, JOURNAL_SITE, "b-77", open, 1, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(photo_request_open(f->t.db, JOURNAL_SITE, "b-77", open, 4, &n), 0);
    assert_int_equal(n, 2);
    assert_false(open[1].camera);
}

static void test_request_bad(void **state) {
    static const char *const bad[][2] = {
        { "[]", "" },
        { "{}", "id" },
        { "{\"id\":1}", "id" },
        { "{\"id\":\"" ID3 "\",\"board\":\"B 1\"}", "board" },
        { "{\"id\":\"" ID3 "\",\"board\":1}", "board" },
        { "{\"id\":\"" ID3 "\",\"stage\":\"moon\"}", "stage" },
        { "{\"id\":\"" ID3 "\",\"stage\":1}", "stage" },
        { "{\"id\":\"" ID3 "\",\"room\":1}", "room" },
        { "{\"id\":\"" ID3 "\",\"text\":1}", "text" },
        { "{\"id\":\"" ID3 "\",\"due\":\"soon\"}", "due" },
        { "{\"id\":\"" ID3 "\",\"camera\":\"yes\"}", "camera" },
        { "{\"id\":\"" ID3 "\",\"angle\":1}", "angle" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ask(f, bad[i][0]), ERR_INVALID);
        assert_string_equal(f->e.field, bad[i][1]);
    }
}

static void test_answering_once(void **state) {
    struct fixture *f = *state;
    struct appended out;
    struct photo p = make(ID1, HASH_A);
    assert_int_equal(ask(f, REQUEST), 0);
    assert_int_equal(photo_request_answerable(f->t.db, JOURNAL_SITE, ID3), 0);
    assert_int_equal(record(f, &p, ID3), 0);
    assert_true(answers(f, "\"inreplyto\":\"" ID3 "\""));
    assert_int_equal(photo_request_answerable(f->t.db, JOURNAL_SITE, ID3), ERR_EXISTS);
    journal_pair_begin(&f->t);
    assert_int_equal(photo_request_fail(f->t.journal, f->t.db, JOURNAL_SITE, ID3, "camera-absent", &out, &f->e),
                     ERR_EXISTS);
    journal_pair_commit(&f->t);
    buf_clear(&f->answer);
    assert_int_equal(photo_request_print(f->t.db, JOURNAL_SITE, ID3, true, &f->answer), 0);
    assert_true(answers(f, "\"state\":\"answered\",\"photo\":\"" ID1 "\""));
    buf_clear(&f->answer);
    assert_int_equal(photo_request_list(f->t.db, JOURNAL_SITE, "open", NULL, 10, true, &f->answer, &f->e), 0);
    assert_false(answers(f, ID3));

    assert_int_equal(ask(f, "{\"id\":\"" ID4 "\"}"), 0);
    journal_pair_begin(&f->t);
    assert_int_equal(photo_request_fail(f->t.journal, f->t.db, JOURNAL_SITE, ID4, "camera-absent", &out, &f->e), 0);
    assert_int_equal(photo_request_fail(f->t.journal, f->t.db, JOURNAL_SITE, ID4, "camera-absent", &out, &f->e),
                     ERR_EXISTS);
    journal_pair_commit(&f->t);
    buf_clear(&f->answer);
    assert_int_equal(photo_request_list(f->t.db, JOURNAL_SITE, "failed", NULL, 10, true, &f->answer, &f->e), 0);
    assert_true(answers(f, "\"id\":\"" ID4 "\""));
    assert_true(answers(f, "\"reason\":\"camera-absent\""));
    assert_false(answers(f, ID3));
    buf_clear(&f->answer);
    assert_int_equal(photo_request_list(f->t.db, JOURNAL_SITE, NULL, NULL, 1, true, &f->answer, &f->e), 0);
    assert_true(answers(f, ID4));
    char next[40] = "";
    (void)sscanf(strstr(f->answer.data, "\"next\":"), "\"next\":\"%39[^\"]", next);
    buf_clear(&f->answer);
    assert_int_equal(photo_request_list(f->t.db, JOURNAL_SITE, NULL, next, 1, true, &f->answer, &f->e), 0);
    assert_true(answers(f, "\"state\":\"answered\""));
    assert_true(answers(f, "\"next\":null"));
    journal_pair_rebuild(&f->t);
}

/* The hub asks, two boards answer, one of them says also that it failed; a photo is withdrawn at the hub. */
static void test_any_order(void **state) {
    struct fixture *f = *state;
    struct test_journal hub;
    struct test_journal other;
    unsigned seed = journal_pair_seed();
    struct event_draft asked = { .id = ID3,
                                 .site = JOURNAL_SITE,
                                 .type = "photo-requested",
                                 .subject_id = ID3,
                                 .actor = "user/u-90",
                                 .data = "{}" };
    struct event_draft gone = {
        .site = JOURNAL_SITE, .type = "photo-withdrawn", .subject_id = ID1, .actor = "user/u-90", .data = "{}"
    };
    struct event_draft failed = { .type = "photo-request-failed",
                                  .subject_id = ID3,
                                  .actor = "board",
                                  .inreplyto = ID3,
                                  .data = "{\"reason\":\"dark\"}" };
    struct photo p = make(ID1, HASH_A);
    journal_pair_open(&hub, "hub");
    journal_pair_open(&other, "b-02");
    journal_pair_append(&hub, &asked, NULL);
    journal_pair_append(&hub, &gone, NULL);  /* of a photo that it has not seen: the same revision as its taking */
    assert_int_equal(record(f, &p, ID3), 0); /* before the request was seen here */
    journal_pair_append(&other, &failed, NULL);
    journal_pair_append(&other, &failed, NULL);
    struct test_journal *all[] = { &hub, &f->t, &other };
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < 3; k++)
                if (i != k) journal_pair_carry(all[i], all[k], &seed);
    journal_pair_same(&hub, &f->t);
    journal_pair_same(&hub, &other);
    for (int i = 0; i < 10; i++) {
        struct test_journal third;
        struct buf answer;
        journal_pair_open(&third, "b-03");
        journal_pair_carry(all[i % 3], &third, &seed);
        journal_pair_same(&hub, &third);
        buf_init(&answer, 65536);
        assert_int_equal(photo_request_print(third.db, JOURNAL_SITE, ID3, true, &answer), 0);
        assert_non_null(strstr(answer.data, "\"state\":\"answered\",\"photo\":\"" ID1 "\""));
        assert_non_null(strstr(answer.data, "\"reason\":\"dark\""));
        buf_fini(&answer);
        CLEANUP(free_ptr) char *row = journal_pair_value(&third, "SELECT withdrawn || sha256 FROM photo");
        assert_string_equal(row, "1" HASH_A);
        journal_pair_close(&third);
    }
    journal_pair_rebuild(&other);
    journal_pair_close(&hub);
    journal_pair_close(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_record, setup, teardown),
        cmocka_unit_test_setup_teardown(test_repeat, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
        cmocka_unit_test(test_check),
        cmocka_unit_test_setup_teardown(test_exif_times, setup, teardown),
        cmocka_unit_test(test_time_shown),
        cmocka_unit_test_setup_teardown(test_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_withdraw, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list, setup, teardown),
        cmocka_unit_test_setup_teardown(test_code, setup, teardown),
        cmocka_unit_test_setup_teardown(test_request, setup, teardown),
        cmocka_unit_test_setup_teardown(test_request_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answering_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_any_order, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
