/* SPDX-License-Identifier: MIT */
/* The inside of an exchange's input: what the server parsed and exchange_param, exchange_query and exchange_header look into. Only the server
 * and the tests of routes need this header. Thread: whoever has the exchange. */
#ifndef SITELOG_HTTP_EXCHANGE_H
#define SITELOG_HTTP_EXCHANGE_H

#include "app/http/route.h"

struct exchange_pair {
    const char *name, *value;
};

#define EXCHANGE_PARAMS_MAX  5
#define EXCHANGE_QUERY_MAX   24
#define EXCHANGE_HEADERS_MAX 64
#define EXCHANGE_BODY_MAX    (4u << 20) /* bytes of a reply that is built in memory */

/* Borrowed texts; header names are compared without regard to case. */
struct exchange_input {
    struct exchange_pair params[EXCHANGE_PARAMS_MAX];
    size_t param_count;
    struct exchange_pair query[EXCHANGE_QUERY_MAX];
    size_t query_count;
    struct exchange_pair headers[EXCHANGE_HEADERS_MAX];
    size_t header_count;
};

/* A zeroed exchange with an empty reply. exchange_fini frees body, reply and state. */
void exchange_init(struct exchange *x, const struct exchange_input *input);
void exchange_fini(struct exchange *x);

/* An empty reply again; closes a stream or feed that was set. */
void exchange_reset_reply(struct exchange *x);

/* "Not Found". */
const char *exchange_status_text(int status);

#endif
