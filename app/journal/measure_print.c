/* SPDX-License-Identifier: MIT */
/* Measures for readers: JSON and a table. */
#include "app/journal/csv.h"
#include "app/journal/domain.h"
#include "app/journal/measure.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const severities[MEASURE_SEVERITIES] = { "notice", "serious", "stop_work" };

enum { TENTHS_SIZE = 32 };

/* tenths as a decimal number. */
static void tenths(int64_t n, char out[TENTHS_SIZE]) {
    (void)snprintf(out, TENTHS_SIZE, "%lld.%lld", (long long)(n / 10), (long long)(n % 10));
}

static int64_t hours_tenths(const struct measure_site *s) { return s->median_min < 0 ? -1 : (s->median_min + 3) / 6; }

static int64_t score_tenths(const struct measure_site *s) {
    return s->calls > 0 ? (s->score_sum * 20 + s->calls) / (s->calls * 2) : -1;
}

static void put_tenths(struct json_out *w, const char *name, int64_t n) {
    char text[TENTHS_SIZE];
    tenths(n, text);
    if (n < 0)
        json_put_null(w, name);
    else
        json_put_raw(w, name, text, strlen(text));
}

static void put_rate(const struct measure_rate *rate, struct json_out *w, const char *name) {
    int percent = measure_percent(rate->on_time, rate->due);
    json_open(w, name, '{');
    json_put_int(w, "due", rate->due);
    json_put_int(w, "on_time", rate->on_time);
    json_put_int(w, "late", rate->late);
    json_put_int(w, "missing", rate->missing);
    if (percent < 0)
        json_put_null(w, "percent");
    else
        json_put_int(w, "percent", percent);
    json_close(w, '}');
}

static void put_measures(const struct measure_site *s, struct json_out *w) {
    put_rate(&s->logs, w, "logs");
    put_rate(&s->reports, w, "reports");
    put_rate(&s->stages, w, "stages");
    json_open(w, "hazards", '{');
    for (int i = 0; i < MEASURE_SEVERITIES; i++) json_put_int(w, severities[i], s->hazards[i]);
    json_put_int(w, "rectified", s->rectified);
    json_put_int(w, "overdue", s->overdue);
    json_put_int(w, "checked", s->checked);
    json_put_int(w, "sent_back", s->sent_back);
    put_tenths(w, "median_hours", hours_tenths(s));
    json_close(w, '}');
    json_open(w, "calls", '{');
    json_put_int(w, "n", s->calls);
    put_tenths(w, "score", score_tenths(s));
    json_close(w, '}');
}

static void put_stage(const struct measure_hazards *h, struct json_out *w) {
    const struct domain_stage *stage = h->stage[0] ? domain_stage(h->stage) : NULL;
    json_open(w, NULL, '{');
    json_put_text(w, "stage", h->stage[0] ? h->stage : NULL);
    json_put_text(w, "zh", stage ? stage->zh : h->stage);
    json_put_text(w, "en", stage ? stage->en : h->stage);
    for (int i = 0; i < MEASURE_SEVERITIES; i++) json_put_int(w, severities[i], h->n[i]);
    json_close(w, '}');
}

int measure_print(const struct measure *m, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "from", m->from);
    json_put_text(&w, "to", m->to);
    json_open(&w, "all", '{');
    put_measures(&m->all, &w);
    json_close(&w, '}');
    json_open(&w, "sites", '[');
    for (size_t i = 0; i < m->site_count; i++) {
        json_open(&w, NULL, '{');
        json_put_text(&w, "site", m->sites[i].site);
        json_put_text(&w, "name", m->sites[i].name);
        put_measures(&m->sites[i], &w);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_open(&w, "stages", '[');
    for (size_t i = 0; i < m->stage_count; i++) put_stage(&m->stages[i], &w);
    json_close(&w, ']');
    json_close(&w, '}');
    return out->error;
}

/* ---- the table ---- */

static const struct {
    const char *zh, *en;
} heads[] = {
    { "工地", "site" },
    { "名称", "name" },
    { "应交日志", "logs due" },
    { "日志按时", "logs on time" },
    { "日志迟交", "logs late" },
    { "日志未交", "logs missing" },
    { "日志按时率%", "logs on time %" },
    { "应交质检", "reports due" },
    { "质检按时", "reports on time" },
    { "质检迟交", "reports late" },
    { "质检未交", "reports missing" },
    { "质检按时率%", "reports on time %" },
    { "到期阶段", "stages due" },
    { "阶段按时", "stages on time" },
    { "阶段拖期", "stages late" },
    { "阶段未完", "stages not finished" },
    { "阶段按时率%", "stages on time %" },
    { "隐患·提示", "hazards: notice" },
    { "隐患·严重", "hazards: serious" },
    { "隐患·停工", "hazards: stop work" },
    { "已整改", "rectified" },
    { "逾期", "overdue" },
    { "复查次数", "re-checks" },
    { "复查退回", "sent back" },
    { "整改中位小时", "median hours to rectify" },
    { "回访次数", "calls" },
    { "回访平均分", "mean score" },
};

static void csv_or_empty(struct csv *c, int64_t value) {
    if (value < 0)
        csv_text(c, NULL);
    else
        csv_int(c, value);
}

static void csv_tenths(struct csv *c, int64_t value) {
    char text[TENTHS_SIZE];
    tenths(value, text);
    csv_text(c, value < 0 ? NULL : text);
}

static void csv_rate(struct csv *c, const struct measure_rate *rate) {
    csv_int(c, rate->due);
    csv_int(c, rate->on_time);
    csv_int(c, rate->late);
    csv_int(c, rate->missing);
    csv_or_empty(c, measure_percent(rate->on_time, rate->due));
}

static void csv_site(struct csv *c, const struct measure_site *s, const char *site, const char *name) {
    csv_text(c, site);
    csv_text(c, name);
    csv_rate(c, &s->logs);
    csv_rate(c, &s->reports);
    csv_rate(c, &s->stages);
    for (int i = 0; i < MEASURE_SEVERITIES; i++) csv_int(c, s->hazards[i]);
    csv_int(c, s->rectified);
    csv_int(c, s->overdue);
    csv_int(c, s->checked);
    csv_int(c, s->sent_back);
    csv_tenths(c, hours_tenths(s));
    csv_int(c, s->calls);
    csv_tenths(c, score_tenths(s));
    csv_end(c);
}

int measure_csv(const struct measure *m, bool zh, struct buf *out) {
    struct csv c;
    csv_start(&c, out);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(heads); i++) csv_text(&c, zh ? heads[i].zh : heads[i].en);
    csv_end(&c);
    csv_site(&c, &m->all, "", zh ? "全部" : "all");
    for (size_t i = 0; i < m->site_count; i++) csv_site(&c, &m->sites[i], m->sites[i].site, m->sites[i].name);
    return out->error;
}
