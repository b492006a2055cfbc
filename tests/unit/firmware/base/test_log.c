/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* stderr is a datagram socket during a test: what is received at once was written at once. */
struct capture {
    int end;
    int saved;
};

static int setup(void **state) {
    static struct capture capture;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) != 0) return -1;
    (void)fflush(stderr);
    capture.saved = dup(STDERR_FILENO);
    capture.end = pair[0];
    if (dup2(pair[1], STDERR_FILENO) < 0) return -1;
    close(pair[1]);
    clock_fake_wall((struct wall){ INT64_C(1795334645123) });
    *state = &capture;
    return 0;
}

static int teardown(void **state) {
    struct capture *capture = *state;
    dup2(capture->saved, STDERR_FILENO);
    close(capture->saved);
    close(capture->end);
    clock_fake_off();
    unsetenv("JOURNAL_STREAM");
    log_set_level(LOG_LEVEL_INFO);
    return 0;
}

/* The next write, or "" when there was none. */
static const char *written(struct capture *capture) {
    static char text[8192];
    ssize_t n = recv(capture->end, text, sizeof text - 1, MSG_DONTWAIT);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void test_line(void **state) {
    log_warn("%s is %d", "disk", 91);
    assert_string_equal(written(*state), "2026-11-22T08:04:05.123Z warn  disk is 91\n");
    assert_string_equal(written(*state), "");
}

static void test_levels(void **state) {
    enum log_level level = LOG_LEVEL_INFO;
    log_debug("no");
    assert_string_equal(written(*state), "");
    log_info("yes");
    assert_non_null(strstr(written(*state), "info  yes"));
    assert_int_equal(log_level_parse("error", &level), 0);
    log_set_level(level);
    log_warn("no");
    assert_string_equal(written(*state), "");
    log_error("yes");
    assert_non_null(strstr(written(*state), "error yes"));
    assert_int_equal(log_level_parse("debug", &level), 0);
    log_set_level(level);
    log_debug("yes");
    assert_non_null(strstr(written(*state), "debug yes"));
    assert_int_equal(log_level_parse("loud", &level), ERR_INVALID);
    assert_int_equal(log_level_parse("", &level), ERR_INVALID);
    assert_int_equal(level, LOG_LEVEL_DEBUG);
}

static void test_journal_prefix(void **state) {
    struct stat st;
    char stream[64];
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    (void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_error("x");
    assert_string_equal(written(*state), "<3>x\n");
    (void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
                   (unsigned long long)st.st_ino + 1);
    setenv("JOURNAL_STREAM", stream, 1); /* stderr was redirected since */
    log_error("x");
    assert_string_equal(written(*state), "2026-11-22T08:04:05.123Z error x\n");
}

static void test_one_event_is_one_line(void **state) {
    log_info("a\nb\r\tc\x1b[31m");
    assert_string_equal(written(*state), "2026-11-22T08:04:05.123Z info  a b  c [31m\n");
}

static void test_long_line_is_cut_at_a_character(void **state) {
    char text[6001];
    for (size_t i = 0; i < 6000; i += 3) memcpy(text + i, "水", 3);
    text[6000] = '\0';
    log_info("x%s", text);
    const char *line = written(*state);
    size_t n = strlen(line);
    assert_true(n > 1500 && n < 2500);
    assert_int_equal(line[n - 1], '\n');
    assert_true(text_utf8_valid(line, n));
}

static void test_errno_is_kept(void **state) {
    (void)state;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    assert_true(dup2(full, STDERR_FILENO) >= 0);
    assert_int_equal(close(full), 0);
    errno = EACCES;
    log_info("the write of this line fails");
    assert_int_equal(errno, EACCES);
}

static void *write_many(void *arg) {
    for (int i = 0; i < 50; i++) log_info("%s", (const char *)arg);
    return NULL;
}

static void test_threads_do_not_mix_lines(void **state) {
    pthread_t threads[2];
    static char a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    static char b[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    int seen = 0;
    assert_int_equal(pthread_create(&threads[0], NULL, write_many, a), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, write_many, b), 0);
    struct capture *capture = *state;
    for (; seen < 100; seen++) {
        char line[256];
        ssize_t n = recv(capture->end, line, sizeof line - 1, 0);
        assert_true(n > 0);
        line[n] = '\0';
        assert_true(strcmp(line + 31, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n") == 0 ||
                    strcmp(line + 31, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n") == 0);
    }
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_line),
        TEST(test_levels),
        TEST(test_journal_prefix),
        TEST(test_one_event_is_one_line),
        TEST(test_long_line_is_cut_at_a_character),
        TEST(test_errno_is_kept),
        TEST(test_threads_do_not_mix_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
