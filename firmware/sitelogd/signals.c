/* SPDX-License-Identifier: MIT */
/* Wires pins, rhythms, photos and counts together. Decides nothing itself. */
#include "firmware/sitelogd/signals.h"

#include "app/journal/consent.h"
#include "app/journal/counts.h"
#include "app/journal/plan.h"
#include "app/journal/today_alerts.h"
#include "app/photo/outbox.h"
#include "app/photo/shutter.h"
#include "app/photo/snapshot.h"
#include "app/signal/notice.h"
#include "app/signal/press.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "firmware/sitelogd/player.h"
#include "hal/button.h"
#include "hal/buzzer.h"
#include "hal/clock.h"
#include "hal/disk.h"
#include "hal/lamp.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { SOON_MS = 10000, LOOK_MS = 30000 }; /* at what changes without a commit: camera, disk, pins */

/* What is read on the reader's thread. */
struct reading {
    struct notice notice;
    char tz_name[PLAN_TZ_SIZE];
    struct tz *tz; /* NULL: as before */
};

struct signals {
    struct runtime *r;
    const struct board_conf *conf;
    struct snapshot snapshot;
    struct hours quiet;
    struct button *button;
    struct lamp *lamp;
    struct buzzer *buzzer;
    bool told[3]; /* that button, lamp, buzzer cannot be opened */
    uv_poll_t poll;
    bool polled; /* poll is not closed yet */
    uv_timer_t press_timer, look_timer;
    struct press press;
    struct player light, sound;
    uv_work_t shot;
    bool shooting;
    int shot_result;
    char shot_id[ID_SIZE];
    struct err_text shot_why;
    bool looking, look_again, camera_asked;
    struct reading reading;
    struct notice notice;
    bool noticed;
    char tz_name[PLAN_TZ_SIZE];
    struct tz *tz; /* the site's */
    bool stopped;
};

static int64_t now_us(void) { return (int64_t)(uv_hrtime() / 1000); }

/* ---- pins that are gone ---- */

static void on_look(uv_timer_t *timer);

static void tell_gone(struct signals *s, size_t i, const char *name) {
    log_warn("%s: it is gone; check the GPIO chip: sitelogctl doctor", name);
    s->told[i] = true;
    (void)uv_timer_start(&s->look_timer, on_look, SOON_MS, LOOK_MS);
}

/* ---- lamp and buzzer ---- */

static bool set_lamp(void *ctx, bool on) {
    struct signals *s = ctx;
    if (!s->lamp) return false;
    if (lamp_set(s->lamp, on) == 0) return true;
    tell_gone(s, 1, "lamp");
    lamp_close(s->lamp);
    s->lamp = NULL;
    s->light.on = false;
    return false;
}

static bool set_buzzer(void *ctx, bool on) {
    struct signals *s = ctx;
    if (!s->buzzer) return false;
    if (buzzer_set(s->buzzer, on) == 0) return true;
    tell_gone(s, 2, "buzzer");
    buzzer_close(s->buzzer);
    s->buzzer = NULL;
    s->sound.on = false;
    return false;
}

static void beep(struct signals *s, enum rhythm rhythm) {
    bool known = clock_grade() != CLOCK_NONE;
    if (s->buzzer && notice_may_sound(&s->quiet, s->tz ? s->tz : s->r->tz, clock_wall(), known))
        player_once(&s->sound, rhythm);
}

/* ---- how the board stands (reader's thread, then loop) ---- */

static bool camera_down(const struct signals *s) {
    return s->conf->camera_device[0] && s->camera_asked && shutter_state(s->r->photos.shutter) != SHUTTER_OK;
}

static int read_notice(struct db *db, void *arg) {
    struct signals *s = arg;
    struct counts counts;
    struct outbox_counts photos;
    struct disk_room room = { .free_percent = 100 };
    bool standing = false;
    int rc = counts_read(db, s->conf->site, &counts);
    if (!rc) rc = today_alerts_any(db, s->conf->site, &standing);
    if (!rc) rc = outbox_counts(db, &photos);
    if (!rc) rc = blobs_room(s->r->photos.blobs, &room);
    if (!rc) rc = plan_timezone(db, s->conf->site, s->conf->timezone, s->reading.tz_name);
    if (rc) return rc;
    struct notice *n = &s->reading.notice;
    n->rejected = counts.rejected > 0;
    n->standing = standing;
    n->disk_low = room.free_percent < NOTICE_DISK_LOW_PERCENT;
    n->unsent = photos.pending > 0;
    for (size_t i = 0; i < LANE_COUNT; i++) n->unsent = n->unsent || counts.lane[i].received < counts.lane[i].saved;
    return strcmp(s->reading.tz_name, s->tz_name) ? tz_create(s->reading.tz_name, &s->reading.tz, NULL) : 0;
}

