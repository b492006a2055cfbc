/* SPDX-License-Identifier: MIT */
/* The event `outage`: its shape, and writing one. */
#include "app/journal/outage.h"

#include "app/journal/journal_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"

#define OUTAGE_MAX 1024 /* bytes of the event's data */

const char *outage_what_name(enum outage_what what) {
    static const char *const names[] = {
        [OUTAGE_POWER] = "power", [OUTAGE_NETWORK] = "network", [OUTAGE_CAMERA] = "camera"
    };
    return names[what];
}

static int check_time(const struct json *data, const char *name, enum json_need need, struct err_text *e) {
    const char *text = NULL;
    struct wall at;
    int rc = json_get_text(data, "", name, need, CLOCK_TEXT_SIZE - 1, &text, e);
    if (rc < 0 || !text) return rc;
    if (clock_parse(text, &at, NULL) < 0)
        return err_field(e, ERR_INVALID, name, "%s has to be a time like 2026-11-22T16:04:05+08:00", name);
    return 0;
}

int outage_check(const struct json *data, struct err_text *e) {
    const char *what = NULL;
    int64_t n = 0;
    int rc = json_get_text(data, "", "what", JSON_REQUIRED, 40, &what, e);
    if (rc == 0) rc = check_time(data, "from", JSON_REQUIRED, e);
    if (rc == 0) rc = check_time(data, "to", JSON_OPTIONAL, e);
    if (rc == 0) rc = json_get_int(data, "", "seconds", JSON_OPTIONAL, 0, INT64_C(1) << 50, &n, e);
    if (rc == 0) rc = json_get_int(data, "", "margin_s", JSON_OPTIONAL, 0, INT64_C(1) << 50, &n, e);
    return rc;
}

static int encode(struct journal *j, struct db *db, const struct outage *o, struct buf *out) {
    char zone[PLAN_TZ_SIZE], at[CLOCK_TEXT_SIZE];
    struct json_out w;
    int rc = plan_timezone(db, journal_site(j), journal_timezone(j), zone);
    if (rc < 0) return rc;
    const struct tz *tz = journal_zone_find(j, zone);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "what", outage_what_name(o->what));
    clock_format(o->from, tz_offset_s(tz, o->from), at);
    json_put_text(&w, "from", at);
    if (o->to.ms > 0) {
        clock_format(o->to, tz_offset_s(tz, o->to), at);
        json_put_text(&w, "to", at);
        json_put_int(&w, "seconds", o->seconds > 0 ? o->seconds : (o->to.ms - o->from.ms) / 1000);
    }
    if (o->margin_s > 0) json_put_int(&w, "margin_s", o->margin_s);
    json_put_text(&w, "clock", clock_grade_name(o->clock));
    if (o->stop && o->stop[0]) json_put_text(&w, "stop", o->stop);
    json_close(&w, '}');
    return out->error;
}

int outage_append(struct journal *j, struct db *db, const struct outage *outage, struct appended *out,
                  struct err_text *e) {
    struct buf data;
    if (outage->to.ms > 0 && outage->to.ms < outage->from.ms)
        return err_field(e, ERR_INVALID, "to", "an outage cannot end before it begins");
    buf_init(&data, OUTAGE_MAX);
    int rc = encode(j, db, outage, &data);
    struct event_draft draft = {
        .type = "outage", .subject_id = journal_writer(j), .actor = "board", .data = data.data
    };
    rc = rc < 0 ? err_set(e, rc, "the outage cannot be written: %s", err_name(rc))
                : journal_append(j, db, &draft, out, e);
    buf_fini(&data);
    return rc;
}
