/* SPDX-License-Identifier: MIT */
/* What counts as movement: rooms that are drawn here, and Debian's photos, through a real JPEG encoder; with sensor noise, with lamps that go on, off and round,
 * with a person in many places, and from another place. MOTION_SEED draws other rooms. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/jpeg.h"
#include "app/photo/motion.h"
#include "firmware/base/file.h"

#include <glob.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { W = 1280, H = 720, TRIES = 12 };

static uint64_t seed;

static double chance(void) { /* 0 to 1; xorshift64* */
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (double)((seed * UINT64_C(2685821657736338717)) >> 11) / 9007199254740992.0;
}

static double normal(void) {
    double sum = 0;
    for (int i = 0; i < 6; i++) sum += chance();
    return (sum - 3) * 1.41421356;
}

/* ---- scenes: linear light, one value a pixel ---- */

struct scene {
    float light[W * H];
};

static void box(struct scene *s, int x, int y, int w, int h, double value, double texture) {
    for (int j = y < 0 ? 0 : y; j < y + h && j < H; j++)
        for (int i = x < 0 ? 0 : x; i < x + w && i < W; i++)
            s->light[j * W + i] = (float)(value + texture * (((i / 9 + j / 7) % 3) - 1));
}

/* A room under work: two walls, a floor, a window frame, planks, buckets, pipes. */
static void draw_room(struct scene *s) {
    box(s, 0, 0, W, H, 120, 0);
    box(s, W / 2, 0, W / 2, H, 105, 0);
    box(s, 0, H * 2 / 3, W, H / 3, 80, 6);
    for (int i = 0; i < 14; i++)
        box(s, (int)(chance() * W), (int)(chance() * H), 20 + (int)(chance() * 160), 10 + (int)(chance() * 120),
            50 + chance() * 130, chance() * 14);
    for (int i = 0; i < 6; i++) box(s, (int)(chance() * W), 0, 6, H * 2 / 3, 60 + chance() * 100, 0);
}

/* Head, body and legs; height in px. */
static void draw_person(struct scene *s, int x, int floor, int height) {
    int w = height / 4;
    double coat = 30 + chance() * 170;
    box(s, x + w / 3, floor - height, w / 3, height / 7, 150, 8);
    box(s, x, floor - height + height / 7, w, height * 3 / 7, coat, 12);
    box(s, x + w / 8, floor - height * 3 / 7, w / 3, height * 3 / 7, 40, 5);
    box(s, x + w / 2, floor - height * 3 / 7, w / 3, height * 3 / 7, 45, 5);
}

struct light {
    double all;         /* gain over the whole picture */
    double lamp;        /* what the lamp adds to the gain where it hangs */
    double x, y, reach; /* of the lamp, px */
    double noise;       /* of the sensor, of 255 a pixel */
};

static void photograph(const struct scene *s, const struct light *l, struct buf *out) {
    static uint8_t rgb[W * H * 3];
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            double far = ((x - l->x) * (x - l->x) + (y - l->y) * (y - l->y)) / (l->reach * l->reach + 1);
            double v = s->light[y * W + x] * (l->all + l->lamp / (1 + far)) + l->noise * normal();
            uint8_t p = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
            memset(rgb + ((size_t)y * W + (size_t)x) * 3, p, 3);
        }
    }
    buf_init(out, 4u << 20);
    assert_int_equal(jpeg_encode(rgb, W, H, 85, out, NULL), 0);
}

static struct motion_map map_of(const struct scene *s, const struct light *l) {
    struct buf jpeg;
    struct motion_map m = { 0 };
    photograph(s, l, &jpeg);
    assert_int_equal(motion_map_make(jpeg.data, jpeg.len, &m, NULL), 0);
    buf_fini(&jpeg);
    return m;
}

static struct motion between(const struct scene *a, const struct light *la, const struct scene *b,
                             const struct light *lb) {
    struct motion_map before = map_of(a, la), now = map_of(b, lb);
    struct motion m = motion_between(&before, &now);
    motion_map_fini(&before);
    motion_map_fini(&now);
    return m;
}

static void told(const struct motion *m, const char *what, int i) {
    fail_msg("%s %d: %d of %d tiles moved, %d together", what, i, m->moved, m->tiles, m->together);
}

static struct scene *room, *other;

static int setup(void **state) {
    const char *given = getenv("MOTION_SEED");
    (void)state;
    seed = given ? strtoull(given, NULL, 10) : 20261128; /* chance is for trying others: MOTION_SEED=$RANDOM */
    (void)printf("MOTION_SEED=%llu\n", (unsigned long long)seed);
    seed |= 1;
    room = calloc(1, sizeof *room);
    other = calloc(1, sizeof *other);
    return room && other ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    free(room);
    free(other);
    return 0;
}

static const double noises[] = { 1, 4, 10 };
#define DAY(n) ((struct light){ .all = 1, .noise = (n) })

