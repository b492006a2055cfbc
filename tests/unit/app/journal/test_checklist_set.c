/* SPDX-License-Identifier: MIT */
/* A company's checklists: merged with the program's, carried to the other end, bad input. */
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

#define ITEM(key, rest) "{\"key\":\"" key "\",\"zh\":\"z\",\"en\":\"e\"," rest "}"
#define MIN350                                                                                                         \
    "\"kind\":\"measure\",\"source\":\"C\",\"parts\":[{\"key\":\"value\",\"zh\":\"z\",\"en\":\"e\",\"unit\":\"mm\","   \
    "\"min\":350}]"

/* One item alone is what the whole list says of it. */
static void one_by_one(struct company_rig *f, const struct checklist *c) {
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
    struct company_rig *f = *state;
    struct checklist c;
    struct checklist_verdict v;
    assert_int_equal(checklist_set_read(f->board.db, JOURNAL_SITE, "waterproofing", &c), 0);
    assert_int_equal(c.version, 0);
    size_t before = c.count;
    assert_non_null(checklist_set_item(&c, "wp.thick"));
    checklist_set_fini(&c);
    if (company_rig_put(f, JOURNAL_SITE, "waterproofing",
                        "{\"items\":[" ITEM("wp.hother", MIN350) "," ITEM(
                            "own.smell", "\"kind\":\"check\",\"source\":\"C\"") "],\"remove\":[\"wp.thick\"]}") != 0)
        fail_msg("%s: %s", f->e.field, f->e.text);
    assert_non_null(strstr(f->answer.data, "\"limit\":{\"zh\":\"≥ 350 mm\",\"en\":\"≥ 350 mm\"}"));
    company_rig_carry(f);
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
    struct company_rig *f = *state;
    struct checklist c;
    assert_int_equal(company_rig_put(f, JOURNAL_SITE, "waterproofing", "{\"remove\":[\"wp.thick\"]}"), 0);
    assert_int_equal(company_rig_put(f, JOURNAL_SITE, "waterproofing", "{\"remove\":[\"wp.thick\"],\"items\":[]}"), 0);
    assert_int_equal(company_rig_events(&f->hub, "checklist-set"), 1);
    assert_int_equal(company_rig_put(f, JOURNAL_SITE, "waterproofing", "{\"remove\":[\"wp.door\"]}"), 0);
    assert_int_equal(checklist_set_read(f->hub.db, JOURNAL_SITE, "waterproofing", &c), 0);
    assert_int_equal(c.version, 2);
    assert_non_null(checklist_set_item(&c, "wp.thick"));
    assert_null(checklist_set_item(&c, "wp.door"));
    checklist_set_fini(&c);
    assert_int_equal(company_rig_put(f, JOURNAL_SITE, "waterproofing", "{}"), 0);
    assert_int_equal(checklist_set_read(f->hub.db, JOURNAL_SITE, "waterproofing", &c), 0);
    assert_non_null(checklist_set_item(&c, "wp.door"));
    checklist_set_fini(&c);
}

/* What is shown comes back: nothing is changed, whatever it claims of where its items come from; and one thing that is changed in it is all. */
static void what_is_shown_can_be_sent_back(void **state) {
    struct company_rig *f = *state;
    struct buf shown;
    const char *const changes[] = {
        "{}",
        "{\"items\":[" ITEM("own.smell", "\"kind\":\"check\",\"source\":\"C\"") "," ITEM(
            "wp.hother", MIN350) "],\"remove\":[\"wp.thick\",\"wp.door\"]}",
    };
    static const char *const stages[] = { "waterproofing", "plumbing_electrical", "tiling", "completion" };
    buf_init(&shown, 1 << 20);
    for (size_t c = 0; c < 2; c++) {
        if (company_rig_put(f, JOURNAL_SITE, "waterproofing", changes[c])) fail_msg("%s: %s", f->e.field, f->e.text);
        for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
            int64_t before = company_rig_events(&f->hub, "checklist-set");
            buf_clear(&shown);
            assert_int_equal(checklist_set_print(f->hub.db, JOURNAL_SITE, stages[i], &shown), 0);
            if (company_rig_put(f, JOURNAL_SITE, stages[i], shown.data))
                fail_msg("%s: %s: %s", stages[i], f->e.field, f->e.text);
            assert_string_equal(f->answer.data, shown.data);
            assert_int_equal(company_rig_events(&f->hub, "checklist-set"), before);
        }
    }
    buf_clear(&shown); /* where it comes from is not believed */
    assert_int_equal(checklist_set_print(f->hub.db, JOURNAL_SITE, "waterproofing", &shown), 0);
    for (char *at = shown.data; (at = strstr(at, "\"origin\":\"standard\",\"from\":\"product\"")); at++)
        memcpy(at, "\"from\":\"site\",\"origin\":\"company\"    ", 36); /* as long */
    assert_int_equal(company_rig_put(f, JOURNAL_SITE, "waterproofing", shown.data), 0);
    assert_non_null(strstr(f->answer.data, "\"origin\":\"standard\",\"from\":\"product\""));
    assert_int_equal(company_rig_put(f, JOURNAL_SITE, "tiling", shown.data), ERR_INVALID);
    assert_string_equal(f->e.field, "stage");
    buf_fini(&shown);
}

