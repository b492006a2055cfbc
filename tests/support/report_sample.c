/* SPDX-License-Identifier: MIT */
#include "tests/support/report_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS(z, e) ((struct report_words){ (z), (e) })

static void must(int rc) {
    if (rc == 0) return;
    fprintf(stderr, "the sample report cannot be made: %d\n", rc);
    abort();
}

static void head(struct report *r) {
    *r = (struct report){ .site = "s-0412",
                          .name = "幸福里 1-302",
                          .title = WORDS("施工周报", "Weekly site report"),
                          .period = WORDS("2026年第48周", "week 48 of 2026"),
                          .from = "2026-11-23",
                          .to = "2026-11-29",
                          .key = "2026-W48",
                          .stage = WORDS("防水", "waterproofing"),
                          .progress = WORDS("第3/6天 · 慢1天", "day 3 of 6, 1 day late"),
                          .who = "王**",
                          .made = { INT64_C(1795939200000) },
                          .made_at = "2026-11-29 16:00" };
}

void report_sample_empty(struct report *r) {
    head(r);
    r->counts.workdays = 6;
    must(report_seal(r));
}

static const char *photo_id(struct report *r, size_t i) {
    return report_pool_printf(&r->pool, "01990000-0000-7000-8000-%012zx", i + 1);
}

static void add_photos(struct report *r, size_t n) {
    static const struct report_words places[] = { { "防水 · 主卫", "waterproofing · master bath" },
                                                  { "防水 · 客卫", "waterproofing · bath" },
                                                  { "水电 · 厨房", "plumbing, electrical · kitchen" } };
    static const char *const captions[] = { "闭水 24 小时", "", "墙面第二遍，高度 1.8 m，淋浴区" };
    for (size_t i = 0; i < n; i++) {
        struct report_photo *p = report_pool_more(&r->pool, &r->photos, &r->photo_count, sizeof *p);
        must(p ? 0 : -1);
        *p = (struct report_photo){
            .id = photo_id(r, i),
            .sha256 = report_pool_printf(&r->pool, "%064zx", i + 1),
            .thumb_sha256 = "",
            .code = report_pool_printf(&r->pool, "7Q3F-%04zu", i + 1),
            .caption = captions[i % 3],
            .at = report_pool_printf(&r->pool, "2026-11-%02zu %02zu:%02zu", 23 + i % 6, 9 + i % 8, i * 7 % 60),
            .who = "李**",
            .place = places[i % 3],
            .clock = i % 5 == 4 ? WORDS("时间未校准", "clock not set") : WORDS("网络校时", "network time"),
            .clock_doubtful = i % 5 == 4
        };
    }
    r->counts.photos = (int)n;
}

static void add_line(struct report *r, struct report_line **list, size_t *n, struct report_line line) {
    struct report_line *new = report_pool_more(&r->pool, list, n, sizeof *new);
    must(new ? 0 : -1);
    *new = line;
}

static void days(struct report *r) {
    for (size_t i = 0; i < 6; i++) {
        struct report_day *d = report_pool_more(&r->pool, &r->days, &r->day_count, sizeof *d);
        must(d ? 0 : -1);
        d->date = report_pool_printf(&r->pool, "2026-11-%zu", 23 + i);
        d->at = report_pool_printf(&r->pool, "2026-11-%zu 18:0%zu", 23 + i, i);
        d->stage = WORDS("防水", "waterproofing");
        d->crew = WORDS("防水工 2、瓦工 1", "waterproofer 2, tiler 1");
        d->who = "王**";
        d->note = i == 1 ? "业主到场，确认淋浴区高度 <1.8 m> & 门槛石颜色；\"周五\"再来。" : "";
        d->amended = i == 2;
        add_line(r, &d->done, &d->done_count,
                 (struct report_line){ WORDS("防水第一遍", "first coat"), WORDS("主卫、客卫", "master bath, bath"),
                                       REPORT_STATE_DONE });
        add_line(r, &d->done, &d->done_count,
                 (struct report_line){ WORDS("管根堵漏", "pipe roots sealed"), WORDS("×6", "×6"),
                                       i % 2 ? REPORT_STATE_GOING : REPORT_STATE_DONE });
        if (i == 3)
            add_line(r, &d->done, &d->done_count,
                     (struct report_line){ WORDS("闭水开始", "ponding started"), WORDS("客卫", "bath"),
                                           REPORT_STATE_BLOCKED });
        add_line(r, &d->plan, &d->plan_count,
                 (struct report_line){ WORDS("防水第二遍", "second coat"), WORDS("", ""), REPORT_STATE_NONE });
        if (r->photo_count > 8 + i) report_list_add(r, &d->photos, r->photos[8 + i].id);
    }
    r->counts.workdays = r->counts.logged = 6;
}

