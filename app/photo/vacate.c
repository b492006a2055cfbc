/* SPDX-License-Identifier: MIT */
/* The phases of emptying a board. Each may be done twice. Does not know who asked, nor the daemon. */
#include "app/photo/vacate.h"

#include "app/journal/counts.h"
#include "app/photo/outbox.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARKER "moving"

enum { PATH_SIZE = 320, MARKER_MAX = 4096, SETTINGS_MAX = 256 * 1024, DEPTH = 16 };

static const char *const phases[] = { [VACATE_BEGUN] = "begun", [VACATE_WIPE] = "wipe", [VACATE_CONF] = "conf" };

/* Test builds end here, as a power cut would, when they are told to. */
static void cut(const char *place) {
#ifdef SITELOG_TEST
    const char *told = getenv("SITELOG_MOVE_CUT");
    if (told && strcmp(told, place) == 0) _exit(99);
#else
    (void)place;
#endif
}

static int path_of(const char *dir, const char *name, char out[PATH_SIZE], struct err_text *e) {
    int n = snprintf(out, PATH_SIZE, "%s/%s", dir, name);
    return n < 0 || n >= PATH_SIZE ? err_set(e, ERR_TOO_BIG, "the folder's name is too long: %s", dir) : 0;
}

/* ---- what is left ---- */

int vacate_left(struct db *db, const char *site, struct vacate_left *out) {
    struct counts counts;
    struct outbox_counts photos;
    char hash[1][HASH_TEXT_SIZE];
    size_t unconfirmed = 0;
    int rc = counts_read(db, site, &counts);
    if (!rc) rc = outbox_counts(db, &photos);
    if (!rc) rc = outbox_unconfirmed(db, hash, 1, &unconfirmed);
    if (rc) return rc;
    *out = (struct vacate_left){ .photos = photos.pending, .bytes = photos.pending_bytes };
    if (unconfirmed && !photos.pending) out->photos = 1; /* a thumbnail */
    for (int i = 0; i < LANE_COUNT; i++) out->records += (int64_t)(counts.lane[i].saved - counts.lane[i].received);
    return 0;
}

bool vacate_is_left(const struct vacate_left *left) { return left->records > 0 || left->photos > 0 || left->bytes > 0; }

/* ---- the marker ---- */

static int take_name(const struct json *root, const char *name, char out[41], struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(root, "", name, JSON_REQUIRED, 40, &text, e);
    return rc ? rc : text_copy(out, 41, text);
}

static int decode(const struct json *root, struct vacate *out, struct err_text *e) {
    const char *phase = NULL;
    const char *secret = NULL;
    const char *public_key = NULL;
    int rc = take_name(root, "from", out->from, e);
    if (!rc) rc = take_name(root, "to", out->to, e);
    if (!rc) rc = json_get_text(root, "", "phase", JSON_REQUIRED, 20, &phase, e);
    if (!rc) rc = json_get_text(root, "", "secret", JSON_OPTIONAL, 2 * SIGN_SECRET_SIZE, &secret, e);
    if (!rc) rc = json_get_text(root, "", "public", JSON_OPTIONAL, 2 * SIGN_PUBLIC_SIZE, &public_key, e);
    if (rc) return rc;
    size_t i = 0;
    while (i < TEXT_ARRAY_LEN(phases) && strcmp(phases[i], phase) != 0) i++;
    if (i == TEXT_ARRAY_LEN(phases)) return err_set(e, ERR_CORRUPT, "its phase is none");
    out->phase = (enum vacate_phase)i;
    if (out->phase != VACATE_WIPE) return 0;
    if (!secret || !public_key || text_unhex(secret, out->secret, SIGN_SECRET_SIZE) ||
        text_unhex(public_key, out->public_key, SIGN_PUBLIC_SIZE))
        return err_set(e, ERR_CORRUPT, "the board's key is not in it");
    return 0;
}

int vacate_read(const char *dir, struct vacate *out, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    CLEANUP(buf_fini) struct buf text;
    struct err_text why = { 0 };
    struct vacate v = { 0 };
    char path[PATH_SIZE];
    buf_init(&text, MARKER_MAX);
    int rc = path_of(dir, MARKER, path, e);
    if (!rc && access(path, F_OK) != 0 && errno == ENOENT) return ERR_NOT_FOUND;
    if (!rc) rc = file_read(path, &text, e);
    if (rc) return rc;
    rc = json_parse(text.data ? text.data : "", text.len, &root, &why);
    if (!rc) rc = decode(root, &v, &why);
    if (rc)
        return err_set(e, ERR_CORRUPT, "%s is damaged (%s); put a backup back, or empty the folder by hand", path,
                       why.text);
    *out = v;
    return 0;
}

