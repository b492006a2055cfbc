/* SPDX-License-Identifier: MIT */
#include "firmware/sitelogd/player.h"

/* The clock of the loop's timers: by another one they would come a little early, and once more. */
static int64_t now_ms(uv_loop_t *loop) {
    uv_update_time(loop);
    return (int64_t)uv_now(loop);
}

static void on_beat(uv_timer_t *timer) { player_play(timer->data); }

void player_play(struct player *p) {
    struct beat beat = { .next_ms = -1 };
    int64_t now = now_ms(p->timer.loop);
    if (p->over_it) {
        beat = rhythm_at(p->once, now - p->once_ms);
        p->over_it = !beat.over;
    }
    if (!p->over_it) beat = rhythm_at(p->base, now - p->base_ms);
    bool there = beat.on == p->on || p->set(p->ctx, beat.on);
    if (there) p->on = beat.on;
    if (beat.next_ms < 0 || !there) {
        (void)uv_timer_stop(&p->timer);
        return;
    }
    (void)uv_timer_start(&p->timer, on_beat, (uint64_t)beat.next_ms, 0);
}

void player_once(struct player *p, enum rhythm rhythm) {
    p->once = rhythm;
    p->once_ms = now_ms(p->timer.loop);
    p->over_it = true;
    player_play(p);
}

void player_base(struct player *p, enum rhythm rhythm) {
    if (p->base == rhythm) return;
    p->base = rhythm;
    p->base_ms = now_ms(p->timer.loop);
    player_play(p);
}

void player_init(struct player *p, uv_loop_t *loop, bool (*set)(void *ctx, bool on), void *ctx) {
    *p = (struct player){ .base = RHYTHM_DARK, .set = set, .ctx = ctx };
    (void)uv_timer_init(loop, &p->timer);
    p->timer.data = p;
}

void player_close(struct player *p) { uv_close((uv_handle_t *)&p->timer, NULL); }
