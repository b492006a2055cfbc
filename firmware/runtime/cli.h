/* SPDX-License-Identifier: MIT */
/* The command line that both daemons understand: --config F [--check | --print], --help, --version. Thread: start-up. */
#ifndef SITELOG_RUNTIME_CLI_H
#define SITELOG_RUNTIME_CLI_H

#include "firmware/conf/conf.h"

#define CLI_EXIT_OK      0
#define CLI_EXIT_FAILURE 1
#define CLI_EXIT_SETTING 2

struct cli {
    const char *program, *what; /* "sitelogd", one line that says what it is */
    const char *config_default; /* "/etc/sitelog/sitelogd.conf" */
    const struct conf_key *keys;
    size_t key_count;
    /* board_conf_read or hub_conf_read behind one type. */
    int (*read)(const char *path, void *settings, struct buf *problems);
    /* What --print adds, as comments; or NULL. */
    void (*print_more)(const void *settings, struct buf *out);
};

/* Reads the arguments and the settings. Returns -1 to go on (the settings are filled), else the exit code: 0 after --help, --version, --check
 * and --print, 2 for a wrong argument or setting (told on stderr, one line each). */
int cli_start(const struct cli *cli, int argc, char **argv, void *settings);

/* The settings' path that the arguments say, else fallback. */
const char *cli_config(int argc, char **argv, const char *fallback);

/* The version that was built. */
extern const char cli_version[];

#endif
