/* SPDX-License-Identifier: MIT */
/* A photo's record as the words of its watermark. How a watermark looks is app/photo/stamp.c's business. */
#include "app/http/watermark.h"

#include "app/http/words.h"
#include "app/journal/person.h"
#include "app/journal/photo.h"
#include "app/journal/plan.h"
#include "app/photo/capture.h"
#include "app/photo/jpeg.h"
#include "app/photo/stamp.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_MAX = 64 * 1024, PLACE_SIZE = PLAN_NAME_SIZE + 200 };

/* How it looks is a part of what an ETag stands for. */
#define LOOK_VERSION 1

struct watermark {
    bool zh;
    struct photo photo;
    struct photo_when time; /* to be shown */
    char place[PLACE_SIZE], when[24], code[16], who[PERSON_NAME_SIZE];
};

/* "7Q3F9KMP" → "7Q3F-9KMP", as it is read out on the telephone. */
static void print_code(const char *code, char out[16]) {
    (void)snprintf(out, 16, "%.4s-%.4s", code, strlen(code) > 4 ? code + 4 : "");
}

/* "2026-11-22T16:04:05.123+08:00" → "2026-11-22 16:04" */
static void print_when(const char *taken, char out[24]) {
    (void)snprintf(out, 24, "%.10s %.5s", taken, strlen(taken) > 16 ? taken + 11 : "");
}

static void print_place(const struct watermark *w, const char *site, char out[PLACE_SIZE]) {
    const char *parts[] = { site, words_stage(w->zh, w->photo.stage), words_room(w->zh, w->photo.room) };
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < TEXT_ARRAY_LEN(parts) && used < PLACE_SIZE - 1; i++) {
        if (!parts[i][0]) continue;
        int n = snprintf(out + used, PLACE_SIZE - used, "%s%s", used ? " · " : "", parts[i]);
        if (n > 0) used += (size_t)n;
    }
}

static int read_site(struct app *app, struct db *db, const char *site, struct watermark *w) {
    struct plan plan = { 0 };
    int rc = plan_read(db, site, app->timezone, &plan);
    if (rc) return rc;
    print_place(w, plan.name[0] ? plan.name : site, w->place);
    plan_fini(&plan);
    return 0;
}

static int read_who(struct db *db, const char *site, struct watermark *w) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    CLEANUP(buf_fini) struct buf json;
    buf_init(&json, RECORD_MAX);
    int rc = photo_print(db, site, w->photo.id, true, &json);
    if (rc == 0) rc = json_parse(json.data, json.len, &root, NULL);
    if (rc) return rc;
    const char *name = json_text(json_member(json_member(root, "actor"), "name"));
    text_clip(w->who, sizeof w->who, name ? name : "");
    return 0;
}

int watermark_read(struct app *app, struct db *db, const char *site, const char *id, bool zh, bool names,
                   struct watermark **out) {
    struct watermark *w = calloc(1, sizeof *w);
    bool withdrawn = false;
    if (!w) return ERR_NOMEM;
    w->zh = zh;
    int rc = photo_find(db, site, id, &w->photo, &withdrawn);
    if (rc == 0 && withdrawn) rc = ERR_GONE;
    if (rc == 0) rc = photo_when(db, site, id, &w->time);
    if (rc == 0) rc = read_site(app, db, site, w);
    if (rc == 0 && names) rc = read_who(db, site, w);
    if (rc) {
        watermark_destroy(w);
        return rc;
    }
    print_when(w->time.at, w->when);
    print_code(w->photo.code, w->code);
    *out = w;
    return 0;
}

void watermark_destroy(struct watermark *w) { free(w); }

const char *watermark_id(const struct watermark *w) { return w->photo.id; }

void watermark_version(const struct watermark *w, char out[HASH_TEXT_SIZE]) {
    char all[PLACE_SIZE + PERSON_NAME_SIZE + 256];
    int n = snprintf(all, sizeof all, "%d\n%s\n%s\n%s\n%s\n%s\n%d %d %d", LOOK_VERSION, w->photo.sha256, w->place,
                     w->time.at, w->who, w->time.clock, w->zh, w->time.corrected, w->time.claimed);
    hash_sha256_text(all, n > 0 && (size_t)n < sizeof all ? (size_t)n : sizeof all - 1, out);
}

int watermark_load(struct app *app, const struct watermark *w, struct buf *out) {
    return blobs_read_all(app->photos->blobs, BLOB_ORIGINAL, w->photo.sha256, out);
}

/* How good the time is that it shows, or that it is not the one that was written. */
static const char *clock_words(const struct watermark *w) {
    if (w->time.claimed) return words_claimed(w->zh);
    return w->time.corrected ? words_corrected(w->zh, w->time.clock) : words_clock(w->zh, w->time.clock);
}

int watermark_draw(struct app *app, const struct watermark *w, const struct buf *photo, struct buf *out,
                   struct err_text *e) {
    CLEANUP(font_close_ptr) struct font *font = NULL;
    int rc = font_open(NULL, &font, e);
    if (rc) return rc;
    struct stamp stamp = { .place = w->place,
                           .when = w->when,
                           .clock = clock_words(w),
                           .clock_doubtful = strcmp(w->time.clock, "ntp") != 0 && strcmp(w->time.clock, "rtc") != 0,
                           .who = w->who[0] ? w->who : NULL,
                           .code = w->code,
                           .taken = w->time.at,
                           .sha256 = w->photo.sha256 };
    (void)pthread_mutex_lock(&app->photos->whole_image); /* all of its coefficients are held, or a large band */
    rc = stamp_draw(photo->data, photo->len, &stamp, font, out, e);
    (void)pthread_mutex_unlock(&app->photos->whole_image);
    return rc;
}
