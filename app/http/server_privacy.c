/* SPDX-License-Identifier: MIT */
/* The one place where what people type is masked, before any step of any route sees it: the texts of a JSON body and of a write's query. So no
 * event, draft, answer or log can hold a person's number. Names are not its business, nor are bodies that hold a PIN (ROUTE_AS_SENT). */
#include "app/http/server_call.h"

#include "app/journal/privacy.h"

#include <stdlib.h>
#include <string.h>

static int mask_body(struct call *c) {
    struct buf masked;
    buf_init(&masked, 2 * c->x.body_len + 64);
    int rc = privacy_mask_json(c->x.body, c->x.body_len, &masked);
    if (rc == 0 && masked.len > 0) {
        c->x.body_len = masked.len;
        free(c->x.body);
        c->x.body = buf_steal(&masked);
    }
    buf_fini(&masked);
    return rc;
}

/* A masked text is never longer: it goes where the value stands, in the call's own copy of the target. */
static int mask_query(struct call *c) {
    for (size_t i = 0; i < c->input.query_count; i++) {
        char *value = c->target + (c->input.query[i].value - c->target);
        size_t n = strlen(value);
        struct buf masked;
        buf_init(&masked, n + 1);
        int rc = privacy_mask_text(value, &masked);
        if (rc == 0 && masked.len > 0) memcpy(value, masked.data, masked.len + 1);
        buf_fini(&masked);
        if (rc < 0) return rc;
    }
    return 0;
}

void server_privacy_mask(struct call *c) {
    unsigned flags = c->match.route->flags;
    if (c->head || strcmp(c->method, "GET") == 0 || (flags & ROUTE_AS_SENT)) return;
    int rc = mask_query(c);
    if (rc == 0 && c->x.body_len > 0 && !(flags & ROUTE_BODY_JPEG)) rc = mask_body(c);
    if (rc < 0) exchange_error(&c->x, rc, NULL);
}
