/* SPDX-License-Identifier: MIT */
/* Settings: what a file and the environment may say, and that everything wrong is told at once with file, line and remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "firmware/conf/board_conf.h"
#include "firmware/conf/hub_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOARD "[board]\norg = acme\nsite = s-0412\nid = b-7f3a\n"
#define HUB   "[hub]\norg = acme\n"

struct place {
    char dir[64], file[96];
    struct buf problems;
};

static int set_up(void **state) {
    struct place *p = calloc(1, sizeof *p);
    if (!p) return -1;
    *state = p;
    strcpy(p->dir, "/tmp/sitelog-conf-XXXXXX");
    if (!mkdtemp(p->dir)) return -1;
    snprintf(p->file, sizeof p->file, "%s/a.conf", p->dir);
    buf_init(&p->problems, 64 << 10);
    return 0;
}

static int tear_down(void **state) {
    struct place *p = *state;
    (void)unlink(p->file);
    int r = rmdir(p->dir);
    buf_fini(&p->problems);
    free(p);
    return r;
}

static void write_file(struct place *p, const char *text, size_t n) {
    assert_int_equal(file_write(p->file, text, n, 0600, NULL), 0);
    buf_clear(&p->problems);
}

static int read_board(struct place *p, const char *text, struct board_conf *out) {
    write_file(p, text, strlen(text));
    return board_conf_read(p->file, out, &p->problems);
}

static int read_hub(struct place *p, const char *text, struct hub_conf *out) {
    write_file(p, text, strlen(text));
    return hub_conf_read(p->file, out, &p->problems);
}

static size_t count_lines(const struct buf *b) {
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++) n += b->data[i] == '\n' ? 1 : 0;
    return n;
}

static void expect_problem(struct place *p, const char *part) {
    if (!p->problems.data || !strstr(p->problems.data, part)) {
        fail_msg("no problem says '%s':\n%s", part, p->problems.data ? p->problems.data : "(none)");
    }
}

static void defaults(void **state) {
    struct board_conf c;
    assert_int_equal(read_board(*state, BOARD, &c), 0);
    assert_string_equal(c.org, "acme");
    assert_string_equal(c.board, "b-7f3a");
    assert_string_equal(c.dir, "/var/lib/sitelog");
    assert_string_equal(c.http_listen, "127.0.0.1:8080");
    assert_string_equal(c.timezone, "Asia/Shanghai");
    assert_string_equal(c.mqtt_host, "");
    assert_string_equal(c.mqtt_confirm, "hub");
    assert_int_equal(c.mqtt_port, 1883);
    assert_int_equal(c.mqtt_retry_max_s, 300);
    assert_int_equal(c.reserve_percent, 5);
    struct hub_conf h;
    assert_int_equal(read_hub(*state, HUB, &h), 0);
    assert_string_equal(h.http_listen, "127.0.0.1:8081");
    assert_string_equal(h.store_url, "sqlite:/var/lib/sitelog-hub");
    assert_string_equal(h.dir, "/var/lib/sitelog-hub");
    assert_string_equal(h.blobs_dir, "/var/lib/sitelog-hub/blobs");
    assert_string_equal(h.blobs_url, "file:/var/lib/sitelog-hub/blobs");
    assert_string_equal(h.upload_listen, "");
}

static void forms_of_the_file(void **state) {
    struct board_conf c;
    assert_int_equal(
        read_board(
            *state,
            "\xEF\xBB\xBF; comment\n# another\r\n\r\n  [board]  \r\n\torg=acme\r\n    site   =   s-1   ; behind\n"
            "id: b-1\n[mqtt]\nca=/etc/ca.pem\nuser =\nhost = broker.example.org",
            &c),
        0);
    assert_string_equal(c.org, "acme");
    assert_string_equal(c.site, "s-1");
    assert_string_equal(c.board, "b-1");
    assert_string_equal(c.mqtt_host, "broker.example.org");
    assert_int_equal(c.mqtt_port, 8883);
}

static void all_problems_at_once(void **state) {
    struct place *p = *state;
    struct board_conf c = { .org = "untouched" };
    int r = read_board(p,
                       "[board]\norg = Acme Ltd\nsite = s-1\nid = hub\ntimezone = Mars/Olympus\n" /* lines 2, 4, 5 */
                       "[mqtt]\nhots = x\nport = 99999\npassword = secret-of-mine\nconfirm = maybe\n" /* 7, 8, 10 */
                       "[http]\nport = 80\nlisten = 8080\n"                                           /* 12, 13 */
                       "[camrea]\ndevice = sim:/x\n"                                                  /* 15 */
                       "[camera]\ndevice = /dev/sda\nwidth = ten\nwidth = 640\n"                      /* 17, 18, 19 */
                       "what is this\n[log\n",                                                        /* 20, 21 */
                       &c);
    assert_int_equal(r, ERR_INVALID);
    assert_string_equal(c.org, "untouched");
    expect_problem(p, "a.conf:2: [board] org: 'Acme Ltd' is not allowed; allowed: 1 to 40 of a-z, 0-9 and -\n");
    expect_problem(p, "a.conf:4: [board] id: 'hub' is head office's name");
    expect_problem(p, "a.conf:5: [board] timezone: 'Mars/Olympus' is not allowed; allowed: a time zone");
    expect_problem(p, "a.conf:7: [mqtt] hots: there is no such key; did you mean [mqtt] host?");
    expect_problem(p, "a.conf:8: [mqtt] port: '99999' is not allowed; allowed: a whole number from 0 to 65535");
    expect_problem(p, "a.conf:10: [mqtt] confirm: 'maybe' is not allowed; allowed: hub or broker");
    expect_problem(p, "a.conf:12: [http] port: there is no such key; did you mean [mqtt] port?");
    expect_problem(p, "a.conf:13: [http] listen: '8080' is not allowed; allowed: HOST:PORT");
    expect_problem(p, "a.conf:15: [camrea] device: there is no such section; did you mean [camera]?");
    expect_problem(p, "a.conf:17: [camera] device: no camera has such a name; allowed: /dev/videoN, sim:DIR");
    expect_problem(p, "a.conf:18: [camera] width: 'ten' is not allowed; allowed: a whole number from 160 to 8192 px");
    expect_problem(p, "a.conf:19: [camera] width: given twice, first in line 18");
    expect_problem(p, "a.conf:20: neither a [section], a comment nor a key");
    expect_problem(p, "a.conf:21: the section's name is not closed");
    assert_int_equal(count_lines(&p->problems), 14);
    assert_null(strstr(p->problems.data, "secret-of-mine"));
}

