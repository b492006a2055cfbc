/* SPDX-License-Identifier: MIT */
/* Values of settings. A consent's text is masked at once: an unmasked one exists nowhere past this file. */
#include "app/journal/setting_value.h"

#include "app/journal/privacy.h"
#include "firmware/base/text.h"

#include <string.h>

#define PATH "value."

static int take_text(const struct json *o, const char *name, enum decode mode, char *out, size_t size,
                     struct err_text *e) {
    const char *text = NULL;
    struct buf masked;
    int rc = json_get_text(o, PATH, name, JSON_OPTIONAL, size - 1, &text, e);
    if (rc < 0 || !text || !text[0]) return rc;
    buf_init(&masked, 4u * size + 64u);
    rc = mode == DECODE_STRICT ? privacy_mask_text(text, &masked) : buf_add_text(&masked, text);
    if (rc == 0) text_clip(out, size, masked.data);
    buf_fini(&masked);
    return rc < 0 ? err_set(e, rc, "the text cannot be read: %s", err_name(rc)) : 0;
}

static int take_by(const struct json *o, enum decode mode, struct setting_consent *out, struct err_text *e) {
    const char *by = NULL;
    int rc = json_get_text(o, PATH, "by", JSON_OPTIONAL, sizeof out->by - 1, &by, e);
    if (rc < 0 || !by || !by[0]) return rc;
    rc =
        mode == DECODE_STRICT ? privacy_mask_name(by, out->by, sizeof out->by) : text_copy(out->by, sizeof out->by, by);
    return rc < 0 ? err_field(e, ERR_INVALID, PATH "by", PATH "by is longer than a name") : 0;
}

static int take_consent(const struct json *value, enum decode mode, struct setting_consent *out, struct err_text *e) {
    static const char *const members[] = { "given", "on", "by", "text", NULL };
    struct setting_consent c = { 0 };
    if (!json_is_object(value))
        return err_field(e, ERR_INVALID, "value",
                         "value has to be an object: given, and on, by and text of the consent");
    int rc = mode == DECODE_STRICT ? json_only(value, PATH, members, e) : 0;
    if (rc == 0) rc = json_get_bool(value, PATH, "given", JSON_REQUIRED, &c.given, e);
    if (rc == 0) rc = item_get_date(value, PATH, "on", JSON_OPTIONAL, c.on, e);
    if (rc == 0) rc = take_by(value, mode, &c, e);
    if (rc == 0) rc = take_text(value, "text", mode, c.text, sizeof c.text, e);
    if (rc == 0 && mode == DECODE_STRICT && c.given && !c.on[0])
        rc = err_field(e, ERR_INVALID, PATH "on", PATH "on is missing: the date of the consent");
    if (rc == 0) *out = c;
    return rc;
}

int setting_value_read(const struct setting_key *key, const struct json *value, enum decode mode,
                       struct setting_value *out, struct err_text *e) {
    struct setting_value v = { 0 };
    int rc = 0;
    switch (key->type) {
    case SETTING_INT:
        if (!json_int(value, &v.n) || v.n < key->min || v.n > key->max)
            rc = err_field(e, ERR_INVALID, "value", "value has to be a whole number of %s from %lld to %lld", key->unit,
                           (long long)key->min, (long long)key->max);
        break;
    case SETTING_CONSENT:
        rc = take_consent(value, mode, &v.consent, e);
        break;
    }
    if (rc == 0) *out = v;
    return rc;
}

void setting_value_standard(const struct setting_key *key, struct setting_value *out) {
    *out = (struct setting_value){ .n = key->standard };
}

void setting_value_put(const struct setting_key *key, const struct setting_value *value, bool customer,
                       struct json_out *w, const char *name) {
    const struct setting_consent *c = &value->consent;
    switch (key->type) {
    case SETTING_INT:
        json_put_int(w, name, value->n);
        break;
    case SETTING_CONSENT:
        json_open(w, name, '{');
        json_put_bool(w, "given", c->given);
        if (c->on[0]) json_put_text(w, "on", c->on);
        if (customer && c->by[0]) json_put_text(w, "by", c->by);
        if (customer && c->text[0]) json_put_text(w, "text", c->text);
        json_close(w, '}');
        break;
    }
}
