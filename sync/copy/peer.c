/* SPDX-License-Identifier: MIT */
/* Puts the halves of a peer together: when hello is said, when sending may begin, when to go back. The rules of a hello:
 * it is due at each link up, when the other end turns out to be there, after a stall, and as the answer to a hello by somebody who does not know ours;
 * it is repeated until something comes that echoes our connect. */
#include "sync/copy/peer.h"

#include "firmware/base/text.h"
#include "sync/copy/intake.h"
#include "sync/copy/pump.h"
#include "sync/copy/tell.h"

#include <stdlib.h>
#include <string.h>

#define UNKNOWN_GRACE_MS        1000 /* a retained state comes at once: nothing is sent twice for not having waited for it */
#define HELLO_REPEAT_MS         5000
#define HELLO_REPEAT_MAX_MS     60000
#define HELLO_ANSWER_SPACING_MS 1000
#define REWIND_SPACING_MS       1000
#define SAVE_SPACING_MS         500
#define LOOK_RETRY_MS           1000
#define PAUSE_MAX_MS            600000
#define WINDOW_MAX              4096
#define REFUSED_KEPT            256u

struct peer {
    char self[NAME_SIZE], name[NAME_SIZE], site[NAME_SIZE];
    struct copy_source source;
    struct held *held;
    struct pump *pump;
    struct tell *tell;
    struct intake *intake;
    bool confirm_broker;

    bool link;
    int64_t connect;
    int64_t link_ms; /* since when it is up */
    enum peer_presence presence;

    bool begun;            /* the other end has told what it holds, on this connection: sending goes on from there */
    bool hello_open;       /* nobody has echoed our hello yet */
    int64_t hello_ms;      /* when the next is due */
    int64_t hello_wait_ms; /* the pause after that one */
    int64_t hello_said_ms; /* the last one, on this connection; INT64_MIN: none */

    int64_t rewind_ms; /* a resend that was asked for is due; INT64_MAX: none */
    int64_t rewound_ms;
    int64_t pause_until_ms;
    uint64_t window;

    int64_t look_ms; /* the heads could not be read: again then; 0: they could */
    uint64_t cuts;   /* of the heads, that this peer has acted on */
    bool save_due;
    int64_t saved_ms;
    enum peer_doubt doubt;
    struct event_key doubt_key;
    uint64_t refused[REFUSED_KEPT]; /* hashes of what the source was told */
    size_t refused_at;
    struct peer_counts counts;
    struct buf out;
    char out_writer[NAME_SIZE];
};

/* ---- link and presence ---- */

static void say_hello(struct peer *p, int64_t now_ms) {
    if (p->confirm_broker) return;
    p->hello_open = true;
    p->hello_ms = now_ms;
    p->hello_wait_ms = HELLO_REPEAT_MS;
}

void peer_link_up(struct peer *p, int64_t connect, int64_t now_ms) {
    pump_break(p->pump);
    p->link = true;
    p->link_ms = now_ms;
    p->connect = connect;
    p->begun = p->confirm_broker;
    p->hello_said_ms = INT64_MIN;
    p->rewind_ms = INT64_MAX;
    p->pause_until_ms = 0;
    say_hello(p, now_ms);
}

void peer_link_down(struct peer *p) {
    p->link = p->begun = p->hello_open = false;
    p->presence = PEER_UNKNOWN;
    pump_break(p->pump);
    p->save_due = pump_save(p->pump) != 0; /* else at the next peer_next */
}

void peer_presence(struct peer *p, enum peer_presence presence, int64_t now_ms) {
    enum peer_presence before = p->presence;
    p->presence = presence;
    if (!p->link || p->confirm_broker || before == presence) return;
    if (presence == PEER_THERE) {
        p->begun = false;
        say_hello(p, now_ms);
    } else if (presence == PEER_AWAY) {
        p->begun = false;
        if (p->hello_said_ms != INT64_MIN) p->hello_ms = INT64_MAX; /* nobody is there to answer */
    } else if (p->hello_open) {
        p->hello_ms = now_ms;
    }
}

void peer_wake(struct peer *p) { held_wake(p->held); }

/* ---- what the other end says it holds ---- */

static bool is_own_epoch(const struct peer *p, const char *writer, const char *epoch) {
    return strcmp(writer, p->self) == 0 && strcmp(epoch, held_own_epoch(p->held, p->self)) == 0;
}

static void doubt(struct peer *p, enum peer_doubt doubt, const char *epoch, enum lane lane, uint64_t seq) {
    if (p->doubt != PEER_SURE || text_copy(p->doubt_key.epoch, sizeof p->doubt_key.epoch, epoch) != 0) return;
    p->doubt = doubt;
    memcpy(p->doubt_key.writer, p->self, sizeof p->self);
    p->doubt_key.lane = lane;
    p->doubt_key.seq = seq;
}

