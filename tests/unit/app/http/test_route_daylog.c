/* SPDX-License-Identifier: MIT */
/* Drafts over a real server: who has one open hears when it is kept or thrown away, and of nothing that was refused. */
#include "app/journal/draft.h"
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const struct route route_live[], route_daylog[];

static const struct route *const tables[] = { route_live, route_daylog, NULL };
static struct rig rig;

static int setup(void **state) {
    (void)state;
    rig = (struct rig){ .routes = tables, .with_live = true, .schema = draft_schema };
    rig_start(&rig);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rig_stop(&rig);
    return 0;
}

#define DRAFT "/api/v1/drafts/daylog/2026-11-22"

static void ask(const char *method, const char *path, const char *body, int status) {
    char headers[400];
    (void)snprintf(headers, sizeof headers, "%s%s", rig.as[ROLE_MANAGER],
                   body ? "Content-Type: application/json\r\n" : "");
    struct http_reply r = http_request(rig.port, method, path, headers, body);
    if (r.status != status) fail_msg("%s %s: %d, not %d: %s", method, path, r.status, status, r.body ? r.body : "");
    http_reply_fini(&r);
}

static void who_has_it_open_hears_of_it(void **state) {
    static const char told[] = "event: draft\ndata: {\"site\":\"s-1\",\"kind\":\"daylog\",\"key\":\"2026-11-22\"}\n\n";
    char text[8192] = "";
    (void)state;
    int fd = http_connect(rig.port);
    assert_true(http_send_text(fd, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\n%s\r\n", rig.cookie[ROLE_CREW]));
    assert_true(http_read_until(fd, "retry: 2000\n\n", text, sizeof text, 10000));
    ask("PUT", DRAFT, "[]", 400); /* refused: nothing is told */
    ask("PUT", DRAFT, "{\"done\":[\"x\"]}", 204);
    assert_true(http_read_until(fd, "2026-11-22\"}\n\n", text, sizeof text, 10000));
    const char *first = strstr(text, "event: draft");
    assert_non_null(first);
    assert_int_equal(strncmp(first, told, strlen(told)), 0);
    ask("GET", DRAFT, NULL, 200); /* reading is none either */
    ask("DELETE", DRAFT, NULL, 204);
    live_publish(rig.app.live, "marks", 0, "s-1", "{\"last\":1}");
    assert_true(http_read_until(fd, "{\"last\":1}\n\n", text, sizeof text, 10000));
    const char *second = strstr(first + 1, "event: draft");
    assert_non_null(second);
    assert_int_equal(strncmp(second, told, strlen(told)), 0);
    assert_null(strstr(second + 1, "event: draft"));
    (void)close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(who_has_it_open_hears_of_it, setup, teardown) };
    return cmocka_run_group_tests_name("route_daylog", tests, NULL, NULL);
}
