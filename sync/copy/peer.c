/* SPDX-License-Identifier: MIT */
/* Puts the halves of a peer together: when hello is said, when sending may begin, when to go back. The rules of a hello:
 * it is due at each link up, when the other end turns out to be there, after a stall, and as the answer to a hello by somebody who does not know ours;
 * it is repeated until something comes that echoes our connect. */
#include "sync/copy/peer_private.h"

#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define UNKNOWN_GRACE_MS    1000 /* a retained state comes at once: nothing is sent twice for not having waited for it */
#define HELLO_REPEAT_MS     5000
#define HELLO_REPEAT_MAX_MS 60000
#define SAVE_SPACING_MS     500
#define LOOK_RETRY_MS       1000

/* ---- link and presence ---- */

void peer_say_hello(struct peer *p, int64_t now_ms) {
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
    peer_say_hello(p, now_ms);
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
        peer_say_hello(p, now_ms);
    } else if (presence == PEER_AWAY) {
        p->begun = false;
        if (p->hello_said_ms != INT64_MIN) p->hello_ms = INT64_MAX; /* nobody is there to answer */
    } else if (p->hello_open) {
        p->hello_ms = now_ms;
    }
}

void peer_wake(struct peer *p) { held_wake(p->held); }

/* ---- what the other end says it holds ---- */

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
    if (p->doubt != PEER_SURE && !peer_is_own_epoch(p, p->doubt_key.writer, p->doubt_key.epoch)) {
        p->doubt = PEER_SURE; /* the journal writes in another epoch now */
        intake_forget_own(p->intake);
    }
    for (enum lane l = 0; p->doubt == PEER_SURE && l < LANE_COUNT; l++)
        if (intake_own_beyond(p->intake, l))
            peer_set_doubt(p, PEER_LOST, held_own_epoch(p->held, p->self), l, intake_own_beyond(p->intake, l));
}

/* A chain was cut back: what was read of it, and what is in flight, is of the past, and only a hello tells the other end a lower head. */
static void mind_cuts(struct peer *p, int64_t now_ms) {
    if (p->cuts == held_cuts(p->held)) return;
    p->cuts = held_cuts(p->held);
    pump_cut(p->pump, now_ms);
    if (!p->link) return;
    p->begun = p->confirm_broker;
    peer_say_hello(p, now_ms);
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
    if (minds_stalls(p) && pump_stalled(p->pump, now_ms)) peer_say_hello(p, now_ms);
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

enum peer_doubt peer_doubt(const struct peer *p, struct event_key *key) {
    if (p->doubt == PEER_SURE || !peer_is_own_epoch(p, p->doubt_key.writer, p->doubt_key.epoch)) return PEER_SURE;
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
    p->rewound_ms = p->saved_ms = -PEER_REWIND_SPACING_MS;
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
