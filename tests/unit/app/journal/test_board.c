/* SPDX-License-Identifier: MIT */
/* Boards as the hub knows them: presence, pinned keys, health, heads that go back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/board.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"

#include <string.h>

#define SITE  JOURNAL_SITE
#define AT(s) ((struct wall){ 1795334400000 + (s)*INT64_C(1000) }) /* 2026-11-22T08:00:00Z */

static int setup(void **state) {
    struct test_journal *t = calloc(1, sizeof *t);
    journal_pair_open(t, "hub");
    journal_pair_begin(t);
    *state = t;
    return 0;
}

static int teardown(void **state) {
    struct test_journal *t = *state;
    journal_pair_commit(t);
    journal_pair_close(t);
    free(t);
    return 0;
}

static void expect_list(struct test_journal *t, const char *text, bool there) {
    struct buf out;
    buf_init(&out, 1u << 20);
    assert_int_equal(board_list(t->db, NULL, &out), 0);
    if ((strstr(out.data, text) != NULL) != there) fail_msg("%s in %s", text, out.data);
    buf_fini(&out);
}

static void test_presence(void **state) {
    struct test_journal *t = *state;
    struct state on = { .online = true, .boot = 7, .connect = 31, .at = "2026-11-22T08:00:00Z" };
    struct state will = { .online = false, .boot = 7, .connect = 31, .at = "2026-11-22T07:00:00Z" };
    bool changed = false;
    assert_int_equal(board_state(t->db, SITE, "b-01", &on, AT(0), &changed), 0);
    assert_true(changed);
    expect_list(t,
                "{\"site\":\"s-0412\",\"board\":\"b-01\",\"online\":true,\"last_seen\":\"2026-11-22T08:00:00.000Z\","
                "\"boot\":7,\"connect\":31,"
                "\"clock\":null,\"software\":null,\"key\":null,\"unsent\":null,\"silent_since\":null,\"health\":null,"
                "\"findings\":[],\"heads\":[]}",
                true);
    assert_int_equal(board_state(t->db, SITE, "b-01", &on, AT(1), &changed), 0);
    assert_false(changed);
    assert_int_equal(board_seen(t->db, SITE, "b-01", AT(100)), 0);
    assert_int_equal(board_seen(t->db, SITE, "b-01", AT(50)), 0); /* never back */
    expect_list(t, "\"last_seen\":\"2026-11-22T08:01:40.000Z\"", true);
    /* The will of a connection that was replaced by a newer one changes nothing; of the current one it does. */
    on.connect = 32;
    assert_int_equal(board_state(t->db, SITE, "b-01", &on, AT(500), &changed), 0);
    assert_int_equal(board_state(t->db, SITE, "b-01", &will, AT(501), &changed), 0);
    assert_false(changed);
    expect_list(t, "\"online\":true", true);
    will.connect = 32;
    assert_int_equal(board_state(t->db, SITE, "b-01", &will, AT(502), &changed), 0);
    assert_true(changed);
    expect_list(t, "\"online\":false,\"last_seen\":\"2026-11-22T08:01:40.000Z\"", true); /* a will is no sign of life */
    /* A board that was put up anew counts its connections from 1 again. */
    on.connect = 1;
    assert_int_equal(board_state(t->db, SITE, "b-01", &on, AT(600), &changed), 0);
    assert_true(changed);
    expect_list(t, "\"connect\":1,", true);
}

static void test_retained_state_of_a_board_never_seen(void **state) {
    struct test_journal *t = *state;
    struct state off = { .online = false, .boot = 7, .connect = 31, .at = "2026-11-20T07:00:00Z" };
    bool changed = true;
    assert_int_equal(board_state(t->db, SITE, "b-02", &off, AT(0), &changed), 0);
    assert_false(changed);
    expect_list(t, "\"last_seen\":\"2026-11-20T07:00:00.000Z\"", true);
    (void)strcpy(off.at, "2031-01-01T00:00:00Z"); /* a clock that cannot be right */
    assert_int_equal(board_state(t->db, SITE, "b-03", &off, AT(0), NULL), 0);
    expect_list(t, "\"board\":\"b-03\",\"online\":false,\"last_seen\":\"2026-11-22T08:00:00.000Z\"", true);
}

