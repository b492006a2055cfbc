/* SPDX-License-Identifier: MIT */
/* A page of 50 of the timeline in a journal of a million events against one of a thousand: the newest page, and pages from anywhere. The
 * million is made by SQL from events that the journal made; the newest thousand are the journal's own in both. */
#include "tests/bench/bench.h"

#include "app/journal/timeline.h"
#include "firmware/base/cleanup.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>

enum { SMALL = 1000, PAGE = 50 };

struct site {
    struct db *db;
    struct journal *journal;
    int64_t last;
};

/* Copies of the first SMALL events behind them: same bytes, ids, subjects and places of their own. The chains' heads follow. */
static void multiply(struct db *db, int64_t copies) {
    static const char sql[] =
        "PRAGMA synchronous=OFF;"
        "BEGIN;"
        "CREATE TEMP TABLE seed AS SELECT row_number() OVER (ORDER BY pos) - 1 AS n, * FROM event WHERE seq > 1;"
        "CREATE TEMP TABLE head AS SELECT id, seq FROM chain;"
        "INSERT INTO event (pos, chain, seq, site, id, type, subject, rev, at, taken, hash, bytes)"
        " WITH RECURSIVE copy(c) AS (VALUES (1) UNION ALL SELECT c + 1 FROM copy WHERE c < (SELECT n FROM copies))"
        " SELECT (SELECT max(pos) FROM event) + row_number() OVER (), chain,"
        " (SELECT h.seq FROM head h WHERE h.id = chain) + row_number() OVER (PARTITION BY chain), site,"
        " printf('%08x-%04x-7000-8000-%012x', c / 16, (c % 16) * 4096 + n, n), type,"
        " substr(subject, 1, instr(subject, '/')) || printf('%08x-%04x-7000-8000-%012x', c / 16, (c % 16) * 4096 + n, "
        "n),"
        " rev, at, 0, hash, bytes FROM copy CROSS JOIN seed ORDER BY c, n;"
        "UPDATE chain SET seq = (SELECT coalesce(max(e.seq), 0) FROM event e WHERE e.chain = chain.id);"
        "DROP TABLE seed; DROP TABLE head;"
        "COMMIT;"
        "PRAGMA synchronous=FULL;";
    char first[128];
    struct err_text e = { 0 };
    (void)snprintf(first, sizeof first, "CREATE TEMP TABLE copies AS SELECT %lld AS n;", (long long)copies);
    bench_must(db_exec(db, first, &e), "copies", &e);
    bench_must(db_exec(db, sql, &e), "copies", &e);
}

static void site_open(struct site *s, const char *dir, const char *file, int64_t events) {
    bench_journal(dir, file, BENCH_BOARD, BENCH_SITE, &s->db, &s->journal);
    bench_append(s->db, s->journal, 0, SMALL);
    if (events > SMALL) {
        multiply(s->db, events / SMALL - 2);
        bench_append(s->db, s->journal, SMALL, SMALL);
    }
    bench_must(journal_last_pos(s->db, &s->last), "position", NULL);
    (void)fprintf(stderr, "%s: %lld events\n", file, (long long)s->last);
}

static void site_close(struct site *s) {
    journal_destroy(s->journal);
    db_close(s->db);
}

static double pages(struct site *s, unsigned n, bool anywhere, unsigned *seed) {
    struct buf out;
    buf_init(&out, TIMELINE_PAGE_MAX);
    double began = bench_now_s();
    for (unsigned i = 0; i < n; i++) {
        int64_t before = anywhere ? PAGE + 2 + rand_r(seed) % (s->last - PAGE) : 0;
        struct timeline_query q = { .site = BENCH_SITE, .before = before, .limit = PAGE };
        buf_clear(&out);
        bench_must(timeline_page(s->db, &q, &out), "page", NULL);
    }
    double took = (bench_now_s() - began) / n;
    buf_fini(&out);
    return took;
}

int main(void) {
    int64_t many = bench_quick() ? 200000 : 1000000;
    unsigned rounds = bench_quick() ? 5 : 15, n = bench_quick() ? 40 : 100, seed = 1;
    struct bench_series newest = { 0 }, anywhere = { 0 };
    struct site small, big;
    char *dir = temp_make();
    double began = bench_now_s();
    site_open(&small, dir, "small.db", SMALL);
    site_open(&big, dir, "big.db", many);
    double built = bench_now_s() - began;
    (void)pages(&small, n, false, &seed);
    (void)pages(&big, n, false, &seed);
    for (unsigned i = 0; i < rounds; i++) {
        double yardstick = pages(&small, n, false, &seed);
        bench_add(&newest, pages(&big, n, false, &seed) / yardstick);
        yardstick = pages(&small, n, true, &seed);
        bench_add(&anywhere, pages(&big, n, true, &seed) / yardstick);
    }
    bench_row("timeline page of 50: among many events ÷ among 1,000", &newest, BENCH_AT_MOST, 1.5,
              "newest page; %lld events, built in %.0f s", (long long)big.last, built);
    bench_row("the same, pages from anywhere", &anywhere, BENCH_AT_MOST, 1.5, "warm file cache");
    site_close(&small);
    site_close(&big);
    temp_remove(dir);
    return 0;
}
