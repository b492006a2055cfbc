/* SPDX-License-Identifier: MIT */
/* Whatever is said to the tus receiver: over a store in memory that watches its contract. Requests are separated by a NUL: a line with
 * method, path ("@": the newest upload) and content length, header lines "name: value", an empty line, the body; '!' as the body's last
 * byte breaks the connection. */
#include "firmware/base/text.h"
#include "sync/hub/tus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

/* ---- a store in memory ---- */

#define UPLOADS  8
#define KEPT_MAX 4096

struct tus_file {
    bool used, open;
    struct tus_upload u;
    int64_t n;
    uint8_t bytes[KEPT_MAX];
};
struct memory {
    struct tus_file uploads[UPLOADS];
    char taken[UPLOADS][HASH_TEXT_SIZE + 1];
    size_t taken_n, stored;
};

static struct tus_file *find(struct memory *m, const char *id) {
    for (size_t i = 0; i < UPLOADS; i++)
        if (m->uploads[i].used && strcmp(m->uploads[i].u.id, id) == 0) return &m->uploads[i];
    return NULL;
}

static int create(void *ctx, const struct tus_upload *u) {
    struct memory *m = ctx;
    demand(ids_is_uuid7(u->id) && ids_is_name(u->board) && text_is_hex(u->sha256, 64) && u->length > 0);
    demand(u->length <= (u->thumb ? TUS_THUMB_MAX : TUS_ORIGINAL_MAX) && find(m, u->id) == NULL);
    for (size_t i = 0; i < UPLOADS; i++)
        if (!m->uploads[i].used) {
            m->uploads[i] = (struct tus_file){ .used = true, .u = *u };
            return 0;
        }
    return ERR_NO_SPACE;
}

static int load(void *ctx, const char *id, struct tus_upload *out, int64_t *offset) {
    const struct tus_file *f = find(ctx, id);
    if (f == NULL) return ERR_NOT_FOUND;
    *out = f->u;
    *offset = f->n;
    return 0;
}

static int open_file(void *ctx, const char *id, struct tus_file **out) {
    struct tus_file *f = find(ctx, id);
    if (f == NULL) return ERR_NOT_FOUND;
    demand(!f->open);
    f->open = true;
    *out = f;
    return 0;
}

static int write_file(struct tus_file *f, int64_t offset, const void *bytes, size_t n) {
    demand(f->open && offset == f->n && (int64_t)n <= f->u.length - offset);
    if (offset + (int64_t)n > KEPT_MAX) return ERR_NO_SPACE;
    memcpy(f->bytes + offset, bytes, n);
    f->n += (int64_t)n;
    return 0;
}

static int truncate_file(struct tus_file *f, int64_t bytes) {
    demand(f->open && bytes >= 0 && bytes <= f->n);
    f->n = bytes;
    return 0;
}

static int close_file(struct tus_file *f, bool sync) {
    (void)sync;
    demand(f->open);
    f->open = false;
    return 0;
}

static int finish(void *ctx, const struct tus_upload *u) {
    struct memory *m = ctx;
    struct tus_file *f = find(m, u->id);
    char sha256[HASH_TEXT_SIZE];
    demand(f != NULL && !f->open && f->n == f->u.length);
    hash_sha256_text(f->bytes, (size_t)f->n, sha256);
    f->used = false;
    if (strcmp(sha256, u->sha256) != 0) return ERR_CORRUPT;
    if (m->taken_n < UPLOADS)
        snprintf(m->taken[m->taken_n++], HASH_TEXT_SIZE + 1, "%c%s", u->thumb ? 't' : 'o', sha256);
    return 0;
}

static int remove_upload(void *ctx, const char *id) {
    struct tus_file *f = find(ctx, id);
    if (f == NULL) return ERR_NOT_FOUND;
    demand(!f->open);
    f->used = false;
    return 0;
}

static bool has(void *ctx, bool thumb, const char *sha256) {
    const struct memory *m = ctx;
    for (size_t i = 0; i < m->taken_n; i++)
        if (m->taken[i][0] == (thumb ? 't' : 'o') && strcmp(m->taken[i] + 1, sha256) == 0) return true;
    return false;
}

