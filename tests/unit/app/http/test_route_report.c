/* SPDX-License-Identifier: MIT */
/* A site's week as the route gives it: what the projections hold comes into it, and what is asked wrongly is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/alert.h"
#include "app/journal/outage.h"
#include "app/journal/person.h"
#include "app/report/report_pdf.h"
#include "firmware/base/text.h"
#include "tests/support/steps_rig.h"

#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE "/api/v1/report"
#define NAME  "王**"

struct fixture {
    struct board_rig board;
    struct steps steps;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) }); /* 2026-11-22T16:00:00+08:00, a Sunday, week 47 */
    clock_fake_mono((struct mono){ 5000000 });
    board_rig_open(&f->board);
    steps_init(&f->steps, &f->board);
    f->steps.app.report_pdf = report_pdf;
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    board_rig_close(&f->board);
    free(f);
    clock_fake_off();
    FcFini();
    return 0;
}

static void add_photo(struct fixture *f, unsigned number, const char *more, char id[ID_SIZE]) {
    struct buf jpeg = board_rig_jpeg(&f->board, number, NULL);
    char target[160];
    ids_make(clock_wall(), id);
    (void)snprintf(target, sizeof target, "?id=%s%s", id, more);
    steps_status(&f->steps,
                 &(struct steps_ask){ "POST", "/api/v1/photos", .target = target, .body = jpeg.data, .n = jpeg.len },
                 201, NULL);
    buf_fini(&jpeg);
}

static void add_log(struct fixture *f, const char *date, const char *photo) {
    char body[1000], id[ID_SIZE];
    ids_make(clock_wall(), id);
    (void)snprintf(
        body, sizeof body,
        "{\"id\":\"%s\",\"date\":\"%s\",\"stage\":\"plumbing_electrical\",\"photos\":[%s],\"crew\":{\"electrician\":2},"
        "\"done\":[{\"phrase\":\"plumbing_electrical/chasing\",\"rooms\":[\"kitchen\"],\"state\":\"blocked\",\"n\":5}],"
        "\"plan\":[\"pipes <b>\"],\"note\":\"all & well\"}",
        id, date, photo);
    steps_status(&f->steps, &(struct steps_ask){ "POST", "/api/v1/daylogs", .body = body }, 201, NULL);
}

static int write_rest(struct db *db, void *arg) {
    struct fixture *f = arg;
    struct journal *j = f->board.depot.journal;
    struct wall now = clock_wall();
    struct person person = { .id = "u-01", .name = NAME, .role = "manager", .active = true };
    struct alert alert = { .rule = "camera-down",
                           .level = "office",
                           .subject = "board/b-01",
                           .due = now,
                           .zh = "摄像头没有画面",
                           .en = "no picture from the camera" };
    struct outage outage = { .what = OUTAGE_POWER,
                             .from = { now.ms - 3 * 3600 * 1000 },
                             .to = { now.ms - 3600 * 1000 },
                             .stop = OUTAGE_STOP_SUDDEN };
    int rc = person_set(j, db, BOARD_RIG_SITE, &person, "user/u-01", NULL, NULL);
    if (!rc) rc = alert_raise(j, db, NULL, &alert, NULL);
    if (!rc) rc = outage_append(j, db, &outage, NULL, NULL);
    outage.from.ms -= INT64_C(8) * 86400 * 1000; /* of the week before */
    outage.to.ms -= INT64_C(8) * 86400 * 1000;
    outage.what = OUTAGE_NETWORK;
    if (!rc) rc = outage_append(j, db, &outage, NULL, NULL);
    return rc;
}

/* A week with a log, three photos (one of them of a stage that is no standard one), an alert and two outages; *photo: the log's. */
static void fill(struct fixture *f, char photo[ID_SIZE]) {
    char list[60], other[ID_SIZE];
    assert_int_equal(store_call(f->board.writer, write_rest, f), 0);
    add_photo(f, 1, "&stage=plumbing_electrical&room=kitchen&caption=five", photo);
    add_photo(f, 2, "&stage=demolition", other);
    add_photo(f, 3, "", other);
    (void)snprintf(list, sizeof list, "\"%s\"", photo);
    add_log(f, "2026-11-22", list);
}

static char *html(struct fixture *f, const char *query, enum role role) {
    return steps_expect(&f->steps, &(struct steps_ask){ "GET", ROUTE, .target = query, .role = role }, 200, NULL);
}