static void look(struct signals *s);

static void looked(void *arg) {
    struct signals *s = arg;
    s->looking = false;
    if (s->reading.tz) {
        tz_destroy(s->tz);
        s->tz = s->reading.tz;
        s->reading.tz = NULL;
        memcpy(s->tz_name, s->reading.tz_name, sizeof s->tz_name);
    }
    if (s->stopped) return;
    if (s->noticed && notice_raised(&s->notice, &s->reading.notice)) beep(s, RHYTHM_ALARM);
    s->notice = s->reading.notice;
    s->noticed = true; /* what stands at the start was raised before */
    player_base(&s->light, notice_lamp(&s->notice));
    if (s->look_again) look(s);
}

static void not_looked(void *arg) {
    struct signals *s = arg;
    s->looking = false;
}

static void read_done(void *arg, int result) { /* reader's thread */
    struct signals *s = arg;
    runtime_post(s->r, result ? not_looked : looked, s);
}

static void look(struct signals *s) {
    struct store_job job = { .run = read_notice, .done = read_done, .arg = s };
    s->look_again = s->looking;
    if (s->looking || s->stopped || (!s->lamp && !s->buzzer)) return;
    s->reading = (struct reading){ .notice.camera_down = camera_down(s) };
    s->looking = store_submit(s->r->reader, &job) == 0;
}

void signals_settle(struct signals *s) {
    if (s) look(s);
}

/* ---- a photo (pool, then loop) ---- */

static int read_consent(struct db *db, void *arg) {
    struct signals *s = arg;
    return consent_check(db, s->snapshot.site, CONSENT_BY_PERSON, &s->shot_why);
}

static void shoot(uv_work_t *work) {
    struct signals *s = work->data;
    s->shot_result = store_call(s->snapshot.reader, read_consent, s);
    if (s->shot_result == 0) s->shot_result = snapshot_take(&s->snapshot, s->shot_id, &s->shot_why);
}

static void shot(uv_work_t *work, int status) {
    struct signals *s = work->data;
    s->shooting = false;
    press_busy(&s->press, false);
    if (s->stopped) return;
    if (status == 0 && s->shot_result == 0) {
        log_info("button: photo %s", s->shot_id);
        player_once(&s->light, RHYTHM_TAKEN);
        beep(s, RHYTHM_BEEP);
    } else {
        log_warn("button: no photo: %s", s->shot_why.text);
        player_once(&s->light, RHYTHM_FAILED);
    }
    look(s);
}

static void take_photo(struct signals *s) {
    s->shot.data = s;
    s->shot_why = (struct err_text){ 0 };
    if (uv_queue_work(&s->r->loop, &s->shot, shoot, shot)) return;
    s->shooting = true;
    press_busy(&s->press, true);
    player_once(&s->light, RHYTHM_DARK);
}

/* ---- the button ---- */

static void on_rest(uv_timer_t *timer);

static void rest(struct signals *s) {
    int64_t wait = press_wait_us(&s->press, now_us());
    uv_update_time(&s->r->loop);
    if (wait < 0)
        (void)uv_timer_stop(&s->press_timer);
    else
        (void)uv_timer_start(&s->press_timer, on_rest, (uint64_t)(wait + 999) / 1000, 0);
}

static void on_rest(uv_timer_t *timer) {
    struct signals *s = timer->data;
    if (press_rest(&s->press, now_us())) take_photo(s);
    rest(s);
}

static void on_poll_closed(uv_handle_t *handle) { ((struct signals *)handle->data)->polled = false; }

static void close_button(struct signals *s) {
    if (!s->button) return;
    uv_close((uv_handle_t *)&s->poll, on_poll_closed);
    (void)uv_timer_stop(&s->press_timer);
    button_close(s->button);
    s->button = NULL;
}

