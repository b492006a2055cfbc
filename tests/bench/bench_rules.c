/* SPDX-License-Identifier: MIT */
/* What the rules cost head office: 200 sites with their plans, sixty days of logs, nights without power, and alerts that stand. Every minute all sites
 * are judged; what a site's events say is read again only after there are more of them. */
#include "tests/bench/bench.h"

#include "app/journal/board.h"
#include "app/journal/rules_run.h"
#include "firmware/base/cleanup.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>

enum { SITES = 200, DAYS = 60, ROUNDS = 15 };
#define DAY_MS INT64_C(86400000)

struct fixture {
    struct db *db;
    struct journal *journal;
    struct rules_run_options options;
    struct rules_now now;
    int64_t writes;
};

static void append(struct fixture *f, const char *site, const char *type, const char *id, const char *data) {
    struct event_draft d = { .site = site, .type = type, .subject_id = id, .actor = "board", .data = data };
    struct err_text e = { 0 };
    bench_must(journal_append(f->journal, f->db, &d, NULL, &e), type, &e);
}

static void append_day(struct fixture *f, const char *site, int back) {
    char id[ID_SIZE], data[240], from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];
    struct wall dusk = { f->now.at.ms - back * DAY_MS + 7 * 3600000 }, dawn = { dusk.ms + 13 * 3600000 };
    clock_format(dusk, 8 * 3600, from);
    clock_format(dawn, 8 * 3600, to);
    clock_fake_wall((struct wall){ f->now.at.ms - back * DAY_MS });
    ids_make(clock_wall(), id);
    (void)snprintf(data, sizeof data, "{\"date\":\"%.10s\",\"done\":[\"x\"]}", from);
    if (back % 7 != 3) append(f, site, "daylog-submitted", id, data);
    (void)snprintf(data, sizeof data, "{\"what\":\"power\",\"from\":\"%s\",\"to\":\"%s\",\"clock\":\"rtc\"}", from, to);
    if (back > 0) append(f, site, "outage", BENCH_BOARD, data);
}

static void fill(struct fixture *f, const char *site) {
    clock_fake_wall((struct wall){ f->now.at.ms - (DAYS + 1) * DAY_MS });
    append(
        f, site, "plan-set", site,
        "{\"name\":\"x\",\"timezone\":\"Asia/Shanghai\",\"contract_amount\":100000,\"cutoffs\":{\"daylog\":\"18:30\","
        "\"workdays\":[1,2,3,4,5,6],\"holidays\":[\"2026-10-01\",\"2026-10-02\",\"2026-10-03\",\"2027-01-01\"]}}");
    for (int back = DAYS; back >= 0; back--) append_day(f, site, back);
    bench_must(board_seen(f->db, site, BENCH_BOARD, f->now.at), "board", NULL);
}

static int write_site(void *arg, const char *site) {
    struct fixture *f = arg;
    struct err_text e = { 0 };
    bench_must(rules_run_write(&f->options, f->journal, f->db, site, &f->now, NULL, &e), "write", &e);
    f->writes++;
    return 0;
}

static void begin(struct fixture *f, const char *dir) {
    struct err_text e = { 0 };
    f->now = (struct rules_now){ .grade = CLOCK_NTP, .disk_percent = -1, .listening = { 1 } };
    bench_must(clock_parse("2026-11-27T12:00:00+08:00", &f->now.at, NULL), "time", NULL);
    clock_fake_wall((struct wall){ f->now.at.ms - (DAYS + 1) * DAY_MS });
    bench_journal(dir, "rules.db", "hub", NULL, &f->db, &f->journal);
    f->options = (struct rules_run_options){ .hub = true, .writer = "hub", .fallback_tz = "Asia/Shanghai" };
    rules_limits_default(&f->options.limits);
    f->options.limits.silent_after_s = 3600;
    bench_must(db_begin(f->db), "begin", NULL);
    for (int i = 0; i < SITES; i++) {
        char site[NAME_SIZE];
        (void)snprintf(site, sizeof site, "s-%04d", i);
        fill(f, site);
    }
    /* as if the boards had written it */
    bench_must(db_exec(f->db, "UPDATE chain SET writer = 'b-01'; DELETE FROM own", &e), "boards", &e);
    clock_fake_wall(f->now.at);
    bench_must(db_commit(f->db), "commit", NULL);
}

static double look(struct fixture *f, struct rules_run *run) {
    double from = bench_now_s();
    bench_must(rules_run_look(run, f->db, &f->now, write_site, f), "look", NULL);
    return (bench_now_s() - from) * 1000;
}

int main(void) {
    char *dir = temp_make();
    struct fixture f = { 0 };
    struct rules_run *run = NULL;
    struct bench_series again = { 0 }, first = { 0 }, one = { 0 };
    begin(&f, dir);
    for (int i = 0; i < ROUNDS; i++) {
        rules_run_destroy(run);
        bench_must(rules_run_create(&f.options, &run), "create", NULL);
        bench_must(db_begin(f.db), "begin", NULL);
        double ms = look(&f, run);
        if (i > 0) bench_add(&first, ms); /* the first of all raises what stands */
        f.now.at.ms += 60000;
        bench_add(&again, look(&f, run));
        append_day(&f, "s-0100", -i - 1);
        clock_fake_wall(f.now.at);
        bench_add(&one, look(&f, run));
        bench_must(db_commit(f.db), "commit", NULL);
    }
    if (f.writes < SITES || f.writes > SITES + ROUNDS) bench_must(ERR_CORRUPT, "each site is written once", NULL);
    bench_row("rules over 200 sites, ms", &again, BENCH_AT_MOST, 10, "every minute; %d days of logs, alerts that stand",
              DAYS);
    bench_row("the same after a commit at one of them", &one, BENCH_AT_MOST, 10, "one site is read again");
    bench_row("the same when nothing is known yet, at start", &first, BENCH_NO_GOAL, 0, "all 200 are read");
    rules_run_destroy(run);
    journal_destroy(f.journal);
    db_close(f.db);
    temp_remove(dir);
    return 0;
}
