/* SPDX-License-Identifier: MIT */
/* Words and lines of alerts and digests. What a chat does with them is hook_format.c's business. */
#include "app/hook/hook_text.h"

#include "app/journal/domain.h"
#include "firmware/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MIN = 60, DAY_MIN = 1440 };

static void add(struct hook_text *t, const char *format, ...) PRINTF_LIKE(2, 3);

static void add(struct hook_text *t, const char *format, ...) {
    char line[HOOK_LINE_SIZE * 2];
    va_list args;
    if (t->count == HOOK_LINES_MAX) return;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    text_clip(t->lines[t->count++], HOOK_LINE_SIZE, line);
}

static void set_link(struct hook_text *t, const struct hook_look *look, const char *site, const char *words) {
    const char *url = look->office_url;
    size_t n = strlen(url);
    while (n > 0 && url[n - 1] == '/') n--;
    if (n == 0) return;
    (void)snprintf(t->link, sizeof t->link, "%.*s/%s%.40s", (int)n, url, site ? "#/site/" : "", site ? site : "");
    text_clip(t->link_text, sizeof t->link_text, words);
}

/* ---- alerts ---- */

static const char *level_word(const char *level, bool zh) {
    if (strcmp(level, "executive") == 0) return zh ? "高管" : "executive";
    if (strcmp(level, "office") == 0) return zh ? "总部" : "office";
    return zh ? "现场" : "site";
}

/* "2 小时", "3 天". Below a minute: "". */
static void how_long(int64_t ms, bool zh, char out[40]) {
    int64_t minutes = ms / MINUTE_MS;
    if (minutes < 1)
        out[0] = '\0';
    else if (minutes < HOUR_MIN)
        (void)snprintf(out, 40, zh ? "%lld 分钟" : "%lld min", (long long)minutes);
    else if (minutes < 2 * DAY_MIN)
        (void)snprintf(out, 40, zh ? "%lld 小时" : "%lld h", (long long)(minutes / HOUR_MIN));
    else
        (void)snprintf(out, 40, zh ? "%lld 天" : "%lld days", (long long)(minutes / DAY_MIN));
}

/* "11-27 18:30 起,已 2 小时": the time is the site's own, as it stands in the alert. */
static void since(const char *due, struct wall now, bool zh, char out[96]) {
    struct wall at;
    char long_[40];
    out[0] = '\0';
    if (strlen(due) < 16 || clock_parse(due, &at, NULL)) return;
    int n = snprintf(out, 96, zh ? "%.5s %.5s " : "%.5s %.5s", due + 5, due + 11);
    how_long(now.ms - at.ms, zh, long_);
    if (at.ms > now.ms)
        (void)snprintf(out + n, 96 - (size_t)n, zh ? "到期" : " due");
    else if (zh)
        (void)snprintf(out + n, 96 - (size_t)n, "起%s%s", long_[0] ? "，已 " : "", long_);
    else
        (void)snprintf(out + n, 96 - (size_t)n, "%s%s", long_[0] ? ", for " : "", long_);
}

static void add_alert(struct hook_text *t, const struct hook_alert *a, struct wall now, bool zh) {
    const char *words = zh ? a->zh : a->en, *other = zh ? a->en : a->zh;
    char when[96], level[32];
    if (!words[0]) words = other[0] ? other : a->rule;
    since(a->due, now, zh, when);
    text_clip(level, sizeof level, a->tells_clear ? (zh ? "解除" : "cleared") : level_word(a->level, zh));
    if (a->tells_clear) when[0] = '\0';
    if (zh)
        add(t, "【%s】%s（%s）%s%s：%s", level, a->name, a->site, when[0] ? " " : "", when, words);
    else
        add(t, "[%s] %s (%s)%s%s: %s", level, a->name, a->site, when[0] ? " " : "", when, words);
}

