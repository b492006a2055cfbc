/* SPDX-License-Identifier: MIT */
/* Templates, read once. Dates are reckoned in template_plan.c. */
#include "app/journal/template.h"

#include "app/journal/domain.h"
#include "app/journal/domain_files.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_MAX = 90 };

static struct template_file own;
static struct err_text fault;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct template *find(const struct template_file *f, const char *key) {
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->templates[i].key, key) == 0) return &f->templates[i];
    return NULL;
}

static int index_of(const struct template *t, const char *key) {
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->stages[i].stage->key, key) == 0) return (int)i;
    return -1;
}

static int take_after(const struct template *t, const struct json *row, const char *path, struct template_stage *s,
                      struct err_text *e) {
    static const char *const members[] = { "key", "wait_days", NULL };
    const struct json *rows = NULL;
    int rc = json_get_array(row, path, "after", JSON_REQUIRED, PLAN_AFTER_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        const char *key = NULL;
        char inner[96], field[112];
        (void)snprintf(inner, sizeof inner, "%.40safter.%zu.", path, i);
        (void)snprintf(field, sizeof field, "%skey", inner);
        rc = json_only(json_at(rows, i), inner, members, e);
        if (rc == 0) rc = json_get_text(json_at(rows, i), inner, "key", JSON_REQUIRED, 40, &key, e);
        if (rc < 0) return rc;
        int at = index_of(t, key);
        if (at < 0) return err_field(e, ERR_INVALID, field, "%s: %s is no stage above this one", field, key);
        const struct domain_stage *before = t->stages[at].stage;
        int64_t wait = before->wait_before ? 0 : before->wait_days;
        rc = json_get_int(json_at(rows, i), inner, "wait_days", JSON_OPTIONAL, 0, WAIT_MAX, &wait, e);
        s->after[s->after_count++] = (struct template_after){ .stage = at, .wait_days = (int)wait };
    }
    return rc;
}

/* A stage's days are those that the trade knows, but in a template of a part of a flat. */
static int check_days(const struct template *t, const char *path, const struct template_stage *s, struct err_text *e) {
    char field[64];
    int min = t->old ? s->stage->old_min : s->stage->days_min;
    int max = t->old ? s->stage->old_max : s->stage->days_max;
    (void)snprintf(field, sizeof field, "%.40sdays", path);
    if ((s->days >= min || t->partial) && s->days <= max) return 0;
    return err_field(e, ERR_INVALID, field, "%s: %s takes %d to %d days", field, s->stage->key, min, max);
}

static int take_stage(struct template *t, const struct json *row, const char *path, struct err_text *e) {
    static const char *const members[] = { "key", "days", "after", "wait_days", NULL };
    struct template_stage s = { 0 };
    const char *key = NULL;
    char field[64];
    int64_t days = 0, before = 0;
    (void)snprintf(field, sizeof field, "%.40skey", path);
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = json_get_text(row, path, "key", JSON_REQUIRED, 40, &key, e);
    if (rc < 0) return rc;
    s.stage = domain_stage(key);
    if (!s.stage || index_of(t, key) >= 0)
        return err_field(e, ERR_INVALID, field, "%s: %s is no stage, or is there twice", field, key);
    before = s.stage->wait_before ? s.stage->wait_days : 0;
    rc = json_get_int(row, path, "days", JSON_REQUIRED, 1, 365, &days, e);
    if (rc == 0) rc = json_get_int(row, path, "wait_days", JSON_OPTIONAL, 0, WAIT_MAX, &before, e);
    if (rc == 0) rc = take_after(t, row, path, &s, e);
    s.days = (int)days;
    s.before_days = (int)before;
    if (rc == 0) rc = check_days(t, path, &s, e);
    if (rc == 0) t->stages[t->count++] = s;
    return rc;
}

static int take_total(struct template *t, const struct json *row, const char *path, struct err_text *e) {
    const struct json *total = NULL;
    int64_t min = 0, max = 0;
    char field[64];
    (void)snprintf(field, sizeof field, "%.40stotal_days", path);
    int rc = json_get_array(row, path, "total_days", JSON_OPTIONAL, 2, &total, e);
    if (rc < 0 || !total) return rc;
    if (!json_int(json_at(total, 0), &min) || !json_int(json_at(total, 1), &max) || min < 1 || max < min || max > 1000)
        return err_field(e, ERR_INVALID, field, "%s has to be two numbers of days, least first", field);
    t->total_min = (int)min;
    t->total_max = (int)max;
    return 0;
}

/* Begun on a Monday, without holidays, six days a week. */
static int check_total(const struct template *t, const char *path, struct err_text *e) {
    static const struct plan_cutoffs six = { .workday = { false, true, true, true, true, true, true, false } };
    struct plan_stage stages[PLAN_STAGES_MAX];
    char field[64];
    (void)snprintf(field, sizeof field, "%.40stotal_days", path);
    if (!t->total_min) return 0;
    int rc = template_plan(t, "2026-03-02", &six, stages, e);
    if (rc < 0) return rc;
    int n = template_workdays(&six, stages[0].start, stages[t->count - 1].finish);
    if (n >= t->total_min && n <= t->total_max) return 0;
    return err_field(e, ERR_INVALID, field, "%s: the stages come to %d working days", field, n);
}

static int take(struct template_file *f, const struct json *row, const char *path, struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", "old", "partial", "total_days", "stages", NULL };
    struct template *t = &f->templates[f->count];
    const struct json *rows = NULL;
    char inner[96];
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = domain_form_names(&f->texts, row, path, &t->key, &t->zh, &t->en, e);
    if (rc == 0) rc = json_get_bool(row, path, "old", JSON_OPTIONAL, &t->old, e);
    if (rc == 0) rc = json_get_bool(row, path, "partial", JSON_OPTIONAL, &t->partial, e);
    if (rc == 0) rc = take_total(t, row, path, e);
    if (rc == 0) rc = json_get_array(row, path, "stages", JSON_REQUIRED, PLAN_STAGES_MAX, &rows, e);
    (void)snprintf(inner, sizeof inner, "%.40sstages", path);
    if (rc == 0 && json_count(rows) == 0) rc = err_field(e, ERR_INVALID, inner, "%s is empty", inner);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        (void)snprintf(inner, sizeof inner, "%.30sstages.%zu.", path, i);
        rc = take_stage(t, json_at(rows, i), inner, e);
    }
    if (rc == 0 && (!ids_is_key(t->key) || find(f, t->key))) rc = domain_form_twice(path, t->key, e);
    if (rc == 0) rc = check_total(t, path, e);
    if (rc == 0) f->count++;
    return rc;
}

int template_file_read(const struct json *root, struct template_file *out, struct err_text *e) {
    static const char *const lists[] = { "templates", NULL };
    const struct json *rows = NULL;
    int rc = domain_form_head(root, lists, e);
    if (rc == 0) rc = domain_form_rows(root, "templates", TEMPLATES_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "templates.%zu.", i);
        rc = take(out, json_at(rows, i), path, e);
    }
    return rc;
}

static int read_own(const struct json *root, struct err_text *e) { return template_file_read(root, &own, e); }
static void read_once(void) { (void)domain_form_load("templates", read_own, &fault); }

static const struct template_file *get(void) {
    (void)pthread_once(&once, read_once);
    return &own;
}

int template_file_check(struct err_text *e) {
    (void)get();
    return fault.code == 0 ? 0 : err_field(e, fault.code, fault.field, "%s", fault.text);
}

const struct template *template_find(const char *key) { return find(get(), key); }

const struct template *template_all(size_t *n) {
    *n = get()->count;
    return own.templates;
}
