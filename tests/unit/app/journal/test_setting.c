/* SPDX-License-Identifier: MIT */
/* Settings: what is in force and where it comes from, the customer's consent, bad input. */
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

static void settings_default_set_and_back(void **state) {
    struct company_rig *f = *state;
    int64_t n;
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_STAGE_LATE_HOURS), 48);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_CALLBACK_DAYS), 14);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_ADDITIONS_PERCENT), 10);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_DESIGNER_HOURS), 72);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_CUSTOMER_HOURS), 2);
    assert_int_equal(company_rig_set(f, JOURNAL_SITE, "callback_days", "{\"value\":10}"), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":10,\"default\":14"));
    assert_non_null(strstr(f->answer.data, "\"source\":\"company\",\"version\":1"));
    assert_int_equal(company_rig_set(f, JOURNAL_SITE, "callback_days", "{\"value\":10}"), 0);
    assert_int_equal(company_rig_events(&f->hub, "setting-set"), 1);
    company_rig_carry(f);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_CALLBACK_DAYS), 10);
    assert_int_equal(company_rig_set(f, JOURNAL_SITE, "callback_days", "{\"value\":null}"), 0);
    assert_non_null(strstr(f->answer.data, "\"source\":\"default\",\"version\":2"));
    company_rig_carry(f);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_CALLBACK_DAYS), 14);
    assert_int_equal(setting_get_int(f->hub.db, JOURNAL_SITE, "no_such", &n), ERR_NOT_FOUND);
    assert_int_equal(setting_get_int(f->hub.db, JOURNAL_SITE, SETTING_CAMERA_CONSENT, &n), ERR_NOT_FOUND);
    /* what a newer program allows, and this one does not: the default */
    struct event_draft draft = { .site = JOURNAL_SITE,
                                 .type = "setting-set",
                                 .subject_id = "callback_days",
                                 .actor = "user/u-01",
                                 .data = "{\"key\":\"callback_days\",\"value\":9999}" };
    journal_pair_append(&f->hub, &draft, NULL);
    draft.subject_id = "from_the_future";
    draft.data = "{\"key\":\"from_the_future\",\"value\":{\"a\":1}}";
    journal_pair_append(&f->hub, &draft, NULL);
    company_rig_carry(f);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_CALLBACK_DAYS), 14);
    /* a setting of another key than its subject's: kept, marked */
    draft.subject_id = "stage_late_hours";
    draft.data = "{\"key\":\"callback_days\",\"value\":7}";
    journal_pair_append(&f->hub, &draft, NULL);
    assert_int_equal(in_force(&f->hub, JOURNAL_SITE, SETTING_STAGE_LATE_HOURS), 48);
    char *late = journal_pair_value(&f->hub, "SELECT count(*) FROM late");
    assert_string_equal(late, "1");
    free(late);
    journal_pair_rebuild(&f->hub);
}

static void bad_settings_name_the_member(void **state) {
    static const struct {
        const char *key, *body, *field;
        int rc;
    } rows[] = {
        { "callback_days", "{}", "value", ERR_INVALID },
        { "callback_days", "[]", "", ERR_INVALID },
        { "callback_days", "{\"value\":0}", "value", ERR_INVALID },
        { "callback_days", "{\"value\":181}", "value", ERR_INVALID },
        { "callback_days", "{\"value\":1.5}", "value", ERR_INVALID },
        { "callback_days", "{\"value\":\"7\"}", "value", ERR_INVALID },
        { "callback_days", "{\"value\":7,\"for\":1}", "for", ERR_INVALID },
        { "no_such", "{\"value\":7}", "key", ERR_NOT_FOUND },
        { "camera_consent", "{\"value\":true}", "value", ERR_INVALID },
        { "camera_consent", "{\"value\":{}}", "value.given", ERR_INVALID },
        { "camera_consent", "{\"value\":{\"given\":true}}", "value.on", ERR_INVALID },
        { "camera_consent", "{\"value\":{\"given\":true,\"on\":\"2026-02-30\"}}", "value.on", ERR_INVALID },
        { "camera_consent", "{\"value\":{\"given\":false,\"where\":1}}", "value.where", ERR_INVALID },
    };
    struct company_rig *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (company_rig_set(f, JOURNAL_SITE, rows[i].key, rows[i].body) != rows[i].rc)
            fail_msg("%s: %s", rows[i].body, f->e.text);
        if (strcmp(f->e.field, rows[i].field) != 0)
            fail_msg("%s: field \"%s\" (%s)", rows[i].body, f->e.field, f->e.text);
    }
    assert_int_equal(company_rig_events(&f->hub, "setting-set"), 0);
}

