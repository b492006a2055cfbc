/* SPDX-License-Identifier: MIT */
/* The event `access`. Has no projection. */
#include "app/journal/access.h"

#include "app/journal/event.h"
#include "app/journal/site.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <string.h>

enum { WHAT_MAX = 40, DATA_MAX = 256 };

/* A date, or not there. */
static int check_date(const struct json *data, const char *name, struct err_text *e) {
    struct civil valid;
    const char *text = NULL;
    int rc = json_get_text(data, "", name, JSON_OPTIONAL, TZ_DATE_SIZE - 1, &text, e);
    if (rc == 0 && text && tz_date_parse(text, &valid) < 0)
        rc = err_field(e, ERR_INVALID, name, "%s has to be a date like 2026-11-22", name);
    return rc;
}

/* Lenient: a later version may know of more to look at. */
int access_check(const struct json *data, struct err_text *e) {
    const char *text;
    int rc = json_get_text(data, "", "what", JSON_REQUIRED, WHAT_MAX, &text, e);
    if (rc == 0 && !ids_is_key(text))
        rc = err_field(e, ERR_INVALID, "what", "what was looked at: customer, signature, export");
    if (rc == 0) rc = check_date(data, "from", e);
    return rc == 0 ? check_date(data, "to", e) : rc;
}

const struct subject_kind access_kind = { .kind = "access" };

int access_append(struct journal *j, struct db *db, const struct access *a, struct err_text *e) {
    struct appended appended;
    struct json_out w;
    struct buf data;
    bool known = journal_site(j) != NULL;
    const char *who = strchr(a->actor, '/');
    int rc = known ? 0 : site_known(db, a->site, &known);
    if (rc == 0 && !known) rc = err_field(e, ERR_NOT_FOUND, "site", "nothing is known here of a site %s", a->site);
    if (rc) return rc;
    buf_init(&data, DATA_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    json_put_text(&w, "what", a->what);
    if (a->from) json_put_text(&w, "from", a->from);
    if (a->to) json_put_text(&w, "to", a->to);
    json_close(&w, '}');
    struct event_draft draft = {
        .site = a->site, .type = "access", .subject_id = who ? who + 1 : a->actor, .actor = a->actor, .data = data.data
    };
    rc = data.error ? err_set(e, data.error, "access cannot be made: %s", err_name(data.error))
                    : journal_append(j, db, &draft, &appended, e);
    buf_fini(&data);
    return rc;
}
