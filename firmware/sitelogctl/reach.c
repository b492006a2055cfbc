/* SPDX-License-Identifier: MIT */
/* The daemon's control socket, or the files themselves. */
#include "firmware/sitelogctl/reach.h"

#include "app/journal/schema.h"
#include "firmware/base/clock.h"
#include "firmware/base/file.h"
#include "firmware/db/migrate.h"
#include "firmware/net/http_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    STARTING_MS = 5000, /* a daemon has the lock a while before it listens */
    AGAIN_MS = 100,
};

static int path_of(const struct ctl *c, const char *name, char *out, size_t size, struct err_text *e) {
    int n = snprintf(out, size, "%s/%s", c->dir, name);
    return n < 0 || (size_t)n >= size ? err_set(e, ERR_TOO_BIG, "the folder's name is too long: %s", c->dir) : 0;
}

/* Nothing is made where init has not been: a mistyped folder is found so. */
static int check_made(const struct ctl *c, struct err_text *e) {
    char path[300];
    int rc = path_of(c, "journal.db", path, sizeof path, e);
    if (rc || access(path, F_OK) == 0) return rc;
    if (errno == EACCES)
        return err_set(e, ERR_DENIED, "%s is not open to this user; run this as root (sudo) or as its owner", c->dir);
    return err_set(e, ERR_NOT_FOUND, "there is no %s; check [store] in %s, or make it: sitelogctl --config %s init",
                   path, c->config, c->config);
}

int reach_open(const struct ctl *c, bool make, struct reach *out, struct err_text *e) {
    struct depot_options o = { .org = c->org,
                               .site = c->site,
                               .writer = c->writer,
                               .timezone = c->timezone,
                               .dir = c->dir,
                               .blobs_dir = c->hub ? c->head.blobs_dir : NULL,
                               .reserve_percent = c->hub ? 0 : c->board.reserve_percent };
    memset(out, 0, sizeof *out);
    out->depot.lock_fd = -1;
    bool held = false;
    int rc = settings_become_owner(c, e);
    if (!rc && !make) rc = check_made(c, e);
    if (!rc) rc = reach_held(c, &held, e);
    if (rc) return rc;
    out->daemon = held;
    return held ? 0 : depot_open(&o, &out->depot, e);
}

void reach_close(struct reach *r) {
    if (!r->daemon) depot_close(&r->depot);
}

int reach_held(const struct ctl *c, bool *held, struct err_text *e) {
    char path[300];
    int fd = -1;
    int rc = path_of(c, "lock", path, sizeof path, e);
    *held = false;
    if (rc || access(path, F_OK) != 0) return rc;
    rc = file_lock(c->dir, &fd, e);
    if (fd >= 0) (void)close(fd);
    if (rc == ERR_BUSY) {
        *held = true;
        rc = 0;
        if (e) *e = (struct err_text){ 0 };
    }
    return rc;
}

static int check_version(struct db *db, const char *path, const char *program, struct err_text *e) {
    int version = 0;
    int rc = migrate_version(db, &version);
    if (rc) return err_set(e, rc, "%s cannot be read: %s", path, err_name(rc));
    if (version == SCHEMA_VERSION) return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s has version %d, this program knows %d; %s", path, version, SCHEMA_VERSION,
                   version > SCHEMA_VERSION ? "install the newer program again" : program);
}

int reach_reader(const struct ctl *c, struct db **out, struct err_text *e) {
    char path[300], start[96];
    struct db *db = NULL;
    int rc = settings_become_owner(c, e);
    if (!rc) rc = check_made(c, e);
    if (!rc) rc = path_of(c, "journal.db", path, sizeof path, e);
    if (!rc) rc = db_open(path, DB_JOURNAL_READER, &db, e);
    if (rc) return rc;
    (void)snprintf(start, sizeof start, "start %s once, or run sitelogctl init: that brings it up to date", c->program);
    rc = check_version(db, path, start, e);
    if (rc) {
        db_close(db);
        return rc;
    }
    *out = db;
    return 0;
}

/* ---- asking ---- */

static int silent(const struct ctl *c, const char *socket, struct err_text *e) {
    if (access(socket, F_OK) == 0 && access(socket, R_OK | W_OK) != 0)
        return err_set(e, ERR_GONE, "%s runs, and %s is not open to this user; run this as root (sudo) or as its user",
                       c->program, socket);
    return err_set(
        e, ERR_GONE,
        "%s/lock is held by a program that does not answer on %s; if %s has just been started, try again in a "
        "minute; else restart it (systemctl restart %s)",
        c->dir, socket, c->program, c->program);
}

static int err_of_status(int status) {
    switch (status) {
    case 404:
        return ERR_NOT_FOUND;
    case 409:
        return ERR_CONFLICT;
    case 507:
        return ERR_NO_SPACE;
    case 403:
        return ERR_DENIED;
    case 503:
        return ERR_BUSY;
    default:
        return status < 500 ? ERR_INVALID : ERR_IO;
    }
}

/* A problem document as an error of ours. */
static int refused(const struct ctl *c, int status, const struct buf *reply, struct err_text *e) {
    struct json *root = NULL;
    int code = err_of_status(status);
    if (status == 403 || !reply->len || json_parse(reply->data, reply->len, &root, NULL)) {
        if (status == 403)
            return err_set(e, ERR_GONE,
                           "%s does not take orders from this user; run this as root (sudo) or as its user",
                           c->program);
        return err_set(e, code, "%s answered with HTTP %d", c->program, status);
    }
    const char *detail = json_text(json_member(root, "detail")), *field = json_text(json_member(root, "field"));
    if (!detail) detail = json_text(json_member(root, "title"));
    (void)err_field(e, code, field ? field : "", "%s", detail ? detail : err_name(code));
    json_destroy(root);
    return code;
}

int reach_ask(const struct ctl *c, const struct reach_request *request, int *status, struct buf *reply,
              struct err_text *e) {
    char socket[300], url[2048];
    const struct timespec pause = { .tv_nsec = AGAIN_MS * 1000000L };
    int64_t until_ms = clock_mono().ms + STARTING_MS;
    int answered = 0;
    int rc = path_of(c, "control.sock", socket, sizeof socket, e);
    if (rc) return rc;
    int n = snprintf(url, sizeof url, "http://localhost%s", request->path);
    if (n < 0 || (size_t)n >= sizeof url) return err_set(e, ERR_TOO_BIG, "the arguments are too long");
    struct http_request r = { .method = request->method,
                              .url = url,
                              .unix_socket = socket,
                              .type = request->type,
                              .body = request->body,
                              .n = request->n,
                              .timeout_ms = request->wait_ms ? request->wait_ms : REACH_WAIT_MS };
    while ((rc = http_client_send(&r, &answered, reply, e)) == ERR_NETWORK && clock_mono().ms < until_ms)
        (void)nanosleep(&pause, NULL);
    if (rc == ERR_NETWORK || rc == ERR_TIMEOUT) return silent(c, socket, e);
    if (rc) return rc;
    if (answered >= 400) return refused(c, answered, reply, e);
    *status = answered;
    return 0;
}
