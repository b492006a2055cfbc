/* SPDX-License-Identifier: MIT */
/* Timed tests in a journal: no early pass, over power cuts and reboots, with a clock without time; what the gate makes of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/timed_test.h"

#include "app/journal/outage.h"
#include "app/journal/stage.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHOTO "[\"01990000-0000-7000-8000-0000000000aa\"]"
#define START "\"kind\":\"ponding\",\"room\":\"bath\",\"value\":25,\"photos\":" PHOTO
#define END   "\"value\":24,\"photos\":" PHOTO ",\"below_photos\":" PHOTO

enum { DAY_S = 86400 };

struct fixture {
    struct test_journal t, hub;
    struct appended out;
    struct buf answer;
    struct err_text e;
    struct timed_view view;
    char test[ID_SIZE];
    int64_t left_s;
    unsigned ids;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-16T09:00:00+08:00");
    clock_fake_mono((struct mono){ 1000000 });
    journal_pair_open(&f->t, "b-01");
    journal_pair_open(&f->hub, "hub");
    buf_init(&f->answer, 1u << 20);
    f->view = (struct timed_view){ JOURNAL_SITE, "Asia/Shanghai", { 0 }, CLOCK_NTP, true };
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->t);
    journal_pair_close(&f->hub);
    buf_fini(&f->answer);
    clock_fake_off();
    free(f);
    return 0;
}

static void grade(struct fixture *f, enum clock_grade g) {
    f->view.grade = g;
    journal_pair_grade(g);
}

static int post_at(struct fixture *f, struct test_journal *t, const char *finish, const char *rest) {
    char body[600], id[ID_SIZE];
    (void)snprintf(id, sizeof id, "01990000-0000-7000-8000-%012u", ++f->ids);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\",%s}", id, rest);
    f->view.now = clock_wall();
    f->e = (struct err_text){ 0 };
    buf_clear(&f->answer);
    journal_pair_begin(t);
    int rc = finish ? timed_test_finish(t->journal, t->db, &f->view, finish, "user/u-01", body, strlen(body),
                                        &f->left_s, &f->out, &f->answer, &f->e)
                    : timed_test_start(t->journal, t->db, &f->view, "user/u-01", body, strlen(body), &f->out,
                                       &f->answer, &f->e);
    journal_pair_commit(t);
    return rc;
}

static int start(struct fixture *f, const char *rest) {
    int rc = post_at(f, &f->t, NULL, rest);
    if (rc == 0) memcpy(f->test, f->out.id, ID_SIZE);
    return rc;
}

static int finish(struct fixture *f, const char *rest) { return post_at(f, &f->t, f->test, rest); }

static void says(struct fixture *f, const char *text) {
    if (!strstr(f->answer.data, text)) fail_msg("%s is not in %s", text, f->answer.data);
}

static void show(struct fixture *f) {
    f->view.now = clock_wall();
    buf_clear(&f->answer);
    assert_int_equal(timed_test_print(f->t.db, &f->view, f->test, &f->answer), 0);
}

/* The power goes, and comes back after a while: another boot, whose seconds begin anew. */
static void reboot(struct fixture *f, int64_t dark_s, bool told) {
    struct outage o = { .what = OUTAGE_POWER, .from = clock_wall(), .clock = CLOCK_RTC, .stop = OUTAGE_STOP_SUDDEN };
    struct err_text e;
    char *boot = journal_pair_value(&f->t, "SELECT value + 1 FROM meta WHERE name = 'boot'");
    struct stmt *s = NULL;
    assert_int_equal(db_prepare(f->t.db, "UPDATE meta SET value = ? WHERE name = 'boot'", &s), 0);
    stmt_bind_text(s, 1, boot);
    assert_int_equal(stmt_run(s), 0);
    clock_fake_advance_ms(dark_s * 1000);
    clock_fake_mono((struct mono){ 20000 });
    o.to = clock_wall();
    journal_pair_begin(&f->t);
    if (told) assert_int_equal(outage_append(f->t.journal, f->t.db, &o, NULL, &e), 0);
    journal_pair_commit(&f->t);
    free(boot);
}

