/* SPDX-License-Identifier: MIT */
/* A camera that does not work: when it is told, as head office has set it, and its outage, also where the program or the power went meanwhile. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/alive.h"
#include "app/journal/camera_down.h"
#include "app/journal/setting.h"

#include "firmware/base/cleanup.h"
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENING INT64_C(1795334400000) /* 2026-11-22T16:00:00+08:00 */
#define MINUTE  INT64_C(60000)

static char *dir;
static struct journal_rig rig;
static struct downtime down;

static enum clock_grade grade(void) { return CLOCK_NTP; }

/* The program starts; another boot: the kernel began `uptime_ms` ago. */
static void start(bool reboot, int64_t uptime_ms) {
    struct err_text e = { 0 };
    struct alive last;
    CLEANUP(free_ptr) char *path = temp_path(dir, "journal.db");
    if (reboot) clock_fake_mono((struct mono){ uptime_ms });
    if (db_open(path, DB_JOURNAL, &rig.db, &e)) fail_msg("%s", e.text);
    if (reboot && journal_rig_int(rig.db, "SELECT count(*) FROM sqlite_master WHERE name = 'meta'"))
        journal_rig_exec(rig.db, "UPDATE meta SET value = 'of another boot' WHERE name = 'boot_id'");
    struct journal_options o = {
        .org = JOURNAL_RIG_ORG, .writer = "b-01", .site = JOURNAL_RIG_SITE, .timezone = "Asia/Shanghai", .grade = grade
    };
    if (journal_create(rig.db, &o, &rig.journal, &e)) fail_msg("%s", e.text);
    assert_int_equal(db_begin(rig.db), 0);
    if (alive_start(rig.journal, rig.db, &last, &e)) fail_msg("%s", e.text);
    if (camera_down_start(rig.journal, rig.db, last.at, &down, &e)) fail_msg("%s", e.text);
    assert_int_equal(db_commit(rig.db), 0);
}

static void end(void) {
    journal_destroy(rig.journal);
    db_close(rig.db);
}

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    clock_fake_wall((struct wall){ EVENING });
    start(true, 3600000);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    end();
    clock_fake_off();
    temp_remove(dir);
    return 0;
}

typedef int (*camera_fn)(struct journal *j, struct db *db, struct mono from, struct err_text *e);

static void write_it(camera_fn fn, struct mono from) {
    struct err_text e = { 0 };
    assert_int_equal(db_begin(rig.db), 0);
    if (fn(rig.journal, rig.db, from, &e)) fail_msg("%s", e.text);
    assert_int_equal(db_commit(rig.db), 0);
}

/* Looked at every minute. */
static void lasts(struct mono from, int minutes) {
    for (int i = 0; i < minutes; i++) {
        clock_fake_advance_ms(MINUTE);
        write_it(camera_down_look, from);
    }
}

static int64_t alerts(const char *type) {
    char sql[120];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM event WHERE type = '%s'", type);
    return journal_rig_int(rig.db, sql);
}

static int64_t outages(const char *column) {
    char sql[120];
    (void)snprintf(sql, sizeof sql, "SELECT coalesce(sum(%s), 0) FROM outage WHERE what = 'camera'", column);
    return journal_rig_int(rig.db, sql);
}

static void set_minutes(int minutes) {
    struct err_text e = { 0 };
    char text[24];
    struct json *value = NULL;
    (void)snprintf(text, sizeof text, "%d", minutes);
    assert_int_equal(json_parse(text, strlen(text), &value, NULL), 0);
    assert_int_equal(db_begin(rig.db), 0);
    if (setting_set(rig.journal, rig.db, JOURNAL_RIG_SITE, SETTING_CAMERA_DOWN_MINUTES, value, "user/o-01", NULL, &e))
        fail_msg("%s", e.text);
    assert_int_equal(db_commit(rig.db), 0);
    json_destroy(value);
}

