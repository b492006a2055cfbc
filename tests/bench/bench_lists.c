/* SPDX-License-Identifier: MIT */
/* A page of each list in head office's journal of a million events against the same one of a thousand: the first, one from the middle, and with each
 * filter; of a site, as boards have them, and over all sites. What has no pages, such as the sites, is told per site. A list's figure is that of
 * its worst page. The newest events are the same in both (fill.h). */
#include "tests/bench/bench.h"
#include "tests/bench/fill.h"

#include "app/journal/alert.h"
#include "app/journal/board.h"
#include "app/journal/callback.h"
#include "app/journal/change.h"
#include "app/journal/confirmation.h"
#include "app/journal/csv_list.h"
#include "app/journal/daylog.h"
#include "app/journal/delay.h"
#include "app/journal/hazard.h"
#include "app/journal/hold.h"
#include "app/journal/inspection.h"
#include "app/journal/material.h"
#include "app/journal/measure.h"
#include "app/journal/mine.h"
#include "app/journal/photo.h"
#include "app/journal/photo_request.h"
#include "app/journal/question.h"
#include "app/journal/site.h"
#include "app/journal/stage.h"
#include "app/journal/timed_test.h"
#include "app/journal/timelapse.h"
#include "app/journal/timeline.h"
#include "firmware/base/cleanup.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SMALL = 1000, SITE_LIMIT = 4, HUB_LIMIT = 10, ROUNDS = 9 };

#define SITE   "s-0001"
#define ZONE   "Asia/Shanghai"
/* On the list of that site only, and has its hazards to put right. */
#define MEMBER "u-s-0001"

/* One kind of page. Beside the name and the function only what is asked for. */
struct page {
    const char *list;
    int (*print)(const struct bench_fill *f, const struct page *p, const char *before, struct buf *out);
    const char *site;   /* NULL: all */
    const char *filter; /* for the remark, NULL: none */
    const char *a, *b;  /* values of the filter */
    bool whole;         /* no pages: there is only the first, and it is told per site */
};

static struct wall now(void) {
    struct wall at = { 0 };
    bench_must(clock_parse(BENCH_FILL_NOW, &at, NULL), "time", NULL);
    return at;
}

static const char *by(const struct page *p, const char *filter) {
    return p->filter && strcmp(p->filter, filter) == 0 ? p->a : NULL;
}

/* No more than there is in the small journal, too: whoever is on one list only has no more than a site. */
static int limit(const struct page *p) {
    bool one = p->site || by(p, "site") || by(p, "member") || by(p, "assignee");
    return one || by(p, "severity") || by(p, "stage") ? SITE_LIMIT : HUB_LIMIT;
}

static bool is(const struct page *p, const char *filter) { return p->filter && strcmp(p->filter, filter) == 0; }

/* The site of a page, or of a hub's filter. */
static const char *site(const struct page *p) { return by(p, "site") ? p->a : p->site; }

#define PAGE(name)                                                                                                     \
    static int name(const struct bench_fill *f, const struct page *p, const char *before, struct buf *out)
#define E (&(struct err_text){ 0 })

PAGE(timeline) {
    struct timeline_query q = { .site = p->site, .before = before ? atoll(before) : 0, .limit = (size_t)limit(p) };
    return timeline_page(f->db, &q, out);
}

PAGE(alerts) {
    struct alert_query q = { .site = site(p),
                             .level = by(p, "level"),
                             .rule = by(p, "rule"),
                             .state = by(p, "state"),
                             .member = by(p, "member"),
                             .since = { now().ms - (int64_t)ALERT_KEPT_DAYS * 86400000 },
                             .before = before,
                             .limit = limit(p),
                             .names = true };
    return alert_print(f->db, &q, out, E);
}

