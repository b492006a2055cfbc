/* SPDX-License-Identifier: MIT */
/* Reads items strictly: a limit that cannot be judged, or a red line that rests on what nobody confirmed, is no item. */
#include "app/journal/checklist_decode.h"

#include "app/journal/privacy.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 80, MINUTES_MAX = 30 * 24 * 60 };
#define VALUE_MAX 1e6

static const char *const kinds[] = { "check", "measure", "timed", NULL };

struct read {
    enum checklist_origin origin;
    struct domain_text **texts;
    struct err_text *e;
};

enum { SHOWN_MAX = 24 };

/* shown: what a reader is shown beside them, which a person's body may bring along, and which nobody looks at. Both NULL-ended. */
static int only(const struct read *r, const struct json *o, const char *path, const char *const *members,
                const char *const *shown) {
    char field[PATH_SIZE];
    const char *known[SHOWN_MAX] = { NULL };
    size_t n = 0;
    for (; *members && n < SHOWN_MAX - 1; members++) known[n++] = *members;
    for (; r->origin == CHECKLIST_BODY && *shown && n < SHOWN_MAX - 1; shown++) known[n++] = *shown;
    (void)snprintf(field, sizeof field, "%.*s", (int)strlen(path) - 1, path);
    if (!json_is_object(o)) return err_field(r->e, ERR_INVALID, field, "%s has to be an object", field);
    return r->origin == CHECKLIST_DATA ? 0 : json_only(o, path, known, r->e);
}

/* ---- texts: a person's are masked ---- */

static int mask(const struct read *r, const char **text) {
    struct buf masked;
    if (r->origin != CHECKLIST_BODY || !**text) return 0;
    buf_init(&masked, 4u * DOMAIN_TEXT_MAX + 64u);
    int rc = privacy_mask_text(*text, &masked);
    if (rc == 0 && strcmp(masked.data, *text) != 0) {
        *text = domain_form_keep(r->texts, masked.data);
        if (!*text) rc = ERR_NOMEM;
    }
    buf_fini(&masked);
    return rc < 0 ? err_set(r->e, rc, "the text cannot be read: %s", err_name(rc)) : 0;
}

static int take_names(const struct read *r, const struct json *o, const char *path, const char **key, const char **zh,
                      const char **en) {
    char field[PATH_SIZE];
    int rc = domain_form_names(r->texts, o, path, key, zh, en, r->e);
    (void)snprintf(field, sizeof field, "%.60skey", path);
    if (rc == 0 && !ids_is_key(*key))
        rc = err_field(r->e, ERR_INVALID, field, "%s has to be a key of 1 to 40 letters, digits, . _ -", field);
    if (rc == 0) rc = mask(r, zh);
    return rc < 0 ? rc : mask(r, en);
}

static int take_pair(const struct read *r, const struct json *o, const char *path, const char *name, const char **zh,
                     const char **en) {
    static const char *const members[] = { "zh", "en", NULL }, *const shown[] = { NULL };
    const struct json *pair = json_member(o, name);
    char inner[PATH_SIZE];
    (void)snprintf(inner, sizeof inner, "%.50s%.20s.", path, name);
    int rc = pair && !json_is_null(pair) ? only(r, pair, inner, members, shown) : 0;
    if (rc == 0) rc = domain_form_pair(r->texts, o, path, name, zh, en, r->e);
    if (rc == 0) rc = mask(r, zh);
    return rc < 0 ? rc : mask(r, en);
}

/* A short text that may be absent: "". */
static int take_short(const struct read *r, const struct json *o, const char *path, const char *name, size_t max,
                      const char **out) {
    const char *text = NULL;
    *out = "";
    int rc = json_get_text(o, path, name, JSON_OPTIONAL, max, &text, r->e);
    if (rc < 0 || !text || !text[0]) return rc;
    *out = domain_form_keep(r->texts, text);
    return *out ? 0 : err_set(r->e, ERR_NOMEM, "out of memory");
}

/* ---- limits ---- */

static int take_value(const struct read *r, const struct json *o, const char *path, const char *name, double min,
                      double *out) {
    *out = NAN;
    return domain_form_number(o, path, name, JSON_OPTIONAL, min, VALUE_MAX, out, r->e);
}

static int check_limit(const struct read *r, const char *path, const struct checklist_part *p) {
    char field[PATH_SIZE];
    bool equal = !isnan(p->equal), tolerance = !isnan(p->tolerance);
    bool range = !isnan(p->min) || !isnan(p->max) || !isnan(p->below);
    (void)snprintf(field, sizeof field, "%.*s", (int)strlen(path) - 1, path);
    if (equal != tolerance)
        return err_field(r->e, ERR_INVALID, field, "%s: equal and tolerance belong together", field);
    if (equal == range)
        return err_field(r->e, ERR_INVALID, field, "%s needs a limit: min, max or below, or else equal with tolerance",
                         field);
    if (!isnan(p->max) && !isnan(p->below))
        return err_field(r->e, ERR_INVALID, field, "%s has max and below: one of them", field);
    if (!isnan(p->min) && (p->max < p->min || p->below <= p->min))
        return err_field(r->e, ERR_INVALID, field, "%s: nothing is between its min and its max", field);
    return 0;
}

