/* SPDX-License-Identifier: MIT */
/* Whatever is changed in what was stored, verify finds it and says where. */
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static char *dir;
static struct journal_rig r;

/* Own events, another writer's, a refused one and one kept aside. */
static int setup(void **state) {
    struct journal_rig_scribe s;
    struct journal_rig_scribe fork;
    struct journal_rig_event e;
    (void)state;
    dir = temp_make();
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    for (int i = 0; i < 4; i++) (void)journal_rig_append(&r, "note", "n-1", NULL, "{\"text\":\"own\"}");
    journal_rig_scribe(&s, "b-2", NULL);
    fork = s;
    for (int i = 0; i < 4; i++) {
        journal_rig_write(&s, LANE_RECORD, "person-set", "user/u-1", NULL, 1,
                          i == 2 ? "{}" : "{\"name\":\"A\",\"role\":\"crew\",\"active\":true}", &e);
        (void)journal_rig_take_now(&r, &e, NULL);
        free(e.bytes);
    }
    journal_rig_write(&fork, LANE_RECORD, "note", "note/n-2", NULL, 1, "{}", &e);
    (void)journal_rig_take_now(&r, &e, NULL);
    free(e.bytes);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    journal_rig_close(&r);
    temp_remove(dir);
    return 0;
}

static void assert_found(const char *change, const char *word) {
    struct err_text bad = { 0 };
    struct verify_report report;
    assert_int_equal(db_begin(r.db), 0);
    journal_rig_exec(r.db, change);
    int rc = journal_verify(r.db, &report, &bad);
    if (rc != ERR_CORRUPT) print_error("not found: %s\n", change);
    assert_int_equal(rc, ERR_CORRUPT);
    if (!strstr(bad.text, word)) print_error("%s: %s\n", change, bad.text);
    assert_non_null(strstr(bad.text, word));
    db_rollback(r.db);
}

static void a_sound_journal_is_sound(void **state) {
    struct verify_report report;
    struct err_text bad = { 0 };
    (void)state;
    assert_int_equal(journal_verify(r.db, &report, &bad), 0);
    assert_int_equal(report.events, 9);
    assert_int_equal(report.rejected, 1);
    assert_int_equal(report.conflicts, 1);
    assert_int_equal(report.chains, 4);
}

/* One flipped bit in each event, and at many places of it; also in what was kept aside. */
static void any_flipped_byte_is_found(void **state) {
    (void)state;
    journal_rig_seed();
    static const struct {
        const char *table;
        int64_t first, last;
    } ranges[] = { { "event", 1, 9 }, { "conflict", 1, 1 } };
    for (size_t t = 0; t < 2; t++)
        for (int64_t row = ranges[t].first; row <= ranges[t].last; row++)
            for (int i = 0; i < 12; i++) {
                char sql[512];
                char where[64];
                const char *key = t == 0 ? "pos" : "n";
                (void)snprintf(where, sizeof where, "%s = %lld", key, (long long)row);
                (void)snprintf(sql, sizeof sql, "SELECT length(bytes) FROM %s WHERE %s", ranges[t].table, where);
                int64_t length = journal_rig_int(r.db, sql);
                assert_true(length > 0);
                int64_t at = i == 0 ? 1 : i == 1 ? length : 1 + journal_rig_random((uint32_t)length);
                (void)snprintf(sql, sizeof sql,
                               "UPDATE %s SET bytes = CAST(substr(bytes, 1, %lld) || char(unicode(substr(CAST(bytes AS "
                               "TEXT), %lld, 1)) + 1) || substr(bytes, %lld) AS BLOB) WHERE %s",
                               ranges[t].table, (long long)(at - 1), (long long)at, (long long)(at + 1), where);
                assert_found(sql, t == 0 ? "changed" : "conflict");
            }
}

