/* SPDX-License-Identifier: MIT */
/* A company's checklists and settings: merged with the program's, carried to the other end, brought to sites that come later, bad input. */
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

#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct test_journal hub, board;
    struct buf answer;
    struct err_text e;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-22T16:10:00+08:00");
    journal_pair_open(&f->hub, "hub");
    journal_pair_open(&f->board, "b-01");
    buf_init(&f->answer, 4u << 20);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->hub);
    journal_pair_close(&f->board);
    buf_fini(&f->answer);
    free(f);
    return 0;
}

static int put(struct fixture *f, const char *site, const char *stage, const char *body) {
    buf_clear(&f->answer);
    memset(&f->e, 0, sizeof f->e);
    journal_pair_begin(&f->hub);
    int rc =
        checklist_set_put(f->hub.journal, f->hub.db, site, stage, body, strlen(body), "user/u-01", &f->answer, &f->e);
    journal_pair_commit(&f->hub);
    return rc;
}

static int set(struct fixture *f, const char *site, const char *key, const char *body) {
    buf_clear(&f->answer);
    memset(&f->e, 0, sizeof f->e);
    journal_pair_begin(&f->hub);
    int rc = setting_put(f->hub.journal, f->hub.db, site, key, body, strlen(body), "user/u-01", 900, &f->answer, &f->e);
    journal_pair_commit(&f->hub);
    return rc;
}

static void plan(struct fixture *f, const char *site) {
    const char *body = "{\"name\":\"1-302\"}";
    buf_clear(&f->answer);
    journal_pair_begin(&f->hub);
    assert_int_equal(plan_set(f->hub.journal, f->hub.db, site, 0, body, strlen(body), "user/u-01", &f->answer, &f->e),
                     0);
    journal_pair_commit(&f->hub);
}

static void carry(struct fixture *f) {
    unsigned seed = journal_pair_seed();
    journal_pair_carry(&f->hub, &f->board, &seed);
    journal_pair_same(&f->hub, &f->board);
}

static int64_t events(struct test_journal *t, const char *type) {
    char sql[120];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM event WHERE type = '%.40s'", type);
    char *text = journal_pair_value(t, sql);
    int64_t n = atoll(text);
    free(text);
    return n;
}

#define ITEM(key, rest) "{\"key\":\"" key "\",\"zh\":\"z\",\"en\":\"e\"," rest "}"
#define MIN350                                                                                                         \
    "\"kind\":\"measure\",\"source\":\"C\",\"parts\":[{\"key\":\"value\",\"zh\":\"z\",\"en\":\"e\",\"unit\":\"mm\","   \
    "\"min\":350}]"

/* One item alone is what the whole list says of it. */
static void one_by_one(struct fixture *f, const struct checklist *c) {
    static const char *const keys[] = { "wp.hother", "own.smell", "wp.thick", "wp.pond", "ti.step", "none" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct domain_text *texts = NULL;
        struct checklist_item one;
        const struct checklist_item *item = checklist_set_item(c, keys[i]);
        int rc = checklist_set_one(f->board.db, JOURNAL_SITE, "waterproofing", keys[i], &one, &texts);
        assert_int_equal(rc, item ? 0 : ERR_NOT_FOUND);
        if (item) assert_string_equal(one.zh, item->zh);
        if (item) assert_int_equal(one.company, item->company);
        domain_form_free(&texts);
    }
}

static void replaced_added_and_left_out(void **state) {
    struct fixture *f = *state;
    struct checklist c;
    struct checklist_verdict v;
    assert_int_equal(checklist_set_read(f->board.db, JOURNAL_SITE, "waterproofing", &c), 0);
    assert_int_equal(c.version, 0);
    size_t before = c.count;
    assert_non_null(checklist_set_item(&c, "wp.thick"));
    checklist_set_fini(&c);
    if (put(f, JOURNAL_SITE, "waterproofing",
            "{\"items\":[" ITEM("wp.hother", MIN350) "," ITEM(
                "own.smell", "\"kind\":\"check\",\"source\":\"C\"") "],\"remove\":[\"wp.thick\"]}") != 0)
        fail_msg("%s: %s", f->e.field, f->e.text);
    assert_non_null(strstr(f->answer.data, "\"limit\":{\"zh\":\"≥ 350 mm\",\"en\":\"≥ 350 mm\"}"));
    carry(f);
    assert_int_equal(checklist_set_read(f->board.db, JOURNAL_SITE, "waterproofing", &c), 0);
    assert_int_equal(c.version, 1);
    assert_int_equal(c.count, before); /* one more, one less */
    assert_null(checklist_set_item(&c, "wp.thick"));
    assert_string_equal(c.items[c.count - 1].key, "own.smell");
    const struct checklist_item *item = checklist_set_item(&c, "wp.hother");
    assert_true(item->company);
    assert_string_equal(item->stage, "waterproofing");
    assert_int_equal(checklist_judge(item, NULL, 300, &v), 0);
    assert_false(v.pass);
    assert_false(checklist_set_item(&c, "wp.pond")->company);
    one_by_one(f, &c);
    checklist_set_fini(&c);
    /* the other stages are as they were */
    assert_int_equal(checklist_set_read(f->board.db, JOURNAL_SITE, "tiling", &c), 0);
    assert_int_equal(c.version, 0);
    checklist_set_fini(&c);
    journal_pair_rebuild(&f->board);
}