static void expect(const char *text, const char *what) {
    if (!strstr(text, what)) fail_msg("%s is not in the report:\n%s", what, text);
}

static void a_week_is_all_in_it(void **state) {
    static const char *const said[] = {
        "施工周报",
        "2026年第47周",
        "week 47 of 2026",
        "2026-11-16 – 2026-11-22",
        "水电开槽 · 厨房 ×5 · 受阻",
        "kitchen ×5 · blocked",
        "水电工 2",
        "pipes &lt;b&gt;",
        "all &amp; well",
        "摄像头没有画面",
        "no picture from the camera",
        "未解除",
        "断电",
        "突然断电",
        "2\u00a0小时 00\u00a0分",
        "2026-11-22 13:00",
        "five",
        ">现阶段",
        "据日报",
        "<b>3</b>",
        "<b>1/1</b>", /* its first day; the log of a Sunday counts */
        NAME,
    };
    struct fixture *f = *state;
    char photo[ID_SIZE], link[120];
    fill(f, photo);
    char *text = html(f, "?week=2026-W47", ROLE_MANAGER);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(said); i++) expect(text, said[i]);
    assert_null(strstr(text, "no link")); /* the week before */
    (void)snprintf(link, sizeof link, "src=\"/api/v1/sites/" BOARD_RIG_SITE "/photos/%s/thumb\"", photo);
    expect(text, link);
    char *same = html(f, "?week=2026-11-19", ROLE_MANAGER), *now = html(f, NULL, ROLE_MANAGER);
    assert_string_equal(same, text);
    assert_string_equal(now, text);
    char *before = html(f, "?week=2026-W46", ROLE_MANAGER);
    expect(before, "no link");
    assert_null(strstr(before, "five"));
    free(before);
    free(now);
    free(same);
    free(text);
}

/* ---- what was judged ---- */

#define WALK   "01990000-0000-7000-8000-0000000000a1"
#define HAZARD "01990000-0000-7000-8000-0000000000a2"
#define CLAIM  "01990000-0000-7000-8000-0000000000a3"
#define TEST   "01990000-0000-7000-8000-0000000000a4"
#define ABSENT "01990000-0000-7000-8000-0000000000a5" /* a photo that has not come */

struct judged {
    struct fixture *f;
    char before[ID_SIZE], after[ID_SIZE], item[ID_SIZE];
};

static int append(struct journal *j, struct db *db, const char *type, const char *subject, const char *data) {
    struct event_draft d = { .type = type, .subject_id = subject, .actor = "user/u-01", .data = data };
    return journal_append(j, db, &d, NULL, NULL);
}