static void on_edges(uv_poll_t *poll, int status, int events) {
    struct signals *s = poll->data;
    struct button_edge edge;
    (void)events;
    int rc = status < 0 ? ERR_GONE : 0;
    while (!rc) {
        rc = button_read(s->button, &edge);
        if (!rc && press_edge(&s->press, edge.pressed, edge.at_us)) take_photo(s);
    }
    if (rc == ERR_TIMEOUT) {
        rest(s);
        return;
    }
    tell_gone(s, 0, "button");
    close_button(s);
}

static int open_button(struct signals *s, struct err_text *e) {
    struct button *button = NULL;
    bool held = false;
    int rc = button_open(s->conf->gpio_chip, s->conf->gpio_button, &button, &held, e);
    if (rc) return rc;
    if (uv_poll_init(&s->r->loop, &s->poll, button_fd(button))) {
        button_close(button);
        return err_set(e, ERR_IO, "its edges cannot be waited for");
    }
    s->poll.data = s;
    s->polled = true;
    s->button = button;
    press_init(&s->press, held);
    press_busy(&s->press, s->shooting);
    (void)uv_poll_start(&s->poll, UV_READABLE, on_edges);
    return 0;
}

/* ---- opening, again and again ---- */

static void tell(struct signals *s, size_t i, const char *name, int rc, const struct err_text *e) {
    if (rc && !s->told[i]) log_warn("%s: %s", name, e->text);
    if (!rc && s->told[i]) log_info("%s: works", name);
    s->told[i] = rc != 0;
}

static void open_missing(struct signals *s) {
    const struct board_conf *c = s->conf;
    struct err_text e;
    if (c->gpio_button[0] && !s->button && !s->polled) tell(s, 0, "button", open_button(s, &e), &e);
    if (c->gpio_lamp[0] && !s->lamp) {
        tell(s, 1, "lamp", lamp_open(c->gpio_chip, c->gpio_lamp, &s->lamp, &e), &e);
        player_play(&s->light);
    }
    if (c->gpio_buzzer[0] && !s->buzzer)
        tell(s, 2, "buzzer", buzzer_open(c->gpio_chip, c->gpio_buzzer, &s->buzzer, &e), &e);
}

static void on_look(uv_timer_t *timer) {
    struct signals *s = timer->data;
    s->camera_asked = true; /* its thread has had the time to find it */
    open_missing(s);
    look(s);
}

/* ---- start and stop ---- */

int signals_start(struct runtime *r, const struct board_conf *conf, struct signals **out) {
    *out = NULL;
    if (!conf->gpio_button[0] && !conf->gpio_lamp[0] && !conf->gpio_buzzer[0]) return 0;
    struct signals *s = calloc(1, sizeof *s);
    if (!s) return ERR_NOMEM;
    s->r = r;
    s->conf = conf;
    int rc = hours_parse(conf->gpio_buzzer_quiet, &s->quiet);
    if (rc) {
        free(s);
        return rc;
    }
    s->snapshot = (struct snapshot){ .photos = &r->photos,
                                     .writer = r->writer,
                                     .reader = r->reader,
                                     .journal = r->depot.journal,
                                     .site = conf->site,
                                     .timezone = conf->timezone };
    player_init(&s->light, &r->loop, set_lamp, s);
    player_init(&s->sound, &r->loop, set_buzzer, s);
    (void)uv_timer_init(&r->loop, &s->press_timer);
    (void)uv_timer_init(&r->loop, &s->look_timer);
    s->press_timer.data = s->look_timer.data = s;
    (void)uv_timer_start(&s->look_timer, on_look, SOON_MS, LOOK_MS);
    open_missing(s);
    look(s);
    *out = s;
    return 0;
}

void signals_stop(struct signals *s) {
    if (!s) return;
    s->stopped = true;
    close_button(s);
    uv_close((uv_handle_t *)&s->press_timer, NULL);
    uv_close((uv_handle_t *)&s->look_timer, NULL);
    player_close(&s->light);
    player_close(&s->sound);
    lamp_close(s->lamp);
    buzzer_close(s->buzzer);
    s->lamp = NULL;
    s->buzzer = NULL;
    while (s->shooting) (void)uv_run(&s->r->loop, UV_RUN_ONCE); /* it uses the camera and the stores */
}

void signals_destroy(struct signals *s) {
    if (!s) return;
    tz_destroy(s->reading.tz);
    tz_destroy(s->tz);
    free(s);
}
