/* SPDX-License-Identifier: MIT */
/* From a template and a first day to dates. Waits run by the calendar, work by workdays. */
#include "app/journal/template.h"

#include "app/journal/domain.h"
#include "firmware/base/text.h"

#include <string.h>

enum { IDLE_MAX = 366 }; /* days without a workday: nobody works there */

#define LAST_DATE "9999-12-31"

/* The first workday from date on. */
static int next_workday(const struct plan_cutoffs *c, const char *date, char out[TZ_DATE_SIZE], struct err_text *e) {
    char at[TZ_DATE_SIZE];
    text_clip(at, sizeof at, date);
    for (int i = 0; i < IDLE_MAX; i++) {
        if (strcmp(at, LAST_DATE) >= 0) break;
        if (plan_workday(c, at)) {
            memcpy(out, at, sizeof at);
            return 0;
        }
        tz_date_add(at, 1, at);
    }
    return err_field(e, ERR_INVALID, "start",
                     "there is no workday within a year from %s: look at workdays and holidays", date);
}

/* The last of so many workdays, the first of which is `first`. */
static int last_workday(const struct plan_cutoffs *c, const char *first, int days, char out[TZ_DATE_SIZE],
                        struct err_text *e) {
    char at[TZ_DATE_SIZE];
    text_clip(at, sizeof at, first);
    int rc = next_workday(c, at, at, e);
    for (int i = 1; rc == 0 && i < days; i++) {
        tz_date_add(at, 1, at);
        rc = next_workday(c, at, at, e);
    }
    if (rc == 0) memcpy(out, at, sizeof at);
    return rc;
}

/* The first day on which a stage may begin. */
static void earliest(const struct template_stage *s, const char *start, const struct plan_stage *before,
                     char out[TZ_DATE_SIZE]) {
    text_clip(out, TZ_DATE_SIZE, start);
    for (size_t i = 0; i < s->after_count; i++) {
        char from[TZ_DATE_SIZE];
        tz_date_add(before[s->after[i].stage].finish, 1 + s->after[i].wait_days, from);
        if (strcmp(from, out) > 0) memcpy(out, from, sizeof from);
    }
    if (s->before_days) tz_date_add(out, s->before_days, out);
}

int template_plan(const struct template *t, const char *start, const struct plan_cutoffs *cutoffs,
                  struct plan_stage out[PLAN_STAGES_MAX], struct err_text *e) {
    for (size_t i = 0; i < t->count; i++) {
        const struct template_stage *s = &t->stages[i];
        struct plan_stage stage = { .after_count = s->after_count };
        char from[TZ_DATE_SIZE];
        text_clip(stage.key, sizeof stage.key, s->stage->key);
        for (size_t k = 0; k < s->after_count; k++)
            text_clip(stage.after[k], sizeof stage.after[k], t->stages[s->after[k].stage].stage->key);
        earliest(s, start, out, from);
        int rc = next_workday(cutoffs, from, stage.start, e);
        if (rc == 0) rc = last_workday(cutoffs, stage.start, s->days, stage.finish, e);
        if (rc < 0) return rc;
        out[i] = stage;
    }
    return 0;
}

int template_workdays(const struct plan_cutoffs *cutoffs, const char *first, const char *last) {
    char at[TZ_DATE_SIZE];
    int n = 0;
    text_clip(at, sizeof at, first);
    for (; strcmp(at, last) <= 0 && strcmp(at, LAST_DATE) < 0; tz_date_add(at, 1, at)) n += plan_workday(cutoffs, at);
    return n;
}

static void put_stage(const struct template_stage *s, const struct plan_stage *planned, bool dated,
                      struct json_out *w) {
    json_open(w, NULL, '{');
    json_put_text(w, "key", s->stage->key);
    json_put_text(w, "zh", s->stage->zh);
    json_put_text(w, "en", s->stage->en);
    json_put_int(w, "days", s->days);
    if (dated) json_put_text(w, "planned_start", planned->start);
    if (dated) json_put_text(w, "planned_finish", planned->finish);
    json_open(w, "after", '[');
    for (size_t k = 0; k < planned->after_count; k++) json_put_text(w, NULL, planned->after[k]);
    json_close(w, ']');
    json_close(w, '}');
}

static int put_template(const struct template *t, const char *start, const struct plan_cutoffs *cutoffs,
                        struct json_out *w, struct err_text *e) {
    struct plan_stage planned[PLAN_STAGES_MAX] = { 0 };
    const char *finish = "";
    int rc = template_plan(t, start ? start : "2026-03-02", cutoffs, planned, e);
    if (rc < 0) return rc;
    json_open(w, NULL, '{');
    json_put_text(w, "key", t->key);
    json_put_text(w, "zh", t->zh);
    json_put_text(w, "en", t->en);
    json_open(w, "stages", '[');
    for (size_t i = 0; i < t->count; i++) {
        put_stage(&t->stages[i], &planned[i], start != NULL, w);
        if (strcmp(planned[i].finish, finish) > 0) finish = planned[i].finish;
    }
    json_close(w, ']');
    if (start) {
        json_put_text(w, "start", planned[0].start);
        json_put_text(w, "finish", finish);
        json_put_int(w, "workdays", template_workdays(cutoffs, planned[0].start, finish));
    }
    json_close(w, '}');
    return 0;
}

int template_print(const char *key, const char *start, const struct plan_cutoffs *cutoffs, struct buf *out,
                   struct err_text *e) {
    struct json_out w;
    size_t n = 0;
    const struct template *all = template_all(&n);
    if (key && !template_find(key)) return err_field(e, ERR_NOT_FOUND, "template", "there is no template %s", key);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "templates", '[');
    for (size_t i = 0; i < n; i++) {
        int rc = key && strcmp(key, all[i].key) != 0 ? 0 : put_template(&all[i], start, cutoffs, &w, e);
        if (rc < 0) return rc;
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return out->error;
}
