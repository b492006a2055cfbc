/* SPDX-License-Identifier: MIT */
/* A photo's record: its shape, and what POST of one does once the bytes are durable. Never sees the bytes. */
#include "app/journal/photo.h"

#include "app/journal/named.h"
#include "app/journal/photo_time.h"
#include "app/journal/plan.h"
#include "app/journal/privacy.h"
#include "app/journal/repeat.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SIDE_MAX 100000 /* px */

/* ---- in and out of JSON ---- */

static int get_hash(const struct json *o, const char *name, enum json_need need, char out[HASH_TEXT_SIZE],
                    struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(o, "", name, need, 64, &text, e);
    if (rc < 0 || !text) return rc;
    if (!text_is_hex(text, 64))
        return err_field(e, ERR_INVALID, name, "%s has to be a SHA-256 in lower-case hex", name);
    return text_copy(out, HASH_TEXT_SIZE, text);
}

static int get_text(const struct json *o, const char *name, enum json_need need, char *out, size_t size,
                    struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(o, "", name, need, size - 1, &text, e);
    return rc < 0 || !text ? rc : text_copy(out, size, text);
}

bool photo_is_origin(const char *text) {
    static const char *const origins[] = { "camera", "phone", "timelapse", "import", "recovered" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(origins); i++)
        if (strcmp(origins[i], text) == 0) return true;
    return false;
}

static bool is_grade(const char *text) {
    return strcmp(text, "ntp") == 0 || strcmp(text, "rtc") == 0 || strcmp(text, "none") == 0;
}

/* What is between the members, and true of events and of requests. */
static int check_values(const struct photo *p, struct err_text *e) {
    struct wall at;
    if (!photo_is_origin(p->origin))
        return err_field(e, ERR_INVALID, "origin", "origin has to be camera, phone, timelapse, import or recovered");
    if (p->taken[0] && clock_parse(p->taken, &at, NULL) < 0)
        return err_field(e, ERR_INVALID, "taken", "taken has to be a time like 2026-11-22T16:04:05+08:00");
    if (p->clock[0] && !is_grade(p->clock))
        return err_field(e, ERR_INVALID, "clock", "clock has to be ntp, rtc or none");
    return 0;
}

static int get_degrees(const struct json *gps, const char *name, double max, int64_t *out, struct err_text *e) {
    double value = 0;
    char field[16];
    if (json_number(json_member(gps, name), &value) && fabs(value) <= max) {
        *out = llround(value * 1e6);
        return 0;
    }
    (void)snprintf(field, sizeof field, "gps.%s", name);
    return err_field(e, ERR_INVALID, field, "%s has to be a number of degrees from -%g to %g", field, max, max);
}

static int get_gps(const struct json *data, struct photo *p, struct err_text *e) {
    const struct json *gps = json_member(data, "gps");
    if (!gps || json_is_null(gps)) return 0;
    p->located = true;
    int rc = get_degrees(gps, "lat", 90, &p->lat_udeg, e);
    return rc ? rc : get_degrees(gps, "lon", 180, &p->lon_udeg, e);
}

static void put_degrees(struct json_out *w, const char *name, int64_t udeg) {
    char text[24];
    int n = snprintf(text, sizeof text, "%.6f", (double)udeg / 1e6);
    while (n > 0 && text[n - 1] == '0') n--;
    if (n > 0 && text[n - 1] == '.') n--;
    json_put_raw(w, name, text, (size_t)n);
}

void photo_put_gps(struct json_out *w, int64_t lat_udeg, int64_t lon_udeg) {
    json_open(w, "gps", '{');
    put_degrees(w, "lat", lat_udeg);
    put_degrees(w, "lon", lon_udeg);
    json_close(w, '}');
}

