/* SPDX-License-Identifier: MIT */
/* What a company says for all sites: brought to those that come later, told before it is done, kept. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/checklist_set.h"
#include "app/journal/company.h"
#include "app/journal/domain_form.h"
#include "app/journal/plan.h"
#include "app/journal/setting.h"
#include "app/journal/timeline.h"

#include "tests/support/company_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t in_force(struct test_journal *t, const char *site, const char *key) {
    int64_t n = -1;
    assert_int_equal(setting_get_int(t->db, site, key, &n), 0);
    return n;
}

static void all_sites_and_those_to_come(void **state) {
    struct company_rig *f = *state;
    company_rig_plan(f, "s-1");
    company_rig_plan(f, "s-2");
    assert_int_equal(company_rig_set(f, "s-2", "callback_days", "{\"value\":10}"), 0);
    assert_int_equal(company_rig_set(f, NULL, "callback_days", "{\"value\":10}"), 0);
    assert_string_equal(f->answer.data, "{\"key\":\"callback_days\",\"sites\":2,\"changed\":1,\"version\":1}");
    assert_int_equal(company_rig_put(f, NULL, "waterproofing", "{\"remove\":[\"wp.door\"]}"), 0);
    assert_string_equal(f->answer.data, "{\"stage\":\"waterproofing\",\"sites\":2,\"changed\":2,\"version\":1}");
    company_rig_plan(f, "s-3");
    struct checklist c;
    for (const char *const *site = (const char *const[]){ "s-1", "s-2", "s-3", NULL }; *site; site++) {
        assert_int_equal(in_force(&f->hub, *site, SETTING_CALLBACK_DAYS), 10);
        assert_int_equal(checklist_set_read(f->hub.db, *site, "waterproofing", &c), 0);
        assert_null(checklist_set_item(&c, "wp.door"));
        checklist_set_fini(&c);
    }
    assert_int_equal(company_rig_events(&f->hub, "setting-set"), 3);
    /* a site that goes its own way does until all are set anew */
    assert_int_equal(company_rig_set(f, "s-1", "callback_days", "{\"value\":30}"), 0);
    assert_int_equal(in_force(&f->hub, "s-1", SETTING_CALLBACK_DAYS), 30);
    assert_int_equal(company_rig_set(f, NULL, "callback_days", "{\"value\":null}"), 0);
    assert_int_equal(in_force(&f->hub, "s-1", SETTING_CALLBACK_DAYS), 14);
    assert_int_equal(company_rig_set(f, NULL, "callback_days", "{\"value\":0}"), ERR_INVALID);
    assert_int_equal(company_rig_set(f, NULL, "no_such", "{\"value\":0}"), ERR_NOT_FOUND);
    journal_pair_rebuild(&f->hub);
}

static void what_it_would_do_is_told_and_not_done(void **state) {
    struct company_rig *f = *state;
    company_rig_plan(f, "s-1");
    company_rig_plan(f, "s-2");
    assert_int_equal(company_rig_set(f, "s-2", "callback_days", "{\"value\":7}"), 0);
    int64_t before = company_rig_events(&f->hub, "setting-set");
    static const struct {
        const char *site, *body, *says;
        int rc;
    } rows[] = {
        { NULL, "{\"value\":7}", "{\"key\":\"callback_days\",\"sites\":2,\"changed\":1}", 0 },
        { NULL, "{\"value\":8}", "{\"key\":\"callback_days\",\"sites\":2,\"changed\":2}", 0 },
        { "s-2", "{\"value\":7}", "{\"key\":\"callback_days\",\"sites\":1,\"changed\":0}", 0 },
        { "s-2", "{\"value\":0}", "value has to be a whole number of days from 1 to 180", ERR_INVALID },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_clear(&f->answer);
        memset(&f->e, 0, sizeof f->e);
        assert_int_equal(setting_would(f->hub.db, rows[i].site, "callback_days", rows[i].body, strlen(rows[i].body),
                                       &f->answer, &f->e),
                         rows[i].rc);
        assert_string_equal(rows[i].rc ? f->e.text : f->answer.data, rows[i].says);
    }
    static const char good[] = "{\"remove\":[\"wp.door\"]}", bad[] = "{\"remove\":[\"wp.pond\"]}";
    buf_clear(&f->answer);
    assert_int_equal(checklist_set_would(f->hub.db, NULL, "waterproofing", good, strlen(good), &f->answer, &f->e), 0);
    assert_string_equal(f->answer.data, "{\"stage\":\"waterproofing\",\"sites\":2,\"changed\":2}");
    assert_int_equal(checklist_set_would(f->hub.db, NULL, "waterproofing", bad, strlen(bad), &f->answer, &f->e),
                     ERR_INVALID);
    assert_int_equal(checklist_set_would(f->hub.db, NULL, "moon", good, strlen(good), &f->answer, &f->e),
                     ERR_NOT_FOUND);
    assert_int_equal(company_rig_events(&f->hub, "setting-set"), before);
    assert_int_equal(company_rig_events(&f->hub, "checklist-set"), 0);
}