void hook_text_alerts(const struct hook_alert *list, size_t n, int64_t waiting, struct wall now,
                      const struct hook_look *look, struct hook_text *out) {
    bool zh = look->zh;
    *out = (struct hook_text){ .count = 0 };
    if (n > HOOK_ALERTS_MAX) n = HOOK_ALERTS_MAX;
    if (n == 1)
        (void)snprintf(out->title, sizeof out->title, "%s",
                       list[0].tells_clear ? (zh ? "工地预警解除" : "Site alert cleared")
                                           : (zh ? "工地预警" : "Site alert"));
    else
        (void)snprintf(out->title, sizeof out->title, zh ? "工地预警 %zu 条" : "%zu site alerts", n);
    for (size_t i = 0; i < n; i++) add_alert(out, &list[i], now, zh);
    if (waiting > 0) add(out, zh ? "另有 %lld 条随后发送" : "%lld more follow", (long long)waiting);
    if (n == 1)
        set_link(out, look, list[0].site, zh ? "打开工地页面" : "Open the site");
    else
        set_link(out, look, NULL, zh ? "打开总部页面" : "Open head office's page");
}

/* ---- digest ---- */

struct parts {
    char text[HOOK_LINE_SIZE / 2];
    size_t n;
    bool zh;
};

static void part(struct parts *p, int64_t count, const char *zh, const char *en) {
    const char *comma = p->n == 0 ? "" : p->zh ? "，" : ", ";
    if (count <= 0) return;
    size_t left = sizeof p->text - p->n;
    int n = snprintf(p->text + p->n, left, "%s%s %lld", comma, p->zh ? zh : en, (long long)count);
    if (n > 0 && (size_t)n < left) p->n += (size_t)n;
}

static void add_site(struct hook_text *t, size_t number, const struct pressing *s, bool zh) {
    const struct domain_stage *stage = s->stage.key[0] ? domain_stage(s->stage.key) : NULL;
    struct parts p = { .zh = zh };
    char where[160] = "";
    part(&p, s->executive, "高管预警", "executive alerts");
    part(&p, s->stop_work, "停工隐患", "stop-work hazards");
    part(&p, s->overdue, "逾期隐患", "overdue hazards");
    part(&p, s->late_days, "落后工作日", "working days late");
    part(&p, s->silent, "失联看板", "silent boards");
    part(&p, s->log_days, "无日志工作日", "working days without a log");
    part(&p, s->unsent, "未上传记录", "records not received");
    if (stage && s->stage.state && strcmp(s->stage.state, "planned") == 0)
        (void)snprintf(where, sizeof where, zh ? "%s 未开工；" : "%s not begun; ", zh ? stage->zh : stage->en);
    else if (stage)
        (void)snprintf(where, sizeof where, zh ? "%s 第%d/%d天；" : "%s day %d of %d; ", zh ? stage->zh : stage->en,
                       s->stage.day, s->stage.days);
    add(t, zh ? "%zu. %s（%s）：%s%s" : "%zu. %s (%s): %s%s", number, s->name, s->site, where, p.text);
}

void hook_text_digest(const struct digest *d, const struct hook_look *look, struct hook_text *out) {
    bool zh = look->zh;
    *out = (struct hook_text){ .count = 0 };
    (void)snprintf(out->title, sizeof out->title, zh ? "工地早报 %s" : "Sites this morning, %s", d->date);
    if (d->red == 0)
        add(out, zh ? "共 %lld 个工地，没有红灯。" : "%lld sites, none of them red.", (long long)d->sites);
    else
        add(out, zh ? "共 %lld 个工地，红灯 %lld 个，最急的：" : "%lld sites, %lld of them red. The most pressing:",
            (long long)d->sites, (long long)d->red);
    for (size_t i = 0; i < d->top_count; i++) add_site(out, i + 1, &d->top[i], zh);
    int64_t rest = d->red - (int64_t)d->top_count;
    if (rest > 0) add(out, zh ? "另有红灯工地 %lld 个。" : "%lld more are red.", (long long)rest);
    add(out, zh ? "未解除预警共 %lld 条，失联看板 %lld 块。" : "%lld alerts stand, %lld boards are silent.",
        (long long)d->alerts, (long long)d->silent_boards);
    set_link(out, look, NULL, zh ? "打开总部页面" : "Open head office's page");
}
