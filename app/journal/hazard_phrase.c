/* SPDX-License-Identifier: MIT */
/* Hazards' words. A hazard's life is another file's. */
#include "app/journal/hazard_phrase.h"

#include "app/journal/domain.h"
#include "app/journal/domain_files.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { HOURS_MAX = 24 * 90, N_MAX = 100000 };

static struct hazard_phrase_file own;
static struct err_text fault;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- reading ---- */

static const struct hazard_severity *severity(const struct hazard_phrase_file *f, const char *key) {
    for (size_t i = 0; i < f->severity_count; i++)
        if (strcmp(f->severities[i].key, key) == 0) return &f->severities[i];
    return NULL;
}

static const struct hazard_phrase *phrase(const struct hazard_phrase_file *f, const char *key) {
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->phrases[i].key, key) == 0) return &f->phrases[i];
    return NULL;
}

static int take_severity(struct hazard_phrase_file *f, const struct json *row, const char *path, struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", "due_hours", "warn_hours", NULL };
    struct hazard_severity s = { 0 };
    int64_t due = 0, warn = 0;
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = domain_form_names(&f->texts, row, path, &s.key, &s.zh, &s.en, e);
    if (rc == 0) rc = json_get_int(row, path, "due_hours", JSON_REQUIRED, 1, HOURS_MAX, &due, e);
    if (rc == 0) rc = json_get_int(row, path, "warn_hours", JSON_OPTIONAL, 1, due - 1, &warn, e);
    if (rc == 0 && (!ids_is_key(s.key) || severity(f, s.key))) rc = domain_form_twice(path, s.key, e);
    s.due_hours = (int)due;
    s.warn_hours = (int)warn;
    if (rc == 0) f->severities[f->severity_count++] = s;
    return rc;
}

/* Each of the braces stands in both languages, once, and there are no others. */
static int check_braces(const char *text, const char *path, const char *name, bool n, bool room, struct err_text *e) {
    char field[64];
    const char *open = strchr(text, '{');
    int ns = 0, rooms = 0;
    (void)snprintf(field, sizeof field, "%.40s%s", path, name);
    for (; open; open = strchr(open + 1, '{')) {
        if (text_starts(open, "{n}"))
            ns++;
        else if (text_starts(open, "{room}"))
            rooms++;
        else
            return err_field(e, ERR_INVALID, field, "%s: only {n} and {room} can be filled in", field);
    }
    if (ns == n && rooms == room) return 0;
    return err_field(e, ERR_INVALID, field,
                     "%s: {room} has to stand in both languages, {n} in both where there is an n", field);
}

static int take_n(struct hazard_phrase_file *f, const struct json *row, const char *path, struct hazard_phrase *p,
                  struct err_text *e) {
    static const char *const members[] = { "unit", "min", "max", NULL };
    const struct json *n = json_member(row, "n");
    int64_t min = 0, max = 0;
    char inner[64];
    p->unit = "";
    if (!n) return 0;
    (void)snprintf(inner, sizeof inner, "%.40sn.", path);
    int rc = json_only(n, inner, members, e);
    if (rc == 0) rc = domain_form_text(&f->texts, n, inner, "unit", &p->unit, e);
    if (rc == 0) rc = json_get_int(n, inner, "min", JSON_REQUIRED, 0, N_MAX, &min, e);
    if (rc == 0) rc = json_get_int(n, inner, "max", JSON_REQUIRED, min, N_MAX, &max, e);
    p->has_n = true;
    p->n_min = (int)min;
    p->n_max = (int)max;
    return rc;
}

static int take_stage(struct hazard_phrase_file *f, const struct json *row, const char *path, struct hazard_phrase *p,
                      struct err_text *e) {
    char field[64];
    p->stage = "";
    if (!json_member(row, "stage")) return 0;
    int rc = domain_form_text(&f->texts, row, path, "stage", &p->stage, e);
    (void)snprintf(field, sizeof field, "%.40sstage", path);
    if (rc == 0 && !domain_stage(p->stage))
        rc = err_field(e, ERR_INVALID, field, "%s: %s is no stage", field, p->stage);
    return rc;
}

