/* SPDX-License-Identifier: MIT */
/* The daily log's shape, in and out of JSON. Whether its date, stage and phrases fit the site is daylog_submit.c's business. */
#include "app/journal/daylog.h"

#include "app/journal/privacy.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define CREW_COUNT_MAX 200 /* people of one trade */

void daylog_fini(struct daylog *d) {
    item_list_fini(&d->done);
    item_list_fini(&d->plan);
    item_photos_fini(&d->photos);
    free(d->note);
    *d = (struct daylog){ 0 };
}

static int take_crew(const struct json *o, struct daylog *d, struct err_text *e) {
    const struct json *crew = json_member(o, "crew");
    if (!crew || json_is_null(crew)) return 0;
    if (!json_is_object(crew))
        return err_field(e, ERR_INVALID, "crew", "crew has to be an object of trades and numbers");
    if (json_count(crew) > DAYLOG_CREW_MAX)
        return err_field(e, ERR_INVALID, "crew", "crew has more than %d trades", DAYLOG_CREW_MAX);
    for (size_t i = 0; i < json_count(crew); i++) {
        const char *trade = json_name(json_at(crew, i));
        struct daylog_crew *c = &d->crew[i];
        char field[96];
        (void)snprintf(field, sizeof field, "crew.%.80s", trade);
        if (!ids_is_key(trade))
            return err_field(e, ERR_INVALID, "crew",
                             "crew: a trade's key is 1 to 40 of the characters A-Z a-z 0-9 . _ -");
        if (!json_int(json_at(crew, i), &c->n) || c->n < 0 || c->n > CREW_COUNT_MAX)
            return err_field(e, ERR_INVALID, field, "%s has to be a whole number from 0 to %d", field, CREW_COUNT_MAX);
        int rc = text_copy(c->trade, sizeof c->trade, trade);
        if (rc < 0) return rc;
        d->crew_count = i + 1;
    }
    return 0;
}

static int take_note(const struct json *o, struct daylog *d, struct err_text *e) {
    const char *note = NULL;
    int rc = json_get_text(o, "", "note", JSON_OPTIONAL, NOTE_MAX, &note, e);
    if (rc < 0 || !note) return rc;
    d->note = strdup(note);
    return d->note ? 0 : err_set(e, ERR_NOMEM, "out of memory");
}

static bool says_something(const struct daylog *d) {
    return d->done.count > 0 || d->plan.count > 0 || (d->note && d->note[strspn(d->note, " \t\r\n")]);
}

static int decode(const struct json *o, enum decode mode, struct daylog *d, struct err_text *e) {
    static const char *const members[] = { "id",   "amends", "date", "stage",  "done",
                                           "plan", "crew",   "note", "photos", NULL };
    if (!json_is_object(o)) return err_set(e, ERR_INVALID, "a daily log has to be a JSON object");
    int rc = mode == DECODE_STRICT ? json_only(o, "", members, e) : 0;
    if (rc == 0 && mode == DECODE_STRICT) rc = item_get_id(o, "", "id", JSON_REQUIRED, d->id, e);
    if (rc == 0) rc = item_get_id(o, "", "amends", JSON_OPTIONAL, d->amends, e);
    if (rc == 0) rc = item_get_date(o, "", "date", JSON_REQUIRED, d->date, e);
    if (rc == 0) rc = item_get_key(o, "", "stage", JSON_OPTIONAL, d->stage, e);
    if (rc == 0) rc = item_list_decode(o, "done", mode, &d->done, e);
    if (rc == 0) rc = item_list_decode(o, "plan", mode, &d->plan, e);
    if (rc == 0) rc = take_crew(o, d, e);
    if (rc == 0) rc = take_note(o, d, e);
    if (rc == 0) rc = item_photos_decode(o, "photos", &d->photos, e);
    if (rc == 0 && !says_something(d))
        rc = err_field(e, ERR_INVALID, "done", "say what was done, what is planned, or write a note");
    return rc;
}

int daylog_decode(const struct json *body, enum decode mode, struct daylog *out, struct err_text *e) {
    struct daylog d = { 0 };
    int rc = decode(body, mode, &d, e);
    if (rc < 0)
        daylog_fini(&d);
    else
        *out = d;
    return rc;
}

int daylog_read(const char *body, size_t n, enum decode mode, struct daylog *out, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    int rc = json_parse(body, n, &root, e);
    if (rc == 0 && mode == DECODE_STRICT) rc = json_plain(root, e);
    return rc < 0 ? rc : daylog_decode(root, mode, out, e);
}

void daylog_put(const struct daylog *d, struct json_out *w) {
    if (d->amends[0]) json_put_text(w, "amends", d->amends);
    json_put_text(w, "date", d->date);
    if (d->stage[0]) json_put_text(w, "stage", d->stage);
    item_list_put(&d->done, w, "done");
    item_list_put(&d->plan, w, "plan");
    json_open(w, "crew", '{');
    for (size_t i = 0; i < d->crew_count; i++) json_put_int(w, d->crew[i].trade, d->crew[i].n);
    json_close(w, '}');
    if (d->note) json_put_text(w, "note", d->note);
    item_photos_put(&d->photos, w, "photos");
}

/* Replaces an owned text by its masked one. */
static int mask(char **text) {
    struct buf masked;
    if (!*text || !**text) return 0;
    buf_init(&masked, 4 * NOTE_MAX);
    int rc = privacy_mask_text(*text, &masked);
    if (rc == 0) {
        free(*text);
        *text = buf_steal(&masked);
    }
    buf_fini(&masked);
    return rc;
}

int daylog_mask(struct daylog *d) {
    int rc = mask(&d->note);
    for (size_t i = 0; i < d->done.count && rc == 0; i++) rc = mask(&d->done.items[i].text);
    for (size_t i = 0; i < d->plan.count && rc == 0; i++) rc = mask(&d->plan.items[i].text);
    return rc;
}

int daylog_encode(const struct daylog *d, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    daylog_put(d, &w);
    json_close(&w, '}');
    return out->error;
}

int daylog_check(const struct json *data, struct err_text *e) {
    struct daylog d = { 0 };
    int rc = daylog_decode(data, DECODE_LENIENT, &d, e);
    if (rc == 0) daylog_fini(&d);
    return rc;
}

int daylog_check_amended(const struct json *data, struct err_text *e) {
    struct daylog d = { 0 };
    int rc = daylog_decode(data, DECODE_LENIENT, &d, e);
    if (rc < 0) return rc;
    if (!d.amends[0])
        rc = err_field(e, ERR_INVALID, "amends", "amends is missing: the id of the version that is corrected");
    daylog_fini(&d);
    return rc;
}

size_t daylog_dates(const struct tz *tz, struct wall now, char out[2][TZ_DATE_SIZE]) {
    tz_date(tz, now, out[0]);
    if (tz_civil(tz, now).hour >= DAYLOG_LATE_UNTIL_HOUR) return 1;
    tz_date_add(out[0], -1, out[1]);
    return 2;
}
