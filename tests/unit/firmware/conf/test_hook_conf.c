/* SPDX-License-Identifier: MIT */
/* The folder of webhooks: what each file says, every problem of all of them at once, and secrets that are never repeated. */
#include "firmware/conf/hub_conf.h"

#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "tests/support/temp.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define URL "url = https://chat.example:8443/send?key=very-secret\n"

struct place {
    char *dir;
    struct buf problems;
    struct hook_conf hooks[HOOK_CONF_MAX];
    size_t n;
};

static int setup(void **state) {
    struct place *p = calloc(1, sizeof *p);
    p->dir = temp_make();
    buf_init(&p->problems, 64 << 10);
    *state = p;
    return 0;
}

static int teardown(void **state) {
    struct place *p = *state;
    temp_remove(p->dir);
    buf_fini(&p->problems);
    free(p);
    return 0;
}

static void put(struct place *p, const char *name, const char *text) {
    char *path = temp_path(p->dir, name);
    assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
    free(path);
}

static void drop(struct place *p, const char *name) {
    char *path = temp_path(p->dir, name);
    assert_int_equal(unlink(path), 0);
    free(path);
}

static int read_all(struct place *p) {
    buf_clear(&p->problems);
    memset(p->hooks, 0, sizeof p->hooks);
    return hook_conf_read_all(p->dir, p->hooks, &p->n, &p->problems);
}

static void files_become_hooks_by_name(void **state) {
    struct place *p = *state;
    char text[600];
    put(p, "secret", " \n s3cret \n");
    (void)snprintf(text, sizeof text,
                   "[hook]\n" URL "format = dingtalk\nsecret_file = %s/secret\nlevels = site, executive\n"
                   "digest = 07:05\nlanguage = en\n",
                   p->dir);
    put(p, "boss.conf", text);
    put(p, "all.conf", "[hook]\nurl = http://127.0.0.1/x\n");
    put(p, "boss.conf~", "nothing");
    put(p, ".boss.conf", "nothing");
    put(p, "boss.conf.dpkg-old", "nothing");
    if (read_all(p)) fail_msg("%s", p->problems.data);
    assert_int_equal(p->n, 2);
    const struct hook_conf *all = &p->hooks[0], *boss = &p->hooks[1];
    assert_string_equal(all->name, "all");
    assert_int_equal(all->format, HOOK_JSON);
    assert_int_equal(all->levels, 1u << HOOK_OFFICE | 1u << HOOK_EXECUTIVE);
    assert_int_equal(all->digest_min, HOOK_CONF_NO_DIGEST);
    assert_true(all->zh);
    assert_string_equal(all->host, "127.0.0.1");
    assert_string_equal(all->secret, "");
    assert_string_equal(boss->name, "boss");
    assert_int_equal(boss->format, HOOK_DINGTALK);
    assert_int_equal(boss->levels, 1u << HOOK_SITE | 1u << HOOK_EXECUTIVE);
    assert_int_equal(boss->digest_min, 7 * 60 + 5);
    assert_false(boss->zh);
    assert_string_equal(boss->secret, "s3cret");
    assert_string_equal(boss->host, "chat.example:8443");
    hook_conf_levels(boss->levels, text);
    assert_string_equal(text, "site,executive");
    hook_conf_levels(0, text);
    assert_string_equal(text, "none");
}

