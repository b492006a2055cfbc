/* SPDX-License-Identifier: MIT */
/* Walks a table of members over JSON. Knows forms, not meanings: whether there is such a stage or person is for the subject's file to say. */
#include "app/journal/shape.h"

#include "app/journal/privacy.h"
#include "firmware/base/clock.h"
#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 96, KEY_MAX = 40, DEPTH_MAX = 3 };

enum purpose { READ_BODY, READ_STORED, CHECK };

struct walk {
    enum purpose purpose;
    enum decode mode;
    const struct json *body; /* READ_STORED: what the stored data is compared with, or NULL */
    struct json_out *w;      /* NULL: nothing is written */
    struct err_text *e;
};

static int walk_members(struct walk *k, const struct json *o, const struct shape *table, const char *path, int depth);

static int wrong(struct walk *k, const char *field, const char *must) {
    return err_field(k->e, ERR_INVALID, field, "%s has to be %s", field, must);
}

/* ---- one value ---- */

static bool is_blank(const char *text) { return !text[strspn(text, " \t\r\n")]; }

static int put_masked(struct walk *k, const char *name, const char *text) {
    struct buf masked;
    if (!k->w) return 0;
    if (k->purpose != READ_BODY) {
        json_put_text(k->w, name, text);
        return 0;
    }
    buf_init(&masked, 4u * strlen(text) + 64u);
    int rc = privacy_mask_text(text, &masked);
    if (rc == 0) json_put_text(k->w, name, masked.data);
    buf_fini(&masked);
    return rc < 0 ? err_set(k->e, rc, "the text cannot be read: %s", err_name(rc)) : 0;
}

static int free_text(struct walk *k, const char *name, const char *field, const char *text, int64_t max) {
    if (!text) return wrong(k, field, "a text");
    if (k->purpose == READ_BODY && is_blank(text)) return err_field(k->e, ERR_INVALID, field, "%s is empty", field);
    if (max > 0 && strlen(text) > (size_t)max)
        return err_field(k->e, ERR_INVALID, field, "%s is longer than %lld bytes", field, (long long)max);
    return put_masked(k, name, text);
}

static int person_name(struct walk *k, const struct shape *m, const char *field, const char *text) {
    char masked[64] = "";
    if (!text) return wrong(k, field, "a text");
    if (k->purpose == READ_BODY && is_blank(text)) return err_field(k->e, ERR_INVALID, field, "%s is empty", field);
    if (strlen(text) > (size_t)m->max)
        return err_field(k->e, ERR_INVALID, field, "%s is longer than %lld bytes", field, (long long)m->max);
    if (!k->w) return 0;
    int rc = k->purpose == READ_BODY ? privacy_mask_name(text, masked, sizeof masked)
                                     : text_copy(masked, sizeof masked, text);
    if (rc < 0) return err_field(k->e, ERR_INVALID, field, "%s is not a name that can be kept", field);
    json_put_text(k->w, m->name, masked);
    return 0;
}

static bool is_key(const char *text, size_t n) {
    return n > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-.") >= n;
}

static bool is_path(const char *text) {
    const char *slash = strchr(text, '/');
    return slash && is_key(text, (size_t)(slash - text)) && is_key(slash + 1, strlen(slash + 1));
}

static bool is_word(const char *text, const char *const *words) {
    for (; *words; words++)
        if (strcmp(text, *words) == 0) return true;
    return false;
}

static int wrong_word(struct walk *k, const char *field, const char *const *words) {
    char list[200] = "";
    for (size_t n = 0; words[n]; n++) {
        size_t at = strlen(list);
        (void)snprintf(list + at, sizeof list - at, "%s%s", n ? ", " : "", words[n]);
    }
    return err_field(k->e, ERR_INVALID, field, "%s has to be one of: %s", field, list);
}

/* Those that are a string of a certain form. */
static int form(struct walk *k, const struct shape *m, const char *field, const char *text) {
    struct civil date;
    struct wall time;
    size_t max = m->max > 0 ? (size_t)m->max : m->kind == SHAPE_PATH ? 2 * KEY_MAX : KEY_MAX;
    if (!text) return wrong(k, field, "a text");
    size_t n = strlen(text);
    switch (m->kind) {
    case SHAPE_KEY:
        return n <= max && is_key(text, n) ? 0 : wrong(k, field, "a key of a-z, 0-9, _ - .");
    case SHAPE_PATH:
        return n <= max && is_path(text) ? 0 : wrong(k, field, "of the form kind/key");
    case SHAPE_WORD:
        return is_word(text, m->words) ? 0 : wrong_word(k, field, m->words);
    case SHAPE_ROOM:
        return n > 0 && n <= max ? 0 : wrong(k, field, "a room of 1 to 40 bytes");
    case SHAPE_USER:
        return n <= max && is_key(text, n) ? 0 : wrong(k, field, "a person's id");
    case SHAPE_DATE:
        return tz_date_parse(text, &date) == 0 ? 0 : wrong(k, field, "a date of the calendar, YYYY-MM-DD");
    case SHAPE_TIME:
        return clock_parse(text, &time, NULL) == 0 ? 0 : wrong(k, field, "a time like 2026-11-22T16:04:05+08:00");
    case SHAPE_WHEN:
        return tz_date_parse(text, &date) == 0 || clock_parse(text, &time, NULL) == 0
                   ? 0
                   : wrong(k, field, "a date like 2026-11-22, or a time like 2026-11-22T16:04:05+08:00");
    case SHAPE_ID:
        return ids_is_uuid7(text) ? 0 : wrong(k, field, "a UUIDv7");
    case SHAPE_FORM:
        return n <= max && m->fits(text) ? 0 : wrong(k, field, m->must);
    case SHAPE_TEXT:
    case SHAPE_INT:
    case SHAPE_NUMBER:
    case SHAPE_BOOL:
    case SHAPE_PHOTOS:
    case SHAPE_TEXTS:
    case SHAPE_OBJECT:
    case SHAPE_LIST:
    case SHAPE_RAW:
    case SHAPE_NAME:
        break;
    }
    return ERR_INVALID;
}

