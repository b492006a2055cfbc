/* SPDX-License-Identifier: MIT */
/* Since when the power was off, for how long, and how well that is known; the same of the link. Boots, clocks and time are the test's. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/alive.h"
#include "app/journal/downtime.h"
#include "firmware/db/db_private.h"
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include <stdlib.h>
#include <string.h>

#define EVENING INT64_C(1795334400000) /* 2026-11-22T16:00:00+08:00 */
#define MINUTE  INT64_C(60000)
#define HOUR    (60 * MINUTE)

static char *dir;
static struct journal_rig rig;
static enum clock_grade grade_now;
static struct downtime down;

static enum clock_grade grade(void) { return grade_now; }

/* The program starts; another boot: the kernel began `uptime_ms` ago. */
static void start(bool reboot, int64_t uptime_ms) {
    struct err_text e = { 0 };
    char *path = temp_path(dir, "journal.db");
    if (reboot) clock_fake_mono((struct mono){ uptime_ms });
    if (db_open(path, DB_JOURNAL, &rig.db, &e)) fail_msg("%s", e.text);
    if (reboot && journal_rig_int(rig.db, "SELECT count(*) FROM sqlite_master WHERE name = 'meta'"))
        journal_rig_exec(rig.db, "UPDATE meta SET value = 'of another boot' WHERE name = 'boot_id'");
    struct journal_options o = {
        .org = JOURNAL_RIG_ORG, .writer = "b-01", .site = JOURNAL_RIG_SITE, .timezone = "Asia/Shanghai", .grade = grade
    };
    if (journal_create(rig.db, &o, &rig.journal, &e)) fail_msg("%s", e.text);
    struct alive last;
    assert_int_equal(db_begin(rig.db), 0);
    if (alive_start(rig.journal, rig.db, &last, &e)) fail_msg("%s", e.text);
    if (downtime_start(rig.journal, rig.db, OUTAGE_NETWORK, last.at, &down, &e)) fail_msg("%s", e.text);
    assert_int_equal(db_commit(rig.db), 0);
    free(path);
}

static void end(void) {
    journal_destroy(rig.journal);
    db_close(rig.db);
}

static void note(enum alive_state state) {
    assert_int_equal(db_begin(rig.db), 0);
    assert_int_equal(alive_note(rig.journal, rig.db, state), 0);
    assert_int_equal(db_commit(rig.db), 0);
}

/* Rows that it changed. */
static int64_t beat(void) {
    int64_t before = db_total_changes(rig.db);
    assert_int_equal(db_begin(rig.db), 0);
    assert_int_equal(alive_beat(rig.journal, rig.db), 0);
    assert_int_equal(db_commit(rig.db), 0);
    return db_total_changes(rig.db) - before;
}

static bool settle(bool anyway) {
    struct err_text e;
    bool waits = false;
    assert_int_equal(db_begin(rig.db), 0);
    assert_int_equal(alive_settle(rig.journal, rig.db, anyway, &waits, &e), 0);
    assert_int_equal(db_commit(rig.db), 0);
    return waits;
}

static void live_on(int64_t ms) { clock_fake_advance_ms(ms); }

/* Nothing runs, wall time goes on. */
static void dark(int64_t ms) { clock_fake_wall((struct wall){ clock_wall().ms + ms }); }

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    grade_now = CLOCK_RTC;
    clock_fake_wall((struct wall){ EVENING });
    clock_fake_mono((struct mono){ 40000 });
    start(false, 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    end();
    clock_fake_off();
    temp_remove(dir);
    return 0;
}

static int64_t outages(void) { return journal_rig_int(rig.db, "SELECT count(*) FROM event WHERE type = 'outage'"); }

/* {"what","from","to",…} of the newest. */
static const char *newest(void) {
    static char text[400];
    struct stmt *s = NULL;
    assert_int_equal(stmt_create(rig.db,
                                 "SELECT json_extract(CAST(bytes AS TEXT), '$.data') FROM record WHERE type = 'outage' "
                                 "ORDER BY pos DESC LIMIT 1",
                                 &s),
                     0);
    assert_int_equal(stmt_step(s), 1);
    assert_true(strlen(stmt_text(s, 0)) < sizeof text);
    strcpy(text, stmt_text(s, 0));
    stmt_destroy(s);
    return text;
}