struct sample_check {
    struct report_check check;
    struct report_words measured[2];
};

static void add_words(struct report *r, struct report_words **list, size_t *n, struct report_words words) {
    struct report_words *new = report_pool_more(&r->pool, list, n, sizeof *new);
    must(new ? 0 : -1);
    *new = words;
}

static const struct sample_check checks[] = {
    { { .key = "wp.hshower",
        .text = { "淋浴区高度", "shower wall" },
        .room = { "主卫", "master bath" },
        .limit = { "≥ 2000 mm", "≥ 2000 mm" },
        .verdict = REPORT_PASS },
      { { "2010 mm", "2010 mm" } } },
    { { .key = "wp.hbasin",
        .text = { "洗手盆墙", "basin wall" },
        .room = { "主卫", "master bath" },
        .limit = { "≥ 1200 mm", "≥ 1200 mm" },
        .verdict = REPORT_FAIL,
        .red_line = true,
        .note = "差 5cm，补刷" },
      { { "1150 mm", "1150 mm" } } },
    { { .key = "wp.thick",
        .text = { "涂膜厚度", "membrane" },
        .room = { "客卫", "bath" },
        .limit = { "地面 ≥ 1.5 mm; 墙面 ≥ 1.2 mm", "floor ≥ 1.5 mm; wall ≥ 1.2 mm" },
        .verdict = REPORT_PASS },
      { { "地面 1.6 mm", "floor 1.6 mm" }, { "墙面 1.25 mm", "wall 1.25 mm" } } },
    { { .key = "wp.pond",
        .text = { "闭水", "ponding" },
        .room = { "客卫", "bath" },
        .limit = { "≥ 24 小时，水深 ≥ 20 mm", "≥ 24 h, depth ≥ 20 mm" },
        .verdict = REPORT_PASS },
      { { "26 小时 00 分", "26 h 00 min" }, { "22 → 21 mm", "" } } },
    { { .key = "wp.below",
        .text = { "楼下顶板无渗漏", "dry below" },
        .verdict = REPORT_NOT_APPLICABLE,
        .reason = "楼下无人，周日再看" },
      { { "", "" } } },
    { { .key = "wp.base",
        .text = { "基层、阴角圆弧", "base, rounded corners" },
        .limit = { "平整、无起砂，R ≥ 50", "even, no loose sand, R ≥ 50" },
        .verdict = REPORT_PASS },
      { { "", "" } } },
};

static void inspection(struct report *r) {
    struct report_inspection *i = report_pool_more(&r->pool, &r->inspections, &r->inspection_count, sizeof *i);
    must(i ? 0 : -1);
    *i = (struct report_inspection){ .id = "01990000-0000-7000-8000-0000000000aa",
                                     .at = "2026-11-28 17:10",
                                     .who = "赵**",
                                     .stage = WORDS("防水", "waterproofing"),
                                     .verdict = REPORT_FAIL };
    for (size_t k = 0; k < sizeof checks / sizeof *checks; k++) {
        struct report_check *c = report_pool_more(&r->pool, &i->checks, &i->check_count, sizeof *c);
        must(c ? 0 : -1);
        *c = checks[k].check;
        for (size_t m = 0; m < 2; m++)
            if (checks[k].measured[m].zh && checks[k].measured[m].zh[0])
                add_words(r, &c->measured, &c->measured_count, checks[k].measured[m]);
        if (r->photo_count > k) report_list_add(r, &c->photos, r->photos[k].id);
    }
    i->checks[0].photos.missing = r->photos_missing = 1; /* named, and not here yet */
    r->verdict = REPORT_FAIL;
    r->counts.checks = 5;
    r->counts.passed = 4;
    r->counts.failed = 1;
}

