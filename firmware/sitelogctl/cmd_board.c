/* SPDX-License-Identifier: MIT */
/* sitelogctl board accept: head office takes a board's new key for the right one, after the board was replaced. */
#include "app/journal/board.h"
#include "firmware/base/ids.h"
#include "firmware/sitelogctl/reach.h"

enum { REPLY_MAX = 64 * 1024 };

struct accepting {
    const char *site, *board, *key;
};

static int by_daemon(const struct ctl *c, const struct accepting *a, struct err_text *e) {
    struct json_out w;
    struct buf body, reply;
    int status = 0;
    buf_init(&body, 1024);
    buf_init(&reply, REPLY_MAX);
    json_start(&w, &body);
    json_open(&w, NULL, '{');
    json_put_text(&w, "site", a->site);
    json_put_text(&w, "board", a->board);
    json_put_text(&w, "key", a->key);
    json_close(&w, '}');
    struct reach_request q = {
        .method = "POST", .path = "/control/boards/accept", .type = "application/json", .body = body.data, .n = body.len
    };
    int rc = body.error ? err_set(e, body.error, "the request cannot be written: %s", err_name(body.error))
                        : reach_ask(c, &q, &status, &reply, e);
    buf_fini(&body);
    buf_fini(&reply);
    return rc;
}

static int here(struct reach *r, const struct accepting *a, struct err_text *e) {
    int rc = db_begin(r->depot.db);
    if (rc) return err_set(e, rc, "%s cannot be written: %s", r->depot.journal_path, err_name(rc));
    rc = board_accept(r->depot.db, a->site, a->board, a->key, e);
    if (rc) {
        db_rollback(r->depot.db);
        return rc;
    }
    rc = db_commit(r->depot.db);
    return rc ? err_set(e, rc, "%s cannot be written: %s", r->depot.journal_path, err_name(rc)) : 0;
}

static int run(struct ctl *c, int argc, char **argv) {
    struct accepting a = { 0 };
    struct err_text e = { 0 };
    struct reach r;
    const struct ctl_option options[] = { { "--site", &a.site, NULL },
                                          { "--key", &a.key, NULL },
                                          { NULL, NULL, NULL } };
    int code = ctl_options(c, &cmd_board_accept, options, &argc, argv);
    if (code) return code;
    if (argc != 1) return ctl_usage(c, &cmd_board_accept, argc ? "one BOARD at a time, please" : "which BOARD?");
    a.board = argv[0];
    if (!c->hub)
        return ctl_usage(c, &cmd_board_accept, "boards are accepted at head office: --config /etc/sitelog/hub.conf");
    if (!a.site || !a.key) return ctl_usage(c, &cmd_board_accept, "%s is missing", a.site ? "--key" : "--site");
    if (!ids_is_name(a.board) || !ids_is_name(a.site))
        return ctl_usage(c, &cmd_board_accept, "names of boards and sites are 1 to 40 of a-z, 0-9 and -");
    int rc = reach_open(c, false, &r, &e);
    if (rc) return ctl_fail(c, &e);
    rc = r.daemon ? by_daemon(c, &a, &e) : here(&r, &a, &e);
    reach_close(&r);
    if (rc) return ctl_fail(c, &e);
    ctl_json_begin(c, true);
    if (c->json) {
        json_put_text(&c->w, "site", a.site);
        json_put_text(&c->w, "board", a.board);
        json_put_text(&c->w, "key", a.key);
    }
    ctl_json_end(c);
    ctl_say(c, "Board %s of site %s signs with this key from now on; the old one is refused.\n", a.board, a.site);
    return CTL_OK;
}

const struct ctl_command cmd_board_accept = {
    .name = "board accept",
    .arguments = "BOARD --site SITE --key KEY",
    .what = "at head office: a replaced board's key is the right one",
    .run = run,
    .json = "site, board, key",
    .more = "  --key KEY  the key that was refused, as the board's card at head office shows it; compare it first with "
            "the\n"
            "             one that `sitelogctl init` prints on the new board: whoever holds it speaks for the board\n",
};
