/* SPDX-License-Identifier: MIT */
/* What is judged, on paper: inspections item by item, tests that take their time, and hazards with their pairs of photos. */
#include "app/report/report_outline_private.h"

#include <stdio.h>
#include <string.h>

#define W REPORT_WORDS

static bool has(const char *text) { return text && text[0]; }

struct report_words report_outline_verdict(enum report_verdict v, enum report_tone *tone) {
    static const struct {
        struct report_words words;
        enum report_tone tone;
    } all[] = {
        [REPORT_UNJUDGED] = { { "", "" }, REPORT_PLAIN },
        [REPORT_DRAFT] = { { "草稿", "draft" }, REPORT_WARN },
        [REPORT_PASS] = { { "合格", "pass" }, REPORT_GOOD },
        [REPORT_RECTIFY] = { { "需整改", "to rectify" }, REPORT_BAD },
        [REPORT_FAIL] = { { "不合格", "FAIL" }, REPORT_BAD },
        [REPORT_NOT_APPLICABLE] = { { "不适用", "not applicable" }, REPORT_QUIET },
    };
    *tone = all[v].tone;
    return all[v].words;
}

/* A limit of several parts, "地面 ≥ 1.5 mm; 墙面 ≥ 1.2 mm": a line each. */
static void put_limit(struct outline *o, struct report_cell *cell, struct report_words limit) {
    const char *zh = has(limit.zh) ? limit.zh : "", *en = has(limit.en) ? limit.en : "";
    if (!*zh && !*en) report_outline_put(o, cell, W("—", ""), REPORT_PLAIN);
    while (*zh || *en) {
        const char *zh_end = strstr(zh, "; "), *en_end = strstr(en, "; ");
        size_t zh_n = zh_end ? (size_t)(zh_end - zh) : strlen(zh), en_n = en_end ? (size_t)(en_end - en) : strlen(en);
        report_outline_put(
            o, cell,
            W(report_pool_printf(&o->pool, "%.*s", (int)zh_n, zh), report_pool_printf(&o->pool, "%.*s", (int)en_n, en)),
            REPORT_PLAIN);
        zh += zh_end ? zh_n + 2 : zh_n;
        en += en_end ? en_n + 2 : en_n;
    }
}

static void check_row(struct outline *o, const struct report_check *c) {
    struct report_cell cells[5] = { { NULL, 0 } };
    enum report_tone tone = REPORT_PLAIN;
    report_outline_put(o, &cells[0], c->text, REPORT_PLAIN);
    if (c->red_line) report_outline_put(o, &cells[0], W("红线", "red line"), REPORT_BAD);
    report_outline_put(o, &cells[1], c->room, REPORT_PLAIN);
    put_limit(o, &cells[2], c->limit);
    struct report_words verdict = report_outline_verdict(c->verdict, &tone);
    for (size_t i = 0; i < c->measured_count; i++)
        report_outline_put(o, &cells[3], c->measured[i], tone == REPORT_BAD ? REPORT_BAD : REPORT_PLAIN);
    if (c->measured_count == 0) report_outline_put(o, &cells[3], W("—", ""), REPORT_PLAIN);
    report_outline_put(o, &cells[4], verdict, tone);
    report_outline_put_labelled(o, &cells[4], W("原因", "Reason"), W(c->reason, ""));
    report_outline_put_note(o, &cells[4], c->note);
    report_outline_put_photos(o, &cells[4], &c->photos);
    o->sink->row(o->ctx, cells, 5);
}

static struct report_words sum_of(struct outline *o, const struct report_inspection *i) {
    int passed = 0, failed = 0, red = 0, none = 0;
    for (size_t k = 0; k < i->check_count; k++) {
        const struct report_check *c = &i->checks[k];
        passed += c->verdict == REPORT_PASS;
        failed += c->verdict == REPORT_FAIL;
        red += c->verdict == REPORT_FAIL && c->red_line;
        none += c->verdict == REPORT_NOT_APPLICABLE;
    }
    return W(report_pool_printf(&o->pool, "共 %zu 项：合格 %d，不合格 %d（红线 %d），不适用 %d", i->check_count, passed,
                                failed, red, none),
             report_pool_printf(&o->pool, "%zu items: %d passed, %d failed (red lines: %d), %d not applicable",
                                i->check_count, passed, failed, red, none));
}

