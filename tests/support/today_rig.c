/* SPDX-License-Identifier: MIT */
#include "tests/support/today_rig.h"

#include "app/journal/today.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int today_rig_setup(void **state) {
    struct today_rig *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-16T08:00:00+08:00");
    journal_pair_open(&f->t, "b-01");
    buf_init(&f->out, 1u << 20);
    *state = f;
    return 0;
}

int today_rig_teardown(void **state) {
    struct today_rig *f = *state;
    journal_pair_close(&f->t);
    buf_fini(&f->out);
    free(f);
    return 0;
}

static void ask_for(struct today_rig *f, struct today_ask ask, const char *now) {
    ask.site = JOURNAL_SITE;
    ask.board = "b-01";
    ask.fallback_tz = "Asia/Shanghai";
    assert_int_equal(clock_parse(now, &ask.now, NULL), 0);
    buf_clear(&f->out);
    assert_int_equal(today_print(f->t.db, &ask, &f->out), 0);
}

void today_rig_ask(struct today_rig *f, const char *now) { today_rig_ask_rejected(f, now, 0); }

void today_rig_ask_as(struct today_rig *f, const char *role, const char *now) {
    ask_for(f, (struct today_ask){ .user = "u-02", .role = role }, now);
}

void today_rig_ask_rejected(struct today_rig *f, const char *now, int64_t rejected) {
    ask_for(f, (struct today_ask){ .rejected = rejected }, now);
}

void today_rig_says(struct today_rig *f, const char *text, bool there) {
    if ((strstr(f->out.data, text) != NULL) != there) fail_msg("%s: %s", text, f->out.data);
}

void today_rig_log(struct today_rig *f, const char *date, const char *members) {
    char data[1000];
    char id[ID_SIZE];
    (void)snprintf(id, sizeof id, "01990000-0000-7000-8000-%012u", ++f->logs % 1000u);
    (void)snprintf(data, sizeof data, "{\"date\":\"%s\",%s}", date, members);
    struct event_draft draft = {
        .id = id, .type = "daylog-submitted", .subject_id = id, .actor = "user/u-01", .data = data
    };
    journal_pair_append(&f->t, &draft, NULL);
}

void today_rig_event(struct today_rig *f, const char *type, const char *subject, const char *data) {
    struct event_draft draft = { .type = type, .subject_id = subject, .actor = "user/u-90", .data = data };
    journal_pair_append(&f->t, &draft, NULL);
}

void today_rig_plan(struct today_rig *f, const char *data) { today_rig_event(f, "plan-set", JOURNAL_SITE, data); }
