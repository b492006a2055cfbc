/* SPDX-License-Identifier: MIT */
/* sitelogctl photo add: JPEG files from elsewhere, as photos of origin "import". A file's id is made of its time and its bytes, so that the same
 * file twice is the same photo. */
#include "app/photo/capture.h"
#include "firmware/base/clock.h"
#include "firmware/base/file.h"
#include "firmware/base/hash.h"
#include "firmware/base/text.h"
#include "firmware/sitelogctl/reach.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { REPLY_MAX = 256 * 1024, WAIT_MS = 60000, URL_MAX = 2000, LIST_MAX = 16 * 1024 * 1024 };

struct adding {
    const char *stage, *room, *caption, *taken;
    char id[ID_SIZE];
    char when[CLOCK_TEXT_SIZE];
};

/* A UUIDv7 of that time whose random part is of the bytes' hash. */
static void make_id(struct wall at, const struct buf *bytes, char out[ID_SIZE]) {
    char hash[HASH_TEXT_SIZE];
    hash_sha256_text(bytes->data, bytes->len, hash);
    unsigned long long ms = at.ms > 0 ? (unsigned long long)at.ms & 0xffffffffffffULL : 0;
    (void)snprintf(out, ID_SIZE, "%08llx-%04llx-7%.3s-%c%.3s-%.12s", ms >> 16, ms & 0xffff, hash, "89ab"[hash[3] % 4],
                   hash + 4, hash + 7);
}

/* The file's bytes, its id, and when it was taken: as told, else when the file was written, which is never before. */
static int read_file(struct adding *a, const char *path, struct buf *bytes, struct err_text *e) {
    struct stat st;
    struct wall at, now = clock_wall();
    int rc = file_read(path, bytes, e);
    if (rc == ERR_TOO_BIG) return err_set(e, rc, "%s is larger than %u MiB", path, BLOB_ORIGINAL_MAX >> 20);
    if (!rc && stat(path, &st)) rc = err_set(e, ERR_IO, "%s cannot be looked at", path);
    if (rc) return rc;
    at.ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
    if (a->taken && clock_parse(a->taken, &at, NULL))
        return err_field(e, ERR_INVALID, "taken", "--taken is a time such as 2026-11-22T16:04:05+08:00");
    make_id(at, bytes, a->id);
    clock_format(at, 0, a->when);
    if (at.ms > now.ms) a->when[0] = '\0'; /* this clock says it is to come: the time of adding it is as good */
    return 0;
}

/* ---- by the daemon ---- */

static void add_param(struct buf *url, const char *name, const char *value) {
    if (!value || !value[0]) return;
    (void)buf_addf(url, "&%s=", name);
    for (const unsigned char *p = (const unsigned char *)value; *p; p++)
        (void)(isalnum(*p) || strchr("-._~", *p) ? buf_add(url, p, 1) : buf_addf(url, "%%%02X", *p));
}

static int add_by_daemon(const struct ctl *c, const struct adding *a, const struct buf *bytes, bool *repeat,
                         struct err_text *e) {
    struct buf url, reply;
    int status = 0;
    buf_init(&url, URL_MAX);
    buf_init(&reply, REPLY_MAX);
    (void)buf_addf(&url, "/control/photos?id=%s&origin=import", a->id);
    add_param(&url, "stage", a->stage);
    add_param(&url, "room", a->room);
    add_param(&url, "caption", a->caption);
    add_param(&url, "taken", a->when);
    struct reach_request q = { .method = "POST",
                               .path = url.data,
                               .type = "image/jpeg",
                               .body = bytes->data,
                               .n = bytes->len,
                               .wait_ms = WAIT_MS };
    int rc = url.error ? err_set(e, ERR_TOO_BIG, "stage, room and caption are too long")
                       : reach_ask(c, &q, &status, &reply, e);
    if (!rc) *repeat = status == 200;
    buf_fini(&url);
    buf_fini(&reply);
    return rc;
}

/* ---- without one ---- */

static int fill(const struct ctl *c, const struct adding *a, const struct buf *bytes, struct capture *out,
                struct err_text *e) {
    struct photo *r = &out->record;
    out->site = c->site;
    out->actor = "board";
    out->bytes = bytes->data;
    out->n = bytes->len;
    memcpy(r->id, a->id, sizeof r->id);
    memcpy(r->origin, "import", sizeof "import");
    memcpy(r->taken, a->when, sizeof a->when);
    if (a->stage && text_copy(r->stage, sizeof r->stage, a->stage))
        return err_field(e, ERR_INVALID, "stage", "the stage's name is too long");
    if (a->room && text_copy(r->room, sizeof r->room, a->room))
        return err_field(e, ERR_INVALID, "room", "the room's name is too long");
    if (a->caption && text_copy(r->caption, sizeof r->caption, a->caption))
        return err_field(e, ERR_INVALID, "caption", "the caption is too long");
    return 0;
}