static void problems_name_file_and_remedy(void **state) {
    static const struct {
        const char *text, *problem;
    } rows[] = {
        { "", "x.conf: [hook] url: missing" },
        { "[hook]\nurl = ftp://x\n", "x.conf:2: [hook] url: this value is not allowed; allowed: https://" },
        { "[hook]\n" URL "format = slack\n", "x.conf:3: [hook] format: 'slack' is not allowed; allowed: json, wecom" },
        { "[hook]\n" URL "levels = boss\n", "x.conf:3: [hook] levels: allowed: some of site, office and executive" },
        { "[hook]\n" URL "levels = ,\n", "allowed: some of site" },
        { "[hook]\n" URL "digest = 8:30\n", "x.conf:3: [hook] digest: allowed: a time before noon like 08:30; or no" },
        { "[hook]\n" URL "digest = 12:00\n", "allowed: a time before noon" },
        { "[hook]\n" URL "digest = 08:60\n", "allowed: a time before noon" },
        { "[hook]\n" URL "digest = -1:30\n", "allowed: a time before noon" },
        { "[hook]\n" URL "levels = none\n", "x.conf: [hook] levels and digest: nothing would be sent" },
        { "[hook]\n" URL "format = wecom\nsecret_file = /x\n", "secret_file: wecom has none, its key is in url" },
        { "[hook]\n" URL "secret_file = /nowhere/x\n", "x.conf: [hook] secret_file: " },
        { "[hook]\nurl = https://me:word@chat.example/\n", "x.conf:2: [hook] url: this value is not allowed" },
        { "[hooks]\n" URL, "x.conf:2: [hooks] url: there is no such section; did you mean [hook]?" },
        { "[hook]\n" URL "format = json\nformt = json\n", "there is no such key; did you mean [hook] format?" },
    };
    struct place *p = *state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(rows); i++) {
        put(p, "x.conf", rows[i].text);
        assert_int_equal(read_all(p), ERR_INVALID);
        if (!p->problems.data || !strstr(p->problems.data, rows[i].problem))
            fail_msg("no problem says '%s':\n%s", rows[i].problem, p->problems.data ? p->problems.data : "(none)");
        assert_null(strstr(p->problems.data, "very-secret"));
        assert_null(strstr(p->problems.data, "word@"));
        assert_int_equal(p->n, 0);
    }
    drop(p, "x.conf");
    put(p, "two words", "x");
    put(p, "secret2", "two words\n");
    put(p, "Boss.conf", "[hook]\n" URL);
    assert_int_equal(read_all(p), ERR_INVALID);
    assert_non_null(strstr(p->problems.data, "/Boss.conf: name it by 1 to 40 of a-z, 0-9 and -"));
    drop(p, "Boss.conf");
    for (int i = 0; i <= HOOK_CONF_MAX; i++) {
        char name[20];
        (void)snprintf(name, sizeof name, "h-%02d.conf", i);
        put(p, name, "[hook]\n" URL);
        assert_int_equal(read_all(p), i < HOOK_CONF_MAX ? 0 : ERR_INVALID);
    }
    assert_non_null(strstr(p->problems.data, "at most 16 hooks"));
}

static void the_hubs_settings_read_them(void **state) {
    struct place *p = *state;
    struct hub_conf c;
    char text[600];
    struct buf print;
    put(p, "one.conf", "[hook]\n" URL "digest = 08:30\n");
    char *path = temp_path(p->dir, "hub");
    (void)snprintf(text, sizeof text, "[hub]\norg = acme\n[office]\nhooks = %s\nurl = https://hub.example\n", p->dir);
    assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
    if (hub_conf_read(path, &c, &p->problems)) fail_msg("%s", p->problems.data);
    assert_int_equal(c.hook_count, 1);
    assert_int_equal(c.hooks[0].digest_min, 510);
    buf_init(&print, 1 << 16);
    assert_int_equal(conf_print(hook_conf_keys, hook_conf_count, &c.hooks[0], &print), 0);
    assert_null(strstr(print.data, "very-secret"));
    buf_fini(&print);
    (void)snprintf(text, sizeof text, "[hub]\norg = acme\n[office]\nhooks = %s/nowhere\n", p->dir);
    assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
    assert_int_equal(hub_conf_read(path, &c, &p->problems), ERR_INVALID);
    assert_non_null(strstr(p->problems.data, "/nowhere: not found; make the folder, or remove the key"));
    free(path);
}

static void the_example_is_good(void **state) {
    struct place *p = *state;
    if (hook_conf_read_all("board/hooks.d", p->hooks, &p->n, &p->problems)) fail_msg("%s", p->problems.data);
    assert_int_equal(p->n, 1);
    assert_int_equal(p->hooks[0].format, HOOK_WECOM);
    assert_int_equal(p->hooks[0].digest_min, 510);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_become_hooks_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(problems_name_file_and_remedy, setup, teardown),
        cmocka_unit_test_setup_teardown(the_hubs_settings_read_them, setup, teardown),
        cmocka_unit_test_setup_teardown(the_example_is_good, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