static int write_judged(struct db *db, void *arg) {
    struct judged *k = arg;
    struct journal *j = k->f->board.depot.journal;
    char hazard[300], rectified[120], walk[2400];
    (void)snprintf(
        hazard, sizeof hazard,
        "{\"severity\":\"serious\",\"text\":\"卫生间防水高度不足\",\"room\":\"bathroom\",\"photos\":[\"%s\",\"" ABSENT
        "\"]}",
        k->before);
    (void)snprintf(rectified, sizeof rectified, "{\"photos\":[\"%s\"],\"note\":\"ok\"}", k->after);
    (void)snprintf(
        walk, sizeof walk,
        "{\"date\":\"2026-11-21\",\"stage\":\"waterproofing\",\"verdict\":\"rectify\",\"passed\":1,\"failed\":1,"
        "\"items\":[{\"item\":\"wp.hshower\",\"room\":\"bathroom\",\"values\":[{\"part\":\"value\",\"value\":1650}],"
        "\"photos\":[\"%s\"]},{\"item\":\"drain\",\"result\":\"pass\"},{\"item\":\"wp.pond\",\"test\":\"" TEST
        "\"},{\"item\":\"wp.door\",\"result\":\"na\",\"reason\":\"no door "
        "yet\"},{\"item\":\"wp.thick\",\"values\":[{\"part\":\"floor\",\"value\":1.6},{\"part\":\"wall\",\"value\":1."
        "25}]},"
        "{\"item\":\"wp.pond\",\"room\":\"kitchen\",\"runs\":[{\"phase\":\"pond\",\"minutes\":1470,\"start\":25,"
        "\"end\":24}]}],\"results\":[{\"result\":\"fail\",\"red\":true,"
        "\"zh\":\"淋浴区高度\",\"en\":\"height at the shower\",\"limit\":{\"zh\":\"≥ 1800 mm\",\"en\":\"≥ 1800 mm\"}},"
        "{\"result\":\"pass\",\"zh\":\"地漏\",\"en\":\"drain\"},{\"result\":\"pass\",\"zh\":\"闭水\",\"en\":"
        "\"ponding\","
        "\"limit\":{\"zh\":\"≥ 24 小时\",\"en\":\"≥ 24 "
        "h\"}},{\"result\":\"na\",\"zh\":\"门槛\",\"en\":\"door\"},{\"result\":\"pass\"},{\"result\":\"pass\"}],"
        "\"hazards\":[{\"item\":\"height\",\"id\":\"" HAZARD "\"}]}",
        k->item);
    int rc = append(j, db, "hazard-raised", HAZARD, hazard);
    if (!rc) rc = append(j, db, "hazard-assigned", HAZARD, "{\"assignee\":\"u-01\"}");
    if (!rc) rc = append(j, db, "hazard-rectified", HAZARD, rectified);
    if (!rc)
        rc = append(j, db, "timed-test-started", TEST,
                    "{\"kind\":\"ponding\",\"stage\":\"waterproofing\",\"room\":\"bathroom\",\"value\":22}");
    if (!rc)
        rc = append(j, db, "timed-test-finished", TEST,
                    "{\"value\":21,\"result\":\"pass\",\"seconds\":93600,\"how\":\"provable\",\"dark\":[{\"from\":"
                    "\"2026-11-21T18:00:00+08:00\",\"to\":\"2026-11-21T19:30:00+08:00\",\"seconds\":5400}]}");
    if (!rc) rc = append(j, db, "inspection-submitted", WALK, walk);
    if (!rc) rc = append(j, db, "stage-started", "plumbing_electrical", "{}");
    if (!rc)
        rc = append(j, db, "delay-claimed", CLAIM,
                    "{\"reason\":\"停电\",\"from\":\"2026-11-19\",\"to\":\"2026-11-20\",\"days\":2}");
    return rc;
}

static void fill_judged(struct fixture *f, struct judged *k) {
    char photo[ID_SIZE];
    *k = (struct judged){ .f = f };
    fill(f, photo);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) - INT64_C(14) * 86400000 }); /* no photos of that week */
    add_photo(f, 4, "&caption=before", k->before);
    add_photo(f, 5, "&caption=after", k->after);
    add_photo(f, 6, "&caption=measured", k->item);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) });
    assert_int_equal(store_call(f->board.writer, write_judged, k), 0);
}

static void what_was_judged_is_in_it(void **state) {
    static const char *const said[] = {
        "卫生间防水高度不足",
        "待复查",
        "to be re-checked",
        "整改前",
        "整改后",
        "淋浴区高度",
        "≥\u00a01800\u00a0mm",
        ">1650\u00a0mm",
        "26\u00a0小时 00\u00a0分",
        "22 → 21\u00a0mm",
        "地面 1.6\u00a0mm",
        "wall 1.25\u00a0mm",
        "24\u00a0小时 30\u00a0分 · 25 → 24\u00a0mm",
        "断电 1 次 · 1\u00a0小时 30\u00a0分",
        "只算可证实的时间",
        "原因 <small lang=\"en\">Reason</small></span> no door yet",
        "1 张照片未到",
        "需整改",
        "红线",
        "不合格",
        "<b>4/5</b>",
        "停电",
        "待批",
        "2026-11-19",
        "before",
        ">measured",
    };
    struct fixture *f = *state;
    struct judged k;
    char link[120];
    fill_judged(f, &k);
    char *text = html(f, "?week=2026-W47", ROLE_MANAGER);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(said); i++) expect(text, said[i]);
    for (const char *id = k.before;; id = id == k.before ? k.after : k.item) {
        (void)snprintf(link, sizeof link, "/photos/%s/thumb\"", id);
        expect(text, link);
        if (id == k.item) break;
    }
    assert_null(strstr(text, "据日报")); /* its start was said */
    free(text);
}

static void one_inspection(void **state) {
    struct fixture *f = *state;
    struct judged k;
    fill_judged(f, &k);
    struct steps_ask ask = { "GET", "/api/v1/inspections/{id}/report", .target = "id=" WALK, .role = ROLE_VIEWER };
    char *text = steps_expect(&f->steps, &ask, 200, NULL);
    expect(text, "质检报告");
    expect(text, "淋浴区高度");
    expect(text, "卫生间防水高度不足");
    expect(text, "整改后");
    expect(text, "/inspections/" WALK "/report?format=pdf");
    assert_null(strstr(text, "施工日报"));
    assert_null(strstr(text, "摄像头没有画面"));
    assert_null(strstr(text, NAME));
    ask.target = "id=" HAZARD;
    steps_status(&f->steps, &ask, 404, NULL);
    free(text);
}

