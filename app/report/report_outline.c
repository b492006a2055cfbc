/* SPDX-License-Identifier: MIT */
/* A report from its head to its last photo. What is judged is in report_outline_quality.c. */
#include "app/report/report_outline_private.h"

#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define W REPORT_WORDS

static bool has(const char *text) { return text && text[0]; }

bool report_outline_said(struct report_words w) { return has(w.zh) || has(w.en); }

void report_outline_pick(enum report_lang lang, struct report_words w, const char **first, const char **second) {
    const char *zh = has(w.zh) ? w.zh : w.en, *en = has(w.en) ? w.en : w.zh;
    *first = lang == REPORT_EN ? en : zh;
    *second = lang == REPORT_BOTH && has(w.zh) && has(w.en) && strcmp(w.zh, w.en) != 0 ? w.en : "";
    if (!*first) *first = "";
}

void report_outline_photos(const struct report *r, const struct report_list *list, struct buf *zh, struct buf *en) {
    for (size_t i = 0; i < list->n; i++) {
        int at = report_photo_find(r, list->ids[i]);
        if (at < 0) continue;
        (void)buf_addf(zh, "%s%d", zh->len ? "、" : "图 ", at + 1);
        (void)buf_addf(en, "%s%d", en->len ? ", " : "photo ", at + 1);
    }
}

/* ---- cells ---- */

static void put(struct outline *o, struct report_cell *cell, struct report_piece piece) {
    struct report_piece *new = report_pool_more(&o->pool, &cell->pieces, &cell->n, sizeof *new);
    if (new) *new = piece;
}

void report_outline_put(struct outline *o, struct report_cell *cell, struct report_words text, enum report_tone tone) {
    if (report_outline_said(text)) put(o, cell, (struct report_piece){ .text = text, .tone = tone });
}

void report_outline_put_photos(struct outline *o, struct report_cell *cell, const struct report_list *list) {
    bool any = false;
    for (size_t i = 0; i < list->n && !any; i++) any = report_photo_find(o->r, list->ids[i]) >= 0;
    if (any) put(o, cell, (struct report_piece){ .photos = list, .tone = REPORT_QUIET });
    if (list->missing)
        report_outline_put(
            o, cell,
            W(report_pool_printf(&o->pool, "%zu 张照片未到", list->missing),
              report_pool_printf(&o->pool, "%zu photo%s on the way", list->missing, list->missing == 1 ? "" : "s")),
            REPORT_WARN);
}

struct report_words report_outline_join(struct outline *o, struct report_words a, const char *between,
                                        struct report_words b) {
    if (!report_outline_said(a) || !report_outline_said(b)) return report_outline_said(a) ? a : b;
    const char *zh[2], *en[2], *none;
    report_outline_pick(REPORT_ZH, a, &zh[0], &none);
    report_outline_pick(REPORT_ZH, b, &zh[1], &none);
    report_outline_pick(REPORT_EN, a, &en[0], &none);
    report_outline_pick(REPORT_EN, b, &en[1], &none);
    bool english = has(a.en) || has(b.en);
    return W(report_pool_printf(&o->pool, "%s%s%s", zh[0], between, zh[1]),
             english ? report_pool_printf(&o->pool, "%s%s%s", en[0], between, en[1]) : "");
}

void report_outline_put_who(struct outline *o, struct report_cell *cell, const char *who) {
    if (o->names && has(who)) report_outline_put(o, cell, W(who, ""), REPORT_QUIET);
}

void report_outline_put_labelled(struct outline *o, struct report_cell *cell, struct report_words label,
                                 struct report_words text) {
    if (report_outline_said(text)) put(o, cell, (struct report_piece){ .label = label, .text = text });
}

void report_outline_put_note(struct outline *o, struct report_cell *cell, const char *note) {
    report_outline_put_labelled(o, cell, W("备注", "Note"), W(note, ""));
}

void report_outline_figures(struct outline *o, struct report_figures *f, const struct report_list *list,
                            struct report_words label) {
    for (size_t i = 0; i < list->n; i++) {
        int at = report_photo_find(o->r, list->ids[i]);
        if (at < 0 || o->shown[at]) continue;
        o->shown[at] = true;
        struct report_figure *new = report_pool_more(&o->pool, &f->list, &f->n, sizeof *new);
        if (new) *new = (struct report_figure){ (size_t)at, label };
    }
}

/* ---- head ---- */

static void fact(struct outline *o, struct report_fact **facts, size_t *n, struct report_words name,
                 struct report_words value) {
    if (!report_outline_said(value)) return;
    struct report_fact *new = report_pool_more(&o->pool, facts, n, sizeof *new);
    if (new) *new = (struct report_fact){ name, value };
}

