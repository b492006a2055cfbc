/* SPDX-License-Identifier: MIT */
/* Lead times, read once. */
#include "app/journal/lead.h"

#include "app/journal/domain.h"
#include "app/journal/domain_files.h"
#include "firmware/base/ids.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { LEAD_DAYS_MAX = 365 };

static struct lead_file own;
static struct err_text fault;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct lead *find(const struct lead_file *f, const char *key) {
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->leads[i].key, key) == 0) return &f->leads[i];
    return NULL;
}

static int take(struct lead_file *f, const struct json *row, const char *path, struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", "days", "stage", NULL };
    const struct json *days = NULL;
    struct lead l = { 0 };
    int64_t min = 0, max = 0;
    char field[64];
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = domain_form_names(&f->texts, row, path, &l.key, &l.zh, &l.en, e);
    if (rc == 0) rc = domain_form_text(&f->texts, row, path, "stage", &l.stage, e);
    if (rc == 0) rc = json_get_array(row, path, "days", JSON_REQUIRED, 2, &days, e);
    if (rc < 0) return rc;
    (void)snprintf(field, sizeof field, "%.40sdays", path);
    if (!json_int(json_at(days, 0), &min) || !json_int(json_at(days, 1), &max) || min < 1 || max < min ||
        max > LEAD_DAYS_MAX)
        return err_field(e, ERR_INVALID, field, "%s has to be two numbers of days, least first", field);
    (void)snprintf(field, sizeof field, "%.40sstage", path);
    if (!domain_stage(l.stage)) return err_field(e, ERR_INVALID, field, "%s: %s is no stage", field, l.stage);
    if (!ids_is_key(l.key) || find(f, l.key)) return domain_form_twice(path, l.key, e);
    l.days_min = (int)min;
    l.days_max = (int)max;
    f->leads[f->count++] = l;
    return 0;
}

int lead_file_read(const struct json *root, struct lead_file *out, struct err_text *e) {
    static const char *const lists[] = { "leads", NULL };
    const struct json *rows = NULL;
    int rc = domain_form_head(root, lists, e);
    if (rc == 0) rc = domain_form_rows(root, "leads", LEADS_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "leads.%zu.", i);
        rc = take(out, json_at(rows, i), path, e);
    }
    return rc;
}

static int read_own(const struct json *root, struct err_text *e) { return lead_file_read(root, &own, e); }
static void read_once(void) { (void)domain_form_load("leads", read_own, &fault); }

static const struct lead_file *get(void) {
    (void)pthread_once(&once, read_once);
    return &own;
}

int lead_file_check(struct err_text *e) {
    (void)get();
    return fault.code == 0 ? 0 : err_field(e, fault.code, fault.field, "%s", fault.text);
}

const struct lead *lead_find(const char *key) { return find(get(), key); }

void lead_order_by(const struct lead *lead, const char *needed, char out[TZ_DATE_SIZE]) {
    tz_date_add(needed, -lead->days_max, out);
}
