/* SPDX-License-Identifier: MIT */
/* The table of the hub's settings, and what is worked out from them. Names what a later version will take, so that a setting
 * written for it is refused with that reason. */
#include "firmware/conf/hub_conf.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define TEXT(kind_, field)                                                                                             \
    .kind = (kind_), .offset = offsetof(struct hub_conf, field), .size = sizeof((struct hub_conf *)NULL)->field
#define INT(field, low, high) .kind = CONF_INT, .offset = offsetof(struct hub_conf, field), .min = (low), .max = (high)

static const char *refuse_store(const char *value) {
    return text_starts(value, "postgresql:") ? "PostgreSQL is not in this version; allowed: sqlite:DIR" : NULL;
}

static const char *refuse_blobs(const char *value) {
    return text_starts(value, "s3:") ? "an S3 store is not in this version; allowed: file:DIR" : NULL;
}

static const char *refuse_feed(const char *value) {
    return text_starts(value, "amqp")
               ? "AMQP is not in this version; allowed: mqtt://HOST[:PORT] or mqtts://HOST[:PORT]"
               : NULL;
}

/* clang-format off */
const struct conf_key hub_conf_keys[] = {
    { "hub", "org", TEXT(CONF_NAME, org), .help = "Organisation, the same at every board" },
    { "store", "url", TEXT(CONF_URL, store_url), .choices = "sqlite|postgresql", .fallback = "sqlite:/var/lib/sitelog-hub", .refuse = refuse_store, .help = "Where records are kept; postgresql is for a later version" },
    { "blobs", "url", TEXT(CONF_URL, blobs_url), .choices = "file|s3", .fallback = "", .refuse = refuse_blobs, .help = "Where photos are kept; none: the folder blobs in the store's; s3 is for a later version" },
    { "http", "listen", TEXT(CONF_LISTEN, http_listen), .fallback = "127.0.0.1:8081", .help = "Address of the dashboard and the API" },
    { "http", "tls_cert", TEXT(CONF_PATH, tls_cert), .fallback = "", .help = "Certificate chain (PEM) for HTTPS" },
    { "http", "tls_key", TEXT(CONF_PATH, tls_key), .fallback = "", .help = "Private key (PEM) for HTTPS" },
    { "upload", "listen", TEXT(CONF_LISTEN, upload_listen), .fallback = "", .help = "Address where boards send photos; none: that of [http]" },
    { "feed", "url", TEXT(CONF_URL, feed_url), .choices = "mqtt|mqtts|amqp", .fallback = "mqtt://127.0.0.1:1883", .refuse = refuse_feed, .help = "Broker that the boards speak to; amqp is for a later version" },
    { "feed", "user", TEXT(CONF_TEXT, feed_user), .fallback = "", .help = "User name at the broker" },
    { "feed", "password", TEXT(CONF_TEXT, feed_password), .fallback = "", .secret = true, .help = "Password at the broker" },
    { "feed", "ca", TEXT(CONF_PATH, feed_ca), .fallback = "", .help = "Certificate authority (PEM) for mqtts" },
    { "feed", "cert", TEXT(CONF_PATH, feed_cert), .fallback = "", .help = "The hub's certificate (PEM) for mqtts" },
    { "feed", "key", TEXT(CONF_PATH, feed_key), .fallback = "", .help = "The hub's private key (PEM) for mqtts" },
    { "office", "silent_after_s", INT(office_silent_after_s, 60, 604800), .fallback = "900", .unit = "s", .help = "A board unheard for this long within its hours is silent" },
    { "office", "timezone", TEXT(CONF_TZ, office_timezone), .fallback = "Asia/Shanghai", .help = "Time zone of sites that have no plan yet" },
    { "office", "url", TEXT(CONF_URL, office_url), .choices = "https|http", .fallback = "", .help = "Address of head office's pages as people open them, for links in messages" },
    { "office", "hooks", TEXT(CONF_PATH, office_hooks), .fallback = "", .help = "Folder of webhooks, a file NAME.conf each (board/hooks.d); none: no messages are sent" },
    { "office", "hook_retry_max_s", INT(office_hook_retry_max_s, 1, 3600), .fallback = "600", .unit = "s", .help = "Longest wait before a webhook is tried once more" },
    { "office", "hook_timeout_s", INT(office_hook_timeout_s, 1, 60), .fallback = "10", .unit = "s", .help = "How long a webhook's receiver has to answer" },
    { "log", "level", TEXT(CONF_CHOICE, log_level), .choices = "error|warn|info|debug", .fallback = "info", .help = "How much is logged" },
};
/* clang-format on */
const size_t hub_conf_count = TEXT_ARRAY_LEN(hub_conf_keys);

