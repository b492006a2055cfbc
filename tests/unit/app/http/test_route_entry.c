/* SPDX-License-Identifier: MIT */
/* One of a list by its id is what the list holds, for every kind and for whoever may read it; what is not there, or of another site, is not found. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/alert.h"
#include "app/journal/person.h"
#include "tests/support/steps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EACH = 2, ID_TEXT = 40 };

/* What is posted, without braces and id, with ' for "; # is the number of the one, 1 or 2. NULL: nobody posts it. */
static const struct kind {
    const char *path, *body;
} kinds[] = {
    { "/api/v1/changes", "'amount':12#.5,'reason':'owner-adds','text':'柜子#'" },
    { "/api/v1/confirmations", "'subject':'change/01990000-0000-7000-8000-00000000001#','method':'signature','name':"
                               "'某某','signature':{'path':'M10 20L30 40','width':400,'height':200}" },
    { "/api/v1/materials", "'name':'地砖#','kind':'tiles','quantity':4#,'unit':'m²','expected':'2026-11-1#'" },
    { "/api/v1/questions", "'from':'site','to':'designer','text':'插座#'" },
    { "/api/v1/delays", "'reason':'no-water-power','from':'2026-11-1#','to':'2026-11-19','note':'停水'" },
    { "/api/v1/idle-days", "'date':'2026-11-1#','reason':'too-few-workers'" },
    { "/api/v1/callbacks", "'score':#,'note':'满意','questions':['几号完工']" },
    { "/api/v1/photo-requests", "'text':'请拍#','room':'kitchen'" },
    { "/api/v1/alerts", NULL },
};
enum { KINDS = sizeof kinds / sizeof kinds[0], CHANGES = 0, CONFIRMATIONS = 1, IDLE_DAYS = 5, ALERTS = 8 };

static void id_of(size_t kind, unsigned n, char out[ID_TEXT]) {
    (void)snprintf(out, ID_TEXT, "01990000-0000-7000-8000-0000000000%zu%u", kind + 1, n);
}

static void post(struct steps_rig *f, const char *path, const char *id, const char *rest, unsigned n) {
    char body[600];
    int at = snprintf(body, sizeof body, "{\"id\":\"%s\",", id);
    for (; *rest && at < (int)sizeof body - 2; rest++)
        body[at++] = *rest == '\'' ? '"' : *rest == '#' ? (char)('0' + n) : *rest;
    body[at++] = '}';
    body[at] = '\0';
    steps_status(&f->steps, &(struct steps_ask){ .method = "POST", .pattern = path, .body = body, .role = ROLE_OFFICE },
                 201, NULL);
}

static const struct alert alerts[EACH] = {
    { "camera-down", "site", "board/b-01", { INT64_C(1795334000000) }, "相机没有画面", "no picture" },
    { "disk-low", "office", "board/b-01", { INT64_C(1795334100000) }, "空间不足", "little room" },
};

struct raising {
    struct journal *journal;
    const struct alert *alert;
};

static int raise_one(struct db *db, void *arg) {
    const struct raising *r = arg;
    return alert_raise(r->journal, db, NULL, r->alert, NULL);
}

/* Who asks has a name, which is not for everybody. */
static int name_one(struct db *db, void *arg) {
    struct steps_rig *f = arg;
    struct person p = { "u-01", "王**", "office", true };
    return person_set(f->steps.app.journal, db, BOARD_RIG_SITE, &p, "board", NULL, NULL);
}

static void make(struct steps_rig *f, size_t kind, unsigned n, char id[ID_TEXT]) {
    char decision[ID_TEXT], subject[120];
    if (kind == ALERTS) {
        struct raising r = { f->steps.app.journal, &alerts[n - 1] };
        alert_id(BOARD_RIG_SITE, r.alert, id);
        assert_int_equal(store_call(f->steps.app.writer, raise_one, &r), 0);
        return;
    }
    id_of(kind, n, id);
    post(f, kinds[kind].path, id, kinds[kind].body, n);
    if (kind != CHANGES) return;
    id_of(KINDS - 1, n, decision);
    (void)snprintf(subject, sizeof subject, "'subject':'change/%s','decision':'approved'", id);
    post(f, "/api/v1/decisions", decision, subject, n);
}

