/* SPDX-License-Identifier: MIT */
/* Marks and the order of sending. Cost a message: the first chain with work is at the front of its lane's list, which is made anew only when a head
 * or a mark moved otherwise than by sending. */
#include "sync/copy/pump.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "sync/copy/prefetch.h"

#include <stdlib.h>
#include <string.h>

#define STALL_MS 30000
#define RETRY_MS 1000

/* received <= next - 1, and received <= sent; what lies between received and next is unacknowledged. */
struct mark {
    uint64_t received, sent, next;
    uint64_t claim;   /* of the hello that is being read */
    int64_t since_ms; /* something is unacknowledged and has not moved since */
    bool stalled;     /* probed with one message at a time */
    bool bad;         /* the source cannot read it: left out until the next connection */
    bool unsaved;
};

struct work {
    size_t *list, count, at;
    uint64_t changes;
    bool stale;
};

struct flight {
    uint64_t token, seq;
    size_t journal;
    enum lane lane;
};

struct pump {
    char site[NAME_SIZE], self[NAME_SIZE], peer[NAME_SIZE];
    struct copy_source source;
    struct held *held;
    bool confirm_broker;
    struct mark *marks; /* LANE_COUNT a journal */
    size_t count;       /* journals */
    struct work work[LANE_COUNT];
    struct prefetch *prefetch[LANE_COUNT];
    uint64_t unacked[LANE_COUNT];
    int64_t retry_ms[LANE_COUNT];
    struct flight *flights;
    size_t flight_count, flight_max;
    uint64_t token;
    int64_t stall_ms;
    uint64_t losses;
    bool unsaved;
};

static struct mark *mark_of(struct pump *p, size_t journal, enum lane lane) {
    return &p->marks[journal * LANE_COUNT + (size_t)lane];
}

static uint64_t head_of(const struct pump *p, size_t journal, enum lane lane) {
    return held_at(p->held, journal)->lane[lane].seq;
}