static void tests(struct report *r) {
    static const struct report_test tests[] = {
        { .id = "01990000-0000-7000-8000-0000000000b1",
          .from = "2026-11-26 15:00",
          .to = "2026-11-27 17:00",
          .values = "22 → 21 mm",
          .who = "王**",
          .text = { "闭水", "ponding" },
          .room = { "客卫", "bath" },
          .stage = { "防水", "waterproofing" },
          .limit = { "≥ 24 小时，水深 ≥ 20 mm", "≥ 24 h, depth ≥ 20 mm" },
          .seconds = 93600,
          .dark_seconds = 36900,
          .dark_count = 1,
          .verdict = REPORT_PASS },
        { .id = "01990000-0000-7000-8000-0000000000b2",
          .from = "2026-11-25 09:00",
          .to = "2026-11-25 10:05",
          .values = "0.8 → 0.6 MPa",
          .who = "王**",
          .note = "弯头渗水，已换",
          .text = { "打压", "pressure" },
          .stage = { "水电", "plumbing, electrical" },
          .limit = { "≥ 60 分钟，起始 ≥ 0.6 MPa，下降 ≤ 0.05 MPa", "≥ 60 min, start ≥ 0.6 MPa, drop ≤ 0.05 MPa" },
          .seconds = 3900,
          .provable = true,
          .verdict = REPORT_FAIL },
        { .id = "01990000-0000-7000-8000-0000000000b3",
          .from = "2026-11-29 08:00",
          .to = "",
          .values = "25 mm",
          .text = { "闭水", "ponding" },
          .room = { "主卫", "master bath" },
          .stage = { "防水", "waterproofing" },
          .limit = { "≥ 24 小时，水深 ≥ 20 mm", "≥ 24 h, depth ≥ 20 mm" },
          .seconds = 28800 },
    };
    for (size_t k = 0; k < sizeof tests / sizeof *tests; k++) {
        struct report_test *t = report_pool_more(&r->pool, &r->tests, &r->test_count, sizeof *t);
        must(t ? 0 : -1);
        *t = tests[k];
    }
    add_words(r, &r->tests[1].faults, &r->tests[1].fault_count, WORDS("下降 0.2 MPa", "fell by 0.2 MPa"));
    if (r->photo_count > 8) {
        report_list_add(r, &r->tests[0].begin, r->photos[6].id);
        report_list_add(r, &r->tests[0].end, r->photos[7].id);
        report_list_add(r, &r->tests[0].below, r->photos[8].id);
    }
}

static void hazards(struct report *r) {
    static const struct report_hazard hazards[] = {
        { .text = { "主卫防水高度需增加5cm", "master bath: waterproofing 5 cm too low" },
          .room = { "主卫", "master bath" },
          .stage = { "防水", "waterproofing" },
          .state = { "待整改", "assigned" },
          .severity = REPORT_SERIOUS,
          .due = "2026-12-03",
          .due_once = "2026-12-01",
          .assignee = "王**",
          .open = true },
        { .text = { "插座无接地", "socket without earth" },
          .room = { "厨房", "kitchen" },
          .stage = { "水电", "plumbing, electrical" },
          .state = { "待复查", "rectified" },
          .severity = REPORT_STOP_WORK,
          .due = "2026-11-27",
          .assignee = "王**",
          .open = true,
          .overdue = true },
        { .text = { "垃圾占公区", "waste in common area" },
          .room = { "", "" },
          .state = { "已关闭", "closed" },
          .severity = REPORT_NOTICE,
          .due = "2026-11-30",
          .closed = "2026-11-26 10:12" },
    };
    for (size_t k = 0; k < sizeof hazards / sizeof *hazards; k++) {
        struct report_hazard *h = report_pool_more(&r->pool, &r->hazards, &r->hazard_count, sizeof *h);
        must(h ? 0 : -1);
        *h = hazards[k];
    }
    if (r->photo_count > 10) {
        report_list_add(r, &r->hazards[1].before, r->photos[9].id);
        report_list_add(r, &r->hazards[1].after, r->photos[10].id);
    }
    r->counts.hazards_open = 2;
    r->counts.hazards_closed = 1;
}

