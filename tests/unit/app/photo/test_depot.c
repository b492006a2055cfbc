/* SPDX-License-Identifier: MIT */
/* Opening what an installation keeps: made where it is not, locked, and left as it is where it cannot be opened. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/depot.h"
#include "firmware/base/file.h"
#include "tests/support/depot_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void open_fine(struct depot_rig *f, struct depot *d) {
    struct err_text e = { 0 };
    if (depot_open(&f->o, d, &e)) fail_msg("%s", e.text);
}

/* Refused with a text that names the file, and nothing stays open: the lock is free again. */
static void assert_refused(struct depot_rig *f, int want, const char *names) {
    struct depot d;
    struct err_text e = { 0 };
    int fd = -1;
    assert_int_equal(depot_open(&f->o, &d, &e), want);
    if (!strstr(e.text, names)) fail_msg("'%s' does not name %s", e.text, names);
    assert_int_equal(file_lock(f->data, &fd, &e), 0);
    (void)close(fd);
}

static struct buf content(const char *path) {
    struct buf b;
    buf_init(&b, 1u << 24);
    assert_int_equal(file_read(path, &b, NULL), 0);
    return b;
}

static void assert_content(const char *path, const struct buf *want) {
    struct buf b = content(path);
    assert_int_equal(b.len, want->len);
    assert_memory_equal(b.data, want->data, b.len);
    buf_fini(&b);
}

static void change(const char *path, enum db_profile profile, const char *sql) {
    struct db *db = NULL;
    struct err_text e = { 0 };
    if (db_open(path, profile, &db, &e) || db_exec(db, sql, &e)) fail_msg("%s", e.text);
    db_close(db);
}

static void a_board_is_made_and_found_again(void **state) {
    struct depot_rig *f = *state;
    struct depot d, again;
    struct db *reader = NULL;
    struct err_text e = { 0 };
    open_fine(f, &d);
    assert_non_null(d.blobs);
    assert_non_null(d.photo_store);
    assert_null(d.blob_dir);
    assert_string_equal(journal_writer(d.journal), "b-1");
    assert_string_equal(d.journal_path, f->journal);
    struct stat st;
    assert_int_equal(stat(f->data, &st), 0);
    assert_int_equal(st.st_mode & 07, 0); /* nobody else's business */
    assert_int_equal(depot_reader(&d, &reader, &e), 0);
    db_close(reader);
    uint8_t key[SIGN_PUBLIC_SIZE];
    memcpy(key, d.identity.public_key, sizeof key);
    int64_t connect = d.identity.connect_first;
    depot_close(&d);
    assert_null(d.db);
    depot_close(&d); /* again is no harm */
    open_fine(f, &again);
    assert_memory_equal(again.identity.public_key, key, sizeof key);
    assert_true(again.identity.connect_first > connect);
    depot_close(&again);
}

static void a_hub_keeps_photos_in_a_folder(void **state) {
    struct depot_rig *f = *state;
    struct depot d;
    struct stat st;
    f->o.site = NULL;
    f->o.writer = "hub";
    f->o.blobs_dir = f->blobs;
    open_fine(f, &d);
    assert_non_null(d.blob_dir);
    assert_null(d.photo_store);
    assert_int_equal(stat(f->blobs, &st), 0);
    assert_int_not_equal(stat(f->photos, &st), 0);
    depot_close(&d);
}

static void a_second_program_is_locked_out(void **state) {
    struct depot_rig *f = *state;
    struct depot d, second;
    struct err_text e = { 0 };
    open_fine(f, &d);
    assert_int_equal(depot_open(&f->o, &second, &e), ERR_BUSY);
    assert_non_null(strstr(e.text, f->data));
    struct db *reader = NULL;
    assert_int_equal(depot_reader(&d, &reader, &e), 0); /* the first one goes on */
    db_close(reader);
    depot_close(&d);
    open_fine(f, &second);
    depot_close(&second);
}

static void a_newer_version_is_refused_and_untouched(void **state) {
    struct depot_rig *f = *state;
    struct depot d;
    open_fine(f, &d);
    depot_close(&d);
    change(f->journal, DB_JOURNAL, "PRAGMA user_version = 999");
    struct buf before = content(f->journal);
    assert_refused(f, ERR_UNSUPPORTED, "journal.db");
    assert_content(f->journal, &before);
    buf_fini(&before);
}

static void newer_photos_are_refused_and_untouched(void **state) {
    struct depot_rig *f = *state;
    struct depot d;
    open_fine(f, &d);
    depot_close(&d);
    change(f->photos, DB_PHOTOS, "PRAGMA user_version = 999");
    struct buf before = content(f->photos);
    assert_refused(f, ERR_UNSUPPORTED, "photos.db");
    assert_content(f->photos, &before);
    buf_fini(&before);
}