static int take_part(const struct read *r, const struct json *o, const char *path, struct checklist_part *p) {
    static const char *const members[] = {
        "key", "zh", "en", "unit", "min", "max", "below", "equal", "tolerance", NULL
    };
    static const char *const shown[] = { "limit", NULL };
    int rc = only(r, o, path, members, shown);
    if (rc == 0) rc = take_names(r, o, path, &p->key, &p->zh, &p->en);
    if (rc == 0) rc = take_short(r, o, path, "unit", 16, &p->unit);
    if (rc == 0) rc = take_value(r, o, path, "min", -VALUE_MAX, &p->min);
    if (rc == 0) rc = take_value(r, o, path, "max", -VALUE_MAX, &p->max);
    if (rc == 0) rc = take_value(r, o, path, "below", -VALUE_MAX, &p->below);
    if (rc == 0) rc = take_value(r, o, path, "equal", -VALUE_MAX, &p->equal);
    if (rc == 0) rc = take_value(r, o, path, "tolerance", 0, &p->tolerance);
    return rc < 0 ? rc : check_limit(r, path, p);
}

static int take_phase(const struct read *r, const struct json *o, const char *path, struct checklist_phase *p) {
    static const char *const members[] = { "key",         "zh",           "en",       "unit",
                                           "start_zh",    "start_en",     "minutes",  "start_min",
                                           "start_about", "start_factor", "drop_max", NULL };
    static const char *const shown[] = { "limit", "test", NULL };
    char field[PATH_SIZE];
    int64_t minutes = 0;
    int rc = only(r, o, path, members, shown);
    if (rc == 0) rc = take_names(r, o, path, &p->key, &p->zh, &p->en);
    if (rc == 0) rc = take_short(r, o, path, "unit", 16, &p->unit);
    if (rc == 0) rc = take_short(r, o, path, "start_zh", 40, &p->start_zh);
    if (rc == 0) rc = take_short(r, o, path, "start_en", 40, &p->start_en);
    if (rc == 0) rc = json_get_int(o, path, "minutes", JSON_REQUIRED, 1, MINUTES_MAX, &minutes, r->e);
    if (rc == 0) rc = take_value(r, o, path, "start_min", 0, &p->start_min);
    if (rc == 0) rc = take_value(r, o, path, "start_about", 0, &p->start_about);
    if (rc == 0) rc = take_value(r, o, path, "start_factor", 0, &p->start_factor);
    if (rc == 0) rc = take_value(r, o, path, "drop_max", 0, &p->drop_max);
    if (rc < 0) return rc;
    p->minutes = (int)minutes;
    bool reads = !isnan(p->start_min) || !isnan(p->start_about) || !isnan(p->start_factor) || !isnan(p->drop_max);
    (void)snprintf(field, sizeof field, "%.60sunit", path);
    if (reads && !p->unit[0]) return err_field(r->e, ERR_INVALID, field, "%s is missing: values are read off", field);
    return 0;
}

/* The rows of "parts" or "phases": of the kind that has them, and of no other. */
static int get_rows(const struct read *r, const struct json *o, const char *path, const char *name, bool has,
                    size_t max, const struct json **rows) {
    char field[PATH_SIZE];
    (void)snprintf(field, sizeof field, "%.60s%s", path, name);
    *rows = NULL;
    int rc = json_get_array(o, path, name, has ? JSON_REQUIRED : JSON_OPTIONAL, max, rows, r->e);
    if (rc == 0 && has && json_count(*rows) == 0) rc = err_field(r->e, ERR_INVALID, field, "%s is empty", field);
    if (rc == 0 && !has && json_count(*rows) > 0)
        rc = err_field(r->e, ERR_INVALID, field, "%s: an item of another kind has none", field);
    return rc;
}

static int take_parts(const struct read *r, const struct json *o, const char *path, struct checklist_item *item) {
    const struct json *rows = NULL;
    int rc = get_rows(r, o, path, "parts", item->kind == CHECKLIST_MEASURE, CHECKLIST_PARTS_MAX, &rows);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        char inner[PATH_SIZE];
        (void)snprintf(inner, sizeof inner, "%.40sparts.%zu.", path, i);
        rc = take_part(r, json_at(rows, i), inner, &item->parts[i]);
        for (size_t k = 0; rc == 0 && k < i; k++)
            if (strcmp(item->parts[k].key, item->parts[i].key) == 0)
                rc = domain_form_twice(inner, item->parts[i].key, r->e);
        item->part_count = i + 1;
    }
    return rc;
}

static int take_phases(const struct read *r, const struct json *o, const char *path, struct checklist_item *item) {
    const struct json *rows = NULL;
    int rc = get_rows(r, o, path, "phases", item->kind == CHECKLIST_TIMED, CHECKLIST_PHASES_MAX, &rows);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        char inner[PATH_SIZE];
        (void)snprintf(inner, sizeof inner, "%.40sphases.%zu.", path, i);
        rc = take_phase(r, json_at(rows, i), inner, &item->phases[i]);
        for (size_t k = 0; rc == 0 && k < i; k++)
            if (strcmp(item->phases[k].key, item->phases[i].key) == 0)
                rc = domain_form_twice(inner, item->phases[i].key, r->e);
        item->phase_count = i + 1;
    }
    return rc;
}

