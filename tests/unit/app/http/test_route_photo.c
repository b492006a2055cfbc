/* SPDX-License-Identifier: MIT */
/* Photos in and out, step by step: what is refused and why, repeats, the camera, bytes that are missing, dropped or withdrawn. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/shutter.h"
#include "tests/support/exiftool.h"
#include "tests/support/steps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POST "POST", "/api/v1/photos"

struct fixture {
    struct board_rig board;
    struct steps steps;
    struct buf jpeg;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) }); /* 2026-11-22T16:00:00+08:00 */
    (void)setenv("SITELOG_CLOCK_GRADE", "ntp", 1);
    board_rig_open(&f->board);
    steps_init(&f->steps, &f->board);
    f->jpeg = board_rig_jpeg(&f->board, 1, NULL);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    shutter_destroy(f->board.photos.shutter);
    board_rig_close(&f->board);
    buf_fini(&f->jpeg);
    free(f);
    clock_fake_off();
    (void)unsetenv("SITELOG_CLOCK_GRADE");
    return 0;
}

/* POST of the fixture's picture; more: further query parameters ("&room=x"), or "". */
static char *post(struct fixture *f, const char *id, const char *more, int status, const char *field) {
    char target[400];
    (void)snprintf(target, sizeof target, "?id=%s%s", id, more);
    struct steps_ask ask = { POST, .target = target, .body = f->jpeg.data, .n = f->jpeg.len };
    return steps_expect(&f->steps, &ask, status, field);
}

static void id_of(char id[ID_SIZE]) { ids_make(clock_wall(), id); }

static void get(struct fixture *f, const char *pattern, const char *id, int status) {
    char target[80];
    (void)snprintf(target, sizeof target, "id=%s", id);
    steps_status(&f->steps, &(struct steps_ask){ "GET", pattern, .target = target }, status, NULL);
}

static void a_photo_comes_in_and_out(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE], target[200];
    struct exchange x;
    id_of(id);
    (void)snprintf(target, sizeof target,
                   "?id=%s&stage=plumbing_electrical&room=kitchen&caption=wall&taken=2026-11-22T15:00:00+08:00", id);
    struct steps_ask ask = { POST, .target = target, .body = f->jpeg.data, .n = f->jpeg.len };
    steps_ask(&f->steps, &ask, &x);
    assert_int_equal(x.reply.status, 201);
    (void)snprintf(target, sizeof target, "/api/v1/photos/%s", id);
    assert_string_equal(x.reply.location, target);
    assert_non_null(strstr(x.reply.body.data, "\"origin\":\"phone\""));
    exchange_fini(&x);
    (void)snprintf(target, sizeof target, "id=%s", id);
    steps_ask(&f->steps, &(struct steps_ask){ "GET", "/api/v1/photos/{id}", .target = target }, &x);
    assert_int_equal(x.reply.status, 200);
    assert_non_null(x.reply.stream);
    assert_int_equal(x.reply.stream->size, f->jpeg.len);
    char *bytes = malloc(f->jpeg.len);
    assert_int_equal(x.reply.stream->read(x.reply.stream, 0, bytes, f->jpeg.len), 0);
    assert_memory_equal(bytes, f->jpeg.data, f->jpeg.len);
    assert_true(x.reply.stream->read(x.reply.stream, 1, bytes, f->jpeg.len) < 0);
    assert_non_null(strstr(x.reply.cache_control, "immutable"));
    free(bytes);
    exchange_fini(&x);
    get(f, "/api/v1/photos/{id}/thumb", id, 200);
    get(f, "/api/v1/photos/{id}/info", id, 200);
}

static void a_repeat_is_200_and_another_photo_409(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    id_of(id);
    free(post(f, id, "&room=kitchen", 201, NULL));
    free(post(f, id, "&room=kitchen", 200, NULL));
    char *stored = post(f, id, "&room=hall", 409, "id");
    assert_non_null(strstr(stored, "\"stored\":{"));
    assert_non_null(strstr(stored, "\"room\":\"kitchen\""));
    free(stored);
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM event WHERE type = 'photo-taken'"), 1);
}

