/* SPDX-License-Identifier: MIT */
/* The hub's webhooks: one small INI file each, NAME.conf in the folder that [office] hooks names, with one section [hook]. A file of its own for
 * each hook, because its URL is a secret (whoever knows it may write to that chat): such a file belongs to root:sitelog-hub, mode 640. Neither
 * the URL's path nor a secret is ever printed or logged. board/hooks.d/ has an example of each format.
 * Thread: start-up only; the structs are read-only afterwards. */
#ifndef SITELOG_CONF_HOOK_CONF_H
#define SITELOG_CONF_HOOK_CONF_H

#include "firmware/conf/conf.h"

#define HOOK_CONF_MAX       16
#define HOOK_CONF_NO_DIGEST (-1)

enum hook_format { HOOK_JSON, HOOK_WECOM, HOOK_DINGTALK, HOOK_FEISHU };

/* Of alerts, as bits: 1 << level. */
enum hook_level { HOOK_SITE, HOOK_OFFICE, HOOK_EXECUTIVE, HOOK_LEVELS };
extern const char *const hook_level_names[HOOK_LEVELS];

struct hook_conf {
    char name[41]; /* of the file, without .conf */
    char url[256], secret_file[256], ca[256];
    char format_name[16], language[8], levels_text[64], digest_text[8];
    /* worked out */
    enum hook_format format;
    char host[128];   /* of the URL, with its port: what may be shown */
    char secret[129]; /* what secret_file holds, without white space around it; "": none */
    unsigned levels;  /* which alerts; 0: none */
    int digest_min;   /* minutes since midnight at which the digest is due; HOOK_CONF_NO_DIGEST */
    bool zh;          /* Chinese; else English */
};

extern const struct conf_key hook_conf_keys[];
extern const size_t hook_conf_count;

/* All hooks of a folder, by name. dir "": none. Problems go into *problems, one line each. ERR_INVALID (see *problems), ERR_NOMEM. */
MUST_CHECK int hook_conf_read_all(const char *dir, struct hook_conf out[HOOK_CONF_MAX], size_t *n,
                                  struct buf *problems);

/* "site,executive" for people, from its bits; at most 32 bytes. */
void hook_conf_levels(unsigned levels, char out[32]);

#endif