static void facts(struct outline *o) {
    const struct report *r = o->r;
    struct report_fact *list = NULL;
    size_t n = 0;
    bool span = has(r->from) && strcmp(r->from, r->to) != 0;
    const char *dates = span ? report_pool_printf(&o->pool, "%s – %s", r->from, r->to) : r->from;
    fact(o, &list, &n, W("工地", "Site"), W(has(r->name) ? r->name : r->site, ""));
    fact(o, &list, &n, W("编号", "Number"), W(r->site, ""));
    fact(o, &list, &n, W("时段", "Period"), r->period);
    fact(o, &list, &n, r->one ? W("日期", "Date") : W("日期", "Dates"), W(dates, ""));
    fact(o, &list, &n, W("阶段", "Stage"), report_outline_join(o, r->stage, " · ", r->progress));
    if (o->names) fact(o, &list, &n, W("负责人", "In charge"), W(r->who, ""));
    fact(o, &list, &n, W("核对码", "Report code"), W(r->code, ""));
    o->sink->facts(o->ctx, list, n);
}

static void tiles(struct outline *o) {
    const struct report_counts *c = &o->r->counts;
    struct report_pool *p = &o->pool;
    struct report_tile list[] = {
        { W("日报", "Daily logs"), report_pool_printf(p, "%d/%d", c->logged, c->workdays),
          c->logged < c->workdays ? REPORT_WARN : REPORT_PLAIN },
        { W("照片", "Photos"), report_pool_printf(p, "%d", c->photos), REPORT_PLAIN },
        { W("检查项合格", "Items passed"), report_pool_printf(p, "%d/%d", c->passed, c->checks),
          c->failed ? REPORT_BAD : REPORT_PLAIN },
        { W("未关闭隐患", "Open hazards"), report_pool_printf(p, "%d", c->hazards_open),
          c->hazards_open ? REPORT_BAD : REPORT_PLAIN },
        { W("本周关闭", "Closed"), report_pool_printf(p, "%d", c->hazards_closed), REPORT_PLAIN },
        { W("未解除警报", "Standing alerts"), report_pool_printf(p, "%d", c->alerts),
          c->alerts ? REPORT_WARN : REPORT_PLAIN },
    };
    o->sink->tiles(o->ctx, list, sizeof list / sizeof *list);
}

/* ---- days ---- */

static void put_lines(struct outline *o, struct report_cell *cell, const struct report_line *lines, size_t n) {
    static const struct report_words states[] = {
        [REPORT_STATE_GOING] = { "进行中", "going on" }, [REPORT_STATE_BLOCKED] = { "受阻", "blocked" }
    };
    for (size_t i = 0; i < n; i++) {
        struct report_words text = report_outline_join(o, lines[i].text, " · ", lines[i].detail);
        enum report_tone tone = REPORT_PLAIN;
        if (lines[i].state == REPORT_STATE_GOING) text = report_outline_join(o, text, " · ", states[lines[i].state]);
        if (lines[i].state == REPORT_STATE_BLOCKED) {
            text = report_outline_join(o, text, " · ", states[lines[i].state]);
            tone = REPORT_BAD;
        }
        report_outline_put(o, cell, text, tone);
    }
}

static void days(struct outline *o) {
    static const struct report_column columns[] = { { { "日期", "Date" }, 15 },
                                                    { { "完成", "Done" }, 34 },
                                                    { { "计划", "Planned" }, 30 },
                                                    { { "班组", "Crew" }, 21 } };
    const struct report *r = o->r;
    o->sink->heading(o->ctx, W("施工日报", "Daily logs"));
    if (r->day_count == 0) {
        o->sink->line(o->ctx, W("本时段没有日报", "No daily log in this period"), REPORT_QUIET);
        return;
    }
    o->sink->table(o->ctx, columns, 4);
    for (size_t i = 0; i < r->day_count; i++) {
        const struct report_day *d = &r->days[i];
        struct report_cell cells[4] = { { NULL, 0 } };
        report_outline_put(o, &cells[0], W(d->date, ""), REPORT_PLAIN);
        report_outline_put(o, &cells[0], d->stage, REPORT_QUIET);
        put_lines(o, &cells[1], d->done, d->done_count);
        report_outline_put_note(o, &cells[1], d->note);
        report_outline_put_photos(o, &cells[1], &d->photos);
        put_lines(o, &cells[2], d->plan, d->plan_count);
        report_outline_put(o, &cells[3], d->crew, REPORT_PLAIN);
        report_outline_put_who(o, &cells[3], d->who);
        report_outline_put(o, &cells[3], W(d->at, ""), REPORT_QUIET);
        if (d->amended)
            report_outline_put(o, &cells[3],
                               W(report_pool_printf(&o->pool, "更正 %lld 次", (long long)d->amended),
                                 report_pool_printf(&o->pool, "amended × %lld", (long long)d->amended)),
                               REPORT_QUIET);
        o->sink->row(o->ctx, cells, 4);
    }
    o->sink->table_end(o->ctx);
}