static int take_phrase(struct hazard_phrase_file *f, const struct json *row, const char *path, struct err_text *e) {
    static const char *const members[] = { "key", "severity", "zh", "en", "stage", "n", NULL };
    struct hazard_phrase p = { 0 };
    const char *of = NULL;
    char field[64];
    (void)snprintf(field, sizeof field, "%.40sseverity", path);
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = domain_form_names(&f->texts, row, path, &p.key, &p.zh, &p.en, e);
    if (rc == 0) rc = json_get_text(row, path, "severity", JSON_REQUIRED, 40, &of, e);
    if (rc == 0) p.severity = severity(f, of);
    if (rc == 0 && !p.severity) rc = err_field(e, ERR_INVALID, field, "%s: %s is no severity", field, of);
    if (rc == 0) rc = take_stage(f, row, path, &p, e);
    if (rc == 0) rc = take_n(f, row, path, &p, e);
    if (rc < 0) return rc;
    p.has_room = strstr(p.zh, "{room}") != NULL;
    rc = check_braces(p.zh, path, "zh", p.has_n, p.has_room, e);
    if (rc == 0) rc = check_braces(p.en, path, "en", p.has_n, p.has_room, e);
    if (rc == 0 && (!ids_is_key(p.key) || phrase(f, p.key))) rc = domain_form_twice(path, p.key, e);
    if (rc == 0) f->phrases[f->count++] = p;
    return rc;
}

int hazard_phrase_file_read(const struct json *root, struct hazard_phrase_file *out, struct err_text *e) {
    static const char *const lists[] = { "severities", "phrases", NULL };
    const struct json *rows = NULL;
    char path[48];
    int rc = domain_form_head(root, lists, e);
    if (rc == 0) rc = domain_form_rows(root, "severities", HAZARD_SEVERITIES, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        (void)snprintf(path, sizeof path, "severities.%zu.", i);
        rc = take_severity(out, json_at(rows, i), path, e);
    }
    if (rc == 0) rc = domain_form_rows(root, "phrases", HAZARD_PHRASES_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        (void)snprintf(path, sizeof path, "phrases.%zu.", i);
        rc = take_phrase(out, json_at(rows, i), path, e);
    }
    return rc;
}

static int read_own(const struct json *root, struct err_text *e) { return hazard_phrase_file_read(root, &own, e); }
static void read_once(void) { (void)domain_form_load("hazards", read_own, &fault); }

static const struct hazard_phrase_file *get(void) {
    (void)pthread_once(&once, read_once);
    return &own;
}

/* ---- looking up ---- */

int hazard_phrase_file_check(struct err_text *e) {
    (void)get();
    return fault.code == 0 ? 0 : err_field(e, fault.code, fault.field, "%s", fault.text);
}

const struct hazard_severity *hazard_severity_find(const char *key) { return severity(get(), key); }

const struct hazard_severity *hazard_severities(size_t *n) {
    *n = get()->severity_count;
    return own.severities;
}

const struct hazard_phrase *hazard_phrase_find(const char *key) { return phrase(get(), key); }

/* ---- filling in ---- */

static int check_fill(const struct hazard_phrase *p, const char *room, bool has_n, int64_t n, struct err_text *e) {
    bool has_room = room && room[0];
    if (p->has_room && !has_room)
        return err_field(e, ERR_INVALID, "room", "room is missing: this hazard says in which");
    if (p->has_n && !has_n)
        return err_field(e, ERR_INVALID, "n", "n is missing: this hazard says how many %s", p->unit);
    if (!p->has_n && has_n) return err_field(e, ERR_INVALID, "n", "n: there is no number in this hazard");
    if (has_n && (n < p->n_min || n > p->n_max))
        return err_field(e, ERR_INVALID, "n", "n has to be a whole number from %d to %d", p->n_min, p->n_max);
    return 0;
}

int hazard_phrase_text(const struct hazard_phrase *p, bool zh, const char *room, bool has_n, int64_t n, struct buf *out,
                       struct err_text *e) {
    const struct domain_room *known = room ? domain_room(room) : NULL;
    const char *at = zh ? p->zh : p->en;
    int rc = check_fill(p, room, has_n, n, e);
    if (rc < 0) return rc;
    while (*at) {
        size_t plain = strcspn(at, "{");
        (void)buf_add(out, at, plain);
        at += plain;
        if (text_starts(at, "{n}")) {
            (void)buf_addf(out, "%lld", (long long)n);
            at += strlen("{n}");
        } else if (text_starts(at, "{room}")) {
            (void)buf_add_text(out, !known ? room : zh ? known->zh : known->en);
            at += strlen("{room}");
        }
    }
    return out->error ? err_set(e, out->error, "the hazard cannot be written: %s", err_name(out->error)) : 0;
}
