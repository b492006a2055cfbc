/* SPDX-License-Identifier: MIT */
/* Answers that resources share. */
#include "app/http/reply.h"

#include "firmware/base/text.h"

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

bool reply_too_long(struct exchange *x, const char *name, size_t max) {
    const char *text = exchange_query(x, name);
    if (!text || strlen(text) <= max) return false;
    exchange_problem(x, 400, name, "%s has at most %zu bytes", name, max);
    return true;
}

bool reply_names(const struct exchange *x) { return role_sees_names(x->user.role); }

void reply_actor(const struct exchange *x, char out[64]) {
    (void)snprintf(out, 64, "user/%s", x->user.id[0] ? x->user.id : "board");
}