/* Whatever the file says of itself or fails to: it is taken in, told of, and given out byte by byte. */
static void a_photo_with_exif_comes_in_and_out(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *tags, *answer;
    } cases[] = {
        { "-Orientation=3 -DateTimeOriginal='2019:05:03 10:00:00' -GPSLatitude=33.5 -GPSLatitudeRef=S "
          "-GPSLongitude=70.25"
          " -GPSLongitudeRef=W",
          "\"exif_taken\":\"2019-05-03T10:00:00.000+08:00\",\"orientation\":3,\"gps\":{\"lat\":-33.5,\"lon\":-70.25}" },
        { "-all= -DateTimeOriginal='2031:01:01 10:00:00'", "\"exif_taken\":null,\"orientation\":1,\"gps\":null" },
        { NULL, "\"exif_taken\":null,\"orientation\":1,\"gps\":null" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char id[ID_SIZE], target[80];
        struct exchange x;
        id_of(id);
        if (cases[i].tags) {
            exiftool_write(&f->jpeg, cases[i].tags);
        } else { /* its block is all lies */
            char *exif = memmem(f->jpeg.data, f->jpeg.len, "Exif", 4);
            assert_non_null(exif);
            memset(exif + 14, 0xFF, 40);
        }
        char *answer = post(f, id, "&origin=import", 201, NULL);
        if (!strstr(answer, cases[i].answer)) fail_msg("no %s in %s", cases[i].answer, answer);
        free(answer);
        free(post(f, id, "&origin=import", 200, NULL));
        (void)snprintf(target, sizeof target, "id=%s", id);
        steps_ask(&f->steps, &(struct steps_ask){ "GET", "/api/v1/photos/{id}", .target = target }, &x);
        assert_int_equal(x.reply.stream->size, f->jpeg.len);
        char *bytes = malloc(f->jpeg.len);
        assert_non_null(bytes);
        assert_int_equal(x.reply.stream->read(x.reply.stream, 0, bytes, f->jpeg.len), 0);
        assert_memory_equal(bytes, f->jpeg.data, f->jpeg.len);
        free(bytes);
        exchange_fini(&x);
    }
}

static void fields_are_checked_before_bytes_are_kept(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *query, *field;
        int status;
    } cases[] = {
        { "?room=kitchen", "id", 400 },
        { "?id=7", "id", 400 },
        { "?id=01990000-0000-4000-8000-000000000001", "id", 400 }, /* no version 7 */
        { "?id=%s&stage=no_such_stage", "stage", 400 },
        { "?id=%s&room=the room that is behind the other one there", "room", 400 },
        { "?id=%s&taken=yesterday", "taken", 400 },
        { "?id=%s&origin=camera", "origin", 422 },
        { "?id=%s&origin=recovered", "origin", 422 },
        { "?id=%s&colour=red", "colour", 400 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char id[ID_SIZE], target[200];
        const char *place = strstr(cases[i].query, "%s");
        id_of(id);
        (void)snprintf(target, sizeof target, "%.*s%s%s",
                       (int)(place ? place - cases[i].query : (long)strlen(cases[i].query)), cases[i].query,
                       place ? id : "", place ? place + 2 : "");
        struct steps_ask ask = { POST, .target = target, .body = f->jpeg.data, .n = f->jpeg.len };
        steps_status(&f->steps, &ask, cases[i].status, cases[i].field);
    }
    char *more = calloc(1, 600);
    char id[ID_SIZE];
    id_of(id);
    memcpy(more, "&caption=", 9);
    memset(more + 9, 'x', 401);
    char target[700];
    (void)snprintf(target, sizeof target, "?id=%s%s", id, more);
    steps_status(&f->steps, &(struct steps_ask){ POST, .target = target, .body = f->jpeg.data, .n = f->jpeg.len }, 400,
                 "caption");
    free(more);
    assert_int_equal(blobs_counts(f->board.photos.blobs).originals, 0);
}

static void what_is_no_whole_picture_is_refused(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE], target[80];
    id_of(id);
    (void)snprintf(target, sizeof target, "?id=%s", id);
    steps_status(&f->steps, &(struct steps_ask){ POST, .target = target, .body = f->jpeg.data, .n = f->jpeg.len / 2 },
                 422, NULL);
    steps_status(&f->steps, &(struct steps_ask){ POST, .target = target, .body = "GIF89a" }, 422, NULL);
    assert_int_equal(blobs_counts(f->board.photos.blobs).originals, 0);
}

