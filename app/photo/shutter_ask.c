/* SPDX-License-Identifier: MIT */
/* The side of those who want pictures. Everything here holds the lock for moments only. */
#include "app/photo/shutter_private.h"

#include "firmware/base/clock.h"

#include <stdlib.h>

enum { WAITING_MAX = 8 };

static void lock(struct shutter *s) { (void)pthread_mutex_lock(&s->lock); }
static void unlock(struct shutter *s) { (void)pthread_mutex_unlock(&s->lock); }

/* ---- shots ---- */

static void append(struct shutter *s, struct shutter_shot *shot) {
    struct shutter_shot **at = &s->shots;
    while (*at) at = &(*at)->next;
    *at = shot;
    s->waiting++;
    (void)pthread_cond_signal(&s->wanted);
}

int shutter_take(struct shutter *s, int timeout_ms, uint8_t **bytes, size_t *n, struct err_text *e) {
    if (!s->device[0])
        return err_set(e, ERR_NOT_FOUND,
                       "this board has no camera; set [camera] device, or take the photo with a phone");
    struct shutter_shot shot = { .until_ms = shutter_now_ms() + timeout_ms, .asked_ms = clock_mono().ms };
    lock(s);
    bool busy = s->stop || s->waiting >= WAITING_MAX;
    if (!busy) append(s, &shot);
    /* The thread always answers: it looks at every deadline after every grab, and at all of them when it ends. */
    while (!busy && !shot.done) (void)pthread_cond_wait(&s->served, &s->lock);
    unlock(s);
    if (busy) return err_set(e, ERR_BUSY, "the camera is busy; try again in a moment");
    if (shot.result) {
        if (e) *e = shot.why;
        return shot.result;
    }
    *bytes = shot.bytes;
    *n = shot.n;
    return 0;
}

/* ---- views ---- */

int shutter_view_open(struct shutter *s, void (*arrived)(void *ctx), void *ctx, struct shutter_view **out) {
    if (!s->device[0]) return ERR_NOT_FOUND;
    struct shutter_view *v = calloc(1, sizeof *v);
    if (!v) return ERR_NOMEM;
    v->s = s;
    v->arrived = arrived;
    v->ctx = ctx;
    lock(s);
    v->next = s->views;
    s->views = v;
    (void)pthread_cond_signal(&s->wanted);
    unlock(s);
    *out = v;
    return 0;
}

void shutter_view_close(struct shutter_view *v) {
    if (!v) return;
    struct shutter *s = v->s;
    lock(s);
    struct shutter_view **at = &s->views;
    while (*at != v) at = &(*at)->next;
    *at = v->next;
    unlock(s);
    picture_drop(v->ready);
    free(v);
}

void shutter_view_ask(struct shutter_view *v, int64_t mono_ms) {
    lock(v->s);
    v->asking = true;
    v->after_ms = mono_ms;
    unlock(v->s);
}

struct picture *shutter_view_take(struct shutter_view *v) {
    lock(v->s);
    struct picture *p = v->ready;
    v->ready = NULL;
    unlock(v->s);
    return p;
}

/* ---- how it is ---- */

enum shutter_state shutter_state(struct shutter *s) {
    lock(s);
    enum shutter_state state = s->state;
    unlock(s);
    return state;
}

int64_t shutter_alive_ms(struct shutter *s) {
    lock(s);
    int64_t busy = s->busy_since_ms;
    unlock(s);
    return busy < 0 ? clock_mono().ms : busy;
}

const char *shutter_state_name(enum shutter_state state) {
    static const char *const names[] = {
        [SHUTTER_ABSENT] = "absent", [SHUTTER_OK] = "ok", [SHUTTER_FAILED] = "failed"
    };
    return names[state];
}
