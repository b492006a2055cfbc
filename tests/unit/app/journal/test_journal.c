/* SPDX-License-Identifier: MIT */
/* Opening a journal and appending to it. */
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"
#include "tests/support/tree.h"

#include "app/journal/journal.h"
#include "app/journal/schema.h"
#include "firmware/base/text.h"
#include "firmware/db/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static char *dir;

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    clock_fake_wall((struct wall){ 1795334645123 }); /* 2026-11-22T08:04:05.123Z */
    clock_fake_mono((struct mono){ 123456789 });
    return 0;
}

static int teardown(void **state) {
    (void)state;
    clock_fake_off();
    temp_remove(dir);
    return 0;
}

static int append(struct journal_rig *r, const struct event_draft *d, struct appended *out, struct err_text *e) {
    assert_int_equal(db_begin(r->db), 0);
    int rc = journal_append(r->journal, r->db, d, out, e);
    if (rc == 0)
        assert_int_equal(db_commit(r->db), 0);
    else
        db_rollback(r->db);
    return rc;
}

static struct event_draft note(const char *id, const char *data) {
    return (struct event_draft){ .id = id, .type = "note", .subject_id = "n-1", .actor = "user/u-01", .data = data };
}

static void a_new_board_begins_an_epoch(void **state) {
    struct journal_rig r;
    struct envelope ev = { 0 };
    char epoch[ID_SIZE];
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    assert_int_equal(journal_epoch(r.db, JOURNAL_RIG_SITE, "b-1", epoch), 0);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM chain"), 3);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM event"), 1);
    assert_int_equal(journal_boot(r.journal), 1);

    struct stmt *s = NULL;
    assert_int_equal(stmt_create(r.db, "SELECT bytes FROM event", &s), 0);
    assert_int_equal(stmt_step(s), 1);
    size_t n;
    const void *bytes = stmt_blob(s, 0, &n);
    assert_int_equal(envelope_read(bytes, n, &ev, NULL), 0);
    stmt_destroy(s);
    assert_string_equal(ev.type, "epoch-started");
    tree_is(ev.data, "{\"reason\":\"created\"}");
    assert_string_equal(ev.key.epoch, epoch);
    assert_int_equal(ev.key.seq, 1);
    char hash[HASH_TEXT_SIZE];
    hash_sha256_text(epoch, 36, hash);
    assert_string_equal(ev.prev, hash);
    envelope_fini(&ev);
    journal_rig_close(&r);
}

static void an_event_says_who_when_and_where(void **state) {
    struct journal_rig r;
    struct envelope ev = { 0 };
    struct appended a;
    struct err_text e = { 0 };
    int64_t pos = 0;
    char id[ID_SIZE];
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    ids_make(clock_wall(), id);
    struct event_draft d = note(id, " { \"text\" : \"done\" } ");
    d.inreplyto = id;
    assert_int_equal(append(&r, &d, &a, &e), 0);
    assert_string_equal(a.id, id);
    assert_int_equal(a.rev, 1);
    assert_int_equal(a.key.seq, 2);
    assert_int_equal(a.at.ms, clock_wall().ms);
    assert_int_equal(journal_find(r.db, JOURNAL_RIG_SITE, id, &ev, &pos), 0);
    assert_int_equal(pos, a.pos);
    assert_string_equal(ev.org, JOURNAL_RIG_ORG);
    assert_string_equal(ev.site, JOURNAL_RIG_SITE);
    assert_string_equal(ev.subject, "note/n-1");
    assert_string_equal(ev.time, "2026-11-22T16:04:05.123+08:00");
    assert_string_equal(ev.clock, "ntp");
    assert_string_equal(ev.actor, "user/u-01");
    assert_string_equal(ev.inreplyto, id);
    tree_is(ev.data, "{\"text\":\"done\"}");
    assert_int_equal(ev.boot, 1);
    assert_int_equal(ev.mono, 123456);
    envelope_fini(&ev);

    struct event_draft second = note(NULL, "{}");
    assert_int_equal(append(&r, &second, &a, &e), 0);
    assert_int_equal(a.rev, 2);
    assert_int_equal(a.key.seq, 3);
    assert_int_equal(journal_find(r.db, "s-9", id, &ev, &pos), ERR_NOT_FOUND);
    journal_rig_close(&r);
}

