/* SPDX-License-Identifier: MIT */
/* Arguments of the daemons. */
#include "firmware/runtime/cli.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#ifndef SITELOG_VERSION
#define SITELOG_VERSION "unknown"
#endif

const char cli_version[] = SITELOG_VERSION;

enum { PROBLEMS_MAX = 64 * 1024, PRINT_MAX = 256 * 1024 };

static void print_help(const struct cli *cli) {
    printf("%s: %s\n\n"
           "usage: %s [--config FILE] [--check | --print]\n\n"
           "  --config FILE  settings (default %s); SITELOG_<SECTION>_<KEY> in the environment overrides a key\n"
           "  --check        check the settings and stop: 0 when they are good, 2 when not\n"
           "  --print        print the settings in force, with what each means, and stop\n"
           "  --version      print the version and stop\n"
           "  --help         print this and stop\n\n"
           "It stays in the foreground, logs to stderr, says READY to systemd, and stops cleanly on SIGTERM.\n"
           "Exit: 0 stopped or asked something, 1 failure, 2 a wrong argument or setting.\n",
           cli->program, cli->what, cli->program, cli->config_default);
}

static int print_settings(const struct cli *cli, const void *settings) {
    struct buf out;
    buf_init(&out, PRINT_MAX);
    int rc = conf_print(cli->keys, cli->key_count, settings, &out);
    if (rc == 0 && cli->print_more) cli->print_more(settings, &out);
    if (rc == 0) rc = out.error;
    if (rc == 0)
        (void)fputs(out.data ? out.data : "", stdout);
    else
        (void)fprintf(stderr, "%s: %s\n", cli->program, err_name(rc));
    buf_fini(&out);
    return rc ? CLI_EXIT_FAILURE : CLI_EXIT_OK;
}

static bool read_settings(const struct cli *cli, const char *path, void *settings) {
    struct buf problems;
    buf_init(&problems, PROBLEMS_MAX);
    int rc = cli->read(path, settings, &problems);
    if (rc) {
        if (problems.len)
            (void)fputs(problems.data, stderr);
        else
            (void)fprintf(stderr, "%s: %s: %s\n", cli->program, path, err_name(rc));
        if (problems.len && problems.data[problems.len - 1] != '\n') (void)fputc('\n', stderr);
    }
    buf_fini(&problems);
    return rc == 0;
}

const char *cli_config(int argc, char **argv, const char *fallback) {
    const char *config = fallback;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            config = argv[++i];
        else if (text_starts(argv[i], "--config="))
            config = argv[i] + strlen("--config=");
    }
    return config;
}

int cli_start(const struct cli *cli, int argc, char **argv, void *settings) {
    const char *config = cli->config_default;
    bool check = false, print = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            config = argv[++i];
        else if (text_starts(argv[i], "--config="))
            config = argv[i] + strlen("--config=");
        else if (strcmp(argv[i], "--check") == 0)
            check = true;
        else if (strcmp(argv[i], "--print") == 0)
            print = true;
        else if (strcmp(argv[i], "--help") == 0) {
            print_help(cli);
            return CLI_EXIT_OK;
        } else if (strcmp(argv[i], "--version") == 0) {
            printf("%s %s\n", cli->program, cli_version);
            return CLI_EXIT_OK;
        } else {
            const char *wrong =
                strcmp(argv[i], "--config") == 0 ? "needs a file behind it" : "is no argument that it knows";
            (void)fprintf(stderr, "%s: %s %s; see %s --help\n", cli->program, argv[i], wrong, cli->program);
            return CLI_EXIT_SETTING;
        }
    }
    if (!read_settings(cli, config, settings)) return CLI_EXIT_SETTING;
    if (print) return print_settings(cli, settings);
    if (check) {
        printf("%s: good\n", config);
        return CLI_EXIT_OK;
    }
    return -1;
}
