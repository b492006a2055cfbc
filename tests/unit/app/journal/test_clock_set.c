/* SPDX-License-Identifier: MIT */
/* Clocks being set, and dating what was written before: which clock-set decides, in whatever order the events come. */
#include "app/journal/timeline.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* 2026-11-22T16:00:00+08:00; all times in the tables are seconds from it, and it is second 0 of the boot unless said otherwise. */
#define RIGHT_MS INT64_C(1795334400000)
#define WRONG_S  (-1700000000) /* some fifty years back */

static char *dir;
static struct journal_rig hub;

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    clock_fake_wall((struct wall){ RIGHT_MS });
    journal_rig_open(&hub, dir, "hub.db", "hub", NULL);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    journal_rig_close(&hub);
    temp_remove(dir);
    clock_fake_off();
    return 0;
}

static void say_when(struct journal_rig_scribe *s, int64_t boot, int64_t mono, const char *clock, int64_t at_s) {
    s->when = (struct journal_rig_when){ .boot = boot, .mono = mono, .clock = clock, .at = { RIGHT_MS + at_s * 1000 } };
}

static void take(const struct journal_rig_event *e) {
    char code[16];
    if (journal_rig_take_now(&hub, e, code) != TAKEN_STORED) fail_msg("not taken: %s", code);
}

/* A clock-set of the scribe: what the clock showed and shows, in seconds as in the tables. */
static void make_set(struct journal_rig_scribe *s, int64_t mono_ms, int64_t from_s, int64_t to_s, const char *clock,
                     uint64_t rev, struct journal_rig_event *out) {
    char data[300], subject[60], from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];
    clock_format((struct wall){ RIGHT_MS + from_s * 1000 }, 8 * 3600, from);
    clock_format((struct wall){ RIGHT_MS + to_s * 1000 }, 8 * 3600, to);
    (void)snprintf(data, sizeof data, "{\"from\":\"%s\",\"to\":\"%s\",\"clock\":\"%s\",\"mono_ms\":%lld}", from, to,
                   clock, (long long)mono_ms);
    (void)snprintf(subject, sizeof subject, "board/%s", s->writer);
    journal_rig_write(s, LANE_RECORD, "clock-set", subject, NULL, rev, data, out);
}

/* Members of the timeline's entry; "" where it has none. */
struct shown {
    char at[40], corrected[40], clock[8];
};

static void copy_member(const struct json *o, const char *name, char *out, size_t size) {
    const char *text = json_text(json_member(o, name));
    text_clip(out, size, text ? text : "");
}

static struct shown show(struct db *db, const char *id) {
    struct shown shown = { 0 };
    struct timeline_query q = { .site = JOURNAL_RIG_SITE, .limit = TIMELINE_LIMIT_MAX };
    struct json *root = NULL;
    struct buf b;
    buf_init(&b, TIMELINE_PAGE_MAX);
    assert_int_equal(timeline_page(db, &q, &b), 0);
    assert_int_equal(json_parse(b.data, b.len, &root, NULL), 0);
    buf_fini(&b);
    const struct json *entries = json_member(root, "entries"), *e = NULL;
    for (size_t i = 0; i < json_count(entries); i++)
        if (strcmp(json_text(json_member(json_at(entries, i), "id")), id) == 0) e = json_at(entries, i);
    assert_non_null(e);
    copy_member(e, "at", shown.at, sizeof shown.at);
    copy_member(e, "at_corrected", shown.corrected, sizeof shown.corrected);
    copy_member(e, "clock_corrected", shown.clock, sizeof shown.clock);
    json_destroy(root);
    return shown;
}

static int64_t seconds(const char *text) {
    struct wall at;
    if (clock_parse(text, &at, NULL)) fail_msg("no time: %s", text);
    return (at.ms - RIGHT_MS) / 1000;
}

/* ---- which one decides ---- */

#define NEVER INT64_MAX

struct set_row {
    int64_t boot, mono_s, to_s;
    const char *clock;
};