static void what_cannot_be_an_event_is_refused(void **state) {
    struct journal_rig r;
    struct appended a;
    struct err_text e = { 0 };
    char id[ID_SIZE];
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    ids_make(clock_wall(), id);

    struct event_draft d = note(id, "{}");
    d.type = "nonsense";
    assert_int_equal(append(&r, &d, &a, &e), ERR_INVALID);
    assert_string_equal(e.field, "type");
    d = note("0193", "{}");
    assert_int_equal(append(&r, &d, &a, &e), ERR_INVALID);
    assert_string_equal(e.field, "id");
    d = note(id, "[]");
    assert_int_equal(append(&r, &d, &a, &e), ERR_INVALID);
    d = note(id, "{");
    assert_int_equal(append(&r, &d, &a, &e), ERR_INVALID);
    d = note(id, "{}");
    d.actor = "Somebody Else";
    assert_int_equal(append(&r, &d, &a, &e), ERR_INVALID);
    assert_string_equal(e.field, "actor");

    char *big = malloc(70000);
    assert_non_null(big);
    (void)snprintf(big, 70000, "{\"short\":\"x\",\"long\":\"%069900d\"}", 0);
    d = note(id, big);
    assert_int_equal(append(&r, &d, &a, &e), ERR_TOO_BIG);
    assert_string_equal(e.field, "long");
    (void)snprintf(big, 70000, "{\"short\":\"x\",\"long\":\"%065300d\"}", 0);
    d = note(id, big);
    assert_int_equal(append(&r, &d, &a, &e), ERR_TOO_BIG);
    assert_string_equal(e.field, "long");
    free(big);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM event"), 1);

    d = note(id, "{}");
    assert_int_equal(append(&r, &d, &a, &e), 0);
    assert_int_equal(append(&r, &d, &a, &e), ERR_EXISTS);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM event"), 2);
    journal_rig_close(&r);
}

static void what_is_rolled_back_never_was(void **state) {
    struct journal_rig r;
    struct appended first;
    struct appended second;
    struct err_text e = { 0 };
    struct verify_report report;
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    struct event_draft d = note(NULL, "{}");
    assert_int_equal(db_begin(r.db), 0);
    assert_int_equal(journal_append(r.journal, r.db, &d, &first, &e), 0);
    db_rollback(r.db);
    assert_int_equal(append(&r, &d, &second, &e), 0);
    assert_int_equal(second.key.seq, first.key.seq);
    assert_int_equal(second.rev, 1);

    /* A job of a shared transaction that fails takes its event with it and nobody else's. */
    assert_int_equal(db_begin(r.db), 0);
    assert_int_equal(db_savepoint(r.db), 0);
    assert_int_equal(journal_append(r.journal, r.db, &d, &first, &e), 0);
    assert_int_equal(db_rollback_savepoint(r.db), 0);
    assert_int_equal(db_savepoint(r.db), 0);
    assert_int_equal(journal_append(r.journal, r.db, &d, &first, &e), 0);
    assert_int_equal(db_release(r.db), 0);
    assert_int_equal(db_commit(r.db), 0);
    assert_int_equal(first.key.seq, second.key.seq + 1);
    assert_int_equal(journal_verify(r.db, &report, &e), 0);
    assert_int_equal(report.events, 3);
    journal_rig_close(&r);
}

