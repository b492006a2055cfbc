/* SPDX-License-Identifier: MIT */
/* The camera thread: opens, grabs, hands out, closes. Does not look into pictures beyond their first and last bytes. */
#include "app/photo/shutter_private.h"

#include "firmware/base/clock.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GRAB_MS = 500, STALL_MS = 5000, RETRY_MS = 2000, KEEP_OPEN_MS = 3000, PROBE_MS = 60000 };

int64_t shutter_now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void lock(struct shutter *s) { (void)pthread_mutex_lock(&s->lock); }
static void unlock(struct shutter *s) { (void)pthread_mutex_unlock(&s->lock); }

static void set_state(struct shutter *s, enum shutter_state state, const char *why) {
    lock(s);
    bool changed = s->state != state || !s->told;
    s->state = state;
    s->told = true;
    unlock(s);
    if (!changed) return;
    if (state == SHUTTER_OK)
        log_info("camera %s: works", s->device);
    else
        log_warn("camera %s: %s", s->device, why);
    if (s->options.changed) s->options.changed(s->options.ctx, state);
}

static enum shutter_state state_of(int rc) {
    if (rc == 0) return SHUTTER_OK;
    return rc == ERR_NOT_FOUND || rc == ERR_GONE ? SHUTTER_ABSENT : SHUTTER_FAILED;
}

static void close_camera(struct shutter *s) {
    camera_close(s->camera);
    picture_pool_fini(&s->pool);
    s->camera = NULL;
}

/* ---- answering shots ---- */

/* Takes the shot at *at out of the queue and answers it. Under the lock. */
static void answer(struct shutter *s, struct shutter_shot **at, int rc, const struct err_text *why) {
    struct shutter_shot *shot = *at;
    *at = shot->next;
    s->waiting--;
    shot->result = rc;
    if (rc) shot->why = *why;
    shot->done = true;
    (void)pthread_cond_broadcast(&s->served);
}

static void answer_all(struct shutter *s, int rc, const struct err_text *why) {
    lock(s);
    while (s->shots) answer(s, &s->shots, rc, why);
    unlock(s);
}

/* Those whose time is up. */
static void answer_late(struct shutter *s) {
    struct err_text why = { 0 };
    bool any = false;
    int rc = err_set(&why, ERR_TIMEOUT, "the camera gave no whole picture in time; unplug it and plug it in again");
    lock(s);
    for (struct shutter_shot **at = &s->shots; *at;) {
        bool late = shutter_now_ms() >= (*at)->until_ms;
        if (late)
            answer(s, at, rc, &why);
        else
            at = &(*at)->next;
        any = any || late;
    }
    unlock(s);
    if (any) set_state(s, SHUTTER_FAILED, why.text);
}

/* ---- handing out a frame ---- */

static bool whole(const struct frame *f) {
    if (f->len < 4 || f->bytes[0] != 0xff || f->bytes[1] != 0xd8) return false;
    size_t end = f->len; /* some cameras pad a frame with zeros */
    while (end > 4 && f->bytes[end - 1] == 0) end--;
    return f->bytes[end - 2] == 0xff && f->bytes[end - 1] == 0xd9;
}

static void give_shots(struct shutter *s, const struct frame *f) {
    struct err_text why = { 0 };
    for (struct shutter_shot **at = &s->shots; *at;) {
        struct shutter_shot *shot = *at;
        if (f->mono_ms < shot->asked_ms) {
            at = &shot->next;
            continue;
        }
        shot->bytes = malloc(f->len);
        shot->n = f->len;
        if (shot->bytes) memcpy(shot->bytes, f->bytes, f->len);
        answer(s, at, shot->bytes ? 0 : err_set(&why, ERR_NOMEM, "out of memory"), &why);
    }
}

static bool wants(const struct shutter_view *v, const struct frame *f) {
    return v->asking && f->mono_ms >= v->after_ms;
}

static void give_views(struct shutter *s, const struct frame *f) {
    struct picture *p = NULL;
    for (struct shutter_view *v = s->views; v; v = v->next) {
        if (!wants(v, f)) continue;
        if (!p) p = picture_create(&s->pool, f->bytes, f->len, f->mono_ms);
        if (!p) return; /* without memory a view misses a frame */
        picture_drop(v->ready);
        v->ready = picture_hold(p);
        v->asking = false;
        v->arrived(v->ctx);
    }
    picture_drop(p);
}

/* Copied under the lock: a few hundred kilobytes, while others wait for microseconds. */
static void hand_out(struct shutter *s, const struct frame *f) {
    lock(s);
    give_shots(s, f);
    give_views(s, f);
    unlock(s);
}

/* ---- the camera ---- */

static void give_up(struct shutter *s, int rc, const struct err_text *why) {
    close_camera(s);
    s->retry_ms = shutter_now_ms() + RETRY_MS;
    set_state(s, state_of(rc), why->text);
    answer_all(s, rc, why);
}

