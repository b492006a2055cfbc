/* SPDX-License-Identifier: MIT */
#include "tests/support/hazard_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hazard_rig_person(struct test_journal *t, const char *id, const char *role) {
    char data[120];
    (void)snprintf(data, sizeof data, "{\"name\":\"王**\",\"role\":\"%s\",\"active\":true}", role);
    struct event_draft d = {
        .site = JOURNAL_SITE, .type = "person-set", .subject_id = id, .actor = "board", .data = data
    };
    journal_pair_append(t, &d, NULL);
}

int hazard_rig_setup(void **state) {
    struct hazard_rig *f = calloc(1, sizeof *f);
    journal_pair_now(HAZARD_RIG_NOW);
    journal_pair_open(&f->board, "b-01");
    journal_pair_open(&f->hub, "hub");
    buf_init(&f->answer, 4u << 20);
    hazard_rig_person(&f->board, "u-01", "manager");
    hazard_rig_person(&f->board, "u-02", "supervisor");
    hazard_rig_person(&f->board, "u-03", "crew");
    *state = f;
    return 0;
}

int hazard_rig_teardown(void **state) {
    struct hazard_rig *f = *state;
    journal_pair_close(&f->board);
    journal_pair_close(&f->hub);
    buf_fini(&f->answer);
    free(f);
    return 0;
}

struct hazard_by hazard_rig_by(const char *actor) {
    return (struct hazard_by){ .site = JOURNAL_SITE, .actor = actor, .office = strcmp(actor, "user/u-09") == 0 };
}

/* more: members after the id, beginning with a comma, or "". */
int hazard_rig_raise(struct hazard_rig *f, struct test_journal *t, const char *more) {
    struct hazard_by who = hazard_rig_by("user/u-02");
    char body[1024];
    ids_make(clock_wall(), f->id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", f->id, more);
    buf_clear(&f->answer);
    journal_pair_begin(t);
    int rc = hazard_submit(t->journal, t->db, &who, body, strlen(body), &f->out, &f->answer, &f->e);
    journal_pair_commit(t);
    return rc;
}

int hazard_rig_step(struct hazard_rig *f, struct test_journal *t, const char *actor, const char *verb,
                    const char *more) {
    struct hazard_by who = hazard_rig_by(actor);
    char body[1024], id[ID_SIZE];
    ids_make(clock_wall(), id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", id, more);
    buf_clear(&f->answer);
    journal_pair_begin(t);
    int rc =
        hazard_step(t->journal, t->db, &who, f->id, verb, body, strlen(body), &f->out, &f->answer, f->allowed, &f->e);
    journal_pair_commit(t);
    return rc;
}

void hazard_rig_row(struct hazard_rig *f, struct test_journal *t, const char *column, const char *expected) {
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT %s FROM hazard WHERE id = '%s'", column, f->id);
    char *value = journal_pair_value(t, sql);
    assert_string_equal(value, expected);
    free(value);
}

/* As the answer says a member, compactly: strings with their quotes. */
void hazard_rig_said(struct hazard_rig *f, const char *name, const char *expected) {
    struct json *root = NULL;
    struct buf text;
    buf_init(&text, 1u << 20);
    assert_int_equal(json_parse(f->answer.data, f->answer.len, &root, &f->e), 0);
    assert_int_equal(json_print(json_member(root, name), &text), 0);
    assert_string_equal(text.data, expected);
    buf_fini(&text);
    json_destroy(root);
}

/* Brings a new hazard into a state by legal steps. */
void hazard_rig_bring(struct hazard_rig *f, enum hazard_state to) {
    hazard_rig_person(&f->board, "u-04", "manager"); /* two: nobody is assigned by itself */
    assert_int_equal(hazard_rig_raise(f, &f->board, HAZARD_RIG_RAISE), 0);
    if (to >= HAZARD_ASSIGNED)
        assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-01\""), 0);
    if (to >= HAZARD_RECTIFIED)
        assert_int_equal(hazard_rig_step(f, &f->board, "user/u-01", "rectify", HAZARD_RIG_RECTIFY), 0);
    if (to >= HAZARD_VERIFIED) assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "verify", ""), 0);
}

void hazard_rig_photo(struct test_journal *t, const char *id) {
    char data[600], hash[HASH_TEXT_SIZE];
    memset(hash, 'a', sizeof hash - 1);
    hash[sizeof hash - 1] = '\0';
    (void)snprintf(data, sizeof data,
                   "{\"sha256\":\"%s\",\"bytes\":9,\"width\":4,\"height\":4,\"taken\":\"2026-11-22T16:04:05+08:00\","
                   "\"clock\":\"ntp\",\"origin\":\"phone\",\"code\":\"00000000\"}",
                   hash);
    struct event_draft d = {
        .site = JOURNAL_SITE, .type = "photo-taken", .subject_id = id, .id = id, .actor = "board", .data = data
    };
    journal_pair_append(t, &d, NULL);
}
