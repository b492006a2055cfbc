/* SPDX-License-Identifier: MIT */
/* sitelogctl: the installer's and operator's command line. Finds the command; the cmd_….c files do the work. */
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "firmware/runtime/cli.h"
#include "firmware/sitelogctl/ctl.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct ctl_command *const commands[] = {
    &cmd_init,   &cmd_user_add, &cmd_user_list, &cmd_user_lock, &cmd_user_unlock,  &cmd_status, &cmd_doctor,
    &cmd_verify, &cmd_rebuild,  &cmd_photo_add, &cmd_move,      &cmd_board_accept, &cmd_export
};

static void help(void) {
    printf("sitelogctl: sets up, looks after and checks a Sitelog board or head office\n\n"
           "usage: sitelogctl [--config FILE] [--json] COMMAND …\n\n");
    for (size_t i = 0; i < TEXT_ARRAY_LEN(commands); i++) printf("  %-12s %s\n", commands[i]->name, commands[i]->what);
    printf("\n"
           "  --config FILE  settings of a board (with [board]) or of head office (with [hub]); without it the one of\n"
           "                 /etc/sitelog/sitelogd.conf and /etc/sitelog/hub.conf that is there. "
           "SITELOG_<SECTION>_<KEY> in the\n"
           "                 environment overrides a key\n"
           "  --json         print one JSON object on stdout: {\"ok\":true|false, …}; \"error\" says why it could not "
           "be done.\n"
           "                 `sitelogctl COMMAND --help` names the other members\n"
           "  --version, --help\n\n"
           "While the daemon runs, it does the work (over control.sock in the data folder, for root and its own user); "
           "while it\n"
           "does not, the files are opened here.\n\n"
           "Exit: 0 done; 1 found something wrong, or could not do it; 2 wrong arguments or settings; 3 another "
           "program holds the\n"
           "data folder and does not answer.\n");
}

static void help_on(const struct ctl_command *m) {
    printf("usage: sitelogctl [--config FILE] [--json] %s %s\n\n%s\n", m->name, m->arguments, m->what);
    if (m->more) printf("\n%s", m->more);
    printf("\nwith --json: ok, %s\n", m->json);
}

/* How many arguments the command's name takes up; 0: this is not it. */
static int fits(const struct ctl_command *m, int argc, char **argv) {
    size_t first = strcspn(m->name, " ");
    if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], m->name, first) != 0) return 0;
    if (!m->name[first]) return 1;
    return argc >= 2 && strcmp(argv[1], m->name + first + 1) == 0 ? 2 : 0;
}

static int unknown(struct ctl *c, int argc, char **argv) {
    const struct ctl_command *nearest = NULL;
    unsigned best = 3;
    if (argc == 0) return ctl_usage(c, NULL, "a command is missing");
    if (argv[0][0] == '-') return ctl_usage(c, NULL, "there is no option %.60s", argv[0]);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(commands); i++) {
        char name[40], *second = NULL;
        text_clip(name, sizeof name, commands[i]->name);
        if ((second = strchr(name, ' '))) *second++ = '\0';
        unsigned distance = text_distance(argv[0], name);
        if (second && argc > 1) distance += text_distance(argv[1], second);
        if (distance < best) best = distance, nearest = commands[i];
    }
    const char *word = argc > 1 && argv[1][0] != '-' ? argv[1] : "";
    return ctl_usage(c, NULL, "there is no command %.40s%s%.40s%s%s%s", argv[0], word[0] ? " " : "", word,
                     nearest ? "; did you mean " : "", nearest ? nearest->name : "", nearest ? "?" : "");
}

/* Takes --config and --json out, wherever they stand; *wants_help likewise. What is behind "--" is left alone. */
static int take_common(struct ctl *c, int *argc, char **argv, const char **config, bool *wants_help) {
    int kept = 0, i = 0;
    for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            c->json = true;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *wants_help = true;
        } else if (text_starts(argv[i], "--config=")) {
            *config = argv[i] + strlen("--config=");
        } else if (strcmp(argv[i], "--config") == 0) {
            if (i + 1 == *argc) return ctl_usage(c, NULL, "--config wants a FILE");
            *config = argv[++i];
        } else {
            argv[kept++] = argv[i];
        }
    }
    while (i < *argc) argv[kept++] = argv[i++];
    *argc = kept;
    return CTL_OK;
}

static int start(struct ctl *c, int argc, char **argv) {
    const char *config = NULL;
    const struct ctl_command *m = NULL;
    bool wants_help = false;
    int words = 0;
    int code = take_common(c, &argc, argv, &config, &wants_help);
    if (code) return code;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(commands) && !words; i++) {
        m = commands[i];
        words = fits(m, argc, argv);
    }
    if (wants_help) {
        if (words)
            help_on(m);
        else
            help();
        return CTL_OK;
    }
    if (argc == 1 && strcmp(argv[0], "--version") == 0) {
        printf("sitelogctl %s\n", cli_version);
        return CTL_OK;
    }
    if (!words) return unknown(c, argc, argv);
    code = settings_read(c, config);
    return code ? code : m->run(c, argc - words, argv + words);
}

int main(int argc, char **argv) {
    struct ctl c = { 0 };
    (void)setlocale(LC_CTYPE, "");
    log_set_level(LOG_LEVEL_WARN);
    int code = start(&c, argc - 1, argv + 1);
    if (fflush(stdout) != 0) {
        (void)fprintf(stderr, "sitelogctl: the output could not be written\n");
        if (!code) code = CTL_FAILED;
    }
    return code;
}