static void which_clock_set_dates_a_record(void **state) {
    (void)state;
    /* The record: boot 2, second 100 of it, the clock some fifty years back unless `at_s` says otherwise. The boot began at second 0 of the right time. */
    static const struct {
        const char *what, *clock;
        int64_t at_s;
        struct set_row sets[4];
        int64_t corrected_s;
        const char *by;
    } table[] = {
        { "none came", "none", WRONG_S, { { 0, 0, 0, NULL } }, NEVER, "" },
        { "the network set it", "none", WRONG_S, { { 2, 500, 500, "ntp" } }, 100, "ntp" },
        { "the chip did", "none", WRONG_S, { { 2, 500, 500, "rtc" } }, 100, "rtc" },
        { "the chip, then the network five minutes on: the better",
          "none",
          WRONG_S,
          { { 2, 500, 500 - 300, "rtc" }, { 2, 900, 900, "ntp" } },
          100,
          "ntp" },
        { "wrong again before it was right",
          "none",
          WRONG_S,
          { { 2, 200, 77777, "none" }, { 2, 900, 900, "ntp" } },
          100,
          "ntp" },
        { "only wrong again", "none", WRONG_S, { { 2, 200, 77777, "none" } }, NEVER, "" },
        { "two as good: the first", "none", WRONG_S, { { 2, 900, 930, "ntp" }, { 2, 500, 500, "ntp" } }, 100, "ntp" },
        { "the same instant the record's second ends", "none", WRONG_S, { { 2, 100, 100, "ntp" } }, 100, "ntp" },
        { "before the record", "none", WRONG_S, { { 2, 99, 99, "ntp" } }, NEVER, "" },
        { "another boot", "none", WRONG_S, { { 1, 500, 500, "ntp" }, { 3, 500, 500, "ntp" } }, NEVER, "" },
        { "the record's clock was the network's", "ntp", 5000, { { 2, 500, 500, "ntp" } }, NEVER, "" },
        { "the chip's, an hour off", "rtc", 3700, { { 2, 500, 500, "ntp" } }, 100, "ntp" },
        { "the chip's, and the chip's again", "rtc", 3700, { { 2, 500, 500, "rtc" } }, NEVER, "" },
        { "it was right: it stands", "none", 100, { { 2, 500, 500, "ntp" } }, 100, "ntp" },
        { "nearly right: it stands as it is", "none", 101, { { 2, 500, 500, "ntp" } }, 101, "ntp" },
        { "two seconds off", "none", 102, { { 2, 500, 500, "ntp" } }, 100, "ntp" },
    };
    char epoch[ID_SIZE];
    for (size_t i = 0; i < TEXT_ARRAY_LEN(table); i++) {
        struct journal_rig_scribe s;
        struct journal_rig_event note, set;
        char writer[16], id[ID_SIZE];
        (void)snprintf(writer, sizeof writer, "b-%zu", i);
        ids_make(clock_wall(), epoch);
        journal_rig_scribe(&s, writer, epoch);
        ids_make(clock_wall(), id);
        say_when(&s, 2, 100, table[i].clock, table[i].at_s);
        journal_rig_write(&s, LANE_RECORD, "note", "note/n", id, 1, "{\"text\":\"t\"}", &note);
        take(&note);
        free(note.bytes);
        for (size_t k = 0; table[i].sets[k].clock; k++) {
            const struct set_row *row = &table[i].sets[k];
            say_when(&s, row->boot, row->mono_s + 1, row->clock, row->to_s + 1);
            make_set(&s, row->mono_s * 1000, 0, row->to_s, row->clock, k + 1, &set);
            take(&set);
            free(set.bytes);
        }
        struct shown shown = show(hub.db, id);
        int64_t corrected_s = shown.corrected[0] ? seconds(shown.corrected) : NEVER;
        if (corrected_s != table[i].corrected_s || strcmp(shown.clock, table[i].by) != 0)
            fail_msg("%s: %s by \"%s\"", table[i].what, shown.corrected, shown.clock);
        if (corrected_s == table[i].at_s) assert_string_equal(shown.corrected, shown.at); /* to the letter */
    }
}

