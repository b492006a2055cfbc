/* SPDX-License-Identifier: MIT */
/* Answers that resources share. */
#include "app/http/reply.h"

#include "app/journal/csv_list.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <stdio.h>
#include <string.h>

void reply_json(struct exchange *x, int status, struct buf *json, int rc, const struct err_text *e) {
    if (!rc && json->error) rc = json->error;
    if (rc) {
        exchange_error(x, rc, e);
        buf_fini(json);
        return;
    }
    buf_fini(&x->reply.body);
    x->reply.body = *json;
    x->reply.status = status;
    buf_init(json, json->max);
}

void reply_posted(struct exchange *x, int rc, struct buf *json, const char *location, const struct err_text *e) {
    if (rc == ERR_CONFLICT) {
        exchange_error(x, rc, e);
        if (json->len) exchange_problem_add(x, "stored", json->data);
        buf_fini(json);
        return;
    }
    int status = rc == ERR_EXISTS ? 200 : 201;
    reply_json(x, status, json, rc == ERR_EXISTS ? 0 : rc, e);
    if (x->reply.status < 300 && location) text_clip(x->reply.location, sizeof x->reply.location, location);
}

void reply_stepped(struct exchange *x, int rc, struct buf *json, const char *allowed, const struct err_text *e) {
    reply_posted(x, rc, json, NULL, e);
    if (rc == ERR_CONFLICT && allowed[0]) exchange_problem_add(x, "allowed", allowed);
}

bool reply_limit(struct exchange *x, int *limit) {
    int64_t n = 50;
    const char *text = exchange_query(x, "limit");
    if (text && text_int(text, 1, 200, &n)) {
        exchange_problem(x, 400, "limit", "limit is a whole number from 1 to 200");
        return false;
    }
    *limit = (int)n;
    return true;
}

static bool filter_is(struct exchange *x, const char *name, bool (*fits)(const char *text), const char *must) {
    const char *text = exchange_query(x, name);
    if (!text || fits(text)) return true;
    exchange_problem(x, 400, name, "%s has to be %s", name, must);
    return false;
}

static bool is_date(const char *text) {
    struct civil civil;
    return tz_date_parse(text, &civil) == 0;
}

static bool is_room(const char *text) { return text[0] && strlen(text) <= 40; }

bool reply_filters(struct exchange *x) {
    return filter_is(x, "from", is_date, "a date of the calendar, YYYY-MM-DD") &&
           filter_is(x, "to", is_date, "a date of the calendar, YYYY-MM-DD") &&
           filter_is(x, "stage", ids_is_key, "the key of a stage") &&
           filter_is(x, "room", is_room, "a room of 1 to 40 bytes") &&
           filter_is(x, "site", ids_is_name, "the id of a site");
}

bool reply_language(struct exchange *x, bool *zh) {
    static const char *const known[] = { "lang", NULL };
    const char *lang = exchange_query(x, "lang");
    if (exchange_query_only(x, known)) return false;
    *zh = !lang || strcmp(lang, "zh") == 0;
    if (*zh || strcmp(lang, "en") == 0) return true;
    exchange_problem(x, 400, "lang", "lang is zh or en");
    return false;
}

/* One of two words, the first where it is not said. */
static bool either(struct exchange *x, const char *name, const char *first, const char *second, bool *is_second) {
    const char *text = exchange_query(x, name);
    *is_second = text && strcmp(text, second) == 0;
    if (!text || *is_second || strcmp(text, first) == 0) return true;
    exchange_problem(x, 400, name, "%s is %s or %s", name, first, second);
    return false;
}

bool reply_format(struct exchange *x, bool *csv, bool *zh) {
    bool en;
    if (!either(x, "format", "json", "csv", csv) || !either(x, "lang", "zh", "en", &en)) return false;
    *zh = !en;
    return true;
}

void reply_table(struct exchange *x, struct buf *body, int rc, const struct err_text *e, const char *name) {
    reply_json(x, 200, body, rc, e);
    if (!name || x->reply.status != 200) return;
    x->reply.type = "text/csv; charset=utf-8";
    (void)snprintf(x->reply.disposition, sizeof x->reply.disposition, "attachment; filename=\"%s.csv\"", name);
}

void reply_list(struct exchange *x, struct buf *json, int rc, const struct err_text *e, const char *name,
                const struct csv_column *columns, bool csv, bool zh) {
    struct buf table;
    char next[CSV_LIST_NEXT_SIZE];
    if (!csv || rc < 0) {
        reply_table(x, json, rc, e, NULL);
        return;
    }
    buf_init(&table, json->max);
    rc = csv_list(json, name, columns, zh, &table, next);
    buf_fini(json);
    reply_table(x, &table, rc, NULL, name);
    if (rc == 0 && next[0]) exchange_link_next(x, next);
}

bool reply_bytes_away(struct exchange *x, int rc) {
    if (rc == ERR_NOT_FOUND) {
        exchange_problem(x, 404, NULL, "the photo is known, its bytes are still on their way; try again later");
        x->reply.retry_after_s = 60;
    }
    if (rc == ERR_GONE) exchange_problem(x, 410, NULL, "head office has this photo; it was dropped here to make room");
    return rc == ERR_NOT_FOUND || rc == ERR_GONE;
}

bool reply_names(const struct exchange *x) { return role_sees_names(x->user.role); }

void reply_actor(const struct exchange *x, char out[64]) {
    (void)snprintf(out, 64, "%s%s", x->user.id[0] ? "user/" : "", x->user.id[0] ? x->user.id : "board");
}

int reply_only_seen(struct app *app, const struct exchange *x, const char *name, const struct buf *all, size_t *n,
                    struct buf *out) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct json_out w;
    struct buf one;
    int rc = json_parse(all->data, all->len, &root, NULL);
    if (rc) return rc;
    const struct json *list = json_member(root, name);
    *n = 0;
    buf_init(&one, all->max);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, name, '[');
    for (size_t i = 0; !rc && i < json_count(list); i++) {
        const struct json *entry = json_at(list, i);
        const char *site = json_text(json_member(entry, "site"));
        if (!site || (app->may_see && !app->may_see(app->may_see_ctx, x->user.id, x->user.role, site))) continue;
        buf_clear(&one);
        rc = json_print(entry, &one);
        if (!rc) json_put_raw(&w, NULL, one.data, one.len);
        (*n)++;
    }
    json_close(&w, ']');
    json_close(&w, '}');
    buf_fini(&one);
    return rc ? rc : out->error;
}