static struct hazard_query hazard_query(const struct page *p, const char *before) {
    return (struct hazard_query){ .site = site(p),
                                  .member = by(p, "member"),
                                  .state = by(p, "state"),
                                  .severity = by(p, "severity"),
                                  .stage = by(p, "stage"),
                                  .room = by(p, "room"),
                                  .assignee = by(p, "assignee"),
                                  .overdue = is(p, "overdue"),
                                  .now = now(),
                                  .before = before,
                                  .limit = limit(p),
                                  .names = true };
}

PAGE(hazards) {
    struct hazard_query q = hazard_query(p, before);
    return hazard_list(f->db, &q, out, E);
}

PAGE(inspections) {
    struct inspection_query q = { .site = site(p),
                                  .member = by(p, "member"),
                                  .stage = by(p, "stage"),
                                  .verdict = by(p, "verdict"),
                                  .from = is(p, "dates") ? p->a : NULL,
                                  .to = is(p, "dates") ? p->b : NULL,
                                  .before = before,
                                  .limit = limit(p),
                                  .names = true };
    return inspection_list(f->db, &q, out, E);
}

PAGE(daylogs) {
    struct daylog_query q = { .site = p->site,
                              .from = is(p, "dates") ? p->a : NULL,
                              .to = is(p, "dates") ? p->b : NULL,
                              .stage = by(p, "stage"),
                              .before = before,
                              .limit = limit(p),
                              .names = true };
    return daylog_list(f->db, &q, out, E);
}

PAGE(photos) {
    struct photo_query q = { .site = p->site,
                             .stage = by(p, "stage"),
                             .room = by(p, "room"),
                             .from = is(p, "dates") ? p->a : NULL,
                             .to = is(p, "dates") ? p->b : NULL,
                             .origin = by(p, "origin"),
                             .before = before,
                             .limit = limit(p),
                             .names = true,
                             .withdrawn = is(p, "withdrawn") };
    return photo_list(f->db, &q, out, E);
}

PAGE(requests) { return photo_request_list(f->db, p->site, by(p, "state"), before, limit(p), true, out, E); }
PAGE(delays) {
    struct delay_query q = {
        .site = p->site, .state = by(p, "state"), .before = before, .limit = limit(p), .names = true
    };
    return delay_list(f->db, &q, out, E);
}

PAGE(idle_days) { return delay_idle_list(f->db, p->site, before, limit(p), true, out, E); }
PAGE(callbacks) { return callback_list(f->db, p->site, before, limit(p), true, out, E); }
PAGE(confirmations) { return confirmation_list(f->db, p->site, by(p, "subject"), before, limit(p), true, out, E); }

PAGE(tests) {
    struct timed_view view = { p->site, ZONE, now(), CLOCK_NTP, true };
    return timed_test_list(f->db, &view, by(p, "state"), before, limit(p), out, E);
}

PAGE(changes) {
    struct change_query q = {
        .site = p->site, .state = by(p, "state"), .before = before, .limit = limit(p), .names = true, .money = true
    };
    return change_list(f->db, &q, out, E);
}

PAGE(materials) {
    struct material_query q = {
        .site = p->site, .state = by(p, "state"), .now = now(), .before = before, .limit = limit(p), .names = true
    };
    return material_list(f->db, &q, out, E);
}

PAGE(questions) {
    struct question_query q = { .site = p->site,
                                .state = by(p, "state"),
                                .to = by(p, "to"),
                                .member = by(p, "member"),
                                .before = before,
                                .now = now(),
                                .limit = limit(p),
                                .names = true };
    return question_list(f->db, &q, out, E);
}

/* ---- without pages ---- */

PAGE(stages) {
    struct stage_view view = { p->site, ZONE, now(), 0, true };
    (void)before;
    return stage_print(f->db, &view, NULL, out);
}

PAGE(holds) {
    (void)before;
    return hold_print(f->db, p->site, p->site, true, out);
}

PAGE(timelapse) {
    struct timelapse_query q = { p->site, p->a, p->b, 50 };
    (void)before;
    return timelapse_print(f->db, &q, out);
}

