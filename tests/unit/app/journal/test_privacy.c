/* SPDX-License-Identifier: MIT */
/* Masking. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/privacy.h"

#include <string.h>

static void test_names(void **state) {
    static const char *const cases[][2] = {
        { "张三", "张**" }, { "欧阳娜娜", "欧**" }, { "张**", "张**" }, { "张*", "张*" },     { "Smith", "S**" },
        { "S**", "S**" },   { "张*三", "张**" },    { "", "" },         { "  李四", "李**" }, { "王", "王**" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[32];
        int rc = privacy_mask_name(cases[i][0], out, sizeof out);
        assert_int_equal(rc, 0);
        assert_string_equal(out, cases[i][1]);
    }
    char small[3];
    assert_int_equal(privacy_mask_name("张三", small, sizeof small), ERR_TOO_BIG);
}

static void test_phones(void **state) {
    static const char *const cases[][2] = {
        { "13800138000", "138****8000" },
        { "138 0013 8000", "138****8000" },
        { "+86 138-0013-8000", "138****8000" },
        { "8613800138000", "138****8000" },
        { "138****8000", "138****8000" },
        { "138 **** 8000", "138****8000" },
        { "010-12345678", "010****5678" },
        { "(0755) 1234567", "075****4567" },
        { "1234567", "****4567" },
        { "95588", "****88" },
        { "", "" },
    };
    static const char *const bad[] = { "abc",           "1234", "138x",  "138*8000", "123456789012345678901",
                                       "13800138000;1", " ",    "１３８" };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[32];
        assert_int_equal(privacy_mask_phone(cases[i][0], out, sizeof out), 0);
        assert_string_equal(out, cases[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char out[32];
        if (privacy_mask_phone(bad[i], out, sizeof out) != ERR_INVALID) fail_msg("%s was taken", bad[i]);
    }
}

static void test_texts(void **state) {
    static const char *const cases[][2] = {
        { "", "" },
        { "今日完成水电开槽，明日进场线管", "今日完成水电开槽，明日进场线管" },
        { "电话13800138000，找张先生", "电话138****8000，找张先生" },
        { "+86 13800138000", "+138****8000" },
        { "2026-11-22 13800138000", "2026-11-22 138****8000" },
        { "3 13800138000 5", "3 138****8000 5" },
        { "13800138000/13900139000", "138****8000/139****9000" },
        { "11010519491231002X", "110***********002X" },                     /* the standard's own example */
        { "身份证 110105 19491231 002x。", "身份证 110***********002x。" }, /* with blanks */
        { "110105194912310021", "110105194912310021" },                     /* its check digit is wrong */
        { "6222 0210 0111 6245 702", "622************5702" },
        { "卡6222021001116245702。", "卡622************5702。" },
        { "6222021001116245703", "6222021001116245703" }, /* Luhn does not fit */
        { "C20 2026-11-22 5cm 12345", "C20 2026-11-22 5cm 12345" },
        { "12800138000", "12800138000" }, /* no mobile number begins with 12 */
        { "138001380001", "138001380001" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        struct buf again;
        buf_init(&out, 4096);
        buf_init(&again, 4096);
        assert_int_equal(privacy_mask_text(cases[i][0], &out), 0);
        assert_string_equal(out.data ? out.data : "", cases[i][1]);
        assert_int_equal(privacy_mask_text(out.data ? out.data : "", &again), 0); /* masking twice is masking once */
        assert_string_equal(again.data ? again.data : "", cases[i][1]);
        buf_fini(&out);
        buf_fini(&again);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_phones),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
