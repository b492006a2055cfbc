/* SPDX-License-Identifier: MIT */
/* Memory runs out at any request of either end while two journals are copied, once or for a while: what is lost by it is asked for again, and in
 * the end both hold the same. The journals are simulated and have memory enough. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/fault/no_memory.h"
#include "tests/support/copy_sim.h"

#include <string.h>

enum { ENDS = 2, STEP_MS = 250, LONGEST_MS = 300000 };

/* ---- the simulated journals' seams, for which memory never runs out ---- */

struct end {
    struct copy_source source;
    struct copy_sink sink;
    struct held *held;
    struct peer *peer;
};

struct world {
    struct sim s;
    struct end end[ENDS];
};

#define WITH_MEMORY(call)                                                                                              \
    no_memory_pause();                                                                                                 \
    int rc = call;                                                                                                     \
    no_memory_resume();                                                                                                \
    return rc

static int heads(void *ctx, const char *site, struct chain_head **out, size_t *count) {
    const struct end *e = ctx;
    WITH_MEMORY(e->source.heads(e->source.ctx, site, out, count));
}
static int read_chain(void *ctx, const char *site, const struct chain *chain, uint64_t from, size_t max,
                      source_event_fn each, void *arg) {
    const struct end *e = ctx; /* each() is the peer's own, and may find no memory */
    return e->source.read(e->source.ctx, site, chain, from, max, each, arg);
}
static int marks(void *ctx, const char *site, const char *peer, struct chain_mark **out, size_t *count) {
    const struct end *e = ctx;
    WITH_MEMORY(e->source.marks(e->source.ctx, site, peer, out, count));
}
static int save_marks(void *ctx, const char *site, const char *peer, const struct chain_mark *list, size_t count) {
    const struct end *e = ctx;
    WITH_MEMORY(e->source.save_marks(e->source.ctx, site, peer, list, count));
}
static int own_epoch(void *ctx, const char *site, char out[ID_SIZE]) {
    const struct end *e = ctx;
    WITH_MEMORY(e->source.own_epoch(e->source.ctx, site, out));
}
static int refused(void *ctx, const char *site, const struct event_key *key, const char *code, const char *text) {
    (void)ctx;
    (void)site;
    fail_msg("%s %llu was refused: %s (%s)", lane_name(key->lane), (unsigned long long)key->seq, code, text);
    return 0;
}
static int store(void *ctx, struct arrival_batch *batch, sink_done_fn done, void *arg) {
    const struct end *e = ctx;
    WITH_MEMORY(e->sink.store(e->sink.ctx, batch, done, arg));
}
static int rejections(void *ctx, const char *site, size_t max, struct arrival **out, size_t *count) {
    const struct end *e = ctx;
    WITH_MEMORY(e->sink.rejections(e->sink.ctx, site, max, out, count));
}

/* ---- two ends ---- */

static int open_end(struct world *w, int a) {
    struct end *e = &w->end[a];
    struct copy_source source = { .ctx = e,
                                  .heads = heads,
                                  .read = read_chain,
                                  .marks = marks,
                                  .save_marks = save_marks,
                                  .own_epoch = own_epoch,
                                  .refused = refused };
    struct copy_sink sink = { e, store, rejections };
    struct peer_options o = { .site = SIM_SITE,
                              .self = w->s.journal[a]->writer,
                              .name = w->s.journal[1 - a]->writer,
                              .source = source,
                              .sink = sink,
                              .software = "test",
                              .key = "",
                              .boot = 1 };
    int rc = e->held ? 0 : held_create(SIM_SITE, source, sink, &e->held);
    o.held = e->held;
    if (rc == 0 && !e->peer) rc = peer_create(&o, &e->peer);
    return rc;
}

/* As the link does it: what cannot be read for lack of memory is as if it had not come. */
static void deliver(struct world *w, int to, const struct peer_out *out) {
    struct ack ack;
    struct err_text e;
    if (out->kind == PEER_OUT_EVENT) {
        int rc = peer_heard_event(w->end[to].peer, out->bytes, out->n, w->s.now_ms, &e);
        if (rc) assert_int_equal(rc, ERR_NOMEM);
        return;
    }
    int rc = ack_read(out->bytes, out->n, &ack, &e);
    if (rc) {
        assert_int_equal(rc, ERR_NOMEM);
        return;
    }
    peer_heard_ack(w->end[to].peer, &ack, out->kind == PEER_OUT_HELLO, w->s.now_ms);
    ack_fini(&ack);
}

static bool turn(struct world *w, int a) {
    struct peer_out out;
    bool said = false;
    int rc;
    for (int most = 500; (rc = peer_next(w->end[a].peer, w->s.now_ms, &out)) == 1; most--) {
        assert_true(most > 0);
        said = true;
        deliver(w, 1 - a, &out);
        if (out.token) peer_puback(w->end[a].peer, out.token, w->s.now_ms);
    }
    if (rc < 0) assert_int_equal(rc, ERR_NOMEM);
    no_memory_pause();
    sim_finish_store(&w->s, a);
    no_memory_resume();
    return said;
}

static bool same(const struct world *w) {
    const struct sim_journal *a = w->s.journal[0], *b = w->s.journal[1];
    return sim_total(a) == sim_total(b) && a->count == b->count;
}

static void more(struct world *w) {
    no_memory_pause();
    for (int a = 0; a < ENDS; a++)
        for (int k = 0; k < 5; k++) {
            sim_append(&w->s, a, (enum lane)(k % LANE_COUNT), "note");
            peer_wake(w->end[a].peer);
        }
    no_memory_resume();
}

/* Until both are opened: whoever starts a link tries again. */
static void open_ends(struct world *w) {
    for (int a = 0; a < ENDS; a++) {
        int rc = open_end(w, a);
        if (rc) assert_int_equal(rc, ERR_NOMEM);
        if (rc && !no_memory_off()) fail_msg("no memory, and there is some");
        if (rc) rc = open_end(w, a);
        assert_int_equal(rc, 0);
    }
    for (int a = 0; a < ENDS; a++) {
        peer_link_up(w->end[a].peer, 5, w->s.now_ms);
        peer_presence(w->end[a].peer, PEER_THERE, w->s.now_ms);
    }
}

static bool copy_op(void *arg, long n, enum no_memory how) {
    struct world *w = arg;
    memset(w, 0, sizeof *w);
    sim_init(&w->s, ENDS, 1);
    for (int a = 0; a < ENDS; a++)
        w->end[a] = (struct end){ .source = sim_source(w->s.journal[a]), .sink = sim_sink(&w->s, a) };
    no_memory_at(n, how);
    open_ends(w);
    bool was_refused = false, quiet = false;
    int64_t began_ms = w->s.now_ms;
    for (int step = 0; !quiet; step++) {
        if (step == 2) more(w);
        bool said = turn(w, 0);
        said = turn(w, 1) || said;
        if (step == 20) was_refused = no_memory_off(); /* memory is back */
        quiet = step > 20 && !said && same(w);
        w->s.now_ms += STEP_MS;
        if (w->s.now_ms - began_ms > LONGEST_MS) fail_msg("request %ld refused: they do not come together", n);
    }
    assert_int_equal(sim_assert_same(&w->s), 12);
    for (int a = 0; a < ENDS; a++) {
        assert_int_equal(w->s.journal[a]->conflicts, 0);
        peer_destroy(w->end[a].peer);
        held_destroy(w->end[a].held);
    }
    sim_fini(&w->s);
    return was_refused;
}

static void copying_recovers(void **state) {
    struct world w;
    (void)state;
    no_memory_everywhere("copying", copy_op, &w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copying_recovers),
    };
    no_memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