static void bytes_that_are_not_here(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE], *text, more[80];
    id_of(id);
    get(f, "/api/v1/photos/{id}", id, 404);
    get(f, "/api/v1/photos/{id}/thumb", id, 404);
    get(f, "/api/v1/photos/{id}/info", id, 404);
    text = post(f, id, "", 201, NULL);
    char *sha = strstr(text, "\"sha256\":\"");
    assert_non_null(sha);
    sha += strlen("\"sha256\":\"");
    sha[64] = '\0';
    (void)snprintf(more, sizeof more, "%s", sha);
    assert_int_equal(blobs_drop(f->board.photos.blobs, more), 0);
    get(f, "/api/v1/photos/{id}", id, 410);
    get(f, "/api/v1/photos/{id}/thumb", id, 200);
    free(text);
}

static char *withdraw(struct fixture *f, const char *id, const char *body, int status, const char *field) {
    char target[80];
    (void)snprintf(target, sizeof target, "id=%s", id);
    return steps_expect(&f->steps,
                        &(struct steps_ask){ "POST", "/api/v1/photos/{id}/withdraw", .target = target, .body = body },
                        status, field);
}

static void a_withdrawn_photo_is_gone(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    id_of(id);
    free(post(f, id, "", 201, NULL));
    free(withdraw(f, id, "{\"reason\":1}", 400, "reason"));
    free(withdraw(f, id, "{\"why\":\"x\"}", 400, "why"));
    free(withdraw(f, "0193a000-0000-7000-8000-00000000000a", "{}", 404, NULL));
    get(f, "/api/v1/photos/{id}", id, 200);
    for (int again = 0; again < 2; again++) {
        char *answer = withdraw(f, id, "{\"reason\":\"blurred\"}", 200, NULL);
        assert_non_null(strstr(answer, "\"withdrawn\":true"));
        free(answer);
    }
    get(f, "/api/v1/photos/{id}", id, 410);
    get(f, "/api/v1/photos/{id}/thumb", id, 410);
    get(f, "/api/v1/photos/{id}/info", id, 200); /* that it was withdrawn is no secret */
}

