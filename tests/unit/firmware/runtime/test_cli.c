/* SPDX-License-Identifier: MIT */
/* The daemons' command line over their real tables of settings: what is printed where, and with which exit code. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/file.h"
#include "firmware/conf/board_conf.h"
#include "firmware/conf/hub_conf.h"
#include "firmware/runtime/cli.h"
#include "tests/support/temp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_board(const char *path, void *settings, struct buf *problems) {
    return board_conf_read(path, settings, problems);
}

static int read_hub(const char *path, void *settings, struct buf *problems) {
    return hub_conf_read(path, settings, problems);
}

static struct cli cli_of(bool hub) {
    struct cli c = { .program = hub ? "sitelog-hub" : "sitelogd",
                     .what = "what it is",
                     .config_default = "/nonexistent/settings.conf",
                     .keys = hub ? hub_conf_keys : board_conf_keys,
                     .key_count = hub ? hub_conf_count : board_conf_count,
                     .read = hub ? read_hub : read_board };
    return c;
}

struct fixture {
    char *dir, *good, *out_path, *err_path;
    struct buf out, err; /* what the last run printed */
    struct board_conf board;
    struct hub_conf hub;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    f->good = temp_path(f->dir, "good.conf");
    f->out_path = temp_path(f->dir, "out");
    f->err_path = temp_path(f->dir, "err");
    buf_init(&f->out, 1u << 20);
    buf_init(&f->err, 1u << 20);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    buf_fini(&f->out);
    buf_fini(&f->err);
    temp_remove(f->dir);
    free(f->good);
    free(f->out_path);
    free(f->err_path);
    free(f);
    return 0;
}

static void write_file(const char *path, const char *text) {
    assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
}

static int redirect(int fd, const char *path) {
    int kept = dup(fd), file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(kept >= 0 && file >= 0);
    assert_true(dup2(file, fd) >= 0);
    (void)close(file);
    return kept;
}

static void restore(int fd, int kept) {
    assert_true(dup2(kept, fd) >= 0);
    (void)close(kept);
}

/* Runs it with arguments that end with NULL. */
static int run(struct fixture *f, bool hub, const char *const *args) {
    char *argv[10] = { strdup("program") };
    int argc = 1;
    struct cli cli = cli_of(hub);
    for (; *args; args++) argv[argc++] = strdup(*args);
    (void)fflush(stdout);
    (void)fflush(stderr);
    int out = redirect(STDOUT_FILENO, f->out_path), err = redirect(STDERR_FILENO, f->err_path);
    int code = hub ? cli_start(&cli, argc, argv, &f->hub) : cli_start(&cli, argc, argv, &f->board);
    (void)fflush(stdout);
    (void)fflush(stderr);
    restore(STDOUT_FILENO, out);
    restore(STDERR_FILENO, err);
    assert_int_equal(file_read(f->out_path, &f->out, NULL), 0);
    assert_int_equal(file_read(f->err_path, &f->err, NULL), 0);
    for (int i = 0; i < argc; i++) free(argv[i]);
    return code;
}

#define RUN(f, hub, ...) run(f, hub, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_in(const struct buf *b, const char *text) {
    if (!b->data || !strstr(b->data, text)) fail_msg("'%s' is not in:\n%s", text, b->data ? b->data : "");
}

static size_t lines(const struct buf *b) {
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++) n += b->data[i] == '\n';
    return n;
}

static const char good_board[] =
    "[board]\norg = acme\nsite = s-1\nid = b-1\n[store]\ndir = /tmp/x\n[http]\nlisten = 127.0.0.1:0\n";
static const char good_hub[] =
    "[hub]\norg = acme\n[store]\nurl = sqlite:/tmp/x\n[blobs]\nurl = file:/tmp/y\n[feed]\nurl = "
    "mqtt://127.0.0.1:1883\n";

static void help_and_version(void **state) {
    struct fixture *f = *state;
    for (int hub = 0; hub < 2; hub++) {
        assert_int_equal(RUN(f, hub, "--help"), CLI_EXIT_OK);
        assert_in(&f->out, "usage:");
        assert_in(&f->out, "--check");
        assert_in(&f->out, "/nonexistent/settings.conf");
        assert_int_equal(f->err.len, 0);
        assert_int_equal(RUN(f, hub, "--version"), CLI_EXIT_OK);
        assert_in(&f->out, hub ? "sitelog-hub " : "sitelogd ");
        assert_in(&f->out, cli_version);
    }
}

static void good_settings(void **state) {
    struct fixture *f = *state;
    for (int hub = 0; hub < 2; hub++) {
        write_file(f->good, hub ? good_hub : good_board);
        assert_int_equal(RUN(f, hub, "--config", f->good, "--check"), CLI_EXIT_OK);
        assert_in(&f->out, "good");
        assert_in(&f->out, f->good);
        assert_int_equal(f->err.len, 0);
        assert_int_equal(RUN(f, hub, "--config", f->good), -1); /* go on */
        assert_int_equal(f->out.len + f->err.len, 0);
        assert_string_equal(hub ? f->hub.org : f->board.org, "acme");
    }
}

