/* SPDX-License-Identifier: MIT */
/* sitelogctl init: the folders, journal.db with this installation's key, and the photos' store. Harmless where they are. */
#include "firmware/base/text.h"
#include "firmware/sitelogctl/reach.h"

#include <stdio.h>
#include <unistd.h>

static void tell(struct ctl *c, const char *kind, bool made, bool running, const char *key) {
    ctl_json_begin(c, true);
    if (c->json) {
        json_put_text(&c->w, "kind", kind);
        json_put_text(&c->w, "org", c->org);
        json_put_text(&c->w, "site", c->site);
        json_put_text(&c->w, "writer", c->writer);
        json_put_text(&c->w, "dir", c->dir);
        json_put_bool(&c->w, "made", made);
        json_put_bool(&c->w, "running", running);
        json_put_text(&c->w, "public_key", key[0] ? key : NULL);
    }
    ctl_json_end(c);
    if (c->hub)
        ctl_say(c, "head office of %s, in %s: %s\n", c->org, c->dir, made ? "made" : "was there already");
    else
        ctl_say(c, "board %s of site %s, in %s: %s\n", c->writer, c->site, c->dir, made ? "made" : "was there already");
    if (key[0]) ctl_say(c, "public key %s\n", key);
    if (running)
        ctl_say(c, "%s is running.\n", c->program);
    else
        ctl_say(c, "Next: sitelogctl --config %s user add ID --name NAME --role ROLE, then start %s.\n", c->config,
                c->program);
}

static int run(struct ctl *c, int argc, char **argv) {
    static const struct ctl_option none[] = { { NULL, NULL, NULL } };
    struct err_text e = { 0 };
    struct reach r;
    char path[300], key[64] = "";
    int code = ctl_options(c, &cmd_init, none, &argc, argv);
    if (code) return code;
    if (argc) return ctl_usage(c, &cmd_init, "init takes no arguments");
    (void)snprintf(path, sizeof path, "%s/journal.db", c->dir);
    bool there = access(path, F_OK) == 0;
    int rc = reach_open(c, true, &r, &e);
    if (rc) return ctl_fail(c, &e);
    if (!r.daemon && text_base64(r.depot.identity.public_key, sizeof r.depot.identity.public_key, key, sizeof key))
        key[0] = '\0';
    tell(c, c->hub ? "hub" : "board", !there, r.daemon, key);
    reach_close(&r);
    return CTL_OK;
}

const struct ctl_command cmd_init = {
    .name = "init",
    .arguments = "",
    .what = "make folders, database, keys and photo store; harmless where they are",
    .run = run,
    .json =
        "kind \"board\"|\"hub\", org, site, writer, dir, made, running, public_key (base64; null while a daemon runs)",
};
