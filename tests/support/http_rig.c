/* SPDX-License-Identifier: MIT */
/* Puts server, stores and sessions together for tests. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/http_rig.h"

#include "tests/support/http_client.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(bool fine, const char *what, const char *why) {
    if (fine) return;
    (void)fprintf(stderr, "http rig: %s: %s\n", what, why);
    abort();
}

static void sign_in(struct rig *rig, enum role role) {
    char token[SESSION_TOKEN_SIZE], csrf[HASH_TEXT_SIZE], id[41], name[64];
    struct session_row row;
    (void)snprintf(id, sizeof id, "u-%s", role_name(role));
    (void)snprintf(name, sizeof name, "Person %s", role_name(role));
    session_make(id, clock_wall(), token, &row);
    session_csrf(token, csrf);
    must(sessions_person(rig->app.sessions, id, name, role, true) == 0, "person", id);
    must(sessions_add(rig->app.sessions, &row) == 0, "session", id);
    (void)snprintf(rig->cookie[role], sizeof rig->cookie[role], "Cookie: sitelog=%s\r\n", token);
    (void)snprintf(rig->csrf[role], sizeof rig->csrf[role], "X-CSRF-Token: %s\r\n", csrf);
    (void)snprintf(rig->as[role], sizeof rig->as[role], "%s%s", rig->cookie[role], rig->csrf[role]);
}

static void open_stores(struct rig *rig) {
    struct err_text e = { 0 };
    struct db *db = NULL;
    char path[96];
    bool fresh;
    (void)snprintf(path, sizeof path, "%s/journal.db", rig->dir);
    fresh = access(path, F_OK) != 0;
    must(db_open(path, DB_JOURNAL, &db, &e) == 0, "database", e.text);
    if (fresh && !rig->own_schema) must(db_exec(db, session_schema, &e) == 0, "schema", e.text);
    if (fresh && rig->schema) must(db_exec(db, rig->schema, &e) == 0, "schema", e.text);
    if (rig->prepare) must(rig->prepare(rig, db) == 0, "prepare", path);
    struct store_options writer = { .name = "writer", .db = db, .writer = true, .max_waiting = 256, .max_batch = 32 };
    must(store_start(&writer, &rig->app.writer) == 0, "store", path);
    must(db_open(path, DB_JOURNAL_READER, &db, &e) == 0, "reader", e.text);
    struct store_options reader = { .name = "reader", .db = db, .max_waiting = 256, .max_batch = 1 };
    must(store_start(&reader, &rig->app.reader) == 0, "store", path);
}

static void on_stop(uv_async_t *handle) { uv_stop(handle->loop); }

static void *serve(void *arg) {
    struct rig *rig = arg;
    (void)uv_run(&rig->loop, UV_RUN_DEFAULT);
    if (rig->app.live) live_close(rig->app.live);
    server_stop(rig->server);
    store_stop(rig->app.writer);
    store_stop(rig->app.reader);
    server_destroy(rig->server);
    live_destroy(rig->app.live);
    uv_close((uv_handle_t *)&rig->stop, NULL);
    (void)uv_run(&rig->loop, UV_RUN_DEFAULT);
    must(uv_loop_close(&rig->loop) == 0, "loop", "handles are left open");
    return NULL;
}

void rig_start(struct rig *rig) {
    struct err_text e = { 0 };
    if (!rig->dir[0]) (void)snprintf(rig->dir, sizeof rig->dir, "/tmp/sitelog-http-XXXXXX");
    if (strstr(rig->dir, "XXXXXX")) must(mkdtemp(rig->dir) != NULL, "folder", rig->dir);
    rig->app.board = !rig->hub;
    rig->app.site = rig->hub ? "" : "s-1";
    rig->app.org = "acme";
    rig->app.writer_id = rig->hub ? "hub" : "b-1";
    rig->app.version = "test";
    rig->app.more = rig->more;
    must(uv_loop_init(&rig->loop) == 0, "loop", "init");
    must(uv_async_init(&rig->loop, &rig->stop, on_stop) == 0, "loop", "async");
    must(sessions_create(&rig->app.sessions) == 0, "sessions", "memory");
    for (enum role r = ROLE_MANAGER; r < ROLE_COUNT; r++) sign_in(rig, r);
    open_stores(rig);
    rig->live_options.loop = &rig->loop;
    if (rig->with_live) must(live_create(&rig->live_options, &rig->app.live) == 0, "live", "create");
    struct server_options o = {
        .loop = &rig->loop,
        .app = &rig->app,
        .routes = rig->routes,
        .main = rig->main,
        .raw_only = rig->raw_only,
        .raw = rig->raw,
        .assets = rig->assets,
        .limits = rig->limits,
    };
    if (!o.main.address) o.main.address = "127.0.0.1:0";
    (void)snprintf(rig->control_path, sizeof rig->control_path, "%s/control.sock", rig->dir);
    if (rig->control) o.control_path = rig->control_path;
    int r = server_start(&o, &rig->server, &e);
    must(r == 0, "server", e.text);
    rig->port = server_port(rig->server);
    must(pthread_create(&rig->thread, NULL, serve, rig) == 0, "thread", "create");
}

static void remove_folder(const char *dir) {
    DIR *d = opendir(dir);
    for (struct dirent *f = d ? readdir(d) : NULL; f; f = readdir(d)) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
        (void)unlink(path);
    }
    if (d) (void)closedir(d);
    (void)rmdir(dir);
}

void rig_stop(struct rig *rig) {
    (void)uv_async_send(&rig->stop);
    (void)pthread_join(rig->thread, NULL);
    sessions_destroy(rig->app.sessions);
    rig->app = (struct app){ 0 };
    rig->server = NULL;
    if (!rig->keep_folder) remove_folder(rig->dir);
}

struct counting {
    const char *sql;
    int64_t n;
};

void rig_expect(struct rig *rig, const char *method, const char *target, const char *headers, const char *body,
                int status) {
    struct http_reply r = http_request(rig->port, method, target, headers, body);
    if (r.status != status)
        print_error("%s %s: %d, not %d\n%s%s\n", method, target, r.status, status, r.head, r.body ? r.body : "");
    assert_int_equal(r.status, status);
    assert_non_null(strstr(http_header(&r, "Content-Security-Policy"), "default-src 'none'"));
    assert_string_equal(http_header(&r, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(http_header(&r, "Referrer-Policy"), "no-referrer");
    if (status >= 400) assert_string_equal(http_header(&r, "Content-Type"), "application/problem+json");
    http_reply_fini(&r);
}

static int count(struct db *db, void *arg) {
    struct counting *c = arg;
    struct stmt *s = NULL;
    int r = db_prepare(db, c->sql, &s);
    if (!r) r = stmt_step(s) == 1 ? 0 : ERR_IO;
    if (!r) c->n = stmt_int(s, 0);
    if (s) stmt_reset(s);
    return r;
}

int64_t rig_count(struct rig *rig, const char *sql) {
    struct counting c = { .sql = sql };
    must(store_call(rig->app.reader, count, &c) == 0, "count", sql);
    return c.n;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

size_t rig_memory(void) {
    char line[128];
    size_t kib = 0;
    if (SANITIZED) return 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %zu", &kib) == 1) break;
    if (f) (void)fclose(f);
    return kib << 10;
}
