/* SPDX-License-Identifier: MIT */
/* Which rooms a site has: all that anybody named, as long as what named it says so. Looking costs as much as there are rooms, and stages with reports, not
 * as much as was ever written of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/stage.h"

#include "firmware/base/cleanup.h"
#include "firmware/db/db_private.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID(n)    "01990000-0000-7000-8000-00000000000" n
#define SHA      "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92"
#define LOG(ins) "{\"date\":\"2026-11-16\"" ins "}"
#define NAMES(r) ",\"done\":[\"贴砖\",{\"text\":\"x\",\"rooms\":[" r "]}]"
#define REPORT(room)                                                                                                   \
    "{\"date\":\"2026-11-15\",\"stage\":\"hvac\",\"items\":[{\"item\":\"hv.cond\",\"room\":\"" room "\"}],\"red\":1}"
#define PHOTO                                                                                                          \
    "{\"sha256\":\"" SHA "\",\"thumb_sha256\":\"" SHA "\",\"bytes\":9,\"width\":4,\"height\":3,\"room\":\"kitchen\","  \
    "\"taken\":\"2026-11-16T08:04:00.000+08:00\",\"clock\":\"ntp\",\"origin\":\"phone\"}"

static int setup(void **state) {
    (void)post_rig_setup_at(state, "2026-11-16T09:00:00+08:00");
    post_rig_hub(*state);
    return 0;
}

static void tell(struct test_journal *t, const char *type, const char *subject, const char *id, const char *data) {
    struct event_draft draft = {
        .site = JOURNAL_SITE, .type = type, .subject_id = subject, .id = id, .actor = "user/u-02", .data = data
    };
    journal_pair_append(t, &draft, NULL);
}

/* The rooms, with a comma behind each. */
static void rooms_are(struct test_journal *t, const char *expected) {
    struct stage_book b;
    char all[400] = "";
    assert_int_equal(stage_book_read(t->db, JOURNAL_SITE, "Asia/Shanghai", clock_wall(), &b), 0);
    assert_int_equal(stage_evidence_read(t->db, JOURNAL_SITE, &b), 0);
    for (size_t i = 0; i < b.evidence.room_count; i++) {
        (void)strncat(all, b.evidence.rooms[i], sizeof all - strlen(all) - 2);
        (void)strcat(all, ",");
    }
    stage_book_fini(&b);
    assert_string_equal(all, expected);
}

static void a_log_names_them_until_it_is_amended(void **state) {
    struct post_rig *f = *state;
    tell(&f->t, "daylog-submitted", ID("1"), ID("1"), LOG(NAMES("\"kitchen\",\"bath\",\"whole\",\"kitchen\"")));
    rooms_are(&f->t, "bath,kitchen,");
    tell(&f->t, "daylog-submitted", ID("2"), ID("2"), LOG(",\"plan\":[{\"text\":\"y\",\"rooms\":[\"bath\"]}]"));
    tell(&f->t, "daylog-amended", ID("1"), ID("3"), LOG(NAMES("\"study\"") ",\"amends\":\"" ID("1") "\""));
    rooms_are(&f->t, "bath,study,"); /* the bath, since another log names it */
    tell(&f->t, "daylog-amended", ID("1"), ID("4"), LOG(NAMES("\"hall\"") ",\"amends\":\"" ID("1") "\""));
    rooms_are(&f->t, "bath,study,"); /* it corrects what is no longer current */
    tell(&f->t, "daylog-amended", ID("2"), ID("5"), LOG(",\"note\":\"n\",\"amends\":\"" ID("2") "\""));
    rooms_are(&f->t, "study,");
    journal_pair_rebuild(&f->t);
}

static void a_photo_names_one_until_it_is_withdrawn(void **state) {
    struct post_rig *f = *state;
    tell(&f->t, "photo-taken", ID("1"), ID("1"), PHOTO);
    tell(&f->t, "photo-taken", ID("2"), ID("2"), PHOTO);
    tell(&f->t, "photo-withdrawn", ID("1"), ID("3"), "{}");
    rooms_are(&f->t, "kitchen,");
    tell(&f->t, "photo-withdrawn", ID("2"), ID("4"), "{}");
    rooms_are(&f->t, "");
    journal_pair_rebuild(&f->t);
}

static void steps_tests_hazards_and_reports_name_them(void **state) {
    struct post_rig *f = *state;
    tell(&f->t, "stage-started", "tiling", NULL, "{\"room\":\"living\"}");
    tell(&f->t, "timed-test-started", ID("1"), NULL, "{\"kind\":\"ponding\",\"room\":\"bath\",\"value\":25}");
    tell(&f->t, "hazard-raised", ID("2"), NULL,
         "{\"text\":\"x\",\"severity\":\"notice\",\"room\":\"阁楼\",\"due\":\"2026-11-17\"}");
    tell(&f->t, "inspection-submitted", ID("3"), NULL,
         "{\"date\":\"2026-11-15\",\"stage\":\"hvac\",\"items\":[{\"item\":\"hv.cond\",\"room\":\"study\"},{\"item\":"
         "\"hv.pipe\"},{\"item\":\"hv.cond\",\"room\":\"whole\"},{\"item\":\"hv.cond\",\"room\":\"study\"}]}");
    rooms_are(&f->t, "bath,living,study,阁楼,");
    journal_pair_rebuild(&f->t);
}

