/* SPDX-License-Identifier: MIT */
/* Which route a path and method belong to. Pure. Thread: any. */
#ifndef SITELOG_HTTP_MATCH_H
#define SITELOG_HTTP_MATCH_H

#include "app/http/exchange.h"

/* Where the request came in, and at which of the two programs. */
struct match_side {
    bool board;
    bool control;
};

struct match {
    const struct route *route;                        /* NULL: see status */
    int status;                                       /* 404, 405, or 0 when there is a route */
    char allow[40];                                   /* for 405: "GET, HEAD, POST" */
    struct exchange_pair params[EXCHANGE_PARAMS_MAX]; /* values point into `values` */
    size_t param_count;
    char values[EXCHANGE_PARAMS_MAX][65];
    char names[EXCHANGE_PARAMS_MAX][24];
};

/* HEAD finds GET. Of several patterns that fit, the one with literal segments further in front is taken. A route with ROUTE_SITE is, at the
 * hub, found below /api/v1/sites/{site}, and {site} is one of its parameters there. */
void match_route(const struct route *const *tables, struct match_side side, const char *method, const char *path,
                 struct match *out);

#endif