static void missing_and_unreadable(void **state) {
    struct place *p = *state;
    struct board_conf c;
    assert_int_equal(read_board(p, "", &c), ERR_INVALID);
    expect_problem(p, "[board] org: missing; give 1 to 40 of a-z, 0-9 and -");
    assert_int_equal(count_lines(&p->problems), 3);
    assert_int_equal(read_board(p, "[board]\norg =\nsite = s\nid = b\n", &c), ERR_INVALID);
    expect_problem(p, "a.conf:2: [board] org: '' is not allowed");
    buf_clear(&p->problems);
    assert_int_equal(board_conf_read("/nowhere/at/all.conf", &c, &p->problems), ERR_NOT_FOUND);
    expect_problem(p, "/nowhere/at/all.conf");
    assert_int_equal(read_board(p, BOARD "[mqtt]\nhost = \xff\xfe\n", &c), ERR_INVALID);
    expect_problem(p, "not UTF-8");
    write_file(p, BOARD "[mqtt]\0host = x\n", sizeof BOARD - 1 + 16);
    assert_int_equal(board_conf_read(p->file, &c, &p->problems), ERR_INVALID);
}

static void long_lines(void **state) {
    struct place *p = *state;
    struct board_conf c;
    for (size_t n = 150; n < 1200; n += 1) { /* around every buffer that could be in the way */
        char text[2048];
        size_t used = (size_t)snprintf(text, sizeof text, BOARD "[store]\ndir = /");
        memset(text + used, 'a', n);
        strcpy(text + used + n, "\n[log]\nlevel = debug\n");
        int r = read_board(p, text, &c);
        size_t line = strlen("dir = /") + n;
        if (line <= 198) {
            assert_int_equal(r, 0);
            assert_int_equal(strlen(c.dir), n + 1);
            assert_string_equal(c.log_level, "debug");
        } else {
            assert_int_equal(r, ERR_INVALID);
            expect_problem(p, "a.conf:6: the line has ");
            assert_int_equal(count_lines(&p->problems), 1);
        }
    }
}