static struct pressing_scope scope(void) {
    struct tz *tz = NULL;
    struct pressing_scope s;
    bench_must(tz_create(ZONE, &tz, NULL), ZONE, NULL);
    pressing_scope_init(&s, tz, ZONE, now());
    tz_destroy(tz);
    return s;
}

PAGE(sites) {
    struct pressing_scope s = scope();
    (void)p, (void)before;
    return site_list(f->db, &s, out);
}

PAGE(boards) {
    (void)p, (void)before;
    return board_list(f->db, NULL, out);
}

PAGE(mine) {
    struct mine_ask ask = { .user = by(p, "member") ? p->a : "u-01", .role = "manager", .scope = scope() };
    (void)before;
    return mine_print(f->db, &ask, out);
}

PAGE(calls) {
    (void)p, (void)before;
    return callback_print_due(f->db, ZONE, now(), true, out);
}

PAGE(measures) {
    struct tz *tz = NULL;
    struct measure m = { 0 };
    (void)before;
    bench_must(tz_create(ZONE, &tz, NULL), ZONE, NULL);
    struct measure_ask ask = { .site = p->site, .fallback_tz = ZONE, .tz = tz, .now = now() };
    int rc = measure_read(f->db, &ask, &m, E);
    if (rc == 0) rc = measure_print(&m, out);
    measure_fini(&m);
    tz_destroy(tz);
    return rc;
}

/* ---- tables for spreadsheets ---- */

PAGE(hazards_csv) {
    struct hazard_query q = hazard_query(p, before);
    return hazard_csv(f->db, &q, true, out, (char[CSV_LIST_NEXT_SIZE]){ 0 }, E);
}

