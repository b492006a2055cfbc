/* SPDX-License-Identifier: MIT */
/* What becomes of events that come from elsewhere. */
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include "app/journal/counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static char *dir;
static struct journal_rig hub;
static struct journal_rig_scribe scribe;

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    journal_rig_open(&hub, dir, "hub.db", "hub", NULL);
    journal_rig_scribe(&scribe, "b-1", NULL);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    journal_rig_close(&hub);
    temp_remove(dir);
    return 0;
}

static const char person[] = "{\"name\":\"Person One\",\"role\":\"crew\",\"active\":true}";

static void write_note(struct journal_rig_event *out) {
    journal_rig_write(&scribe, LANE_RECORD, "note", "note/n-1", NULL, 1, "{}", out);
}

static enum taken take_raw(const struct event_key *key, const char *bytes, size_t n, const char *broken,
                           char code[16]) {
    char text[200];
    enum taken taken;
    assert_int_equal(db_begin(hub.db), 0);
    assert_int_equal(journal_take(hub.journal, hub.db, JOURNAL_RIG_SITE, "b-1", key, bytes, n, broken,
                                  broken ? "why" : NULL, &taken, code, text),
                     0);
    assert_int_equal(db_commit(hub.db), 0);
    return taken;
}

static void assert_sound(int64_t events, int64_t rejected, int64_t conflicts) {
    struct verify_report report;
    struct err_text bad = { 0 };
    assert_int_equal(journal_verify(hub.db, &report, &bad), 0);
    assert_int_equal(report.events, events);
    assert_int_equal(report.rejected, rejected);
    assert_int_equal(report.conflicts, conflicts);
}

static void in_order_once_each(void **state) {
    struct journal_rig_event a;
    struct journal_rig_event b;
    struct journal_rig_event c;
    char code[16];
    (void)state;
    write_note(&a);
    write_note(&b);
    write_note(&c);
    assert_int_equal(journal_rig_take_now(&hub, &b, code), TAKEN_GAP);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM chain"), 0);
    assert_int_equal(journal_rig_take_now(&hub, &a, code), TAKEN_STORED);
    assert_int_equal(journal_rig_take_now(&hub, &c, code), TAKEN_GAP);
    assert_int_equal(journal_rig_take_now(&hub, &a, code), TAKEN_REPEAT);
    assert_int_equal(journal_rig_take_now(&hub, &b, code), TAKEN_STORED);
    assert_int_equal(journal_rig_take_now(&hub, &c, code), TAKEN_STORED);
    assert_string_equal(code, "");
    assert_int_equal(journal_rig_int(hub.db, "SELECT min(taken) FROM event"), 1);
    assert_sound(3, 0, 0);
    free(a.bytes);
    free(b.bytes);
    free(c.bytes);
}

/* A refused event keeps its place, so that the one after it is still in its chain. */
static void a_refused_event_keeps_its_place(void **state) {
    struct journal_rig_event e;
    struct counts counts;
    char code[16];
    (void)state;
    journal_rig_write(&scribe, LANE_RECORD, "person-set", "user/u-07", NULL, 1, "{\"name\":5}", &e);
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_REJECTED);
    assert_string_equal(code, "schema");
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM person"), 0);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM rejected WHERE by_us = 1 AND code = 'schema'"), 1);
    free(e.bytes);
    journal_rig_write(&scribe, LANE_RECORD, "person-set", "user/u-07", NULL, 2, person, &e);
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_STORED);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM person WHERE id = 'u-07'"), 1);
    free(e.bytes);
    journal_rig_write(&scribe, LANE_RECORD, "person-set", "note/u-08", NULL, 1, person, &e);
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_REJECTED); /* another kind of subject */
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_REPEAT);
    assert_int_equal(counts_read(hub.db, JOURNAL_RIG_SITE, &counts), 0);
    assert_int_equal(counts.refused, 2);
    assert_int_equal(counts.rejected, 0);
    free(e.bytes);
    assert_sound(3, 2, 0);
}

