/* SPDX-License-Identifier: MIT */
/* Journals for tests. */
#include "tests/support/journal_rig.h"

#include "firmware/base/cleanup.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int rc, const char *what, const struct err_text *e) {
    if (rc >= 0) return;
    (void)fprintf(stderr, "%s: %s %s\n", what, err_name(rc), e ? e->text : "");
    abort();
}

static enum clock_grade grade(void) { return CLOCK_NTP; }

void journal_rig_open(struct journal_rig *r, const char *dir, const char *file, const char *writer, const char *site) {
    struct journal_options o = {
        .org = JOURNAL_RIG_ORG, .writer = writer, .site = site, .timezone = "Asia/Shanghai", .grade = grade
    };
    struct err_text e = { 0 };
    r->path = temp_path(dir, file);
    must(db_open(r->path, DB_JOURNAL, &r->db, &e), r->path, &e);
    must(journal_create(r->db, &o, &r->journal, &e), r->path, &e);
}

void journal_rig_close(struct journal_rig *r) {
    journal_destroy(r->journal);
    db_close(r->db);
    free(r->path);
    memset(r, 0, sizeof *r);
}

const char *journal_rig_append(struct journal_rig *r, const char *type, const char *subject_id, const char *id,
                               const char *data) {
    static char ids[4][ID_SIZE];
    static unsigned turn;
    struct event_draft d = {
        .id = id, .site = JOURNAL_RIG_SITE, .type = type, .subject_id = subject_id, .actor = "user/u-01", .data = data
    };
    struct appended out;
    struct err_text e = { 0 };
    must(db_begin(r->db), "begin", NULL);
    must(journal_append(r->journal, r->db, &d, &out, &e), type, &e);
    must(db_commit(r->db), "commit", NULL);
    char *copy = ids[turn++ % 4];
    memcpy(copy, out.id, ID_SIZE);
    return copy;
}

int64_t journal_rig_int(struct db *db, const char *sql) {
    struct stmt *s = NULL;
    must(stmt_create(db, sql, &s), sql, NULL);
    int rc = stmt_step(s);
    must(rc, sql, NULL);
    int64_t value = rc == 1 ? stmt_int(s, 0) : -1;
    stmt_destroy(s);
    return value;
}

void journal_rig_exec(struct db *db, const char *sql) {
    struct err_text e = { 0 };
    must(db_exec(db, sql, &e), sql, &e);
}

void journal_rig_digest(struct db *db, char out[HASH_TEXT_SIZE]) {
    must(journal_digest(db, NULL, out), "digest", NULL);
}

/* ---- scribes ---- */

void journal_rig_scribe(struct journal_rig_scribe *s, const char *writer, const char *epoch) {
    memset(s, 0, sizeof *s);
    (void)snprintf(s->site, sizeof s->site, "%s", JOURNAL_RIG_SITE);
    (void)snprintf(s->writer, sizeof s->writer, "%s", writer);
    if (epoch)
        (void)snprintf(s->epoch, sizeof s->epoch, "%s", epoch);
    else
        ids_make(clock_wall(), s->epoch);
    for (int l = 0; l < LANE_COUNT; l++) hash_sha256_text(s->epoch, strlen(s->epoch), s->hash[l]);
}

void journal_rig_write(struct journal_rig_scribe *s, enum lane lane, const char *type, const char *subject,
                       const char *id, uint64_t rev, const char *data, struct journal_rig_event *out) {
    struct envelope ev = { .key = { .lane = lane, .seq = s->seq[lane] + 1 }, .rev = rev, .boot = 1, .mono = 5 };
    CLEANUP(json_destroy_ptr) struct json *tree = NULL;
    struct err_text e = { 0 };
    struct buf b;
    (void)snprintf(ev.key.writer, sizeof ev.key.writer, "%s", s->writer);
    (void)snprintf(ev.key.epoch, sizeof ev.key.epoch, "%s", s->epoch);
    (void)snprintf(ev.org, sizeof ev.org, "%s", JOURNAL_RIG_ORG);
    (void)snprintf(ev.site, sizeof ev.site, "%s", s->site);
    (void)snprintf(ev.type, sizeof ev.type, "%s", type);
    (void)snprintf(ev.subject, sizeof ev.subject, "%s", subject);
    (void)snprintf(ev.actor, sizeof ev.actor, "user/u-02");
    (void)snprintf(ev.clock, sizeof ev.clock, "%s", s->when.clock ? s->when.clock : "rtc");
    memcpy(ev.prev, s->hash[lane], sizeof ev.prev);
    clock_format(s->when.clock ? s->when.at : clock_wall(), 8 * 3600, ev.time);
    if (s->when.clock) {
        ev.boot = s->when.boot;
        ev.mono = s->when.mono;
    }
    if (id)
        (void)snprintf(ev.id, sizeof ev.id, "%s", id);
    else
        ids_make(clock_wall(), ev.id);
    must(json_parse(data, strlen(data), &tree, &e), type, &e);
    ev.data = tree;
    buf_init(&b, ENVELOPE_MAX);
    must(envelope_make(&ev, &b, NULL, &e), type, &e);
    out->key = ev.key;
    out->n = b.len;
    hash_sha256_text(b.data, b.len, s->hash[lane]);
    out->bytes = buf_steal(&b);
    s->seq[lane]++;
}

