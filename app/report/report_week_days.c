/* SPDX-License-Identifier: MIT */
/* A week's daily logs, oldest first. */
#include "app/report/report_week_private.h"

#include "app/journal/daylog.h"
#include "app/journal/domain.h"
#include "app/journal/rule_daily.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 200, LIST_MAX = 16 * 1024 * 1024 };

static struct report_words detail_of(struct report_filling *f, const struct item *item) {
    struct report_words w = { "", "" };
    for (size_t i = 0; i < item->room_count; i++) {
        struct report_words room = report_week_room(f, item->rooms[i]);
        w.zh = report_pool_printf(&f->r->pool, "%s%s%s", w.zh, i ? "、" : "", room.zh);
        w.en = report_pool_printf(&f->r->pool, "%s%s%s", w.en, i ? ", " : "", room.en[0] ? room.en : room.zh);
    }
    if (item->n < 0) return w;
    w.zh = report_pool_printf(&f->r->pool, "%s%s×%lld", w.zh, w.zh[0] ? " " : "", (long long)item->n);
    w.en = report_pool_printf(&f->r->pool, "%s%s×%lld", w.en, w.en[0] ? " " : "", (long long)item->n);
    return w;
}

static enum report_state state_of(const struct item *item) {
    if (strcmp(item->state, "going") == 0) return REPORT_STATE_GOING;
    if (strcmp(item->state, "blocked") == 0) return REPORT_STATE_BLOCKED;
    return strcmp(item->state, "done") == 0 ? REPORT_STATE_DONE : REPORT_STATE_NONE;
}

static void add_lines(struct report_filling *f, const struct item_list *items, struct report_line **list, size_t *n) {
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        const struct domain_phrase *phrase = item->text ? NULL : domain_phrase(item->phrase);
        struct report_line *line = report_pool_more(&f->r->pool, list, n, sizeof *line);
        if (!line) return;
        line->text =
            phrase ? (struct report_words){ phrase->zh, phrase->en }
                   : (struct report_words){ report_pool_text(&f->r->pool, item->text ? item->text : item->phrase), "" };
        line->detail = detail_of(f, item);
        line->state = state_of(item);
    }
}

static struct report_words crew_of(struct report_filling *f, const struct daylog *log) {
    struct report_words w = { "", "" };
    for (size_t i = 0; i < log->crew_count; i++) {
        const struct domain_trade *trade = domain_trade(log->crew[i].trade);
        const char *zh = trade ? trade->zh : log->crew[i].trade, *en = trade ? trade->en : log->crew[i].trade;
        long long n = (long long)log->crew[i].n;
        w.zh = report_pool_printf(&f->r->pool, "%s%s%s %lld", w.zh, i ? "、" : "", zh, n);
        w.en = report_pool_printf(&f->r->pool, "%s%s%s %lld", w.en, i ? ", " : "", en, n);
    }
    return w;
}

static const char *when(struct report_filling *f, const struct json *submitted) {
    const char *corrected = json_text(json_member(submitted, "at_corrected"));
    const char *at = json_text(json_member(submitted, "at"));
    return report_week_time(f, corrected ? corrected : at);
}

static int add_day(struct report_filling *f, const struct json *entry) {
    const struct json *submitted = json_member(entry, "submitted");
    struct daylog log = { .id = "" };
    int rc = daylog_decode(entry, DECODE_LENIENT, &log, NULL);
    struct report *r = f->r;
    struct report_day *d = rc ? NULL : report_pool_more(&r->pool, &r->days, &r->day_count, sizeof *d);
    if (d) {
        d->date = report_pool_text(&r->pool, log.date);
        d->note = report_pool_text(&r->pool, log.note);
        d->who = report_pool_text(&r->pool, json_text(json_member(json_member(submitted, "actor"), "name")));
        d->at = when(f, submitted);
        d->stage = log.stage[0] ? report_week_stage(f, log.stage) : (struct report_words){ "", "" };
        d->crew = crew_of(f, &log);
        (void)json_int(json_member(entry, "amended"), &d->amended);
        add_lines(f, &log.done, &d->done, &d->done_count);
        add_lines(f, &log.plan, &d->plan, &d->plan_count);
        for (size_t i = 0; i < log.photos.count; i++) report_list_add(r, &d->photos, log.photos.ids[i]);
    }
    daylog_fini(&log);
    return rc ? rc : r->pool.error;
}

/* Logged of the days whose log is there or was due: as the rule has it that warns of what is missing. */
static int count(struct report_filling *f) {
    struct rule_daily_span span = { .clocks = f->clocks };
    char date[TZ_DATE_SIZE];
    int rc = week_worked(f->db, f->site, &span.begun, &span.closed);
    if (rc) return rc;
    memcpy(date, f->week.from, sizeof date);
    for (int i = 0; i < 7; i++) {
        bool logged = false;
        for (size_t k = 0; k < f->r->day_count && !logged; k++) logged = strcmp(f->r->days[k].date, date) == 0;
        f->r->counts.logged += logged;
        struct wall due = standstill_at(f->clocks, date, f->plan.cutoffs.daylog_min);
        f->r->counts.workdays += logged || rule_daily_due(&span, date, due, f->judged);
        tz_date_add(date, 1, date);
    }
    return 0;
}

int report_week_days(struct report_filling *f) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct daylog_query q = { .site = f->site, .from = f->week.from, .to = f->week.to, .limit = PAGE, .names = true };
    struct buf json;
    buf_init(&json, LIST_MAX);
    int rc = daylog_list(f->db, &q, &json, NULL);
    if (!rc) rc = json_parse(json.data, json.len, &root, NULL);
    buf_fini(&json);
    if (rc) return rc;
    const struct json *list = json_member(root, "daylogs");
    for (size_t i = json_count(list); i > 0 && !rc; i--) rc = add_day(f, json_at(list, i - 1));
    return rc ? rc : count(f);
}