static void the_newest_counts_alone_and_the_same_is_no_event(void **state) {
    struct fixture *f = *state;
    struct checklist c;
    assert_int_equal(put(f, JOURNAL_SITE, "waterproofing", "{\"remove\":[\"wp.thick\"]}"), 0);
    assert_int_equal(put(f, JOURNAL_SITE, "waterproofing", "{\"remove\":[\"wp.thick\"],\"items\":[]}"), 0);
    assert_int_equal(events(&f->hub, "checklist-set"), 1);
    assert_int_equal(put(f, JOURNAL_SITE, "waterproofing", "{\"remove\":[\"wp.door\"]}"), 0);
    assert_int_equal(checklist_set_read(f->hub.db, JOURNAL_SITE, "waterproofing", &c), 0);
    assert_int_equal(c.version, 2);
    assert_non_null(checklist_set_item(&c, "wp.thick"));
    assert_null(checklist_set_item(&c, "wp.door"));
    checklist_set_fini(&c);
    assert_int_equal(put(f, JOURNAL_SITE, "waterproofing", "{}"), 0);
    assert_int_equal(checklist_set_read(f->hub.db, JOURNAL_SITE, "waterproofing", &c), 0);
    assert_non_null(checklist_set_item(&c, "wp.door"));
    checklist_set_fini(&c);
}

static void a_red_line_needs_the_companys_word(void **state) {
    struct fixture *f = *state;
    struct checklist c;
    assert_int_equal(put(f, JOURNAL_SITE, "plumbing_electrical",
                         "{\"items\":[" ITEM("own.a", "\"kind\":\"check\",\"source\":\"A\"") "," ITEM(
                             "pe.ins", "\"red_line\":true,\"kind\":\"measure\",\"source\":\"m\",\"parts\":[{\"key\":"
                                       "\"value\",\"zh\":\"z\",\"en\":\"e\",\"min\":1}]") "]}"),
                     ERR_INVALID);
    assert_string_equal(f->e.field, "items.1.red_line");
    assert_int_equal(events(&f->hub, "checklist-set"), 0);
    assert_int_equal(
        put(f, JOURNAL_SITE, "plumbing_electrical",
            "{\"items\":[" ITEM("pe.ins", "\"confirmed\":true,\"red_line\":true,\"kind\":\"measure\",\"source\":\"m\","
                                          "\"parts\":[{\"key\":\"value\",\"zh\":\"z\",\"en\":\"e\",\"min\":1}]") "]}"),
        0);
    assert_int_equal(checklist_set_read(f->hub.db, JOURNAL_SITE, "plumbing_electrical", &c), 0);
    assert_true(checklist_set_item(&c, "pe.ins")->red_line);
    assert_true(checklist_set_item(&c, "pe.ins")->confirmed);
    checklist_set_fini(&c);
    /* another writer's that says so without the word: the red line is off */
    struct event_draft draft = { .site = JOURNAL_SITE,
                                 .type = "checklist-set",
                                 .subject_id = "carpentry",
                                 .actor = "user/u-01",
                                 .data = "{\"items\":[" ITEM(
                                     "ca.heavy",
                                     "\"kind\":\"check\",\"source\":\"m\",\"red_line\":true,\"newer\":1") "]}" };
    journal_pair_append(&f->hub, &draft, NULL);
    assert_int_equal(checklist_set_read(f->hub.db, JOURNAL_SITE, "carpentry", &c), 0);
    assert_false(checklist_set_item(&c, "ca.heavy")->red_line);
    assert_true(checklist_set_item(&c, "ca.heavy")->red_line_if_confirmed);
    checklist_set_fini(&c);
}