static void reopening_goes_on_where_it_was(void **state) {
    struct journal_rig r;
    char before[ID_SIZE];
    char after[ID_SIZE];
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    (void)journal_rig_append(&r, "note", "n-1", NULL, "{}");
    assert_int_equal(journal_epoch(r.db, JOURNAL_RIG_SITE, "b-1", before), 0);
    journal_rig_close(&r);
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    assert_int_equal(journal_epoch(r.db, JOURNAL_RIG_SITE, "b-1", after), 0);
    assert_string_equal(before, after);
    assert_int_equal(journal_boot(r.journal), 1);
    (void)journal_rig_append(&r, "note", "n-1", NULL, "{}");
    assert_int_equal(journal_rig_int(r.db, "SELECT seq FROM chain WHERE lane = 1"), 3);
    assert_int_equal(journal_rig_int(r.db, "SELECT max(rev) FROM event WHERE type = 'note'"), 2);

    journal_rig_exec(r.db, "UPDATE meta SET value = 'of another boot' WHERE name = 'boot_id'");
    journal_rig_close(&r);
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    assert_int_equal(journal_boot(r.journal), 2);
    journal_rig_close(&r);
}

/* The process dies in the middle of a transaction: what was committed is there, the rest is not. */
static void a_kill_loses_nothing_that_was_committed(void **state) {
    struct journal_rig r;
    struct verify_report report;
    struct err_text e = { 0 };
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    journal_rig_close(&r);
    pid_t child = fork();
    if (child == 0) {
        struct appended a;
        struct event_draft d = note(NULL, "{}");
        journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
        (void)journal_rig_append(&r, "note", "kept", NULL, "{}");
        int rc = db_begin(r.db);
        for (int i = 0; i < 300 && rc == 0; i++) rc = journal_append(r.journal, r.db, &d, &a, NULL);
        _exit(rc == 0 ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM event WHERE type = 'note'"), 1);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM event WHERE subject = 'note/kept'"), 1);
    assert_int_equal(journal_verify(r.db, &report, &e), 0);
    journal_rig_close(&r);
}

static void a_foreign_database_is_refused(void **state) {
    struct journal_rig r;
    struct journal *j = NULL;
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    int64_t events = journal_rig_int(r.db, "SELECT count(*) FROM event");
    const struct {
        struct journal_options o;
        const char *field;
    } foreign[] = {
        { { .org = "other", .writer = "b-1", .site = JOURNAL_RIG_SITE }, "org" },
        { { .org = JOURNAL_RIG_ORG, .writer = "b-2", .site = JOURNAL_RIG_SITE }, "writer" },
        { { .org = JOURNAL_RIG_ORG, .writer = "b-1", .site = "s-9" }, "site" },
        { { .org = JOURNAL_RIG_ORG, .writer = "b-1" }, "site" },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(foreign); i++) {
        struct err_text e = { 0 };
        assert_int_equal(journal_create(r.db, &foreign[i].o, &j, &e), ERR_CONFLICT);
        assert_string_equal(e.field, foreign[i].field);
        assert_null(j);
    }
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM event"), events);
    journal_rig_close(&r);
}

static void a_newer_database_is_left_alone(void **state) {
    struct journal_rig r;
    struct journal *j = NULL;
    struct err_text e = { 0 };
    struct journal_options o = { .org = JOURNAL_RIG_ORG, .writer = "b-1", .site = JOURNAL_RIG_SITE };
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    journal_rig_exec(r.db, "PRAGMA user_version = 999");
    int64_t changed = journal_rig_int(r.db, "SELECT total_changes()");
    assert_int_equal(journal_create(r.db, &o, &j, &e), ERR_UNSUPPORTED);
    assert_non_null(strstr(e.text, "999"));
    assert_int_equal(journal_rig_int(r.db, "SELECT total_changes()"), changed);
    journal_rig_close(&r);
}