static void test_keys_are_pinned(void **state) {
    struct test_journal *t = *state;
    struct ack hello = { .connect = 3, .boot = 2, .software = "1.2.3", .key = "KEY-A" };
    struct err_text e = { 0 };
    assert_int_equal(board_hello(t->db, SITE, "b-01", &hello, AT(0), &e), 0);
    expect_list(t,
                "\"online\":true,\"last_seen\":\"2026-11-22T08:00:00.000Z\",\"boot\":2,\"connect\":3,\"clock\":null,"
                "\"software\":\"1.2.3\","
                "\"key\":\"KEY-A\"",
                true);
    assert_int_equal(board_hello(t->db, SITE, "b-01", &hello, AT(1), &e), 0);
    strcpy(hello.key, "KEY-B");
    strcpy(hello.software, "other");
    for (int i = 2; i < 4; i++) assert_int_equal(board_hello(t->db, SITE, "b-01", &hello, AT(i), &e), ERR_DENIED);
    assert_non_null(strstr(e.text, "KEY-B"));
    expect_list(t, "\"key\":\"KEY-A\"", true);
    expect_list(t, "\"software\":\"other\"", true); /* it is there, and told of */
    expect_list(
        t, "\"findings\":[{\"at\":\"2026-11-22T08:00:02.000Z\",\"last\":\"2026-11-22T08:00:03.000Z\",\"what\":\"key\"",
        true);
    hello.key[0] = '\0';
    assert_int_equal(board_hello(t->db, SITE, "b-01", &hello, AT(4), NULL), ERR_DENIED);
    expect_list(t, "sitelogctl board accept b-01 --site " SITE " --key KEY", true);
}

/* Head office says that the board was replaced. */
static void test_a_replaced_board_is_accepted(void **state) {
    struct test_journal *t = *state;
    struct ack hello = { .connect = 3, .boot = 2, .software = "1.2.3", .key = "KEY-A" };
    struct err_text e = { 0 };
    assert_int_equal(board_hello(t->db, SITE, "b-01", &hello, AT(0), &e), 0);
    assert_int_equal(board_accept(t->db, SITE, "b-01", "KEY-B", &e), ERR_NOT_FOUND); /* nobody came with it */
    strcpy(hello.key, "KEY-B");
    assert_int_equal(board_hello(t->db, SITE, "b-01", &hello, AT(1), &e), ERR_DENIED);
    assert_int_equal(board_accept(t->db, SITE, "b-01", "KEY", &e), ERR_NOT_FOUND);
    assert_int_equal(board_accept(t->db, SITE, "b-02", "KEY-B", &e), ERR_NOT_FOUND);
    assert_int_equal(board_accept(t->db, "s-9", "b-01", "KEY-B", &e), ERR_NOT_FOUND);
    assert_string_equal(e.field, "key");
    assert_int_equal(board_accept(t->db, SITE, "b-01", "KEY-B", &e), 0);
    expect_list(t, "\"key\":\"KEY-B\"", true);
    expect_list(t, "\"findings\":[]", true);
    assert_int_equal(board_hello(t->db, SITE, "b-01", &hello, AT(3), &e), 0);
    strcpy(hello.key, "KEY-A"); /* the old one, if it comes back */
    assert_int_equal(board_hello(t->db, SITE, "b-01", &hello, AT(4), &e), ERR_DENIED);
}

static struct beat make_beat(const char *epoch, uint64_t record, char fill) {
    struct beat b = { .health = NULL };
    strcpy(b.epoch, epoch);
    b.seq[LANE_RECORD] = record;
    for (int lane = 0; lane < LANE_COUNT; lane++) memset(b.hash[lane], '0', HASH_TEXT_SIZE - 1);
    memset(b.hash[LANE_RECORD], fill, HASH_TEXT_SIZE - 1);
    memset(b.key, 7, sizeof b.key);
    memset(b.signature, 9, sizeof b.signature);
    return b;
}

#define EPOCH1 "01990000-0000-7000-8000-0000000000e1"
#define EPOCH2 "01990000-0000-7000-8000-0000000000e2"

static int take(struct test_journal *t, struct beat b, int at, struct err_text *e) {
    return board_beat(t->db, SITE, "b-01", &b, AT(at), e);
}

static void test_health(void **state) {
    struct test_journal *t = *state;
    struct beat b = make_beat(EPOCH1, 3, 'a');
    b.health = strdup("{\"clock\":\"rtc\",\"lanes\":{\"alert\":{\"saved\":5,\"sent\":5,\"received\":5},\"record\":{"
                      "\"saved\":9,\"sent\":8,\"received\":2},"
                      "\"photo\":{\"saved\":1,\"sent\":0,\"received\":0}},\"camera\":\"ok\"}");
    assert_int_equal(board_beat(t->db, SITE, "b-01", &b, AT(0), NULL), 0);
    expect_list(t, "\"clock\":\"rtc\"", true);
    expect_list(t, "\"unsent\":8,", true);
    expect_list(t, "\"camera\":\"ok\"", true);
    free(b.health);
    b.health = strdup("{\"lanes\":{\"alert\":{\"saved\":\"many\"}}}");
    assert_int_equal(board_beat(t->db, SITE, "b-01", &b, AT(1), NULL), 0);
    expect_list(t, "\"unsent\":null", true);
    expect_list(t, "\"clock\":\"rtc\"", true);
    free(b.health);
}

