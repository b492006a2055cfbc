/* SPDX-License-Identifier: MIT */
/* What PUT of a site does, in one write transaction: a plan-set that says all that is in force then, and a person-set for each changed person. */
#include "app/journal/plan.h"

#include "app/journal/company.h"
#include "app/journal/person.h"
#include "app/journal/plan_decode.h"
#include "app/journal/site.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define PEOPLE_MAX 200

struct put {
    struct plan_said said;
    struct person *people;
    size_t count;
};

static void put_fini(struct put *p) {
    plan_said_fini(&p->said);
    free(p->people);
}

static int take_people(const struct json *root, struct put *out, struct err_text *e) {
    const struct json *people = NULL;
    int rc = json_get_array(root, "", "people", JSON_OPTIONAL, PEOPLE_MAX, &people, e);
    if (rc < 0 || json_count(people) == 0) return rc;
    out->people = calloc(json_count(people), sizeof *out->people);
    if (!out->people) return err_set(e, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < json_count(people); i++) {
        char path[40];
        (void)snprintf(path, sizeof path, "people.%zu.", i);
        rc = person_decode(json_at(people, i), path, DECODE_STRICT, &out->people[i], e);
        for (size_t k = 0; rc == 0 && k < i; k++) {
            char field[48];
            (void)snprintf(field, sizeof field, "%sid", path);
            if (strcmp(out->people[k].id, out->people[i].id) == 0)
                rc = err_field(e, ERR_INVALID, field, "%s: %s is there twice", field, out->people[i].id);
        }
        out->count = i + 1;
    }
    return rc;
}

/* What GET answers can be sent back: `site` has to be the same, `version` is told by If-Match, `held` is not looked at. */
static int decode(const char *site, const char *body, size_t n, struct put *out, struct err_text *e) {
    static const char *const members[] = { "site",    "version",  "name",   "timezone", "stages", "contract_amount",
                                           "cutoffs", "customer", "people", "held",     "closed", NULL };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    const char *named = NULL;
    int64_t version = 0;
    int rc = json_parse(body, n, &root, e);
    if (rc == 0) rc = json_plain(root, e);
    if (rc == 0) rc = json_only(root, "", members, e);
    if (rc == 0) rc = json_get_text(root, "", "site", JSON_OPTIONAL, 40, &named, e);
    if (rc == 0 && named && strcmp(named, site) != 0)
        rc = err_field(e, ERR_INVALID, "site", "site has to be %s, as in the address", site);
    if (rc == 0) rc = json_get_int(root, "", "version", JSON_OPTIONAL, 0, INT64_MAX, &version, e);
    if (rc == 0) rc = plan_decode(root, DECODE_STRICT, &out->said, e);
    if (rc == 0) rc = take_people(root, out, e);
    return rc;
}

/* The event says name and time zone in any case, so that every reader agrees on them whatever their own fallbacks are. */
static int complete(struct journal *j, struct db *db, const char *site, struct plan_said *said, struct err_text *e) {
    struct plan before;
    int rc = plan_read(db, site, journal_timezone(j), &before);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    if (!said->name) memcpy(said->plan.name, before.name, sizeof said->plan.name);
    if (!said->timezone) memcpy(said->plan.timezone, before.timezone, sizeof said->plan.timezone);
    said->name = said->timezone = true;
    said->plan.version = before.version + 1;
    plan_fini(&before);
    return 0;
}

static int append(struct journal *j, struct db *db, const char *site, const struct put *put, const char *actor,
                  struct err_text *e) {
    struct buf data;
    struct appended appended;
    buf_init(&data, ENVELOPE_MAX * 2);
    int rc = plan_encode(&put->said, &data);
    struct event_draft draft = {
        .site = site, .type = "plan-set", .subject_id = site, .actor = actor, .data = data.data
    };
    rc = rc < 0 ? err_set(e, rc, "the plan cannot be written: %s", err_name(rc))
                : journal_append(j, db, &draft, &appended, e);
    buf_fini(&data);
    for (size_t i = 0; rc == 0 && i < put->count; i++) rc = person_set(j, db, site, &put->people[i], actor, NULL, e);
    return rc;
}

static int check_version(struct db *db, const char *site, int64_t if_match, struct err_text *e) {
    int64_t version = 0;
    int rc = plan_version(db, site, &version);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", db_message(db));
    if (version == if_match) return 0;
    return err_set(e, ERR_CONFLICT, "the plan is at version %lld, not %lld: read it again and change that one",
                   (long long)version, (long long)if_match);
}

int plan_set(struct journal *j, struct db *db, const char *site, int64_t if_match, const char *body, size_t n,
             const char *actor, struct buf *answer, struct err_text *e) {
    struct site_view all = { .customer = true, .names = true };
    struct put put = { 0 };
    if (!ids_is_name(site))
        return err_field(e, ERR_INVALID, "site", "a site's id is 1 to 40 of the characters a-z 0-9 -");
    int rc = decode(site, body, n, &put, e);
    if (rc == 0) rc = check_version(db, site, if_match, e);
    bool stale = rc == ERR_CONFLICT;
    if (rc == 0) rc = complete(j, db, site, &put.said, e);
    if (rc == 0) rc = append(j, db, site, &put, actor, e);
    if (rc == 0 && if_match == 0) rc = company_bring(j, db, site, NULL, NULL, actor, NULL, e);
    put_fini(&put);
    if (rc < 0 && !stale) return rc;
    int printed = site_print(db, site, journal_timezone(j), all, answer);
    return printed < 0 ? err_set(e, printed, "the site cannot be read: %s", err_name(printed)) : rc;
}
