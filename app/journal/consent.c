/* SPDX-License-Identifier: MIT */
/* Consent to the camera, as a setting of the site. Does not touch a camera: who would use it asks consent_check. */
#include "app/journal/consent.h"

#include "app/journal/plan.h"
#include "app/journal/setting_value.h"
#include "app/journal/shape.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

#define KEY SETTING_CAMERA_CONSENT

static const struct shape value_shape[] = {
    { .name = "given", .kind = SHAPE_BOOL, .flags = SHAPE_NEEDED },
    { .name = "on", .kind = SHAPE_DATE },
    { .name = "by", .kind = SHAPE_PATH, .flags = SHAPE_MADE, .max = 60 },
    { .name = "text", .kind = SHAPE_TEXT, .max = CONSENT_TEXT_MAX },
    { 0 },
};

/* ---- reading ---- */

struct stored {
    bool known, given;
    char on[TZ_DATE_SIZE], by[64], text[CONSENT_TEXT_MAX + 1], at[CLOCK_TEXT_SIZE];
};

static void take(const struct json *value, const char *name, char *out, size_t size) {
    const char *text = json_text(json_member(value, name));
    text_clip(out, size, text ? text : "");
}

static int read_stored(struct db *db, const char *site, struct stored *out) {
    struct setting_row row;
    *out = (struct stored){ 0 };
    int rc = setting_stored(db, site, SETTING_CAMERA_CONSENT, &row);
    if (rc < 0) return rc;
    out->known = json_bool(json_member(row.value, "given"), &out->given);
    take(row.value, "on", out->on, sizeof out->on);
    take(row.value, "by", out->by, sizeof out->by);
    take(row.value, "text", out->text, sizeof out->text);
    text_clip(out->at, sizeof out->at, row.at);
    json_destroy(row.value);
    return 0;
}

static enum consent state_of(const struct stored *c) {
    return !c->known ? CONSENT_UNRECORDED : c->given ? CONSENT_GIVEN : CONSENT_REFUSED;
}

int consent_read(struct db *db, const char *site, enum consent *out) {
    struct stored c;
    int rc = read_stored(db, site, &c);
    if (rc == 0) *out = state_of(&c);
    return rc;
}

const char *consent_name(enum consent consent) {
    static const char *const names[] = {
        [CONSENT_UNRECORDED] = "unrecorded", [CONSENT_GIVEN] = "given", [CONSENT_REFUSED] = "refused"
    };
    return names[consent];
}

bool consent_allows(enum consent consent, enum consent_use use) {
    return consent == CONSENT_GIVEN || (consent == CONSENT_UNRECORDED && use == CONSENT_BY_PERSON);
}

int consent_check(struct db *db, const char *site, enum consent_use use, struct err_text *e) {
    enum consent consent;
    int rc = consent_read(db, site, &consent);
    if (rc < 0) return err_set(e, rc, "the customer's consent cannot be read: %s", db_message(db));
    if (consent_allows(consent, use)) return 0;
    return err_set(e, ERR_CONFLICT,
                   consent == CONSENT_REFUSED
                       ? "the customer does not want the camera; it works again when the manager or head office "
                         "records a consent (PUT consent)"
                       : "nobody has recorded the customer's consent to the camera; the manager or head office does so "
                         "first (PUT consent)");
}

static int put_by(struct json_out *w, const char *by, bool whole) {
    char role[64];
    text_clip(role, sizeof role, by);
    role[strcspn(role, "/")] = '\0';
    json_put_text(w, "by", whole ? by : role);
    return w->buf->error;
}

int consent_print(struct db *db, const char *site, bool customer, struct buf *out) {
    struct stored c;
    struct json_out w;
    int rc = read_stored(db, site, &c);
    if (rc < 0) return rc;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "state", consent_name(state_of(&c)));
    if (c.known) {
        json_put_bool(&w, "given", c.given);
        json_put_text(&w, "on", c.on[0] ? c.on : NULL);
        if (put_by(&w, c.by, customer)) return out->error;
        if (customer && c.text[0]) json_put_text(&w, "text", c.text);
        json_put_text(&w, "at", c.at);
    } else {
        json_put_null(&w, "given");
    }
    json_close(&w, '}');
    return out->error;
}