/* ---- plan ---- */

static struct report_words span(struct outline *o, const char *from, const char *to) {
    if (!has(from) && !has(to)) return W("", "");
    return W(report_pool_printf(&o->pool, "%s – %s", has(from) ? from : "", has(to) ? to : ""), "");
}

static void stages(struct outline *o) {
    static const struct report_column columns[] = { { { "阶段", "Stage" }, 26 },
                                                    { { "计划", "Planned" }, 27 },
                                                    { { "实际", "Actual" }, 27 },
                                                    { { "状态", "State" }, 20 } };
    const struct report *r = o->r;
    if (r->stage_count == 0) return;
    o->sink->heading(o->ctx, W("阶段进度", "Stages, planned and actual"));
    o->sink->table(o->ctx, columns, 4);
    for (size_t i = 0; i < r->stage_count; i++) {
        const struct report_stage *s = &r->stages[i];
        struct report_cell cells[4] = { { NULL, 0 } };
        report_outline_put(o, &cells[0], s->name, REPORT_PLAIN);
        report_outline_put(o, &cells[1], span(o, s->planned_start, s->planned_finish), REPORT_PLAIN);
        report_outline_put(o, &cells[2], span(o, s->start, s->finish), REPORT_PLAIN);
        if (s->here) report_outline_put(o, &cells[3], W("现阶段", "now"), REPORT_GOOD);
        report_outline_put(o, &cells[3], s->state, REPORT_PLAIN);
        if (s->late_days > 0)
            report_outline_put(
                o, &cells[3],
                W(report_pool_printf(&o->pool, "慢 %d 天", s->late_days),
                  report_pool_printf(&o->pool, s->late_days == 1 ? "%d day late" : "%d days late", s->late_days)),
                REPORT_BAD);
        o->sink->row(o->ctx, cells, 4);
    }
    o->sink->table_end(o->ctx);
}

static void delays(struct outline *o) {
    static const struct report_column columns[] = { { { "原因", "Reason" }, 34 },
                                                    { { "时间", "From – to" }, 30 },
                                                    { { "天数", "Days" }, 12 },
                                                    { { "结果", "Decision" }, 24 } };
    const struct report *r = o->r;
    if (r->delay_count == 0) return;
    o->sink->heading(o->ctx, W("延期", "Delays"));
    o->sink->table(o->ctx, columns, 4);
    for (size_t i = 0; i < r->delay_count; i++) {
        const struct report_delay *d = &r->delays[i];
        struct report_cell cells[4] = { { NULL, 0 } };
        report_outline_put(o, &cells[0], d->reason, REPORT_PLAIN);
        report_outline_put_note(o, &cells[0], d->note);
        report_outline_put_photos(o, &cells[0], &d->photos);
        report_outline_put(o, &cells[1], span(o, d->from, d->to), REPORT_PLAIN);
        report_outline_put(o, &cells[2], W(report_pool_printf(&o->pool, "%d", d->days), ""), REPORT_PLAIN);
        report_outline_put(o, &cells[3], d->state, REPORT_PLAIN);
        o->sink->row(o->ctx, cells, 4);
    }
    o->sink->table_end(o->ctx);
}

static void alerts(struct outline *o) {
    static const struct report_column columns[] = { { { "警报", "Alert" }, 50 },
                                                    { { "自", "Since" }, 22 },
                                                    { { "解除", "Cleared" }, 28 } };
    const struct report *r = o->r;
    if (r->alert_count == 0) return;
    o->sink->heading(o->ctx, W("警报", "Alerts"));
    o->sink->table(o->ctx, columns, 3);
    for (size_t i = 0; i < r->alert_count; i++) {
        const struct report_alert *a = &r->alerts[i];
        struct report_cell cells[3] = { { NULL, 0 } };
        report_outline_put(o, &cells[0], a->text, REPORT_PLAIN);
        report_outline_put(o, &cells[0], a->level, REPORT_QUIET);
        report_outline_put(o, &cells[1], W(a->due, ""), REPORT_PLAIN);
        if (has(a->cleared))
            report_outline_put(o, &cells[2], W(a->cleared, ""), REPORT_PLAIN);
        else
            report_outline_put(o, &cells[2], W("未解除", "stands"), REPORT_WARN);
        o->sink->row(o->ctx, cells, 3);
    }
    o->sink->table_end(o->ctx);
}

