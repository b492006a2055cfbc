/* SPDX-License-Identifier: MIT */
/* TLS, with curl as the client: the main listener, and a raw one that asks for a certificate and tells whose it is. */
#include "tests/support/http_rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static char dir[] = "/tmp/sitelog-tls-XXXXXX";
static struct rig rig;

static void say_tls(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    x->reply.status = 200;
    (void)buf_add_text(&x->reply.body, "hello over tls");
}

static void echo_size(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    x->reply.status = 200;
    (void)buf_addf(&x->reply.body, "%zu", x->body_len);
}

static const struct step s_hello[] = { { STEP_POOL, say_tls }, { STEP_END, NULL } };
static const struct step s_photo[] = { { STEP_POOL, echo_size }, { STEP_END, NULL } };
static const struct route table[] = { { "GET", "/hello", PERMIT_ANY, ROUTE_OPEN, s_hello },
                                      { "POST", "/photos", PERMIT_ANY, ROUTE_OPEN | ROUTE_BODY_JPEG, s_photo },
                                      { 0 } };
static const struct route *const tables[] = { table, NULL };

static void raw_begin(void *ctx, const struct raw_request *r, void **transfer, struct raw_reply *reply) {
    (void)ctx, (void)transfer;
    reply->status = 200;
    (void)buf_addf(&reply->body, "name=%s tls=%d", r->common_name ? r->common_name : "(not asked)", r->tls);
}

static const struct server_raw raw = { .prefix = "/tus/", .body_max = 100, .begin = raw_begin };

/* Runs a shell command in the folder; what it prints goes to out. */
static int shell(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int shell(char *out, size_t size, const char *format, ...) {
    char command[2048];
    va_list args;
    int n = snprintf(command, sizeof command, "cd %s && ", dir);
    va_start(args, format);
    (void)vsnprintf(command + n, sizeof command - (size_t)n, format, args);
    va_end(args);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t got = fread(out, 1, size - 1, f);
    out[got] = '\0';
    return pclose(f);
}

static int make_certificates(void **state) {
    char out[4096];
    (void)state;
    assert_non_null(mkdtemp(dir));
    static const char *const script =
        "set -e; exec 2>/dev/null; new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';"
        "openssl req -x509 $new -subj /CN=ca -keyout ca.key -out ca.pem;"
        "openssl req -x509 $new -subj /CN=other -keyout other.key -out other.pem;"
        "printf 'subjectAltName=IP:127.0.0.1' >san;"
        "for n in server b-1; do openssl req $new -subj /CN=$n -keyout $n.key -out $n.csr;"
        " openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out $n.pem; done";
    return shell(out, sizeof out, "%s", script);
}

static int remove_certificates(void **state) {
    char out[64];
    (void)state;
    return shell(out, sizeof out, "rm -rf %s", dir);
}

static void test_tls(void **state) {
    char cert[96], key[96], ca[96], out[4096];
    (void)state;
    (void)snprintf(cert, sizeof cert, "%s/server.pem", dir);
    (void)snprintf(key, sizeof key, "%s/server.key", dir);
    (void)snprintf(ca, sizeof ca, "%s/ca.pem", dir);
    rig = (struct rig){
        .routes = tables,
        .raw = &raw,
        .main = { .address = "127.0.0.1:0", .tls_cert = cert, .tls_key = key },
        .raw_only = { .address = "127.0.0.1:0", .tls_cert = cert, .tls_key = key, .tls_client_ca = ca },
    };
    rig_start(&rig);
    unsigned raw_port = server_raw_port(rig.server);
    static const char *const curl = "curl -s -m 20 --cacert ca.pem";
    assert_int_equal(shell(out, sizeof out, "%s https://127.0.0.1:%u/hello", curl, rig.port), 0);
    assert_string_equal(out, "hello over tls");
    assert_int_equal(
        shell(
            out, sizeof out,
            "head -c 5000000 /dev/zero | %s -H 'Content-Type: image/jpeg' --data-binary @- https://127.0.0.1:%u/photos",
            curl, rig.port),
        0);
    assert_string_equal(out, "5000000");
    assert_int_not_equal(shell(out, sizeof out, "%s http://127.0.0.1:%u/hello", curl, rig.port), 0);
    assert_int_equal(
        shell(out, sizeof out, "%s --cert b-1.pem --key b-1.key -X POST https://127.0.0.1:%u/tus/", curl, raw_port), 0);
    assert_string_equal(out, "name=b-1 tls=1");
    assert_int_equal(shell(out, sizeof out, "%s -X POST https://127.0.0.1:%u/tus/", curl, raw_port), 0);
    assert_string_equal(out, "name= tls=1"); /* asked, and showed none */
    (void)shell(out, sizeof out, "%s --cert other.pem --key other.key -X POST https://127.0.0.1:%u/tus/", curl,
                raw_port);
    assert_null(strstr(out, "name=other")); /* signed by somebody else */
    rig_stop(&rig);
}

static void test_wrong_files(void **state) {
    struct err_text e = { 0 };
    struct server *s = NULL;
    struct app app = { .board = true, .site = "s-1" };
    uv_loop_t loop;
    char cert[96], key[96];
    (void)state;
    (void)snprintf(cert, sizeof cert, "%s/server.pem", dir);
    (void)snprintf(key, sizeof key, "%s/other.key", dir);
    assert_int_equal(uv_loop_init(&loop), 0);
    struct server_options o = { .loop = &loop,
                                .app = &app,
                                .routes = tables,
                                .main = { .address = "127.0.0.1:0", .tls_cert = cert, .tls_key = key } };
    assert_true(server_start(&o, &s, &e) < 0);
    assert_non_null(strstr(e.text, "belong together"));
    o.main.tls_cert = "/nowhere.pem";
    assert_true(server_start(&o, &s, &e) < 0);
    assert_non_null(strstr(e.text, "/nowhere.pem"));
    o.main = (struct server_listen){ .address = "127.0.0.1" };
    assert_int_equal(server_start(&o, &s, &e), ERR_INVALID);
    o.main = (struct server_listen){ .address = "203.0.113.1:1" };
    assert_true(server_start(&o, &s, &e) < 0);
    assert_non_null(strstr(e.text, "203.0.113.1:1"));
    assert_int_equal(uv_loop_close(&loop), 0); /* nothing is left on it */
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_tls), cmocka_unit_test(test_wrong_files) };
    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
