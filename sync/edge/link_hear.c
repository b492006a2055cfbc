/* SPDX-License-Identifier: MIT */
/* What comes from head office: acks and hellos, its events, whether it is there. */
#include "sync/edge/link_private.h"

#include "firmware/base/log.h"

static void hear_ack(struct link *l, const char *bytes, size_t n, bool hello) {
    struct ack ack = { 0 };
    struct err_text e = { 0 };
    if (ack_read(bytes, n, &ack, &e)) {
        log_warn("link: %s refused: %s", hello ? "hello" : "ack", e.text);
        return;
    }
    uint64_t losses = peer_counts(l->peer).losses;
    peer_heard_ack(l->peer, &ack, hello, link_now_ms());
    if (peer_counts(l->peer).losses > losses) {
        log_warn("link: head office lost data: it is sent again");
        if (l->o.hub_lost) l->o.hub_lost(l->o.ctx);
    }
    link_beat_soon(l);
    if (l->o.blobs && (ack.blobs_count || ack.want_count))
        l->o.blobs(l->o.ctx, (const char(*)[HASH_TEXT_SIZE])ack.blobs, ack.blobs_count,
                   (const char(*)[HASH_TEXT_SIZE])ack.want, ack.want_count);
    ack_fini(&ack);
    bool synced = peer_counts(l->peer).synced;
    (void)pthread_mutex_lock(&l->lock);
    bool changed = synced != l->status.synced;
    l->status.synced = synced;
    (void)pthread_mutex_unlock(&l->lock);
    if (changed) link_status_changed(l);
}

static void hear_hub_state(struct link *l, const char *bytes, size_t n) {
    struct state s;
    struct err_text e = { 0 };
    enum peer_presence presence = PEER_UNKNOWN;
    if (n && state_read(bytes, n, &s, &e) == 0)
        presence = s.online ? PEER_THERE : PEER_AWAY;
    else if (n)
        log_warn("link: hub state refused: %s", e.text);
    if (presence == PEER_THERE) link_offer_unconfirmed(l);
    peer_presence(l->peer, presence, link_now_ms());
    link_status_set(l, true, presence, NULL);
}

void link_hear(void *ctx, const char *topic_text, const char *bytes, size_t n, bool retained) {
    struct link *l = ctx;
    struct topic t;
    struct err_text e = { 0 };
    (void)retained;
    if (topic_parse(topic_text, &t)) {
        log_warn("link: a message on a topic that is not ours was dropped");
        return;
    }
    switch (t.kind) {
    case TOPIC_HUB_STATE:
        hear_hub_state(l, bytes, n);
        break;
    case TOPIC_HELLO:
        hear_ack(l, bytes, n, true);
        break;
    case TOPIC_ACK:
        hear_ack(l, bytes, n, false);
        break;
    case TOPIC_EVENT:
        if (peer_heard_event(l->peer, bytes, n, link_now_ms(), &e)) log_warn("link: an event was dropped: %s", e.text);
        break;
    case TOPIC_BEAT:
    case TOPIC_STATE:
        break;
    }
}