/* Days before the site's first event, and today before the cut-off, are none on which a log could have been missed. */
static void only_logs_that_were_due_are_counted(void **state) {
    struct fixture *f = *state;
    static const struct {
        int64_t at; /* hours after Sunday, 2026-11-22T16:00+08:00 */
        const char *week, *count;
    } asked[] = {
        { 24, "?week=2026-W48", "<b>0/0</b>" }, /* Monday's is due this evening */
        { 27, "?week=2026-W48", "<b>0/1</b>" },
        { 27 + 5 * 24, "?week=2026-W48", "<b>0/6</b>" },
        { 27 + 5 * 24, "?week=2026-W47", "<b>0/0</b>" },
        { 27 + 5 * 24, "?week=2026-W46", "<b>0/0</b>" }, /* before it began */
    };
    assert_int_equal(store_call(f->board.writer, write_rest, f), 0);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(asked); i++) {
        clock_fake_wall((struct wall){ INT64_C(1795334400000) + asked[i].at * 3600 * 1000 });
        char *text = html(f, asked[i].week, ROLE_OFFICE);
        expect(text, asked[i].count);
        free(text);
    }
}

/* Ten days on which the site was held: due so much later, and on a working day. */
static int write_held(struct db *db, void *arg) {
    struct fixture *f = arg;
    struct journal *j = f->board.depot.journal;
    const struct wall now = clock_wall();
    const int64_t day_ms = INT64_C(86400) * 1000;
    clock_fake_wall((struct wall){ now.ms - 13 * day_ms });
    int rc = append(j, db, "hazard-raised", HAZARD, "{\"severity\":\"serious\",\"text\":\"held back\"}");
    clock_fake_wall((struct wall){ now.ms - 12 * day_ms });
    if (!rc) rc = append(j, db, "site-held", BOARD_RIG_SITE, "{\"reason\":\"no money\"}");
    clock_fake_wall((struct wall){ now.ms - 2 * day_ms });
    if (!rc) rc = append(j, db, "site-resumed", BOARD_RIG_SITE, "{}");
    clock_fake_wall(now);
    return rc;
}

static void hazards_are_due_by_the_sites_clocks(void **state) {
    struct fixture *f = *state;
    assert_int_equal(store_call(f->board.writer, write_held, f), 0);
    char *text = html(f, "?lang=zh", ROLE_MANAGER), *english = html(f, "?lang=en", ROLE_MANAGER);
    expect(text, "held back");
    expect(text,
           "<div class=\"plain\">2026-11-23</div><div class=\"plain\"><span class=\"label\">原定</span> 2026-11-12<");
    assert_null(strstr(text, "已超期"));
    expect(english, "was</span> 2026-11-12");
    clock_fake_wall((struct wall){ INT64_C(1795334400000) + INT64_C(36) * 3600000 }); /* the 24th */
    char *later = html(f, "?lang=zh", ROLE_MANAGER), *week = html(f, "?lang=zh&week=2026-W47", ROLE_MANAGER);
    expect(later, "已超期");
    assert_null(strstr(week, "已超期")); /* it was not, then */
    free(text);
    free(english);
    free(later);
    free(week);
}

/* Nothing of the other language but what somebody wrote. */
static void one_language(void **state) {
    struct fixture *f = *state;
    struct judged k;
    fill_judged(f, &k);
    char *zh = html(f, "?week=2026-W47&lang=zh", ROLE_MANAGER), *en = html(f, "?week=2026-W47&lang=en", ROLE_MANAGER);
    expect(zh, "≥\u00a024\u00a0小时");
    assert_null(strstr(zh, "≥\u00a024\u00a0h"));
    assert_null(strstr(zh, "shower"));
    expect(en, "≥\u00a024\u00a0h");
    assert_null(strstr(en, "小时"));
    expect(en, "depth ≥\u00a020\u00a0mm"); /* of the test's own */
    free(zh);
    free(en);
}

