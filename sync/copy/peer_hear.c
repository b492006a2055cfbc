/* SPDX-License-Identifier: MIT */
/* What a peer makes of what the other end says it holds: acks and hellos. Sends nothing itself. */
#include "sync/copy/peer_private.h"

#include "firmware/base/text.h"

#include <string.h>

#define HELLO_ANSWER_SPACING_MS 1000
#define PAUSE_MAX_MS            600000
#define WINDOW_MAX              4096

bool peer_is_own_epoch(const struct peer *p, const char *writer, const char *epoch) {
    return strcmp(writer, p->self) == 0 && strcmp(epoch, held_own_epoch(p->held, p->self)) == 0;
}

void peer_set_doubt(struct peer *p, enum peer_doubt doubt, const char *epoch, enum lane lane, uint64_t seq) {
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
            peer_set_doubt(p, PEER_LOST, h->epoch, l, h->upto[l]);
        else if (j && head > 0 && h->upto[l] == head && h->hash[l][0] && strcmp(h->hash[l], j->lane[l].hash) != 0)
            peer_set_doubt(p, PEER_FORKED, h->epoch, l, h->upto[l]);
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
        if (peer_is_own_epoch(p, h->writer, h->epoch)) compare_own(p, h, known ? held_at(p->held, i) : NULL);
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
        for (size_t n = 0; !told && n < PEER_REFUSED_KEPT; n++) told = p->refused[n] == x;
        if (told || p->source.refused(p->source.ctx, p->site, &r->key, r->code, r->text) != 0) continue;
        p->refused[p->refused_at] = x;
        p->refused_at = (p->refused_at + 1) % PEER_REFUSED_KEPT;
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
        peer_say_hello(p, now_ms);
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
        p->rewind_ms =
            now_ms - p->rewound_ms >= PEER_REWIND_SPACING_MS ? now_ms : p->rewound_ms + PEER_REWIND_SPACING_MS;
    p->pause_until_ms = now_ms + (ack->pause_ms < PAUSE_MAX_MS ? ack->pause_ms : PAUSE_MAX_MS);
    p->window = ack->window < 1 ? 1 : ack->window > WINDOW_MAX ? WINDOW_MAX : (uint64_t)ack->window;
    hear_rejected(p, ack);
}
