/* SPDX-License-Identifier: MIT */
/* The hub's photo receiver (sync/hub/tus.h) as a raw part of the URL space. Thread: see server.h. */
#ifndef SITELOG_HTTP_ROUTE_TUS_H
#define SITELOG_HTTP_ROUTE_TUS_H

#include "app/http/server.h"

struct tus;

/* Borrows tus, which outlives the server. */
struct server_raw route_tus(struct tus *tus);

#endif
