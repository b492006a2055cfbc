/* SPDX-License-Identifier: MIT */
/* Choosing the sites of a digest, and when it is due. Does not read anything. */
#include "app/hook/digest.h"

#include "firmware/base/json.h"

#include <string.h>

enum { NOON_MIN = 12 * 60 };

void digest_choose(struct pressing *all, size_t n, struct digest *out) {
    out->sites = (int64_t)n;
    out->red = out->silent_boards = out->alerts = 0;
    out->top_count = 0;
    pressing_sort(all, n);
    for (size_t i = 0; i < n; i++) {
        out->silent_boards += all[i].silent;
        out->alerts += all[i].alerts;
        if (!pressing_red(&all[i])) continue;
        out->red++;
        if (out->top_count < DIGEST_TOP) out->top[out->top_count++] = all[i];
    }
}

bool digest_due(const struct tz *tz, int minute, struct wall now, const char *last, char date[TZ_DATE_SIZE]) {
    struct wall from, until;
    struct civil c = tz_civil(tz, now), noon = c;
    char today[TZ_DATE_SIZE];
    c.hour = minute / 60;
    c.minute = minute % 60;
    noon.hour = NOON_MIN / 60;
    noon.minute = NOON_MIN % 60;
    c.second = noon.second = 0;
    if (tz_instant(tz, &c, &from) || tz_instant(tz, &noon, &until)) return false;
    if (now.ms < from.ms || now.ms >= until.ms) return false;
    tz_date(tz, now, today);
    if (strcmp(today, last) <= 0) return false; /* also after the clock was set back */
    memcpy(date, today, sizeof today);
    return true;
}

static void put_site(const struct pressing *s, struct json_out *w) {
    json_open(w, NULL, '{');
    json_put_text(w, "site", s->site);
    json_put_text(w, "name", s->name);
    json_put_int(w, "executive_alerts", s->executive);
    json_put_int(w, "stop_work", s->stop_work);
    json_put_int(w, "overdue_hazards", s->overdue);
    json_put_int(w, "late_days", s->late_days);
    json_put_int(w, "silent_boards", s->silent);
    json_put_int(w, "log_days", s->log_days);
    json_put_int(w, "alerts", s->alerts);
    if (s->unsent < 0)
        json_put_null(w, "unsent");
    else
        json_put_int(w, "unsent", s->unsent);
    json_put_text(w, "last_daylog", s->last_log[0] ? s->last_log : NULL);
    today_stage_put(&s->stage, TODAY_STAGE_DAY, w);
    json_close(w, '}');
}

void digest_put(const struct digest *d, struct json_out *w) {
    char at[CLOCK_TEXT_SIZE];
    clock_format(d->at, 0, at);
    json_put_text(w, "date", d->date);
    json_put_text(w, "at", at);
    json_put_int(w, "sites", d->sites);
    json_put_int(w, "red", d->red);
    json_put_int(w, "silent_boards", d->silent_boards);
    json_put_int(w, "alerts", d->alerts);
    json_open(w, "top", '[');
    for (size_t i = 0; i < d->top_count; i++) put_site(&d->top[i], w);
    json_close(w, ']');
}