static void inspection(struct outline *o, const struct report_inspection *i) {
    static const struct report_column columns[] = { { { "检查项", "Item" }, 29 },
                                                    { { "房间", "Room" }, 11 },
                                                    { { "标准", "Limit" }, 22 },
                                                    { { "实测", "Measured" }, 16 },
                                                    { { "结果", "Verdict" }, 22 } };
    enum report_tone tone = REPORT_PLAIN;
    struct report_words verdict = report_outline_verdict(i->verdict, &tone);
    struct report_words by = W(o->names && has(i->who) ? i->who : "", "");
    o->sink->heading(o->ctx, report_outline_join(o, W("质检", "Inspection"), " · ", i->stage));
    struct report_words when = report_outline_join(o, W(i->at, ""), " · ", by);
    o->sink->line(o->ctx, report_outline_join(o, verdict, " · ", when), tone);
    o->sink->line(o->ctx, sum_of(o, i), REPORT_PLAIN);
    if (has(i->note)) o->sink->line(o->ctx, W(i->note, ""), REPORT_PLAIN);
    if (i->check_count == 0) return;
    o->sink->table(o->ctx, columns, 5);
    for (size_t k = 0; k < i->check_count; k++) check_row(o, &i->checks[k]);
    o->sink->table_end(o->ctx);
    struct report_figures f = { NULL, 0 };
    for (size_t k = 0; k < i->check_count; k++) report_outline_figures(o, &f, &i->checks[k].photos, i->checks[k].text);
    if (f.n) o->sink->figures(o->ctx, f.list, f.n);
}

void report_outline_inspections(struct outline *o) {
    for (size_t i = 0; i < o->r->inspection_count; i++) inspection(o, &o->r->inspections[i]);
}

/* ---- tests ---- */

static const struct report_list *both(struct outline *o, const struct report_list *a, const struct report_list *b) {
    struct report_list *out = report_pool_get(&o->pool, sizeof *out);
    if (!out) return a;
    out->missing = a->missing + b->missing;
    for (size_t i = 0; i < a->n + b->n; i++) {
        const char **id = report_pool_more(&o->pool, &out->ids, &out->n, sizeof *id);
        if (id) *id = i < a->n ? a->ids[i] : b->ids[i - a->n];
    }
    return out;
}

static void put_when(struct outline *o, struct report_cell *cell, const struct report_test *t) {
    report_outline_put_labelled(o, cell, W("起", "from"), W(t->from, ""));
    report_outline_put_labelled(o, cell, W("止", "to"), has(t->to) ? W(t->to, "") : W("进行中", "runs still"));
    /* How long one has run that runs would be another text, and another code, a minute later. */
    if (has(t->to)) report_outline_put(o, cell, report_lasted(&o->pool, t->seconds), REPORT_PLAIN);
    if (has(t->to) && t->provable)
        report_outline_put(o, cell, W("时钟不可靠，只算可证实的时间", "clock not sure: provable time only"),
                           REPORT_QUIET);
    if (t->dark_count == 0) return;
    struct report_words dark = W(report_pool_printf(&o->pool, "断电 %zu 次", t->dark_count),
                                 report_pool_printf(&o->pool, "power cuts: %zu", t->dark_count));
    struct report_words lost = report_lasted(&o->pool, t->dark_seconds);
    report_outline_put(o, cell, report_outline_join(o, dark, " · ", lost), REPORT_WARN);
}

static void test_row(struct outline *o, const struct report_test *t) {
    struct report_cell cells[5] = { { NULL, 0 } };
    enum report_tone tone = REPORT_PLAIN;
    struct report_words verdict = report_outline_verdict(t->verdict, &tone);
    report_outline_put(o, &cells[0], t->text, REPORT_PLAIN);
    report_outline_put(o, &cells[0], report_outline_join(o, t->stage, " · ", t->room), REPORT_QUIET);
    put_limit(o, &cells[1], t->limit);
    put_when(o, &cells[2], t);
    report_outline_put(o, &cells[3], W(has(t->values) ? t->values : "—", ""),
                       tone == REPORT_BAD ? REPORT_BAD : REPORT_PLAIN);
    report_outline_put(o, &cells[4], t->verdict == REPORT_UNJUDGED ? W("进行中", "runs still") : verdict, tone);
    for (size_t i = 0; i < t->fault_count; i++) report_outline_put(o, &cells[4], t->faults[i], REPORT_BAD);
    report_outline_put_note(o, &cells[4], t->note);
    report_outline_put_who(o, &cells[4], t->who);
    report_outline_put_photos(o, &cells[4], both(o, both(o, &t->begin, &t->end), &t->below));
    o->sink->row(o->ctx, cells, 5);
}

