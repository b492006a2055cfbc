/* SPDX-License-Identifier: MIT */
/* The lamp beside the button. chip, line: hal/line.h. When it is on is app/signal's business.
 * Thread: all calls on one lamp from one thread; nothing blocks. */
#ifndef SITELOG_HAL_LAMP_H
#define SITELOG_HAL_LAMP_H

#include "firmware/base/err.h"

#include <stdbool.h>

struct lamp;

/* Off to begin with. Errors: as line_open. Owns: caller; lamp_close switches it off, and takes NULL. */
MUST_CHECK int lamp_open(const char *chip, const char *line, struct lamp **out, struct err_text *e);
void lamp_close(struct lamp *lamp);

/* ERR_GONE: close it, and open it again later. */
MUST_CHECK int lamp_set(struct lamp *lamp, bool on);

#endif