static int whole(struct walk *k, const struct shape *m, const char *field, const struct json *v) {
    int64_t n;
    if (json_int(v, &n) && n >= m->min && n <= m->max) {
        if (k->w) json_put_int(k->w, m->name, n);
        return 0;
    }
    return err_field(k->e, ERR_INVALID, field, "%s has to be a whole number from %lld to %lld", field,
                     (long long)m->min, (long long)m->max);
}

static int number(struct walk *k, const struct shape *m, const char *field, const struct json *v) {
    double n;
    if (json_number(v, &n) && n >= (double)m->min && n <= (double)m->max) {
        if (k->w) json_put_node(k->w, m->name, v);
        return 0;
    }
    return err_field(k->e, ERR_INVALID, field, "%s has to be a number from %lld to %lld", field, (long long)m->min,
                     (long long)m->max);
}

static int truth(struct walk *k, const struct shape *m, const char *field, const struct json *v) {
    bool b;
    if (!json_bool(v, &b)) return wrong(k, field, "true or false");
    if (k->w) json_put_bool(k->w, m->name, b);
    return 0;
}

/* ---- lists ---- */

static int many(struct walk *k, const char *field, const struct json *v, int64_t max) {
    if (!json_is_array(v)) return wrong(k, field, "a list");
    if (json_count(v) <= (size_t)max) return 0;
    return err_field(k->e, ERR_INVALID, field, "%s has more than %lld elements", field, (long long)max);
}

static int photos(struct walk *k, const struct shape *m, const char *field, const struct json *v) {
    int rc = many(k, field, v, m->max > 0 ? m->max : PHOTOS_MAX);
    if (rc == 0 && k->w && json_count(v)) json_open(k->w, m->name, '[');
    for (size_t i = 0; rc == 0 && i < json_count(v); i++) {
        char at[PATH_SIZE + 24];
        const char *id = json_text(json_at(v, i));
        (void)snprintf(at, sizeof at, "%.90s.%zu", field, i);
        if (!id || !ids_is_uuid7(id)) rc = wrong(k, at, "the id of a photo, a UUIDv7");
        for (size_t b = 0; rc == 0 && b < i; b++)
            if (strcmp(json_text(json_at(v, b)), id) == 0)
                rc = err_field(k->e, ERR_INVALID, at, "%s: photo %s is there twice", at, id);
        if (rc == 0 && k->w) json_put_text(k->w, NULL, id);
    }
    if (rc == 0 && k->w && json_count(v)) json_close(k->w, ']');
    return rc;
}

static int texts(struct walk *k, const struct shape *m, const char *field, const struct json *v) {
    int rc = many(k, field, v, m->max);
    if (rc == 0 && k->w && json_count(v)) json_open(k->w, m->name, '[');
    for (size_t i = 0; rc == 0 && i < json_count(v); i++) {
        char at[PATH_SIZE + 24];
        (void)snprintf(at, sizeof at, "%.90s.%zu", field, i);
        rc = free_text(k, NULL, at, json_text(json_at(v, i)), ITEM_TEXT_MAX);
    }
    if (rc == 0 && k->w && json_count(v)) json_close(k->w, ']');
    return rc;
}

static int object(struct walk *k, const struct shape *m, const char *name, const char *field, const struct json *v,
                  int depth) {
    char path[PATH_SIZE + 24];
    if (!json_is_object(v)) return wrong(k, field, "an object");
    (void)snprintf(path, sizeof path, "%.90s.", field);
    if (k->w) json_open(k->w, name, '{');
    int rc = walk_members(k, v, m->members, path, depth + 1);
    if (rc == 0 && k->w) json_close(k->w, '}');
    return rc;
}