enum taken journal_rig_take(struct journal_rig *r, const struct journal_rig_event *e, char code[16], char text[200]) {
    enum taken taken = TAKEN_GAP;
    char spare_code[16];
    char spare_text[200];
    must(journal_take(r->journal, r->db, JOURNAL_RIG_SITE, "peer", &e->key, e->bytes, e->n, NULL, NULL, &taken,
                      code ? code : spare_code, text ? text : spare_text),
         "take", NULL);
    return taken;
}

enum taken journal_rig_take_now(struct journal_rig *r, const struct journal_rig_event *e, char code[16]) {
    must(db_begin(r->db), "begin", NULL);
    enum taken taken = journal_rig_take(r, e, code, NULL);
    must(db_commit(r->db), "commit", NULL);
    return taken;
}

/* ---- copying ---- */

static int64_t head(struct db *db, const struct event_key *key) {
    struct stmt *s = NULL;
    must(db_prepare(db, "SELECT seq FROM chain WHERE writer = ? AND epoch = ? AND lane = ?", &s), "head", NULL);
    stmt_bind_text(s, 1, key->writer);
    stmt_bind_text(s, 2, key->epoch);
    stmt_bind_int(s, 3, (int64_t)key->lane);
    int64_t seq = stmt_step(s) == 1 ? stmt_int(s, 0) : 0;
    stmt_reset(s);
    return seq;
}

/* One pass over all that `from` holds; whether anything was stored or moved. */
static bool copy_pass(struct journal_rig *from, struct journal_rig *to) {
    struct stmt *s = NULL;
    bool moved = false;
    must(stmt_create(from->db,
                     "SELECT c.writer, c.epoch, c.lane, e.seq, e.bytes FROM event e JOIN chain c ON c.id = e.chain "
                     "ORDER BY c.id, e.seq",
                     &s),
         "copy", NULL);
    while (stmt_step(s) == 1) {
        struct journal_rig_event e = { .key = { .lane = (enum lane)stmt_int(s, 2), .seq = (uint64_t)stmt_int(s, 3) } };
        (void)snprintf(e.key.writer, sizeof e.key.writer, "%s", stmt_text(s, 0));
        (void)snprintf(e.key.epoch, sizeof e.key.epoch, "%s", stmt_text(s, 1));
        int64_t before = head(to->db, &e.key);
        if ((int64_t)e.key.seq != before + 1) continue;
        const char *bytes = stmt_blob(s, 4, &e.n);
        e.bytes = malloc(e.n);
        memcpy(e.bytes, bytes, e.n);
        (void)journal_rig_take_now(to, &e, NULL);
        free(e.bytes);
        if (head(to->db, &e.key) != before) moved = true;
    }
    stmt_destroy(s);
    return moved;
}

void journal_rig_copy(struct journal_rig *from, struct journal_rig *to) {
    for (int i = 0; copy_pass(from, to); i++) must(i < 1000 ? 0 : ERR_TIMEOUT, "copying does not end", NULL);
}

/* ---- random numbers ---- */

static uint64_t state;

void journal_rig_seed(void) {
    const char *told = getenv("SITELOG_SEED");
    if (told)
        state = strtoull(told, NULL, 0);
    else
        ids_random(&state, sizeof state);
    (void)printf("SITELOG_SEED=%llu\n", (unsigned long long)state);
}

/* splitmix64 */
uint32_t journal_rig_random(uint32_t below) {
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (uint32_t)(z % below);
}
