/* SPDX-License-Identifier: MIT */
/* Time-lapse frames as records: their series, the player's list and how it is thinned; that they stay out of the timeline and of the lists of photos; and
 * the board's moves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/photo.h"
#include "app/journal/timelapse.h"
#include "app/journal/timeline.h"
#include "app/journal/today.h"
#include "app/journal/viewpoint.h"

#include "firmware/base/cleanup.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOVE1 "01990000-0000-7000-8000-00000000aa01"
#define MOVE2 "01990000-0000-7000-8000-00000000aa02"

static unsigned taken_frames;

static int setup(void **state) {
    taken_frames = 0;
    return post_rig_setup_at(state, "2026-11-22T08:00:00+08:00");
}

static void take(struct post_rig *f, const char *origin, const char *taken) {
    struct photo p = { .bytes = 300000, .width = 1920, .height = 1080 };
    struct appended out;
    unsigned n = ++taken_frames;
    (void)snprintf(p.id, sizeof p.id, "01990000-0000-7000-8000-%012x", n);
    (void)snprintf(p.sha256, sizeof p.sha256, "%064x", n);
    (void)snprintf(p.origin, sizeof p.origin, "%s", origin);
    (void)snprintf(p.taken, sizeof p.taken, "%s", taken);
    if (strcmp(origin, "timelapse") == 0)
        assert_int_equal(viewpoint_series(f->t.db, JOURNAL_SITE, "b-01", p.series), 0);
    buf_clear(&f->answer);
    journal_pair_begin(&f->t);
    if (photo_record(f->t.journal, f->t.db, JOURNAL_SITE, &p, "board", NULL, &out, &f->answer, &f->e))
        fail_msg("%s", f->e.text);
    journal_pair_commit(&f->t);
}

static int move(struct post_rig *f, const char *body) {
    struct appended out;
    buf_clear(&f->answer);
    f->e = (struct err_text){ 0 };
    journal_pair_begin(&f->t);
    int rc = viewpoint_move(f->t.journal, f->t.db, "user/u-01", body, strlen(body), &out, &f->answer, &f->e);
    return journal_pair_end(&f->t, rc);
}

static size_t count(const struct post_rig *f, const char *word) {
    size_t n = 0;
    for (const char *at = f->answer.data ? strstr(f->answer.data, word) : NULL; at; at = strstr(at + 1, word)) n++;
    return n;
}

static size_t frames(struct post_rig *f, const char *from, const char *to, int max) {
    struct timelapse_query q = { .site = JOURNAL_SITE, .from = from, .to = to, .max = max };
    buf_clear(&f->answer);
    assert_int_equal(timelapse_print(f->t.db, &q, &f->answer), 0);
    return count(f, "\"taken\":");
}

static void frames_come_oldest_first_and_by_date(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(frames(f, NULL, NULL, 10), 0);
    assert_non_null(strstr(f->answer.data, "\"total\":0"));
    take(f, "timelapse", "2026-11-21T10:00:00+08:00");
    take(f, "phone", "2026-11-21T10:30:00+08:00");
    take(f, "timelapse", "2026-11-20T10:00:00+08:00");
    take(f, "timelapse", "2026-11-22T07:00:00+08:00");
    assert_int_equal(frames(f, NULL, NULL, 10), 3);
    const char *first = strstr(f->answer.data, "2026-11-20"), *second = strstr(f->answer.data, "2026-11-21");
    assert_true(first && second && first < second && second < strstr(f->answer.data, "2026-11-22"));
    assert_int_equal(frames(f, "2026-11-21", "2026-11-21", 10), 1);
    assert_int_equal(frames(f, "2026-11-21", NULL, 10), 2);
    assert_int_equal(frames(f, NULL, "2026-11-20", 10), 1);
}

/* Of a whole job's frames the player gets evenly so many as it can show, the first and the last one always. */
static void many_are_thinned_evenly(void **state) {
    static const int most[] = { 1, 2, 7, 40, 99, 100, 101, 1000 };
    struct post_rig *f = *state;
    for (unsigned i = 0; i < 100; i++) {
        char at[CLOCK_TEXT_SIZE];
        (void)snprintf(at, sizeof at, "2026-11-21T%02u:%02u:00+08:00", 7 + i / 20, i % 20);
        take(f, "timelapse", at);
    }
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        size_t want = most[i] < 100 ? (size_t)most[i] : 100;
        assert_int_equal(frames(f, NULL, NULL, most[i]), want);
        assert_non_null(strstr(f->answer.data, "\"total\":100"));
        assert_non_null(strstr(f->answer.data, "T07:00:00"));
        if (want > 1) assert_non_null(strstr(f->answer.data, "T11:19:00"));
    }
    static const char *const five[] = { "T07:00:00", "T08:05:00", "T09:10:00", "T10:15:00", "T11:19:00" };
    assert_int_equal(frames(f, NULL, NULL, 5), 5);
    for (size_t i = 0; i < 5; i++) assert_non_null(strstr(f->answer.data, five[i]));
    assert_int_equal(count(f, "\"sha256\":"), 5); /* by which the player knows what has arrived */
}