static void bad_checklists_name_the_member(void **state) {
    static const struct {
        const char *body, *field;
    } rows[] = {
        { "[]", "" },
        { "{\"item\":[]}", "item" },
        { "{\"items\":{}}", "items" },
        { "{\"items\":[null]}", "items.0" },
        { "{\"items\":[" ITEM("wp.a", MIN350) "," ITEM("wp.a", MIN350) "]}", "items.1.key" },
        { "{\"items\":[" ITEM("ti.step", MIN350) "]}", "items.0.key" },
        { "{\"items\":[" ITEM("wp.a", "\"stage\":\"tiling\"," MIN350) "]}", "items.0.stage" },
        { "{\"items\":[" ITEM("wp.pond", MIN350) "]}", "items.0.kind" },
        { "{\"items\":[" ITEM("wp.a", "\"kind\":\"check\",\"source\":\"C\",\"note\":{\"zh\":\"z\"}") "]}",
          "items.0.note.en" },
        { "{\"items\":[" ITEM(
              "wp.a", "\"kind\":\"check\",\"source\":\"C\",\"note\":{\"zh\":\"z\",\"en\":\"e\",\"fr\":\"f\"}") "]}",
          "items.0.note.fr" },
        { "{\"remove\":[\"wp.none\"]}", "remove.0" },
        { "{\"remove\":[\"ti.step\"]}", "remove.0" },
        { "{\"remove\":[\"wp.pond\"]}", "remove.0" },
        { "{\"remove\":[\"wp.door\",\"wp.door\"]}", "remove.1" },
        { "{\"remove\":[\"wp.hother\"],\"items\":[" ITEM("wp.hother", MIN350) "]}", "remove.0" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (put(f, JOURNAL_SITE, "waterproofing", rows[i].body) != ERR_INVALID) fail_msg("%s was taken", rows[i].body);
        if (strcmp(f->e.field, rows[i].field) != 0)
            fail_msg("%s: field \"%s\" (%s)", rows[i].body, f->e.field, f->e.text);
    }
    assert_int_equal(put(f, JOURNAL_SITE, "moon", "{}"), ERR_NOT_FOUND);
    assert_int_equal(checklist_set_print(f->hub.db, JOURNAL_SITE, "moon", &f->answer), ERR_NOT_FOUND);
    assert_int_equal(events(&f->hub, "checklist-set"), 0);
}

static void texts_are_masked(void **state) {
    struct fixture *f = *state;
    assert_int_equal(put(f, JOURNAL_SITE, "waterproofing",
                         "{\"items\":[{\"key\":\"wp.call\",\"zh\":\"打13900001234\",\"en\":\"e\",\"kind\":\"check\","
                         "\"source\":\"C\"}]}"),
                     0);
    assert_null(strstr(f->answer.data, "13900001234"));
    assert_non_null(strstr(f->answer.data, "打139****1234"));
}

static int64_t in_force(struct test_journal *t, const char *site, const char *key) {
    int64_t n = -1;
    assert_int_equal(setting_get_int(t->db, site, key, &n), 0);
    return n;
}

static void settings_default_set_and_back(void **state) {
    struct fixture *f = *state;
    int64_t n;
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_STAGE_LATE_HOURS), 48);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_CALLBACK_DAYS), 14);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_ADDITIONS_PERCENT), 10);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_DESIGNER_HOURS), 72);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_CUSTOMER_HOURS), 2);
    assert_int_equal(set(f, JOURNAL_SITE, "callback_days", "{\"value\":10}"), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":10,\"default\":14"));
    assert_non_null(strstr(f->answer.data, "\"source\":\"company\",\"version\":1"));
    assert_int_equal(set(f, JOURNAL_SITE, "callback_days", "{\"value\":10}"), 0);
    assert_int_equal(events(&f->hub, "setting-set"), 1);
    carry(f);
    assert_int_equal(in_force(&f->board, JOURNAL_SITE, SETTING_CALLBACK_DAYS), 10);
    assert_int_equal(set(f, JOURNAL_SITE, "callback_days", "{\"value\":null}"), 0);
    assert_non_null(strstr(f->answer.data, "\"source\":\"default\",\"version\":2"));
    carry(f);
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
    carry(f);
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
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (set(f, JOURNAL_SITE, rows[i].key, rows[i].body) != rows[i].rc) fail_msg("%s: %s", rows[i].body, f->e.text);
        if (strcmp(f->e.field, rows[i].field) != 0)
            fail_msg("%s: field \"%s\" (%s)", rows[i].body, f->e.field, f->e.text);
    }
    assert_int_equal(events(&f->hub, "setting-set"), 0);
}

