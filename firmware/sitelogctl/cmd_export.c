/* SPDX-License-Identifier: MIT */
/* sitelogctl export: the complete file of a site, for whoever has to believe it. Reads only, beside a daemon or without one. */
#include "app/evidence/evidence.h"
#include "app/journal/access.h"
#include "firmware/base/ids.h"
#include "firmware/base/tz.h"
#include "firmware/runtime/cli.h"
#include "firmware/sitelogctl/reach.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- what is written down before ---- */

static int ask_daemon(const struct ctl *c, const struct access *a, struct err_text *e) {
    struct buf body, reply;
    struct json_out w;
    int status = 0;
    buf_init(&body, 1024);
    buf_init(&reply, 64 * 1024);
    json_start(&w, &body);
    json_open(&w, NULL, '{');
    json_put_text(&w, "site", a->site);
    if (a->from) json_put_text(&w, "from", a->from);
    if (a->to) json_put_text(&w, "to", a->to);
    json_close(&w, '}');
    struct reach_request q = {
        .method = "POST", .path = "/control/exported", .type = "application/json", .body = body.data, .n = body.len
    };
    int rc = body.error ? body.error : reach_ask(c, &q, &status, &reply, e);
    buf_fini(&body);
    buf_fini(&reply);
    return rc;
}

static int write_here(struct depot *d, const struct access *a, struct err_text *e) {
    int rc = db_begin(d->db);
    if (rc) return err_set(e, rc, "the journal cannot be written: %s", db_message(d->db));
    rc = access_append(d->journal, d->db, a, e);
    if (rc) {
        db_rollback(d->db);
        return rc;
    }
    rc = db_commit(d->db);
    return rc ? err_set(e, rc, "the journal cannot be written: %s", db_message(d->db)) : 0;
}

/* That the site's file was taken is a record of the site, and in the file itself. */
static int write_down(const struct ctl *c, const struct evidence_ask *ask, struct err_text *e) {
    struct access a = { .site = ask->site, .actor = "board", .what = ACCESS_EXPORT, .from = ask->from, .to = ask->to };
    struct reach r;
    int rc = reach_open(c, false, &r, e);
    if (rc) return rc;
    rc = r.daemon ? ask_daemon(c, &a, e) : write_here(&r.depot, &a, e);
    reach_close(&r);
    return rc;
}

/* ---- the pack ---- */

static int make(struct ctl *c, struct evidence_ask *ask, struct evidence_done *done, struct err_text *e) {
    struct photo_store *store = NULL;
    struct blob_dir *dir = NULL;
    struct db *db = NULL;
    struct photo_store_options o = { .dir = c->dir, .reserve_percent = c->board.reserve_percent, .read_only = true };
    int rc = reach_reader(c, &db, e);
    if (!rc) rc = c->hub ? blob_dir_open(c->head.blobs_dir, 0, &dir, e) : photo_store_open(&o, &store, e);
    if (!rc) {
        ask->blobs = c->hub ? blob_dir_blobs(dir) : photo_store_blobs(store);
        rc = evidence_make(db, ask, done, e);
    }
    photo_store_close(store);
    blob_dir_close(dir);
    db_close(db);
    return rc;
}

static void tell(struct ctl *c, const struct evidence_ask *ask, const struct evidence_done *done) {
    ctl_json_begin(c, true);
    if (c->json) {
        json_put_text(&c->w, "file", ask->path);
        json_put_int(&c->w, "bytes", done->bytes);
        json_put_text(&c->w, "sha256", done->sha256);
        json_put_text(&c->w, "site", ask->site);
        json_put_int(&c->w, "events", done->events);
        json_put_int(&c->w, "chains", done->chains);
        json_put_int(&c->w, "photos", done->photos);
        json_put_int(&c->w, "photos_missing", done->photos_missing);
    }
    ctl_json_end(c);
    ctl_say(c, "%s: %lld events in %lld chains, %lld photos", ask->path, (long long)done->events,
            (long long)done->chains, (long long)done->photos);
    if (done->photos_missing)
        ctl_say(c, "; the bytes of %lld are not here (manifest.json says why%s)", (long long)done->photos_missing,
                c->hub ? "" : "; head office has what it received");
    ctl_say(c,
            "\n%lld bytes, SHA-256 %s: write that down where the pack is not.\nHOWTO-VERIFY.txt in it says how anybody "
            "checks it.\n",
            (long long)done->bytes, done->sha256);
}

