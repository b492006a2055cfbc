/* SPDX-License-Identifier: MIT */
/* Settings: INI files by one table that documents, parses, checks and prints them.
 * SITELOG_<SECTION>_<KEY> in the environment (upper case) overrides a file's value.
 * Thread: start-up only; the structs are read-only afterwards. */
#ifndef SITELOG_CONF_CONF_H
#define SITELOG_CONF_CONF_H

#include "firmware/base/buf.h"

#include <stdbool.h>

enum conf_kind { CONF_TEXT, CONF_INT, CONF_NAME /* [a-z0-9-]{1,40} */, CONF_CHOICE, CONF_LISTEN /* host:port */, CONF_PATH, CONF_URL, CONF_TZ };

struct conf_key {
    const char *section, *key;
    enum conf_kind kind;
    size_t offset;               /* of the field in the settings struct: char[size] or int64_t */
    size_t size;                 /* bytes of a text field */
    int64_t min, max;            /* CONF_INT */
    const char *choices;         /* CONF_CHOICE: "hub|broker"; CONF_URL: allowed schemes "mqtt|mqtts|amqp" */
    const char *fallback;        /* default, as it would be written; NULL: it must be given */
    const char *unit;            /* for the help, or NULL */
    const char *help;            /* one line */
    bool secret;                 /* --print shows "(set)" */
};

/* Fills *settings (zeroed by the caller) from `path`. All problems of the file are reported, one line each, into *problems
 * ("file:line: [section] key: what is wrong; what is allowed"); unknown keys come with the nearest known one.
 * Errors: ERR_INVALID (see *problems), ERR_NOT_FOUND, ERR_DENIED, ERR_IO. */
MUST_CHECK int conf_read(const char *path, const struct conf_key *keys, size_t n, void *settings, struct buf *problems);

/* What is in force, as an INI file with each key's help as a comment. */
MUST_CHECK int conf_print(const struct conf_key *keys, size_t n, const void *settings, struct buf *out);

#endif
