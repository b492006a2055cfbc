/* SPDX-License-Identifier: MIT */
/* What is read from a label, step by step: with a photo, without one, and with one that is not there. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/steps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TILES "01935d2a-1c00-7abc-8def-000000000001"

enum { STACK_BYTES = 64 * 1024 };

struct fixture {
    struct board_rig board;
    struct steps steps;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    board_rig_open(&f->board);
    steps_init(&f->steps, &f->board);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    board_rig_close(&f->board);
    free(f);
    return 0;
}

/* What lies on the stack below the caller is nobody's pointer: a step that cleans up what it never made is found out. */
static __attribute__((noinline)) void spoil_stack(void) {
    volatile unsigned char bytes[STACK_BYTES];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = 0xa5;
}

static void make(struct fixture *f) {
    static const char body[] = "{\"id\":\"" TILES "\",\"name\":\"地砖\",\"expected\":\"2026-12-01\"}";
    steps_status(&f->steps, &(struct steps_ask){ .method = "POST", .pattern = "/api/v1/materials", .body = body }, 201,
                 NULL);
}

static char *scan(struct fixture *f, const char *more, int status, const char *field) {
    char body[512], id[ID_SIZE];
    ids_make(clock_wall(), id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", id, more);
    spoil_stack();
    return steps_expect(
        &f->steps,
        &(struct steps_ask){
            .method = "POST", .pattern = "/api/v1/materials/{id}/scan", .target = "id=" TILES, .body = body },
        status, field);
}

static void a_label_without_a_photo(void **state) {
    struct fixture *f = *state;
    make(f);
    char *answer = scan(f, ",\"brand\":\"A\",\"batch\":\"7\"", 201, NULL);
    assert_non_null(strstr(answer, "\"scan\":{\"codes\":[],\"brand\":\"A\",\"batch\":\"7\""));
    free(answer);
    free(scan(f, ",\"brand\":7", 400, "brand"));
    free(scan(f, ",\"photo\":\"x\"", 400, "photo"));
}

static void a_photo_that_is_not_there(void **state) {
    struct fixture *f = *state;
    make(f);
    char *answer = scan(f, ",\"photo\":\"01935d2a-1c00-7abc-8def-0000000000ff\"", 400, "photo");
    assert_non_null(strstr(answer, "send it first"));
    free(answer);
}

/* Without a code on it, it is a photo of a label all the same. */
static void a_photo_without_a_code(void **state) {
    struct fixture *f = *state;
    struct buf jpeg = board_rig_jpeg(&f->board, 1, NULL);
    char target[80], more[100], id[ID_SIZE];
    make(f);
    ids_make(clock_wall(), id);
    (void)snprintf(target, sizeof target, "?id=%s", id);
    steps_status(&f->steps,
                 &(struct steps_ask){ .method = "POST",
                                      .pattern = "/api/v1/photos",
                                      .target = target,
                                      .header = "Content-Type",
                                      .value = "image/jpeg",
                                      .body = jpeg.data,
                                      .n = jpeg.len },
                 201, NULL);
    buf_fini(&jpeg);
    (void)snprintf(more, sizeof more, ",\"photo\":\"%s\",\"brand\":\"B\"", id);
    char *answer = scan(f, more, 201, NULL);
    assert_non_null(strstr(answer, "\"scan\":{\"codes\":[],\"brand\":\"B\""));
    assert_non_null(strstr(answer, id));
    free(answer);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_label_without_a_photo),
        TEST(a_photo_that_is_not_there),
        TEST(a_photo_without_a_code),
    };
    return cmocka_run_group_tests_name("route_material", tests, NULL, NULL);
}
