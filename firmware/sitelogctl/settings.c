/* SPDX-License-Identifier: MIT */
/* Which settings: a board's or head office's, told apart by the sections of the file. What the keys may be is firmware/conf's business. */
#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "firmware/sitelogctl/ctl.h"

#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOARD_DEFAULT "/etc/sitelog/sitelogd.conf"
#define HUB_DEFAULT   "/etc/sitelog/hub.conf"

enum { FILE_MAX = 64 * 1024, PROBLEMS_MAX = 64 * 1024 };

/* What is wrong with the choice of the file. */
static int PRINTF_LIKE(2, 3) wrong(struct ctl *c, const char *format, ...) {
    struct err_text e = { .code = ERR_INVALID };
    va_list args;
    va_start(args, format);
    (void)vsnprintf(e.text, sizeof e.text, format, args);
    va_end(args);
    return ctl_fail(c, &e) ? CTL_USAGE : CTL_OK;
}

static bool has_section(const char *text, const char *section) {
    size_t n = strlen(section);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += line[0] == '\n';
        const char *p = line + strspn(line, " \t\r");
        if (strncmp(p, section, n) == 0) return true;
    }
    return false;
}

/* c->hub by what the file at `path` holds. */
static int recognise(struct ctl *c, const char *path) {
    struct err_text e = { 0 };
    struct buf text;
    buf_init(&text, FILE_MAX);
    int rc = file_read(path, &text, &e);
    bool board = !rc && text.data && has_section(text.data, "[board]");
    bool hub = !rc && text.data && has_section(text.data, "[hub]");
    buf_fini(&text);
    if (rc) return wrong(c, "%s", e.text);
    if (board == hub) /* neither: containers give everything by the environment */
        board = !hub && getenv("SITELOG_BOARD_ID"), hub = !hub && !board && getenv("SITELOG_HUB_ORG");
    if (board == hub)
        return ctl_usage(
            c, NULL,
            "%s: it must have either a section [board] (a board's settings, as sitelogd.conf) or a section "
            "[hub] (head office's, as hub.conf)",
            path);
    c->hub = hub;
    return CTL_OK;
}

static int choose_default(struct ctl *c, const char **path) {
    bool board = access(BOARD_DEFAULT, F_OK) == 0, hub = access(HUB_DEFAULT, F_OK) == 0;
    if (board && hub) return wrong(c, "both %s and %s are here: say which one by --config", BOARD_DEFAULT, HUB_DEFAULT);
    if (!board && !hub)
        return wrong(c, "neither %s nor %s is here: make one, or give another one by --config", BOARD_DEFAULT,
                     HUB_DEFAULT);
    *path = board ? BOARD_DEFAULT : HUB_DEFAULT;
    return CTL_OK;
}

static void tell_problems(struct ctl *c, const char *path, int rc, const struct buf *problems) {
    if (!c->json) {
        (void)fprintf(stderr, "sitelogctl: the settings are wrong:\n%s", problems->len ? problems->data : "");
        if (!problems->len) (void)fprintf(stderr, "%s: %s\n", path, err_name(rc));
        return;
    }
    ctl_json_begin(c, false);
    json_put_text(&c->w, "error", "the settings are wrong");
    json_open(&c->w, "problems", '[');
    for (const char *p = problems->data; p && *p;) {
        char line[1024];
        size_t n = strcspn(p, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)n, p);
        json_put_text(&c->w, NULL, line);
        p += n + (p[n] == '\n');
    }
    json_close(&c->w, ']');
    ctl_json_end(c);
}

static void fill(struct ctl *c) {
    c->program = c->hub ? "sitelog-hub" : "sitelogd";
    c->org = c->hub ? c->head.org : c->board.org;
    c->site = c->hub ? NULL : c->board.site;
    c->writer = c->hub ? "hub" : c->board.board;
    c->dir = c->hub ? c->head.dir : c->board.dir;
    c->timezone = c->hub ? c->head.office_timezone : c->board.timezone;
}

int settings_read(struct ctl *c, const char *path) {
    int code = path ? CTL_OK : choose_default(c, &path);
    if (!code) code = recognise(c, path);
    if (code) return code;
    struct buf problems;
    buf_init(&problems, PROBLEMS_MAX);
    int rc = c->hub ? hub_conf_read(path, &c->head, &problems) : board_conf_read(path, &c->board, &problems);
    if (rc) tell_problems(c, path, rc, &problems);
    buf_fini(&problems);
    if (rc) return CTL_USAGE;
    c->config = path;
    fill(c);
    return CTL_OK;
}

int settings_become_owner(const struct ctl *c, struct err_text *e) {
    struct stat st;
    if (geteuid() != 0 || stat(c->dir, &st) != 0 || (st.st_uid == 0 && st.st_gid == 0)) return 0;
    /* With the groups that its user has: doctor asks what the daemon may open. */
    char text[4096];
    struct passwd entry, *owner = NULL;
    (void)getpwuid_r(st.st_uid, &entry, text, sizeof text, &owner);
    int groups = owner ? initgroups(owner->pw_name, st.st_gid) : setgroups(0, NULL);
    if (groups || setgid(st.st_gid) || setuid(st.st_uid))
        return err_set(e, ERR_DENIED, "cannot work as the owner of %s; run this as that user", c->dir);
    return 0;
}