static void a_viewer_sees_no_names(void **state) {
    struct fixture *f = *state;
    char photo[ID_SIZE];
    fill(f, photo);
    char *text = html(f, NULL, ROLE_VIEWER), *english = html(f, "?lang=en", ROLE_OFFICE);
    assert_null(strstr(text, NAME));
    expect(english, NAME);
    expect(english, "Weekly site report");
    assert_null(strstr(english, "施工周报"));
    free(text);
    free(english);
}

static void what_is_asked_wrongly(void **state) {
    static const char *const bad[][2] = {
        { "?week=2026-W54", "week" }, { "?week=soon", "week" }, { "?format=doc", "format" },
        { "?lang=fr", "lang" },       { "?weeks=1", "weeks" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++)
        steps_status(&f->steps, &(struct steps_ask){ "GET", ROUTE, .target = bad[i][0] }, 400, bad[i][1]);
    f->steps.app.report_pdf = NULL;
    steps_status(&f->steps, &(struct steps_ask){ "GET", ROUTE, .target = "?format=pdf" }, 503, "format");
}

static void an_empty_week_is_a_report(void **state) {
    char *text = html(*state, "?week=2020-W01", ROLE_OFFICE);
    expect(text, "本时段没有任何记录");
    free(text);
}

/* ---- PDF ---- */

static size_t count(const struct buf *bytes, const char *what) {
    size_t n = 0, size = strlen(what);
    for (size_t i = 0; i + size <= bytes->len; i++) n += memcmp(bytes->data + i, what, size) == 0;
    return n;
}

static struct buf pdf(struct fixture *f, const char *query, const char *accept) {
    struct exchange x;
    steps_ask(&f->steps,
              &(struct steps_ask){ "GET", ROUTE, .target = query, .header = accept ? "Accept" : NULL, .value = accept },
              &x);
    assert_int_equal(x.reply.status, 200);
    assert_string_equal(x.reply.type, "application/pdf");
    assert_non_null(strstr(x.reply.disposition, "sitelog-" BOARD_RIG_SITE "-2026-W47.pdf"));
    struct buf bytes = x.reply.body;
    buf_init(&x.reply.body, 1);
    exchange_fini(&x);
    assert_memory_equal(bytes.data, "%PDF-", 5);
    return bytes;
}

/* The bytes of a photo are gone from the store, or are others. */
static void change_bytes(struct fixture *f, const char *sql) {
    struct err_text e = { 0 };
    struct db *db = NULL;
    char path[300];
    (void)snprintf(path, sizeof path, "%s/photos.db", f->board.data);
    assert_int_equal(db_open(path, DB_PHOTOS, &db, &e), 0);
    if (db_exec(db, sql, &e)) fail_msg("%s", e.text);
    db_close(db);
}

static void a_pdf_holds_the_photos_that_are_here(void **state) {
    struct fixture *f = *state;
    char photo[ID_SIZE];
    fill(f, photo);
    struct buf all = pdf(f, "?format=pdf", NULL), accepted = pdf(f, NULL, "application/pdf, text/html;q=0.5");
    assert_int_equal(count(&all, "/DCTDecode"), 3);
    assert_int_equal(count(&accepted, "/DCTDecode"), 3);
    char *page = steps_expect(
        &f->steps, &(struct steps_ask){ "GET", ROUTE, .header = "Accept", .value = "text/html,application/pdf" }, 200,
        NULL);
    expect(page, "<!DOCTYPE html>");
    free(page);
    buf_fini(&all);
    buf_fini(&accepted);
}

static void a_broken_photo_is_said_to_be(void **state) {
    struct fixture *f = *state;
    char photo[ID_SIZE];
    fill(f, photo);
    change_bytes(f, "UPDATE original SET body = zeroblob(length(body)) WHERE id = (SELECT min(id) FROM original)");
    struct buf broken = pdf(f, "?format=pdf", NULL);
    assert_int_equal(count(&broken, "/DCTDecode"), 2);
    buf_fini(&broken);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_week_is_all_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_judged_is_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(only_logs_that_were_due_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(one_inspection, setup, teardown),
        cmocka_unit_test_setup_teardown(hazards_are_due_by_the_sites_clocks, setup, teardown),
        cmocka_unit_test_setup_teardown(one_language, setup, teardown),
        cmocka_unit_test_setup_teardown(a_viewer_sees_no_names, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_asked_wrongly, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_week_is_a_report, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pdf_holds_the_photos_that_are_here, setup, teardown),
        cmocka_unit_test_setup_teardown(a_broken_photo_is_said_to_be, setup, teardown),
    };
    return cmocka_run_group_tests_name("route_report", tests, NULL, NULL);
}
