/* SPDX-License-Identifier: MIT */
/* JSON at the edge: a strict reader over libcjson, and a writer into a buffer. A text is read once: its tree, or a part of it, is handed to
 * whoever understands it, and is read into that module's own struct there. Text must be valid UTF-8, at most 64 levels deep, with nothing after the value; a duplicate member
 * is refused. Thread: any, a tree belongs to one. */
#ifndef SITELOG_BASE_JSON_H
#define SITELOG_BASE_JSON_H

#include "firmware/base/buf.h"

#include <stdbool.h>

struct json; /* a node, borrowed from its root */

/* Owns: *out is the caller's; json_destroy. ERR_INVALID with the byte at fault, ERR_NOMEM. */
MUST_CHECK int json_parse(const char *text, size_t n, struct json **out, struct err_text *e);
void json_destroy(struct json *root);
void json_destroy_ptr(struct json **root); /* for CLEANUP */

/* NULL when o is not an object or has no such member (NULL nodes are fine everywhere below). */
const struct json *json_member(const struct json *o, const char *name);
size_t json_count(const struct json *array_or_object); /* 0 for others */
const struct json *json_at(const struct json *array_or_object, size_t i);
const char *json_name(const struct json *member); /* its name in the object that holds it, or NULL */

bool json_is_object(const struct json *n);
bool json_is_array(const struct json *n);
bool json_is_null(const struct json *n);           /* JSON null; an absent member is not */
const char *json_text(const struct json *n);       /* NULL when it is not a string */
bool json_int(const struct json *n, int64_t *out); /* a whole number within ±(2^53 - 1), the range of RFC 7493 */
bool json_number(const struct json *n, double *out);
bool json_bool(const struct json *n, bool *out);

/* Typed members; every error is ERR_INVALID and names the field. `path` is a prefix for the field's name ("" or "crew.").
 * An absent optional member leaves *out as it was and returns 0; null counts as absent. */
enum json_need { JSON_OPTIONAL, JSON_REQUIRED };
MUST_CHECK int json_get_text(const struct json *o, const char *path, const char *name, enum json_need need,
                             size_t max_bytes, const char **out, struct err_text *e);
MUST_CHECK int json_get_int(const struct json *o, const char *path, const char *name, enum json_need need, int64_t min,
                            int64_t max, int64_t *out, struct err_text *e);
MUST_CHECK int json_get_bool(const struct json *o, const char *path, const char *name, enum json_need need, bool *out,
                             struct err_text *e);
MUST_CHECK int json_get_array(const struct json *o, const char *path, const char *name, enum json_need need,
                              size_t max_items, const struct json **out, struct err_text *e);

/* ERR_INVALID naming the first member that is not in the NULL-ended list. */
MUST_CHECK int json_only(const struct json *o, const char *path, const char *const *names, struct err_text *e);

/* ERR_INVALID naming the first text in it that is not plain (text.h). */
MUST_CHECK int json_plain(const struct json *n, struct err_text *e);

/* Compact text of a node. */
MUST_CHECK int json_print(const struct json *n, struct buf *out);

/* The writer. Commas are its business; balance is the caller's. Errors stick in the buffer. */
struct json_out {
    struct buf *buf;
    bool comma;
};
void json_start(struct json_out *w, struct buf *buf);
void json_open(struct json_out *w, const char *name,
               char bracket);                      /* '{' or '['; name NULL inside arrays and at the top */
void json_close(struct json_out *w, char bracket); /* '}' or ']' */
void json_put_text(struct json_out *w, const char *name, const char *value); /* NULL value prints null */
void json_put_int(struct json_out *w, const char *name, int64_t value);
void json_put_bool(struct json_out *w, const char *name, bool value);
void json_put_null(struct json_out *w, const char *name);
void json_put_node(struct json_out *w, const char *name, const struct json *n); /* compactly; NULL prints null */
void json_put_raw(struct json_out *w, const char *name, const char *json_text,
                  size_t n); /* valid JSON, copied as it is */

#endif