static void what_cannot_be_read_is_kept_raw(void **state) {
    struct journal_rig_event e;
    char code[16];
    struct event_key key = { .lane = LANE_RECORD, .seq = 1 };
    (void)state;
    (void)snprintf(key.writer, sizeof key.writer, "b-1");
    memcpy(key.epoch, scribe.epoch, sizeof key.epoch);
    assert_int_equal(take_raw(&key, "not json", 8, NULL, code), TAKEN_REJECTED);
    assert_string_equal(code, "schema");

    char *big = malloc(ENVELOPE_MAX + 10);
    assert_non_null(big);
    memset(big, ' ', ENVELOPE_MAX + 10);
    key.seq = 2;
    assert_int_equal(take_raw(&key, big, ENVELOPE_MAX + 10, NULL, code), TAKEN_REJECTED);
    assert_string_equal(code, "too-big");
    key.seq = 3;
    assert_int_equal(take_raw(&key, "poison", 6, "schema", code), TAKEN_REJECTED);
    assert_string_equal(code, "schema");

    /* The next good one follows on the raw bytes. */
    hash_sha256_text("poison", 6, scribe.hash[LANE_RECORD]);
    scribe.seq[LANE_RECORD] = 3;
    write_note(&e);
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_STORED);
    free(e.bytes);
    free(big);
    assert_sound(4, 3, 0);
}

static void a_broken_chain_is_told_and_goes_on(void **state) {
    struct journal_rig_event a;
    struct journal_rig_event b;
    struct journal_rig_event c;
    char code[16];
    (void)state;
    write_note(&a);
    assert_int_equal(journal_rig_take_now(&hub, &a, code), TAKEN_STORED);
    memset(scribe.hash[LANE_RECORD], 'a', 64);
    write_note(&b);
    write_note(&c);
    assert_int_equal(journal_rig_take_now(&hub, &b, code), TAKEN_REJECTED);
    assert_string_equal(code, "chain");
    assert_int_equal(journal_rig_take_now(&hub, &c, code), TAKEN_STORED);
    assert_sound(3, 1, 0);
    free(a.bytes);
    free(b.bytes);
    free(c.bytes);
}

static void other_bytes_for_a_key_are_kept_aside(void **state) {
    struct journal_rig_scribe before;
    struct journal_rig_event a;
    struct journal_rig_event b;
    char code[16];
    (void)state;
    before = scribe;
    write_note(&a);
    scribe = before;
    write_note(&b); /* the same place, another id */
    assert_int_equal(journal_rig_take_now(&hub, &a, code), TAKEN_STORED);
    assert_int_equal(journal_rig_take_now(&hub, &b, code), TAKEN_CONFLICT);
    assert_string_equal(code, "conflict");
    assert_int_equal(journal_rig_take_now(&hub, &b, code), TAKEN_CONFLICT); /* told again, kept once */
    assert_int_equal(journal_rig_take_now(&hub, &a, code), TAKEN_REPEAT);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM conflict"), 1);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM rejected WHERE code = 'conflict'"), 1);
    assert_sound(1, 0, 1);
    free(a.bytes);
    free(b.bytes);
}

static void another_site_or_org_is_refused(void **state) {
    struct journal_rig_event e;
    char code[16];
    (void)state;
    (void)snprintf(scribe.site, sizeof scribe.site, "s-9");
    write_note(&e);
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_REJECTED); /* sent as being about the rig's site */
    assert_string_equal(code, "schema");
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM event WHERE site = 's-9'"), 0);
    free(e.bytes);
}

/* A key that is another than in the bytes. */
static void a_wrong_key_is_refused(void **state) {
    struct journal_rig_event e;
    char code[16];
    (void)state;
    write_note(&e);
    e.key.lane = LANE_ALERT;
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_REJECTED);
    assert_string_equal(code, "schema");
    free(e.bytes);
}

static void an_unknown_type_is_stored_and_not_folded(void **state) {
    struct journal_rig_event e;
    char before[HASH_TEXT_SIZE];
    char after[HASH_TEXT_SIZE];
    char code[16];
    (void)state;
    journal_rig_digest(hub.db, before);
    journal_rig_write(&scribe, LANE_RECORD, "hazard-sung", "hazard/h-1", NULL, 1, "{\"key\":\"C\"}", &e);
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_STORED);
    free(e.bytes);
    journal_rig_write(&scribe, LANE_RECORD, "person-set.v2", "user/u-07", NULL, 1, "{\"names\":[]}", &e);
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_STORED);
    free(e.bytes);
    journal_rig_digest(hub.db, after);
    assert_string_equal(before, after);
    assert_int_equal(
        journal_rig_int(hub.db, "SELECT count(*) FROM event WHERE type IN ('hazard-sung', 'person-set.v2')"), 2);
    assert_sound(2, 0, 0);
}