/* An id that was used: the same again is no news, something else is answered with what is stored. */
static void an_id_is_used_once(void **state) {
    struct fixture *f = *state;
    assert_int_equal(start(f, START), 0);
    f->ids--;
    assert_int_equal(start(f, START), ERR_EXISTS);
    f->ids--;
    assert_int_equal(start(f, START ",\"note\":\"x\""), ERR_CONFLICT);
    assert_string_equal(f->e.field, "id");
    says(f, "\"state\":\"running\"");
    clock_fake_advance_ms(DAY_S * 1000);
    assert_int_equal(finish(f, END), 0);
    f->ids--;
    assert_int_equal(finish(f, END ",\"leak\":true"), ERR_CONFLICT);
    says(f, "\"state\":\"passed\"");
}

static void no_early_pass(void **state) {
    struct fixture *f = *state;
    assert_int_equal(start(f, START), 0);
    says(f, "\"state\":\"running\"");
    says(f, "\"remaining_s\":86400,\"may_finish\":\"2026-11-17T09:00:00.000+08:00\"");
    says(f, "\"limit\":{\"zh\":\"≥ 24 小时，水深 ≥ 20 mm\"");
    clock_fake_advance_ms((DAY_S - 1) * 1000);
    assert_int_equal(finish(f, END), ERR_UNSUPPORTED);
    assert_int_equal(f->left_s, 1);
    assert_non_null(strstr(f->e.text, "1 s are left"));
    journal_pair_now("2027-01-01T00:00:00+08:00"); /* somebody sets the clock */
    assert_int_equal(finish(f, END), ERR_UNSUPPORTED);
    clock_fake_advance_ms(1000);
    assert_int_equal(finish(f, END), 0);
    assert_int_equal(f->left_s, 0);
    says(f, "\"state\":\"passed\"");
    says(f, "\"seconds\":86400,\"how\":\"mono\",\"remaining_s\":0,\"dark\":[]");
    assert_int_equal(finish(f, END), ERR_CONFLICT);
    journal_pair_rebuild(&f->t);
}

static void what_has_to_be_there(void **state) {
    struct fixture *f = *state;
    assert_int_equal(start(f, "\"kind\":\"pond\",\"value\":25,\"photos\":" PHOTO), ERR_INVALID);
    assert_string_equal(f->e.field, "kind");
    assert_int_equal(start(f, "\"kind\":\"ponding\",\"value\":25,\"photos\":" PHOTO), ERR_INVALID);
    assert_string_equal(f->e.field, "room");
    assert_int_equal(start(f, "\"kind\":\"ponding\",\"room\":\"bath\",\"photos\":" PHOTO), ERR_INVALID);
    assert_string_equal(f->e.field, "value");
    assert_int_equal(start(f, "\"kind\":\"ponding\",\"room\":\"bath\",\"value\":25"), ERR_UNSUPPORTED);
    assert_string_equal(f->e.field, "photos");
    assert_int_equal(start(f, "\"kind\":\"ponding\",\"room\":\"bath\",\"value\":19,\"photos\":" PHOTO),
                     ERR_UNSUPPORTED);
    assert_string_equal(f->e.field, "value");
    assert_int_equal(start(f, START), 0);
    assert_int_equal(start(f, START), ERR_CONFLICT); /* it runs */
    clock_fake_advance_ms(DAY_S * 1000);
    assert_int_equal(finish(f, "\"value\":24,\"photos\":" PHOTO), ERR_UNSUPPORTED);
    assert_string_equal(f->e.field, "below_photos");
    assert_int_equal(post_at(f, &f->t, "01990000-0000-7000-8000-0000000000ff", END), ERR_NOT_FOUND);
}

static void a_failure_need_not_wait(void **state) {
    struct fixture *f = *state;
    assert_int_equal(start(f, START), 0);
    clock_fake_advance_ms(3600 * 1000);
    assert_int_equal(finish(f, END ",\"leak\":true"), 0);
    says(f, "\"state\":\"failed\"");
    says(f, "{\"zh\":\"有渗漏\",\"en\":\"it leaks\"}");
    assert_int_equal(start(f, START), 0); /* once more */
    clock_fake_advance_ms(DAY_S * 1000);
    assert_int_equal(finish(f, "\"value\":19,\"photos\":" PHOTO ",\"below_photos\":" PHOTO), 0);
    says(f, "\"state\":\"failed\"");
}