static void another_epoch_counts_its_own_boots(void **state) {
    struct journal_rig_scribe s, later;
    struct journal_rig_event e;
    char id[ID_SIZE];
    (void)state;
    journal_rig_scribe(&s, "b-1", NULL);
    journal_rig_scribe(&later, "b-1", NULL); /* a restored board may count a boot twice */
    ids_make(clock_wall(), id);
    say_when(&s, 2, 100, "none", WRONG_S);
    journal_rig_write(&s, LANE_RECORD, "note", "note/n", id, 1, "{\"text\":\"t\"}", &e);
    take(&e);
    free(e.bytes);
    say_when(&later, 2, 500, "ntp", 500);
    make_set(&later, 500000, 0, 500, "ntp", 1, &e);
    take(&e);
    free(e.bytes);
    assert_string_equal(show(hub.db, id).corrected, "");
}

static void what_a_clock_set_leaves_out_is_no_fault(void **state) {
    static const char *const good[] = { "{}", "{\"from\":\"2000-01-01T00:00:09.000Z\"}", "{\"clock\":\"ntp\"}",
                                        "{\"to\":\"2026-11-22T16:08:20+08:00\",\"clock\":\"ntp\",\"more\":1}" };
    static const char *const bad[] = { "{\"to\":5}", "{\"to\":\"soon\"}", "{\"clock\":\"sun\"}", "{\"mono_ms\":-1}",
                                       "{\"clock_before\":1}" };
    struct journal_rig_scribe s;
    struct journal_rig_event e;
    char id[ID_SIZE], code[16];
    (void)state;
    journal_rig_scribe(&s, "b-1", NULL);
    ids_make(clock_wall(), id);
    say_when(&s, 2, 100, "none", WRONG_S);
    journal_rig_write(&s, LANE_RECORD, "note", "note/n", id, 1, "{\"text\":\"t\"}", &e);
    take(&e);
    free(e.bytes);
    say_when(&s, 2, 500, "ntp", 500);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(good) + TEXT_ARRAY_LEN(bad); i++) {
        bool right = i < TEXT_ARRAY_LEN(good);
        journal_rig_write(&s, LANE_RECORD, "clock-set", "board/b-1", NULL, i + 1,
                          right ? good[i] : bad[i - TEXT_ARRAY_LEN(good)], &e);
        assert_int_equal(journal_rig_take_now(&hub, &e, code), right ? TAKEN_STORED : TAKEN_REJECTED);
        if (!right) assert_string_equal(code, "schema");
        free(e.bytes);
    }
    /* Without mono_ms the event's own second counts. */
    assert_int_equal(seconds(show(hub.db, id).corrected), 100);
}

/* ---- any order ---- */

enum { WRITERS = 2, EPOCHS = 2, CHAINS = WRITERS * EPOCHS, PER_CHAIN = 24 };

/* What was written, for the model. */
struct written {
    bool set;
    size_t chain;
    int64_t boot, mono_ms, to_s;
    int grade;
    char id[ID_SIZE];
    struct journal_rig_event event;
};

static const char *const grades[] = { "none", "rtc", "ntp" };

/* The same rule, said once more: the best later clock that is better; of those the first. */
static const struct written *decider(const struct written *all, size_t n, const struct written *of) {
    const struct written *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct written *w = &all[i];
        bool fits =
            w->set && w->chain == of->chain && w->boot == of->boot && w->mono_ms >= of->mono_ms && w->grade > of->grade;
        if (!fits) continue;
        if (!best || w->grade > best->grade || (w->grade == best->grade && w->mono_ms < best->mono_ms)) best = w;
    }
    return best;
}