static void listen_forms(void **state) {
    (void)state;
    static const struct {
        const char *text, *host;
        int port;
    } good[] = {
        { "127.0.0.1:8080", "127.0.0.1", 8080 },
        { "127.0.0.1:0", "127.0.0.1", 0 },
        { "[::1]:8080", "::1", 8080 },
        { "[::]:0", "::", 0 },
        { "localhost:65535", "localhost", 65535 },
    };
    static const char *const bad[] = { "",
                                       "8080",
                                       ":8080",
                                       "127.0.0.1",
                                       "127.0.0.1:",
                                       "127.0.0.1:65536",
                                       "127.0.0.1:-1",
                                       "127.0.0.1:+1",
                                       "127.0.0.1:80x",
                                       "::1:8080",
                                       "[::1]",
                                       "[::1:80",
                                       "[]:80",
                                       "a b:80",
                                       "[::1]80",
                                       "1.2.3.4:80:90" };
    char host[64];
    int port = -7;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(good); i++) {
        assert_int_equal(conf_split_listen(good[i].text, host, sizeof host, &port), 0);
        assert_string_equal(host, good[i].host);
        assert_int_equal(port, good[i].port);
    }
    port = -7;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        if (conf_split_listen(bad[i], host, sizeof host, &port) != ERR_INVALID) fail_msg("taken: '%s'", bad[i]);
    }
    assert_int_equal(conf_split_listen("127.0.0.1:80", host, 9, &port), ERR_INVALID);
    assert_int_equal(port, -7);
}

static void urls(void **state) {
    struct place *p = *state;
    struct board_conf c;
    static const char *const good[] = { "http://127.0.0.1:8081", "https://hub.example.org",
                                        "https://hub.example.org/base/", "http://[::1]:80/" };
    static const char *const bad[] = {
        "ftp://x",    "http:/x",        "http://",           "http:",     "http", "hub.example.org:80", "http://:80",
        "http://h:0", "http://h:99999", "http://u:geheim@h", "http://h x"
    };
    char text[512];
    for (size_t i = 0; i < TEXT_ARRAY_LEN(good); i++) {
        snprintf(text, sizeof text, BOARD "[upload]\nurl = %s\n", good[i]);
        if (read_board(p, text, &c)) fail_msg("refused: %s", p->problems.data);
        assert_string_equal(c.upload_url, good[i]);
    }
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        snprintf(text, sizeof text, BOARD "[upload]\nurl = %s\n", bad[i]);
        if (read_board(p, text, &c) != ERR_INVALID) fail_msg("taken: %s", bad[i]);
        expect_problem(p, "allowed: http://HOST[:PORT] or https://HOST[:PORT], or nothing");
        assert_null(strstr(p->problems.data, "geheim"));
    }
}