static void outages(struct outline *o) {
    static const struct report_column columns[] = {
        { { "中断", "Outage" }, 34 }, { { "自", "From" }, 22 }, { { "至", "To" }, 22 }, { { "时长", "Lasted" }, 22 }
    };
    const struct report *r = o->r;
    if (r->outage_count == 0) return;
    o->sink->heading(o->ctx, W("断电断网", "Dark hours"));
    o->sink->table(o->ctx, columns, 4);
    for (size_t i = 0; i < r->outage_count; i++) {
        const struct report_outage *d = &r->outages[i];
        struct report_cell cells[4] = { { NULL, 0 } };
        report_outline_put(o, &cells[0], d->what, REPORT_PLAIN);
        report_outline_put(o, &cells[0], d->how, REPORT_QUIET);
        report_outline_put(o, &cells[1], W(d->from, ""), REPORT_PLAIN);
        report_outline_put(o, &cells[2], has(d->to) ? W(d->to, "") : W("不详", "not known"), REPORT_PLAIN);
        report_outline_put(o, &cells[3], report_lasted(&o->pool, d->seconds), REPORT_PLAIN);
        o->sink->row(o->ctx, cells, 4);
    }
    o->sink->table_end(o->ctx);
}

/* ---- photos, and what the codes are for ---- */

static void photos(struct outline *o) {
    const struct report *r = o->r;
    struct report_figures f = { NULL, 0 };
    for (size_t i = 0; i < r->photo_count; i++) {
        struct report_list one = { .ids = &r->photos[i].id, .n = 1 };
        report_outline_figures(o, &f, &one, W("", ""));
    }
    int more = r->counts.photos - (int)r->photo_count;
    if (f.n == 0 && r->photo_count > 0 && more <= 0 && !r->photos_missing) return;
    o->sink->heading(o->ctx, W("照片", "Photos"));
    if (r->photo_count == 0)
        o->sink->line(o->ctx, r->one ? W("没有照片", "No photo") : W("本时段没有照片", "No photo in this period"),
                      REPORT_QUIET);
    if (f.n) o->sink->figures(o->ctx, f.list, f.n);
    if (r->photos_missing)
        o->sink->line(
            o->ctx,
            W(report_pool_printf(&o->pool, "记录里提到的 %zu 张照片还没有到总部", r->photos_missing),
              report_pool_printf(&o->pool, "photos that are named here and have not come yet: %zu", r->photos_missing)),
            REPORT_WARN);
    if (more > 0)
        o->sink->line(o->ctx,
                      W(report_pool_printf(&o->pool, "另有 %d 张照片，见工地的照片页", more),
                        report_pool_printf(&o->pool, "%d more photos are on the site's own page", more)),
                      REPORT_QUIET);
}

static void verification(struct outline *o) {
    o->sink->heading(o->ctx, W("核对", "Verification"));
    o->sink->line(o->ctx,
                  W(report_pool_printf(&o->pool, "本报告的核对码是 %s：重新打开%s的报告，内容未变则核对码相同。",
                                       o->r->code, o->r->one ? "这次质检" : "同一时段"),
                    report_pool_printf(&o->pool,
                                       "This report's code is %s: open the report of the same %s again; the code "
                                       "is the same while what it says is.",
                                       o->r->code, o->r->one ? "inspection" : "period")),
                  REPORT_PLAIN);
    o->sink->line(o->ctx,
                  W("每张照片下方的编码可在总部系统 /api/v1/verify/{编码} 查到原件、拍摄时间和其在记录链中的位置。",
                    "A photo's code leads to its original, when it was taken and its place in the chain of records: "
                    "/api/v1/verify/{code} at head office."),
                  REPORT_PLAIN);
}

static void walk(struct outline *o) {
    enum report_tone tone = REPORT_PLAIN;
    struct report_words verdict = report_outline_verdict(o->r->verdict, &tone);
    o->sink->head(o->ctx, verdict, tone);
    facts(o);
    if (!o->r->one) tiles(o);
    if (report_empty(o->r))
        o->sink->line(o->ctx, W("本时段没有任何记录。", "Nothing was recorded in this period."), REPORT_WARN);
    report_outline_inspections(o);
    report_outline_tests(o);
    report_outline_hazards(o);
    if (!o->r->one) days(o);
    stages(o);
    delays(o);
    alerts(o);
    outages(o);
    photos(o);
    verification(o);
}

int report_outline(const struct report *r, bool names, const struct report_sink *sink, void *ctx) {
    struct outline o = { .r = r, .names = names, .sink = sink, .ctx = ctx };
    o.shown = report_pool_get(&o.pool, r->photo_count + 1);
    if (o.shown) walk(&o);
    int rc = o.pool.error;
    report_pool_fini(&o.pool);
    return rc;
}
