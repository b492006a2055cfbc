/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "tests/support/temp.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int setup(void **state) {
    *state = temp_make();
    return 0;
}

static int teardown(void **state) {
    temp_remove(*state);
    return 0;
}

static int entries(const char *dir) {
    DIR *d = opendir(dir);
    int n = 0;
    assert_non_null(d);
    while (readdir(d)) n++;
    closedir(d);
    return n - 2;
}

static void test_write_and_read(void **state) {
    CLEANUP(free_ptr) char *path = temp_path(*state, "a.txt");
    CLEANUP(buf_fini) struct buf b;
    struct stat st;
    buf_init(&b, 5);
    mode_t mask = umask(0077);
    assert_int_equal(file_write(path, "first", 5, 0640, NULL), 0);
    umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(file_read(path, &b, NULL), 0);
    assert_string_equal(b.data, "first");
    assert_int_equal(file_write(path, "a\0b", 3, 0600, NULL), 0);
    assert_int_equal(file_read(path, &b, NULL), 0);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.data, "a\0b", 4);
    assert_int_equal(file_write(path, NULL, 0, 0600, NULL), 0);
    assert_int_equal(file_read(path, &b, NULL), 0);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.data, "");
    assert_int_equal(entries(*state), 1); /* no temporary file is left */
}

static void test_read_limits_and_errors(void **state) {
    CLEANUP(free_ptr) char *path = temp_path(*state, "a.txt");
    CLEANUP(free_ptr) char *absent = temp_path(*state, "absent");
    CLEANUP(buf_fini) struct buf b;
    struct err_text e = { 0 };
    buf_init(&b, 4);
    assert_int_equal(file_write(path, "12345", 5, 0600, NULL), 0);
    assert_int_equal(file_read(path, &b, &e), ERR_TOO_BIG);
    assert_non_null(strstr(e.text, path));
    assert_int_equal(file_read(absent, &b, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, absent));
    assert_int_equal(file_read(*state, &b, &e), ERR_IO);
    assert_int_equal(file_read("/proc/self/status", &b, &e), ERR_TOO_BIG); /* says it has 0 bytes */
    CLEANUP(buf_fini) struct buf large;
    buf_init(&large, 1 << 20);
    assert_int_equal(file_read("/proc/self/status", &large, &e), 0);
    assert_true(large.len > 100);
}

static void test_large_file(void **state) {
    CLEANUP(free_ptr) char *path = temp_path(*state, "large");
    CLEANUP(free_ptr) char *bytes = malloc(3000000);
    CLEANUP(buf_fini) struct buf b;
    assert_non_null(bytes);
    for (size_t i = 0; i < 3000000; i++) bytes[i] = (char)(i % 251);
    buf_init(&b, 3000000);
    assert_int_equal(file_write(path, bytes, 3000000, 0600, NULL), 0);
    assert_int_equal(file_read(path, &b, NULL), 0);
    assert_int_equal(b.len, 3000000);
    assert_memory_equal(b.data, bytes, 3000000);
}

/* A limit of the file's size stands in for a disk that is full in the middle of the write. */
static void test_failed_write_leaves_the_old_file(void **state) {
    CLEANUP(free_ptr) char *path = temp_path(*state, "a.txt");
    CLEANUP(free_ptr) char *bytes = calloc(1, 100000);
    CLEANUP(buf_fini) struct buf b;
    buf_init(&b, 100);
    assert_non_null(bytes);
    assert_int_equal(file_write(path, "old", 3, 0600, NULL), 0);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 50000, 50000 });
        _exit(file_write(path, bytes, 100000, 0600, NULL) == ERR_TOO_BIG ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(file_read(path, &b, NULL), 0);
    assert_string_equal(b.data, "old");
    assert_int_equal(entries(*state), 1);
}

static void test_write_errors(void **state) {
    CLEANUP(free_ptr) char *path = temp_path(*state, "absent/a.txt");
    struct err_text e = { 0 };
    char name[5000];
    assert_int_equal(file_write(path, "x", 1, 0600, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, path));
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(file_write(name, "x", 1, 0600, &e), ERR_TOO_BIG);
    assert_int_equal(file_write(*state, "x", 1, 0600, &e), ERR_IO); /* a folder stands there */
    assert_int_equal(e.code, ERR_IO);
}

static void test_relative_path(void **state) {
    CLEANUP(buf_fini) struct buf b;
    char here[4096];
    buf_init(&b, 100);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(*state), 0);
    int written = file_write("plain", "x", 1, 0600, NULL);
    int made = file_make_dirs("one/two", 0700, NULL);
    int read = file_read("plain", &b, NULL);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(written, 0);
    assert_int_equal(made, 0);
    assert_int_equal(read, 0);
}

static void test_make_dirs(void **state) {
    CLEANUP(free_ptr) char *deep = temp_path(*state, "a/b//c/");
    CLEANUP(free_ptr) char *plain = temp_path(*state, "file");
    CLEANUP(free_ptr) char *below = temp_path(*state, "file/below");
    struct err_text e = { 0 };
    struct stat st;
    assert_int_equal(file_make_dirs(deep, 0750, &e), 0);
    assert_int_equal(stat(deep, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0750);
    assert_int_equal(file_make_dirs(deep, 0750, &e), 0);
    assert_int_equal(file_make_dirs("/", 0750, &e), 0);
    assert_int_equal(file_make_dirs("", 0750, &e), ERR_INVALID);
    assert_int_equal(file_write(plain, "x", 1, 0600, NULL), 0);
    assert_int_equal(file_make_dirs(plain, 0750, &e), ERR_CONFLICT);
    assert_int_equal(file_make_dirs(below, 0750, &e), ERR_CONFLICT);
    assert_non_null(strstr(e.text, plain));
}

static void test_lock(void **state) {
    struct err_text e = { 0 };
    int fd = -1;
    int second = -7;
    assert_int_equal(file_lock(*state, &fd, &e), 0);
    assert_true(fd >= 0);
    assert_int_equal(file_lock(*state, &second, &e), ERR_BUSY);
    assert_int_equal(second, -7);
    assert_non_null(strstr(e.text, *state));
    assert_int_equal(close(fd), 0);
    assert_int_equal(file_lock(*state, &second, &e), 0);
    assert_int_equal(close(second), 0);
    CLEANUP(free_ptr) char *absent = temp_path(*state, "absent");
    assert_int_equal(file_lock(absent, &fd, &e), ERR_NOT_FOUND);
    assert_int_equal(file_sync_dir(absent, &e), ERR_NOT_FOUND);
    assert_int_equal(file_sync_dir(*state, &e), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_write_and_read), TEST(test_read_limits_and_errors),
        TEST(test_large_file),     TEST(test_failed_write_leaves_the_old_file),
        TEST(test_write_errors),   TEST(test_relative_path),
        TEST(test_make_dirs),      TEST(test_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