static void a_move_begins_a_series(void **state) {
    struct post_rig *f = *state;
    char series[ID_SIZE];
    assert_int_equal(viewpoint_series(f->t.db, JOURNAL_SITE, "b-01", series), 0);
    assert_string_equal(series, "");
    take(f, "timelapse", "2026-11-21T10:00:00+08:00");
    assert_null(strstr(f->answer.data, "series"));
    assert_int_equal(move(f, "{\"id\":\"" MOVE1 "\",\"room\":\"kitchen\",\"note\":\"call 13900001234\"}"), 0);
    assert_non_null(strstr(f->answer.data, "\"id\":\"" MOVE1 "\",\"room\":\"kitchen\""));
    assert_null(strstr(f->answer.data, "13900001234")); /* personal data does not travel */
    take(f, "timelapse", "2026-11-21T11:00:00+08:00");
    assert_non_null(strstr(f->answer.data, "\"series\":\"" MOVE1 "\""));
    take(f, "phone", "2026-11-21T11:10:00+08:00");
    assert_null(strstr(f->answer.data, "series"));
    struct appended out;
    journal_pair_begin(&f->t);
    assert_int_equal(viewpoint_seen(f->t.journal, f->t.db, &out, &f->e), 0);
    journal_pair_commit(&f->t);
    assert_int_equal(viewpoint_series(f->t.db, JOURNAL_SITE, "b-01", series), 0);
    assert_string_equal(series, out.id);
    assert_int_equal(viewpoint_series(f->t.db, JOURNAL_SITE, "b-02", series), 0);
    assert_string_equal(series, "");
    assert_int_equal(frames(f, NULL, NULL, 10), 2);
    assert_int_equal(count(f, "\"detected\":true"), 1);
    assert_int_equal(count(f, "\"detected\":false"), 1);
}

static void a_repeated_move_is_the_same(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(move(f, "{\"id\":\"" MOVE1 "\",\"room\":\"kitchen\"}"), 0);
    assert_int_equal(move(f, "{\"id\":\"" MOVE1 "\",\"room\":\"kitchen\"}"), ERR_EXISTS);
    assert_non_null(strstr(f->answer.data, "\"room\":\"kitchen\",\"at\":"));
    assert_int_equal(move(f, "{\"id\":\"" MOVE1 "\",\"room\":\"bath\"}"), ERR_CONFLICT);
    assert_string_equal(f->e.field, "id");
    take(f, "phone", "2026-11-21T11:10:00+08:00");
    assert_int_equal(move(f, "{\"id\":\"01990000-0000-7000-8000-000000000001\"}"), ERR_CONFLICT);
    assert_int_equal(move(f, "{}"), ERR_INVALID);
    assert_int_equal(move(f, "{\"id\":\"" MOVE2 "\",\"detected\":true}"),
                     ERR_INVALID); /* nobody says that but the camera */
    assert_int_equal(move(f, "{\"id\":\"" MOVE2 "\",\"note\":7}"), ERR_INVALID);
    assert_int_equal(move(f, "[]"), ERR_INVALID);
    assert_int_equal(move(f, "{\"id\":"), ERR_INVALID);
}

static void frames_bury_nothing(void **state) {
    struct post_rig *f = *state;
    take(f, "timelapse", "2026-11-21T10:00:00+08:00");
    take(f, "phone", "2026-11-21T11:10:00+08:00");
    take(f, "timelapse", "2026-11-21T12:00:00+08:00");
    struct photo_query q = { .site = JOURNAL_SITE, .limit = 50, .names = true };
    buf_clear(&f->answer);
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_int_equal(count(f, "\"sha256\":"), 1);
    q.origin = "timelapse";
    buf_clear(&f->answer);
    assert_int_equal(photo_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_int_equal(count(f, "\"sha256\":"), 2);
    struct today_ask ask = {
        .site = JOURNAL_SITE, .board = "b-01", .fallback_tz = "Asia/Shanghai", .now = { INT64_C(1795233600000) }
    }; /* 2026-11-21, noon */
    buf_clear(&f->answer);
    assert_int_equal(today_print(f->t.db, &ask, &f->answer), 0);
    const char *today = strstr(f->answer.data, "\"photos_today\":[");
    assert_non_null(today);
    assert_int_equal(strcspn(today, "]") - strlen("\"photos_today\":["), ID_SIZE + 1); /* one id, in quotes */
    struct timeline_query tq = { .site = JOURNAL_SITE, .limit = 50 };
    buf_clear(&f->answer);
    assert_int_equal(timeline_page(f->t.db, &tq, &f->answer), 0);
    assert_int_equal(count(f, "\"type\":\"photo-taken\""), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(frames_come_oldest_first_and_by_date, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(many_are_thinned_evenly, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(a_move_begins_a_series, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(a_repeated_move_is_the_same, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(frames_bury_nothing, setup, post_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