static int get_exif_taken(const struct json *data, char out[CLOCK_TEXT_SIZE], struct err_text *e) {
    struct wall at;
    int rc = get_text(data, "exif_taken", JSON_OPTIONAL, out, CLOCK_TEXT_SIZE, e);
    if (rc == 0 && out[0] && clock_parse(out, &at, NULL) < 0)
        rc = err_field(e, ERR_INVALID, "exif_taken", "exif_taken has to be a time like 2026-11-22T16:04:05+08:00");
    return rc;
}

int photo_decode(const struct json *data, struct photo *out, struct err_text *e) {
    struct photo p = { 0 };
    int rc = get_hash(data, "sha256", JSON_REQUIRED, p.sha256, e);
    if (rc == 0) rc = get_hash(data, "thumb_sha256", JSON_OPTIONAL, p.thumb_sha256, e);
    if (rc == 0) rc = json_get_int(data, "", "bytes", JSON_REQUIRED, 1, INT64_C(1) << 40, &p.bytes, e);
    if (rc == 0) rc = json_get_int(data, "", "width", JSON_REQUIRED, 1, SIDE_MAX, &p.width, e);
    if (rc == 0) rc = json_get_int(data, "", "height", JSON_REQUIRED, 1, SIDE_MAX, &p.height, e);
    if (rc == 0) rc = item_get_key(data, "", "stage", JSON_OPTIONAL, p.stage, e);
    if (rc == 0) rc = item_get_room(data, "", "room", p.room, e);
    if (rc == 0) rc = get_text(data, "caption", JSON_OPTIONAL, p.caption, sizeof p.caption, e);
    if (rc == 0) rc = get_text(data, "taken", JSON_REQUIRED, p.taken, sizeof p.taken, e);
    if (rc == 0) rc = get_exif_taken(data, p.exif_taken, e);
    if (rc == 0) rc = json_get_int(data, "", "orientation", JSON_OPTIONAL, 1, 8, &p.orientation, e);
    if (rc == 0) rc = get_gps(data, &p, e);
    if (rc == 0) rc = item_get_id(data, "", "series", JSON_OPTIONAL, p.series, e);
    if (rc == 0) rc = get_text(data, "taken_said", JSON_OPTIONAL, p.taken_said, sizeof p.taken_said, e);
    if (rc == 0) rc = get_text(data, "clock", JSON_OPTIONAL, p.clock, sizeof p.clock, e);
    if (rc == 0) rc = get_text(data, "origin", JSON_REQUIRED, p.origin, sizeof p.origin, e);
    if (rc == 0) rc = get_text(data, "code", JSON_OPTIONAL, p.code, sizeof p.code, e);
    if (rc == 0) rc = check_values(&p, e);
    if (rc == 0 && !p.clock[0]) rc = text_copy(p.clock, sizeof p.clock, clock_grade_name(CLOCK_NONE));
    if (rc == 0) *out = p;
    return rc;
}

int photo_encode(const struct photo *p, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "sha256", p->sha256);
    if (p->thumb_sha256[0]) json_put_text(&w, "thumb_sha256", p->thumb_sha256);
    json_put_int(&w, "bytes", p->bytes);
    json_put_int(&w, "width", p->width);
    json_put_int(&w, "height", p->height);
    if (p->stage[0]) json_put_text(&w, "stage", p->stage);
    if (p->room[0]) json_put_text(&w, "room", p->room);
    if (p->caption[0]) json_put_text(&w, "caption", p->caption);
    json_put_text(&w, "taken", p->taken);
    json_put_text(&w, "clock", p->clock);
    json_put_text(&w, "origin", p->origin);
    json_put_text(&w, "code", p->code);
    if (p->exif_taken[0]) json_put_text(&w, "exif_taken", p->exif_taken);
    if (p->taken_said[0]) json_put_text(&w, "taken_said", p->taken_said);
    if (p->orientation > 1) json_put_int(&w, "orientation", p->orientation);
    if (p->series[0]) json_put_text(&w, "series", p->series);
    if (p->located) photo_put_gps(&w, p->lat_udeg, p->lon_udeg);
    json_close(&w, '}');
    return out->error;
}