/* clang-format off */
static const struct page pages[] = {
    { "timeline", timeline, SITE, NULL, NULL, NULL, false },
    { "timeline", timeline, NULL, NULL, NULL, NULL, false },
    { "alerts", alerts, SITE, NULL, NULL, NULL, false },
    { "alerts", alerts, NULL, NULL, NULL, NULL, false },
    { "alerts", alerts, NULL, "state", "standing", NULL, false },
    { "alerts", alerts, NULL, "state", "cleared", NULL, false },
    { "alerts", alerts, NULL, "level", "executive", NULL, false },
    { "alerts", alerts, NULL, "rule", "camera-down", NULL, false },
    { "alerts", alerts, NULL, "site", SITE, NULL, false },
    { "alerts", alerts, NULL, "member", MEMBER, NULL, false },
    { "hazards", hazards, SITE, NULL, NULL, NULL, false },
    { "hazards", hazards, SITE, "state", "open", NULL, false },
    { "hazards", hazards, NULL, NULL, NULL, NULL, false },
    { "hazards", hazards, NULL, "state", "open", NULL, false },
    { "hazards", hazards, NULL, "state", "rectified", NULL, false },
    { "hazards", hazards, NULL, "state", "verified", NULL, false },
    { "hazards", hazards, NULL, "overdue", NULL, NULL, false },
    { "hazards", hazards, NULL, "severity", "stop_work", NULL, false },
    { "hazards", hazards, NULL, "stage", "tiling", NULL, false },
    { "hazards", hazards, NULL, "room", "bath", NULL, false },
    { "hazards", hazards, NULL, "assignee", MEMBER, NULL, false },
    { "hazards", hazards, NULL, "site", SITE, NULL, false },
    { "hazards", hazards, NULL, "member", MEMBER, NULL, false },
    { "inspections", inspections, SITE, NULL, NULL, NULL, false },
    { "inspections", inspections, NULL, NULL, NULL, NULL, false },
    { "inspections", inspections, NULL, "stage", "tiling", NULL, false },
    { "inspections", inspections, NULL, "verdict", "rectify", NULL, false },
    { "inspections", inspections, NULL, "dates", "2026-11-08", "2026-11-20", false },
    { "inspections", inspections, NULL, "site", SITE, NULL, false },
    { "inspections", inspections, NULL, "member", MEMBER, NULL, false },
    { "daylogs", daylogs, SITE, NULL, NULL, NULL, false },
    { "daylogs", daylogs, SITE, "dates", "2026-11-08", "2026-11-20", false },
    { "daylogs", daylogs, SITE, "stage", "tiling", NULL, false },
    { "photos", photos, SITE, NULL, NULL, NULL, false },
    { "photos", photos, SITE, "stage", "tiling", NULL, false },
    { "photos", photos, SITE, "room", "kitchen", NULL, false },
    { "photos", photos, SITE, "dates", "2026-11-08", "2026-11-20", false },
    { "photos", photos, SITE, "origin", "timelapse", NULL, false },
    { "photos", photos, SITE, "withdrawn", NULL, NULL, false },
    { "photo requests", requests, SITE, NULL, NULL, NULL, false },
    { "photo requests", requests, SITE, "state", "open", NULL, false },
    { "photo requests", requests, SITE, "state", "answered", NULL, false },
    { "delay claims", delays, SITE, NULL, NULL, NULL, false },
    { "delay claims", delays, SITE, "state", "claimed", NULL, false },
    { "delay claims", delays, NULL, "state", "claimed", NULL, false },
    { "idle days", idle_days, SITE, NULL, NULL, NULL, false },
    { "timed tests", tests, SITE, NULL, NULL, NULL, false },
    { "timed tests", tests, SITE, "state", "running", NULL, false },
    { "changes", changes, SITE, NULL, NULL, NULL, false },
    { "changes", changes, SITE, "state", "confirmed", NULL, false },
    { "changes", changes, NULL, "state", "requested", NULL, false },
    { "confirmations", confirmations, SITE, NULL, NULL, NULL, false },
    { "materials", materials, SITE, NULL, NULL, NULL, false },
    { "materials", materials, SITE, "state", "arrived", NULL, false },
    { "materials", materials, NULL, "state", "late", NULL, false },
    { "questions", questions, SITE, NULL, NULL, NULL, false },
    { "questions", questions, SITE, "to", "site", NULL, false },
    { "questions", questions, NULL, "state", "open", NULL, false },
    { "questions", questions, NULL, "state", "late", NULL, false },
    { "questions", questions, NULL, NULL, NULL, NULL, false },
    { "questions", questions, NULL, "member", MEMBER, NULL, false },
    { "call-backs", callbacks, SITE, NULL, NULL, NULL, false },
    { "call-backs", callbacks, NULL, NULL, NULL, NULL, false },
    { "stages of a site, per byte", stages, SITE, NULL, NULL, NULL, true },
    { "holds of a site, per byte", holds, SITE, NULL, NULL, NULL, true },
    { "time-lapse, per byte", timelapse, SITE, "dates", "2026-11-08", "2026-11-27", true },
    { "sites, per site", sites, NULL, NULL, NULL, NULL, true },
    { "boards, per site", boards, NULL, NULL, NULL, NULL, true },
    { "own list, per site", mine, NULL, NULL, NULL, NULL, true },
    { "calls due, per site", calls, NULL, NULL, NULL, NULL, true },
    { "measures, per site", measures, NULL, NULL, NULL, NULL, true },
    { "hazards as a table, per row", hazards_csv, NULL, NULL, NULL, NULL, true },
};
/* clang-format on */
enum { PAGES = sizeof pages / sizeof pages[0] };

/* ---- measuring ---- */

/* The cursor into the middle of what there is; daylogs go by date. */
static const char *middle(const struct bench_fill *f, const struct page *p, char out[40]) {
    bool big = f->days > BENCH_FILL_NEWEST;
    int64_t day = f->days / 2, pos = day * BENCH_FILL_STEP;
    char date[TZ_DATE_SIZE];
    tz_date_add("2026-11-27", (int)-(big ? BENCH_FILL_NEWEST + day / 20 : day), date);
    if (p->print == daylogs)
        (void)snprintf(out, 40, "%s.%lld", date, (long long)pos);
    else
        (void)snprintf(out, 40, "%lld", (long long)pos);
    return out;
}