/* One transaction. keep false: only whether it could be recorded, so that no bytes are stored for a photo that is refused. */
static int record(struct reach *r, struct photos *photos, struct capture *capture, bool keep, struct err_text *e) {
    struct db *db = r->depot.db;
    struct appended appended;
    struct buf answer;
    buf_init(&answer, REPLY_MAX);
    int rc = db_begin(db);
    if (!rc) rc = capture_record(photos, capture, r->depot.journal, db, &appended, &answer, e);
    buf_fini(&answer);
    if (rc || !keep)
        db_rollback(db);
    else
        rc = db_commit(db);
    return rc && rc != ERR_EXISTS && !e->text[0] ? err_set(e, rc, "the photo cannot be recorded: %s", err_name(rc))
                                                 : rc;
}

static int add_here(const struct ctl *c, struct reach *r, const struct adding *a, const struct buf *bytes, bool *repeat,
                    struct err_text *e) {
    struct photos photos;
    struct capture capture;
    photos_init(&photos);
    photos.blobs = r->depot.blobs;
    photos.outbox = true;
    capture_init(&capture);
    int rc = fill(c, a, bytes, &capture, e);
    if (!rc) rc = capture_look(&photos, &capture, e);
    if (!rc) rc = record(r, &photos, &capture, false, e);
    if (!rc) rc = capture_keep(&photos, &capture, e);
    if (!rc) rc = record(r, &photos, &capture, true, e);
    capture_fini(&capture);
    photos_fini(&photos);
    *repeat = rc == ERR_EXISTS;
    return *repeat ? 0 : rc;
}

/* ---- the command ---- */

static int add_file(struct ctl *c, struct reach *r, struct adding *a, const char *path, struct err_text *e) {
    struct buf bytes;
    bool repeat = false;
    buf_init(&bytes, BLOB_ORIGINAL_MAX);
    int rc = read_file(a, path, &bytes, e);
    if (!rc) rc = r->daemon ? add_by_daemon(c, a, &bytes, &repeat, e) : add_here(c, r, a, &bytes, &repeat, e);
    buf_fini(&bytes);
    if (rc == ERR_CONFLICT)
        (void)err_set(e, rc, "it is a photo already, with another stage, room or caption: %s", a->id);
    if (c->json) {
        json_open(&c->w, NULL, '{');
        json_put_text(&c->w, "file", path);
        json_put_text(&c->w, "id", a->id[0] ? a->id : NULL);
        json_put_text(&c->w, "state", rc ? "failed" : repeat ? "there" : "added");
        if (rc) json_put_text(&c->w, "error", e->text);
        json_close(&c->w, '}');
    } else if (rc) {
        (void)fprintf(stderr, "sitelogctl: %s: %s\n", path, e->text);
    }
    if (!rc) ctl_say(c, "%s: %s %s\n", path, repeat ? "is there already as" : "added as", a->id);
    return rc;
}

static int run(struct ctl *c, int argc, char **argv) {
    struct adding a = { 0 };
    struct err_text e = { 0 };
    struct reach r;
    const struct ctl_option options[] = { { "--stage", &a.stage, NULL },
                                          { "--room", &a.room, NULL },
                                          { "--caption", &a.caption, NULL },
                                          { "--taken", &a.taken, NULL },
                                          { NULL, NULL, NULL } };
    int failed = 0, silent = 0;
    int code = ctl_options(c, &cmd_photo_add, options, &argc, argv);
    if (code) return code;
    if (argc == 0) return ctl_usage(c, &cmd_photo_add, "which? a FILE is missing");
    if (c->hub) return ctl_usage(c, &cmd_photo_add, "photos are added at a board; these are head office's settings");
    int rc = reach_open(c, false, &r, &e);
    if (rc) return ctl_fail(c, &e);
    struct ctl inner = *c; /* the list is written before it is known whether all is well */
    buf_init(&inner.out, LIST_MAX);
    json_start(&inner.w, &inner.out);
    json_open(&inner.w, NULL, '[');
    for (int i = 0; i < argc && !silent; i++) {
        e = (struct err_text){ 0 };
        a.id[0] = '\0';
        rc = add_file(&inner, &r, &a, argv[i], &e);
        failed += rc != 0;
        silent = rc == ERR_GONE;
    }
    json_close(&inner.w, ']');
    reach_close(&r);
    ctl_json_begin(c, failed == 0);
    if (c->json) json_put_raw(&c->w, "photos", inner.out.data, inner.out.len);
    ctl_json_end(c);
    buf_fini(&inner.out);
    return silent ? CTL_SILENT : failed ? CTL_FAILED : CTL_OK;
}

const struct ctl_command cmd_photo_add = {
    .name = "photo add",
    .arguments = "FILE… [--stage KEY] [--room KEY] [--caption TEXT] [--taken TIME]",
    .what = "bring JPEG files in as photos (origin \"import\"); the same file twice is one photo",
    .run = run,
    .json = "photos [{file, id, state \"added\"|\"there\"|\"failed\", error}]; ok is false when one of them failed",
    .more = "  --taken TIME  when they were taken (RFC 3339); without it the time that the file was last written\n",
};
