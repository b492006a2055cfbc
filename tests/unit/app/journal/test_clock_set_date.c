/* SPDX-License-Identifier: MIT */
/* A board's own clock being set: what the event says, and what readers of its logs and photos see. */
#include "app/journal/clock_set.h"
#include "app/journal/daylog.h"
#include "app/journal/photo.h"
#include "app/journal/timeline.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"

#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static int teardown(void **state) {
    (void)state;
    clock_fake_off();
    return 0;
}

static void now(const char *at, int64_t mono_ms, enum clock_grade grade) {
    journal_pair_now(at);
    clock_fake_mono((struct mono){ mono_ms });
    journal_pair_grade(grade);
}

static void set_clock(struct test_journal *t, const struct clock_set *set) {
    struct err_text e = { 0 };
    struct appended out;
    journal_pair_begin(t);
    if (clock_set_append(t->journal, t->db, set, &out, &e)) fail_msg("%s", e.text);
    journal_pair_commit(t);
}

static struct json *read_json(struct buf *b) {
    struct json *root = NULL;
    assert_int_equal(json_parse(b->data, b->len, &root, NULL), 0);
    buf_fini(b);
    return root;
}

static void put_photo(struct test_journal *t, const char *id, const char *taken, const char *exif, const char *origin) {
    struct photo p = { .bytes = 10, .width = 4, .height = 3 };
    struct appended out;
    struct err_text e = { 0 };
    struct buf answer;
    text_clip(p.id, sizeof p.id, id);
    text_clip(p.taken, sizeof p.taken, taken);
    text_clip(p.exif_taken, sizeof p.exif_taken, exif);
    text_clip(p.origin, sizeof p.origin, origin);
    hash_sha256_text(id, strlen(id), p.sha256);
    buf_init(&answer, 1 << 16);
    journal_pair_begin(t);
    if (photo_record(t->journal, t->db, JOURNAL_SITE, &p, "user/u-01", NULL, &out, &answer, &e)) fail_msg("%s", e.text);
    journal_pair_commit(t);
    buf_fini(&answer);
}

static void assert_member(const struct json *o, const char *name, const char *value) {
    const char *text = json_text(json_member(o, name));
    if (!value && text) fail_msg("%s: %s", name, text);
    if (value && (!text || strcmp(text, value) != 0)) fail_msg("%s: %s, not %s", name, text ? text : "none", value);
}

static struct json *print_photo(struct test_journal *t, const char *id) {
    struct buf b;
    buf_init(&b, 1 << 16);
    assert_int_equal(photo_print(t->db, JOURNAL_SITE, id, true, &b), 0);
    return read_json(&b);
}

/* Of the timeline. */
static void assert_entry(struct test_journal *t, const char *id, const char *name, const char *value) {
    struct timeline_query q = { .site = JOURNAL_SITE, .limit = TIMELINE_LIMIT_MAX };
    struct buf b;
    buf_init(&b, TIMELINE_PAGE_MAX);
    assert_int_equal(timeline_page(t->db, &q, &b), 0);
    struct json *page = read_json(&b);
    const struct json *entries = json_member(page, "entries"), *e = NULL;
    for (size_t i = 0; i < json_count(entries); i++)
        if (strcmp(json_text(json_member(json_at(entries, i), "id")), id) == 0) e = json_at(entries, i);
    assert_non_null(e);
    assert_member(e, name, value);
    json_destroy(page);
}