static bool open_camera(struct shutter *s) {
    struct err_text why = { 0 };
    if (s->camera) return true;
    int rc = camera_open(s->device, s->options.width_px, s->options.height_px, &s->camera, &why);
    if (rc) give_up(s, rc, &why);
    s->frame_ms = shutter_now_ms();
    return rc == 0;
}

static int grab_time(struct shutter *s) {
    int64_t now = shutter_now_ms(), until = now + GRAB_MS;
    lock(s);
    for (const struct shutter_shot *shot = s->shots; shot; shot = shot->next)
        if (shot->until_ms < until) until = shot->until_ms;
    unlock(s);
    return until > now ? (int)(until - now) : 0;
}

static void work(struct shutter *s) {
    struct frame frame;
    struct err_text why = { 0 };
    if (!open_camera(s)) return;
    int rc = camera_grab(s->camera, grab_time(s), &frame);
    if (rc == 0) {
        bool good = whole(&frame);
        if (good) {
            hand_out(s, &frame);
            s->frame_ms = shutter_now_ms();
        }
        camera_release(s->camera, &frame);
        if (good) set_state(s, SHUTTER_OK, "");
    } else if (rc != ERR_TIMEOUT) {
        rc = err_set(&why, rc, "the camera stopped working (%s); check its cable", err_name(rc));
        give_up(s, rc, &why);
    }
    answer_late(s);
    if (s->camera && shutter_now_ms() - s->frame_ms >= STALL_MS) {
        rc = err_set(&why, ERR_TIMEOUT, "the camera gives no pictures any more; unplug it and plug it in again");
        give_up(s, rc, &why);
    }
}

static void probe(struct shutter *s) {
    struct err_text why = { 0 };
    int rc = camera_open(s->device, s->options.width_px, s->options.height_px, &s->camera, &why);
    close_camera(s);
    set_state(s, state_of(rc), why.text);
}

/* ---- the thread ---- */

enum task { TASK_STOP, TASK_WORK, TASK_IDLE };

/* What is to be done next. A shot is tried at once, even when the camera has just failed; views wait for the next try. */
static enum task next_task(struct shutter *s, int64_t idle_ms) {
    lock(s);
    for (;;) {
        bool later = !s->camera && !s->shots && shutter_now_ms() < s->retry_ms;
        bool wanted = s->shots || (s->views && !later);
        int64_t until = s->views ? s->retry_ms : idle_ms;
        if (s->stop || wanted || shutter_now_ms() >= until) {
            enum task task = s->stop ? TASK_STOP : wanted ? TASK_WORK : TASK_IDLE;
            s->busy_since_ms = clock_mono().ms;
            unlock(s);
            return task;
        }
        s->busy_since_ms = -1;
        struct timespec at = { .tv_sec = until / 1000, .tv_nsec = (long)(until % 1000) * 1000000L };
        (void)pthread_cond_timedwait(&s->wanted, &s->lock, &at);
    }
}

static void *run(void *arg) {
    struct shutter *s = arg;
    struct err_text why = { 0 };
    probe(s);
    int64_t idle = shutter_now_ms() + PROBE_MS;
    for (enum task task; (task = next_task(s, idle)) != TASK_STOP;) {
        if (task == TASK_WORK) {
            work(s);
        } else if (s->camera) {
            close_camera(s);
        } else {
            probe(s);
        }
        idle = shutter_now_ms() + (s->camera ? KEEP_OPEN_MS : PROBE_MS);
    }
    close_camera(s);
    answer_all(s, err_set(&why, ERR_BUSY, "the camera is busy; try again in a moment"), &why);
    lock(s);
    s->busy_since_ms = -1;
    unlock(s);
    return NULL;
}

static void init_locks(struct shutter *s) {
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->wanted, &attr);
    (void)pthread_cond_init(&s->served, &attr);
    (void)pthread_condattr_destroy(&attr);
}

int shutter_start(const struct shutter_options *options, struct shutter **out) {
    struct shutter *s = calloc(1, sizeof *s);
    if (!s) return ERR_NOMEM;
    int rc = text_copy(s->device, sizeof s->device, options->device);
    s->options = *options;
    s->options.device = s->device;
    s->busy_since_ms = -1;
    init_locks(s);
    if (!rc && s->device[0] && pthread_create(&s->thread, NULL, run, s)) rc = ERR_NOMEM;
    if (rc) {
        free(s);
        return rc;
    }
    s->running = s->device[0] != '\0';
    if (s->running) (void)pthread_setname_np(s->thread, "camera");
    *out = s;
    return 0;
}

void shutter_stop(struct shutter *s) {
    if (!s) return;
    lock(s);
    s->stop = true;
    (void)pthread_cond_signal(&s->wanted);
    unlock(s);
    if (s->running) (void)pthread_join(s->thread, NULL);
    s->running = false;
}

void shutter_destroy(struct shutter *s) {
    if (!s) return;
    shutter_stop(s);
    (void)pthread_mutex_destroy(&s->lock);
    (void)pthread_cond_destroy(&s->wanted);
    (void)pthread_cond_destroy(&s->served);
    picture_pool_fini(&s->pool);
    free(s);
}
