/* SPDX-License-Identifier: MIT */
/* The day card of a stored log: in both languages, with photos that are here, missing, or withdrawn. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/clock_set.h"
#include "app/photo/card.h"
#include "app/photo/jpeg.h"
#include "tests/support/steps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MISSING "01990000-0000-7000-8000-00000000000f"

static void add_photo(struct steps_rig *f, unsigned number, char id[ID_SIZE]) {
    struct buf jpeg = board_rig_jpeg(&f->board, number, NULL);
    char target[80];
    ids_make(clock_wall(), id);
    (void)snprintf(target, sizeof target, "?id=%s", id);
    steps_status(&f->steps,
                 &(struct steps_ask){ "POST", "/api/v1/photos", .target = target, .body = jpeg.data, .n = jpeg.len },
                 201, NULL);
    buf_fini(&jpeg);
}

/* more: further members, or "". */
static void add_log(struct steps_rig *f, const char *photos, const char *more, char id[ID_SIZE]) {
    char body[4000];
    ids_make(clock_wall(), id);
    (void)snprintf(body, sizeof body,
                   "{\"id\":\"%s\",\"date\":\"2026-11-22\",\"stage\":\"plumbing_electrical\",\"photos\":[%s],"
                   "\"done\":[{\"phrase\":\"plumbing_electrical/chasing\",\"rooms\":[\"kitchen\",\"bathroom\"],"
                   "\"state\":\"going\",\"n\":5}],\"plan\":[\"pipes\"]%s}",
                   id, photos, more);
    steps_status(&f->steps, &(struct steps_ask){ "POST", "/api/v1/daylogs", .body = body }, 201, NULL);
}

/* The card's bytes; checked to be a whole picture of the right width. */
static struct buf card(struct steps_rig *f, const char *id, const char *lang) {
    struct exchange x;
    struct jpeg_info info;
    struct err_text e = { 0 };
    char target[100];
    (void)snprintf(target, sizeof target, "id=%s%s%s", id, lang ? "?lang=" : "", lang ? lang : "");
    steps_ask(&f->steps, &(struct steps_ask){ "GET", "/api/v1/daylogs/{id}/card.jpg", .target = target }, &x);
    assert_int_equal(x.reply.status, 200);
    assert_string_equal(x.reply.type, "image/jpeg");
    assert_non_null(strstr(x.reply.disposition, ".jpg"));
    struct buf bytes = x.reply.body;
    buf_init(&x.reply.body, 100);
    exchange_fini(&x);
    if (jpeg_inspect(bytes.data, bytes.len, &info, &e)) fail_msg("%s", e.text);
    assert_int_equal(info.width_px, CARD_WIDTH_PX);
    return bytes;
}

