/* SPDX-License-Identifier: MIT */
/* sitelogd: a board's daemon. */
#include "app/photo/vacate.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "firmware/runtime/cli.h"
#include "firmware/sitelogd/daemon.h"

static int read_conf(const char *path, void *settings, struct buf *problems) {
    return board_conf_read(path, settings, problems);
}

/* A move that a power cut came into is gone on with; the settings may say the old site still. */
static int finish_move(const char *config, struct board_conf *conf) {
    struct depot_options o = { .org = conf->org,
                               .writer = conf->board,
                               .timezone = conf->timezone,
                               .dir = conf->dir,
                               .reserve_percent = conf->reserve_percent };
    struct err_text e = { 0 };
    struct vacate v;
    int rc = vacate_finish(&o, config, &v, &e);
    if (rc == ERR_NOT_FOUND) return 0;
    if (rc == ERR_CONFLICT) {
        log_warn("%s", e.text);
        return 0;
    }
    if (rc) {
        log_error("the move to another site cannot be finished: %s; mend that and start again: it goes on from there",
                  e.text);
        return rc;
    }
    log_info("this board was emptied, and is of site %s now", v.to);
    return text_copy(conf->site, sizeof conf->site, v.to);
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
    if (finish_move(cli_config(argc, argv, cli.config_default), &conf)) return CLI_EXIT_FAILURE;
    if (daemon_run(&conf, &e)) {
        log_error("%s", e.text);
        return CLI_EXIT_FAILURE;
    }
    return CLI_EXIT_OK;
}