static void test_heads(void **state) {
    struct test_journal *t = *state;
    struct err_text e = { 0 };
    assert_int_equal(take(t, make_beat(EPOCH1, 3, 'a'), 0, &e), 0);
    assert_int_equal(take(t, make_beat(EPOCH1, 3, 'a'), 1, &e), 0);
    assert_int_equal(take(t, make_beat(EPOCH1, 5, 'b'), 2, &e), 0);
    assert_int_equal(take(t, make_beat(EPOCH1, 4, 'c'), 3, &e), ERR_CONFLICT); /* lost, or rewritten */
    assert_non_null(strstr(e.text, "record lane"));
    assert_int_equal(take(t, make_beat(EPOCH1, 5, 'd'), 4, &e), ERR_CONFLICT);
    assert_int_equal(take(t, make_beat(EPOCH1, 0, '0'), 5, &e), ERR_CONFLICT);
    expect_list(t, "\"lane\":\"record\",\"seq\":5,\"hash\":\"bbbbbbbb", true);
    expect_list(t, "\"what\":\"head-other\"", true);
    expect_list(t, "\"what\":\"head-lower\"", true);
    assert_int_equal(take(t, make_beat(EPOCH2, 1, 'e'), 6, &e), 0); /* a new epoch begins from nothing */
    expect_list(t, "\"epoch\":\"" EPOCH2 "\",\"lane\":\"record\",\"seq\":1", true);
    expect_list(t, "\"lane\":\"record\",\"seq\":5,\"hash\":\"bbbbbbbb", true);
    struct beat other = make_beat(EPOCH2, 2, 'e');
    memset(other.key, 8, sizeof other.key);
    assert_int_equal(take(t, other, 7, &e), ERR_DENIED);
    expect_list(t, "\"epoch\":\"" EPOCH2 "\",\"lane\":\"record\",\"seq\":1", true);
}

/* The broker may give an older beat once more: what it vouches for is in the chain, so that nothing is wrong. */
static void test_old_beat_again(void **state) {
    struct test_journal *t = *state;
    struct test_journal board;
    struct err_text e = { 0 };
    unsigned seed = 1;
    struct event_draft note = { .type = "note", .subject_id = "n", .actor = "board", .data = "{}" };
    journal_pair_commit(t);
    journal_pair_open(&board, "b-01");
    for (int i = 0; i < 3; i++) journal_pair_append(&board, &note, NULL);
    journal_pair_carry(&board, t, &seed);
    CLEANUP(free_ptr)
    char *epoch = journal_pair_value(&board, "SELECT epoch FROM chain WHERE lane = 1 AND writer = 'b-01'");
    CLEANUP(free_ptr)
    char *old = journal_pair_value(
        &board, "SELECT lower(hex(e.hash)) FROM event e JOIN chain c ON c.id = e.chain WHERE c.lane = 1 AND e.seq = 2");
    journal_pair_begin(t);
    struct beat b = make_beat(epoch, 2, '0');
    memcpy(b.hash[LANE_RECORD], old, HASH_TEXT_SIZE);
    assert_int_equal(take(t, make_beat(epoch, 4, 'f'), 0, &e), 0);
    assert_int_equal(take(t, b, 1, &e), 0);
    b.hash[LANE_RECORD][0] = b.hash[LANE_RECORD][0] == '1' ? '2' : '1';
    assert_int_equal(take(t, b, 2, &e), ERR_CONFLICT);
    expect_list(t, "\"seq\":4", true);
    journal_pair_close(&board);
}

static void test_findings_are_bounded(void **state) {
    struct test_journal *t = *state;
    assert_int_equal(take(t, make_beat(EPOCH1, 500, 'a'), 0, NULL), 0);
    for (uint64_t i = 1; i < 120; i++) assert_int_equal(take(t, make_beat(EPOCH1, i, 'a'), 1, NULL), ERR_CONFLICT);
    CLEANUP(free_ptr) char *n = journal_pair_value(t, "SELECT count(*) FROM board_finding");
    assert_string_equal(n, "100");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_presence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_retained_state_of_a_board_never_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys_are_pinned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_replaced_board_is_accepted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_health, setup, teardown),
        cmocka_unit_test_setup_teardown(test_heads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_beat_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_findings_are_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
