/* SPDX-License-Identifier: MIT */
/* What is judged, on paper: inspections item by item, and hazards with their pairs of photos. */
#include "app/report/report_outline_private.h"

#include <stdio.h>

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
        [REPORT_FAIL] = { { "不合格", "FAIL" }, REPORT_BAD },
        [REPORT_NOT_APPLICABLE] = { { "不适用", "not applicable" }, REPORT_QUIET },
    };
    *tone = all[v].tone;
    return all[v].words;
}

static void check_row(struct outline *o, const struct report_check *c) {
    struct report_cell cells[5] = { { NULL, 0 } };
    enum report_tone tone = REPORT_PLAIN;
    report_outline_put(o, &cells[0], c->text, REPORT_PLAIN);
    if (c->red_line) report_outline_put(o, &cells[0], W("红线", "red line"), REPORT_BAD);
    report_outline_put(o, &cells[1], c->room, REPORT_PLAIN);
    report_outline_put(o, &cells[2], W(has(c->limit) ? c->limit : "—", ""), REPORT_PLAIN);
    struct report_words verdict = report_outline_verdict(c->verdict, &tone);
    report_outline_put(o, &cells[3], W(has(c->measured) ? c->measured : "—", ""),
                       tone == REPORT_BAD ? REPORT_BAD : REPORT_PLAIN);
    report_outline_put(o, &cells[4], verdict, tone);
    report_outline_put_note(o, &cells[4], c->note);
    report_outline_put_photos(o, &cells[4], &c->photos);
    o->sink->row(o->ctx, cells, 5);
}

static void inspection(struct outline *o, const struct report_inspection *i) {
    static const struct report_column columns[] = { { { "检查项", "Item" }, 34 },
                                                    { { "房间", "Room" }, 12 },
                                                    { { "标准", "Limit" }, 17 },
                                                    { { "实测", "Measured" }, 13 },
                                                    { { "结果", "Verdict" }, 24 } };
    enum report_tone tone = REPORT_PLAIN;
    struct report_words verdict = report_outline_verdict(i->verdict, &tone);
    struct report_words by = W(o->names && has(i->who) ? i->who : "", "");
    o->sink->heading(o->ctx, report_outline_join(o, W("质检", "Inspection"), " · ", i->stage));
    struct report_words when = report_outline_join(o, W(i->at, ""), " · ", by);
    o->sink->line(o->ctx, report_outline_join(o, verdict, " · ", when), tone);
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

static const struct report_list *both(struct outline *o, const struct report_list *a, const struct report_list *b) {
    struct report_list *out = report_pool_get(&o->pool, sizeof *out);
    if (!out) return a;
    for (size_t i = 0; i < a->n + b->n; i++) {
        const char **id = report_pool_more(&o->pool, &out->ids, &out->n, sizeof *id);
        if (id) *id = i < a->n ? a->ids[i] : b->ids[i - a->n];
    }
    return out;
}

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