static void what_is_for_later(void **state) {
    struct place *p = *state;
    struct hub_conf h;
    assert_int_equal(
        read_hub(p, HUB "[store]\nurl = postgresql://db/x\n[blobs]\nurl = s3://b\n[feed]\nurl = amqp://q\n", &h),
        ERR_INVALID);
    expect_problem(p, "a.conf:4: [store] url: PostgreSQL is not in this version; allowed: sqlite:DIR");
    expect_problem(p, "a.conf:6: [blobs] url: an S3 store is not in this version");
    expect_problem(p, "a.conf:8: [feed] url: AMQP is not in this version");
    assert_int_equal(count_lines(&p->problems), 3);
    assert_int_equal(read_hub(p, HUB "[store]\nurl = sqlite:\n", &h), ERR_INVALID);
    assert_int_equal(
        read_hub(p, HUB "[store]\nurl = sqlite:/a\n[blobs]\nurl = file:/b\n[feed]\nurl = mqtts://q:1\nca = /c\n", &h),
        0);
    assert_string_equal(h.dir, "/a");
    assert_string_equal(h.blobs_dir, "/b");
}

static void where_the_feed_is(void **state) {
    static const struct {
        const char *url, *host;
        int port;
    } cases[] = { { "mqtt://q", "q", 1883 },
                  { "mqtts://q.example/\nca = /c", "q.example", 8883 },
                  { "mqtt://10.0.0.1:2883/x", "10.0.0.1", 2883 },
                  { "mqtt://[::1]", "::1", 1883 },
                  { "mqtt://[fe80::2]:65535", "fe80::2", 65535 } };
    struct place *p = *state;
    struct hub_conf h;
    char text[256];
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        snprintf(text, sizeof text, HUB "[feed]\nurl = %s\n", cases[i].url);
        if (read_hub(p, text, &h)) fail_msg("refused: %s", p->problems.data);
        assert_string_equal(h.feed_host, cases[i].host);
        assert_int_equal(h.feed_port, cases[i].port);
    }
}

static void keys_that_belong_together(void **state) {
    struct place *p = *state;
    struct board_conf c;
    struct hub_conf h;
    assert_int_equal(read_board(p, BOARD "[http]\ntls_cert = /c\n[mqtt]\nkey = /k\npassword = x\n", &c), ERR_INVALID);
    expect_problem(p, "[http] tls_key: missing, while tls_cert is given");
    expect_problem(p, "[mqtt] cert: missing, while key is given");
    expect_problem(p, "[mqtt] user: missing, while password is given");
    assert_int_equal(read_board(p, BOARD "[mqtt]\nkey = /k\ncert = /c\n", &c), ERR_INVALID);
    expect_problem(p, "[mqtt] ca: missing");
    assert_int_equal(read_hub(p, HUB "[feed]\nurl = mqtts://q\ncert = /c\n", &h), ERR_INVALID);
    expect_problem(p, "[feed] ca: missing");
    expect_problem(p, "[feed] cert and key");
    assert_int_equal(read_hub(p, HUB "[feed]\nca = /c\n", &h), ERR_INVALID);
    expect_problem(p, "[feed] url: mqtt does not use ca");
}

static void environment(void **state) {
    struct place *p = *state;
    struct board_conf c;
    setenv("SITELOG_MQTT_HOST", "elsewhere", 1);
    setenv("SITELOG_BOARD_ID", "b-env", 1);
    assert_int_equal(read_board(p, "[board]\norg = acme\nsite = s-1\n[mqtt]\nhost = here\n", &c), 0);
    assert_string_equal(c.mqtt_host, "elsewhere");
    assert_string_equal(c.board, "b-env");
    setenv("SITELOG_MQTT_PORT", "many", 1);
    setenv("SITELOG_STORE_DIR", "/a\nb", 1);
    assert_int_equal(read_board(p, BOARD, &c), ERR_INVALID);
    expect_problem(p, "environment: SITELOG_MQTT_PORT: 'many' is not allowed; allowed: a whole number");
    expect_problem(p, "environment: SITELOG_STORE_DIR: control characters");
    unsetenv("SITELOG_MQTT_PORT");
    unsetenv("SITELOG_STORE_DIR");
    setenv("SITELOG_BOARD_ORG", "o", 1);
    setenv("SITELOG_BOARD_SITE", "s", 1);
    buf_clear(&p->problems);
    assert_int_equal(board_conf_read(NULL, &c, &p->problems), 0); /* without a file at all */
    assert_string_equal(c.org, "o");
    unsetenv("SITELOG_MQTT_HOST");
    unsetenv("SITELOG_BOARD_ID");
    unsetenv("SITELOG_BOARD_ORG");
    unsetenv("SITELOG_BOARD_SITE");
}