static int complain(struct buf *problems, const char *path, const char *text) {
    buf_addf(problems, "%s: %s\n", path ? path : "settings", text);
    return 1;
}

/* What two keys say together. Returns the number of problems. */
static int check_together(const char *path, const struct hub_conf *c, struct buf *problems) {
    int bad = 0;
    if (!*c->tls_cert != !*c->tls_key) {
        bad += complain(problems, path, "[http] tls_cert and tls_key: one is missing; give both or neither");
    }
    if (!*c->feed_cert != !*c->feed_key) {
        bad += complain(problems, path, "[feed] cert and key: one is missing; give both or neither");
    }
    if (*c->feed_password && !*c->feed_user) {
        bad += complain(problems, path, "[feed] user: missing, while password is given; give both or neither");
    }
    bool tls = text_starts(c->feed_url, "mqtts:");
    if (tls && !*c->feed_ca) {
        bad += complain(problems, path,
                        "[feed] ca: missing, while url is mqtts; give the authority of the broker's certificate");
    }
    if (!tls && (*c->feed_ca || *c->feed_cert)) {
        bad += complain(problems, path, "[feed] url: mqtt does not use ca, cert and key; write mqtts, or remove them");
    }
    return bad;
}

/* The folders that the two URLs name. */
static int work_out_dirs(const char *path, struct hub_conf *c, struct buf *problems) {
    if (text_copy(c->dir, sizeof c->dir, c->store_url + strlen("sqlite:")))
        return ERR_INVALID; /* can't be: it is shorter */
    if (*c->blobs_url) return text_copy(c->blobs_dir, sizeof c->blobs_dir, c->blobs_url + strlen("file:"));
    int n = snprintf(c->blobs_dir, sizeof c->blobs_dir, "%s/blobs", c->dir);
    if (n >= 0 && (size_t)n < sizeof c->blobs_dir) {
        n = snprintf(c->blobs_url, sizeof c->blobs_url, "file:%s", c->blobs_dir);
        if (n >= 0 && (size_t)n < sizeof c->blobs_url) return 0;
    }
    (void)complain(problems, path, "[store] url: too long for [blobs] url to be worked out; give [blobs] url");
    return ERR_INVALID;
}

/* Host and port of the feed's URL, whose form the table has checked: "mqtt://host:1883", "mqtts://[::1]". */
static int work_out_feed(struct hub_conf *c) {
    const char *host = strstr(c->feed_url, "://") + 3;
    size_t n = *host == '[' ? strcspn(++host, "]") : strcspn(host, ":/");
    const char *port_text = host + n + (host[n] == ']');
    int64_t port = text_starts(c->feed_url, "mqtts:") ? 8883 : 1883;
    char digits[8] = "";
    if (*port_text == ':') memcpy(digits, port_text + 1, strnlen(port_text + 1, sizeof digits - 1));
    digits[strcspn(digits, "/")] = '\0';
    if (n >= sizeof c->feed_host || (*digits && text_int(digits, 1, 65535, &port))) return ERR_INVALID; /* can't be */
    memcpy(c->feed_host, host, n);
    c->feed_port = (int)port;
    return 0;
}

int hub_conf_read(const char *path, struct hub_conf *out, struct buf *problems) {
    struct hub_conf c = { 0 };
    int r = conf_read(path, hub_conf_keys, hub_conf_count, &c, problems);
    if (r != 0) return r;
    if (check_together(path, &c, problems) > 0) return ERR_INVALID;
    r = work_out_feed(&c);
    if (r == 0) r = work_out_dirs(path, &c, problems);
    if (r == 0) r = hook_conf_read_all(c.office_hooks, c.hooks, &c.hook_count, problems);
    if (r != 0) return r;
    *out = c;
    return 0;
}