/* ---- the item ---- */

bool checklist_source_weak(const char *source) { return strpbrk(source, "m?") != NULL; }

bool checklist_source_valid(const char *source) {
    const char *c = source;
    for (;;) {
        if (*c && strchr("AMmtC", *c)) {
            c++;
            if (*c == '?') c++;
        } else if (*c == '?') {
            c++;
        } else {
            return false;
        }
        if (!*c) return true;
        if (*c++ != '/') return false;
    }
}

/* No red line rests on a standard from memory or on what is unsure, without the company's word. */
static int settle_red_line(const struct read *r, const char *path, struct checklist_item *item) {
    char field[PATH_SIZE];
    bool weak = checklist_source_weak(item->source);
    (void)snprintf(field, sizeof field, "%.60sred_line", path);
    if (item->red_line && weak && !item->confirmed) {
        if (r->origin != CHECKLIST_DATA)
            return err_field(r->e, ERR_INVALID, field,
                             r->origin == CHECKLIST_BODY
                                 ? "%s: the source %s is not certain; say \"confirmed\": true in this item where the "
                                   "company stands for it"
                                 : "%s rests on the source %s: it ships as red_line_if_confirmed",
                             field, item->source);
        item->red_line = false;
        item->red_line_if_confirmed = true;
    }
    if (item->red_line) item->red_line_if_confirmed = false;
    if (item->red_line_if_confirmed && !weak && r->origin == CHECKLIST_FILE)
        return err_field(r->e, ERR_INVALID, field, "%s: the source %s needs no confirmation", field, item->source);
    return 0;
}

static int take_flags(const struct read *r, const struct json *o, const char *path, struct checklist_item *item) {
    enum json_need need = r->origin == CHECKLIST_FILE ? JSON_REQUIRED : JSON_OPTIONAL;
    int rc = json_get_bool(o, path, "required", need, &item->required, r->e);
    if (rc == 0) rc = json_get_bool(o, path, "red_line", need, &item->red_line, r->e);
    if (rc == 0) rc = json_get_bool(o, path, "photo_required", need, &item->photo_required, r->e);
    if (rc == 0)
        rc = json_get_bool(o, path, "red_line_if_confirmed", JSON_OPTIONAL, &item->red_line_if_confirmed, r->e);
    if (rc == 0) rc = json_get_bool(o, path, "confirmed", JSON_OPTIONAL, &item->confirmed, r->e);
    return rc;
}

static int take_source(const struct read *r, const struct json *o, const char *path, struct checklist_item *item) {
    char field[PATH_SIZE];
    int rc = domain_form_text(r->texts, o, path, "source", &item->source, r->e);
    (void)snprintf(field, sizeof field, "%.60ssource", path);
    if (rc == 0 && !checklist_source_valid(item->source))
        rc = err_field(
            r->e, ERR_INVALID, field,
            "%s has to be A, M, m, t, C or ?, or several parted by /: A a standard, C the company's own rule", field);
    return rc;
}

int checklist_item_decode(const struct json *row, const char *path, enum checklist_origin origin,
                          struct domain_text **texts, struct checklist_item *out, struct err_text *e) {
    static const char *const members[] = { "key",       "stage",     "zh",
                                           "en",        "kind",      "source",
                                           "required",  "red_line",  "photo_required",
                                           "criterion", "condition", "note",
                                           "parts",     "phases",    "red_line_if_confirmed",
                                           "confirmed", NULL };
    static const char *const shown[] = { "origin", "from", NULL };
    const struct read r = { .origin = origin, .texts = texts, .e = e };
    struct checklist_item item = { .company = origin != CHECKLIST_FILE };
    int kind = 0;
    int rc = only(&r, row, path, members, shown);
    if (rc == 0) rc = take_names(&r, row, path, &item.key, &item.zh, &item.en);
    if (rc == 0) rc = take_short(&r, row, path, "stage", 40, &item.stage);
    if (rc == 0) rc = domain_form_word(row, path, "kind", JSON_REQUIRED, kinds, &kind, e);
    item.kind = (enum checklist_kind)kind;
    if (rc == 0) rc = take_source(&r, row, path, &item);
    if (rc == 0) rc = take_flags(&r, row, path, &item);
    if (rc == 0) rc = take_pair(&r, row, path, "criterion", &item.criterion_zh, &item.criterion_en);
    if (rc == 0) rc = take_pair(&r, row, path, "condition", &item.condition_zh, &item.condition_en);
    if (rc == 0) rc = take_pair(&r, row, path, "note", &item.note_zh, &item.note_en);
    if (rc == 0) rc = take_parts(&r, row, path, &item);
    if (rc == 0) rc = take_phases(&r, row, path, &item);
    if (rc == 0) rc = settle_red_line(&r, path, &item);
    if (rc == 0) *out = item;
    return rc;
}