/* What comes late belongs before what is there, and the log is folded again: what it named for a while it names no longer. */
static void folded_again_it_names_what_it_says_then(void **state) {
    struct post_rig *f = *state;
    unsigned seed = journal_pair_seed();
    tell(&f->t, "daylog-submitted", ID("1"), ID("1"), LOG(NAMES("\"kitchen\"")));
    journal_pair_carry(&f->t, &f->hub, &seed);
    tell(&f->hub, "daylog-amended", ID("1"), ID("2"), LOG(NAMES("\"hall\"") ",\"amends\":\"" ID("1") "\""));
    tell(&f->t, "daylog-amended", ID("1"), ID("3"), LOG(NAMES("\"bath\"") ",\"amends\":\"" ID("1") "\""));
    tell(&f->hub, "inspection-submitted", ID("4"), NULL, REPORT("attic"));
    tell(&f->t, "inspection-submitted", ID("4"), NULL, REPORT("study"));
    rooms_are(&f->hub, "attic,hall,");
    rooms_are(&f->t, "bath,study,");
    journal_pair_carry(&f->t, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->t, &seed);
    journal_pair_same(&f->t, &f->hub);
    rooms_are(&f->hub, "bath,study,"); /* b-01 comes before hub */
    rooms_are(&f->t, "bath,study,");
    journal_pair_rebuild(&f->hub);
}

/* ---- what it costs ---- */

/* Steps of SQLite's machine for the statements that look for rooms and doubts. */
static int steps_of(struct db *db) {
    struct stage_book b;
    int steps = 0;
    assert_int_equal(stage_book_read(db, JOURNAL_SITE, "Asia/Shanghai", clock_wall(), &b), 0);
    for (size_t i = 0; i < db->stmt_count; i++)
        (void)sqlite3_stmt_status(db->stmts[i]->handle, SQLITE_STMTSTATUS_VM_STEP, 1);
    stage_book_fini(&b);
    assert_int_equal(stage_book_read(db, JOURNAL_SITE, "Asia/Shanghai", clock_wall(), &b), 0);
    assert_int_equal(stage_evidence_read(db, JOURNAL_SITE, &b), 0);
    stage_book_fini(&b);
    for (size_t i = 0; i < db->stmt_count; i++)
        steps += sqlite3_stmt_status(db->stmts[i]->handle, SQLITE_STMTSTATUS_VM_STEP, 1);
    return steps;
}

/* Copies of the rows that are there, under other ids. */
static void copy(struct test_journal *t, const char *table, const char *columns, const char *values) {
    char sql[1024];
    struct err_text e = { 0 };
    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 500)"
                   " INSERT INTO %s (site, %s) SELECT t.site, %s FROM n, %s t",
                   table, columns, values, table);
    if (db_exec(t->db, sql, &e) < 0) fail_msg("%s", e.text);
}

static void looking_costs_no_more_for_what_was_named_often(void **state) {
    struct post_rig *f = *state;
    tell(&f->t, "daylog-submitted", ID("1"), ID("1"), LOG(NAMES("\"kitchen\"")));
    tell(
        &f->t, "inspection-submitted", ID("2"), NULL,
        "{\"date\":\"2026-11-15\",\"stage\":\"hvac\",\"items\":[{\"item\":\"hv.cond\",\"room\":\"study\"}],\"red\":1}");
    tell(&f->t, "photo-taken", ID("3"), ID("3"), PHOTO);
    int few = steps_of(f->t.db);
    copy(&f->t, "daylog_room", "room, daylog", "room, daylog || n");
    copy(&f->t, "inspection_room", "room, inspection", "room, inspection || n");
    copy(&f->t, "inspection",
         "id, board, date, stage, verdict, passed, failed, red, not_applicable, hazards, at, by, data",
         "id || n, board, date, stage, verdict, passed, failed, red, not_applicable, hazards, at, by, data");
    copy(&f->t, "photo",
         "id, sha256, thumb_sha256, bytes, width, height, stage, room, caption, taken, date, exif_taken, clock, origin,"
         "code, orientation, series, at, actor, writer, inreplyto, withdrawn",
         "id || n, sha256, thumb_sha256, bytes, width, height, stage, room, caption, taken, date, exif_taken, clock,"
         "origin, code, orientation, series, at, actor, writer, inreplyto, withdrawn");
    int many = steps_of(f->t.db);
    rooms_are(&f->t, "kitchen,study,");
    if (many > few + few / 10) fail_msg("%d steps among few rows, %d among many", few, many);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_log_names_them_until_it_is_amended),           TEST(a_photo_names_one_until_it_is_withdrawn),
        TEST(steps_tests_hazards_and_reports_name_them),      TEST(folded_again_it_names_what_it_says_then),
        TEST(looking_costs_no_more_for_what_was_named_often),
    };
    return cmocka_run_group_tests_name("stage_rooms", tests, NULL, NULL);
}
