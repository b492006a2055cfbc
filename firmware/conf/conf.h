/* SPDX-License-Identifier: MIT */
/* Settings: INI files by one table that documents, parses, checks and prints them.
 * SITELOG_<SECTION>_<KEY> in the environment (upper case) overrides a file's value.
 * Lines have at most 198 bytes; ';' or '#' begins a comment line, and " ;" a comment behind a value.
 * Thread: start-up only; the structs are read-only afterwards. */
#ifndef SITELOG_CONF_CONF_H
#define SITELOG_CONF_CONF_H

#include "firmware/base/buf.h"

#include <stdbool.h>

enum conf_kind {
    CONF_TEXT,
    CONF_INT,
    CONF_NAME /* [a-z0-9-]{1,40} */,
    CONF_CHOICE,
    CONF_LISTEN /* host:port */,
    CONF_PATH,
    CONF_URL,
    CONF_TZ
};

struct conf_key {
    const char *section, *key;
    enum conf_kind kind;
    size_t offset;        /* of the field in the settings struct: char[size] or int64_t */
    size_t size;          /* bytes of a text field */
    int64_t min, max;     /* CONF_INT */
    const char *choices;  /* CONF_CHOICE: "hub|broker"; CONF_URL: allowed schemes "mqtt|mqtts|amqp" */
    const char *fallback; /* default, as it would be written; NULL: it must be given; "": it may be empty */
    const char *unit;     /* for the help, or NULL */
    const char *help;     /* one line */
    bool secret;          /* --print shows "(set)" */
    const char *(*refuse)(
        const char *value); /* of a value that has the kind's form: NULL, or what is wrong and what is allowed */
};

/* Fills *settings (zeroed by the caller) from `path` (NULL: defaults and environment only). All problems of the file are
 * reported, one line each, into *problems ("file:line: [section] key: what is wrong; what is allowed"; "environment: …" for
 * overrides); unknown keys come with the nearest known one. No secret's value is repeated there.
 * Errors: ERR_INVALID (see *problems), ERR_NOT_FOUND, ERR_DENIED, ERR_IO, ERR_NOMEM. */
MUST_CHECK int conf_read(const char *path, const struct conf_key *keys, size_t n, void *settings, struct buf *problems);

/* What is in force, as an INI file with each key's help as a comment. ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK int conf_print(const struct conf_key *keys, size_t n, const void *settings, struct buf *out);

/* Parts of a CONF_LISTEN value: "127.0.0.1:8080" or "[::1]:0" (host then without brackets). ERR_INVALID, also when the host
 * does not fit. */
MUST_CHECK int conf_split_listen(const char *text, char *host, size_t host_size, int *port);

#endif