static void rest(struct report *r) {
    static const struct report_stage stages[] = {
        { .name = { "拆改", "demolition" },
          .planned_start = "2026-11-02",
          .planned_finish = "2026-11-06",
          .start = "2026-11-02",
          .finish = "2026-11-07" },
        { .name = { "水电", "plumbing, electrical" },
          .planned_start = "2026-11-09",
          .planned_finish = "2026-11-20",
          .start = "2026-11-09",
          .finish = "2026-11-21",
          .late_days = 1 },
        { .name = { "防水", "waterproofing" },
          .planned_start = "2026-11-21",
          .planned_finish = "2026-11-27",
          .start = "2026-11-23",
          .finish = "",
          .late_days = 1,
          .here = true },
        { .name = { "泥瓦", "tiling" }, .planned_start = "2026-11-28", .planned_finish = "2026-12-18" },
    };
    for (size_t k = 0; k < sizeof stages / sizeof *stages; k++) {
        struct report_stage *s = report_pool_more(&r->pool, &r->stages, &r->stage_count, sizeof *s);
        must(s ? 0 : -1);
        *s = stages[k];
    }
    struct report_delay *d = report_pool_more(&r->pool, &r->delays, &r->delay_count, sizeof *d);
    struct report_alert *a = report_pool_more(&r->pool, &r->alerts, &r->alert_count, sizeof *a);
    struct report_outage *o = report_pool_more(&r->pool, &r->outages, &r->outage_count, sizeof *o);
    must(d && a && o ? 0 : -1);
    *d = (struct report_delay){ .from = "2026-11-24",
                                .to = "2026-11-25",
                                .days = 2,
                                .reason = WORDS("停水停电", "no water or power"),
                                .state = WORDS("已批准", "granted") };
    *a = (struct report_alert){ .due = "2026-11-27 18:30",
                                .cleared = "",
                                .level = WORDS("总部", "office"),
                                .text = WORDS("隐患超期：插座无接地", "hazard overdue: socket without earth") };
    *o = (struct report_outage){ .from = "2026-11-24 08:00",
                                 .to = "2026-11-25 16:20",
                                 .seconds = 116400,
                                 .what = WORDS("断电", "power"),
                                 .how = WORDS("突然断电", "sudden") };
    r->counts.alerts = 1;
}

void report_sample(struct report *r, size_t photos) {
    head(r);
    add_photos(r, photos);
    inspection(r);
    tests(r);
    hazards(r);
    days(r);
    rest(r);
    must(report_seal(r));
}

void report_sample_inspection(struct report *r, size_t items, size_t photos) {
    head(r);
    r->one = true;
    r->title = WORDS("质检报告", "Quality report");
    r->period = r->progress = WORDS("", "");
    r->from = r->to = "2026-11-28";
    r->key = "2026-11-28-01990000";
    add_photos(r, photos);
    inspection(r);
    tests(r);
    struct report_inspection *i = &r->inspections[0];
    for (size_t k = i->check_count; k < items; k++) {
        struct report_check *c = report_pool_more(&r->pool, &i->checks, &i->check_count, sizeof *c);
        must(c ? 0 : -1);
        *c = i->checks[k % 6];
        c->photos = (struct report_list){ .n = 0 };
        c->note = report_pool_printf(&r->pool, "%03zu 号", k + 1);
        if (photos > k) report_list_add(r, &c->photos, r->photos[k].id);
    }
    r->test_count = 2; /* what runs still is none of its */
    hazards(r);
    r->hazard_count = 1;
    must(report_seal(r));
}

void report_sample_note(struct report *r, size_t n) {
    static const char words[] = "闭水后发现客卫门口外延不够，";
    char *text = report_pool_get(&r->pool, n + 1);
    must(text ? 0 : -1);
    for (size_t at = 0; at + sizeof words - 1 <= n; at += sizeof words - 1) memcpy(text + at, words, sizeof words - 1);
    r->days[0].note = text;
}