static uint64_t at_most(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Marks for every journal that is held by now. */
static int grow(struct pump *p) {
    size_t count = held_count(p->held);
    if (count <= p->count) return 0;
    size_t cap = 2 * count;
    struct mark *marks = calloc(cap * LANE_COUNT, sizeof *marks);
    size_t *lists = malloc(LANE_COUNT * cap * sizeof *lists);
    if (!marks || !lists) {
        free(marks);
        free(lists);
        return ERR_NOMEM;
    }
    if (p->count) memcpy(marks, p->marks, p->count * LANE_COUNT * sizeof *marks);
    for (size_t k = p->count * LANE_COUNT; k < cap * LANE_COUNT; k++) marks[k].next = 1;
    free(p->marks);
    free(p->work[0].list);
    p->marks = marks;
    p->count = cap;
    for (size_t l = 0; l < LANE_COUNT; l++) p->work[l] = (struct work){ .list = lists + l * cap, .stale = true };
    return 0;
}

static void set_received(struct pump *p, size_t journal, enum lane lane, uint64_t upto, int64_t now_ms) {
    struct mark *m = mark_of(p, journal, lane);
    if (upto == m->received) return;
    p->unacked[lane] -= m->next - 1 - m->received;
    if (upto > m->received) {
        m->stalled = false;
        m->since_ms = now_ms;
        if (m->sent < upto) m->sent = upto;
    } else {
        m->sent = upto;
    }
    m->received = upto;
    if (m->next < upto + 1) m->next = upto + 1;
    p->unacked[lane] += m->next - 1 - m->received;
    m->unsaved = p->unsaved = true;
}

void pump_received(struct pump *p, size_t journal, enum lane lane, uint64_t upto, int64_t now_ms) {
    if (grow(p) != 0) return; /* an ack is repeated */
    upto = at_most(upto, head_of(p, journal, lane));
    if (upto > mark_of(p, journal, lane)->received) set_received(p, journal, lane, upto, now_ms);
}

void pump_rewind(struct pump *p) {
    size_t count = at_most(p->count, held_count(p->held));
    for (size_t k = 0; k < count * LANE_COUNT; k++) p->marks[k].next = p->marks[k].received + 1;
    for (int l = 0; l < LANE_COUNT; l++) {
        p->unacked[l] = 0;
        p->work[l].stale = true;
    }
    p->stall_ms = INT64_MAX;
}

void pump_hello_begin(struct pump *p) {
    for (size_t k = 0; k < p->count * LANE_COUNT; k++) p->marks[k].claim = 0;
}

void pump_hello_says(struct pump *p, size_t journal, enum lane lane, uint64_t upto) {
    if (grow(p) == 0) mark_of(p, journal, lane)->claim = upto;
}

void pump_hello_end(struct pump *p, int64_t now_ms) {
    size_t count = at_most(p->count, held_count(p->held));
    bool lost = false;
    for (size_t i = 0; i < count; i++)
        for (enum lane l = 0; l < LANE_COUNT; l++) {
            uint64_t upto = at_most(mark_of(p, i, l)->claim, head_of(p, i, l));
            lost = lost || upto < mark_of(p, i, l)->received;
            set_received(p, i, l, upto, now_ms);
        }
    if (lost) p->losses++;
    pump_rewind(p);
}

uint64_t pump_losses(const struct pump *p) { return p->losses; }

void pump_cut(struct pump *p, int64_t now_ms) {
    size_t count = at_most(p->count, held_count(p->held));
    for (size_t i = 0; i < count; i++)
        for (enum lane l = 0; l < LANE_COUNT; l++)
            if (mark_of(p, i, l)->received > head_of(p, i, l)) set_received(p, i, l, head_of(p, i, l), now_ms);
    pump_break(p);
}

/* ---- in flight ---- */

void pump_puback(struct pump *p, uint64_t token) {
    size_t k = 0;
    while (k < p->flight_count && p->flights[k].token != token) k++;
    if (k == p->flight_count) return; /* of an earlier connection */
    struct flight f = p->flights[k];
    p->flights[k] = p->flights[--p->flight_count];
    struct mark *m = mark_of(p, f.journal, f.lane);
    uint64_t sent = m->next - 1; /* all before the first that is still in flight */
    for (k = 0; k < p->flight_count; k++)
        if (p->flights[k].journal == f.journal && p->flights[k].lane == f.lane && p->flights[k].seq <= sent)
            sent = p->flights[k].seq - 1;
    if (sent <= m->sent) return;
    m->sent = sent;
    m->unsaved = p->unsaved = true;
    if (p->confirm_broker && sent > m->received) set_received(p, f.journal, f.lane, sent, 0);
}

void pump_break(struct pump *p) {
    p->flight_count = 0;
    for (size_t k = 0; k < p->count * LANE_COUNT; k++) p->marks[k].bad = p->marks[k].stalled = false;
    for (int l = 0; l < LANE_COUNT; l++) {
        prefetch_destroy(p->prefetch[l]);
        p->prefetch[l] = NULL;
        p->retry_ms[l] = 0;
    }
    pump_rewind(p);
}

/* ---- choosing ---- */

static bool ours(const struct pump *p, size_t journal) {
    return !p->confirm_broker || strcmp(held_at(p->held, journal)->writer, p->self) == 0;
}

static void list_work(struct pump *p, enum lane lane) {
    struct work *w = &p->work[lane];
    const size_t *order = held_order(p->held);
    size_t count = held_count(p->held);
    w->changes = held_changes(p->held, lane);
    w->stale = false;
    w->count = w->at = 0;
    for (size_t k = 0; k < count; k++)
        if (mark_of(p, order[k], lane)->next <= head_of(p, order[k], lane) && ours(p, order[k]))
            w->list[w->count++] = order[k];
}

/* The first chain of the lane that has an event to send and may. */
static bool choose(struct pump *p, enum lane lane, size_t *journal) {
    struct work *w = &p->work[lane];
    if (w->stale || w->changes != held_changes(p->held, lane)) list_work(p, lane);
    for (size_t k = w->at; k < w->count; k++) {
        const struct mark *m = mark_of(p, w->list[k], lane);
        if (m->next > head_of(p, w->list[k], lane)) {
            if (k == w->at) w->at++;
            continue;
        }
        if (m->bad || (m->stalled && m->next - 1 > m->received)) continue;
        *journal = w->list[k];
        return true;
    }
    if (w->at == w->count && p->prefetch[lane]) { /* all is sent: a quiet peer keeps no memory */
        prefetch_destroy(p->prefetch[lane]);
        p->prefetch[lane] = NULL;
    }
    return false;
}

static void note_flight(struct pump *p, struct mark *m, const struct pump_out *out, int64_t now_ms) {
    p->flights[p->flight_count++] = (struct flight){ out->token, out->seq, out->journal, out->lane };
    if (m->next - 1 == m->received) m->since_ms = now_ms;
    if (p->stall_ms == INT64_MAX) p->stall_ms = now_ms + STALL_MS;
    m->next++;
    p->unacked[out->lane]++;
}

static int send_from(struct pump *p, size_t journal, enum lane lane, int64_t now_ms, struct pump_out *out) {
    struct mark *m = mark_of(p, journal, lane);
    const struct held_journal *j = held_at(p->held, journal);
    struct chain chain = { .lane = lane };
    memcpy(chain.writer, j->writer, sizeof chain.writer);
    memcpy(chain.epoch, j->epoch, sizeof chain.epoch);
    struct prefetched event;
    int r = prefetch_get(&p->prefetch[lane], &p->source, p->site, &chain, journal, m->next, &event);
    if (r == ERR_CORRUPT || r == ERR_NOT_FOUND)
        m->bad = true;
    else if (r)
        p->retry_ms[lane] = now_ms + RETRY_MS;
    if (r) return r;
    *out = (struct pump_out){ journal, lane, m->next, event.type, event.bytes, event.n, ++p->token };
    note_flight(p, m, out, now_ms);
    return 1;
}

int pump_next(struct pump *p, const bool allowed[LANE_COUNT], uint64_t window, int64_t now_ms, struct pump_out *out) {
    int error = grow(p);
    if (error || p->flight_count >= p->flight_max) return error;
    for (enum lane l = 0; l < LANE_COUNT; l++) {
        if (!allowed[l] || p->unacked[l] >= window || now_ms < p->retry_ms[l]) continue;
        size_t journal;
        while (choose(p, l, &journal)) {
            int r = send_from(p, journal, l, now_ms, out);
            if (r > 0) return r;
            error = r;
            if (now_ms < p->retry_ms[l]) break; /* else that chain is left out: the next one */
        }
    }
    return error;
}

int64_t pump_retry_ms(const struct pump *p) {
    int64_t at = INT64_MAX;
    for (int l = 0; l < LANE_COUNT; l++)
        if (p->retry_ms[l] && p->retry_ms[l] < at) at = p->retry_ms[l];
    return at;
}

/* ---- stalling ---- */

bool pump_stalled(struct pump *p, int64_t now_ms) {
    if (now_ms < p->stall_ms) return false;
    bool any = false;
    int64_t first = INT64_MAX;
    size_t count = at_most(p->count, held_count(p->held));
    for (size_t k = 0; k < count * LANE_COUNT; k++) {
        struct mark *m = &p->marks[k];
        if (m->next - 1 == m->received) continue;
        if (now_ms - m->since_ms >= STALL_MS) {
            any = m->stalled = true;
            m->since_ms = now_ms;
        }
        if (m->since_ms < first) first = m->since_ms;
    }
    p->stall_ms = first == INT64_MAX ? INT64_MAX : first + STALL_MS;
    return any;
}

int64_t pump_stall_ms(const struct pump *p) { return p->stall_ms; }

/* ---- marks that outlive the process ---- */

bool pump_unsaved(const struct pump *p) { return p->unsaved; }

int pump_save(struct pump *p) {
    if (!p->unsaved) return 0;
    size_t journals = at_most(p->count, held_count(p->held)), n = 0;
    for (size_t k = 0; k < journals * LANE_COUNT; k++) n += p->marks[k].unsaved;
    CLEANUP(free_ptr) struct chain_mark *list = calloc(n + 1, sizeof *list);
    if (!list) return ERR_NOMEM;
    n = 0;
    for (size_t k = 0; k < journals * LANE_COUNT; k++) {
        const struct mark *m = &p->marks[k];
        if (!m->unsaved) continue;
        const struct held_journal *j = held_at(p->held, k / LANE_COUNT);
        struct chain_mark *out = &list[n++];
        memcpy(out->chain.writer, j->writer, sizeof out->chain.writer);
        memcpy(out->chain.epoch, j->epoch, sizeof out->chain.epoch);
        out->chain.lane = (enum lane)(k % LANE_COUNT);
        out->sent = m->sent;
        out->received = m->received;
    }
    int r = p->source.save_marks(p->source.ctx, p->site, p->peer, list, n);
    if (r) return r;
    for (size_t k = 0; k < journals * LANE_COUNT; k++) p->marks[k].unsaved = false;
    p->unsaved = false;
    return 0;
}

static int load(struct pump *p) {
    CLEANUP(free_ptr) struct chain_mark *list = NULL;
    size_t count = 0, i;
    int r = p->source.marks(p->source.ctx, p->site, p->peer, &list, &count);
    if (r == 0) r = grow(p);
    for (size_t k = 0; r == 0 && k < count; k++) {
        const struct chain *c = &list[k].chain;
        if ((unsigned)c->lane >= LANE_COUNT || held_find(p->held, c->writer, c->epoch, &i) != 0) continue;
        struct mark *m = mark_of(p, i, c->lane);
        uint64_t head = head_of(p, i, c->lane);
        m->received = at_most(list[k].received, head);
        m->sent = at_most(list[k].sent > m->received ? list[k].sent : m->received, head);
        m->next = m->received + 1;
    }
    return r;
}

int pump_create(const struct pump_options *o, struct pump **out) {
    struct pump *p = calloc(1, sizeof *p);
    if (!p) return ERR_NOMEM;
    p->source = o->source;
    p->held = o->held;
    p->confirm_broker = o->confirm_broker;
    p->stall_ms = INT64_MAX;
    p->flight_max = o->max_in_flight;
    p->flights = calloc(p->flight_max, sizeof *p->flights);
    int r = p->flights ? 0 : ERR_NOMEM;
    if (r == 0) r = text_copy(p->site, sizeof p->site, o->site);
    if (r == 0) r = text_copy(p->self, sizeof p->self, o->self);
    if (r == 0) r = text_copy(p->peer, sizeof p->peer, o->peer);
    if (r == 0) r = load(p);
    if (r) {
        pump_destroy(p);
        return r;
    }
    *out = p;
    return 0;
}

void pump_destroy(struct pump *p) {
    if (!p) return;
    for (int l = 0; l < LANE_COUNT; l++) prefetch_destroy(p->prefetch[l]);
    free(p->work[0].list);
    free(p->marks);
    free(p->flights);
    free(p);
}