/* What --print prints is a file that says the same. */
static void printed_settings_read_back(void **state) {
    struct fixture *f = *state;
    char *again = temp_path(f->dir, "again.conf");
    char equals[400];
    for (int hub = 0; hub < 2; hub++) {
        write_file(f->good, hub ? good_hub : good_board);
        (void)snprintf(equals, sizeof equals, "--config=%s", f->good);
        assert_int_equal(RUN(f, hub, equals, "--print"), CLI_EXIT_OK);
        assert_in(&f->out, "org = acme");
        char *first = strdup(f->out.data);
        write_file(again, first);
        assert_int_equal(RUN(f, hub, "--config", again, "--print"), CLI_EXIT_OK);
        assert_string_equal(f->out.data, first);
        free(first);
    }
    free(again);
}

static void a_wrong_argument(void **state) {
    struct fixture *f = *state;
    assert_int_equal(RUN(f, false, "--frobnicate"), CLI_EXIT_SETTING);
    assert_in(&f->err, "--frobnicate");
    assert_in(&f->err, "--help");
    assert_int_equal(lines(&f->err), 1);
    assert_int_equal(RUN(f, false, "--config"), CLI_EXIT_SETTING);
    assert_in(&f->err, "--config needs a file");
    assert_int_equal(RUN(f, true, "settings.conf"), CLI_EXIT_SETTING);
    assert_int_equal(f->out.len, 0);
}

static void a_file_that_is_not_there(void **state) {
    struct fixture *f = *state;
    assert_int_equal(RUN(f, false, "--check"), CLI_EXIT_SETTING); /* the default */
    assert_in(&f->err, "/nonexistent/settings.conf");
    assert_int_equal(RUN(f, true, "--config", "/nonexistent/other.conf", "--print"), CLI_EXIT_SETTING);
    assert_in(&f->err, "/nonexistent/other.conf");
    assert_int_equal(f->out.len, 0);
}

/* File, line, key, and what is allowed, for each problem. */
static void wrong_settings_are_named(void **state) {
    struct fixture *f = *state;
    static const struct {
        bool hub;
        const char *more, *line, *key, *allowed;
    } cases[] = {
        { false, "[mqtt]\nport = 99999\n", ":10:", "[mqtt] port", "65535" },
        { false, "[mqtt]\nconfirm = maybe\n", ":10:", "[mqtt] confirm", "hub" },
        { false, "[mqtt]\nprot = 1883\n", ":10:", "prot", "port" },
        { false, "[camera]\ndevice = teleport\n", ":10:", "[camera] device", "/dev/videoN" },
        { false, "[upload]\nurl = ftp://x\n", ":10:", "[upload] url", "https" },
        { false, "[mqtt]\ncert = /tmp/c\n", "", "[mqtt] key", "both" },
        { true, "[log]\nlevel = loud\n", ":10:", "[log] level", "debug" },
        { true, "[office]\ntimezone = Mars/Base\n", ":10:", "[office] timezone", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1000];
        (void)snprintf(text, sizeof text, "%s%s", cases[i].hub ? good_hub : good_board, cases[i].more);
        write_file(f->good, text);
        assert_int_equal(RUN(f, cases[i].hub, "--config", f->good, "--check"), CLI_EXIT_SETTING);
        assert_in(&f->err, f->good);
        assert_in(&f->err, cases[i].line);
        assert_in(&f->err, cases[i].key);
        assert_in(&f->err, cases[i].allowed);
        assert_true(lines(&f->err) >= 1);
        assert_int_equal(f->out.len, 0);
    }
}

static void a_missing_setting_is_named(void **state) {
    struct fixture *f = *state;
    write_file(f->good, "[board]\norg = acme\nid = b-1\n");
    assert_int_equal(RUN(f, false, "--config", f->good), CLI_EXIT_SETTING); /* also without --check */
    assert_in(&f->err, "[board] site");
    write_file(f->good, "[board]\norg = acme\nsite = s-1\nid = hub\n");
    assert_int_equal(RUN(f, false, "--config", f->good, "--check"), CLI_EXIT_SETTING);
    assert_in(&f->err, ":4:");
}

static void the_environment_overrides(void **state) {
    struct fixture *f = *state;
    write_file(f->good, good_board);
    assert_int_equal(setenv("SITELOG_BOARD_SITE", "s-77", 1), 0);
    assert_int_equal(setenv("SITELOG_MQTT_PASSWORD", "geheim-1234", 1), 0);
    assert_int_equal(setenv("SITELOG_MQTT_USER", "b-1", 1), 0);
    assert_int_equal(RUN(f, false, "--config", f->good, "--print"), CLI_EXIT_OK);
    assert_in(&f->out, "site = s-77");
    assert_null(strstr(f->out.data, "geheim"));
    assert_int_equal(setenv("SITELOG_BOARD_SITE", "No Name", 1), 0);
    int code = RUN(f, false, "--config", f->good, "--check");
    assert_int_equal(unsetenv("SITELOG_BOARD_SITE"), 0);
    assert_int_equal(unsetenv("SITELOG_MQTT_PASSWORD"), 0);
    assert_int_equal(unsetenv("SITELOG_MQTT_USER"), 0);
    assert_int_equal(code, CLI_EXIT_SETTING);
    assert_in(&f->err, "environment");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(help_and_version, setup, teardown),
        cmocka_unit_test_setup_teardown(good_settings, setup, teardown),
        cmocka_unit_test_setup_teardown(printed_settings_read_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_argument, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_settings_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_setting_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(the_environment_overrides, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