static int write_marker(const char *dir, const struct vacate *v, struct err_text *e) {
    char secret[2 * SIGN_SECRET_SIZE + 1];
    char public_key[2 * SIGN_PUBLIC_SIZE + 1];
    char path[PATH_SIZE];
    struct json_out w;
    struct buf text;
    buf_init(&text, MARKER_MAX);
    json_start(&w, &text);
    json_open(&w, NULL, '{');
    json_put_text(&w, "from", v->from);
    json_put_text(&w, "to", v->to);
    json_put_text(&w, "phase", phases[v->phase]);
    if (v->phase == VACATE_WIPE) {
        text_hex(v->secret, SIGN_SECRET_SIZE, secret);
        text_hex(v->public_key, SIGN_PUBLIC_SIZE, public_key);
        json_put_text(&w, "secret", secret);
        json_put_text(&w, "public", public_key);
    }
    json_close(&w, '}');
    int rc = path_of(dir, MARKER, path, e);
    if (!rc) rc = text.error ? err_set(e, text.error, "out of memory") : file_write(path, text.data, text.len, 0600, e);
    buf_fini(&text);
    return rc;
}

static int drop_marker(const char *dir, struct err_text *e) {
    char path[PATH_SIZE];
    int rc = path_of(dir, MARKER, path, e);
    if (!rc && unlink(path) != 0 && errno != ENOENT)
        return err_set(e, ERR_IO, "%s cannot be deleted: %s", path, strerror(errno));
    return rc ? rc : file_sync_dir(dir, e);
}

int vacate_begin(const char *dir, const char *from, const char *to, struct err_text *e) {
    struct vacate v = { .phase = VACATE_BEGUN };
    if (text_copy(v.from, sizeof v.from, from) || text_copy(v.to, sizeof v.to, to))
        return err_set(e, ERR_TOO_BIG, "a site's name is too long");
    return write_marker(dir, &v, e);
}

/* ---- settings ---- */

/* The value of `site` in [board]: *at bytes into text, *n bytes long. */
static bool find_site(const char *text, size_t *at, size_t *n) {
    bool board = false;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *p = line + strspn(line, " \t");
        if (*p == '[') board = text_starts(p, "[board]");
        if (!board || !text_starts(p, "site")) continue;
        p += strlen("site");
        p += strspn(p, " \t");
        if (*p != '=' && *p != ':') continue;
        p += 1 + strspn(p + 1, " \t");
        *at = (size_t)(p - text);
        *n = strcspn(p, " \t\r\n;");
        return true;
    }
    return false;
}