static void it_is_told_after_half_an_hour(void **state) {
    struct mono from = clock_mono();
    (void)state;
    lasts(from, 29);
    assert_int_equal(alerts("alert-raised"), 0);
    lasts(from, 1);
    assert_int_equal(alerts("alert-raised"), 1);
    assert_int_equal(journal_rig_int(rig.db, "SELECT count(*) FROM alert WHERE rule = 'camera-down' AND due ="
                                             " '2026-11-22T16:00:00.000+08:00'"),
                     1);
    lasts(from, 30);
    assert_int_equal(alerts("alert-raised"), 1);
    write_it(camera_down_over, from);
    assert_int_equal(alerts("alert-cleared"), 1);
    assert_int_equal(outages("seconds"), 3600);
    write_it(camera_down_over, (struct mono){ -1 }); /* it works, and did before */
    assert_int_equal(outages("1"), 1);
}

static void head_office_sets_after_how_long(void **state) {
    struct mono from = clock_mono();
    (void)state;
    set_minutes(5);
    lasts(from, 4);
    assert_int_equal(alerts("alert-raised"), 0);
    set_minutes(10); /* while it is down */
    lasts(from, 5);
    assert_int_equal(alerts("alert-raised"), 0);
    lasts(from, 1);
    assert_int_equal(alerts("alert-raised"), 1);
}

static void a_plug_that_was_turned_is_nothing(void **state) {
    struct mono from = clock_mono();
    (void)state;
    clock_fake_advance_ms(CAMERA_DOWN_MIN_MS - 1);
    write_it(camera_down_look, from);
    write_it(camera_down_over, from);
    assert_int_equal(outages("1"), 0);
}

/* The outage ended with the last sign of life, and what comes after is another one; the alert stands on, once. */
static void the_power_goes_meanwhile(void **state) {
    struct mono from = clock_mono();
    (void)state;
    lasts(from, 40);
    assert_int_equal(db_begin(rig.db), 0);
    assert_int_equal(alive_beat(rig.journal, rig.db), 0);
    assert_int_equal(db_commit(rig.db), 0);
    int64_t alive_ms = clock_wall().ms;
    end();
    clock_fake_advance_ms(600 * MINUTE);
    start(true, MINUTE / 2);
    assert_false(down.down);
    assert_int_equal(outages("1"), 1);
    assert_int_equal(outages("from_ms"), EVENING);
    int64_t to_ms = outages("to_ms");
    assert_true(to_ms <= alive_ms && to_ms > alive_ms - ALIVE_MARGIN_S * 1000);
    from = clock_mono();
    lasts(from, 40); /* it is broken still */
    assert_int_equal(alerts("alert-raised"), 1);
    write_it(camera_down_over, from);
    assert_int_equal(alerts("alert-cleared"), 1);
    assert_int_equal(outages("1"), 2);
    end();
    start(true, MINUTE / 2);
    assert_int_equal(outages("1"), 2); /* nothing was left */
}

static void the_program_is_killed_meanwhile(void **state) {
    struct mono from = clock_mono();
    (void)state;
    lasts(from, 10);
    end();
    clock_fake_advance_ms(MINUTE);
    start(false, 0);
    assert_true(down.down);
    assert_int_equal(down.from.ms, from.ms);
    assert_int_equal(outages("1"), 0);
    lasts(down.from, 19);
    assert_int_equal(alerts("alert-raised"), 1);
    write_it(camera_down_over, down.from);
    assert_int_equal(outages("seconds"), 30 * 60);
}

static void the_program_is_stopped_meanwhile(void **state) {
    struct mono from = clock_mono();
    (void)state;
    lasts(from, 31);
    write_it(camera_down_stop, from);
    end();
    start(false, 0);
    assert_false(down.down);
    assert_int_equal(outages("seconds"), 31 * 60);
    write_it(camera_down_over, (struct mono){ -1 }); /* it was plugged in again in between */
    assert_int_equal(alerts("alert-cleared"), 1);
    assert_int_equal(outages("1"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(it_is_told_after_half_an_hour),     TEST(head_office_sets_after_how_long),
        TEST(a_plug_that_was_turned_is_nothing), TEST(the_power_goes_meanwhile),
        TEST(the_program_is_killed_meanwhile),   TEST(the_program_is_stopped_meanwhile),
    };
    return cmocka_run_group_tests_name("camera_down", tests, NULL, NULL);
}