static void compare_own(struct peer *p, const struct ack_have *h, const struct held_journal *j) {
    for (enum lane l = 0; l < LANE_COUNT; l++) {
        if (h->upto[l] == ACK_UNSAID) continue;
        uint64_t head = j ? j->lane[l].seq : 0;
        if (h->upto[l] > head)
            doubt(p, PEER_LOST, h->epoch, l, h->upto[l]);
        else if (j && head > 0 && h->upto[l] == head && h->hash[l][0] && strcmp(h->hash[l], j->lane[l].hash) != 0)
            doubt(p, PEER_FORKED, h->epoch, l, h->upto[l]);
    }
}

static void hear_have(struct peer *p, const struct ack *ack, bool hello, int64_t now_ms) {
    if (hello) {
        intake_hello(p->intake);
        pump_hello_begin(p->pump);
    }
    for (size_t k = 0; k < ack->have_count; k++) {
        const struct ack_have *h = &ack->have[k];
        size_t i;
        bool known = held_find(p->held, h->writer, h->epoch, &i) == 0;
        if (is_own_epoch(p, h->writer, h->epoch)) compare_own(p, h, known ? held_at(p->held, i) : NULL);
        for (enum lane l = 0; known && l < LANE_COUNT; l++) {
            if (h->upto[l] == ACK_UNSAID) continue;
            if (hello)
                pump_hello_says(p->pump, i, l, h->upto[l]);
            else
                pump_received(p->pump, i, l, h->upto[l], now_ms);
        }
    }
    if (hello) pump_hello_end(p->pump, now_ms);
}

static uint64_t key_hash(const struct ack_rejected *r) {
    uint64_t x = 14695981039346656037u ^ r->key.seq ^ ((uint64_t)r->key.lane << 60);
    for (const char *c = r->key.epoch; *c; c++) x = (x ^ (unsigned char)*c) * 1099511628211u;
    for (const char *c = r->code; *c; c++) x = (x ^ (unsigned char)*c) * 1099511628211u;
    return x;
}

/* Every ack repeats them; the source is told of each once. */
static void hear_rejected(struct peer *p, const struct ack *ack) {
    for (size_t k = 0; k < ack->rejected_count; k++) {
        const struct ack_rejected *r = &ack->rejected[k];
        uint64_t x = key_hash(r);
        bool told = strcmp(r->key.writer, p->self) != 0;
        for (size_t n = 0; !told && n < REFUSED_KEPT; n++) told = p->refused[n] == x;
        if (told || p->source.refused(p->source.ctx, p->site, &r->key, r->code, r->text) != 0) continue;
        p->refused[p->refused_at] = x;
        p->refused_at = (p->refused_at + 1) % REFUSED_KEPT;
    }
}

static void hear_hello(struct peer *p, const struct ack *ack, int64_t now_ms) {
    p->counts.hellos_in++;
    tell_set_to(p->tell, ack->connect);
    bool knows_us = ack->to == p->connect;
    bool said = p->hello_said_ms != INT64_MIN;
    if (said && (knows_us || now_ms - p->hello_said_ms < HELLO_ANSWER_SPACING_MS))
        tell_answer(p->tell);
    else if (!p->confirm_broker)
        say_hello(p, now_ms);
}

void peer_heard_ack(struct peer *p, const struct ack *ack, bool hello, int64_t now_ms) {
    if (!p->link || held_look(p->held) != 0) return; /* it will be said again */
    hello = hello && ack->connect > 0;
    bool answered = p->hello_open && p->hello_said_ms != INT64_MIN && ack->to == p->connect;
    hear_have(p, ack, hello, now_ms);
    if (hello) hear_hello(p, ack, now_ms);
    if (answered) {
        p->begun = true;
        p->hello_open = false;
        if (!hello) pump_rewind(p->pump); /* a hello has done so */
    }
    if (ack->resend && p->rewind_ms == INT64_MAX)
        p->rewind_ms = now_ms - p->rewound_ms >= REWIND_SPACING_MS ? now_ms : p->rewound_ms + REWIND_SPACING_MS;
    p->pause_until_ms = now_ms + (ack->pause_ms < PAUSE_MAX_MS ? ack->pause_ms : PAUSE_MAX_MS);
    p->window = ack->window < 1 ? 1 : ack->window > WINDOW_MAX ? WINDOW_MAX : (uint64_t)ack->window;
    hear_rejected(p, ack);
}

int peer_heard_event(struct peer *p, const char *bytes, size_t n, int64_t now_ms, struct err_text *e) {
    return intake_take(p->intake, bytes, n, now_ms, e);
}

void peer_puback(struct peer *p, uint64_t token, int64_t now_ms) {
    (void)now_ms;
    pump_puback(p->pump, token);
}

/* ---- what goes out ---- */