static int objects(struct walk *k, const struct shape *m, const char *field, const struct json *v, int depth) {
    int rc = many(k, field, v, m->max);
    if (rc == 0 && k->w && json_count(v)) json_open(k->w, m->name, '[');
    for (size_t i = 0; rc == 0 && i < json_count(v); i++) {
        char at[PATH_SIZE + 24];
        (void)snprintf(at, sizeof at, "%.90s.%zu", field, i);
        rc = object(k, m, NULL, at, json_at(v, i), depth);
    }
    if (rc == 0 && k->w && json_count(v)) json_close(k->w, ']');
    return rc;
}

/* ---- members ---- */

static int value(struct walk *k, const struct shape *m, const char *field, const struct json *v, int depth) {
    int rc;
    switch (m->kind) {
    case SHAPE_TEXT:
        return free_text(k, m->name, field, json_text(v), m->max);
    case SHAPE_INT:
        return whole(k, m, field, v);
    case SHAPE_NUMBER:
        return number(k, m, field, v);
    case SHAPE_BOOL:
        return truth(k, m, field, v);
    case SHAPE_PHOTOS:
        return photos(k, m, field, v);
    case SHAPE_TEXTS:
        return texts(k, m, field, v);
    case SHAPE_OBJECT:
        return object(k, m, m->name, field, v, depth);
    case SHAPE_LIST:
        return objects(k, m, field, v, depth);
    case SHAPE_RAW:
        if (k->w) json_put_node(k->w, m->name, v);
        return 0;
    case SHAPE_NAME:
        return person_name(k, m, field, json_text(v));
    case SHAPE_ROOM:
    case SHAPE_KEY:
    case SHAPE_PATH:
    case SHAPE_WORD:
    case SHAPE_USER:
    case SHAPE_DATE:
    case SHAPE_TIME:
    case SHAPE_WHEN:
    case SHAPE_ID:
    case SHAPE_FORM:
        break;
    }
    rc = form(k, m, field, json_text(v));
    if (rc < 0) return rc;
    if (m->kind == SHAPE_ROOM) return put_masked(k, m->name, json_text(v));
    if (k->w) json_put_text(k->w, m->name, json_text(v));
    return 0;
}

static const struct shape *find(const struct shape *table, const char *name) {
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0) return table;
    return NULL;
}

/* "id" of the whole body is the caller's. */
static int only_known(struct walk *k, const struct json *o, const struct shape *table, const char *path) {
    if (k->purpose != READ_BODY || k->mode != DECODE_STRICT) return 0;
    for (size_t i = 0; i < json_count(o); i++) {
        char field[PATH_SIZE + 48];
        const char *name = json_name(json_at(o, i));
        const struct shape *m = find(table, name);
        if ((m && !(m->flags & SHAPE_MADE)) || (!*path && strcmp(name, "id") == 0)) continue;
        (void)snprintf(field, sizeof field, "%.90s%.40s", path, name);
        return err_field(k->e, ERR_INVALID, field, "%s: there is no such member here", field);
    }
    return 0;
}

static bool is_there(const struct json *v) { return v && !json_is_null(v); }

static int walk_members(struct walk *k, const struct json *o, const struct shape *table, const char *path, int depth) {
    int rc = depth > DEPTH_MAX ? ERR_TOO_BIG : only_known(k, o, table, path);
    for (const struct shape *m = table; rc == 0 && m->name; m++) {
        char field[PATH_SIZE + 48];
        const struct json *v = json_member(o, m->name);
        if (k->purpose == READ_STORED && (m->flags & SHAPE_MADE)) continue;
        if (k->body && depth == 0 && (m->flags & SHAPE_FILLED) && !is_there(json_member(k->body, m->name))) continue;
        (void)snprintf(field, sizeof field, "%.90s%.40s", path, m->name);
        if (is_there(v))
            rc = value(k, m, field, v, depth);
        else if ((m->flags & SHAPE_NEEDED) && !(m->flags & SHAPE_MADE))
            rc = err_field(k->e, ERR_INVALID, field, "%s is missing", field);
    }
    return rc;
}

static int begin(struct walk *k, const struct json *o, const struct shape *table) {
    if (!json_is_object(o)) return err_set(k->e, ERR_INVALID, "a JSON object is expected");
    return walk_members(k, o, table, "", 0);
}

int shape_read(const struct json *o, const struct shape *table, enum decode mode, struct json_out *w,
               struct err_text *e) {
    struct walk k = { .purpose = READ_BODY, .mode = mode, .w = w, .e = e };
    int rc = mode == DECODE_STRICT ? json_plain(o, e) : 0;
    return rc ? rc : begin(&k, o, table);
}

int shape_said(const struct json *data, const struct json *body, const struct shape *table, struct json_out *w,
               struct err_text *e) {
    struct walk k = { .purpose = READ_STORED, .mode = DECODE_LENIENT, .body = body, .w = w, .e = e };
    return begin(&k, data, table);
}

int shape_check(const struct json *data, const struct shape *table, struct err_text *e) {
    struct walk k = { .purpose = CHECK, .mode = DECODE_LENIENT, .e = e };
    return begin(&k, data, table);
}
