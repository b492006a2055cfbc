/* SPDX-License-Identifier: MIT */
/* JSON read through libcjson, after a strict check of the text (json_scan.c). Numbers are doubles, as in JavaScript.
 * Does not stream and does not change trees. The writer is json_out.c. */
#include "firmware/base/json.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json_pool.h"
#include "firmware/base/json_scan.h"
#include "firmware/base/text.h"

#include <cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_MAX   9007199254740991.0 /* 2^53 - 1 */
#define FEW_MEMBERS 32                 /* so many are compared each with each */

/* struct json has no body: its pointers are libcjson's. */
static const cJSON *node(const struct json *n) { return (const cJSON *)(const void *)n; }
static const struct json *wrap(const cJSON *n) { return (const struct json *)(const void *)n; }

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The name that two members share, or NULL; for few members. */
static const char *shared_name(const cJSON *object) {
    for (const cJSON *c = object->child; c; c = c->next)
        for (const cJSON *d = object->child; d != c; d = d->next)
            if (d->string[0] == c->string[0] && strcmp(d->string, c->string) == 0) return c->string;
    return NULL;
}

/* ERR_INVALID when two members of one object share a name. */
static int check_names(const cJSON *object, struct err_text *e) {
    size_t n = json_count(wrap(object));
    if (n <= FEW_MEMBERS) {
        const char *shared = shared_name(object);
        return shared ? err_field(e, ERR_INVALID, shared, "the member %.60s is there twice", shared) : 0;
    }
    CLEANUP(free_ptr) const char **names = malloc(n * sizeof *names);
    if (!names) return err_set(e, ERR_NOMEM, "out of memory");
    size_t i = 0;
    for (const cJSON *c = object->child; c && i < n; c = c->next) names[i++] = c->string;
    qsort(names, i, sizeof *names, by_name);
    for (size_t k = 1; k < i; k++)
        if (strcmp(names[k - 1], names[k]) == 0)
            return err_field(e, ERR_INVALID, names[k], "the member %.60s is there twice", names[k]);
    return 0;
}

/* What the grammar does not say. Depth is at most 64 here. */
static int check_tree(const cJSON *n, struct err_text *e) {
    if (cJSON_IsNumber(n) && !isfinite(n->valuedouble)) return err_set(e, ERR_INVALID, "a number is out of range");
    int r = cJSON_IsObject(n) ? check_names(n, e) : 0;
    if (!cJSON_IsObject(n) && !cJSON_IsArray(n)) return r;
    for (const cJSON *c = n->child; c && r == 0; c = c->next) r = check_tree(c, e);
    return r;
}

