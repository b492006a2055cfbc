/* SPDX-License-Identifier: MIT */
/* Emptying a board for its next site: the settings, the marker, what calls it off, and what stays: the key. Cut at each phase it is in tests/scenario/move.mjs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/vacate.h"
#include "firmware/base/buf.h"
#include "firmware/base/file.h"
#include "tests/support/depot_rig.h"
#include "tests/support/temp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_text(const char *path, const char *text, mode_t mode) {
    assert_int_equal(file_write(path, text, strlen(text), mode, NULL), 0);
}

static void assert_text(const char *path, const char *wanted) {
    struct buf b;
    buf_init(&b, 65536);
    assert_int_equal(file_read(path, &b, NULL), 0);
    assert_string_equal(b.data, wanted);
    buf_fini(&b);
}

/* ---- settings ---- */

static void test_settings(void **state) {
    static const char *const cases[][2] = {
        { "[board]\norg = acme\nsite = s-1\nid = b-1\n", "[board]\norg = acme\nsite = s-22\nid = b-1\n" },
        { "[board]\nsite=s-1 ; here\n", "[board]\nsite=s-22 ; here\n" },
        { "; site = s-9\n[camera]\nsite = s-1\n[board]\n;site = s-1\n  site : s-1\r\n[x]\nsite = s-1\n",
          "; site = s-9\n[camera]\nsite = s-1\n[board]\n;site = s-1\n  site : s-22\r\n[x]\nsite = s-1\n" },
        { "[board]\nsitename = s-1\nsite = s-1", "[board]\nsitename = s-1\nsite = s-22" },
        { "[board]\nsite = s-22\n", "[board]\nsite = s-22\n" },
    };
    static const char *const bad[] = { "", "[board]\nid = b-1\n", "[board]\nsite = s-3\n", "[board]\nsite = s-12\n",
                                       "[board]\nsite =\n" };
    struct depot_rig *f = *state;
    struct stat st;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_text(f->conf, cases[i][0], 0640);
        if (vacate_settings(f->conf, "s-1", "s-22", &f->e)) fail_msg("%s: %s", cases[i][0], f->e.text);
        assert_text(f->conf, cases[i][1]);
        assert_int_equal(stat(f->conf, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_text(f->conf, bad[i], 0640);
        assert_int_equal(vacate_settings(f->conf, "s-1", "s-22", &f->e), ERR_INVALID);
        assert_text(f->conf, bad[i]);
    }
    (void)unlink(f->conf);
    assert_int_equal(vacate_settings(f->conf, "s-1", "s-22", &f->e), ERR_NOT_FOUND);
}

/* ---- the folder ---- */

static int run_sql(struct depot *d, const char *sql) {
    struct stmt *s = NULL;
    int rc = db_begin(d->db);
    if (!rc) rc = db_prepare(d->db, sql, &s);
    if (!rc) rc = stmt_run(s);
    return rc ? rc : db_commit(d->db);
}

/* A board of s-1, with its first event; received: head office has it. Gives its key. */
static struct identity make_board(struct depot_rig *f, bool received) {
    struct depot d;
    assert_int_equal(depot_open(&f->o, &d, &f->e), 0);
    struct identity id = d.identity;
    if (received)
        assert_int_equal(run_sql(&d, "INSERT INTO mark (site, peer, writer, epoch, lane, sent, received)"
                                     " SELECT site, 'hub', writer, epoch, lane, seq, seq FROM chain"),
                         0);
    depot_close(&d);
    return id;
}

static void test_no_move(void **state) {
    struct depot_rig *f = *state;
    struct vacate v;
    (void)make_board(f, true);
    assert_int_equal(vacate_read(f->data, &v, &f->e), ERR_NOT_FOUND);
    assert_int_equal(vacate_finish(&f->o, f->conf, &v, &f->e), ERR_NOT_FOUND);
    struct depot d;
    assert_int_equal(depot_open(&f->o, &d, &f->e), 0); /* as it was */
    depot_close(&d);
}

static void test_called_off(void **state) {
    struct depot_rig *f = *state;
    struct vacate v;
    struct depot d;
    (void)make_board(f, false);
    assert_int_equal(vacate_begin(f->data, "s-1", "s-2", &f->e), 0);
    assert_int_equal(vacate_finish(&f->o, f->conf, &v, &f->e), ERR_CONFLICT);
    assert_non_null(strstr(f->e.text, "1 records"));
    assert_int_equal(access(f->marker, F_OK), -1);
    assert_int_equal(depot_open(&f->o, &d, &f->e), 0);
    depot_close(&d);
}

static void test_emptied(void **state) {
    struct depot_rig *f = *state;
    struct vacate v;
    struct depot d;
    struct stat st;
    struct identity before = make_board(f, true);
    char *deep = temp_path(f->data, "sub/deeper");
    char *file = temp_path(deep, "file");
    assert_int_equal(file_make_dirs(deep, 0700, NULL), 0);
    write_text(file, "old", 0600);
    write_text(f->conf, "[board]\nsite = s-1\n", 0600);
    assert_int_equal(vacate_begin(f->data, "s-1", "s-2", &f->e), 0);
    assert_int_equal(vacate_finish(&f->o, NULL, &v, &f->e), 0);
    assert_false(v.done); /* nobody may write the settings */
    assert_string_equal(v.to, "s-2");
    assert_int_equal(access(deep, F_OK), -1);
    assert_int_equal(vacate_read(f->data, &v, &f->e), 0);
    assert_int_equal(v.phase, VACATE_CONF);
    assert_int_equal(stat(f->marker, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    for (size_t i = 0; i < sizeof v.secret; i++) assert_int_equal(v.secret[i], 0); /* no key lies about */

    assert_int_equal(depot_open(&f->o, &d, &f->e), ERR_CONFLICT); /* it is of s-1 no more */
    assert_int_equal(vacate_finish(&f->o, f->conf, &v, &f->e), 0);
    assert_true(v.done);
    assert_int_equal(access(f->marker, F_OK), -1);
    assert_text(f->conf, "[board]\nsite = s-2\n");
    f->o.site = "s-2";
    assert_int_equal(depot_open(&f->o, &d, &f->e), 0);
    assert_memory_equal(d.identity.public_key, before.public_key, sizeof before.public_key);
    assert_memory_equal(d.identity.secret, before.secret, sizeof before.secret);
    depot_close(&d);
    free(deep);
    free(file);
}

static void test_damaged_marker(void **state) {
    static const char *const bad[] = {
        "",
        "{",
        "{}",
        "{\"from\":\"s-1\",\"to\":\"s-2\"}",
        "{\"from\":\"s-1\",\"to\":\"s-2\",\"phase\":\"?\"}",
        "{\"from\":\"s-1\",\"to\":\"s-2\",\"phase\":\"wipe\"}",
        "{\"from\":\"s-1\",\"to\":\"s-2\",\"phase\":\"wipe\",\"secret\":\"00\",\"public\":\"00\"}"
    };
    struct depot_rig *f = *state;
    struct vacate v;
    struct depot d;
    (void)make_board(f, true);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_text(f->marker, bad[i], 0600);
        assert_int_equal(vacate_finish(&f->o, f->conf, &v, &f->e), ERR_CORRUPT);
    }
    assert_int_equal(depot_open(&f->o, &d, &f->e), 0); /* nothing was deleted */
    depot_close(&d);
}

static void test_busy(void **state) {
    struct depot_rig *f = *state;
    struct vacate v;
    struct depot d;
    (void)make_board(f, true);
    assert_int_equal(vacate_begin(f->data, "s-1", "s-2", &f->e), 0);
    assert_int_equal(depot_open(&f->o, &d, &f->e), 0);
    assert_int_equal(vacate_finish(&f->o, f->conf, &v, &f->e), ERR_BUSY);
    depot_close(&d);
}

int main(void) {
#define T(test) cmocka_unit_test_setup_teardown(test, depot_rig_setup, depot_rig_teardown)
    const struct CMUnitTest tests[] = {
        T(test_settings), T(test_no_move), T(test_called_off), T(test_emptied), T(test_damaged_marker), T(test_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
