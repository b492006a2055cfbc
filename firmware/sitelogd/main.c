/* SPDX-License-Identifier: MIT */
/* sitelogd: a board's daemon. */
#include "firmware/base/log.h"
#include "firmware/runtime/cli.h"
#include "firmware/sitelogd/daemon.h"

static int read_conf(const char *path, void *settings, struct buf *problems) {
    return board_conf_read(path, settings, problems);
}

int main(int argc, char **argv) {
    struct board_conf conf = { 0 };
    const struct cli cli = { .program = "sitelogd",
                             .what = "a board's daemon: journal, screens, and the link to head office",
                             .config_default = "/etc/sitelog/sitelogd.conf",
                             .keys = board_conf_keys,
                             .key_count = board_conf_count,
                             .read = read_conf };
    int code = cli_start(&cli, argc, argv, &conf);
    if (code >= 0) return code;
    struct err_text e = { 0 };
    if (daemon_run(&conf, &e)) {
        log_error("%s", e.text);
        return CLI_EXIT_FAILURE;
    }
    return CLI_EXIT_OK;
}
