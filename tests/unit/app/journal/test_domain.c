/* SPDX-License-Identifier: MIT */
/* The data files are whole, and a bad one is told with its member. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/domain_form.h"
#include "app/journal/domain_read.h"

#include "firmware/base/ids.h"

#include <string.h>

static struct domain_tables tables;

static int read_trades(const struct json *root, struct err_text *e) { return domain_read_trades(root, &tables, e); }
static int read_rooms(const struct json *root, struct err_text *e) { return domain_read_rooms(root, &tables, e); }

static void test_files_are_good(void **state) {
    struct err_text e = { 0 };
    size_t n = 0;
    (void)state;
    if (domain_check(&e) < 0) fail_msg("%s: %s", e.field, e.text);
    (void)domain_stages(&n);
    assert_int_equal(n, 12);
    (void)domain_phrases(&n);
    assert_int_equal(n, 146);
    assert_int_equal(domain_form_load("trades", read_trades, &e), 0);
    assert_int_equal(tables.trade_count, 22);
    assert_int_equal(domain_form_load("rooms", read_rooms, &e), 0);
    assert_int_equal(tables.room_count, 14);
    domain_tables_fini(&tables);
    assert_non_null(strstr(domain_file("stages", &n), "\"version\": 3"));
    assert_true(n > 100);
    assert_non_null(strstr(domain_file("hazards", &n), "{room}"));
    assert_null(domain_file("nothing", &n));
}

static void test_known_rows(void **state) {
    const struct domain_stage *s = domain_stage("plumbing_electrical");
    const struct domain_phrase *p = domain_phrase("plumbing_electrical/chasing");
    (void)state;
    assert_non_null(s);
    assert_string_equal(s->zh, "水电");
    assert_int_equal(s->days_min, 7);
    assert_int_equal(s->days, 10);
    assert_int_equal(s->days_max, 14);
    assert_int_equal(s->gate, GATE_HARD);
    assert_int_equal(s->after_count, 1);
    assert_string_equal(s->after[0], "demolition");
    assert_string_equal(s->trades[0], "electrician");
    assert_non_null(p);
    assert_string_equal(p->zh, "水电开槽");
    assert_string_equal(p->stage, "plumbing_electrical");
    assert_string_equal(domain_phrase("plumbing_electrical/pressure-test")->flags, "T");
    assert_string_equal(domain_phrase("any/materials-arrived")->flags, "M");
    assert_string_equal(domain_room("kitchen")->zh, "厨房");
    assert_true(domain_trade("electrician")->crew);
    assert_false(domain_trade("owner")->crew);
    assert_true(domain_stage("hvac")->optional);
    assert_null(domain_stage("moon"));
    assert_null(domain_phrase("tiling/"));
    assert_null(domain_room(""));
    assert_null(domain_trade("x"));
}

/* Which gates refuse and which warn, and what they ask for: as the trade's list has it. */
static void test_gates(void **state) {
    static const struct {
        const char *key;
        enum domain_gate gate;
        bool rooms;
        const char *must;
    } rows[] = {
        { "preparation", GATE_SOFT, false, NULL },
        { "demolition", GATE_SOFT, false, NULL },
        { "masonry", GATE_SOFT, false, NULL },
        { "hvac", GATE_HARD, false, NULL },
        { "plumbing_electrical", GATE_HARD, false, NULL },
        { "waterproofing", GATE_HARD, true, "wp.pond" },
        { "tiling", GATE_SOFT, false, "ti.pond2" },
        { "carpentry", GATE_HARD, false, NULL },
        { "painting", GATE_SOFT, false, NULL },
        { "installation", GATE_SOFT, false, NULL },
        { "cleaning", GATE_SOFT, false, NULL },
        { "completion", GATE_HARD, false, NULL },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct domain_stage *s = domain_stage(rows[i].key);
        assert_non_null(s);
        if (s->gate != rows[i].gate || s->gate_rooms != rows[i].rooms) fail_msg("the gate of %s", s->key);
        assert_true(s->gate_zh[0] && s->gate_en[0]);
        assert_int_equal(s->must_count, rows[i].must ? 1 : 0);
        if (rows[i].must) assert_string_equal(s->must[0], rows[i].must);
    }
    assert_int_equal(domain_stage("demolition")->old_min, 5);
    assert_int_equal(domain_stage("demolition")->old_days, 8);
    assert_int_equal(domain_stage("demolition")->old_max, 12);
    assert_int_equal(domain_stage("tiling")->old_days, 18);
    assert_int_equal(domain_stage("tiling")->wait_days, 7);
    assert_false(domain_stage("tiling")->wait_before);
    assert_true(domain_stage("completion")->wait_before);
    assert_int_equal(domain_stage("waterproofing")->wait_days, 0);
}