static void printing(void **state) {
    struct place *p = *state;
    struct board_conf c, again;
    struct buf out;
    buf_init(&out, 64 << 10);
    assert_int_equal(read_board(p, BOARD "[mqtt]\nhost = h\nuser = u\npassword = geheim\n[log]\nlevel = debug\n", &c),
                     0);
    assert_int_equal(conf_print(board_conf_keys, board_conf_count, &c, &out), 0);
    assert_non_null(strstr(out.data, "[board]\n"));
    assert_non_null(strstr(out.data, "\nhost = h\n"));
    assert_non_null(strstr(out.data, "\nport = 1883\n"));
    assert_non_null(strstr(out.data, "\npassword = (set)\n"));
    assert_null(strstr(out.data, "geheim"));
    /* What is printed can be read again, but for the secret, which says so. */
    assert_int_equal(read_board(p, out.data, &again), ERR_INVALID);
    expect_problem(p, "[mqtt] password: this is what --print shows");
    assert_int_equal(count_lines(&p->problems), 1);
    memcpy(strstr(out.data, "(set)"), "geheim", 5);
    assert_int_equal(read_board(p, out.data, &again), 0);
    strcpy(again.mqtt_password, c.mqtt_password);
    assert_memory_equal(&again, &c, sizeof c);
    buf_fini(&out);
}

/* Every key has a place of its own in its struct, a help line, and a default that may be written. */
static void check_table(const struct conf_key *keys, size_t n, size_t struct_size) {
    for (size_t i = 0; i < n; i++) {
        const struct conf_key *k = &keys[i];
        size_t size = k->kind == CONF_INT ? sizeof(int64_t) : k->size;
        assert_true(size > 0 && k->offset + size <= struct_size);
        assert_true(k->help && strlen(k->help) > 10 && k->help[strlen(k->help) - 1] != '.');
        if (k->kind == CONF_INT) assert_true(k->min < k->max);
        if (k->kind == CONF_CHOICE || k->kind == CONF_URL) assert_non_null(k->choices);
        for (size_t j = 0; j < i; j++) {
            size_t other = keys[j].kind == CONF_INT ? sizeof(int64_t) : keys[j].size;
            assert_true(k->offset >= keys[j].offset + other || keys[j].offset >= k->offset + size);
            if (strcmp(k->section, keys[j].section) == 0) assert_string_not_equal(k->key, keys[j].key);
        }
    }
}

static void tables(void **state) {
    (void)state;
    check_table(board_conf_keys, board_conf_count, sizeof(struct board_conf));
    check_table(hub_conf_keys, hub_conf_count, sizeof(struct hub_conf));
}

