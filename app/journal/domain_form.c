/* SPDX-License-Identifier: MIT */
/* Small strict readers. Knows forms, not subjects. */
#include "app/journal/domain_form.h"

#include "app/journal/domain.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS_MAX = 6, SOURCES_MAX = 20, FIELD_SIZE = 96 };

struct domain_text {
    struct domain_text *next;
    char text[];
};

const char *domain_form_keep(struct domain_text **texts, const char *text) {
    size_t n = strlen(text) + 1;
    struct domain_text *copy = malloc(sizeof *copy + n);
    if (!copy) return NULL;
    memcpy(copy->text, text, n);
    copy->next = *texts;
    *texts = copy;
    return copy->text;
}

void domain_form_free(struct domain_text **texts) {
    while (*texts) {
        struct domain_text *next = (*texts)->next;
        free(*texts);
        *texts = next;
    }
}

int domain_form_text(struct domain_text **texts, const struct json *o, const char *path, const char *name,
                     const char **out, struct err_text *e) {
    const char *text = NULL;
    char field[FIELD_SIZE];
    (void)snprintf(field, sizeof field, "%.60s%.30s", path, name);
    int rc = json_get_text(o, path, name, JSON_REQUIRED, DOMAIN_TEXT_MAX, &text, e);
    if (rc < 0) return rc;
    if (!text[strspn(text, " \t\r\n")]) return err_field(e, ERR_INVALID, field, "%s is empty", field);
    *out = domain_form_keep(texts, text);
    return *out ? 0 : err_set(e, ERR_NOMEM, "out of memory");
}

int domain_form_pair(struct domain_text **texts, const struct json *o, const char *path, const char *name,
                     const char **zh, const char **en, struct err_text *e) {
    const struct json *pair = json_member(o, name);
    char inner[FIELD_SIZE];
    *zh = *en = "";
    if (!pair || json_is_null(pair)) return 0;
    (void)snprintf(inner, sizeof inner, "%.50s%.30s", path, name);
    if (!json_is_object(pair)) return err_field(e, ERR_INVALID, inner, "%s has to be an object of zh and en", inner);
    (void)snprintf(inner, sizeof inner, "%.50s%.30s.", path, name);
    int rc = domain_form_text(texts, pair, inner, "zh", zh, e);
    return rc < 0 ? rc : domain_form_text(texts, pair, inner, "en", en, e);
}

int domain_form_names(struct domain_text **texts, const struct json *row, const char *path, const char **key,
                      const char **zh, const char **en, struct err_text *e) {
    int rc = domain_form_text(texts, row, path, "key", key, e);
    if (rc == 0) rc = domain_form_text(texts, row, path, "zh", zh, e);
    if (rc == 0) rc = domain_form_text(texts, row, path, "en", en, e);
    return rc;
}

int domain_form_number(const struct json *o, const char *path, const char *name, enum json_need need, double min,
                       double max, double *out, struct err_text *e) {
    const struct json *n = json_member(o, name);
    char field[FIELD_SIZE];
    double value = 0;
    (void)snprintf(field, sizeof field, "%.60s%.30s", path, name);
    if (!n || json_is_null(n))
        return need == JSON_REQUIRED ? err_field(e, ERR_INVALID, field, "%s is missing", field) : 0;
    if (!json_number(n, &value) || !(value >= min && value <= max))
        return err_field(e, ERR_INVALID, field, "%s has to be a number from %g to %g", field, min, max);
    *out = value;
    return 0;
}

int domain_form_word(const struct json *o, const char *path, const char *name, enum json_need need,
                     const char *const *words, int *out, struct err_text *e) {
    const char *text = NULL;
    char field[FIELD_SIZE];
    char list[200] = "";
    int rc = json_get_text(o, path, name, need, 40, &text, e);
    if (rc < 0 || !text) return rc;
    for (int i = 0; words[i]; i++) {
        size_t at = strlen(list);
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return 0;
        }
        (void)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", words[i]);
    }
    (void)snprintf(field, sizeof field, "%.60s%.30s", path, name);
    return err_field(e, ERR_INVALID, field, "%s has to be one of: %s", field, list);
}

static int read_sources(const struct json *root, struct err_text *e) {
    const struct json *sources = json_member(root, "sources");
    struct domain_text *texts = NULL;
    int rc = json_is_object(sources) && json_count(sources) > 0 && json_count(sources) <= SOURCES_MAX
                 ? 0
                 : err_field(e, ERR_INVALID, "sources", "sources has to say where the rows come from");
    for (size_t i = 0; rc == 0 && i < json_count(sources); i++) {
        const char *zh = NULL, *en = NULL;
        rc = domain_form_pair(&texts, sources, "sources.", json_name(json_at(sources, i)), &zh, &en, e);
    }
    domain_form_free(&texts);
    return rc;
}

int domain_form_head(const struct json *root, const char *const *lists, struct err_text *e) {
    const char *members[LISTS_MAX + 3] = { "version", "sources" };
    int64_t version = 0;
    for (size_t i = 0; i < LISTS_MAX && lists[i]; i++) members[2 + i] = lists[i];
    int rc = json_is_object(root) ? json_only(root, "", members, e) : err_set(e, ERR_INVALID, "it has to be an object");
    if (rc == 0) rc = json_get_int(root, "", "version", JSON_REQUIRED, 1, 1000000, &version, e);
    return rc < 0 ? rc : read_sources(root, e);
}

int domain_form_rows(const struct json *root, const char *name, size_t max, const struct json **rows,
                     struct err_text *e) {
    int rc = json_get_array(root, "", name, JSON_REQUIRED, max, rows, e);
    if (rc == 0 && json_count(*rows) == 0) rc = err_field(e, ERR_INVALID, name, "%s is empty", name);
    return rc;
}

int domain_form_twice(const char *path, const char *key, struct err_text *e) {
    char field[FIELD_SIZE];
    (void)snprintf(field, sizeof field, "%.60skey", path);
    return err_field(e, ERR_INVALID, field, "%s: %s is no key, or is there twice", field, key);
}

int domain_form_load(const char *name, int (*read)(const struct json *root, struct err_text *e),
                     struct err_text *fault) {
    struct err_text e = { 0 };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    size_t n = 0;
    const char *text = domain_file(name, &n);
    if (!text) return err_set(fault, ERR_NOT_FOUND, "app/journal/data has no %s.json", name);
    int rc = json_parse(text, n, &root, &e);
    if (rc == 0) rc = read(root, &e);
    return rc < 0 ? err_field(fault, rc, e.field, "app/journal/data/%s.json: %s", name, e.text) : 0;
}