void report_outline_tests(struct outline *o) {
    static const struct report_column columns[] = { { { "试验", "Test" }, 20 },
                                                    { { "标准", "Limit" }, 22 },
                                                    { { "时间", "Time" }, 23 },
                                                    { { "数值", "Values" }, 14 },
                                                    { { "结果", "Verdict" }, 21 } };
    const struct report *r = o->r;
    struct report_figures f = { NULL, 0 };
    if (r->test_count == 0) return;
    o->sink->heading(o->ctx, W("限时试验", "Timed tests"));
    o->sink->table(o->ctx, columns, 5);
    for (size_t i = 0; i < r->test_count; i++) test_row(o, &r->tests[i]);
    o->sink->table_end(o->ctx);
    for (size_t i = 0; i < r->test_count; i++) {
        const struct report_test *t = &r->tests[i];
        report_outline_figures(o, &f, &t->begin, report_outline_join(o, t->text, " · ", W("开始", "start")));
        report_outline_figures(o, &f, &t->end, report_outline_join(o, t->text, " · ", W("结束", "end")));
        report_outline_figures(o, &f, &t->below, report_outline_join(o, t->text, " · ", W("楼下顶板", "below")));
    }
    if (f.n) o->sink->figures(o->ctx, f.list, f.n);
}

/* ---- hazards ---- */

static void hazard_row(struct outline *o, const struct report_hazard *h) {
    static const struct report_words severities[] = { [REPORT_NOTICE] = { "提示", "notice" },
                                                      [REPORT_SERIOUS] = { "严重", "serious" },
                                                      [REPORT_STOP_WORK] = { "停工", "stop work" } };
    struct report_cell cells[5] = { { NULL, 0 } };
    report_outline_put(o, &cells[0], severities[h->severity], h->severity == REPORT_NOTICE ? REPORT_WARN : REPORT_BAD);
    report_outline_put(o, &cells[1], h->text, REPORT_PLAIN);
    report_outline_put_note(o, &cells[1], h->note);
    report_outline_put_photos(o, &cells[1], both(o, &h->before, &h->after));
    report_outline_put(o, &cells[2], h->room, REPORT_PLAIN);
    report_outline_put(o, &cells[2], h->stage, REPORT_QUIET);
    report_outline_put(o, &cells[3], h->state, h->open ? REPORT_PLAIN : REPORT_GOOD);
    report_outline_put_who(o, &cells[3], h->assignee);
    if (has(h->closed)) report_outline_put(o, &cells[3], W(h->closed, ""), REPORT_QUIET);
    report_outline_put(o, &cells[4], W(h->due, ""), h->overdue ? REPORT_BAD : REPORT_PLAIN);
    if (!has(h->due) && h->open)
        report_outline_put(o, &cells[4], W("停工，不计时", "on hold, no clock runs"), REPORT_QUIET);
    report_outline_put_labelled(o, &cells[4], W("原定", "was"), W(h->due_once, ""));
    if (h->overdue) report_outline_put(o, &cells[4], W("已超期", "overdue"), REPORT_BAD);
    o->sink->row(o->ctx, cells, 5);
}

void report_outline_hazards(struct outline *o) {
    static const struct report_column columns[] = { { { "级别", "Severity" }, 14 },
                                                    { { "隐患", "Hazard" }, 38 },
                                                    { { "位置", "Where" }, 15 },
                                                    { { "状态", "State" }, 16 },
                                                    { { "期限", "Due" }, 17 } };
    const struct report *r = o->r;
    struct report_figures f = { NULL, 0 };
    if (r->hazard_count == 0) return;
    o->sink->heading(o->ctx, W("隐患", "Hazards"));
    o->sink->table(o->ctx, columns, 5);
    for (size_t i = 0; i < r->hazard_count; i++) hazard_row(o, &r->hazards[i]);
    o->sink->table_end(o->ctx);
    for (size_t i = 0; i < r->hazard_count; i++) {
        const struct report_hazard *h = &r->hazards[i];
        report_outline_figures(o, &f, &h->before, report_outline_join(o, W("整改前", "before"), " · ", h->text));
        report_outline_figures(o, &f, &h->after, report_outline_join(o, W("整改后", "after"), " · ", h->text));
    }
    if (f.n) o->sink->figures(o->ctx, f.list, f.n);
}
