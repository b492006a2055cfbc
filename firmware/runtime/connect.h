/* SPDX-License-Identifier: MIT */
/* Remembers how many connections were made, so that no later run uses a count again: a greeting that is answered late must not be taken for
 * the answer to another one. Thread: any; does not block. */
#ifndef SITELOG_RUNTIME_CONNECT_H
#define SITELOG_RUNTIME_CONNECT_H

#include "app/http/app.h"

void connect_save(struct app *app, int64_t connect);

#endif
