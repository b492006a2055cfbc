/* SPDX-License-Identifier: MIT */
/* The camera thread: serves one shot after the other. Does not look into pictures beyond their first and last bytes. */
#include "app/photo/shutter.h"

#include "firmware/base/clock.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "hal/camera.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GRAB_MS = 2000, KEEP_OPEN_MS = 10000, PROBE_MS = 60000, WAITING_MAX = 8 };

struct shot { /* lives on its caller's stack */
    struct shot *next;
    int64_t until_ms;
    bool done;
    int result;
    uint8_t *bytes;
    size_t n;
    struct err_text why;
};

struct shutter {
    char device[256];
    int width_px, height_px;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted, served; /* on the monotonic clock */
    struct shot *first, *last;
    int waiting;
    bool running, stop;
    bool told; /* state was logged at least once */
    bool busy; /* since busy_from; else it waits for somebody who wants a picture */
    int64_t busy_from;
    enum shutter_state state;
};

static int64_t now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct timespec at_ms(int64_t ms) {
    return (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L };
}

static void set_state(struct shutter *s, enum shutter_state state, const char *why) {
    (void)pthread_mutex_lock(&s->lock);
    bool changed = s->state != state || !s->told;
    s->state = state;
    s->told = true;
    (void)pthread_mutex_unlock(&s->lock);
    if (!changed) return;
    if (state == SHUTTER_OK)
        log_info("camera %s: works", s->device);
    else
        log_warn("camera %s: %s", s->device, why);
}

static bool whole(const struct frame *f) {
    if (f->len < 4 || f->bytes[0] != 0xff || f->bytes[1] != 0xd8) return false;
    size_t end = f->len; /* some cameras pad a frame with zeros */
    while (end > 4 && f->bytes[end - 1] == 0) end--;
    return f->bytes[end - 2] == 0xff && f->bytes[end - 1] == 0xd9;
}

static bool stopping(struct shutter *s) {
    (void)pthread_mutex_lock(&s->lock);
    bool stop = s->stop;
    (void)pthread_mutex_unlock(&s->lock);
    return stop;
}

static int refuse(struct err_text *e) { return err_set(e, ERR_BUSY, "the camera is busy; try again in a moment"); }

/* Grabs until a whole frame came or the time is up. */
static int grab_whole(struct shutter *s, struct camera *camera, struct shot *shot) {
    for (;;) {
        if (stopping(s)) return refuse(&shot->why);
        int64_t left = shot->until_ms - now_ms();
        if (left <= 0)
            return err_set(&shot->why, ERR_TIMEOUT,
                           "the camera gave no whole picture in time; unplug it and plug it in again");
        struct frame frame;
        int rc = camera_grab(camera, left < GRAB_MS ? (int)left : GRAB_MS, &frame);
        if (rc == ERR_TIMEOUT) continue;
        if (rc) return err_set(&shot->why, rc, "the camera stopped working (%s); check its cable", err_name(rc));
        bool good = whole(&frame);
        if (good) {
            shot->bytes = malloc(frame.len);
            shot->n = frame.len;
            if (shot->bytes) memcpy(shot->bytes, frame.bytes, frame.len);
        }
        camera_release(camera, &frame);
        if (good) return shot->bytes ? 0 : err_set(&shot->why, ERR_NOMEM, "out of memory");
    }
}

static void answer(struct shutter *s, struct shot *shot, int rc) {
    (void)pthread_mutex_lock(&s->lock);
    shot->result = rc;
    shot->done = true;
    (void)pthread_cond_broadcast(&s->served);
    (void)pthread_mutex_unlock(&s->lock);
}

static void serve(struct shutter *s, struct camera **camera, struct shot *shot) {
    int rc = *camera ? 0 : camera_open(s->device, s->width_px, s->height_px, camera, &shot->why);
    if (rc) {
        set_state(s, rc == ERR_NOT_FOUND ? SHUTTER_ABSENT : SHUTTER_FAILED, shot->why.text);
    } else {
        rc = grab_whole(s, *camera, shot);
        if (rc) {
            camera_close(*camera);
            *camera = NULL;
        }
        if (rc != ERR_BUSY)
            set_state(s, rc == 0 ? SHUTTER_OK : rc == ERR_GONE ? SHUTTER_ABSENT : SHUTTER_FAILED, shot->why.text);
    }
    answer(s, shot, rc);
}

static void probe(struct shutter *s) {
    struct camera *camera = NULL;
    struct err_text why = { 0 };
    int rc = camera_open(s->device, s->width_px, s->height_px, &camera, &why);
    set_state(s, rc == 0 ? SHUTTER_OK : rc == ERR_NOT_FOUND ? SHUTTER_ABSENT : SHUTTER_FAILED, why.text);
    camera_close(camera);
}

