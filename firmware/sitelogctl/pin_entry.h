/* SPDX-License-Identifier: MIT */
/* Where a PIN comes from at the command line: asked for, read, or made. Thread: main. */
#ifndef SITELOG_SITELOGCTL_PIN_ENTRY_H
#define SITELOG_SITELOGCTL_PIN_ENTRY_H

#include "firmware/base/err.h"

#include <stdbool.h>

#define PIN_ENTRY_MIN  4  /* digits */
#define PIN_ENTRY_MAX  12 /* digits */
#define PIN_ENTRY_SIZE (PIN_ENTRY_MAX + 1)

/* Digits only, and as many as a PIN has. Pure. ERR_INVALID; *e says what is allowed, and not what was given. */
MUST_CHECK int pin_entry_check(const char *pin, struct err_text *e);

/* One that everybody tries first: 1111, 1234, 1212, a year. Pure. */
bool pin_entry_trivial(const char *pin);

/* Four random digits, not trivial. */
void pin_entry_make(char out[PIN_ENTRY_SIZE]);

/* Asks twice on the terminal, without echo. ERR_NOT_FOUND: there is no terminal. ERR_INVALID: twice something else, or no PIN. Blocks. */
MUST_CHECK int pin_entry_ask(const char *who, char out[PIN_ENTRY_SIZE], struct err_text *e);

/* The first line of stdin. ERR_INVALID. Blocks. */
MUST_CHECK int pin_entry_read(char out[PIN_ENTRY_SIZE], struct err_text *e);

#endif
