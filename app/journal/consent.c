/* SPDX-License-Identifier: MIT */
/* Consent to the camera, as a setting of the site. Does not touch a camera: who would use it asks consent_check. */
#include "app/journal/consent.h"

#include "app/journal/person.h"
#include "app/journal/plan.h"
#include "app/journal/setting_value.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

#define KEY SETTING_CAMERA_CONSENT

/* ---- reading ---- */

struct stored {
    bool known;
    struct setting_consent said;
    char at[CLOCK_TEXT_SIZE], actor[ENVELOPE_ACTOR_SIZE]; /* when and by whom it was recorded */
};

static int read_stored(struct db *db, const char *site, struct stored *out) {
    struct setting_row row;
    *out = (struct stored){ 0 };
    int rc = setting_stored(db, site, KEY, &row);
    if (rc < 0) return rc;
    out->known =
        json_is_object(row.value) && setting_consent_read(row.value, "", DECODE_LENIENT, &out->said, NULL) == 0;
    text_clip(out->at, sizeof out->at, row.at);
    text_clip(out->actor, sizeof out->actor, row.actor);
    json_destroy(row.value);
    return 0;
}

static enum consent state_of(const struct stored *c) {
    return !c->known ? CONSENT_UNRECORDED : c->said.given ? CONSENT_GIVEN : CONSENT_REFUSED;
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

int consent_print(struct db *db, const char *site, bool customer, bool names, struct buf *out) {
    struct stored c;
    struct json_out w;
    int rc = read_stored(db, site, &c);
    if (rc < 0) return rc;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "state", consent_name(state_of(&c)));
    if (c.known) {
        setting_consent_put(&c.said, customer, &w);
        json_put_text(&w, "at", c.at);
        rc = person_put_actor(db, site, c.actor, names, &w, "actor");
    } else {
        json_put_null(&w, "given");
    }
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
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
static int decode(struct journal *j, struct db *db, const char *site, const struct json *body,
                  struct setting_consent *out, struct err_text *e) {
    char now[TZ_DATE_SIZE];
    if (!json_is_object(body)) return err_set(e, ERR_INVALID, "a JSON object is expected: {\"given\":true}");
    int rc = setting_consent_read(body, "", DECODE_STRICT, out, e);
    if (rc == 0) rc = today(j, db, site, now, e);
    if (rc < 0) return rc;
    if (!out->on[0]) memcpy(out->on, now, sizeof now);
    if (strcmp(out->on, now) > 0) return err_field(e, ERR_INVALID, "on", "on is a day to come; today is %s", now);
    return 0;
}

static int append(struct journal *j, struct db *db, const char *site, const char *actor,
                  const struct setting_consent *c, struct err_text *e) {
    struct appended appended;
    struct json_out w;
    struct buf data;
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    json_put_text(&w, "key", KEY);
    json_open(&w, "value", '{');
    setting_consent_put(c, true, &w);
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

static bool same(const struct setting_consent *a, const struct setting_consent *b) {
    return a->given == b->given && strcmp(a->on, b->on) == 0 && strcmp(a->by, b->by) == 0 &&
           strcmp(a->text, b->text) == 0;
}

int consent_put(struct journal *j, struct db *db, const char *site, const char *actor, const char *body, size_t n,
                bool *changed, struct buf *answer, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct stored before;
    struct setting_consent c = { 0 };
    int rc = json_parse(body, n, &root, e);
    if (rc == 0) rc = json_plain(root, e);
    if (rc == 0) rc = decode(j, db, site, root, &c, e);
    if (rc < 0) return rc;
    rc = read_stored(db, site, &before);
    if (rc < 0) return err_set(e, rc, "the consent cannot be read: %s", db_message(db));
    *changed = !before.known || !same(&before.said, &c);
    if (*changed) rc = append(j, db, site, actor, &c, e);
    return rc < 0 ? rc : consent_print(db, site, true, true, answer);
}