static void what_is_no_database_is_refused_and_untouched(void **state) {
    struct depot_rig *f = *state;
    struct buf text;
    struct stat st;
    buf_init(&text, 10000);
    for (int i = 0; i < 200; i++) (void)buf_addf(&text, "line %d of somebody's notes\n", i);
    assert_int_equal(file_make_dirs(f->data, 0700, NULL), 0);
    assert_int_equal(file_write(f->journal, text.data, text.len, 0600, NULL), 0);
    assert_refused(f, ERR_CORRUPT, "journal.db");
    assert_content(f->journal, &text);
    assert_int_not_equal(stat(f->photos, &st), 0); /* and nothing was begun beside it */
    buf_fini(&text);
}

static void photos_that_are_no_database_are_refused_and_untouched(void **state) {
    struct depot_rig *f = *state;
    struct depot d;
    static const char text[] =
        "these are somebody's notes, and longer than the head of a database file would be: ................";
    struct buf want = { 0 };
    open_fine(f, &d);
    depot_close(&d);
    assert_int_equal(unlink(f->photos), 0);
    assert_int_equal(file_write(f->photos, text, sizeof text, 0600, NULL), 0);
    buf_init(&want, 1000);
    assert_int_equal(buf_add(&want, text, sizeof text), 0);
    assert_refused(f, ERR_CORRUPT, "photos.db");
    assert_content(f->photos, &want);
    buf_fini(&want);
}

static void another_boards_journal_is_refused(void **state) {
    struct depot_rig *f = *state;
    struct depot d;
    open_fine(f, &d);
    depot_close(&d);
    static const struct {
        const char *org, *site, *writer;
    } others[] = { { "acme", "s-1", "b-2" }, { "acme", "s-2", "b-1" }, { "other", "s-1", "b-1" } };
    for (size_t i = 0; i < 3; i++) {
        f->o.org = others[i].org;
        f->o.site = others[i].site;
        f->o.writer = others[i].writer;
        assert_refused(f, ERR_CONFLICT, "");
    }
    f->o.org = "acme";
    f->o.site = "s-1";
    f->o.writer = "b-1";
    open_fine(f, &d);
    depot_close(&d);
}

static void a_damaged_key_is_told(void **state) {
    struct depot_rig *f = *state;
    struct depot d;
    open_fine(f, &d);
    depot_close(&d);
    change(f->journal, DB_JOURNAL, "UPDATE secret SET value = x'00' WHERE name = 'sign-key'");
    assert_refused(f, ERR_CORRUPT, "signing key");
}

static void a_folder_that_cannot_be_made_is_told(void **state) {
    struct depot_rig *f = *state;
    struct depot d;
    struct err_text e = { 0 };
    char *file = temp_path(f->dir, "a");
    assert_int_equal(file_write(file, "x", 1, 0600, NULL), 0);
    assert_true(depot_open(&f->o, &d, &e) < 0);
    assert_non_null(strstr(e.text, file));
    char *name = malloc(401);
    memset(name, 'x', 400);
    name[0] = '/';
    name[400] = '\0';
    f->o.dir = name;
    assert_int_equal(depot_open(&f->o, &d, &e), ERR_TOO_BIG);
    assert_string_equal(e.field, "store.dir");
    free(name);
    free(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_board_is_made_and_found_again, depot_rig_setup, depot_rig_teardown),
        cmocka_unit_test_setup_teardown(a_hub_keeps_photos_in_a_folder, depot_rig_setup, depot_rig_teardown),
        cmocka_unit_test_setup_teardown(a_second_program_is_locked_out, depot_rig_setup, depot_rig_teardown),
        cmocka_unit_test_setup_teardown(a_newer_version_is_refused_and_untouched, depot_rig_setup, depot_rig_teardown),
        cmocka_unit_test_setup_teardown(newer_photos_are_refused_and_untouched, depot_rig_setup, depot_rig_teardown),
        cmocka_unit_test_setup_teardown(what_is_no_database_is_refused_and_untouched, depot_rig_setup,
                                        depot_rig_teardown),
        cmocka_unit_test_setup_teardown(photos_that_are_no_database_are_refused_and_untouched, depot_rig_setup,
                                        depot_rig_teardown),
        cmocka_unit_test_setup_teardown(another_boards_journal_is_refused, depot_rig_setup, depot_rig_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_key_is_told, depot_rig_setup, depot_rig_teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_made_is_told, depot_rig_setup, depot_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
