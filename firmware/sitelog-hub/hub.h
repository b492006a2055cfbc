/* SPDX-License-Identifier: MIT */
/* Head office's hub, put together. Thread: main. */
#ifndef SITELOG_SITELOG_HUB_HUB_H
#define SITELOG_SITELOG_HUB_HUB_H

#include "firmware/conf/hub_conf.h"

/* Starts everything, runs until SIGTERM or SIGINT, stops everything. ERR_… with *e when it could not start. */
MUST_CHECK int hub_run(const struct hub_conf *conf, struct err_text *e);

#endif