static void silence_is_the_configurations_until_it_is_set(void **state) {
    struct fixture *f = *state;
    assert_int_equal(setting_print(f->hub.db, JOURNAL_SITE, "silent_hours", true, 900, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":0.25,\"default\":0.25,"));
    assert_non_null(strstr(f->answer.data, "\"source\":\"configuration\""));
    buf_clear(&f->answer);
    assert_int_equal(setting_print(f->board.db, JOURNAL_SITE, "silent_hours", true, 0, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":null,\"default\":null,"));
    assert_int_equal(set(f, JOURNAL_SITE, "silent_hours", "{\"value\":3}"), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":3,\"default\":0.25,"));
    assert_non_null(strstr(f->answer.data, "\"source\":\"company\""));
    assert_int_equal(set(f, JOURNAL_SITE, "silent_hours", "{\"value\":null}"), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":0.25,"));
}

static void consent(void **state) {
    struct fixture *f = *state;
    assert_int_equal(
        set(f, JOURNAL_SITE, "camera_consent",
            "{\"value\":{\"given\":true,\"on\":\"2026-11-20\",\"by\":\"李某某\",\"text\":\"同意，电话13900001234\"}}"),
        0);
    carry(f);
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
    assert_int_equal(set(f, JOURNAL_SITE, "camera_consent", "{\"value\":{\"given\":false}}"), 0);
    buf_clear(&f->answer);
    assert_int_equal(setting_print(f->hub.db, JOURNAL_SITE, "camera_consent", true, 0, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"value\":{\"given\":false}"));
}

static void all_sites_and_those_to_come(void **state) {
    struct fixture *f = *state;
    plan(f, "s-1");
    plan(f, "s-2");
    assert_int_equal(set(f, "s-2", "callback_days", "{\"value\":10}"), 0);
    assert_int_equal(set(f, NULL, "callback_days", "{\"value\":10}"), 0);
    assert_string_equal(f->answer.data, "{\"key\":\"callback_days\",\"sites\":2,\"changed\":1}");
    assert_int_equal(put(f, NULL, "waterproofing", "{\"remove\":[\"wp.door\"]}"), 0);
    assert_string_equal(f->answer.data, "{\"stage\":\"waterproofing\",\"sites\":2,\"changed\":2}");
    plan(f, "s-3");
    struct checklist c;
    for (const char *const *site = (const char *const[]){ "s-1", "s-2", "s-3", NULL }; *site; site++) {
        assert_int_equal(in_force(&f->hub, *site, SETTING_CALLBACK_DAYS), 10);
        assert_int_equal(checklist_set_read(f->hub.db, *site, "waterproofing", &c), 0);
        assert_null(checklist_set_item(&c, "wp.door"));
        checklist_set_fini(&c);
    }
    assert_int_equal(events(&f->hub, "setting-set"), 3);
    /* a site that goes its own way does until all are set anew */
    assert_int_equal(set(f, "s-1", "callback_days", "{\"value\":30}"), 0);
    assert_int_equal(in_force(&f->hub, "s-1", SETTING_CALLBACK_DAYS), 30);
    assert_int_equal(set(f, NULL, "callback_days", "{\"value\":null}"), 0);
    assert_int_equal(in_force(&f->hub, "s-1", SETTING_CALLBACK_DAYS), 14);
    assert_int_equal(set(f, NULL, "callback_days", "{\"value\":0}"), ERR_INVALID);
    assert_int_equal(set(f, NULL, "no_such", "{\"value\":0}"), ERR_NOT_FOUND);
    journal_pair_rebuild(&f->hub);
}

static void says(struct fixture *f, const char *part) {
    if (!f->answer.data || !strstr(f->answer.data, part))
        fail_msg("%s is not in %s", part, f->answer.data ? f->answer.data : "nothing");
}

