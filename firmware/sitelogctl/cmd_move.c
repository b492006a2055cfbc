/* SPDX-License-Identifier: MIT */
/* sitelogctl move: the board leaves its site for another one and is emptied, once head office has received everything. The daemon says whether it has; the
 * emptying itself is app/photo/vacate.h's, done here while the daemon is down, or by the daemon where it is quicker. */
#include "app/photo/vacate.h"
#include "firmware/base/clock.h"
#include "firmware/base/ids.h"
#include "firmware/sitelogctl/reach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_MAX = 64 * 1024, AGAIN_MS = 200, SENT_MS = 60000, STOPPED_MS = 30000 };

static void nap(void) { (void)nanosleep(&(struct timespec){ .tv_nsec = AGAIN_MS * 1000000L }, NULL); }

/* ---- with the daemon: until it is ready and stops ---- */

/* *ready: the marker is set. */
static int ask(const struct ctl *c, const char *to, bool *ready, struct err_text *e) {
    char body[80];
    struct vacate v;
    int status = 0;
    struct buf reply;
    int n = snprintf(body, sizeof body, "{\"to\":\"%s\"}", to);
    struct reach_request q = {
        .method = "POST", .path = "/control/move", .type = "application/json", .body = body, .n = (size_t)n
    };
    buf_init(&reply, REPLY_MAX);
    int rc = reach_ask(c, &q, &status, &reply, e);
    buf_fini(&reply);
    *ready = rc == 0 && status == 200;
    if (rc == ERR_GONE && vacate_read(c->dir, &v, NULL) == 0) { /* it stopped before its answer came through */
        *ready = true;
        rc = 0;
    }
    return rc;
}

static int leave(const struct ctl *c, const char *to, struct err_text *e) {
    int64_t until = clock_mono().ms + SENT_MS;
    bool ready = false;
    for (;;) {
        int rc = ask(c, to, &ready, e);
        if (rc || ready) return rc;
        if (clock_mono().ms >= until)
            return err_set(e, ERR_TIMEOUT,
                           "head office has not received the board's last record, that it leaves; wait for the link, "
                           "then run this again");
        nap();
    }
}

/* ---- without it ---- */

/* In a process of its own, as the folder's owner. Returns its exit code; CTL_SILENT: a daemon has the folder again. */
static int finish_as_owner(struct ctl *c) {
    struct err_text e = { 0 };
    struct vacate v;
    struct depot_options o = { .org = c->org,
                               .writer = c->writer,
                               .timezone = c->timezone,
                               .dir = c->dir,
                               .reserve_percent = c->board.reserve_percent };
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid < 0) {
        (void)err_set(&e, ERR_NOMEM, "no process could be started: %s", strerror(errno));
        return ctl_fail(c, &e);
    }
    if (pid == 0) {
        int rc = settings_become_owner(c, &e);
        if (!rc) rc = vacate_finish(&o, NULL, &v, &e);
        int code = rc == ERR_BUSY ? CTL_SILENT : rc && rc != ERR_NOT_FOUND ? ctl_fail(c, &e) : CTL_OK;
        (void)fflush(stdout);
        _exit(code);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : CTL_FAILED;
}

/* The folder is emptied by whoever gets its lock; then the settings are this user's to change. */
static int finish(struct ctl *c, struct err_text *e) {
    struct depot_options o = { .dir = c->dir };
    int64_t until = clock_mono().ms + STOPPED_MS;
    struct vacate v;
    for (;;) {
        int rc = vacate_read(c->dir, &v, e);
        if (rc == ERR_NOT_FOUND) return CTL_OK; /* the daemon was quicker */
        if (rc) return ctl_fail(c, e);
        if (v.phase == VACATE_CONF) break;
        int code = finish_as_owner(c);
        if (code != CTL_OK && code != CTL_SILENT) return code;
        if (code == CTL_SILENT && clock_mono().ms >= until) {
            (void)err_set(e, ERR_BUSY, "sitelogd does not stop; stop it, then run this again");
            return ctl_fail(c, e);
        }
        if (code == CTL_SILENT) nap();
    }
    int rc = vacate_finish(&o, c->config, &v, e);
    if (rc == 0 && !v.done)
        rc = err_set(e, ERR_DENIED,
                     "the board is emptied, but %s cannot be written by this user: set [board] site = %s there",
                     c->config, v.to);
    return rc && rc != ERR_NOT_FOUND ? ctl_fail(c, e) : CTL_OK;
}