static void the_first_start_and_restarts_are_no_outages(void **state) {
    (void)state;
    live_on(HOUR);
    end();
    live_on(MINUTE);
    start(false, 0); /* killed, in the same boot */
    note(ALIVE_STOPPED);
    end();
    dark(40000);
    start(true, 20000); /* rebooted */
    assert_int_equal(outages(), 0);
    note(ALIVE_STOPPED);
    end();
    live_on(HOUR);
    start(false, 0); /* stopped, and started later */
    assert_int_equal(outages(), 0);
}

static void a_night_in_the_dark(void **state) {
    (void)state;
    for (int i = 0; i < 12; i++) {
        live_on(MINUTE);
        (void)beat();
    }
    end();
    dark(14 * HOUR);
    start(true, 30000); /* its kernel began 30 s ago: then the power came back */
    assert_int_equal(outages(), 1);
    assert_string_equal(
        newest(),
        "{\"what\":\"power\",\"from\":\"2026-11-22T16:10:00.000+08:00\",\"to\":\"2026-11-23T06:11:30.000+08:00\","
        "\"seconds\":50490,\"margin_s\":360,\"clock\":\"rtc\",\"stop\":\"sudden\"}");
    end();
    start(false, 0);
    assert_int_equal(outages(), 1);
}

static void what_is_written_is_a_sign_of_life(void **state) {
    (void)state;
    live_on(7 * MINUTE);
    assert_int_equal(beat(), 1);
    live_on(2 * MINUTE);
    journal_rig_append(&rig, "note", "n-1", NULL, "{\"text\":\"x\"}");
    live_on(4 * MINUTE);
    assert_int_equal(beat(), 0); /* 4 min after the note */
    end();
    dark(HOUR);
    start(true, 1000);
    assert_non_null(strstr(newest(), "\"from\":\"2026-11-22T16:09:00.000+08:00\""));
}

/* A page in five minutes at the most, however often it is asked for. */
static void idleness_wears_little(void **state) {
    (void)state;
    int64_t rows = 0;
    for (int i = 0; i < 240; i++) {
        live_on(MINUTE);
        rows += beat();
    }
    assert_int_equal(rows, 240 / 5);
}

static void the_power_input_warned(void **state) {
    (void)state;
    live_on(3 * MINUTE);
    note(ALIVE_FAILING);
    live_on(2000);
    assert_int_equal(beat(), 0);
    note(ALIVE_STOPPED); /* the service manager stopped it on battery */
    end();
    dark(HOUR);
    start(true, 2000);
    assert_string_equal(
        newest(),
        "{\"what\":\"power\",\"from\":\"2026-11-22T16:03:00.000+08:00\",\"to\":\"2026-11-22T17:03:00.000+08:00\","
        "\"seconds\":3600,\"clock\":\"rtc\",\"stop\":\"power-fail\"}");
    live_on(MINUTE);
    note(ALIVE_FAILING); /* a dip */
    live_on(1000);
    note(ALIVE_RUNNING);
    end();
    dark(HOUR);
    start(true, 2000);
    assert_non_null(strstr(newest(), "\"stop\":\"sudden\""));
}

static void a_clean_stop_is_told_apart(void **state) {
    (void)state;
    live_on(3 * MINUTE);
    note(ALIVE_STOPPED);
    end();
    dark(HOUR);
    start(true, 0);
    assert_string_equal(
        newest(),
        "{\"what\":\"power\",\"from\":\"2026-11-22T16:03:00.000+08:00\",\"to\":\"2026-11-22T17:03:00.000+08:00\","
        "\"seconds\":3600,\"clock\":\"rtc\",\"stop\":\"clean\"}");
}

static void without_a_clock_it_waits(void **state) {
    (void)state;
    live_on(6 * MINUTE);
    (void)beat();
    end();
    grade_now = CLOCK_NONE;
    clock_fake_wall((struct wall){ 3600000 }); /* 1970 */
    start(true, 10000);
    assert_int_equal(outages(), 0);
    assert_true(settle(false));
    end();
    start(false, 0); /* a restart does not forget it */
    assert_true(settle(false));
    live_on(2 * MINUTE);
    clock_fake_wall((struct wall){ EVENING + 10 * HOUR }); /* set by the network, 2 min 10 s after the kernel began */
    grade_now = CLOCK_NTP;
    assert_false(settle(false));
    assert_string_equal(
        newest(),
        "{\"what\":\"power\",\"from\":\"2026-11-22T16:06:00.000+08:00\",\"to\":\"2026-11-23T01:57:50.000+08:00\","
        "\"seconds\":35510,\"margin_s\":360,\"clock\":\"rtc\",\"stop\":\"sudden\"}");
    assert_false(settle(true));
    assert_int_equal(outages(), 1);
}

