/* SPDX-License-Identifier: MIT */
/* A board, put together. Thread: main. */
#ifndef SITELOG_SITELOGD_DAEMON_H
#define SITELOG_SITELOGD_DAEMON_H

#include "firmware/conf/board_conf.h"

/* Starts everything, runs until SIGTERM or SIGINT, stops everything. ERR_… with *e when it could not start. */
MUST_CHECK int daemon_run(const struct board_conf *conf, struct err_text *e);

#endif