/* Pins and panel: what two keys say together, and each form that a value may have. */
static void pins_and_panel(void **state) {
    static const struct {
        const char *text, *problem; /* NULL: fine */
    } cases[] = {
        { "[gpio]\nchip = gpiochip0\nbutton = 17\nlamp = 27 low\nbuzzer = 22 high\nbuzzer_quiet = 21:30-07:00\n",
          NULL },
        { "[gpio]\nchip = pinctrl-rp1\n", NULL },
        { "[gpio]\nchip = sim:/tmp/pins\nlamp = 0\nbuzzer_quiet = never\n", NULL },
        { "[gpio]\nchip = /dev/gpiochip0\n", "gpiodetect" },
        { "[gpio]\nchip = sim:\n", "sim:DIR" },
        { "[gpio]\nlamp = 27\n", "[gpio] chip: missing, while lamp is given" },
        { "[gpio]\nchip = gpiochip0\nbutton = GPIO17\n", "[gpio] button" },
        { "[gpio]\nchip = gpiochip0\nlamp = 27 up\n", "low or high" },
        { "[gpio]\nchip = gpiochip0\nlamp = 1234\n", "0 to 999" },
        { "[gpio]\nchip = gpiochip0\nlamp = 27\nbuzzer = 27 low\n", "buzzer: lamp has this line, too" },
        { "[gpio]\nbuzzer_quiet = 20:00-20:00\n", "20:00-08:00, or never" },
        { "[gpio]\nbuzzer_quiet =\n", "buzzer_quiet" },
        { "[panel]\nbacklight = none\ninput = event3\ndim_after_s = 0\ndim_percent = 0\n", NULL },
        { "[panel]\nbacklight = sim:/tmp/panel\n", NULL },
        { "[panel]\nbacklight = 10-0045\n", NULL },
        { "[panel]\nbacklight = ../x\n", "/sys/class/backlight" },
        { "[panel]\ninput = /dev/input/event3\n", "eventN" },
        { "[panel]\ndim_percent = 101\n", "0 to 100 %" },
        { "[panel]\ndim_after_s = -1\n", "0 to 86400 s" },
    };
    struct place *p = *state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct board_conf c;
        char text[400];
        snprintf(text, sizeof text, BOARD "%s", cases[i].text);
        int rc = read_board(p, text, &c);
        if (rc != (cases[i].problem ? ERR_INVALID : 0)) fail_msg("%s: %d", cases[i].text, rc);
        if (cases[i].problem) expect_problem(p, cases[i].problem);
    }
    struct board_conf c;
    assert_int_equal(read_board(p, BOARD, &c), 0);
    assert_string_equal(c.gpio_buzzer, ""); /* silent unless it is set */
    assert_string_equal(c.gpio_buzzer_quiet, "20:00-08:00");
    assert_string_equal(c.panel_backlight, "auto");
}

/* The example files name every key of the table, and can be used as they are. */
static void expect_all_keys(const char *path, const struct conf_key *keys, size_t n) {
    struct buf file;
    buf_init(&file, 64 << 10);
    assert_int_equal(file_read(path, &file, NULL), 0);
    assert_non_null(file.data);
    for (size_t i = 0; i < n; i++) {
        char section[64], line[64], commented[64];
        snprintf(section, sizeof section, "\n[%s]\n", keys[i].section);
        snprintf(line, sizeof line, "\n%s =", keys[i].key);
        snprintf(commented, sizeof commented, "\n;%s =", keys[i].key);
        const char *start = strstr(file.data, section);
        if (!start) fail_msg("%s lacks [%s]", path, keys[i].section);
        const char *end = strstr(start + 2, "\n["), *at = strstr(start, line);
        if (!at || (end && at > end)) at = strstr(start, commented);
        if (!at || (end && at > end)) fail_msg("%s lacks [%s] %s", path, keys[i].section, keys[i].key);
    }
    buf_fini(&file);
}

static void examples(void **state) {
    struct place *p = *state;
    struct board_conf c;
    struct hub_conf h;
    if (board_conf_read("board/sitelogd.conf", &c, &p->problems)) fail_msg("%s", p->problems.data);
    if (hub_conf_read("board/hub.conf", &h, &p->problems)) fail_msg("%s", p->problems.data);
    expect_all_keys("board/sitelogd.conf", board_conf_keys, board_conf_count);
    expect_all_keys("board/hub.conf", hub_conf_keys, hub_conf_count);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(defaults),
        TEST(forms_of_the_file),
        TEST(all_problems_at_once),
        TEST(missing_and_unreadable),
        TEST(long_lines),
        TEST(listen_forms),
        TEST(urls),
        TEST(what_is_for_later),
        TEST(where_the_feed_is),
        TEST(pins_and_panel),
        TEST(environment),
        TEST(printing),
        TEST(tables),
        TEST(keys_that_belong_together),
        TEST(examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