static void the_dark_hours_are_told(void **state) {
    struct fixture *f = *state;
    assert_int_equal(start(f, START), 0);
    clock_fake_advance_ms(9 * 3600 * 1000);
    reboot(f, 14 * 3600, true);
    show(f);
    says(f, "\"seconds\":82800,\"how\":\"wall\"");
    says(f,
         "\"dark\":[{\"from\":\"2026-11-16T18:00:00.000+08:00\",\"to\":\"2026-11-17T08:00:00.000+08:00\",\"seconds\":"
         "50400}]");
    assert_int_equal(finish(f, END), ERR_UNSUPPORTED);
    assert_int_equal(f->left_s, 3600);
    clock_fake_advance_ms(3600 * 1000);
    assert_int_equal(finish(f, END), 0);
    says(f, "\"state\":\"passed\"");
    says(f, "\"seconds\":50400}],\"end\":");
    journal_pair_rebuild(&f->t);
}

static void without_time_only_what_can_be_proved_counts(void **state) {
    struct fixture *f = *state;
    grade(f, CLOCK_NONE);
    assert_int_equal(start(f, START), 0);
    clock_fake_advance_ms(9 * 3600 * 1000);
    struct event_draft note = { .type = "note", .subject_id = "n", .actor = "user/u-01", .data = "{\"text\":\"n\"}" };
    journal_pair_append(&f->t, &note, NULL); /* the last sign of life of that boot */
    clock_fake_advance_ms(600 * 1000);
    reboot(f, 40 * 3600, false);
    show(f);
    says(f, "\"how\":\"provable\"");
    says(f, "\"seconds\":32420,"); /* nine hours, and the twenty seconds since it is back */
    assert_int_equal(finish(f, END), ERR_UNSUPPORTED);
    assert_non_null(strstr(f->e.text, "for certain"));
    clock_fake_advance_ms((DAY_S - 32420 - 1) * INT64_C(1000));
    assert_int_equal(finish(f, END), ERR_UNSUPPORTED);
    clock_fake_advance_ms(1000);
    assert_int_equal(finish(f, END), 0);
    says(f, "\"state\":\"passed\"");
}

/* Head office sets 48 hours and 30 mm: whoever began before is held to it, too; what was judged keeps what it was judged by. */
static void a_company_s_checklist_counts(void **state) {
    struct fixture *f = *state;
    struct event_draft set = {
        .site = JOURNAL_SITE,
        .type = "checklist-set",
        .subject_id = "waterproofing",
        .actor = "user/u-90",
        .data =
            "{\"items\":[{\"key\":\"wp.pond\",\"zh\":\"闭水\",\"en\":\"ponding\",\"kind\":\"timed\",\"source\":\"M\","
            "\"required\":true,\"red_line\":true,\"photo_required\":true,\"phases\":[{\"key\":\"pond\",\"zh\":\"闭水\","
            "\"en\":\"ponding\",\"minutes\":2880,\"unit\":\"cm\",\"start_zh\":\"水深\",\"start_en\":\"depth\","
            "\"start_min\":3}]}]}"
    };
    struct event_draft none = set;
    none.data = "{\"remove\":[\"wp.pond\"]}";
    assert_int_equal(start(f, START), 0);
    clock_fake_advance_ms(DAY_S * 1000);
    journal_pair_append(&f->t, &set, NULL);
    show(f);
    says(f, "\"remaining_s\":86400");
    says(f, "≥ 48 小时，水深 ≥ 30 mm");
    assert_int_equal(finish(f, END), 0); /* 25 mm are too few now */
    says(f, "\"state\":\"failed\"");
    assert_int_equal(start(f, START), ERR_UNSUPPORTED);
    assert_int_equal(start(f, "\"kind\":\"ponding\",\"room\":\"bath\",\"value\":31,\"photos\":" PHOTO), 0);
    clock_fake_advance_ms(DAY_S * 1000);
    assert_int_equal(finish(f, "\"value\":31,\"photos\":" PHOTO ",\"below_photos\":" PHOTO), ERR_UNSUPPORTED);
    assert_int_equal(f->left_s, DAY_S);
    clock_fake_advance_ms(DAY_S * 1000);
    assert_int_equal(finish(f, "\"value\":31,\"photos\":" PHOTO ",\"below_photos\":" PHOTO), 0);
    says(f, "\"state\":\"passed\"");
    journal_pair_append(&f->t, &none, NULL); /* no such item any more: the program's own figures */
    show(f);
    says(f, "≥ 48 小时，水深 ≥ 30 mm");
    assert_int_equal(start(f, START), 0);
    says(f, "\"least_s\":86400");
    journal_pair_rebuild(&f->t);
}