/* ---- the command ---- */

static int check(const struct ctl *c, struct err_text *e) {
    if (getenv("SITELOG_BOARD_SITE"))
        return err_set(e, ERR_INVALID, "the site is set by SITELOG_BOARD_SITE in the environment; put it into %s first",
                       c->config);
    return 0;
}

static int begin(struct ctl *c, const char *to, struct err_text *e) {
    struct vacate v;
    bool held = false;
    int rc = vacate_read(c->dir, &v, e);
    if (rc == 0 && strcmp(v.to, to) != 0)
        return err_set(e, ERR_CONFLICT, "a move to site %s was begun; finish that one first: --to %s", v.to, v.to);
    if (rc != ERR_NOT_FOUND) return rc;
    rc = check(c, e);
    if (!rc) rc = reach_held(c, &held, e);
    if (!rc && !held)
        rc = err_set(e, ERR_GONE,
                     "sitelogd does not run; start it, so that head office receives the board's last records");
    return rc ? rc : leave(c, to, e);
}

static int tell(struct ctl *c, const char *from, const char *to, bool moved) {
    ctl_json_begin(c, true);
    if (c->json) {
        json_put_text(&c->w, "from", from);
        json_put_text(&c->w, "to", to);
        json_put_bool(&c->w, "moved", moved);
    }
    ctl_json_end(c);
    if (moved)
        ctl_say(
            c,
            "The board is emptied and works for site %s from its next start on. Its people, plan and consent are the "
            "new site's:\nsitelogctl --config %s user add ID --name NAME --role ROLE, then start sitelogd where "
            "nothing restarts it.\n",
            to, c->config);
    else
        ctl_say(c, "The board is at site %s already; nothing was changed.\n", to);
    return CTL_OK;
}

static int run(struct ctl *c, int argc, char **argv) {
    const char *to = NULL;
    const struct ctl_option options[] = { { "--to", &to, NULL }, { NULL, NULL, NULL } };
    struct err_text e = { 0 };
    char from[41];
    int code = ctl_options(c, &cmd_move, options, &argc, argv);
    if (code) return code;
    if (argc || !to) return ctl_usage(c, &cmd_move, "move wants --to SITE, and nothing else");
    if (c->hub) return ctl_usage(c, &cmd_move, "%s are head office's settings; boards move", c->config);
    if (!ids_is_name(to)) return ctl_usage(c, &cmd_move, "a site's name is 1 to 40 of the characters a-z 0-9 -");
    (void)snprintf(from, sizeof from, "%s", c->site);
    struct vacate v;
    if (strcmp(to, from) == 0 && vacate_read(c->dir, &v, NULL) == ERR_NOT_FOUND) return tell(c, from, to, false);
    int rc = begin(c, to, &e);
    if (rc) return ctl_fail(c, &e);
    code = finish(c, &e);
    if (code) return code;
    return tell(c, from, to, true);
}

const struct ctl_command cmd_move = {
    .name = "move",
    .arguments = "--to SITE",
    .what = "leave the site for another one: everything here is deleted, once head office has received all of it",
    .run = run,
    .json = "from, to, moved (false: it was there already)",
    .more =
        "  --to SITE  the site where the board goes\n"
        "  Refused while anything is not received. The board keeps its id and key, and nothing else. What a power cut\n"
        "  interrupts is gone on with at the next start, or by running this again.\n",
};