/* Of two events with one id, the one that comes first in fold order counts, whichever came first in time. */
static void a_repeated_id_counts_once(void **state) {
    struct journal_rig_scribe other;
    struct journal_rig_event late;
    struct journal_rig_event early;
    struct envelope found = { 0 };
    int64_t pos = 0;
    char id[ID_SIZE];
    char one[HASH_TEXT_SIZE];
    char two[HASH_TEXT_SIZE];
    (void)state;
    ids_make(clock_wall(), id);
    journal_rig_scribe(&other, "b-0", NULL);
    journal_rig_write(&scribe, LANE_RECORD, "person-set", "user/u-07", id, 2, person, &late);
    journal_rig_write(&other, LANE_RECORD, "person-set", "user/u-08", id, 1, person, &early);
    assert_int_equal(journal_rig_take_now(&hub, &late, NULL), TAKEN_STORED);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM person WHERE id = 'u-07'"), 1);
    assert_int_equal(journal_rig_take_now(&hub, &early, NULL), TAKEN_STORED);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM person WHERE id = 'u-07'"), 0);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM person WHERE id = 'u-08'"), 1);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM duplicate"), 1);
    assert_int_equal(journal_find(hub.db, JOURNAL_RIG_SITE, id, &found, &pos), 0);
    assert_string_equal(found.subject, "user/u-08");
    envelope_fini(&found);
    journal_rig_digest(hub.db, one);

    struct journal_rig second;
    journal_rig_open(&second, dir, "second.db", "hub", NULL);
    assert_int_equal(journal_rig_take_now(&second, &early, NULL), TAKEN_STORED);
    assert_int_equal(journal_rig_take_now(&second, &late, NULL), TAKEN_STORED);
    journal_rig_digest(second.db, two);
    assert_string_equal(one, two);
    journal_rig_close(&second);
    free(late.bytes);
    free(early.bytes);
}

/* Two sites of one hub keep their ids apart. */
static void another_sites_ids_are_its_own(void **state) {
    struct journal_rig_event e;
    struct event_key key;
    char code[16];
    char text[200];
    enum taken taken;
    (void)state;
    journal_rig_write(&scribe, LANE_RECORD, "person-set", "user/u-07", NULL, 1, person, &e);
    assert_int_equal(journal_rig_take_now(&hub, &e, code), TAKEN_STORED);
    struct envelope ev = { 0 };
    assert_int_equal(envelope_read(e.bytes, e.n, &ev, NULL), 0);
    free(e.bytes);
    struct journal_rig_scribe far;
    journal_rig_scribe(&far, "b-5", NULL);
    (void)snprintf(far.site, sizeof far.site, "s-9");
    journal_rig_write(&far, LANE_RECORD, "person-set", "user/u-07", ev.id, 1, person, &e);
    key = e.key;
    envelope_fini(&ev);
    assert_int_equal(db_begin(hub.db), 0);
    assert_int_equal(
        journal_take(hub.journal, hub.db, "s-9", "b-5", &key, e.bytes, e.n, NULL, NULL, &taken, code, text), 0);
    assert_int_equal(db_commit(hub.db), 0);
    assert_int_equal(taken, TAKEN_STORED);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM person"), 2);
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM duplicate"), 0);
    free(e.bytes);
}

static void a_refusal_by_a_peer_is_remembered_once(void **state) {
    struct journal_rig_event e;
    struct counts counts;
    (void)state;
    write_note(&e);
    assert_int_equal(journal_rig_take_now(&hub, &e, NULL), TAKEN_STORED);
    (void)journal_rig_append(&hub, "note", "n-2", NULL, "{}");
    struct event_key key = { .lane = LANE_RECORD, .seq = 2 };
    (void)snprintf(key.writer, sizeof key.writer, "hub");
    assert_int_equal(journal_epoch(hub.db, JOURNAL_RIG_SITE, "hub", key.epoch), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_begin(hub.db), 0);
        assert_int_equal(journal_refused(hub.journal, hub.db, JOURNAL_RIG_SITE, &key, "schema", "not liked"), 0);
        assert_int_equal(db_commit(hub.db), 0);
    }
    assert_int_equal(counts_read(hub.db, JOURNAL_RIG_SITE, &counts), 0);
    assert_int_equal(counts.rejected, 1);
    assert_int_equal(counts.refused, 0);
    free(e.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_order_once_each, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_event_keeps_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_kept_raw, setup, teardown),
        cmocka_unit_test_setup_teardown(a_broken_chain_is_told_and_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(other_bytes_for_a_key_are_kept_aside, setup, teardown),
        cmocka_unit_test_setup_teardown(another_site_or_org_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_key_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unknown_type_is_stored_and_not_folded, setup, teardown),
        cmocka_unit_test_setup_teardown(a_repeated_id_counts_once, setup, teardown),
        cmocka_unit_test_setup_teardown(another_sites_ids_are_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_by_a_peer_is_remembered_once, setup, teardown),
    };
    return cmocka_run_group_tests_name("journal_take", tests, NULL, NULL);
}