/* Takes the first shot that waits; NULL: none. Under the lock. */
static struct shot *take_first(struct shutter *s) {
    struct shot *shot = s->first;
    if (!shot) return NULL;
    s->first = shot->next;
    if (!s->first) s->last = NULL;
    s->waiting--;
    return shot;
}

/* The next shot, or NULL after the time, and when it is to stop. */
static struct shot *next_shot(struct shutter *s, int64_t wait_ms) {
    struct timespec until = at_ms(now_ms() + wait_ms);
    (void)pthread_mutex_lock(&s->lock);
    while (!s->stop && !s->first && pthread_cond_timedwait(&s->wanted, &s->lock, &until) != ETIMEDOUT) {}
    struct shot *shot = s->stop ? NULL : take_first(s);
    (void)pthread_mutex_unlock(&s->lock);
    return shot;
}

/* Nobody is left waiting for a thread that is gone. */
static void refuse_waiting(struct shutter *s) {
    for (;;) {
        (void)pthread_mutex_lock(&s->lock);
        struct shot *shot = take_first(s);
        (void)pthread_mutex_unlock(&s->lock);
        if (!shot) return;
        answer(s, shot, refuse(&shot->why));
    }
}

static void set_busy(struct shutter *s, bool busy) {
    (void)pthread_mutex_lock(&s->lock);
    s->busy = busy;
    s->busy_from = clock_mono().ms;
    (void)pthread_mutex_unlock(&s->lock);
}

static void *run(void *arg) {
    struct shutter *s = arg;
    struct camera *camera = NULL;
    set_busy(s, true);
    probe(s);
    while (!stopping(s)) {
        set_busy(s, false);
        struct shot *shot = next_shot(s, camera ? KEEP_OPEN_MS : PROBE_MS);
        set_busy(s, true);
        if (shot) {
            serve(s, &camera, shot);
        } else if (camera) {
            camera_close(camera);
            camera = NULL;
        } else if (!stopping(s)) {
            probe(s);
        }
    }
    camera_close(camera);
    set_busy(s, false);
    refuse_waiting(s);
    return NULL;
}

int shutter_start(const char *device, int width_px, int height_px, struct shutter **out) {
    struct shutter *s = calloc(1, sizeof *s);
    if (!s) return ERR_NOMEM;
    int rc = text_copy(s->device, sizeof s->device, device);
    s->width_px = width_px;
    s->height_px = height_px;
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->wanted, &attr);
    (void)pthread_cond_init(&s->served, &attr);
    (void)pthread_condattr_destroy(&attr);
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
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_cond_signal(&s->wanted);
    (void)pthread_mutex_unlock(&s->lock);
    if (s->running) (void)pthread_join(s->thread, NULL);
    s->running = false;
}

void shutter_destroy(struct shutter *s) {
    if (!s) return;
    shutter_stop(s);
    (void)pthread_mutex_destroy(&s->lock);
    (void)pthread_cond_destroy(&s->wanted);
    (void)pthread_cond_destroy(&s->served);
    free(s);
}

int shutter_take(struct shutter *s, int timeout_ms, uint8_t **bytes, size_t *n, struct err_text *e) {
    if (!s->device[0])
        return err_set(e, ERR_NOT_FOUND,
                       "this board has no camera; set [camera] device, or take the photo with a phone");
    struct shot shot = { .until_ms = now_ms() + timeout_ms };
    (void)pthread_mutex_lock(&s->lock);
    if (s->stop || s->waiting >= WAITING_MAX) {
        (void)pthread_mutex_unlock(&s->lock);
        return refuse(e);
    }
    if (s->last)
        s->last->next = &shot;
    else
        s->first = &shot;
    s->last = &shot;
    s->waiting++;
    (void)pthread_cond_signal(&s->wanted);
    /* The thread always answers: a grab ends by the shot's own deadline, and those before it had deadlines too. */
    while (!shot.done) (void)pthread_cond_wait(&s->served, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
    if (shot.result) {
        if (e) *e = shot.why;
        return shot.result;
    }
    *bytes = shot.bytes;
    *n = shot.n;
    return 0;
}

enum shutter_state shutter_state(struct shutter *s) {
    (void)pthread_mutex_lock(&s->lock);
    enum shutter_state state = s->state;
    (void)pthread_mutex_unlock(&s->lock);
    return state;
}

const char *shutter_state_name(enum shutter_state state) {
    static const char *const names[] = {
        [SHUTTER_ABSENT] = "absent", [SHUTTER_OK] = "ok", [SHUTTER_FAILED] = "failed"
    };
    return names[state];
}

int64_t shutter_alive_ms(struct shutter *s) {
    (void)pthread_mutex_lock(&s->lock);
    int64_t alive_ms = s->busy ? s->busy_from : clock_mono().ms;
    (void)pthread_mutex_unlock(&s->lock);
    return alive_ms;
}