/* Keys fit where they are stored, and every stage has phrases and its last one asks for acceptance. */
static void test_phrases_of_every_stage(void **state) {
    size_t stages = 0;
    size_t phrases = 0;
    const struct domain_stage *s = domain_stages(&stages);
    const struct domain_phrase *p = domain_phrases(&phrases);
    (void)state;
    for (size_t i = 0; i < stages; i++) {
        size_t n = 0;
        assert_true(ids_is_key(s[i].key));
        for (size_t k = 0; k < phrases; k++) n += strcmp(p[k].stage, s[i].key) == 0;
        if (n < 5) fail_msg("%s has %zu phrases", s[i].key, n);
    }
    for (size_t k = 0; k < phrases; k++) assert_true(strlen(p[k].key) < 96);
}

static void expect_bad(int (*read)(const struct json *, struct domain_tables *, struct err_text *), const char *text,
                       const char *field) {
    static struct domain_tables t;
    struct json *root = NULL;
    struct err_text e = { 0 };
    memset(&t, 0, sizeof t);
    t.trades[t.trade_count++] = (struct domain_trade){ .key = "tiler" };
    t.stages[t.stage_count++] = (struct domain_stage){ .key = "tiling" };
    assert_int_equal(json_parse(text, strlen(text), &root, &e), 0);
    if (read(root, &t, &e) != ERR_INVALID) fail_msg("%s was taken", text);
    if (strcmp(e.field, field) != 0) fail_msg("%s: field \"%s\" (%s)", text, e.field, e.text);
    json_destroy(root);
    domain_tables_fini(&t);
}

#define SOURCES     "\"sources\":{\"t\":{\"zh\":\"z\",\"en\":\"e\"}},"
#define STAGE(rest) "{\"version\":1," SOURCES "\"stages\":[{\"key\":\"k\",\"zh\":\"z\",\"en\":\"e\"," rest "}]}"