static void settings_say_where_they_come_from(void **state) {
    struct fixture *f = *state;
    plan(f, "s-1");
    plan(f, "s-2");
    assert_int_equal(set(f, NULL, "callback_days", "{\"value\":10}"), 0);
    assert_int_equal(set(f, "s-2", "callback_days", "{\"value\":7}"), 0);
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
        says(f, rows[i].says);
    }
    /* a site that went back to the program's value while another one is for all */
    assert_int_equal(set(f, "s-2", "callback_days", "{\"value\":null}"), 0);
    says(f, "\"from\":\"site\"");
    buf_clear(&f->answer);
    assert_int_equal(setting_print_company(f->hub.db, 900, &f->answer), 0);
    says(f, "{\"key\":\"callback_days\",\"value\":10,\"default\":14,");
    says(f, "\"from\":\"company\",\"own\":[{\"site\":\"s-2\",\"value\":14}]}");
    says(f, "\"from\":\"product\",\"own\":[]}");
    assert_null(strstr(f->answer.data, "camera_consent"));
}

static void checklists_say_where_they_come_from(void **state) {
    struct fixture *f = *state;
    plan(f, "s-1");
    plan(f, "s-2");
    assert_int_equal(
        put(f, NULL, "waterproofing", "{\"items\":[" ITEM("wp.hother", MIN350) "],\"remove\":[\"wp.door\"]}"), 0);
    assert_int_equal(put(f, "s-2", "waterproofing",
                         "{\"items\":[" ITEM("wp.hother", MIN350) "," ITEM(
                             "own.smell", "\"kind\":\"check\",\"source\":\"C\"") "],\"remove\":[\"wp.thick\"]}"),
                     0);
    struct {
        const char *key, *from;
    } items[] = { { "wp.hother", "company" }, { "own.smell", "site" }, { "wp.pond", "product" } };
    for (size_t i = 0; i < 3; i++) {
        char key[60], from[60];
        (void)snprintf(key, sizeof key, "{\"key\":\"%s\"", items[i].key);
        (void)snprintf(from, sizeof from, "\"from\":\"%s\"", items[i].from);
        const char *at = strstr(f->answer.data, key);
        assert_non_null(at);
        at = strstr(at, "\"from\":");
        assert_int_equal(strncmp(at, from, strlen(from)), 0);
    }
    says(f, "\"removed\":[{\"key\":\"wp.thick\",\"from\":\"site\"}]"); /* the door is there again */
    buf_clear(&f->answer);
    assert_int_equal(checklist_set_print(f->hub.db, "s-1", "waterproofing", &f->answer), 0);
    says(f, "\"removed\":[{\"key\":\"wp.door\",\"from\":\"company\"}]");
    buf_clear(&f->answer);
    assert_int_equal(checklist_set_print(f->hub.db, NULL, "waterproofing", &f->answer), 0);
    says(f, "≥ 350 mm");
    says(f, "\"removed\":[{\"key\":\"wp.door\",\"from\":\"company\"}],\"own\":[\"s-2\"]}");
    buf_clear(&f->answer);
    assert_int_equal(checklist_set_print(f->hub.db, NULL, "tiling", &f->answer), 0);
    says(f, "\"removed\":[],\"own\":[]}");
}

static void what_it_would_do_is_told_and_not_done(void **state) {
    struct fixture *f = *state;
    plan(f, "s-1");
    plan(f, "s-2");
    assert_int_equal(set(f, "s-2", "callback_days", "{\"value\":7}"), 0);
    int64_t before = events(&f->hub, "setting-set");
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
    assert_int_equal(events(&f->hub, "setting-set"), before);
    assert_int_equal(events(&f->hub, "checklist-set"), 0);
}

static void what_was_said_for_all_is_kept(void **state) {
    struct fixture *f = *state;
    assert_int_equal(set(f, NULL, "callback_days", "{\"value\":10}"), 0);
    journal_pair_now("2026-11-23T09:00:00+08:00");
    assert_int_equal(set(f, NULL, "callback_days", "{\"value\":null}"), 0);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(replaced_added_and_left_out),
        TEST(the_newest_counts_alone_and_the_same_is_no_event),
        TEST(a_red_line_needs_the_companys_word),
        TEST(bad_checklists_name_the_member),
        TEST(texts_are_masked),
        TEST(settings_default_set_and_back),
        TEST(bad_settings_name_the_member),
        TEST(silence_is_the_configurations_until_it_is_set),
        TEST(consent),
        TEST(all_sites_and_those_to_come),
        TEST(settings_say_where_they_come_from),
        TEST(checklists_say_where_they_come_from),
        TEST(what_it_would_do_is_told_and_not_done),
        TEST(what_was_said_for_all_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