static void readers_of_logs_and_photos_see_it(void **state) {
    static const char own[] = "01990000-0000-7000-8000-000000000001", phone[] = "01990000-0000-7000-8000-000000000002",
                      found[] = "01990000-0000-7000-8000-000000000003",
                      album[] = "01990000-0000-7000-8000-000000000005", log[] = "01990000-0000-7000-8000-000000000004";
    static const char body[] =
        "{\"id\":\"01990000-0000-7000-8000-000000000004\",\"date\":\"1970-01-01\",\"done\":[\"x\"]}";
    struct test_journal t;
    struct appended out;
    struct err_text e = { 0 };
    struct photo_when when;
    struct buf b;
    (void)state;
    now("1970-01-01T08:01:00+08:00", 60250, CLOCK_NONE);
    journal_pair_open(&t, "b-1");
    put_photo(&t, own, "", "", "phone");
    put_photo(&t, phone, "2026-11-22T15:59:00+08:00", "", "phone"); /* by its own clock */
    put_photo(&t, found, "1970-01-01T08:01:00+08:00", "", "recovered");
    put_photo(&t, album, "1970-01-01T08:01:00+08:00", "2026-11-20T10:00:00+08:00", "import");
    buf_init(&b, 1 << 20);
    journal_pair_begin(&t);
    if (daylog_submit(t.journal, t.db, JOURNAL_SITE, "u-01", body, sizeof body - 1, &out, &b, &e))
        fail_msg("%s", e.text);
    journal_pair_commit(&t);
    buf_fini(&b);
    struct json *photo = print_photo(&t, own);
    assert_member(photo, "at_corrected", NULL);
    assert_member(photo, "taken_corrected", NULL);
    json_destroy(photo);
    now("2026-11-22T16:10:00.500+08:00", 660500, CLOCK_NTP);
    set_clock(
        &t,
        &(struct clock_set){
            .from = { 660500 }, .to = clock_wall(), .mono = clock_mono(), .before = CLOCK_NONE, .after = CLOCK_NTP });
    photo = print_photo(&t, own);
    assert_member(photo, "at", "1970-01-01T08:01:00.000+08:00");
    assert_member(photo, "taken", "1970-01-01T08:01:00.000+08:00");
    assert_member(photo, "clock", "none");
    assert_member(photo, "at_corrected", "2026-11-22T16:00:00.000+08:00");
    assert_member(photo, "taken_corrected", "2026-11-22T16:00:00.000+08:00");
    assert_member(photo, "clock_corrected", "ntp");
    json_destroy(photo);
    assert_int_equal(photo_when(t.db, JOURNAL_SITE, own, &when), 0);
    assert_string_equal(when.at, "2026-11-22T16:00:00.000+08:00");
    assert_string_equal(when.clock, "ntp");
    assert_true(when.corrected);
    for (int i = 0; i < 2; i++) { /* what may be by another clock stays */
        photo = print_photo(&t, i ? found : phone);
        assert_member(photo, "at_corrected", "2026-11-22T16:00:00.000+08:00");
        assert_member(photo, "taken_corrected", NULL);
        json_destroy(photo);
        assert_int_equal(photo_when(t.db, JOURNAL_SITE, i ? found : phone, &when), 0);
        assert_false(when.corrected);
        assert_string_equal(when.clock, "none");
    }
    assert_int_equal(photo_when(t.db, JOURNAL_SITE, log, &when), ERR_NOT_FOUND);
    assert_int_equal(photo_when(t.db, JOURNAL_SITE, album, &when), 0); /* no picture is younger than its camera says */
    assert_string_equal(when.at, "2026-11-20T10:00:00.000+08:00");
    assert_string_equal(when.clock, "none");
    assert_false(when.corrected);
    assert_entry(&t, own, "taken_corrected", "2026-11-22T16:00:00.000+08:00");
    assert_entry(&t, phone, "taken_corrected", NULL);
    buf_init(&b, 1 << 20);
    assert_int_equal(daylog_print(t.db, JOURNAL_SITE, log, true, &b), 0);
    struct json *read = read_json(&b);
    const struct json *submitted = json_member(read, "submitted");
    assert_member(read, "date", "1970-01-01"); /* what he saw, until he amends it */
    assert_member(submitted, "at", "1970-01-01T08:01:00.000+08:00");
    assert_member(submitted, "at_corrected", "2026-11-22T16:00:00.000+08:00");
    assert_member(submitted, "clock_corrected", "ntp");
    json_destroy(read);
    journal_pair_rebuild(&t);
    journal_pair_close(&t);
}

static void the_event_says_both_times(void **state) {
    struct test_journal t;
    struct clock_set_last last;
    (void)state;
    now("1970-01-01T08:01:00+08:00", 60250, CLOCK_NONE);
    journal_pair_open(&t, "b-1"); /* epoch-started is of this boot */
    assert_int_equal(clock_set_last(t.journal, t.db, &last), 0);
    assert_int_equal(last.at.ms, 60000);
    assert_int_equal(last.mono.ms, 60000);
    assert_int_equal(last.grade, CLOCK_NONE);
    now("2026-11-22T16:10:00.500+08:00", 660500, CLOCK_RTC);
    set_clock(
        &t,
        &(struct clock_set){
            .from = { 660250 }, .to = clock_wall(), .mono = clock_mono(), .before = CLOCK_NONE, .after = CLOCK_RTC });
    CLEANUP(free_ptr)
    char *said = journal_pair_value(&t, "SELECT json_extract(CAST(bytes AS TEXT), '$.data') FROM event "
                                        "WHERE type = 'clock-set'");
    assert_string_equal(said, "{\"from\":\"1970-01-01T08:11:00.250+08:00\",\"to\":\"2026-11-22T16:10:00.500+08:00\","
                              "\"clock\":\"rtc\",\"clock_before\":\"none\",\"mono_ms\":660500}");
    CLEANUP(free_ptr)
    char *who = journal_pair_value(
        &t, "SELECT json_extract(CAST(bytes AS TEXT), '$.actor') || ' ' || subject || ' ' || lane FROM event e JOIN "
            "chain c ON c.id = e.chain WHERE type = 'clock-set'");
    assert_string_equal(who, "board board/b-1 1");
    assert_int_equal(clock_set_last(t.journal, t.db, &last), 0);
    assert_int_equal(last.grade, CLOCK_RTC);
    assert_int_equal(last.mono.ms, 660000);
    /* What is of another boot is nothing to go by. */
    struct err_text e = { 0 };
    assert_int_equal(
        db_exec(t.db, "UPDATE event SET bytes = CAST(json_set(CAST(bytes AS TEXT), '$.boot', 77) AS BLOB)", &e), 0);
    assert_int_equal(clock_set_last(t.journal, t.db, &last), ERR_NOT_FOUND);
    journal_pair_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(readers_of_logs_and_photos_see_it, teardown),
        cmocka_unit_test_teardown(the_event_says_both_times, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
