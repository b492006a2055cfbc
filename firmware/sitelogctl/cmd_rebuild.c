/* SPDX-License-Identifier: MIT */
/* sitelogctl rebuild: everything that is made of the events is made again from them. */
#include "firmware/sitelogctl/reach.h"

enum { REPLY_MAX = 64 * 1024, WAIT_MS = 1800000 };

static int by_daemon(const struct ctl *c, int64_t *events, struct err_text *e) {
    struct reach_request q = { .method = "POST", .path = "/control/rebuild", .wait_ms = WAIT_MS };
    struct json *root = NULL;
    struct buf reply;
    int status = 0;
    buf_init(&reply, REPLY_MAX);
    int rc = reach_ask(c, &q, &status, &reply, e);
    if (!rc) rc = json_parse(reply.data, reply.len, &root, e);
    if (!rc) rc = json_get_int(root, "", "events", JSON_REQUIRED, 0, INT64_MAX, events, e);
    json_destroy(root);
    buf_fini(&reply);
    return rc;
}

static int here(struct reach *r, int64_t *events, struct err_text *e) {
    int rc = db_begin(r->depot.db);
    if (rc) return err_set(e, rc, "%s cannot be written: %s", r->depot.journal_path, err_name(rc));
    rc = journal_rebuild(r->depot.db, events, e);
    if (rc) {
        db_rollback(r->depot.db);
        return rc;
    }
    rc = db_commit(r->depot.db);
    return rc ? err_set(e, rc, "%s cannot be written: %s", r->depot.journal_path, err_name(rc)) : 0;
}

static int run(struct ctl *c, int argc, char **argv) {
    static const struct ctl_option none[] = { { NULL, NULL, NULL } };
    struct err_text e = { 0 };
    struct reach r;
    int64_t events = 0;
    int code = ctl_options(c, &cmd_rebuild, none, &argc, argv);
    if (code) return code;
    if (argc) return ctl_usage(c, &cmd_rebuild, "rebuild takes no arguments");
    int rc = reach_open(c, false, &r, &e);
    if (rc) return ctl_fail(c, &e);
    rc = r.daemon ? by_daemon(c, &events, &e) : here(&r, &events, &e);
    reach_close(&r);
    if (rc) return ctl_fail(c, &e);
    ctl_json_begin(c, true);
    if (c->json) json_put_int(&c->w, "events", events);
    ctl_json_end(c);
    ctl_say(c, "Made again from %lld events.\n", (long long)events);
    return CTL_OK;
}

const struct ctl_command cmd_rebuild = {
    .name = "rebuild",
    .arguments = "",
    .what = "make all lists and states again from the events; nothing is lost",
    .run = run,
    .json = "events (how many)",
};
