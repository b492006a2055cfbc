/* SPDX-License-Identifier: MIT */
/* Wires touch, time and light together. Wakes the program once a dimming, not at each second. */
#include "firmware/sitelogd/backlight.h"

#include "app/signal/dimmer.h"
#include "firmware/base/log.h"
#include "hal/display.h"

#include <stdlib.h>
#include <string.h>

struct backlight {
    struct display *display;
    struct dimmer dimmer;
    uv_poll_t poll;
    uv_timer_t timer;
    bool told;
};

/* The clock of the loop's timers. */
static int64_t now_ms(uv_loop_t *loop) {
    uv_update_time(loop);
    return (int64_t)uv_now(loop);
}

static void on_time(uv_timer_t *timer);

static void look(struct backlight *b) {
    int64_t wait = dimmer_look(&b->dimmer, now_ms(b->timer.loop), display_can_be_touched(b->display));
    int rc = b->dimmer.dim ? display_dim(b->display) : display_wake(b->display);
    if (rc && !b->told) log_warn("backlight: %s; sitelogctl doctor says more", err_name(rc));
    b->told = rc != 0;
    if (wait < 0)
        (void)uv_timer_stop(&b->timer);
    else
        (void)uv_timer_start(&b->timer, on_time, (uint64_t)wait, 0);
}

static void on_time(uv_timer_t *timer) { look(timer->data); }

static void on_touch(uv_poll_t *poll, int status, int events) {
    struct backlight *b = poll->data;
    (void)events;
    if (status < 0) {
        (void)uv_poll_stop(poll);
        return;
    }
    bool touched = display_touched(b->display);
    if (touched) dimmer_touch(&b->dimmer, now_ms(poll->loop));
    /* While a finger moves the timer runs on; when it is due, it sees that there was touch. */
    if (!touched || b->dimmer.dim || !uv_is_active((uv_handle_t *)&b->timer)) look(b);
}

int backlight_start(uv_loop_t *loop, const struct board_conf *conf, struct backlight **out) {
    struct display_options o = { .backlight = conf->panel_backlight,
                                 .input = conf->panel_input,
                                 .dim_percent = (int)conf->panel_dim_percent };
    struct display *display = NULL;
    struct err_text e = { 0 };
    *out = NULL;
    if (conf->panel_dim_after_s == 0 || strcmp(o.backlight, "none") == 0) return 0;
    int rc = display_open(&o, &display, &e);
    if (rc == ERR_NOMEM) return rc;
    if (rc) {
        if (rc != ERR_NOT_FOUND || strcmp(o.backlight, "auto") != 0) log_warn("backlight: %s", e.text);
        return 0;
    }
    struct backlight *b = calloc(1, sizeof *b);
    if (!b || uv_poll_init(loop, &b->poll, display_fd(display))) {
        display_close(display);
        rc = b ? ERR_IO : ERR_NOMEM;
        free(b);
        return rc;
    }
    (void)uv_timer_init(loop, &b->timer);
    b->poll.data = b->timer.data = b;
    b->display = display;
    dimmer_init(&b->dimmer, conf->panel_dim_after_s, now_ms(loop));
    (void)uv_poll_start(&b->poll, UV_READABLE, on_touch);
    look(b);
    *out = b;
    return 0;
}

void backlight_stop(struct backlight *b) {
    if (!b) return;
    uv_close((uv_handle_t *)&b->poll, NULL);
    uv_close((uv_handle_t *)&b->timer, NULL);
    display_close(b->display);
    b->display = NULL;
}

void backlight_destroy(struct backlight *b) { free(b); }
