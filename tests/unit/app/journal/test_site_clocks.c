/* SPDX-License-Identifier: MIT */
/* The clocks of several sites: each in its own time zone, whose file is read for the first site that has it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/site_clocks.h"

#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>

static void plan(struct test_journal *t, const char *site, const char *zone) {
    char data[160];
    (void)snprintf(data, sizeof data, "{\"version\":1,\"name\":\"n\",\"timezone\":\"%s\",\"stages\":[]}", zone);
    struct event_draft draft = {
        .site = site, .type = "plan-set", .subject_id = site, .actor = "user/u-01", .data = data
    };
    journal_pair_append(t, &draft, NULL);
}

static int32_t offset_of(struct site_clocks *c, struct test_journal *t, const char *site,
                         const struct site_clock **out) {
    assert_int_equal(site_clocks_find(c, t->db, site, out), 0);
    assert_string_equal((*out)->site, site);
    return tz_offset_s((*out)->tz, clock_wall());
}

static void each_site_has_its_own_zone(void **state) {
    CLEANUP(site_clocks_fini) struct site_clocks c = { 0 };
    const struct site_clock *first, *second, *third, *none, *again;
    struct test_journal t;
    (void)state;
    journal_pair_now("2026-11-22T16:00:00+08:00");
    journal_pair_open(&t, "hub");
    plan(&t, "s-0001", "Asia/Shanghai");
    plan(&t, "s-0002", "Europe/Berlin");
    plan(&t, "s-0003", "Asia/Shanghai");
    assert_int_equal(offset_of(&c, &t, "s-0001", &first), 8 * 3600);
    assert_int_equal(offset_of(&c, &t, "s-0002", &second), 3600);
    assert_int_equal(offset_of(&c, &t, "s-0003", &third), 8 * 3600);
    assert_int_equal(offset_of(&c, &t, "s-0009", &none), 8 * 3600); /* without a plan: the journal's */
    assert_ptr_equal(third->tz, first->tz);
    assert_ptr_equal(none->tz, first->tz);
    assert_int_equal(offset_of(&c, &t, "s-0002", &again), 3600);
    assert_ptr_equal(again, second);
    journal_pair_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_site_has_its_own_zone) };
    return cmocka_run_group_tests_name("site_clocks", tests, NULL, NULL);
}
