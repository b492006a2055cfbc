/* SPDX-License-Identifier: MIT */
/* Whatever stands in a request's first line and in its Range, If-None-Match and Cookie headers: it is taken apart without harm, and what comes
 * out keeps the promises of url.h, range.h and match.h. */
#include "app/http/match.h"
#include "app/http/range.h"
#include "app/http/session.h"
#include "app/http/url.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct route table[] = {
    { "GET", "/a", PERMIT_ANY, 0, NULL },
    { "POST", "/api/v1/b/{id}/c", PERMIT_ANY, ROUTE_SITE, NULL },
    { "GET", "/api/v1/{x}/{y}/{z}/{site}", PERMIT_ANY, 0, NULL },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
static const struct route *const tables[] = { table, NULL };

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

static void try_target(char *text) {
    struct exchange_input in = { 0 };
    const char *path = NULL;
    struct match m;
    if (url_parse(text, &path, &in, NULL)) return;
    demand(path[0] == '/' && text_utf8_valid(path, strlen(path)) && in.query_count <= EXCHANGE_QUERY_MAX);
    for (size_t i = 0; i < in.query_count; i++) demand(text_utf8_valid(in.query[i].value, strlen(in.query[i].value)));
    for (int board = 0; board < 2; board++) {
        match_route(tables, (struct match_side){ .board = board }, "GET", path, &m);
        demand((m.route != NULL) == (m.status == 0));
        for (size_t i = 0; i < m.param_count; i++) demand(url_is_segment(m.params[i].value, strlen(m.params[i].value)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    uint64_t from = 0, len = 0;
    struct sessions *sessions = NULL;
    struct exchange_user user;
    char *text = malloc(n + 1);
    if (!text || sessions_create(&sessions)) abort();
    if (n) memcpy(text, bytes, n);
    text[n] = '\0';
    if (range_read(text, 1000, &from, &len) == RANGE_PART) demand(len > 0 && from < 1000 && len <= 1000 - from);
    (void)range_etag_in(text, "\"e\"");
    demand(!sessions_find(sessions, text, (struct wall){ 0 }, &user));
    sessions_destroy(sessions);
    try_target(text);
    free(text);
    return 0;
}
