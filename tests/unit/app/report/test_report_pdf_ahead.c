/* SPDX-License-Identifier: MIT */
/* Photos fetched ahead: in the order asked, errors with the photo that they belong to, never far ahead, and an end at any time. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/report/report_pdf_ahead.h"
#include "tests/support/report_sample.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PHOTOS = 40, LONG_PX = 480, FAR = 4 };

struct counting {
    atomic_int fetched, taken, farthest;
};

static int fetch(void *ctx, const struct report_photo *photo, unsigned long_px, struct buf *out) {
    struct counting *c = ctx;
    unsigned n = (unsigned)strtoul(photo->id + 24, NULL, 16);
    int far = atomic_fetch_add(&c->fetched, 1) + 1 - atomic_load(&c->taken);
    if (far > atomic_load(&c->farthest)) atomic_store(&c->farthest, far);
    if (long_px != LONG_PX) return ERR_INVALID;
    if (n % 3 == 0) (void)usleep(2000);
    if (n % 10 == 7) return ERR_NOT_FOUND;
    return buf_addf(out, "photo %u", n);
}

static void in_the_order_asked(void **state) {
    struct counting c = { 0 };
    struct report_view view = { .photo = fetch, .ctx = &c };
    struct report_pdf_ahead *a = NULL;
    struct report r;
    size_t order[PHOTOS];
    (void)state;
    report_sample(&r, PHOTOS);
    for (size_t i = 0; i < PHOTOS; i++) order[i] = i * 7 % PHOTOS;
    assert_int_equal(report_pdf_ahead_create(&r, &view, LONG_PX, order, PHOTOS, &a), 0);
    for (size_t i = 0; i < PHOTOS; i++) {
        char want[20];
        struct buf jpeg;
        int rc = report_pdf_ahead_take(a, &jpeg);
        atomic_fetch_add(&c.taken, 1);
        (void)snprintf(want, sizeof want, "photo %zu", order[i] + 1);
        assert_int_equal(rc, (order[i] + 1) % 10 == 7 ? ERR_NOT_FOUND : 0);
        if (!rc) assert_string_equal(jpeg.data, want);
        buf_fini(&jpeg);
        if (i == 5) (void)usleep(20000); /* somebody draws slowly */
    }
    struct buf none;
    assert_int_equal(report_pdf_ahead_take(a, &none), ERR_NOT_FOUND);
    buf_fini(&none);
    report_pdf_ahead_destroy(a);
    assert_int_equal(atomic_load(&c.fetched), PHOTOS);
    assert_true(atomic_load(&c.farthest) <= FAR + 1); /* one that is taken, and not yet counted */
    report_fini(&r);
}

static void an_end_at_any_time(void **state) {
    (void)state;
    for (size_t taken = 0; taken < 8; taken++) {
        struct counting c = { 0 };
        struct report_view view = { .photo = fetch, .ctx = &c };
        struct report_pdf_ahead *a = NULL;
        struct report r;
        size_t order[PHOTOS];
        report_sample(&r, PHOTOS);
        for (size_t i = 0; i < PHOTOS; i++) order[i] = i;
        assert_int_equal(report_pdf_ahead_create(&r, &view, LONG_PX, order, PHOTOS, &a), 0);
        for (size_t i = 0; i < taken; i++) {
            struct buf jpeg;
            (void)!report_pdf_ahead_take(a, &jpeg);
            buf_fini(&jpeg);
        }
        report_pdf_ahead_destroy(a);
        assert_true(atomic_load(&c.fetched) <= (int)taken + FAR);
        report_fini(&r);
    }
    report_pdf_ahead_destroy(NULL);
}

static void nobody_gives_photos(void **state) {
    struct report_view view = { .photo = NULL };
    struct report_pdf_ahead *a = NULL;
    struct report r;
    struct buf jpeg;
    size_t order[1] = { 0 };
    (void)state;
    report_sample(&r, 1);
    assert_int_equal(report_pdf_ahead_create(&r, &view, LONG_PX, order, 1, &a), 0);
    assert_int_equal(report_pdf_ahead_take(a, &jpeg), ERR_NOT_FOUND);
    buf_fini(&jpeg);
    report_pdf_ahead_destroy(a);
    report_fini(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_order_asked),
        cmocka_unit_test(an_end_at_any_time),
        cmocka_unit_test(nobody_gives_photos),
    };
    return cmocka_run_group_tests_name("report_pdf_ahead", tests, NULL, NULL);
}