static int check_days(struct ctl *c, const struct evidence_ask *ask) {
    struct civil day;
    if (ask->from && tz_date_parse(ask->from, &day) != 0)
        return ctl_usage(c, &cmd_export, "--from is a date such as 2026-11-22, not %.40s", ask->from);
    if (ask->to && tz_date_parse(ask->to, &day) != 0)
        return ctl_usage(c, &cmd_export, "--to is a date such as 2026-11-22, not %.40s", ask->to);
    if (ask->from && ask->to && strcmp(ask->from, ask->to) > 0)
        return ctl_usage(c, &cmd_export, "--to lies before --from");
    return CTL_OK;
}

/* What cannot become a file is not written down as taken. */
static int check_place(const struct evidence_ask *ask, struct err_text *e) {
    if (access(ask->path, F_OK) == 0)
        return err_set(e, ERR_EXISTS, "there is a file %s already: remove it, or choose another name", ask->path);
    return 0;
}

static int run(struct ctl *c, int argc, char **argv) {
    struct evidence_ask ask = { .org = c->org,
                                .site = c->site,
                                .writer = c->writer,
                                .software = cli_version,
                                .fallback_tz = c->timezone,
                                .now = clock_wall() };
    const char *site = NULL;
    const struct ctl_option options[] = { { "--from", &ask.from, NULL },
                                          { "--to", &ask.to, NULL },
                                          { "--out", &ask.path, NULL },
                                          { "--site", &site, NULL },
                                          { NULL, NULL, NULL } };
    struct evidence_done done;
    struct err_text e = { 0 };
    int code = ctl_options(c, &cmd_export, options, &argc, argv);
    if (code) return code;
    if (argc) return ctl_usage(c, &cmd_export, "export takes options only");
    if (!ask.path || !ask.path[0]) return ctl_usage(c, &cmd_export, "--out wants the FILE.zip that shall be made");
    if (c->hub && !site) return ctl_usage(c, &cmd_export, "at head office say which site: --site SITE");
    if (site && !ids_is_name(site))
        return ctl_usage(c, &cmd_export, "a site's name is 1 to 40 of the characters a-z 0-9 -");
    if (site && !c->hub && strcmp(site, c->site) != 0)
        return ctl_usage(c, &cmd_export, "this board is of site %s; ask head office for another's", c->site);
    if (site) ask.site = site;
    code = check_days(c, &ask);
    if (code) return code;
    int rc = check_place(&ask, &e);
    if (!rc) rc = write_down(c, &ask, &e);
    if (!rc) rc = make(c, &ask, &done, &e);
    if (rc) return ctl_fail(c, &e);
    tell(c, &ask, &done);
    return CTL_OK;
}

const struct ctl_command cmd_export = {
    .name = "export",
    .arguments = "[--from DATE] [--to DATE] [--site SITE] --out FILE.zip",
    .what = "the complete file of a site as evidence: events, photos, report, and how anybody verifies it",
    .run = run,
    .json = "file, bytes, sha256 (of the file), site, events, chains, photos, photos_missing",
    .more =
        "  --from, --to   the site's dates, inclusive, such as 2026-11-22; without them: all there is\n"
        "  --site         at head office: which site\n"
        "  --out          the file to be made; none may be there. The owner of the data folder has to be able to write "
        "there\n"
        "What it holds is signed with this installation's key. Customers' data is in it as it is stored: masked.\n",
};
