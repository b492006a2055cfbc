/* SPDX-License-Identifier: MIT */
/* Keeps the sessions in memory in step with who may sign in. Thread: the loop's. */
#ifndef SITELOG_RUNTIME_PEOPLE_H
#define SITELOG_RUNTIME_PEOPLE_H

#include "firmware/runtime/runtime.h"

/* At start: all people and all sessions. Waits for the reader. */
MUST_CHECK int people_load(struct runtime *r, struct err_text *e);

/* After commits: whoever changed. Does not block. */
void people_refresh(struct runtime *r);

#endif
