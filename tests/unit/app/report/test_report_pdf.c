/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "app/report/report_pdf.h"
#include "tests/support/report_sample.h"
static void show(void **state) {
    struct report r;
    struct buf out;
    struct err_text e = { 0 };
    (void)state;
    report_sample(&r, 20);
    report_sample_note(&r, 4000);
    buf_init(&out, 64 << 20);
    struct report_view view = { .lang = REPORT_BOTH, .names = true, .site_path = "/api/v1/sites/s-0412" };
    if (report_pdf(&r, &view, &out, &e)) fail_msg("%s", e.text);
    FILE *f = fopen("/tmp/report-try.pdf", "w");
    fwrite(out.data, 1, out.len, f);
    fclose(f);
    buf_fini(&out);
    report_fini(&r);
}
int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(show) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