static bool same(const struct buf *a, const struct buf *b) {
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void both_languages(void **state) {
    struct steps_rig *f = *state;
    char id[ID_SIZE];
    add_log(f, "", ",\"note\":\"all well\"", id);
    struct buf zh = card(f, id, "zh"), en = card(f, id, "en"), usual = card(f, id, NULL);
    assert_true(same(&zh, &usual)); /* Chinese first */
    assert_false(same(&zh, &en));
    buf_fini(&zh);
    buf_fini(&en);
    buf_fini(&usual);
}

struct setting {
    struct steps_rig *f;
    struct clock_set set;
};

static int set_clock(struct db *db, void *arg) {
    struct setting *s = arg;
    return clock_set_append(s->f->board.depot.journal, db, &s->set, NULL, NULL);
}

static void a_corrected_time_is_in_its_footer(void **state) {
    struct steps_rig *f = *state;
    char id[ID_SIZE];
    add_log(f, "", "", id);
    struct setting s = {
        f, { .from = clock_wall(), .to = { clock_wall().ms + 3600000 }, .before = CLOCK_RTC, .after = CLOCK_NTP }
    };
    struct buf before = card(f, id, "zh");
    s.set.mono.ms = clock_mono().ms + 10000;
    assert_int_equal(store_call(f->board.writer, set_clock, &s), 0);
    struct buf after = card(f, id, "zh");
    assert_false(same(&before, &after));
    /* One that was nearer to it becomes known: another hour, in the same words. */
    s.set.mono = clock_mono();
    s.set.to.ms += 7200000;
    assert_int_equal(store_call(f->board.writer, set_clock, &s), 0);
    struct buf nearer = card(f, id, "zh");
    assert_false(same(&after, &nearer));
    buf_fini(&before);
    buf_fini(&after);
    buf_fini(&nearer);
}

static void what_is_not_known_is_refused(void **state) {
    struct steps_rig *f = *state;
    char id[ID_SIZE], target[100];
    add_log(f, "", "", id);
    (void)snprintf(target, sizeof target, "id=%s?lang=fr", id);
    struct steps_ask ask = { "GET", "/api/v1/daylogs/{id}/card.jpg", .target = target };
    steps_status(&f->steps, &ask, 400, "lang");
    (void)snprintf(target, sizeof target, "id=%s?size=9", id);
    steps_status(&f->steps, &ask, 400, "size");
    ask.target = "id=" MISSING;
    steps_status(&f->steps, &ask, 404, NULL);
}

struct withdrawing {
    struct steps_rig *f;
    const char *id;
};

static int withdraw(struct db *db, void *arg) {
    struct withdrawing *w = arg;
    struct appended out;
    return photo_withdraw(w->f->board.depot.journal, db, BOARD_RIG_SITE, w->id, NULL, "user/u-01", &out, NULL);
}

static void photos_missing_and_withdrawn(void **state) {
    struct steps_rig *f = *state;
    char here[ID_SIZE], gone[ID_SIZE], id[3][ID_SIZE], list[200];
    add_photo(f, 1, here);
    add_photo(f, 2, gone);
    (void)snprintf(list, sizeof list, "\"%s\"", here);
    add_log(f, list, "", id[0]);
    (void)snprintf(list, sizeof list, "\"%s\",\"%s\"", here, gone);
    add_log(f, list, "", id[1]);
    (void)snprintf(list, sizeof list, "\"%s\",\"" MISSING "\"", here);
    add_log(f, list, "", id[2]);
    struct buf one = card(f, id[0], "zh"), two = card(f, id[1], "zh"), missing = card(f, id[2], "zh");
    assert_false(same(&one, &two));
    assert_false(same(&one, &missing)); /* it has a tile that says so */
    assert_false(same(&two, &missing));
    assert_int_equal(store_call(f->board.writer, withdraw, &(struct withdrawing){ f, gone }), 0);
    struct buf now = card(f, id[1], "zh");
    assert_true(same(&one, &now)); /* as if it had never been on it */
    buf_fini(&one);
    buf_fini(&two);
    buf_fini(&missing);
    buf_fini(&now);
}

/* Dropped after receipt: the record is here, the bytes are not. */
static void a_photo_without_bytes_is_a_tile(void **state) {
    struct steps_rig *f = *state;
    char photo[ID_SIZE], id[ID_SIZE], list[60];
    add_photo(f, 1, photo);
    (void)snprintf(list, sizeof list, "\"%s\"", photo);
    add_log(f, list, "", id);
    struct buf before = card(f, id, "en");
    char *sha = board_rig_text(&f->board, "SELECT sha256 FROM photo");
    assert_int_equal(blobs_drop(f->board.photos.blobs, sha), 0);
    struct buf after = card(f, id, "en");
    assert_false(same(&before, &after));
    free(sha);
    buf_fini(&before);
    buf_fini(&after);
}

static void more_photos_than_a_card_holds(void **state) {
    struct steps_rig *f = *state;
    char list[2000] = "", id[2][ID_SIZE];
    size_t n = 0;
    for (unsigned i = 0; i < 12; i++) {
        char photo[ID_SIZE];
        if (i == 9) add_log(f, list, "", id[0]);
        add_photo(f, i, photo);
        n += (size_t)snprintf(list + n, sizeof list - n, "%s\"%s\"", n ? "," : "", photo);
    }
    add_log(f, list, "", id[1]);
    struct buf nine = card(f, id[0], "zh"), twelve = card(f, id[1], "zh");
    assert_true(same(&nine, &twelve));
    buf_fini(&nine);
    buf_fini(&twelve);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_languages, steps_rig_setup_sunday, steps_rig_teardown_sunday),
        cmocka_unit_test_setup_teardown(a_corrected_time_is_in_its_footer, steps_rig_setup_sunday,
                                        steps_rig_teardown_sunday),
        cmocka_unit_test_setup_teardown(what_is_not_known_is_refused, steps_rig_setup_sunday,
                                        steps_rig_teardown_sunday),
        cmocka_unit_test_setup_teardown(photos_missing_and_withdrawn, steps_rig_setup_sunday,
                                        steps_rig_teardown_sunday),
        cmocka_unit_test_setup_teardown(a_photo_without_bytes_is_a_tile, steps_rig_setup_sunday,
                                        steps_rig_teardown_sunday),
        cmocka_unit_test_setup_teardown(more_photos_than_a_card_holds, steps_rig_setup_sunday,
                                        steps_rig_teardown_sunday),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
