/* SPDX-License-Identifier: MIT */
/* The buzzer, which sounds by itself when it has power. chip, line: hal/line.h. When it is on is app/signal's business.
 * Thread: all calls on one buzzer from one thread; nothing blocks. */
#ifndef SITELOG_HAL_BUZZER_H
#define SITELOG_HAL_BUZZER_H

#include "firmware/base/err.h"

#include <stdbool.h>

struct buzzer;

/* Off to begin with. Errors: as line_open. Owns: caller; buzzer_close switches it off, and takes NULL. */
MUST_CHECK int buzzer_open(const char *chip, const char *line, struct buzzer **out, struct err_text *e);
void buzzer_close(struct buzzer *buzzer);

/* ERR_GONE: close it, and open it again later. */
MUST_CHECK int buzzer_set(struct buzzer *buzzer, bool on);

#endif