static size_t valid_bytes(const char *text, size_t n) {
    size_t low = 0;
    size_t high =
        n; /* the longest valid prefix, to say where it ends; a prefix may end inside a character: at most 3 too few */
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (text_utf8_valid(text, middle))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

int json_parse(const char *text, size_t n, struct json **out, struct err_text *e) {
    size_t at = 0;
    if (!text_utf8_valid(text, n))
        return err_set(e, ERR_INVALID, "not valid JSON: bad UTF-8 near byte %zu", valid_bytes(text, n));
    const char *fault = json_scan(text, n, &at);
    if (fault) return err_set(e, ERR_INVALID, "not valid JSON at byte %zu: %s", at, fault);
    json_pool_begin(n);
    cJSON *root = cJSON_ParseWithLengthOpts(text, n, NULL, false);
    json_pool_end(root);
    if (!root) return err_set(e, ERR_NOMEM, "out of memory"); /* the text is valid: nothing else is left */
    int r = check_tree(root, e);
    if (r) {
        json_pool_free(root);
        return r;
    }
    *out = (struct json *)(void *)root;
    return 0;
}

void json_destroy(struct json *root) { json_pool_free(root); }

void json_destroy_ptr(struct json **root) { json_destroy(*root); }

const struct json *json_member(const struct json *o, const char *name) {
    return json_is_object(o) ? wrap(cJSON_GetObjectItemCaseSensitive(node(o), name)) : NULL;
}

size_t json_count(const struct json *array_or_object) {
    size_t n = 0;
    if (!json_is_object(array_or_object) && !json_is_array(array_or_object)) return 0;
    for (const cJSON *c = node(array_or_object)->child; c; c = c->next) n++;
    return n;
}

const struct json *json_at(const struct json *array_or_object, size_t i) {
    if (!json_is_object(array_or_object) && !json_is_array(array_or_object)) return NULL;
    const cJSON *c = node(array_or_object)->child;
    while (c && i-- > 0) c = c->next;
    return wrap(c);
}

const char *json_name(const struct json *member) { return member ? node(member)->string : NULL; }

bool json_is_object(const struct json *n) { return cJSON_IsObject(node(n)); }
bool json_is_array(const struct json *n) { return cJSON_IsArray(node(n)); }
bool json_is_null(const struct json *n) { return cJSON_IsNull(node(n)); }

const char *json_text(const struct json *n) { return cJSON_IsString(node(n)) ? node(n)->valuestring : NULL; }

bool json_int(const struct json *n, int64_t *out) {
    double value = 0;
    if (!json_number(n, &value) || fabs(value) > WHOLE_MAX || value != floor(value)) return false;
    *out = (int64_t)value;
    return true;
}

bool json_number(const struct json *n, double *out) {
    if (!cJSON_IsNumber(node(n))) return false;
    *out = node(n)->valuedouble;
    return true;
}

bool json_bool(const struct json *n, bool *out) {
    if (!cJSON_IsBool(node(n))) return false;
    *out = cJSON_IsTrue(node(n));
    return true;
}

/* "crew." and "electrician" → "crew.electrician". Only for errors: most members are right, and there are many of them. */
static const char *field_name(char out[96], const char *path, const char *name) {
    char full[256];
    (void)snprintf(full, sizeof full, "%.120s%.120s", path, name);
    text_clip(out, 96, full);
    return out;
}

/* *out is NULL where an optional member is absent or null. */
static int find(const struct json *o, const char *path, const char *name, enum json_need need, const struct json **out,
                struct err_text *e) {
    char field[96];
    const struct json *n = json_member(o, name);
    if (json_is_null(n)) n = NULL;
    *out = n;
    if (n || need == JSON_OPTIONAL) return 0;
    return err_field(e, ERR_INVALID, field_name(field, path, name), "%s is missing", field);
}

int json_get_text(const struct json *o, const char *path, const char *name, enum json_need need, size_t max_bytes,
                  const char **out, struct err_text *e) {
    char field[96];
    const struct json *n = NULL;
    int r = find(o, path, name, need, &n, e);
    if (r || !n) return r;
    const char *text = json_text(n);
    if (!text) return err_field(e, ERR_INVALID, field_name(field, path, name), "%s has to be a string", field);
    if (strlen(text) > max_bytes)
        return err_field(e, ERR_INVALID, field_name(field, path, name), "%s is longer than %zu bytes", field,
                         max_bytes);
    *out = text;
    return 0;
}

int json_get_int(const struct json *o, const char *path, const char *name, enum json_need need, int64_t min,
                 int64_t max, int64_t *out, struct err_text *e) {
    char field[96];
    int64_t value = 0;
    const struct json *n = NULL;
    int r = find(o, path, name, need, &n, e);
    if (r || !n) return r;
    if (!json_int(n, &value) || value < min || value > max)
        return err_field(e, ERR_INVALID, field_name(field, path, name), "%s has to be a whole number from %lld to %lld",
                         field, (long long)min, (long long)max);
    *out = value;
    return 0;
}

int json_get_bool(const struct json *o, const char *path, const char *name, enum json_need need, bool *out,
                  struct err_text *e) {
    char field[96];
    const struct json *n = NULL;
    int r = find(o, path, name, need, &n, e);
    if (r || !n) return r;
    if (!json_bool(n, out))
        return err_field(e, ERR_INVALID, field_name(field, path, name), "%s has to be true or false", field);
    return 0;
}

int json_get_array(const struct json *o, const char *path, const char *name, enum json_need need, size_t max_items,
                   const struct json **out, struct err_text *e) {
    char field[96];
    const struct json *n = NULL;
    int r = find(o, path, name, need, &n, e);
    if (r || !n) return r;
    if (!json_is_array(n))
        return err_field(e, ERR_INVALID, field_name(field, path, name), "%s has to be a list", field);
    if (json_count(n) > max_items)
        return err_field(e, ERR_INVALID, field_name(field, path, name), "%s has more than %zu entries", field,
                         max_items);
    *out = n;
    return 0;
}

int json_only(const struct json *o, const char *path, const char *const *names, struct err_text *e) {
    char field[96];
    if (!json_is_object(o)) return 0;
    for (const cJSON *c = node(o)->child; c; c = c->next) {
        size_t i = 0;
        while (names[i] && strcmp(names[i], c->string) != 0) i++;
        if (names[i]) continue;
        field_name(field, path, c->string);
        return err_field(e, ERR_INVALID, field, "%s is not known here", field);
    }
    return 0;
}

/* "items.3" and "text" → "items.3.text" */
static const char *member_name(char out[96], const char *path, const char *name) {
    char prefix[98];
    (void)snprintf(prefix, sizeof prefix, "%s%s", path, *path ? "." : "");
    return field_name(out, prefix, name);
}

/* path: of n. */
static int plain(const struct json *n, const char *path, struct err_text *e) {
    const char *text = json_text(n);
    int rc = 0;
    if (text && !text_is_plain(text))
        return err_field(e, ERR_INVALID, path, "%s has characters in it that cannot be seen: take them out", path);
    if (!json_is_array(n) && !json_is_object(n)) return 0;
    size_t i = 0;
    for (const cJSON *c = node(n)->child; rc == 0 && c; c = c->next, i++) {
        char field[96], place[24];
        (void)snprintf(place, sizeof place, "%zu", i);
        if (cJSON_IsString(c) || c->child) /* names are for errors, and these alone may have one */
            rc = plain((const struct json *)c, member_name(field, path, c->string ? c->string : place), e);
    }
    return rc;
}

int json_plain(const struct json *n, struct err_text *e) { return plain(n, "", e); }

/* libcjson prints some whole numbers with 15 digits; the shortest text that reads back as the same number is printed here. */
static void print_number(struct json_out *w, const char *name, double value) {
    char text[40] = "";
    if (fabs(value) <= WHOLE_MAX && value == floor(value)) {
        json_put_int(w, name, (int64_t)value);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(text, sizeof text, "%.*g", precision, value);
        if (strtod(text, NULL) == value) break;
    }
    json_put_raw(w, name, text, strlen(text));
}

static void print(struct json_out *w, const char *name, const cJSON *n) {
    bool flag = false;
    if (cJSON_IsObject(n) || cJSON_IsArray(n)) {
        json_open(w, name, cJSON_IsObject(n) ? '{' : '[');
        for (const cJSON *c = n->child; c; c = c->next) print(w, cJSON_IsObject(n) ? c->string : NULL, c);
        json_close(w, cJSON_IsObject(n) ? '}' : ']');
    } else if (cJSON_IsString(n)) {
        json_put_text(w, name, n->valuestring);
    } else if (cJSON_IsNumber(n)) {
        print_number(w, name, n->valuedouble);
    } else if (json_bool(wrap(n), &flag)) {
        json_put_bool(w, name, flag);
    } else {
        json_put_null(w, name);
    }
}

void json_put_node(struct json_out *w, const char *name, const struct json *n) { print(w, name, node(n)); }

int json_print(const struct json *n, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    print(&w, NULL, node(n));
    return out->error;
}