static int room(void *ctx, int64_t bytes) { return (void)ctx, bytes > 0 ? 0 : ERR_INVALID; }

static int each(void *ctx, void (*fn)(void *, const struct tus_upload *, struct wall), void *fn_ctx) {
    return (void)ctx, (void)fn, (void)fn_ctx, 0;
}

static void stored(void *ctx, const struct tus_upload *u) {
    struct memory *m = ctx;
    m->stored++;
    demand(m->taken_n == UPLOADS || has(m, u->thumb, u->sha256));
}

/* ---- requests ---- */

struct request {
    const char *headers;
    char *given[24];
    size_t given_n;
};

static const char *header(void *ctx, const char *name) {
    struct request *r = ctx;
    size_t n = strlen(name);
    for (const char *line = r->headers; line && *line && *line != '\n';) {
        const char *end = strchr(line, '\n');
        size_t length = end ? (size_t)(end - line) : strlen(line);
        if (length > n + 1 && strncasecmp(line, name, n) == 0 && line[n] == ':' && r->given_n < 24)
            return r->given[r->given_n++] =
                       strndup(line + n + 2 - (line[n + 1] != ' '), length - n - 2 + (line[n + 1] != ' '));
        line = end ? end + 1 : NULL;
    }
    return NULL;
}

static void check_reply(const struct tus_reply *r, char newest[128]) {
    demand(r->status >= 200 && r->status < 600 && r->header_count >= 1 &&
           r->header_count <= TEXT_ARRAY_LEN(r->headers));
    demand(text_utf8_valid(r->text, strlen(r->text)));
    for (size_t i = 0; i < r->header_count; i++) {
        for (const char *c = r->headers[i].value; *c; c++) demand(*c != '\r' && *c != '\n');
        if (strcmp(r->headers[i].name, "Location") == 0 && r->status == 201)
            snprintf(newest, 128, "%.127s", r->headers[i].value);
    }
}

static void say(struct tus *t, char *text, size_t n, char newest[128]) {
    char method[16] = "", path[128] = "";
    long long length = 0;
    int used = 0;
    struct request r = { .headers = "" };
    if (sscanf(text, "%15s %127s %lld%n", method, path, &length, &used) < 2) return;
    char *line = strchr(text, '\n');
    char *body = line ? strstr(line, "\n\n") : NULL;
    size_t body_n = body ? n - (size_t)(body + 2 - text) : 0;
    if (body) *body = '\0', body += 2;
    if (line) r.headers = line + 1;
    if (used == 0) length = (long long)body_n;
    struct tus_request request = { method, strcmp(path, "@") == 0 ? newest : path,
                                   NULL,   length < -1 ? -1 : length,
                                   header, &r };
    struct tus_exchange *x = NULL;
    demand(tus_begin(t, &request, &x) == 0);
    for (size_t at = 0; at < body_n && tus_wants_body(x); at += 100)
        tus_piece(x, body + at, body_n - at < 100 ? body_n - at : 100);
    if (body_n > 0 && body[body_n - 1] == '!') {
        tus_abort(x);
    } else {
        struct tus_reply reply;
        tus_end(x, &reply);
        check_reply(&reply, newest);
    }
    for (size_t i = 0; i < r.given_n; i++) free(r.given[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static struct memory m;
    struct tus *t = NULL;
    char newest[128] = "/tus/";
    memset(&m, 0, sizeof m);
    struct tus_store store = { &m,         create, load,          open_file, write_file, truncate_file,
                               close_file, finish, remove_upload, has,       room,       each };
    demand(tus_create(&(struct tus_options){ .store = store, .stored = stored, .ctx = &m, .max_unfinished = 6 }, &t,
                      NULL) == 0);
    for (size_t at = 0; at < n;) {
        const uint8_t *end = memchr(bytes + at, '\0', n - at);
        size_t length = end ? (size_t)(end - bytes) - at : n - at;
        char *text = strndup((const char *)bytes + at, length);
        say(t, text, length, newest);
        free(text);
        at += length + 1;
    }
    for (size_t i = 0; i < UPLOADS; i++) demand(!m.uploads[i].open);
    tus_destroy(t);
    return 0;
}
