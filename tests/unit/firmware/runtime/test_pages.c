/* SPDX-License-Identifier: MIT */
/* Where a phone finds the board's pages. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/runtime/pages.h"

#include <string.h>

static void one_address(void **state) {
    static const struct {
        const char *listen;
        bool tls;
        unsigned port;
        const char *page;
    } cases[] = {
        { "127.0.0.1:0", false, 40123, "http://127.0.0.1:40123" },
        { "192.168.8.1:80", false, 80, "http://192.168.8.1" },
        { "board.site:443", true, 443, "https://board.site" },
        { "[fd00::1]:8443", true, 8443, "https://[fd00::1]:8443" },
    };
    char out[2][APP_PAGE_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pages_find(cases[i].listen, cases[i].tls, cases[i].port, out, 2), 1);
        assert_string_equal(out[0], cases[i].page);
    }
    assert_int_equal(pages_find("127.0.0.1:0", false, 1, out, 0), 0);
}

/* Of every network, and never the machine's own loopback. */
static void every_address(void **state) {
    static const char *const listens[] = { "0.0.0.0:0", ":8080", "[::]:8080" };
    char out[8][APP_PAGE_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof listens / sizeof listens[0]; i++) {
        int n = pages_find(listens[i], false, 8080, out, 8);
        assert_in_range(n, 0, 8);
        for (int k = 0; k < n; k++) {
            assert_non_null(strstr(out[k], ":8080"));
            assert_null(strstr(out[k], "://127."));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address),
        cmocka_unit_test(every_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