static void noise_is_no_movement(void **state) {
    (void)state;
    for (int i = 0; i < TRIES; i++) {
        draw_room(room);
        struct light l = DAY(noises[i % 3]);
        struct motion m = between(room, &l, room, &l);
        if (m.any) told(&m, "noise", i);
        assert_true(m.tiles > 200);
    }
}

static void a_lamp_is_no_movement(void **state) {
    (void)state;
    for (int i = 0; i < TRIES; i++) {
        draw_room(room);
        double noise = noises[i % 3];
        struct light day = DAY(noise);
        struct light on = { .all = 0.5,
                            .lamp = 0.9,
                            .x = chance() * W,
                            .y = chance() * H / 2,
                            .reach = 200 + chance() * 400,
                            .noise = noise };
        struct light off = on;
        off.lamp = 0;
        struct light elsewhere = on;
        elsewhere.x = chance() * W;
        struct motion m = between(room, &off, room, &on);
        if (m.any) told(&m, "lamp on", i);
        m = between(room, &on, room, &elsewhere);
        if (m.any) told(&m, "lamp carried round", i);
        m = between(room, &day, room, &off);
        if (m.any) told(&m, "dusk", i);
    }
}

static void a_person_is(void **state) {
    (void)state;
    for (int i = 0; i < TRIES; i++) {
        draw_room(room);
        memcpy(other, room, sizeof *room);
        int height = 240 + (int)(chance() * 240); /* a third of the picture and more */
        draw_person(other, (int)(chance() * (W - 150)), H - 40 - (int)(chance() * 80), height);
        struct light l = DAY(noises[i % 2]);
        struct light lamp = {
            .all = 0.5, .lamp = 0.9, .x = chance() * W, .y = 100, .reach = 400, .noise = noises[i % 2]
        };
        struct motion m = between(room, &l, other, &l);
        if (!m.any) told(&m, "person came", height);
        if (m.all) told(&m, "all of it", height);
        m = between(other, &l, room, &l);
        if (!m.any) told(&m, "person left", height);
        m = between(room, &l, other, &lamp);
        if (!m.any) told(&m, "person and lamp", height);
    }
}

/* Always a frame to keep; and for the most part recognised as what it is, though drawn rooms have much plain wall. */
static void another_viewpoint_is_another_picture(void **state) {
    int recognised = 0;
    (void)state;
    for (int i = 0; i < TRIES; i++) {
        struct light l = DAY(noises[i % 3]), dusk = { .all = 0.6, .noise = 2 };
        draw_room(room);
        draw_room(other);
        struct motion m = between(room, &l, other, &dusk);
        if (!m.any) told(&m, "another room", i);
        recognised += m.all;
    }
    assert_true(recognised >= TRIES / 2);
}

/* The same with real pictures, whose every tile is something else. */
static void photos_of_others(void **state) {
    glob_t found = { 0 };
    struct motion_map maps[12];
    size_t n = 0, alike = 0;
    (void)state;
    assert_int_equal(glob("/usr/share/backgrounds/mate/nature/*.jpg", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc && n < 12; i++) {
        struct buf jpeg;
        buf_init(&jpeg, 16u << 20);
        if (file_read(found.gl_pathv[i], &jpeg, NULL) == 0 && motion_map_make(jpeg.data, jpeg.len, &maps[n], NULL) == 0)
            n++;
        buf_fini(&jpeg);
    }
    globfree(&found);
    assert_true(n >= 4);
    for (size_t i = 0; i < n; i++) {
        struct motion m = motion_between(&maps[i], &maps[i]);
        assert_false(m.any);
        for (size_t k = 0; k < n; k++) {
            if (k == i) continue;
            m = motion_between(&maps[i], &maps[k]);
            if (!m.any) told(&m, "another photo", (int)(i * 100 + k));
            alike += !m.all;
        }
    }
    assert_true(alike * 10 <= n * n); /* clouds are much like mist */
    for (size_t i = 0; i < n; i++) motion_map_fini(&maps[i]);
}

static void what_is_no_picture_is_told(void **state) {
    struct motion_map m = { 0 };
    struct err_text e = { 0 };
    (void)state;
    assert_int_equal(motion_map_make("no JPEG", 7, &m, &e), ERR_UNSUPPORTED);
    assert_null(m.luma);
    uint8_t small[4] = { 0 };
    struct motion_map a = { small, 2, 2 };
    assert_true(motion_between(&a, &a).all); /* nothing to judge by */
}

/* Nights without light: everything is black, nothing can be judged, and nothing is kept. */
static void a_dark_night_has_no_movement(void **state) {
    struct light night = { .all = 0.01, .noise = 1 };
    (void)state;
    draw_room(room);
    struct motion m = between(room, &night, room, &night);
    assert_false(m.any);
    assert_false(m.all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_no_movement),
        cmocka_unit_test(a_lamp_is_no_movement),
        cmocka_unit_test(a_person_is),
        cmocka_unit_test(another_viewpoint_is_another_picture),
        cmocka_unit_test(photos_of_others),
        cmocka_unit_test(what_is_no_picture_is_told),
        cmocka_unit_test(a_dark_night_has_no_movement),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