static void silence_is_the_configurations_until_it_is_set(void **state) {
    struct company_rig *f = *state;
    assert_int_equal(setting_print(f->hub.db, JOURNAL_SITE, "silent_hours", true, 900, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":0.25,\"default\":0.25,"));
    assert_non_null(strstr(f->answer.data, "\"source\":\"configuration\""));
    buf_clear(&f->answer);
    assert_int_equal(setting_print(f->board.db, JOURNAL_SITE, "silent_hours", true, 0, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":null,\"default\":null,"));
    assert_int_equal(company_rig_set(f, JOURNAL_SITE, "silent_hours", "{\"value\":3}"), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":3,\"default\":0.25,"));
    assert_non_null(strstr(f->answer.data, "\"source\":\"company\""));
    assert_int_equal(company_rig_set(f, JOURNAL_SITE, "silent_hours", "{\"value\":null}"), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":0.25,"));
}

static void consent(void **state) {
    struct company_rig *f = *state;
    assert_int_equal(
        company_rig_set(
            f, JOURNAL_SITE, "camera_consent",
            "{\"value\":{\"given\":true,\"on\":\"2026-11-20\",\"by\":\"李某某\",\"text\":\"同意，电话13900001234\"}}"),
        0);
    company_rig_carry(f);
    buf_clear(&f->answer);
    assert_int_equal(setting_print(f->board.db, JOURNAL_SITE, "camera_consent", true, 0, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":{\"given\":true,\"on\":\"2026-11-20\",\"by\":\"李**\","
                                           "\"text\":\"同意，电话139****1234\"}"));
    buf_clear(&f->answer);
    assert_int_equal(setting_print(f->board.db, JOURNAL_SITE, NULL, false, 0, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"given\":true"));
    assert_non_null(strstr(f->answer.data, "\"type\":\"consent\""));
    assert_null(strstr(f->answer.data, "李"));
    for (unsigned hide = 0; hide <= TIMELINE_HIDE_CUSTOMER; hide += TIMELINE_HIDE_CUSTOMER) {
        buf_clear(&f->answer);
        assert_int_equal(timeline_history(f->board.db, JOURNAL_SITE, "setting/camera_consent", hide, &f->answer), 0);
        assert_int_equal(strstr(f->answer.data, "李**") != NULL, !hide);
        assert_non_null(strstr(f->answer.data, "camera_consent"));
    }
    assert_int_equal(company_rig_set(f, JOURNAL_SITE, "camera_consent", "{\"value\":{\"given\":false}}"), 0);
    buf_clear(&f->answer);
    assert_int_equal(setting_print(f->hub.db, JOURNAL_SITE, "camera_consent", true, 0, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":{\"given\":false}"));
}

static void settings_say_where_they_come_from(void **state) {
    struct company_rig *f = *state;
    company_rig_plan(f, "s-1");
    company_rig_plan(f, "s-2");
    assert_int_equal(company_rig_set(f, NULL, "callback_days", "{\"value\":10}"), 0);
    assert_int_equal(company_rig_set(f, "s-2", "callback_days", "{\"value\":7}"), 0);
    static const struct {
        const char *site, *key, *says;
    } rows[] = {
        { "s-1", "callback_days", "\"value\":10,\"default\":14," },
        { "s-1", "callback_days", "\"from\":\"company\"" },
        { "s-2", "callback_days", "\"from\":\"site\",\"company\":10," },
        { "s-2", "silent_hours", "\"from\":\"product\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_clear(&f->answer);
        assert_int_equal(setting_print(f->hub.db, rows[i].site, rows[i].key, true, 0, &f->answer), 0);
        company_rig_says(f, rows[i].says);
    }
    /* a site that went back to the program's value while another one is for all */
    assert_int_equal(company_rig_set(f, "s-2", "callback_days", "{\"value\":null}"), 0);
    company_rig_says(f, "\"from\":\"site\"");
    buf_clear(&f->answer);
    assert_int_equal(setting_print_company(f->hub.db, NULL, 900, &f->answer), 0);
    company_rig_says(f, "{\"key\":\"callback_days\",\"value\":10,\"default\":14,");
    company_rig_says(f, "\"from\":\"company\",\"version\":1,\"own\":[{\"site\":\"s-2\",\"value\":14}]}");
    company_rig_says(f, "\"from\":\"product\",\"version\":0,\"own\":[]}");
    assert_null(strstr(f->answer.data, "camera_consent"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, company_rig_setup, company_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(settings_default_set_and_back),
        TEST(bad_settings_name_the_member),
        TEST(silence_is_the_configurations_until_it_is_set),
        TEST(consent),
        TEST(settings_say_where_they_come_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