static void a_red_line_needs_the_companys_word(void **state) {
    struct company_rig *f = *state;
    struct checklist c;
    assert_int_equal(
        company_rig_put(f, JOURNAL_SITE, "plumbing_electrical",
                        "{\"items\":[" ITEM("own.a", "\"kind\":\"check\",\"source\":\"A\"") "," ITEM(
                            "pe.ins", "\"red_line\":true,\"kind\":\"measure\",\"source\":\"m\",\"parts\":[{\"key\":"
                                      "\"value\",\"zh\":\"z\",\"en\":\"e\",\"min\":1}]") "]}"),
        ERR_INVALID);
    assert_string_equal(f->e.field, "items.1.red_line");
    assert_int_equal(company_rig_events(&f->hub, "checklist-set"), 0);
    assert_int_equal(
        company_rig_put(
            f, JOURNAL_SITE, "plumbing_electrical",
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
    struct company_rig *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (company_rig_put(f, JOURNAL_SITE, "waterproofing", rows[i].body) != ERR_INVALID)
            fail_msg("%s was taken", rows[i].body);
        if (strcmp(f->e.field, rows[i].field) != 0)
            fail_msg("%s: field \"%s\" (%s)", rows[i].body, f->e.field, f->e.text);
    }
    assert_int_equal(company_rig_put(f, JOURNAL_SITE, "moon", "{}"), ERR_NOT_FOUND);
    assert_int_equal(checklist_set_print(f->hub.db, JOURNAL_SITE, "moon", &f->answer), ERR_NOT_FOUND);
    assert_int_equal(company_rig_events(&f->hub, "checklist-set"), 0);
}

static void texts_are_masked(void **state) {
    struct company_rig *f = *state;
    assert_int_equal(
        company_rig_put(f, JOURNAL_SITE, "waterproofing",
                        "{\"items\":[{\"key\":\"wp.call\",\"zh\":\"打13900001234\",\"en\":\"e\",\"kind\":\"check\","
                        "\"source\":\"C\"}]}"),
        0);
    assert_null(strstr(f->answer.data, "13900001234"));
    assert_non_null(strstr(f->answer.data, "打139****1234"));
}

static void checklists_say_where_they_come_from(void **state) {
    struct company_rig *f = *state;
    company_rig_plan(f, "s-1");
    company_rig_plan(f, "s-2");
    assert_int_equal(company_rig_put(f, NULL, "waterproofing",
                                     "{\"items\":[" ITEM("wp.hother", MIN350) "],\"remove\":[\"wp.door\"]}"),
                     0);
    assert_int_equal(
        company_rig_put(f, "s-2", "waterproofing",
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
    company_rig_says(f, "\"removed\":[{\"key\":\"wp.thick\",\"from\":\"site\"}]"); /* the door is there again */
    buf_clear(&f->answer);
    assert_int_equal(checklist_set_print(f->hub.db, "s-1", "waterproofing", &f->answer), 0);
    company_rig_says(f, "\"removed\":[{\"key\":\"wp.door\",\"from\":\"company\"}]");
    buf_clear(&f->answer);
    assert_int_equal(checklist_set_print(f->hub.db, NULL, "waterproofing", &f->answer), 0);
    company_rig_says(f, "≥ 350 mm");
    company_rig_says(f, "\"removed\":[{\"key\":\"wp.door\",\"from\":\"company\"}],\"own\":[\"s-2\"]}");
    buf_clear(&f->answer);
    assert_int_equal(checklist_set_print(f->hub.db, NULL, "tiling", &f->answer), 0);
    company_rig_says(f, "\"removed\":[],\"own\":[]}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, company_rig_setup, company_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(replaced_added_and_left_out),         TEST(the_newest_counts_alone_and_the_same_is_no_event),
        TEST(what_is_shown_can_be_sent_back),      TEST(a_red_line_needs_the_companys_word),
        TEST(bad_checklists_name_the_member),      TEST(texts_are_masked),
        TEST(checklists_say_where_they_come_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