static void keep_house(struct peer *p, int64_t now_ms) {
    intake_flush(p->intake, now_ms);
    if ((p->save_due || pump_unsaved(p->pump)) && now_ms - p->saved_ms >= SAVE_SPACING_MS) {
        p->saved_ms = now_ms;
        p->save_due = pump_save(p->pump) != 0;
    }
    if (p->doubt != PEER_SURE && !is_own_epoch(p, p->doubt_key.writer, p->doubt_key.epoch)) {
        p->doubt = PEER_SURE; /* the journal writes in another epoch now */
        intake_forget_own(p->intake);
    }
    for (enum lane l = 0; p->doubt == PEER_SURE && l < LANE_COUNT; l++)
        if (intake_own_beyond(p->intake, l))
            doubt(p, PEER_LOST, held_own_epoch(p->held, p->self), l, intake_own_beyond(p->intake, l));
}

/* A chain was cut back: what was read of it, and what is in flight, is of the past, and only a hello tells the other end a lower head. */
static void mind_cuts(struct peer *p, int64_t now_ms) {
    if (p->cuts == held_cuts(p->held)) return;
    p->cuts = held_cuts(p->held);
    pump_cut(p->pump, now_ms);
    if (!p->link) return;
    p->begun = p->confirm_broker;
    say_hello(p, now_ms);
}

static bool minds_stalls(const struct peer *p) {
    return p->link && !p->confirm_broker && !p->hello_open && p->presence != PEER_AWAY;
}

static int next_hello(struct peer *p, int64_t now_ms, struct peer_out *out) {
    buf_clear(&p->out);
    int r = tell_hello(p->tell, p->connect, now_ms, &p->out);
    if (r) return r;
    p->hello_said_ms = now_ms;
    p->hello_ms = p->presence == PEER_AWAY ? INT64_MAX : now_ms + p->hello_wait_ms;
    p->hello_wait_ms = p->hello_wait_ms < HELLO_REPEAT_MAX_MS / 2 ? 2 * p->hello_wait_ms : HELLO_REPEAT_MAX_MS;
    *out = (struct peer_out){ .kind = PEER_OUT_HELLO, .bytes = p->out.data, .n = p->out.len };
    return 1;
}

static int next_ack(struct peer *p, int64_t now_ms, struct peer_out *out) {
    buf_clear(&p->out);
    int r = tell_ack(p->tell, now_ms, &p->out);
    if (r) return r;
    *out = (struct peer_out){ .kind = PEER_OUT_ACK, .bytes = p->out.data, .n = p->out.len };
    return 1;
}

static void allowed(const struct peer *p, int64_t now_ms, bool lanes[LANE_COUNT]) {
    bool alone = p->presence == PEER_AWAY || (p->presence == PEER_UNKNOWN && now_ms - p->link_ms >= UNKNOWN_GRACE_MS);
    bool may = p->confirm_broker || p->begun || alone;
    bool paused = now_ms < p->pause_until_ms;
    lanes[LANE_ALERT] = may;
    lanes[LANE_RECORD] = may && !paused;
    lanes[LANE_PHOTO] = !paused && (p->confirm_broker || (p->begun && p->presence == PEER_THERE));
}

static int next_event(struct peer *p, int64_t now_ms, struct peer_out *out) {
    bool lanes[LANE_COUNT];
    struct pump_out event;
    allowed(p, now_ms, lanes);
    int r = pump_next(p->pump, lanes, p->window, now_ms, &event);
    if (r <= 0) return r;
    memcpy(p->out_writer, held_at(p->held, event.journal)->writer, sizeof p->out_writer);
    *out = (struct peer_out){ .kind = PEER_OUT_EVENT,
                              .lane = event.lane,
                              .type = event.type,
                              .writer = p->out_writer,
                              .bytes = event.bytes,
                              .n = event.n,
                              .token = event.token };
    p->counts.events_out++;
    return 1;
}

int peer_next(struct peer *p, int64_t now_ms, struct peer_out *out) {
    int r = now_ms < p->look_ms ? 0 : held_look(p->held);
    p->look_ms = r ? now_ms + LOOK_RETRY_MS : now_ms < p->look_ms ? p->look_ms : 0;
    keep_house(p, now_ms);
    mind_cuts(p, now_ms);
    if (r || !p->link) return r;
    if (minds_stalls(p) && pump_stalled(p->pump, now_ms)) say_hello(p, now_ms);
    if (now_ms >= p->rewind_ms) {
        p->rewind_ms = INT64_MAX;
        p->rewound_ms = now_ms;
        p->counts.resends++;
        pump_rewind(p->pump);
    }
    if (p->hello_open && now_ms >= p->hello_ms) return next_hello(p, now_ms, out);
    if (now_ms >= tell_ack_ms(p->tell)) return next_ack(p, now_ms, out);
    return next_event(p, now_ms, out);
}