int photo_check_taken(const struct json *data, struct err_text *e) {
    struct photo p;
    return photo_decode(data, &p, e);
}

int photo_check_withdrawn(const struct json *data, struct err_text *e) {
    const char *reason = NULL;
    return json_get_text(data, "", "reason", JSON_OPTIONAL, NOTE_MAX, &reason, e);
}

/* ---- POST ---- */

/* In place: masked, a text never gets longer. */
static int mask(char *text, size_t size) {
    struct buf masked;
    buf_init(&masked, 4 * PHOTO_CAPTION_MAX);
    int rc = privacy_mask_text(text, &masked);
    if (rc == 0 && masked.len > 0) text_clip(text, size, masked.data);
    buf_fini(&masked);
    return rc;
}

/* Fills what the server makes: caption and room masked, times with the site's offset, clock, code. */
static int complete(struct journal *j, struct db *db, const char *site, struct photo *p, struct err_text *e) {
    char zone[PLAN_TZ_SIZE];
    uint8_t hash[HASH_SIZE];
    struct tz *tz = NULL;
    int rc = mask(p->caption, sizeof p->caption);
    if (rc == 0) rc = mask(p->room, sizeof p->room);
    if (rc == 0) rc = plan_timezone(db, site, journal_timezone(j), zone);
    if (rc == 0) rc = tz_create(zone, &tz, e);
    if (rc == 0) rc = text_unhex(p->sha256, hash, sizeof hash);
    if (rc < 0) {
        tz_destroy(tz);
        return e && e->code ? rc : err_set(e, rc, "the photo's record cannot be made: %s", err_name(rc));
    }
    text_code(hash, p->code);
    rc = photo_time_settle(p, tz, clock_grade_name(journal_grade(j)), clock_wall());
    tz_destroy(tz);
    return rc;
}

static int check_request(struct journal *j, struct db *db, const char *site, const struct photo *p,
                         struct err_text *e) {
    if (!ids_is_uuid7(p->id)) return err_field(e, ERR_INVALID, "id", "id has to be a UUID of version 7 in lower case");
    if (!text_is_hex(p->sha256, 64) || (p->thumb_sha256[0] && !text_is_hex(p->thumb_sha256, 64)))
        return err_field(e, ERR_INVALID, "sha256", "sha256 has to be 64 lower-case hex digits");
    if (!text_utf8_valid(p->caption, strlen(p->caption)) || !text_utf8_valid(p->room, strlen(p->room)))
        return err_field(e, ERR_INVALID, "caption", "caption and room have to be UTF-8");
    int rc = check_values(p, e);
    return rc < 0 ? rc : named_stage(j, db, site, p->stage, e);
}

/* A photo whose record was lost with the power and made again is "recovered", whatever it was; its sender repeats it as what it is. */
static bool same_origin(const char *stored, const char *repeated) {
    return strcmp(stored, repeated) == 0 || strcmp(stored, "recovered") == 0;
}

/* The same moment, however it is written: the site's offset may have changed since. */
static bool same_moment(const char *a, const char *b) {
    struct wall x, y;
    return clock_parse(a, &x, NULL) == 0 && clock_parse(b, &y, NULL) == 0 && x.ms == y.ms;
}

/* taken: as it was given, or "". */
static bool same(const struct photo *stored, const struct photo *p, const char *taken) {
    const char *said = stored->taken_said[0] ? stored->taken_said : stored->taken;
    return strcmp(stored->sha256, p->sha256) == 0 && strcmp(stored->stage, p->stage) == 0 &&
           strcmp(stored->room, p->room) == 0 && strcmp(stored->caption, p->caption) == 0 &&
           same_origin(stored->origin, p->origin) && (!taken[0] || same_moment(said, taken));
}