static void write_random(struct journal_rig_scribe scribes[CHAINS], struct written all[CHAINS * PER_CHAIN]) {
    for (size_t i = 0; i < CHAINS * PER_CHAIN; i++) {
        struct written *w = &all[i];
        *w = (struct written){ .set = journal_rig_random(3) == 0,
                               .chain = i / PER_CHAIN,
                               .boot = 1 + (int64_t)journal_rig_random(2),
                               .grade = (int)journal_rig_random(3) };
        struct journal_rig_scribe *s = &scribes[w->chain];
        /* Different instants, so that no two are equally good. */
        w->mono_ms = ((int64_t)journal_rig_random(500) * 1000 + (int64_t)(i % PER_CHAIN)) * 1000;
        w->to_s = 100000 * (int64_t)i;
        ids_make(clock_wall(), w->id);
        say_when(s, w->boot, w->mono_ms / 1000, grades[w->grade], WRONG_S);
        if (w->set)
            make_set(s, w->mono_ms, 0, w->to_s, grades[w->grade], 1 + journal_rig_random(4), &w->event);
        else
            journal_rig_write(s, journal_rig_random(2) ? LANE_RECORD : LANE_ALERT, "note", "note/n", w->id,
                              1 + journal_rig_random(4), "{\"text\":\"t\"}", &w->event);
    }
}

/* Each chain in its order, the chains in any. */
static void take_in_any_order(struct journal_rig *to, struct written *all) {
    bool done[CHAINS * PER_CHAIN] = { false };
    for (size_t left = CHAINS * PER_CHAIN; left > 0;) {
        size_t chain = journal_rig_random(CHAINS);
        enum lane lane = journal_rig_random(2) ? LANE_RECORD : LANE_ALERT;
        for (size_t i = chain * PER_CHAIN; i < (chain + 1) * PER_CHAIN; i++) {
            if (done[i] || all[i].event.key.lane != lane) continue;
            assert_int_equal(journal_rig_take_now(to, &all[i].event, NULL), TAKEN_STORED);
            done[i] = true;
            left--;
            break;
        }
    }
}

static void check_against_model(struct db *db, const struct written *all) {
    size_t dated = 0;
    for (size_t i = 0; i < CHAINS * PER_CHAIN; i++) {
        if (all[i].set) continue;
        struct shown shown = show(db, all[i].id);
        const struct written *by = decider(all, CHAINS * PER_CHAIN, &all[i]);
        assert_string_equal(shown.clock, by ? grades[by->grade] : "");
        if (!by) continue;
        assert_int_equal(seconds(shown.corrected), by->to_s - (by->mono_ms - all[i].mono_ms) / 1000);
        dated++;
    }
    assert_true(dated > 0);
}

static void the_order_does_not_matter(void **state) {
    struct written *all = calloc(CHAINS * PER_CHAIN, sizeof *all);
    char first[HASH_TEXT_SIZE] = "", digest[HASH_TEXT_SIZE];
    (void)state;
    journal_rig_seed();
    for (int round = 0; round < 4; round++) {
        struct journal_rig_scribe scribes[CHAINS];
        for (size_t c = 0; c < CHAINS; c++) journal_rig_scribe(&scribes[c], c / EPOCHS ? "b-2" : "b-1", NULL);
        write_random(scribes, all);
        for (int order = 0; order < 3; order++) {
            struct journal_rig r;
            char file[32];
            (void)snprintf(file, sizeof file, "any-%d-%d.db", round, order);
            journal_rig_open(&r, dir, file, "hub", NULL);
            take_in_any_order(&r, all);
            journal_rig_digest(r.db, digest);
            if (order > 0) assert_string_equal(digest, first);
            text_clip(first, sizeof first, digest);
            check_against_model(r.db, all);
            assert_int_equal(db_begin(r.db), 0);
            assert_int_equal(journal_rebuild(r.db, NULL, NULL), 0);
            assert_int_equal(db_commit(r.db), 0);
            journal_rig_digest(r.db, digest);
            assert_string_equal(digest, first);
            journal_rig_close(&r);
        }
        for (size_t i = 0; i < CHAINS * PER_CHAIN; i++) free(all[i].event.bytes);
    }
    free(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(which_clock_set_dates_a_record, setup, teardown),
        cmocka_unit_test_setup_teardown(another_epoch_counts_its_own_boots, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_clock_set_leaves_out_is_no_fault, setup, teardown),
        cmocka_unit_test_setup_teardown(the_order_does_not_matter, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