static void the_hub_has_an_epoch_for_each_site(void **state) {
    struct journal_rig r;
    struct appended a;
    struct err_text e = { 0 };
    char one[ID_SIZE];
    char two[ID_SIZE];
    (void)state;
    journal_rig_open(&r, dir, "hub.db", "hub", NULL);
    assert_null(journal_site(r.journal));
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM event"), 0);
    struct event_draft d = note(NULL, "{}");
    d.site = "s-1";
    assert_int_equal(append(&r, &d, &a, &e), 0);
    d.site = "s-2";
    assert_int_equal(append(&r, &d, &a, &e), 0);
    assert_int_equal(a.key.seq, 2);
    assert_int_equal(a.rev, 1); /* of this site's subject */
    assert_int_equal(journal_epoch(r.db, "s-1", "hub", one), 0);
    assert_int_equal(journal_epoch(r.db, "s-2", "hub", two), 0);
    assert_string_not_equal(one, two);
    assert_int_equal(journal_epoch(r.db, "s-3", "hub", two), ERR_NOT_FOUND);
    journal_rig_close(&r);
}

static void a_restored_journal_writes_in_a_new_epoch(void **state) {
    struct journal_rig r;
    struct verify_report report;
    struct err_text e = { 0 };
    char before[ID_SIZE];
    char after[ID_SIZE];
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    (void)journal_rig_append(&r, "note", "n-1", NULL, "{}");
    assert_int_equal(journal_epoch(r.db, JOURNAL_RIG_SITE, "b-1", before), 0);
    assert_int_equal(db_begin(r.db), 0);
    assert_int_equal(journal_start_epoch(r.journal, r.db, JOURNAL_RIG_SITE, "restored", &e), 0);
    assert_int_equal(db_commit(r.db), 0);
    assert_int_equal(journal_epoch(r.db, JOURNAL_RIG_SITE, "b-1", after), 0);
    assert_string_not_equal(before, after);
    (void)journal_rig_append(&r, "note", "n-1", NULL, "{}");
    assert_int_equal(journal_rig_int(r.db, "SELECT rev FROM event ORDER BY pos DESC LIMIT 1"), 2);
    assert_int_equal(journal_verify(r.db, &report, &e), 0);
    assert_int_equal(report.chains, 6);
    assert_int_equal(report.events, 4);
    journal_rig_close(&r);
}

/* An event of version 1 as it was written by the first program, byte for byte: what is stored must stay readable. */
static const char old_event[] =
    "{\"specversion\":\"1.0\",\"id\":\"0193a000-0000-7000-8000-000000000002\",\"source\":\"/sitelog/acme/s-0412/b-1\","
    "\"type\":\"org.sitelog.note.v1\",\"subject\":\"note/n-1\",\"time\":\"2026-11-22T16:04:05.123+08:00\","
    "\"datacontenttype\":\"application/json\",\"writer\":\"b-1\",\"epoch\":\"0193a000-0000-7000-8000-000000000001\","
    "\"lane\":\"record\",\"seq\":1,\"prev\":\"%s\",\"rev\":1,\"actor\":\"user/u-01\",\"clock\":\"ntp\",\"boot\":7,"
    "\"mono\":123456,\"data\":{\"text\":\"from version 1\"}}";

