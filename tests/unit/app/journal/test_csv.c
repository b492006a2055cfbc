/* SPDX-License-Identifier: MIT */
/* Tables for spreadsheets: quoting, formulas made harmless, and lists of JSON as rows. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/csv.h"
#include "app/journal/csv_list.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static void a_spreadsheet_runs_nothing(void **state) {
    static const char *const cells[][2] = {
        { "plain", "\"plain\"" },
        { "=1+1", "\"'=1+1\"" },
        { "+86 138", "\"'+86 138\"" },
        { "-3", "\"'-3\"" },
        { "@cmd", "\"'@cmd\"" },
        { "\t=1", "\"'\t=1\"" },
        { "\r=1", "\"'\r=1\"" },
        { "\n=1", "\"'\n=1\"" },
        { "a \"b\", c", "\"a \"\"b\"\", c\"" },
        { "\"=1", "\"\"\"=1\"" },
        { "", "\"\"" },
        { NULL, "\"\"" },
        { "行一\n行二", "\"行一\n行二\"" },
        { "1=2", "\"1=2\"" },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cells); i++) {
        struct csv c;
        CLEANUP(buf_fini) struct buf out;
        buf_init(&out, 1000);
        csv_start(&c, &out);
        csv_text(&c, cells[i][0]);
        assert_string_equal(out.data + 3, cells[i][1]); /* after the mark */
    }
}

static void rows_end_and_begin(void **state) {
    struct csv c;
    CLEANUP(buf_fini) struct buf out;
    (void)state;
    buf_init(&out, 1000);
    csv_start(&c, &out);
    csv_text(&c, "a");
    csv_int(&c, -12);
    csv_end(&c);
    csv_int(&c, INT64_MAX);
    csv_end(&c);
    assert_string_equal(out.data, "\xef\xbb\xbf\"a\",-12\r\n9223372036854775807\r\n");
}

static void a_list_becomes_a_table(void **state) {
    static const char list[] = "{\"alerts\":[{\"id\":\"x\",\"site\":\"s-1\",\"rule\":\"camera-down\",\"level\":"
                               "\"office\",\"subject\":\"board/b\","
                               "\"due\":\"d\",\"raised\":\"r\",\"text\":{\"zh\":\"=坏\",\"en\":\"bad\"},\"state\":"
                               "\"standing\",\"seen\":{\"at\":\"t\","
                               "\"by\":{\"id\":\"o\",\"name\":null}}}],\"next\":\"12\"}";
    static const char table[] =
        "\xef\xbb\xbf\"工地\",\"编号\",\"级别\",\"状态\",\"规则\",\"对象\",\"内容\",\"到期\",\"发出\","
        "\"解除\",\"看到时间\",\"看到的人\",\"备注\"\r\n\"s-1\",\"x\",\"总部\",\"未解除\",\"camera-down\","
        "\"board/b\",\"'=坏\",\"d\",\"r\",\"\",\"t\",\"\",\"\"\r\n";
    CLEANUP(buf_fini) struct buf json;
    CLEANUP(buf_fini) struct buf out;
    char next[CSV_LIST_NEXT_SIZE];
    (void)state;
    buf_init(&json, 10000);
    buf_init(&out, 10000);
    assert_int_equal(buf_add_text(&json, list), 0);
    assert_int_equal(csv_list(&json, "alerts", csv_list_alerts, true, &out, next), 0);
    assert_string_equal(out.data, table);
    assert_string_equal(next, "12");
    buf_clear(&out);
    assert_int_equal(csv_list(&json, "alerts", csv_list_alerts, false, &out, next), 0);
    assert_non_null(strstr(out.data, "\"head office\",\"standing\",\"camera-down\",\"board/b\",\"bad\""));
    buf_clear(&out);
    assert_int_equal(csv_list(&json, "sites", csv_list_sites, true, &out, next), ERR_CORRUPT);
}

static void reasons_are_told_in_one_cell(void **state) {
    static const char list[] =
        "{\"sites\":[{\"site\":\"s-1\",\"name\":\"a\",\"red\":true,\"unsent\":null,\"alerts\":3,"
        "\"press\":[{\"kind\":\"executive\",\"n\":2},{\"kind\":\"late\",\"n\":4}],\"stage\":null,"
        "\"held\":null}]}";
    CLEANUP(buf_fini) struct buf json;
    CLEANUP(buf_fini) struct buf out;
    char next[CSV_LIST_NEXT_SIZE];
    (void)state;
    buf_init(&json, 10000);
    buf_init(&out, 10000);
    assert_int_equal(buf_add_text(&json, list), 0);
    assert_int_equal(csv_list(&json, "sites", csv_list_sites, false, &out, next), 0);
    assert_non_null(
        strstr(out.data, "\r\n\"s-1\",\"a\",\"yes\",\"alerts for the executives 2; working days late 4\",\"\","));
    assert_non_null(strstr(out.data, ",3,\"\",\"\"\r\n"));
    assert_string_equal(next, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spreadsheet_runs_nothing),
        cmocka_unit_test(rows_end_and_begin),
        cmocka_unit_test(a_list_becomes_a_table),
        cmocka_unit_test(reasons_are_told_in_one_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
