/* SPDX-License-Identifier: MIT */
/* sitelog-hub: head office. */
#include "firmware/base/log.h"
#include "firmware/runtime/cli.h"
#include "firmware/sitelog-hub/hub.h"

static int read_conf(const char *path, void *settings, struct buf *problems) {
    return hub_conf_read(path, settings, problems);
}

int main(int argc, char **argv) {
    struct hub_conf conf = { 0 };
    const struct cli cli = { .program = "sitelog-hub",
                             .what = "head office: takes in what boards send, shows it, and sends plans down",
                             .config_default = "/etc/sitelog/hub.conf",
                             .keys = hub_conf_keys,
                             .key_count = hub_conf_count,
                             .read = read_conf };
    int code = cli_start(&cli, argc, argv, &conf);
    if (code >= 0) return code;
    struct err_text e = { 0 };
    if (hub_run(&conf, &e)) {
        log_error("%s", e.text);
        return CLI_EXIT_FAILURE;
    }
    return CLI_EXIT_OK;
}