static void what_was_said_for_all_is_kept(void **state) {
    struct company_rig *f = *state;
    assert_int_equal(company_rig_set(f, NULL, "callback_days", "{\"value\":10}"), 0);
    journal_pair_now("2026-11-23T09:00:00+08:00");
    assert_int_equal(company_rig_set(f, NULL, "callback_days", "{\"value\":null}"), 0);
    buf_clear(&f->answer);
    assert_int_equal(company_history(f->hub.db, "setting/callback_days", &f->answer), 0);
    assert_string_equal(
        f->answer.data,
        "[{\"type\":\"setting-set\",\"subject\":\"setting/callback_days\",\"at\":\"2026-11-23T01:00:00."
        "000Z\",\"actor\":{\"id\":\"u-01\",\"name\":null},\"data\":{\"key\":\"callback_days\","
        "\"value\":null}},{\"type\":\"setting-set\",\"subject\":\"setting/callback_days\",\"at\":\"2026-11-"
        "22T08:10:00.000Z\",\"actor\":{\"id\":\"u-01\",\"name\":null},\"data\":{\"key\":"
        "\"callback_days\",\"value\":10}}]");
    buf_clear(&f->answer);
    assert_int_equal(company_history(f->hub.db, "checklist/tiling", &f->answer), 0);
    assert_string_equal(f->answer.data, "[]");
}

/* The second of two is told, with what there is now; nothing of theirs is kept. */
static void of_two_who_change_one_the_second_is_told(void **state) {
    struct company_rig *f = *state;
    company_rig_plan(f, "s-1");
    for (int all = 0; all < 2; all++) {
        const char *site = all ? NULL : "s-1";
        f->if_match = 0;
        assert_int_equal(company_rig_set(f, site, "callback_days", all ? "{\"value\":20}" : "{\"value\":10}"), 0);
        assert_int_equal(company_rig_set(f, site, "callback_days", "{\"value\":9}"), ERR_CONFLICT);
        assert_non_null(strstr(f->e.text, "the setting was changed meanwhile: it is at version 1, not 0"));
        company_rig_says(f, all ? "\"value\":20," : "\"value\":10,");
        company_rig_says(f, "\"version\":1");
        assert_int_equal(in_force(&f->hub, "s-1", SETTING_CALLBACK_DAYS), all ? 20 : 10);
        assert_int_equal(company_rig_put(f, site, "waterproofing", all ? "{}" : "{\"remove\":[\"wp.door\"]}"), 0);
        assert_int_equal(company_rig_put(f, site, "waterproofing", "{\"remove\":[\"wp.thick\"]}"), ERR_CONFLICT);
        assert_non_null(strstr(f->e.text, "the checklist was changed meanwhile"));
        company_rig_says(f, "\"version\":1");
        company_rig_says(f, all ? "\"removed\":[]" : "\"removed\":[{\"key\":\"wp.door\"");
        f->if_match = 1;
        assert_int_equal(company_rig_put(f, site, "waterproofing", "{\"remove\":[\"wp.thick\"]}"), 0);
        assert_int_equal(company_rig_set(f, site, "callback_days", "{\"value\":9}"), 0);
        assert_int_equal(in_force(&f->hub, "s-1", SETTING_CALLBACK_DAYS), 9);
    }
    f->if_match = COMPANY_ANY_VERSION;
    assert_int_equal(company_rig_set(f, "s-1", "callback_days", "{\"value\":8}"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, company_rig_setup, company_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(of_two_who_change_one_the_second_is_told),
        TEST(all_sites_and_those_to_come),
        TEST(what_it_would_do_is_told_and_not_done),
        TEST(what_was_said_for_all_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