/* 0: the id is new. */
static int check_repeat(struct db *db, const char *site, const struct photo *p, const char *taken, struct appended *out,
                        struct buf *answer, struct err_text *e) {
    struct envelope event = { 0 };
    struct appended first;
    struct photo stored = { 0 };
    int rc = repeat_find(db, p->id, &event, &first);
    if (rc == ERR_NOT_FOUND) return 0;
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    bool photo = strcmp(event.type, "photo-taken") == 0 && strcmp(event.site, site) == 0;
    int decoded = photo ? photo_decode(event.data, &stored, NULL) : ERR_CONFLICT;
    bool equal = decoded == 0 && same(&stored, p, taken);
    envelope_fini(&event);
    rc = photo ? photo_print(db, site, p->id, true, answer) : 0;
    if (decoded == ERR_NOMEM) rc = decoded; /* it may be a repeat */
    if (rc < 0) return err_set(e, rc, "the stored photo cannot be read: %s", err_name(rc));
    *out = first;
    if (equal) return ERR_EXISTS;
    return err_field(e, ERR_CONFLICT, "id", "this id is taken by another record; another photo needs a new id");
}

int photo_fits(struct journal *j, struct db *db, const char *site, const struct photo *photo, struct buf *answer,
               struct err_text *e) {
    struct photo p = *photo;
    struct appended first;
    int rc = check_request(j, db, site, &p, e);
    if (rc == 0) rc = complete(j, db, site, &p, e);
    if (rc == 0) rc = check_repeat(db, site, &p, photo->taken, &first, answer, e);
    return rc == ERR_EXISTS ? 0 : rc;
}

int photo_record(struct journal *j, struct db *db, const char *site, const struct photo *photo, const char *actor,
                 const char *inreplyto, struct appended *out, struct buf *answer, struct err_text *e) {
    struct photo p = *photo;
    struct buf data;
    int rc = check_request(j, db, site, &p, e);
    if (rc == 0) rc = complete(j, db, site, &p, e);
    if (rc == 0) rc = check_repeat(db, site, &p, photo->taken, out, answer, e);
    if (rc < 0) return rc;
    buf_init(&data, ENVELOPE_MAX);
    rc = photo_encode(&p, &data);
    struct event_draft draft = { .id = p.id,
                                 .site = site,
                                 .type = "photo-taken",
                                 .subject_id = p.id,
                                 .actor = actor,
                                 .inreplyto = inreplyto,
                                 .data = data.data };
    rc = rc < 0 ? err_set(e, rc, "the photo's record cannot be made: %s", err_name(rc))
                : journal_append(j, db, &draft, out, e);
    buf_fini(&data);
    if (rc < 0) return rc;
    rc = photo_print(db, site, p.id, true, answer);
    return rc < 0 ? err_set(e, rc, "the photo's record cannot be read: %s", err_name(rc)) : 0;
}

int photo_withdraw(struct journal *j, struct db *db, const char *site, const char *id, const char *reason,
                   const char *actor, struct appended *out, struct err_text *e) {
    struct photo p;
    struct buf data;
    struct buf masked;
    struct json_out w;
    bool withdrawn = false;
    int rc = photo_find(db, site, id, &p, &withdrawn);
    if (rc == ERR_NOT_FOUND) return err_set(e, rc, "there is no photo %s", id);
    if (rc < 0) return err_set(e, rc, "the photos cannot be read: %s", db_message(db));
    if (withdrawn) return ERR_EXISTS;
    buf_init(&data, ENVELOPE_MAX);
    buf_init(&masked, ENVELOPE_MAX);
    rc = privacy_mask_text(reason ? reason : "", &masked);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    if (reason && masked.data) json_put_text(&w, "reason", masked.data);
    json_close(&w, '}');
    if (rc == 0) rc = data.error;
    struct event_draft draft = {
        .site = site, .type = "photo-withdrawn", .subject_id = id, .actor = actor, .data = data.data
    };
    rc = rc < 0 ? err_set(e, rc, "the withdrawal cannot be written: %s", err_name(rc))
                : journal_append(j, db, &draft, out, e);
    buf_fini(&masked);
    buf_fini(&data);
    return rc;
}