static void sooner(int64_t *due, int64_t at) {
    if (at < *due) *due = at;
}

int64_t peer_due_ms(const struct peer *p, int64_t now_ms) {
    int64_t due = intake_retry_ms(p->intake);
    if (p->look_ms) sooner(&due, p->look_ms);
    if (p->save_due || pump_unsaved(p->pump)) sooner(&due, p->saved_ms + SAVE_SPACING_MS);
    if (p->link) {
        if (p->hello_open) sooner(&due, p->hello_ms);
        if (minds_stalls(p)) sooner(&due, pump_stall_ms(p->pump));
        sooner(&due, tell_ack_ms(p->tell));
        sooner(&due, p->rewind_ms);
        if (pump_retry_ms(p->pump) > now_ms) sooner(&due, pump_retry_ms(p->pump));
        if (p->presence == PEER_UNKNOWN && p->link_ms + UNKNOWN_GRACE_MS > now_ms)
            sooner(&due, p->link_ms + UNKNOWN_GRACE_MS);
        if (p->pause_until_ms > now_ms) sooner(&due, p->pause_until_ms);
    }
    if (due == INT64_MAX) return -1;
    return due > now_ms ? due - now_ms : 0;
}

/* ---- the rest ---- */

void peer_confirm_blob(struct peer *p, const char sha256[HASH_TEXT_SIZE]) { tell_blob(p->tell, sha256); }
void peer_want_blob(struct peer *p, const char sha256[HASH_TEXT_SIZE]) { tell_want(p->tell, sha256); }

void peer_set_unconfirmed(struct peer *p, const char (*sha256)[HASH_TEXT_SIZE], size_t count) {
    tell_set_unconfirmed(p->tell, sha256, count);
}

void peer_set_pause(struct peer *p, int64_t pause_ms) { tell_set_pause(p->tell, pause_ms > 0 ? pause_ms : 0, -1); }

enum peer_doubt peer_doubt(const struct peer *p, struct event_key *key) {
    if (p->doubt == PEER_SURE || !is_own_epoch(p, p->doubt_key.writer, p->doubt_key.epoch)) return PEER_SURE;
    *key = p->doubt_key;
    return p->doubt;
}

struct peer_counts peer_counts(const struct peer *p) {
    struct peer_counts c = p->counts;
    struct intake_counts in = intake_counts(p->intake);
    c.events_in = in.taken;
    c.repeats = in.repeats;
    c.dropped = in.dropped;
    c.rejected = in.rejected;
    c.conflicts = in.conflicts;
    c.losses = pump_losses(p->pump);
    c.synced = p->link && p->begun;
    return c;
}

bool peer_busy(const struct peer *p) { return intake_busy(p->intake); }

static int create_parts(struct peer *p, const struct peer_options *o) {
    struct pump_options pump = { .site = o->site,
                                 .self = o->self,
                                 .peer = o->name,
                                 .source = o->source,
                                 .held = o->held,
                                 .max_in_flight = o->max_in_flight ? o->max_in_flight : 100,
                                 .confirm_broker = o->confirm_broker };
    int r = pump_create(&pump, &p->pump);
    p->cuts = held_cuts(o->held);
    struct tell_options tell = {
        .self = o->self, .peer = o->name, .held = o->held, .software = o->software, .key = o->key, .boot = o->boot
    };
    if (r == 0) r = tell_create(&tell, &p->tell);
    struct intake_options intake = { .site = o->site,
                                     .self = o->self,
                                     .peer = o->name,
                                     .sink = o->sink,
                                     .held = o->held,
                                     .pump = p->pump,
                                     .tell = p->tell };
    return r ? r : intake_create(&intake, &p->intake);
}

int peer_create(const struct peer_options *o, struct peer **out) {
    struct peer *p = calloc(1, sizeof *p);
    if (!p) return ERR_NOMEM;
    p->source = o->source;
    p->held = o->held;
    p->confirm_broker = o->confirm_broker;
    p->window = ACK_WINDOW_DEFAULT;
    p->rewind_ms = INT64_MAX;
    p->rewound_ms = p->saved_ms = -REWIND_SPACING_MS;
    buf_init(&p->out, ACK_MAX);
    int r = text_copy(p->self, sizeof p->self, o->self);
    if (r == 0) r = text_copy(p->name, sizeof p->name, o->name);
    if (r == 0) r = text_copy(p->site, sizeof p->site, o->site);
    if (r == 0) r = create_parts(p, o);
    if (r) {
        peer_destroy(p);
        return r;
    }
    *out = p;
    return 0;
}

void peer_destroy(struct peer *p) {
    if (!p) return;
    intake_destroy(p->intake);
    tell_destroy(p->tell);
    pump_destroy(p->pump);
    buf_fini(&p->out);
    free(p);
}
