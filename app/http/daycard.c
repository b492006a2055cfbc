/* SPDX-License-Identifier: MIT */
/* A day's log as the words and pictures of a card. How a card looks is app/photo/card.c's business. */
#include "app/http/daycard.h"

#include "app/http/words.h"
#include "app/journal/daylog.h"
#include "app/journal/domain.h"
#include "app/journal/person.h"
#include "app/journal/photo.h"
#include "app/journal/plan.h"
#include "app/photo/capture.h"
#include "app/photo/card.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "hal/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_MAX = 4 * 1024 * 1024, DETAIL = 160 };

struct daycard {
    bool zh;
    struct daylog log;
    char site[PLAN_NAME_SIZE], by[PERSON_NAME_SIZE], at[CLOCK_TEXT_SIZE], clock[5], version[ID_SIZE];
    bool corrected;                               /* `at` is not as it was written */
    char hashes[CARD_PHOTOS_MAX][HASH_TEXT_SIZE]; /* "" : the photo's record is not here */
    size_t photo_count;
};

static const char *pick(const struct daycard *d, const char *zh, const char *en) { return d->zh ? zh : en; }

/* ---- reading ---- */

static int read_log(struct db *db, const char *site, const char *id, struct daycard *d) {
    struct buf json;
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    buf_init(&json, LOG_MAX);
    int rc = daylog_print(db, site, id, true, &json);
    if (!rc) rc = json_parse(json.data, json.len, &root, NULL);
    if (!rc) rc = daylog_decode(root, DECODE_LENIENT, &d->log, NULL);
    buf_fini(&json);
    if (rc) return rc;
    const struct json *submitted = json_member(root, "submitted");
    const char *by = json_text(json_member(json_member(submitted, "actor"), "name"));
    const char *at = json_text(json_member(submitted, "at")), *clock = json_text(json_member(submitted, "clock"));
    const char *version = json_text(json_member(root, "version"));
    text_clip(d->by, sizeof d->by, by ? by : "");
    const char *right = json_text(json_member(submitted, "at_corrected"));
    const char *better = json_text(json_member(submitted, "clock_corrected"));
    d->corrected = right && at && strcmp(right, at) != 0;
    if (right && better) {
        at = right;
        clock = better;
    }
    text_clip(d->at, sizeof d->at, at ? at : "");
    text_clip(d->clock, sizeof d->clock, clock ? clock : "");
    text_clip(d->version, sizeof d->version, version ? version : id);
    return 0;
}

int daycard_read(struct app *app, struct db *db, const char *site, const char *id, bool zh, struct daycard **out) {
    struct daycard *d = calloc(1, sizeof *d);
    struct plan plan = { 0 };
    if (!d) return ERR_NOMEM;
    d->zh = zh;
    int rc = read_log(db, site, id, d);
    if (!rc) rc = plan_read(db, site, app->timezone, &plan);
    if (!rc) {
        text_clip(d->site, sizeof d->site, plan.name);
        plan_fini(&plan);
    }
    for (size_t i = 0; !rc && i < d->log.photos.count && d->photo_count < CARD_PHOTOS_MAX; i++) {
        struct photo photo;
        bool withdrawn = false;
        int found = photo_find(db, site, d->log.photos.ids[i], &photo, &withdrawn);
        if (found != 0 && found != ERR_NOT_FOUND) rc = found;
        if (withdrawn) continue;
        if (found == 0) memcpy(d->hashes[d->photo_count], photo.sha256, HASH_TEXT_SIZE);
        d->photo_count++;
    }
    if (rc)
        daycard_destroy(d);
    else
        *out = d;
    return rc;
}

void daycard_destroy(struct daycard *d) {
    if (!d) return;
    daylog_fini(&d->log);
    free(d);
}

const char *daycard_version(const struct daycard *d) { return d->version; }

/* ---- words ---- */

static void date_text(const struct daycard *d, char out[64]) {
    static const char *const zh[] = { "", "周一", "周二", "周三", "周四", "周五", "周六", "周日" };
    static const char *const en[] = { "", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    struct civil c;
    if (tz_date_parse(d->log.date, &c))
        text_clip(out, 64, d->log.date);
    else if (d->zh)
        (void)snprintf(out, 64, "%d年%d月%d日 %s", c.year, c.month, c.day, zh[c.weekday]);
    else
        (void)snprintf(out, 64, "%s %s", en[c.weekday], d->log.date);
}

static const char *item_text(const struct daycard *d, const struct item *item) {
    if (item->text) return item->text;
    const struct domain_phrase *phrase = domain_phrase(item->phrase);
    return phrase ? pick(d, phrase->zh, phrase->en) : item->phrase;
}

static void item_detail(const struct daycard *d, const struct item *item, char out[DETAIL]) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < item->room_count && used < DETAIL - 1; i++) {
        int n = snprintf(out + used, DETAIL - used, "%s%s", i ? pick(d, "、", ", ") : "",
                         words_room(d->zh, item->rooms[i]));
        if (n > 0) used += (size_t)n;
    }
    if (item->n >= 0 && used < DETAIL - 1)
        (void)snprintf(out + used, DETAIL - used, "%s×%lld", used ? " " : "", (long long)item->n);
}

