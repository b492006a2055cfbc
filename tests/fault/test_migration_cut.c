/* SPDX-License-Identifier: MIT */
/* The power goes at any moment of a migration, in both of the journal modes that are used: a database is at one of its versions, whole, and goes
 * on from there. SITELOG_SEED repeats a run. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/db/migrate.h"
#include "tests/support/journal_rig.h"
#include "tests/support/power_cut.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINES = 400, ROWS_ARE_THERE = 1 };

static int double_numbers(struct db *db, struct err_text *e) { return db_exec(db, "UPDATE line SET n = n * 2", e); }

static const struct migration migrations[] = {
    { 1, "CREATE TABLE line (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, text TEXT NOT NULL) STRICT", NULL },
    { 2, "ALTER TABLE line ADD COLUMN more TEXT NOT NULL DEFAULT ''; CREATE INDEX line_n ON line (n, text)",
      double_numbers },
    { 3,
      "CREATE TABLE line3 (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, text TEXT NOT NULL) STRICT;"
      "INSERT INTO line3 SELECT id, n, text FROM line; DROP TABLE line; ALTER TABLE line3 RENAME TO line",
      NULL },
};

static void migrate_all(const char *path, enum db_profile profile, struct power_cut *trace) {
    struct db *db = NULL;
    struct err_text e = { 0 };
    assert_int_equal(db_open(path, profile, &db, &e), 0);
    assert_int_equal(migrate_run(db, "x.db", migrations, 1, &e), 0);
    assert_int_equal(db_begin(db), 0);
    for (int i = 0; i < LINES; i++) {
        char sql[160];
        (void)snprintf(sql, sizeof sql, "INSERT INTO line VALUES (%d, %d, 'a line of some length, numbered %d')", i, i,
                       i);
        assert_int_equal(db_exec(db, sql, &e), 0);
    }
    assert_int_equal(db_commit(db), 0);
    power_cut_promise(trace, ROWS_ARE_THERE, "1");
    assert_int_equal(migrate_run(db, "x.db", migrations, 2, &e), 0);
    power_cut_promise(trace, ROWS_ARE_THERE, "2");
    assert_int_equal(migrate_run(db, "x.db", migrations, 3, &e), 0);
    power_cut_promise(trace, ROWS_ARE_THERE, "3");
    db_close(db);
}

static void newest_promise(void *arg, int kind, const char *what) {
    if (kind == ROWS_ARE_THERE) *(int *)arg = (int)strtol(what, NULL, 10);
}

static enum db_profile migrated_profile;

static void come_back(struct power_cut *trace, size_t ops, uint32_t seed, char *out, size_t n) {
    struct db *db = NULL;
    struct err_text e = { 0 };
    int promised = 0, version = -1;
    char *dir = temp_make(), *path = temp_path(dir, "x.db");
    out[0] = '\0';
    power_cut_leave(trace, ops, seed, dir);
    power_cut_promises(trace, ops, newest_promise, &promised);
    int rc = db_open(path, migrated_profile, &db, &e);
    if (rc == 0) rc = migrate_version(db, &version);
    if (rc == 0) rc = db_check(db, &e);
    if (rc == 0) rc = migrate_run(db, "x.db", migrations, 3, &e);
    if (rc)
        (void)snprintf(out, n, "version %d: %s", version, e.text);
    else if (version < promised)
        (void)snprintf(out, n, "version %d, and %d was done", version, promised);
    else if (promised > 0 && journal_rig_int(db, "SELECT count(*) FROM line WHERE n = id * 2") != LINES)
        (void)snprintf(out, n, "version %d: rows are missing or were migrated twice", version);
    db_close(db);
    free(path);
    temp_remove(dir);
}

static void migrations_are_whole(void **state) {
    static const enum db_profile profiles[] = { DB_JOURNAL, DB_PHOTOS };
    (void)state;
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        char first[400];
        char *dir = temp_make(), *path = temp_path(dir, "x.db");
        journal_rig_seed();
        struct power_cut *trace = power_cut_record(dir);
        migrated_profile = profiles[i];
        migrate_all(path, profiles[i], trace);
        power_cut_stop(trace);
        size_t losses = power_cut_try(trace, power_cut_wanted() / 4, come_back, first, sizeof first);
        if (losses) fail_msg("%s", first);
        power_cut_destroy(trace);
        free(path);
        temp_remove(dir);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(migrations_are_whole),
    };
    power_cut_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
