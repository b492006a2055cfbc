/* SPDX-License-Identifier: MIT */
/* Journals for tests. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/journal_pair.h"

#include "firmware/base/cleanup.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static enum clock_grade grade = CLOCK_NTP;
static bool faked;

static enum clock_grade get_grade(void) { return grade; }

void journal_pair_grade(enum clock_grade g) { grade = g; }

void journal_pair_now(const char *rfc3339) {
    struct wall at;
    assert_int_equal(clock_parse(rfc3339, &at, NULL), 0);
    clock_fake_wall(at);
    faked = true;
}

void journal_pair_open(struct test_journal *t, const char *writer) {
    struct err_text e = { 0 };
    struct journal_options options = { .org = "acme",
                                       .writer = writer,
                                       .site = strcmp(writer, "hub") == 0 ? NULL : JOURNAL_SITE,
                                       .timezone = "Asia/Shanghai",
                                       .grade = get_grade };
    if (!faked) journal_pair_now("2026-11-22T16:00:00+08:00");
    *t = (struct test_journal){ .dir = temp_make() };
    CLEANUP(free_ptr) char *path = temp_path(t->dir, "journal.db");
    if (db_open(path, DB_JOURNAL, &t->db, &e) < 0 || journal_create(t->db, &options, &t->journal, &e) < 0)
        fail_msg("%s: %s", e.field, e.text);
}

void journal_pair_close(struct test_journal *t) {
    journal_destroy(t->journal);
    db_close(t->db);
    temp_remove(t->dir);
    *t = (struct test_journal){ 0 };
    grade = CLOCK_NTP;
}

void journal_pair_begin(struct test_journal *t) { assert_int_equal(db_begin(t->db), 0); }
void journal_pair_commit(struct test_journal *t) { assert_int_equal(db_commit(t->db), 0); }

int journal_pair_end(struct test_journal *t, int rc) {
    if (rc == 0)
        journal_pair_commit(t);
    else
        db_rollback(t->db);
    return rc;
}

void journal_pair_append(struct test_journal *t, const struct event_draft *draft, struct appended *out) {
    struct err_text e = { 0 };
    struct appended appended;
    journal_pair_begin(t);
    int rc = journal_append(t->journal, t->db, draft, out ? out : &appended, &e);
    if (rc < 0) fail_msg("%s: %s: %s", draft->type, e.field, e.text);
    journal_pair_commit(t);
}

#define CHAINS_MAX 64

struct chain {
    int64_t id;
    uint64_t next, last;
};

static size_t list_chains(struct test_journal *from, struct chain chains[CHAINS_MAX]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    size_t n = 0;
    assert_int_equal(db_prepare(from->db, "SELECT id, seq FROM chain WHERE seq > 0 ORDER BY id", &s), 0);
    while (stmt_step(s) == 1) {
        assert_true(n < CHAINS_MAX);
        chains[n++] = (struct chain){ .id = stmt_int(s, 0), .next = 1, .last = (uint64_t)stmt_int(s, 1) };
    }
    return n;
}

static void carry_one(struct test_journal *from, struct test_journal *to, struct chain *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct envelope event = { 0 };
    struct err_text e = { 0 };
    enum taken taken;
    char code[16] = "";
    char text[200] = "";
    size_t n = 0;
    assert_int_equal(db_prepare(from->db, "SELECT bytes FROM event WHERE chain = ? AND seq = ?", &s), 0);
    stmt_bind_int(s, 1, c->id);
    stmt_bind_int(s, 2, (int64_t)c->next++);
    assert_int_equal(stmt_step(s), 1);
    const char *bytes = stmt_blob(s, 0, &n);
    if (envelope_read(bytes, n, &event, &e) < 0) fail_msg("%s", e.text);
    assert_int_equal(journal_take(to->journal, to->db, event.site, event.key.writer, &event.key, bytes, n, NULL, NULL,
                                  &taken, code, text),
                     0);
    if (taken != TAKEN_STORED && taken != TAKEN_REPEAT) fail_msg("%s was not taken: %s %s", event.type, code, text);
    envelope_fini(&event);
}

void journal_pair_carry(struct test_journal *from, struct test_journal *to, unsigned *seed) {
    struct chain chains[CHAINS_MAX];
    size_t n = list_chains(from, chains);
    journal_pair_begin(to);
    while (n > 0) {
        size_t i = (size_t)rand_r(seed) % n;
        carry_one(from, to, &chains[i]);
        if (chains[i].next > chains[i].last) chains[i] = chains[--n];
    }
    journal_pair_commit(to);
}

void journal_pair_same(struct test_journal *a, struct test_journal *b) {
    char da[HASH_TEXT_SIZE];
    char db[HASH_TEXT_SIZE];
    assert_int_equal(journal_digest(a->db, NULL, da), 0);
    assert_int_equal(journal_digest(b->db, NULL, db), 0);
    assert_string_equal(da, db);
}

void journal_pair_rebuild(struct test_journal *t) {
    char before[HASH_TEXT_SIZE];
    char after[HASH_TEXT_SIZE];
    struct err_text e = { 0 };
    int64_t events = 0;
    assert_int_equal(journal_digest(t->db, NULL, before), 0);
    journal_pair_begin(t);
    if (journal_rebuild(t->db, &events, &e) < 0) fail_msg("%s", e.text);
    journal_pair_commit(t);
    assert_int_equal(journal_digest(t->db, NULL, after), 0);
    assert_string_equal(before, after);
}

char *journal_pair_value(struct test_journal *t, const char *sql) {
    /* Statements are cached by the address of their text: each text gets one for the life of the test program. */
    static char *texts[256];
    static size_t count;
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    size_t i = 0;
    while (i < count && strcmp(texts[i], sql) != 0) i++;
    if (i == count) {
        assert_true(count < sizeof texts / sizeof texts[0]);
        texts[count++] = strdup(sql);
    }
    int rc = db_prepare(t->db, texts[i], &s);
    if (rc < 0) fail_msg("%s: %s", sql, db_message(t->db));
    rc = stmt_step(s);
    assert_true(rc >= 0);
    return strdup(rc == 1 ? stmt_text(s, 0) : "");
}

unsigned journal_pair_seed(void) {
    const char *text = getenv("SITELOG_SEED");
    unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
    print_message("SITELOG_SEED=%u\n", seed);
    return seed;
}
