/* SPDX-License-Identifier: MIT */
/* A week's photos, in the order of the plan's stages, then by room and time; and those of other weeks that its logs, inspections, hazards and claims name. */
#include "app/report/report_week_private.h"

#include "app/journal/photo.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024, RECORD_MAX = 64 * 1024 };

struct found {
    size_t stage; /* place in the plan; behind all for one that is not in it */
    char room[41];
    struct report_photo photo;
};

struct finding {
    struct found *list;
    size_t n;
    struct report_list missing;
};

static struct report_words clock_words(const struct photo_when *w) {
    bool ntp = strcmp(w->clock, "ntp") == 0, rtc = strcmp(w->clock, "rtc") == 0;
    if (w->claimed) return (struct report_words){ "手机时间，未核对", "phone's time, not checked" };
    if (w->corrected && ntp) return (struct report_words){ "时间已按网络校正", "time corrected by network" };
    if (w->corrected) return (struct report_words){ "时间已按本机时钟校正", "time corrected by board's clock" };
    if (ntp) return (struct report_words){ "网络校时", "network time" };
    if (rtc) return (struct report_words){ "本机时钟", "board's own clock" };
    return (struct report_words){ "时间未校准", "clock not set" };
}

static struct report_words place_of(struct report_filling *f, const char *stage, const char *room) {
    struct report_pool *p = &f->r->pool;
    struct report_words s = { "", "" }, r = { "", "" };
    if (stage[0]) s = report_week_stage(f, stage);
    if (room[0]) r = report_week_room(f, room);
    if (!stage[0] || !room[0]) return stage[0] ? s : r;
    return (struct report_words){ report_pool_printf(p, "%s · %s", s.zh, r.zh),
                                  report_pool_printf(p, "%s · %s", s.en[0] ? s.en : s.zh, r.en[0] ? r.en : r.zh) };
}

static const char *text_of(const struct json *o, const char *name) {
    const char *text = json_text(json_member(o, name));
    return text ? text : "";
}

/* json: of photo_print. */
static int add(struct report_filling *f, struct finding *all, const struct json *json) {
    struct report_pool *p = &f->r->pool;
    const char *stage = text_of(json, "stage"), *room = text_of(json, "room");
    char code[REPORT_CODE_SIZE];
    struct photo_when w;
    int rc = photo_when(f->db, f->site, text_of(json, "id"), &w);
    if (rc) return rc;
    if (all->n >= REPORT_PHOTOS_MAX) return 0;
    struct found *found = report_pool_more(p, &all->list, &all->n, sizeof *found);
    if (!found) return p->error;
    report_code_text(text_of(json, "code"), code);
    text_clip(found->room, sizeof found->room, room);
    found->stage = f->plan.stage_count;
    for (size_t i = 0; i < f->plan.stage_count; i++)
        if (strcmp(f->plan.stages[i].key, stage) == 0) found->stage = i;
    found->photo = (struct report_photo){
        .id = report_pool_text(p, text_of(json, "id")),
        .sha256 = report_pool_text(p, text_of(json, "sha256")),
        .thumb_sha256 = report_pool_text(p, text_of(json, "thumb_sha256")),
        .code = report_pool_text(p, code),
        .caption = report_pool_text(p, text_of(json, "caption")),
        .at = report_week_time(f, w.at),
        .who = report_pool_text(p, text_of(json_member(json, "actor"), "name")),
        .place = place_of(f, stage, room),
        .clock = clock_words(&w),
        .clock_doubtful = strcmp(w.clock, "ntp") != 0 && strcmp(w.clock, "rtc") != 0,
    };
    return p->error;
}

static int add_taken(struct report_filling *f, struct finding *all) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct photo_query q = {
        .site = f->site, .from = f->week.from, .to = f->week.to, .limit = REPORT_PHOTOS_MAX, .names = true
    };
    struct buf json;
    buf_init(&json, LIST_MAX);
    int rc = photo_list(f->db, &q, &json, NULL);
    if (!rc) rc = json_parse(json.data, json.len, &root, NULL);
    buf_fini(&json);
    const struct json *list = json_member(root, "photos");
    for (size_t i = 0; !rc && i < json_count(list); i++) rc = add(f, all, json_at(list, i));
    return rc;
}

