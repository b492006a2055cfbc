/* SPDX-License-Identifier: MIT */
/* The settings of head office's hub (hub.conf). Read-only after start. */
#ifndef SITELOG_CONF_HUB_CONF_H
#define SITELOG_CONF_HUB_CONF_H

#include "firmware/conf/hook_conf.h"

struct hub_conf {
    char org[41];
    char store_url[256];                 /* sqlite:DIR */
    char dir[256];                       /* the DIR of it, filled by hub_conf_read */
    char blobs_url[256], blobs_dir[256]; /* file:DIR; default {dir}/blobs */
    char http_listen[128], tls_cert[256], tls_key[256];
    char upload_listen[128]; /* "": tus on [http] listen */
    char feed_url[256], feed_user[64], feed_password[128], feed_ca[256], feed_cert[256], feed_key[256];
    char feed_host[256];           /* of feed_url, filled by hub_conf_read */
    int feed_port;                 /* likewise */
    int64_t office_silent_after_s; /* a board unheard for this long is silent */
    char office_timezone[64];      /* of sites that have no plan yet */
    char office_url[200];          /* of head office's pages, for links; "": none */
    char office_hooks[200];        /* folder of the webhooks' settings; "": none */
    int64_t office_hook_retry_max_s, office_hook_timeout_s;
    struct hook_conf hooks[HOOK_CONF_MAX]; /* filled by hub_conf_read */
    size_t hook_count;
    char log_level[16];
};

extern const struct conf_key hub_conf_keys[];
extern const size_t hub_conf_count;

MUST_CHECK int hub_conf_read(const char *path, struct hub_conf *out, struct buf *problems);

#endif