static void columns_have_to_say_what_the_bytes_say(void **state) {
    (void)state;
    assert_found("UPDATE event SET id = '0193a000-0000-7000-8000-00000000000f' WHERE pos = 3", "table");
    assert_found("UPDATE event SET type = 'note2' WHERE pos = 3", "table");
    assert_found("UPDATE event SET subject = 'note/other' WHERE pos = 3", "table");
    assert_found("UPDATE event SET rev = rev + 1 WHERE pos = 3", "table");
    assert_found("UPDATE event SET site = 's-9' WHERE pos = 3", "table");
    assert_found("UPDATE event SET at = at + 1 WHERE pos = 3", "table");
    assert_found("UPDATE event SET type = '', id = '', subject = '' WHERE pos = 3", "refused");
    assert_found("UPDATE event SET hash = zeroblob(32) WHERE pos = 3", "changed");
}

static void chains_have_to_be_whole(void **state) {
    (void)state;
    assert_found("DELETE FROM event WHERE pos = 3", "missing");
    assert_found("DELETE FROM event WHERE pos = 5", "missing"); /* the newest of its chain */
    assert_found("UPDATE chain SET seq = seq + 1 WHERE seq > 1", "missing");
    assert_found("UPDATE chain SET hash = zeroblob(32) WHERE seq = 0", "head");
    assert_found("UPDATE chain SET hash = zeroblob(32) WHERE seq > 1", "head");
    assert_found("DELETE FROM chain WHERE writer = 'b-2'", "no chain");
    assert_found("UPDATE chain SET writer = 'b-3' WHERE writer = 'b-2'", "another place");
    assert_found("UPDATE chain SET epoch = '0193a000-0000-7000-8000-00000000000f' WHERE writer = 'b-2'", "");
}

/* The whole rest of a chain made anew by somebody who knows the format is found where it no longer fits what came before. */
static void a_replaced_event_is_found_by_its_successor(void **state) {
    struct journal_rig_scribe s;
    struct journal_rig_event e;
    char sql[4096];
    char hash[HASH_TEXT_SIZE];
    (void)state;
    journal_rig_scribe(&s, "b-1", NULL);
    assert_int_equal(journal_epoch(r.db, JOURNAL_RIG_SITE, "b-1", s.epoch), 0);
    struct envelope old = { 0 };
    struct stmt *q = NULL;
    assert_int_equal(stmt_create(r.db, "SELECT bytes FROM event WHERE pos = 3", &q), 0);
    assert_int_equal(stmt_step(q), 1);
    size_t n;
    const void *bytes = stmt_blob(q, 0, &n);
    assert_int_equal(envelope_read(bytes, n, &old, NULL), 0);
    stmt_destroy(q);
    s.seq[LANE_RECORD] = old.key.seq - 1;
    memcpy(s.hash[LANE_RECORD], old.prev, HASH_TEXT_SIZE);
    journal_rig_write(&s, LANE_RECORD, "note", old.subject, old.id, old.rev, "{\"text\":\"rewritten\"}", &e);
    hash_sha256_text(e.bytes, e.n, hash);
    struct envelope fresh = { 0 };
    struct wall at;
    assert_int_equal(envelope_read(e.bytes, e.n, &fresh, NULL), 0);
    assert_int_equal(clock_parse(fresh.time, &at, NULL), 0);
    (void)snprintf(sql, sizeof sql,
                   "UPDATE event SET bytes = CAST('%.*s' AS BLOB), hash = x'%s', at = %lld WHERE pos = 3", (int)e.n,
                   e.bytes, hash, (long long)at.ms);
    assert_found(sql, "prev");
    envelope_fini(&old);
    envelope_fini(&fresh);
    free(e.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sound_journal_is_sound, setup, teardown),
        cmocka_unit_test_setup_teardown(any_flipped_byte_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_have_to_say_what_the_bytes_say, setup, teardown),
        cmocka_unit_test_setup_teardown(chains_have_to_be_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(a_replaced_event_is_found_by_its_successor, setup, teardown),
    };
    return cmocka_run_group_tests_name("journal_verify", tests, NULL, NULL);
}
