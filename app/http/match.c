/* SPDX-License-Identifier: MIT */
/* Finds routes by walking all tables: some dozens of short patterns, cheaper than any request's first system call. Keeps no state. */
#include "app/http/match.h"

#include "app/http/url.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define API      "/api/v1"
#define API_SITE "/api/v1/sites/{site}"

static bool on_this_side(const struct route *r, struct match_side side) {
    if (((r->flags & ROUTE_CONTROL) != 0) != side.control) return false;
    if ((r->flags & ROUTE_HUB) && side.board) return false;
    return !((r->flags & ROUTE_BOARD) && !side.board);
}

/* The pattern as it stands at this program. */
static int full_pattern(const struct route *r, struct match_side side, char *out, size_t size) {
    if (!(r->flags & ROUTE_SITE) || side.board || !text_starts(r->pattern, API "/"))
        return text_copy(out, size, r->pattern);
    int n = snprintf(out, size, API_SITE "%s", r->pattern + strlen(API));
    return n > 0 && (size_t)n < size ? 0 : ERR_TOO_BIG;
}

static bool take_param(struct match *m, const char *name, size_t name_len, const char *value, size_t n) {
    if (m->param_count == EXCHANGE_PARAMS_MAX || name_len >= sizeof m->names[0] || !url_is_segment(value, n))
        return false;
    char *to = m->values[m->param_count];
    memcpy(to, value, n);
    to[n] = '\0';
    char *as = m->names[m->param_count];
    memcpy(as, name, name_len);
    as[name_len] = '\0';
    m->param_count++;
    return strcmp(as, "site") != 0 || ids_is_name(to);
}

/* Literal segments as bits, the first the highest; negative: does not fit. */
static long fit(const char *pattern, const char *path, struct match *m) {
    long score = 0;
    m->param_count = 0;
    for (unsigned depth = 0;; depth++) {
        if (*pattern != '/' || *path != '/' || depth > 15) return -1;
        size_t want = strcspn(++pattern, "/");
        size_t have = strcspn(++path, "/");
        if (want > 2 && pattern[0] == '{') {
            if (!take_param(m, pattern + 1, want - 2, path, have)) return -1;
        } else {
            if (want != have || memcmp(pattern, path, want) != 0) return -1;
            score |= 1L << (15 - depth);
        }
        pattern += want;
        path += have;
        if (*pattern == '\0' || *path == '\0') return *pattern == *path ? score : -1;
    }
}

static void add_allowed(char *allow, size_t size, const char *method) {
    if (strstr(allow, method)) return;
    size_t n = strlen(allow);
    (void)snprintf(allow + n, size - n, "%s%s%s", n ? ", " : "", method, strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

void match_route(const struct route *const *tables, struct match_side side, const char *method, const char *path,
                 struct match *out) {
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    long best = -1;
    struct match trial = { 0 };
    char allow[sizeof out->allow] = "";
    *out = (struct match){ .status = 404 };
    for (; *tables; tables++) {
        for (const struct route *r = *tables; r->method; r++) {
            char pattern[160];
            if (!on_this_side(r, side) || full_pattern(r, side, pattern, sizeof pattern)) continue;
            long score = fit(pattern, path, &trial);
            if (score < 0) continue;
            add_allowed(allow, sizeof allow, r->method);
            if (strcmp(r->method, wanted) != 0 || score <= best) continue;
            best = score;
            *out = trial;
            out->route = r;
            out->status = 0;
        }
    }
    for (size_t i = 0; i < out->param_count; i++)
        out->params[i] = (struct exchange_pair){ .name = out->names[i], .value = out->values[i] };
    if (!out->route && allow[0]) out->status = 405;
    memcpy(out->allow, allow, sizeof allow);
}