static void lists_check_what_is_asked(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *target, *field;
        int status;
    } cases[] = { { NULL, NULL, 200 },          { "?limit=200", NULL, 200 },
                  { "?limit=0", "limit", 400 }, { "?limit=201", "limit", 400 },
                  { "?limit=x", "limit", 400 }, { "?before=x", "before", 400 },
                  { "?site=s-9", "site", 400 }, { "?stage=plumbing_electrical", NULL, 200 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        steps_status(&f->steps, &(struct steps_ask){ "GET", "/api/v1/photos", .target = cases[i].target },
                     cases[i].status, cases[i].field);
}

/* ---- the board's camera ---- */

static char *shoot(struct fixture *f, const char *id, const char *more, int status, const char *field) {
    char body[300];
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", id, more);
    return steps_expect(&f->steps, &(struct steps_ask){ "POST", "/api/v1/camera/shot", .body = body }, status, field);
}

static void a_shot_is_a_photo_once(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    for (unsigned i = 0; i < 3; i++) {
        char name[8] = { (char)('a' + i), '.', 'j', 'p', 'g', '\0' };
        struct buf b = board_rig_jpeg(&f->board, 10 + i, name);
        buf_fini(&b);
    }
    (void)board_rig_shutter(&f->board);
    id_of(id);
    char *first = shoot(f, id, ",\"room\":\"kitchen\"", 201, NULL);
    char *again = shoot(f, id, ",\"room\":\"kitchen\"", 200, NULL);
    assert_string_equal(first, again); /* and not the camera's next picture */
    assert_non_null(strstr(first, "\"origin\":\"camera\""));
    free(first);
    free(again);
    free(shoot(f, id, ",\"room\":\"hall\"", 409, NULL));
    assert_int_equal(blobs_counts(f->board.photos.blobs).originals, 1);
    free(post(f, id, "&room=kitchen", 409, "id")); /* a phone's photo under the same id */
}

static void a_shot_without_a_camera(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    struct exchange x;
    char body[80];
    id_of(id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"}", id);
    steps_ask(&f->steps, &(struct steps_ask){ "POST", "/api/v1/camera/shot", .body = body }, &x);
    assert_int_equal(x.reply.status, 503);
    assert_true(x.reply.retry_after_s > 0);
    exchange_fini(&x);
    board_rig_faults(&f->board, "absent\n");
    (void)board_rig_shutter(&f->board);
    free(shoot(f, id, "", 503, NULL));
    assert_int_equal(board_rig_count(&f->board, "SELECT count(*) FROM photo"), 0);
}

static void a_shots_body_is_checked(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    static const char *const bodies[] = { "", "[]", "7", "{", "{\"id\":7}", "{}" };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        steps_status(&f->steps, &(struct steps_ask){ "POST", "/api/v1/camera/shot", .body = bodies[i] }, 400, NULL);
    id_of(id);
    free(shoot(f, id, ",\"room\":7", 400, "room"));
    free(shoot(f, id, ",\"stage\":\"no_such_stage\"", 400, "stage"));
    free(shoot(f, id, ",\"origin\":\"camera\"", 400, "origin"));
    free(shoot(f, id, ",\"taken\":\"2026-11-22T16:00:00+08:00\"", 400, "taken"));
}

/* ---- which bytes are where, and what a code stands for ---- */

static void have_answers_for_any_list(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE], body[400];
    id_of(id);
    char *text = post(f, id, "", 201, NULL);
    char *sha = strstr(text, "\"sha256\":\"") + strlen("\"sha256\":\"");
    sha[64] = '\0';
    (void)snprintf(body, sizeof body,
                   "{\"sha256\":[\"%s\",\"0000000000000000000000000000000000000000000000000000000000000000\"]}", sha);
    char *have = steps_expect(&f->steps, &(struct steps_ask){ "POST", "/api/v1/blobs/have", .body = body }, 200, NULL);
    (void)snprintf(body, sizeof body, "{\"have\":[\"%s\"]}", sha);
    assert_string_equal(have, body);
    free(have);
    free(text);
    static const char *const bad[] = {
        "", "[]", "{}", "{\"sha256\":7}", "{\"sha256\":[7]}", "{\"sha256\":[\"ABC\"]}", "{\"sha256\":[],\"more\":1}"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        steps_status(&f->steps, &(struct steps_ask){ "POST", "/api/v1/blobs/have", .body = bad[i] }, 400, NULL);
}

static bool sees_other_site(void *ctx, const char *user, enum role role, const char *site) {
    (void)ctx, (void)user, (void)role;
    return strcmp(site, BOARD_RIG_SITE) != 0;
}

static void a_code_of_somebody_elses_site_is_not_found(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE], target[40];
    id_of(id);
    char *text = post(f, id, "", 201, NULL);
    char *code = strstr(text, "\"code\":\"") + strlen("\"code\":\"");
    (void)snprintf(target, sizeof target, "code=%.8s", code);
    struct steps_ask ask = { "GET", "/api/v1/verify/{code}", .target = target };
    char *found = steps_expect(&f->steps, &ask, 200, NULL);
    assert_non_null(strstr(found, id));
    f->steps.app.may_see = sees_other_site;
    steps_status(&f->steps, &ask, 404, NULL);
    f->steps.app.may_see = NULL;
    steps_status(&f->steps, &(struct steps_ask){ "GET", "/api/v1/verify/{code}", .target = "code=00000000" }, 404,
                 NULL);
    steps_status(&f->steps, &(struct steps_ask){ "GET", "/api/v1/verify/{code}", .target = "code=!" }, 400, "code");
    free(found);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_photo_comes_in_and_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_photo_with_exif_comes_in_and_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_repeat_is_200_and_another_photo_409, setup, teardown),
        cmocka_unit_test_setup_teardown(fields_are_checked_before_bytes_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_whole_picture_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_that_are_not_here, setup, teardown),
        cmocka_unit_test_setup_teardown(a_withdrawn_photo_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_check_what_is_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shot_is_a_photo_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shot_without_a_camera, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shots_body_is_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(have_answers_for_any_list, setup, teardown),
        cmocka_unit_test_setup_teardown(a_code_of_somebody_elses_site_is_not_found, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