/* As file_write, with owner and mode of what is there. */
static int replace_file(const char *path, const struct buf *text, struct err_text *e) {
    char beside[PATH_SIZE];
    char dir[PATH_SIZE];
    struct stat st;
    int n = snprintf(beside, sizeof beside, "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof beside) return err_set(e, ERR_TOO_BIG, "the file's name is too long: %s", path);
    text_clip(dir, sizeof dir, path);
    char *slash = strrchr(dir, '/');
    if (slash) *slash = '\0';
    int fd = stat(path, &st) == 0 ? open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    bool good = fd >= 0 && write(fd, text->data, text->len) == (ssize_t)text->len &&
                fchmod(fd, st.st_mode & 07777) == 0 && (geteuid() != 0 || fchown(fd, st.st_uid, st.st_gid) == 0) &&
                fsync(fd) == 0;
    int why = errno;
    if (fd >= 0) (void)close(fd);
    if (good) {
        good = rename(beside, path) == 0;
        why = errno;
    }
    if (good) return file_sync_dir(slash ? dir : ".", e);
    if (fd >= 0) (void)unlink(beside);
    return err_set(e, why == EACCES || why == EPERM || why == EROFS ? ERR_DENIED : ERR_IO, "%s cannot be written: %s",
                   path, strerror(why));
}

int vacate_settings(const char *config, const char *from, const char *to, struct err_text *e) {
    CLEANUP(buf_fini) struct buf text;
    CLEANUP(buf_fini) struct buf changed;
    size_t at = 0;
    size_t n = 0;
    buf_init(&text, SETTINGS_MAX);
    buf_init(&changed, SETTINGS_MAX + 64);
    int rc = file_read(config, &text, e);
    if (rc) return rc;
    if (!text.data || !find_site(text.data, &at, &n))
        return err_set(e, ERR_INVALID, "%s: there is no [board] site to be changed; set it to %s where it is set",
                       config, to);
    if (n == strlen(to) && strncmp(text.data + at, to, n) == 0) return 0;
    if (n != strlen(from) || strncmp(text.data + at, from, n) != 0)
        return err_set(e, ERR_INVALID, "%s: [board] site is %.*s, neither %s nor %s", config, (int)n, text.data + at,
                       from, to);
    (void)buf_add(&changed, text.data, at);
    (void)buf_add_text(&changed, to);
    (void)buf_add_text(&changed, text.data + at + n);
    return changed.error ? err_set(e, changed.error, "out of memory") : replace_file(config, &changed, e);
}

/* ---- emptying ---- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at) {
    const char *name = path + at->base;
    (void)st;
    if (at->level == 0 || (at->level == 1 && (strcmp(name, "lock") == 0 || strcmp(name, MARKER) == 0))) return 0;
    return kind == FTW_DP ? rmdir(path) : unlink(path);
}

static int empty(const char *dir, struct err_text *e) {
    if (nftw(dir, remove_one, DEPTH, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
        return err_set(e, errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_IO, "%s cannot be emptied: %s", dir,
                       strerror(errno));
    cut("emptied");
    return file_sync_dir(dir, e);
}

static int keep_key(struct db *db, const struct vacate *v, struct err_text *e) {
    int rc = db_begin(db);
    if (rc) return err_set(e, rc, "the new journal cannot be written: %s", err_name(rc));
    rc = identity_put(db, v->secret, v->public_key);
    if (!rc) rc = db_commit(db);
    if (!rc) return 0;
    db_rollback(db);
    return err_set(e, rc, "the board's key cannot be written: %s", err_name(rc));
}

static int make_anew(const struct depot_options *options, const struct vacate *v, struct err_text *e) {
    struct depot_options o = *options;
    struct depot depot;
    o.site = v->to;
    int rc = depot_open(&o, &depot, e);
    if (rc) return rc;
    cut("made");
    rc = keep_key(depot.db, v, e);
    depot_close(&depot);
    return rc;
}

/* ---- phases ---- */

/* Looks once more, now that nobody writes: what came in after the last look is not to be lost. */
static int confirm(const struct depot_options *o, struct vacate *v, struct err_text *e) {
    struct vacate_left left = { 0 };
    struct identity id = { 0 };
    struct db *db = NULL;
    char path[PATH_SIZE];
    int rc = path_of(o->dir, "journal.db", path, e);
    if (!rc) rc = db_open(path, DB_JOURNAL_READER, &db, e);
    if (rc) return rc;
    rc = vacate_left(db, v->from, &left);
    if (!rc) rc = identity_read(db, &id);
    if (rc) (void)err_set(e, rc, "journal.db cannot be read: %s", err_name(rc));
    db_close(db);
    if (rc) return rc;
    if (vacate_is_left(&left)) {
        rc = drop_marker(o->dir, e);
        return rc ? rc
                  : err_set(e, ERR_CONFLICT,
                            "the move is called off: %lld records and %lld photos (%lld bytes) were written since, and "
                            "head "
                            "office has not received them; start sitelogd, wait, and move again",
                            (long long)left.records, (long long)left.photos, (long long)left.bytes);
    }
    memcpy(v->secret, id.secret, sizeof v->secret);
    memcpy(v->public_key, id.public_key, sizeof v->public_key);
    v->phase = VACATE_WIPE;
    return write_marker(o->dir, v, e);
}

static int wipe(const struct depot_options *o, struct vacate *v, struct err_text *e) {
    int lock = -1;
    int rc = file_lock(o->dir, &lock, e);
    if (!rc && v->phase == VACATE_BEGUN) rc = confirm(o, v, e);
    if (!rc) cut("wipe");
    if (!rc) rc = empty(o->dir, e);
    if (lock >= 0) (void)close(lock);
    if (!rc) rc = make_anew(o, v, e);
    if (rc) return rc;
    v->phase = VACATE_CONF;
    explicit_bzero(v->secret, sizeof v->secret);
    return write_marker(o->dir, v, e);
}

int vacate_finish(const struct depot_options *options, const char *config, struct vacate *out, struct err_text *e) {
    struct vacate v = { 0 };
    struct err_text why = { 0 };
    int rc = vacate_read(options->dir, &v, e);
    if (!rc && v.phase != VACATE_CONF) rc = wipe(options, &v, e);
    if (rc) return rc;
    cut("conf");
    rc = config ? vacate_settings(config, v.from, v.to, &why) : ERR_DENIED;
    if (!rc) cut("settled");
    if (!rc) {
        rc = drop_marker(options->dir, e);
        if (rc) return rc;
        v.done = true;
    } else if (config) {
        log_warn("moved to site %s, but the settings name the old one still: %s; set [board] site = %s in %s", v.to,
                 why.text, v.to, config);
    }
    *out = v;
    return 0;
}
