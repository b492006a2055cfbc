/* SPDX-License-Identifier: MIT */
/* Small steps between events, rows and JSON. Knows no subject. */
#include "app/journal/row.h"

#include "firmware/base/clock.h"

#include <string.h>

const char *row_text(const struct json *data, const char *name) {
    const char *text = json_text(json_member(data, name));
    return text ? text : "";
}

int row_json(const struct json *data, const char *name, const char *none, struct buf *out) {
    const struct json *n = json_member(data, name);
    return n && !json_is_null(n) ? json_print(n, out) : buf_add_text(out, none);
}

int64_t row_ms(const struct envelope *event) {
    struct wall at = { 0 };
    return clock_parse(event->time, &at, NULL) == 0 ? at.ms : 0;
}

void row_put(struct json_out *w, const char *name, const char *text) { json_put_text(w, name, text[0] ? text : NULL); }

void row_put_json(struct json_out *w, const char *name, const char *json) {
    json_put_raw(w, name, json[0] ? json : "null", strlen(json[0] ? json : "null"));
}

const char *row_id(const struct envelope *event) {
    const char *slash = strchr(event->subject, '/');
    return slash ? slash + 1 : event->subject;
}

int row_delete(struct db *db, const char *sql, const char *site, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    return stmt_run(s);
}