/* Tables of version 1 as they are on disks: only what the core needs of them to be opened. */
static void a_database_of_version_1_opens(void **state) {
    struct journal_rig r;
    struct db *db = NULL;
    struct err_text e = { 0 };
    struct verify_report report;
    char *path = temp_path(dir, "old.db");
    char sql[4096];
    char bytes[1024];
    char prev[HASH_TEXT_SIZE];
    char hash[HASH_TEXT_SIZE];
    (void)state;
    assert_int_equal(db_open(path, DB_JOURNAL, &db, &e), 0);
    assert_int_equal(schema_migrate(db, &e), 0); /* and back to version 1: what later ones brought goes */
    assert_int_equal(SCHEMA_VERSION, 4);
    assert_int_equal(db_exec(db,
                             "DROP TABLE company; DROP TABLE company_said; DROP TABLE hook; DROP TABLE hook_delivery; "
                             "DROP TABLE late_since; "
                             "PRAGMA user_version = 1",
                             &e),
                     0);
    const char *epoch = "0193a000-0000-7000-8000-000000000001";
    hash_sha256_text(epoch, 36, prev);
    (void)snprintf(bytes, sizeof bytes, old_event, prev);
    hash_sha256_text(bytes, strlen(bytes), hash);
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO meta VALUES ('org', 'acme'), ('writer', 'b-1'), ('site', 's-0412'), ('boot', '7'), "
                   "('boot_id', 'x'), ('projections', 'of another program');\n"
                   "INSERT INTO chain VALUES (1, 's-0412', 'b-1', '%s', 0, 0, x'%s'), (2, 's-0412', 'b-1', '%s', 1, 1, "
                   "x'%s'), (3, 's-0412', 'b-1', '%s', 2, 0, x'%s');\n"
                   "INSERT INTO own VALUES ('s-0412', '%s', 0);\n"
                   "INSERT INTO projection VALUES ('a_table_of_another_program');\n"
                   "CREATE TABLE a_table_of_another_program (site TEXT);\n"
                   "INSERT INTO event VALUES (1, 2, 1, 's-0412', '0193a000-0000-7000-8000-000000000002', 'note', "
                   "'note/n-1', 1, 1795334645123, 0, x'%s', CAST('%s' AS BLOB));",
                   epoch, prev, epoch, hash, epoch, prev, epoch, hash, bytes);
    assert_int_equal(db_exec(db, sql, &e), 0);
    db_close(db);
    free(path);

    journal_rig_open(&r, dir, "old.db", "b-1", JOURNAL_RIG_SITE);
    assert_int_equal(journal_boot(r.journal), 8);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM hook_delivery"), 0);
    assert_int_equal(
        journal_rig_int(r.db, "SELECT count(*) FROM sqlite_schema WHERE name = 'a_table_of_another_program'"), 0);
    assert_true(journal_rig_int(r.db, "SELECT count(*) FROM projection") > 0);
    assert_int_equal(journal_verify(r.db, &report, &e), 0);
    (void)journal_rig_append(&r, "note", "n-1", NULL, "{}");
    assert_int_equal(journal_rig_int(r.db, "SELECT seq FROM chain WHERE id = 2"), 2);
    assert_int_equal(journal_verify(r.db, &report, &e), 0);
    assert_int_equal(report.events, 2);
    journal_rig_close(&r);
}

static void every_table_says_what_it_is_for(void **state) {
    struct journal_rig r;
    (void)state;
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    assert_int_equal(journal_rig_int(r.db,
                                     "SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view') AND name "
                                     "NOT LIKE 'sqlite_%' AND sql NOT LIKE '%--%'"),
                     0);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = "
                                           "'table' AND name NOT LIKE 'sqlite_%' AND strict = 0"),
                     0);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM record WHERE lane = 'record' AND type = "
                                           "'epoch-started' AND at = '2026-11-22T08:04:05Z'"),
                     1);
    journal_rig_close(&r);
}

static void a_bad_time_zone_is_told(void **state) {
    struct journal *j = NULL;
    struct db *db = NULL;
    struct err_text e = { 0 };
    char *path = temp_path(dir, "zone.db");
    struct journal_options o = { .org = "acme", .writer = "b-1", .site = "s-1", .timezone = "Nowhere/Atall" };
    (void)state;
    assert_int_equal(db_open(path, DB_JOURNAL, &db, &e), 0);
    assert_true(journal_create(db, &o, &j, &e) < 0);
    assert_non_null(strstr(e.text, "Nowhere"));
    db_close(db);
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_board_begins_an_epoch, setup, teardown),
        cmocka_unit_test_setup_teardown(an_event_says_who_when_and_where, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_an_event_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_rolled_back_never_was, setup, teardown),
        cmocka_unit_test_setup_teardown(reopening_goes_on_where_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kill_loses_nothing_that_was_committed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_foreign_database_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_newer_database_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(the_hub_has_an_epoch_for_each_site, setup, teardown),
        cmocka_unit_test_setup_teardown(a_restored_journal_writes_in_a_new_epoch, setup, teardown),
        cmocka_unit_test_setup_teardown(a_database_of_version_1_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(every_table_says_what_it_is_for, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bad_time_zone_is_told, setup, teardown),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