/* ---- PUT ---- */

static int today(struct journal *j, struct db *db, const char *site, char out[TZ_DATE_SIZE], struct err_text *e) {
    char zone[PLAN_TZ_SIZE];
    struct tz *tz = NULL;
    int rc = plan_timezone(db, site, journal_timezone(j), zone);
    if (rc == 0) rc = tz_create(zone, &tz, e);
    if (rc == 0) tz_date(tz, clock_wall(), out);
    tz_destroy(tz);
    return rc;
}

/* What a body says, with the day it is said for. */
static int decode(struct journal *j, struct db *db, const char *site, const struct json *body, struct stored *out,
                  struct buf *copy, struct err_text *e) {
    char now[TZ_DATE_SIZE];
    struct json_out w;
    int rc = today(j, db, site, now, e);
    json_start(&w, copy);
    json_open(&w, NULL, '{');
    if (rc == 0) rc = shape_read(body, value_shape, DECODE_STRICT, &w, e);
    json_close(&w, '}');
    if (rc == 0 && copy->error) rc = err_set(e, copy->error, "the consent cannot be read: %s", err_name(copy->error));
    if (rc < 0) return rc;
    CLEANUP(json_destroy_ptr) struct json *said = NULL;
    rc = json_parse(copy->data, copy->len, &said, e);
    if (rc < 0) return rc;
    (void)json_bool(json_member(said, "given"), &out->given);
    take(said, "on", out->on, sizeof out->on);
    take(said, "text", out->text, sizeof out->text);
    if (!out->on[0]) memcpy(out->on, now, sizeof now);
    if (strcmp(out->on, now) > 0) return err_field(e, ERR_INVALID, "on", "on is a day to come; today is %s", now);
    return 0;
}

static int append(struct journal *j, struct db *db, const char *site, const char *actor, const char *by,
                  const struct stored *c, struct err_text *e) {
    struct appended appended;
    struct json_out w;
    struct buf data;
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    json_put_text(&w, "key", KEY);
    json_open(&w, "value", '{');
    json_put_bool(&w, "given", c->given);
    json_put_text(&w, "on", c->on);
    json_put_text(&w, "by", by);
    if (c->text[0]) json_put_text(&w, "text", c->text);
    json_close(&w, '}');
    json_close(&w, '}');
    struct event_draft draft = {
        .site = site, .type = "setting-set", .subject_id = KEY, .actor = actor, .data = data.data
    };
    int rc = data.error ? err_set(e, data.error, "the consent cannot be written: %s", err_name(data.error))
                        : journal_append(j, db, &draft, &appended, e);
    buf_fini(&data);
    return rc;
}

int consent_put(struct journal *j, struct db *db, const char *site, const char *actor, const char *by, const char *body,
                size_t n, bool *changed, struct buf *answer, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct stored before;
    struct stored c = { 0 };
    struct buf text;
    int rc = json_parse(body, n, &root, e);
    if (rc < 0) return rc;
    buf_init(&text, ENVELOPE_MAX);
    rc = decode(j, db, site, root, &c, &text, e);
    buf_fini(&text);
    if (rc == 0) {
        rc = read_stored(db, site, &before);
        if (rc < 0) return err_set(e, rc, "the consent cannot be read: %s", db_message(db));
        *changed = !before.known || before.given != c.given || strcmp(before.on, c.on) != 0 ||
                   strcmp(before.text, c.text) != 0;
        if (*changed) rc = append(j, db, site, actor, by, &c, e);
    }
    if (rc == 0) rc = consent_print(db, site, true, answer);
    return rc;
}