static char *one(struct steps_rig *f, size_t kind, const char *id, enum role role, const char *site, int status) {
    char pattern[80], target[80];
    (void)snprintf(pattern, sizeof pattern, "%s/{id}", kinds[kind].path);
    (void)snprintf(target, sizeof target, "id=%s", id);
    return steps_expect(
        &f->steps,
        &(struct steps_ask){ .method = "GET", .pattern = pattern, .target = target, .role = role, .site = site },
        status, NULL);
}

static char *list(struct steps_rig *f, size_t kind, enum role role) {
    return steps_expect(&f->steps, &(struct steps_ask){ .method = "GET", .pattern = kinds[kind].path, .role = role },
                        200, NULL);
}

/* Confirmations are read by those only who see names. */
static bool sees_names(size_t kind, enum role role) { return kind == CONFIRMATIONS || role_sees_names(role); }

static void an_entry_is_what_the_list_holds(void **state) {
    static const enum role roles[] = { ROLE_MANAGER, ROLE_CREW, ROLE_VIEWER };
    struct steps_rig *f = *state;
    char ids[KINDS][EACH][ID_TEXT];
    assert_int_equal(store_call(f->steps.app.writer, name_one, f), 0);
    for (size_t kind = 0; kind < KINDS; kind++)
        for (unsigned n = 1; n <= EACH; n++) make(f, kind, n, ids[kind][n - 1]);
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t r = 0; r < sizeof roles / sizeof roles[0]; r++) {
            char *all = list(f, kind, roles[r]);
            for (unsigned n = 0; n < EACH; n++) {
                char *entry = one(f, kind, ids[kind][n], roles[r], NULL, 200);
                assert_non_null(strstr(entry, ids[kind][n]));
                if (kind < ALERTS) assert_int_equal(strstr(entry, "王**") != NULL, sees_names(kind, roles[r]));
                if (!strstr(all, entry)) fail_msg("%s: %s is not in %s", kinds[kind].path, entry, all);
                free(entry);
            }
            free(all);
        }
        free(one(f, kind, ids[kind][0], ROLE_MANAGER, "s-0001", 404));
        free(one(f, kind, "01990000-0000-7000-8000-0000000000ff", ROLE_MANAGER, NULL, 404));
    }
}

/* What a change costs is not for everybody, here either. */
static void a_change_hides_its_money(void **state) {
    struct steps_rig *f = *state;
    char id[ID_TEXT];
    make(f, CHANGES, 1, id);
    char *mine = one(f, CHANGES, id, ROLE_MANAGER, NULL, 200),
         *theirs = one(f, CHANGES, id, ROLE_SUPERVISOR, NULL, 200);
    assert_non_null(strstr(mine, "\"amount\":121.5"));
    assert_null(strstr(theirs, "amount"));
    free(mine);
    free(theirs);
}

/* A day has one record: its date is an address, too. */
static void an_idle_day_by_its_date(void **state) {
    struct steps_rig *f = *state;
    char id[ID_TEXT];
    make(f, IDLE_DAYS, 1, id);
    char *by_id = one(f, IDLE_DAYS, id, ROLE_CREW, NULL, 200),
         *by_date = one(f, IDLE_DAYS, "2026-11-11", ROLE_CREW, NULL, 200);
    assert_string_equal(by_id, by_date);
    free(one(f, IDLE_DAYS, "2026-11-12", ROLE_CREW, NULL, 404));
    free(by_id);
    free(by_date);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, steps_rig_setup_sunday, steps_rig_teardown_sunday)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_entry_is_what_the_list_holds),
        TEST(a_change_hides_its_money),
        TEST(an_idle_day_by_its_date),
    };
    return cmocka_run_group_tests_name("route_entry", tests, NULL, NULL);
}