static void test_bad_files(void **state) {
    (void)state;
    expect_bad(domain_read_rooms, "[]", "");
    expect_bad(domain_read_rooms, "{\"rooms\":[]}", "version");
    expect_bad(domain_read_rooms, "{\"version\":1,\"rooms\":[]}", "sources");
    expect_bad(domain_read_rooms, "{\"version\":1,\"sources\":{\"t\":{\"zh\":\"z\"}},\"rooms\":[]}", "sources.t.en");
    expect_bad(domain_read_rooms, "{\"version\":1," SOURCES "\"rooms\":[]}", "rooms");
    expect_bad(domain_read_rooms, "{\"version\":1," SOURCES "\"rooms\":[{\"key\":\"a\",\"zh\":\"b\"}]}", "rooms.0.en");
    expect_bad(domain_read_rooms,
               "{\"version\":1," SOURCES "\"rooms\":[{\"key\":\"a\",\"zh\":\"b\",\"en\":\"c\",\"x\":1}]}", "rooms.0.x");
    expect_bad(domain_read_rooms, "{\"version\":1," SOURCES "\"rooms\":[{\"key\":\"a b\",\"zh\":\"b\",\"en\":\"c\"}]}",
               "rooms.0.key");
    expect_bad(domain_read_rooms,
               "{\"version\":1," SOURCES
               "\"rooms\":[{\"key\":\"a\",\"zh\":\"b\",\"en\":\"c\"},{\"key\":\"a\",\"zh\":\"b\",\"en\":"
               "\"c\"}]}",
               "rooms.1.key");
    expect_bad(domain_read_trades, "{\"version\":1," SOURCES "\"trades\":[{\"key\":\"a\",\"zh\":\"b\",\"en\":\"c\"}]}",
               "trades.0.crew");
    expect_bad(domain_read_trades,
               "{\"version\":1," SOURCES "\"trades\":[{\"key\":\"tiler\",\"zh\":\"b\",\"en\":\"c\",\"crew\":true}]}",
               "trades.0.key");
    expect_bad(domain_read_stages, STAGE("\"days\":[3,2,1],\"after\":[],\"trades\":[]"), "stages.0.");
    expect_bad(domain_read_stages, STAGE("\"days\":[1,2,3],\"after\":[\"k\"],\"trades\":[]"), "stages.0.");
    expect_bad(domain_read_stages, STAGE("\"days\":[1,2,3],\"after\":[\"tiling\"],\"trades\":[\"baker\"]"),
               "stages.0.");
    expect_bad(
        domain_read_stages,
        STAGE("\"days\":[1,2,3],\"after\":[],\"trades\":[],\"gate\":{\"kind\":\"iron\",\"zh\":\"z\",\"en\":\"e\"}"),
        "stages.0.gate.");
    expect_bad(domain_read_stages,
               STAGE("\"days\":[1,2,3],\"after\":[],\"trades\":[],\"gate\":{\"kind\":\"hard\",\"zh\":\"z\"}"),
               "stages.0.gate.en");
#define PLAIN "\"days\":[1,2,3],\"after\":[],\"trades\":[],"
    expect_bad(domain_read_stages, STAGE(PLAIN "\"gate\":{\"kind\":\"hard\",\"zh\":\"z\",\"en\":\"e\",\"rooms\":1}"),
               "stages.0.gate.rooms");
    expect_bad(domain_read_stages,
               STAGE(PLAIN "\"gate\":{\"kind\":\"hard\",\"zh\":\"z\",\"en\":\"e\",\"must\":[\"a b\"]}"),
               "stages.0.gate.");
    expect_bad(domain_read_stages, STAGE(PLAIN "\"wait\":{\"zh\":\"z\",\"en\":\"e\",\"when\":\"after\"}"),
               "stages.0.wait.days");
    expect_bad(domain_read_stages, STAGE(PLAIN "\"wait\":{\"zh\":\"z\",\"en\":\"e\",\"days\":3}"), "stages.0.wait.");
    expect_bad(domain_read_stages, STAGE(PLAIN "\"wait\":{\"zh\":\"z\",\"en\":\"e\",\"days\":3,\"when\":\"never\"}"),
               "stages.0.wait.when");
    expect_bad(domain_read_phrases,
               "{\"version\":1," SOURCES
               "\"phrases\":[{\"key\":\"tiling/a\",\"zh\":\"b\",\"en\":\"c\",\"flags\":\"Q\"}]}",
               "phrases.0.");
    expect_bad(domain_read_phrases,
               "{\"version\":1," SOURCES "\"phrases\":[{\"key\":\"moon/a\",\"zh\":\"b\",\"en\":\"c\",\"flags\":\"\"}]}",
               "phrases.0.");
    expect_bad(domain_read_phrases,
               "{\"version\":1," SOURCES "\"phrases\":[{\"key\":\"tiling\",\"zh\":\"b\",\"en\":\"c\",\"flags\":\"\"}]}",
               "phrases.0.key");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_good),         cmocka_unit_test(test_known_rows), cmocka_unit_test(test_gates),
        cmocka_unit_test(test_phrases_of_every_stage), cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