static size_t count(const struct buf *out, const char *what) {
    size_t n = 0;
    for (const char *at = out->data; at && (at = strstr(at, what)); at++) n++;
    return n;
}

/* Of this thread: the pages come out of the file cache, and somebody else's turn on the processor is no part of them. */
static double processor_s(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds of a page, or of a site, byte or row of what has no pages. */
static double time_page(const struct bench_fill *f, const struct page *p, const char *before, size_t *bytes) {
    struct buf out;
    unsigned n = 0;
    buf_init(&out, 64u << 20);
    double began = processor_s(), took;
    do {
        buf_clear(&out);
        bench_must(p->print(f, p, before, &out), p->list, NULL);
        n++;
        took = processor_s() - began;
    } while (took < 0.002);
    *bytes = out.len;
    double parts = p->whole ? p->site ? (double)out.len : (double)f->sites : 1;
    if (p->print == hazards_csv) parts = (double)count(&out, "\r\n");
    buf_fini(&out);
    return took / n / parts;
}

struct figure {
    const char *list;
    char worst[80];
    double small_us;
    struct bench_series ratio;
};

static void measure(const struct bench_fill *small, const struct bench_fill *big, const struct page *p, bool first,
                    struct figure *figure) {
    char a[40], b[40], name[80];
    const char *of_small = first ? NULL : middle(small, p, a), *of_big = first ? NULL : middle(big, p, b);
    struct bench_series ratio = { 0 };
    double us = 0;
    size_t few, many;
    (void)time_page(small, p, of_small, &few);
    (void)time_page(big, p, of_big, &many);
    for (int i = 0; i < (bench_quick() ? ROUNDS / 2 : ROUNDS); i++) {
        double yardstick = time_page(small, p, of_small, &few);
        us = yardstick * 1e6;
        bench_add(&ratio, time_page(big, p, of_big, &many) / yardstick);
    }
    (void)snprintf(name, sizeof name, "%s, %s%s%s", p->site ? "of a site" : "of all sites",
                   first ? "first page" : "from the middle", p->filter ? ", by " : "", p->filter ? p->filter : "");
    (void)fprintf(stderr, "%-28s %-44s %8.1f us %7.3f  %zu and %zu bytes\n", p->list, name, us, bench_median(&ratio),
                  few, many);
    if (figure->ratio.n && bench_median(&figure->ratio) >= bench_median(&ratio)) return;
    figure->ratio = ratio;
    figure->small_us = us;
    (void)snprintf(figure->worst, sizeof figure->worst, "%s", name);
}

int main(void) {
    struct bench_fill small, big;
    char *dir = temp_make();
    double began = bench_now_s();
    bench_fill_open(&small, dir, "small.db", SMALL);
    bench_fill_open(&big, dir, "big.db", bench_quick() ? 200000 : 1000000);
    (void)fprintf(stderr, "%lld events and %lld, filled in %.0f s\n", (long long)small.events, (long long)big.events,
                  bench_now_s() - began);
    const char *only = getenv("BENCH_LIST"); /* a part of a list's name; the others are left out */
    for (size_t i = 0; i < PAGES;) {
        struct figure figure = { .list = pages[i].list };
        if (only && !strstr(pages[i].list, only)) {
            i++;
            continue;
        }
        for (; i < PAGES && strcmp(pages[i].list, figure.list) == 0; i++) {
            measure(&small, &big, &pages[i], true, &figure);
            if (!pages[i].whole && !is(&pages[i], "dates")) measure(&small, &big, &pages[i], false, &figure);
        }
        char row[120];
        (void)snprintf(row, sizeof row, "%s: among %lld events ÷ among %lld", figure.list, (long long)big.events,
                       (long long)small.events);
        bench_row(row, &figure.ratio, BENCH_AT_MOST, 1.5, "%s; %.3g µs", figure.worst, figure.small_us);
    }
    bench_fill_close(&small);
    bench_fill_close(&big);
    temp_remove(dir);
    return 0;
}
