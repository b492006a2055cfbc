/* SPDX-License-Identifier: MIT */
/* All resources, one table each. */
#include "app/http/route.h"

extern const struct route route_session[];
extern const struct route route_live[];

const struct route *const route_tables[] = {
    route_session,
    route_live,
    NULL,
};