static enum card_mark mark_of(const struct item *item, enum card_mark usual) {
    if (strcmp(item->state, "going") == 0) return CARD_MARK_GOING;
    if (strcmp(item->state, "blocked") == 0) return CARD_MARK_BLOCKED;
    return usual;
}

struct lines {
    struct card_item items[ITEMS_MAX];
    char details[ITEMS_MAX][DETAIL];
    size_t n;
};

static void fill_lines(const struct daycard *d, const struct item_list *list, enum card_mark usual, struct lines *out) {
    for (out->n = 0; out->n < list->count && out->n < ITEMS_MAX; out->n++) {
        const struct item *item = &list->items[out->n];
        item_detail(d, item, out->details[out->n]);
        out->items[out->n] = (struct card_item){ mark_of(item, usual), item_text(d, item), out->details[out->n] };
    }
}

static void footer(const struct daycard *d, char out[96]) {
    const char *clock = d->corrected ? words_corrected(d->zh, d->clock) : words_clock(d->zh, d->clock);
    (void)snprintf(out, 96, "%.10s %.5s · %s", d->at, strlen(d->at) > 16 ? d->at + 11 : "", clock);
}

/* ---- drawing ---- */

/* The bytes of the photos that are here; the others stay NULL. */
static void load_photos(struct app *app, struct daycard *d, struct buf bytes[], struct card_photo photos[]) {
    for (size_t i = 0; i < d->photo_count; i++) {
        buf_init(&bytes[i], BLOB_ORIGINAL_MAX);
        if (!d->hashes[i][0] || blobs_read_all(app->photos->blobs, BLOB_ORIGINAL, d->hashes[i], &bytes[i])) continue;
        photos[i] = (struct card_photo){ bytes[i].data, bytes[i].len };
    }
}

struct drawing {
    struct lines done, plan;
    struct buf bytes[CARD_PHOTOS_MAX];
    struct card_photo photos[CARD_PHOTOS_MAX];
};

int daycard_draw(struct app *app, struct daycard *d, struct buf *out, struct err_text *e) {
    CLEANUP(font_close_ptr) struct font *font = NULL;
    char date[64], foot[96];
    int rc = font_open(NULL, &font, e);
    struct drawing *w = rc ? NULL : calloc(1, sizeof *w);
    if (!w) return rc ? rc : ERR_NOMEM;
    date_text(d, date);
    footer(d, foot);
    fill_lines(d, &d->log.done, CARD_MARK_DONE, &w->done);
    fill_lines(d, &d->log.plan, CARD_MARK_PLANNED, &w->plan);
    struct card_item note = { CARD_MARK_NONE, d->log.note ? d->log.note : "", NULL };
    struct card_section sections[] = {
        { pick(d, "今日完成", "Done today"), CARD_MARK_DONE, w->done.items, w->done.n },
        { pick(d, "明日计划", "Planned next"), CARD_MARK_PLANNED, w->plan.items, w->plan.n },
        { pick(d, "备注", "Note"), CARD_MARK_NONE, &note, d->log.note && d->log.note[0] ? 1 : 0 },
    };
    load_photos(app, d, w->bytes, w->photos);
    struct card card = { .title = pick(d, "施工日报", "Daily log"),
                         .site = d->site,
                         .date = date,
                         .stage = d->log.stage[0] ? words_stage(d->zh, d->log.stage) : NULL,
                         .sections = sections,
                         .n_sections = TEXT_ARRAY_LEN(sections),
                         .photos = w->photos,
                         .n_photos = d->photo_count,
                         .photo_missing = pick(d, "照片未到", "photo on its way"),
                         .photo_damaged = pick(d, "照片损坏", "photo damaged"),
                         .footer_left = d->by[0] ? d->by : NULL,
                         .footer_right = foot };
    rc = card_draw(&card, font, out, e);
    for (size_t i = 0; i < d->photo_count; i++) buf_fini(&w->bytes[i]);
    free(w);
    return rc;
}