static void and_not_for_ever(void **state) {
    (void)state;
    live_on(MINUTE);
    end();
    grade_now = CLOCK_NONE;
    clock_fake_wall((struct wall){ 3600000 });
    start(true, 10000);
    end();
    start(true, 10000); /* dark again before the clock was set */
    assert_int_equal(outages(), 1);
    assert_null(strstr(newest(), "\"to\""));
    assert_null(strstr(newest(), "\"seconds\""));
    assert_non_null(strstr(newest(), "\"clock\":\"none\""));
    assert_false(settle(true)); /* the second one, of which neither end is known */
    assert_int_equal(outages(), 2);
}

/* ---- the link ---- */

static enum downtime_step see(bool up) {
    struct outage over;
    struct err_text e;
    enum downtime_step step = downtime_see(&down, up, grade_now, &over);
    assert_int_equal(db_begin(rig.db), 0);
    if (step == DOWNTIME_KEEP) assert_int_equal(downtime_keep(rig.journal, rig.db, OUTAGE_NETWORK, down.from), 0);
    if (step == DOWNTIME_RECORD) {
        assert_int_equal(outage_append(rig.journal, rig.db, &over, NULL, &e), 0);
        assert_int_equal(downtime_forget(rig.db, OUTAGE_NETWORK), 0);
    }
    assert_int_equal(db_commit(rig.db), 0);
    return step;
}

static void a_short_one_is_none(void **state) {
    (void)state;
    assert_int_equal(see(true), DOWNTIME_NOTHING);
    assert_int_equal(see(false), DOWNTIME_NOTHING);
    live_on(5 * MINUTE - 1);
    assert_int_equal(see(false), DOWNTIME_NOTHING);
    assert_int_equal(see(true), DOWNTIME_NOTHING);
    live_on(5 * MINUTE);
    assert_int_equal(see(true), DOWNTIME_NOTHING);
}

static void the_link_was_down(void **state) {
    (void)state;
    assert_int_equal(see(false), DOWNTIME_NOTHING);
    live_on(5 * MINUTE);
    assert_int_equal(see(false), DOWNTIME_KEEP);
    assert_int_equal(see(false), DOWNTIME_NOTHING);
    live_on(MINUTE);
    clock_fake_wall((struct wall){ EVENING + HOUR }); /* the clock is set meanwhile */
    end();
    start(false, 0); /* and the program restarted */
    assert_int_equal(see(false), DOWNTIME_NOTHING);
    assert_int_equal(see(true), DOWNTIME_RECORD);
    assert_string_equal(
        newest(),
        "{\"what\":\"network\",\"from\":\"2026-11-22T16:54:00.000+08:00\",\"to\":\"2026-11-22T17:00:00.000+08:00\","
        "\"seconds\":360,\"clock\":\"rtc\"}");
    end();
    start(false, 0);
    assert_false(down.down);
    assert_int_equal(outages(), 1);
}

static void the_power_went_while_it_was_down(void **state) {
    (void)state;
    assert_int_equal(see(false), DOWNTIME_NOTHING);
    live_on(10 * MINUTE);
    assert_int_equal(see(false), DOWNTIME_KEEP);
    (void)beat();
    live_on(2 * MINUTE);
    end();
    dark(HOUR);
    start(true, 0);
    assert_int_equal(outages(), 2);
    assert_string_equal(
        newest(),
        "{\"what\":\"network\",\"from\":\"2026-11-22T16:00:00.000+08:00\",\"to\":\"2026-11-22T16:10:00.000+08:00\","
        "\"seconds\":600,\"clock\":\"rtc\"}");
    assert_false(down.down); /* it begins anew, now */
    end();
    start(false, 0);
    assert_int_equal(outages(), 2);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(the_first_start_and_restarts_are_no_outages),
        T(a_night_in_the_dark),
        T(what_is_written_is_a_sign_of_life),
        T(idleness_wears_little),
        T(the_power_input_warned),
        T(a_clean_stop_is_told_apart),
        T(without_a_clock_it_waits),
        T(and_not_for_ever),
        T(a_short_one_is_none),
        T(the_link_was_down),
        T(the_power_went_while_it_was_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
