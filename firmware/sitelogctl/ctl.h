/* SPDX-License-Identifier: MIT */
/* What the commands of sitelogctl share: the settings they work on, how they print, and how they end. Thread: main. */
#ifndef SITELOG_SITELOGCTL_CTL_H
#define SITELOG_SITELOGCTL_CTL_H

#include "firmware/base/json.h"
#include "firmware/conf/board_conf.h"
#include "firmware/conf/hub_conf.h"

/* Exit codes; --help documents them. */
#define CTL_OK     0
#define CTL_FAILED 1 /* found something wrong, or could not do it */
#define CTL_USAGE  2 /* wrong arguments or settings */
#define CTL_SILENT 3 /* another program holds the folder's lock and does not answer */

struct ctl {
    bool json;
    bool hub;           /* these are head office's settings, not a board's */
    const char *config; /* path of the settings */
    struct board_conf board;
    struct hub_conf head;
    /* of either */
    const char *org, *site /* NULL at the hub */, *writer, *dir, *timezone, *program;
    struct buf out; /* with --json: the object under way */
    struct json_out w;
};

struct ctl_command {
    const char *name, *arguments, *what;              /* "user add", "ID --name N …", one line */
    int (*run)(struct ctl *c, int argc, char **argv); /* arguments after the name. Returns the exit code */
    const char *json;                                 /* members of what --json prints */
    const char *more;                                 /* options and remarks, lines indented by two; or NULL */
};

extern const struct ctl_command cmd_init, cmd_user_add, cmd_user_list, cmd_user_lock, cmd_user_unlock, cmd_status,
    cmd_doctor, cmd_verify, cmd_rebuild, cmd_photo_add, cmd_move, cmd_board_accept, cmd_export;

/* ---- settings (settings.c) ---- */

/* Reads the settings; path NULL: the installed ones. What is wrong is printed. Returns CTL_OK or CTL_USAGE. */
MUST_CHECK int settings_read(struct ctl *c, const char *path);

/* Works as the owner of the data folder where it may (root), so that the daemon can use what is made. */
MUST_CHECK int settings_become_owner(const struct ctl *c, struct err_text *e);

/* ---- printing (ctl.c) ---- */

/* For people, on stdout; nothing with --json. */
void ctl_say(const struct ctl *c, const char *format, ...) PRINTF_LIKE(2, 3);

/* The object that --json prints: {"ok":…, what the caller puts into c->w, }. ctl_json_end prints it; neither does anything without --json. */
void ctl_json_begin(struct ctl *c, bool ok);
void ctl_json_end(struct ctl *c);

/* Tells what went wrong, on stderr for people, as {"ok":false,"error":…} for --json. Returns the exit code that belongs to e->code. */
MUST_CHECK int ctl_fail(struct ctl *c, const struct err_text *e);

/* The same for wrong arguments: exit code 2. */
MUST_CHECK int ctl_usage(struct ctl *c, const struct ctl_command *command, const char *format, ...) PRINTF_LIKE(3, 4);

/* ---- arguments (ctl.c) ---- */

struct ctl_option {
    const char *name;   /* "--name" */
    const char **value; /* takes the next argument; NULL: a flag */
    bool *flag;
};

/* Takes options out of argv; what is left, in its order, are *argc words in argv. CTL_OK, or CTL_USAGE (told). options ends with a NULL name. */
MUST_CHECK int ctl_options(struct ctl *c, const struct ctl_command *command, const struct ctl_option *options,
                           int *argc, char **argv);

#endif
