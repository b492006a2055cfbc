/* SPDX-License-Identifier: MIT */
#include "tests/support/company_rig.h"

#include "app/journal/checklist_set.h"
#include "app/journal/company.h"
#include "app/journal/plan.h"
#include "app/journal/setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int company_rig_setup(void **state) {
    struct company_rig *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-22T16:10:00+08:00");
    journal_pair_open(&f->hub, "hub");
    journal_pair_open(&f->board, "b-01");
    buf_init(&f->answer, 4u << 20);
    f->if_match = COMPANY_ANY_VERSION;
    *state = f;
    return 0;
}

int company_rig_teardown(void **state) {
    struct company_rig *f = *state;
    journal_pair_close(&f->hub);
    journal_pair_close(&f->board);
    buf_fini(&f->answer);
    free(f);
    return 0;
}

int company_rig_put(struct company_rig *f, const char *site, const char *stage, const char *body) {
    buf_clear(&f->answer);
    memset(&f->e, 0, sizeof f->e);
    journal_pair_begin(&f->hub);
    int rc = checklist_set_put(f->hub.journal, f->hub.db, site, stage, f->if_match, body, strlen(body), "user/u-01",
                               &f->answer, &f->e);
    journal_pair_commit(&f->hub);
    return rc;
}

int company_rig_set(struct company_rig *f, const char *site, const char *key, const char *body) {
    buf_clear(&f->answer);
    memset(&f->e, 0, sizeof f->e);
    journal_pair_begin(&f->hub);
    int rc = setting_put(f->hub.journal, f->hub.db, site, key, f->if_match, body, strlen(body), "user/u-01", 900,
                         &f->answer, &f->e);
    journal_pair_commit(&f->hub);
    return rc;
}

void company_rig_plan(struct company_rig *f, const char *site) {
    const char *body = "{\"name\":\"1-302\"}";
    buf_clear(&f->answer);
    journal_pair_begin(&f->hub);
    assert_int_equal(plan_set(f->hub.journal, f->hub.db, site, 0, body, strlen(body), "user/u-01", &f->answer, &f->e),
                     0);
    journal_pair_commit(&f->hub);
}

void company_rig_carry(struct company_rig *f) {
    unsigned seed = journal_pair_seed();
    journal_pair_carry(&f->hub, &f->board, &seed);
    journal_pair_same(&f->hub, &f->board);
}

int64_t company_rig_events(struct test_journal *t, const char *type) {
    char sql[120];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM event WHERE type = '%.40s'", type);
    char *text = journal_pair_value(t, sql);
    int64_t n = atoll(text);
    free(text);
    return n;
}

void company_rig_says(struct company_rig *f, const char *part) {
    if (!f->answer.data || !strstr(f->answer.data, part))
        fail_msg("%s is not in %s", part, f->answer.data ? f->answer.data : "nothing");
}
