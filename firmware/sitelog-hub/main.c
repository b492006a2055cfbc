/* SPDX-License-Identifier: MIT */
/* sitelog-hub: head office. */
#include "firmware/base/log.h"
#include "firmware/runtime/cli.h"
#include "firmware/sitelog-hub/hub.h"

static int read_conf(const char *path, void *settings, struct buf *problems) {
    return hub_conf_read(path, settings, problems);
}

/* The webhooks, each of which has a file of its own. */
static void print_hooks(const void *settings, struct buf *out) {
    const struct hub_conf *c = settings;
    char levels[32];
    for (size_t i = 0; i < c->hook_count; i++) {
        const struct hook_conf *h = &c->hooks[i];
        hook_conf_levels(h->levels, levels);
        (void)buf_addf(out, "%s# webhook %s: format %s, at %s, %s, levels %s, digest %s, language %s\n", i ? "" : "\n",
                       h->name, h->format_name, h->host, h->secret[0] ? "signed" : "not signed", levels, h->digest_text,
                       h->language);
    }
}

int main(int argc, char **argv) {
    struct hub_conf conf = { 0 };
    const struct cli cli = { .program = "sitelog-hub",
                             .what = "head office: takes in what boards send, shows it, and sends plans down",
                             .config_default = "/etc/sitelog/hub.conf",
                             .keys = hub_conf_keys,
                             .key_count = hub_conf_count,
                             .read = read_conf,
                             .print_more = print_hooks };
    int code = cli_start(&cli, argc, argv, &conf);
    if (code >= 0) return code;
    struct err_text e = { 0 };
    if (hub_run(&conf, &e)) {
        log_error("%s", e.text);
        return CLI_EXIT_FAILURE;
    }
    return CLI_EXIT_OK;
}