static void an_odd_pressure_is_told(void **state) {
    struct fixture *f = *state;
    assert_int_equal(start(f, "\"kind\":\"hold\",\"value\":0.05,\"photos\":" PHOTO), ERR_UNSUPPORTED);
    assert_string_equal(f->e.field, "value");
    assert_int_equal(start(f, "\"kind\":\"hold\",\"value\":28,\"unit\":\"bar\",\"photos\":" PHOTO), 0);
    says(f, "\"warnings\":[{\"zh\":\"起始值 2.8 MPa，一般约 4，请核对\"");
    assert_int_equal(start(f, "\"kind\":\"tightness\",\"value\":0.05,\"photos\":" PHOTO), ERR_UNSUPPORTED);
    assert_int_equal(start(f, "\"kind\":\"tightness\",\"value\":0.69,\"photos\":" PHOTO), 0);
    says(f, "\"warnings\":[]");
}

static int accept(struct fixture *f, enum stage_verb verb) {
    char body[200];
    struct stage_ask ask = { .site = JOURNAL_SITE,
                             .key = "waterproofing",
                             .actor = "user/u-02",
                             .fallback_tz = "Asia/Shanghai",
                             .verb = verb,
                             .may = 63 };
    (void)snprintf(body, sizeof body, "{\"id\":\"01990000-0000-7000-8000-%012u\",\"room\":\"bath\"%s}", ++f->ids,
                   verb == STAGE_OVERRIDE ? ",\"reason\":\"r\"" : "");
    buf_clear(&f->answer);
    journal_pair_begin(&f->t);
    int rc = stage_step(f->t.journal, f->t.db, &ask, body, strlen(body), &f->out, &f->answer, &f->e);
    journal_pair_commit(&f->t);
    return rc;
}

static void the_gate_looks_at_the_newest(void **state) {
    struct fixture *f = *state;
    assert_int_equal(accept(f, STAGE_OVERRIDE), 0);
    assert_int_equal(accept(f, STAGE_START), 0);
    assert_int_equal(accept(f, STAGE_FINISH), 0);
    assert_int_equal(accept(f, STAGE_ACCEPT), ERR_CONFLICT);
    assert_int_equal(start(f, START), 0);
    assert_int_equal(accept(f, STAGE_ACCEPT), ERR_CONFLICT);
    assert_non_null(strstr(f->e.text, "still running"));
    clock_fake_advance_ms(DAY_S * 1000);
    assert_int_equal(finish(f, END), 0);
    assert_int_equal(start(f, START), 0);
    assert_int_equal(finish(f, END ",\"leak\":true"), 0);
    assert_int_equal(accept(f, STAGE_ACCEPT), ERR_CONFLICT);
    assert_non_null(strstr(f->e.text, "failed"));
    assert_int_equal(start(f, START), 0);
    clock_fake_advance_ms(DAY_S * 1000);
    assert_int_equal(finish(f, END), 0);
    assert_int_equal(accept(f, STAGE_ACCEPT), 0);
}

/* Started at the board, finished at the board and at the hub: both know the same in the end, and the second was too late. */
static void both_ends_agree(void **state) {
    struct fixture *f = *state;
    unsigned seed = journal_pair_seed();
    assert_int_equal(start(f, START), 0);
    journal_pair_carry(&f->t, &f->hub, &seed);
    clock_fake_advance_ms(DAY_S * 1000);
    assert_int_equal(finish(f, END), 0);
    assert_int_equal(post_at(f, &f->hub, f->test, END ",\"leak\":true"), 0);
    journal_pair_carry(&f->t, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->t, &seed);
    journal_pair_same(&f->t, &f->hub);
    journal_pair_rebuild(&f->hub);
    CLEANUP(free_ptr) char *late = journal_pair_value(&f->hub, "SELECT count(*) FROM late");
    assert_string_equal(late, "1");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_id_is_used_once),           TEST(no_early_pass),
        TEST(what_has_to_be_there),         TEST(a_failure_need_not_wait),
        TEST(the_dark_hours_are_told),      TEST(without_time_only_what_can_be_proved_counts),
        TEST(a_company_s_checklist_counts), TEST(an_odd_pressure_is_told),
        TEST(the_gate_looks_at_the_newest), TEST(both_ends_agree),
    };
    return cmocka_run_group_tests_name("timed_test", tests, NULL, NULL);
}
