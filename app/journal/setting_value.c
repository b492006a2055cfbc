/* SPDX-License-Identifier: MIT */
/* Values of settings. A consent's text is masked at once: an unmasked one exists nowhere past this file. */
#include "app/journal/setting_value.h"

#include "app/journal/privacy.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* What is said has to say something. */
static int check_said(const char *text, const char *path, const char *name, enum decode mode, struct err_text *e) {
    char field[32];
    if (mode != DECODE_STRICT || text[strspn(text, " \t\r\n")]) return 0;
    (void)snprintf(field, sizeof field, "%s%s", path, name);
    return err_field(e, ERR_INVALID, field, "%s is empty: leave it out where nothing was said", field);
}

static int take_text(const struct json *o, const char *path, enum decode mode, char *out, size_t size,
                     struct err_text *e) {
    const char *text = NULL;
    struct buf masked;
    int rc = json_get_text(o, path, "text", JSON_OPTIONAL, size - 1, &text, e);
    if (rc == 0 && text) rc = check_said(text, path, "text", mode, e);
    if (rc < 0 || !text) return rc;
    buf_init(&masked, 4u * size + 64u);
    rc = mode == DECODE_STRICT ? privacy_mask_text(text, &masked) : buf_add_text(&masked, text);
    if (rc == 0) text_clip(out, size, masked.data);
    buf_fini(&masked);
    return rc < 0 ? err_set(e, rc, "the text cannot be read: %s", err_name(rc)) : 0;
}

static int take_by(const struct json *o, const char *path, enum decode mode, struct setting_consent *out,
                   struct err_text *e) {
    const char *by = NULL;
    int rc = json_get_text(o, path, "by", JSON_OPTIONAL, sizeof out->by - 1, &by, e);
    if (rc == 0 && by) rc = check_said(by, path, "by", mode, e);
    if (rc < 0 || !by) return rc;
    /* a name fits: it was measured, and becomes no longer */
    return mode == DECODE_STRICT ? privacy_mask_name(by, out->by, sizeof out->by)
                                 : text_copy(out->by, sizeof out->by, by);
}

int setting_consent_read(const struct json *value, const char *path, enum decode mode, struct setting_consent *out,
                         struct err_text *e) {
    static const char *const members[] = { "given", "on", "by", "text", NULL };
    struct setting_consent c = { 0 };
    int rc = mode == DECODE_STRICT ? json_only(value, path, members, e) : 0;
    if (rc == 0) rc = json_get_bool(value, path, "given", JSON_REQUIRED, &c.given, e);
    if (rc == 0) rc = item_get_date(value, path, "on", JSON_OPTIONAL, c.on, e);
    if (rc == 0) rc = take_by(value, path, mode, &c, e);
    if (rc == 0) rc = take_text(value, path, mode, c.text, sizeof c.text, e);
    if (rc == 0) *out = c;
    return rc;
}

/* As one of the settings, where nobody's today is known: with the date of it. */
static int take_consent(const struct json *value, enum decode mode, struct setting_consent *out, struct err_text *e) {
    if (!json_is_object(value))
        return err_field(e, ERR_INVALID, "value",
                         "value has to be an object: given, and on, by and text of the consent");
    int rc = setting_consent_read(value, "value.", mode, out, e);
    if (rc == 0 && mode == DECODE_STRICT && out->given && !out->on[0])
        rc = err_field(e, ERR_INVALID, "value.on", "value.on is missing: the date of the consent");
    return rc;
}

void setting_consent_put(const struct setting_consent *c, bool customer, struct json_out *w) {
    json_put_bool(w, "given", c->given);
    if (c->on[0]) json_put_text(w, "on", c->on);
    if (customer && c->by[0]) json_put_text(w, "by", c->by);
    if (customer && c->text[0]) json_put_text(w, "text", c->text);
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
    switch (key->type) {
    case SETTING_INT:
        json_put_int(w, name, value->n);
        break;
    case SETTING_CONSENT:
        json_open(w, name, '{');
        setting_consent_put(&value->consent, customer, w);
        json_close(w, '}');
        break;
    }
}