static bool holds(const struct finding *all, const char *id) {
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->list[i].photo.id, id) == 0) return true;
    return false;
}

/* One that something of the report names, if it was not withdrawn. ERR_NOT_FOUND: its record is not here. */
static int add_named(struct report_filling *f, struct finding *all, const char *id) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct photo photo;
    struct buf json;
    bool withdrawn = false;
    if (holds(all, id)) return 0;
    int rc = photo_find(f->db, f->site, id, &photo, &withdrawn);
    if (rc || withdrawn) return rc;
    buf_init(&json, RECORD_MAX);
    rc = photo_print(f->db, f->site, id, true, &json);
    if (!rc) rc = json_parse(json.data, json.len, &root, NULL);
    if (!rc) rc = add(f, all, root);
    buf_fini(&json);
    return rc;
}

static int add_list(struct report_filling *f, struct finding *all, struct report_list *list) {
    int rc = 0;
    for (size_t i = 0; i < list->n && !rc; i++) {
        rc = add_named(f, all, list->ids[i]);
        if (rc != ERR_NOT_FOUND) continue;
        list->missing++;
        report_list_add(f->r, &all->missing, list->ids[i]);
        rc = 0;
    }
    return rc;
}

/* What was judged before what was logged: where there are too many photos, the last ones are left out. */
static int add_all_named(struct report_filling *f, struct finding *all) {
    struct report *r = f->r;
    int rc = add_list(f, all, &f->named);
    for (size_t i = 0; i < r->hazard_count && !rc; i++) {
        rc = add_list(f, all, &r->hazards[i].before);
        if (!rc) rc = add_list(f, all, &r->hazards[i].after);
    }
    for (size_t i = 0; i < r->inspection_count && !rc; i++)
        for (size_t k = 0; k < r->inspections[i].check_count && !rc; k++)
            rc = add_list(f, all, &r->inspections[i].checks[k].photos);
    for (size_t i = 0; i < r->test_count && !rc; i++) {
        rc = add_list(f, all, &r->tests[i].begin);
        if (!rc) rc = add_list(f, all, &r->tests[i].end);
        if (!rc) rc = add_list(f, all, &r->tests[i].below);
    }
    for (size_t i = 0; i < r->delay_count && !rc; i++) rc = add_list(f, all, &r->delays[i].photos);
    for (size_t i = 0; i < r->day_count && !rc; i++) rc = add_list(f, all, &r->days[i].photos);
    return rc;
}

static int in_order(const void *a, const void *b) {
    const struct found *x = a, *y = b;
    if (x->stage != y->stage) return x->stage < y->stage ? -1 : 1;
    int order = strcmp(x->room, y->room);
    if (!order) order = strcmp(x->photo.at, y->photo.at);
    return order ? order : strcmp(x->photo.id, y->photo.id);
}

int report_week_photos(struct report_filling *f) {
    struct report *r = f->r;
    struct finding all = { .n = 0 };
    int64_t taken = 0;
    int rc = r->one ? 0 : week_photo_count(f->db, f->site, f->week.from, f->week.to, &taken);
    if (!rc && !r->one) rc = add_taken(f, &all);
    int64_t others = -(int64_t)all.n;
    if (!rc) rc = add_all_named(f, &all);
    others += (int64_t)all.n;
    if (rc) return rc;
    if (all.n) qsort(all.list, all.n, sizeof *all.list, in_order);
    for (size_t i = 0; i < all.n; i++) {
        struct report_photo *p = report_pool_more(&r->pool, &r->photos, &r->photo_count, sizeof *p);
        if (p) *p = all.list[i].photo;
    }
    r->counts.photos = (int)(taken + others);
    r->photos_missing = all.missing.n;
    return r->pool.error;
}
