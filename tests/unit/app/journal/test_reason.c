/* SPDX-License-Identifier: MIT */
/* Reasons of delays and changes, and the lead times of goods. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/domain_files.h"

#include <string.h>

/* The program's own files, as they are read. */
static struct reason_file reasons;
static struct lead_file leads;

static int read_reasons(const struct json *root, struct err_text *e) { return reason_file_read(root, &reasons, e); }
static int read_leads(const struct json *root, struct err_text *e) { return lead_file_read(root, &leads, e); }

static void load(void) {
    struct err_text e = { 0 };
    memset(&reasons, 0, sizeof reasons);
    if (domain_form_load("reasons", read_reasons, &e) < 0) fail_msg("%s: %s", e.field, e.text);
}

static void test_delays(void **state) {
    static const struct {
        const char *key;
        enum reason_party party;
        enum reason_extends extends;
    } rows[] = {
        { "owner-undecided", REASON_OWNER, REASON_YES },
        { "owner-pause", REASON_OWNER, REASON_YES },
        { "owner-goods-late", REASON_OWNER, REASON_YES },
        { "payment-overdue", REASON_OWNER, REASON_YES },
        { "change-order", REASON_OWNER, REASON_DECIDE },
        { "design-late", REASON_COMPANY, REASON_DECIDE },
        { "company-goods-late", REASON_COMPANY, REASON_NO },
        { "custom-goods-late", REASON_COMPANY, REASON_NO },
        { "damaged-reordered", REASON_SUPPLIER, REASON_DECIDE },
        { "too-few-workers", REASON_COMPANY, REASON_NO },
        { "rework", REASON_COMPANY, REASON_NO },
        { "waiting-acceptance", REASON_COMPANY, REASON_DECIDE },
        { "property-ban", REASON_THIRD_PARTY, REASON_YES },
        { "neighbour-complaint", REASON_THIRD_PARTY, REASON_DECIDE },
        { "no-water-power", REASON_THIRD_PARTY, REASON_YES },
        { "holiday-noise-ban", REASON_CALENDAR, REASON_YES },
        { "spring-festival", REASON_CALENDAR, REASON_PLANNED },
        { "official-stop", REASON_FORCE_MAJEURE, REASON_YES },
        { "curing", REASON_NONE, REASON_PLANNED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct reason_delay *r = reason_delay_find(rows[i].key);
        if (!r || r->party != rows[i].party || r->extends != rows[i].extends) fail_msg("%s", rows[i].key);
        assert_int_equal(r->hold, strcmp(r->key, "payment-overdue") == 0);
    }
    load();
    assert_int_equal(reasons.delay_count, sizeof rows / sizeof rows[0]);
    assert_null(reason_delay_find("lazy"));
    assert_int_equal(reasons.delays[reasons.delay_count - 1].extends, REASON_PLANNED);
    domain_form_free(&reasons.texts);
}

static void test_changes(void **state) {
    static const char *const rows[][2] = {
        { "owner-adds", "customer" },          { "owner-removes", "customer" },
        { "owner-upgrades", "customer" },      { "more-points", "customer" },
        { "smart-home", "customer" },          { "design-revised", "design" },
        { "drawing-error", "design" },         { "our-error", "error" },
        { "poor-base", "site_condition" },     { "old-pipes", "site_condition" },
        { "hidden-defect", "site_condition" }, { "omitted", "omission" },
        { "measured-differs", "quantity" },    { "replaced", "supplier" },
        { "code-demands", "regulation" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct reason_change *r = reason_change_find(rows[i][0]);
        assert_non_null(r);
        assert_string_equal(r->responsibility, rows[i][1]);
        assert_int_equal(r->credit, strcmp(r->key, "owner-removes") == 0);
    }
    load();
    assert_int_equal(reasons.change_count, sizeof rows / sizeof rows[0]);
    assert_null(reason_change_find(""));
    domain_form_free(&reasons.texts);
}

static void test_leads(void **state) {
    char date[TZ_DATE_SIZE];
    (void)state;
    struct err_text e = { 0 };
    assert_int_equal(domain_form_load("leads", read_leads, &e), 0);
    assert_int_equal(leads.count, 7);
    domain_form_free(&leads.texts);
    assert_int_equal(lead_find("door")->days_min, 25);
    assert_int_equal(lead_find("cabinet")->days_max, 45);
    assert_string_equal(lead_find("tiles")->stage, "tiling");
    lead_order_by(lead_find("cabinet"), "2027-01-20", date);
    assert_string_equal(date, "2026-12-06");
    lead_order_by(lead_find("tiles"), "2028-03-01", date);
    assert_string_equal(date, "2028-02-23");
    assert_null(lead_find("gold"));
}

#define SOURCES "{\"version\":1,\"sources\":{\"t\":{\"zh\":\"z\",\"en\":\"e\"}},"
#define NAMES   "\"key\":\"k\",\"zh\":\"z\",\"en\":\"e\","

static void expect_bad(bool of_leads, const char *text, const char *field) {
    static struct lead_file lead;
    struct json *root = NULL;
    struct err_text e = { 0 };
    memset(&reasons, 0, sizeof reasons);
    memset(&lead, 0, sizeof lead);
    if (json_parse(text, strlen(text), &root, &e) != 0) fail_msg("%s: %s", text, e.text);
    int rc = of_leads ? lead_file_read(root, &lead, &e) : reason_file_read(root, &reasons, &e);
    if (rc != ERR_INVALID) fail_msg("%s was taken", text);
    if (strcmp(e.field, field) != 0) fail_msg("%s: field \"%s\" (%s)", text, e.field, e.text);
    json_destroy(root);
    domain_form_free(&reasons.texts);
    domain_form_free(&lead.texts);
}

static void test_bad_files(void **state) {
    (void)state;
#define DELAY(rest) SOURCES "\"delays\":[{" NAMES rest "}],\"changes\":[{" NAMES "\"responsibility\":\"moon\"}]}"
    expect_bad(false, DELAY("\"party\":\"nobody\",\"extends\":\"yes\""), "delays.0.party");
    expect_bad(false, DELAY("\"party\":\"owner\""), "delays.0.extends");
    expect_bad(false, DELAY("\"party\":\"owner\",\"extends\":\"maybe\""), "delays.0.extends");
    expect_bad(false, DELAY("\"party\":\"owner\",\"extends\":\"yes\",\"days\":1"), "delays.0.days");
    expect_bad(false, DELAY("\"party\":\"owner\",\"extends\":\"yes\""), "changes.0.responsibility");
    expect_bad(false, SOURCES "\"delays\":[]}", "delays");
#define LEAD(rest) SOURCES "\"leads\":[{" NAMES rest "}]}"
    expect_bad(true, LEAD("\"stage\":\"tiling\",\"days\":[3]"), "leads.0.days");
    expect_bad(true, LEAD("\"stage\":\"tiling\",\"days\":[3,2]"), "leads.0.days");
    expect_bad(true, LEAD("\"stage\":\"moon\",\"days\":[3,4]"), "leads.0.stage");
    expect_bad(true, LEAD("\"days\":[3,4]"), "leads.0.stage");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_leads),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
