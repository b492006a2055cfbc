/* SPDX-License-Identifier: MIT */
/* What POST of a daily log does, in one write transaction. Who may do it is the route's business. */
#include "app/journal/daylog.h"

#include "app/journal/domain.h"
#include "app/journal/draft.h"
#include "app/journal/named.h"
#include "app/journal/repeat.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* What is current of the log that an amendment corrects. */
struct current {
    char id[ID_SIZE], version[ID_SIZE], date[TZ_DATE_SIZE];
};

static int find_current(struct db *db, const char *site, const char *version, struct current *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT id, version, date FROM daylog WHERE site = ?1 AND id IN"
                        " (SELECT ?2 UNION ALL SELECT daylog FROM daylog_version WHERE site = ?1 AND id = ?2)",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, version);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    rc = text_copy(out->id, sizeof out->id, stmt_text(s, 0));
    if (rc == 0) rc = text_copy(out->version, sizeof out->version, stmt_text(s, 1));
    if (rc == 0) rc = text_copy(out->date, sizeof out->date, stmt_text(s, 2));
    return rc < 0 ? ERR_CORRUPT : 0;
}

static bool is_daylog(const struct envelope *event) {
    return strcmp(event->type, "daylog-submitted") == 0 || strcmp(event->type, "daylog-amended") == 0;
}

/* The stored event says what this log says. */
static int same(const struct envelope *event, const char *site, const struct daylog *d, bool *out) {
    struct daylog stored = { 0 };
    struct buf a;
    struct buf b;
    *out = false;
    if (!is_daylog(event) || strcmp(event->site, site) != 0) return 0;
    int rc = daylog_decode(event->data, DECODE_LENIENT, &stored, NULL);
    if (rc < 0) return rc == ERR_NOMEM ? rc : 0;
    buf_init(&a, ENVELOPE_MAX * 4);
    buf_init(&b, ENVELOPE_MAX * 4);
    rc = daylog_encode(&stored, &a);
    if (rc == 0) rc = daylog_encode(d, &b);
    if (rc == 0) *out = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
    buf_fini(&a);
    buf_fini(&b);
    daylog_fini(&stored);
    return rc;
}

/* 0: the id is new. */
static int check_repeat(struct db *db, const char *site, const struct daylog *d, struct appended *out,
                        struct buf *answer, struct err_text *e) {
    struct envelope event = { 0 };
    struct appended first;
    bool equal = false;
    int rc = repeat_find(db, d->id, &event, &first);
    if (rc == ERR_NOT_FOUND) return 0;
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    rc = same(&event, site, d, &equal);
    if (rc == 0 && is_daylog(&event) && strcmp(event.site, site) == 0)
        rc = daylog_print(db, site, event.subject + strlen("daylog/"), true, answer);
    envelope_fini(&event);
    if (rc < 0) return err_set(e, rc, "the stored log cannot be read: %s", err_name(rc));
    *out = first;
    if (equal) return ERR_EXISTS;
    return err_field(e, ERR_CONFLICT, "id", "this id is taken by another record; a changed log needs a new id");
}

static int check_date(const struct daylog *d, const char *amended_date, const struct plan *plan, enum clock_grade grade,
                      struct err_text *e) {
    struct tz *tz = NULL;
    char dates[2][TZ_DATE_SIZE];
    if (grade == CLOCK_NONE || (amended_date && strcmp(d->date, amended_date) == 0)) return 0;
    int rc = tz_create(plan->timezone, &tz, e);
    if (rc < 0) return rc;
    size_t count = daylog_dates(tz, clock_wall(), dates);
    tz_destroy(tz);
    if (amended_date) {
        if (tz_date_days(d->date, dates[0]) >= 0) return 0;
        return err_field(e, ERR_INVALID, "date", "a log cannot be moved to a date to come; at the site it is %s",
                         dates[0]);
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(d->date, dates[i]) == 0) return 0;
    if (count == 2)
        return err_field(e, ERR_INVALID, "date", "at the site it is before %d:00 on %s: the date has to be %s or %s",
                         DAYLOG_LATE_UNTIL_HOUR, dates[0], dates[0], dates[1]);
    return err_field(e, ERR_INVALID, "date",
                     "at the site it is %s: the date has to be that (yesterday's log is taken until %d:00)", dates[0],
                     DAYLOG_LATE_UNTIL_HOUR);
}

static int check_phrases(const struct item_list *l, const char *name, struct err_text *e) {
    for (size_t i = 0; i < l->count; i++) {
        char field[96];
        if (!l->items[i].phrase[0] || domain_phrase(l->items[i].phrase)) continue;
        (void)snprintf(field, sizeof field, "%s.%zu.phrase", name, i);
        return err_field(e, ERR_INVALID, field, "%s: there is no phrase %s; free text goes as a plain string", field,
                         l->items[i].phrase);
    }
    return 0;
}

static int check_site(struct journal *j, struct db *db, const char *site, const struct daylog *d,
                      const struct current *now, struct err_text *e) {
    struct plan plan;
    int rc = plan_read(db, site, journal_timezone(j), &plan);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    rc = check_date(d, now->id[0] ? now->date : NULL, &plan, journal_grade(j), e);
    if (rc == 0) rc = named_in_plan(&plan, d->stage, e);
    if (rc == 0) rc = check_phrases(&d->done, "done", e);
    if (rc == 0) rc = check_phrases(&d->plan, "plan", e);
    plan_fini(&plan);
    return rc;
}

/* An amendment has to name the current version. */
static int check_amends(struct db *db, const char *site, const struct daylog *d, struct current *now,
                        struct buf *answer, struct err_text *e) {
    if (!d->amends[0]) return 0;
    int rc = find_current(db, site, d->amends, now);
    if (rc == ERR_NOT_FOUND)
        return err_field(e, ERR_CONFLICT, "amends", "there is no log with a version %s", d->amends);
    if (rc < 0) return err_set(e, rc, "the logs cannot be read: %s", db_message(db));
    if (strcmp(now->version, d->amends) == 0) return 0;
    rc = daylog_print(db, site, now->id, true, answer);
    if (rc < 0) return err_set(e, rc, "the current log cannot be read: %s", err_name(rc));
    return err_field(e, ERR_CONFLICT, "amends",
                     "%s is no longer the current version, %s is: look at it and correct that one", d->amends,
                     now->version);
}

static int append(struct journal *j, struct db *db, const char *site, const char *user, const struct daylog *d,
                  const struct current *now, struct appended *out, struct err_text *e) {
    struct buf data;
    char actor[ENVELOPE_ACTOR_SIZE];
    (void)snprintf(actor, sizeof actor, "user/%s", user);
    buf_init(&data, ENVELOPE_MAX * 4);
    int rc = daylog_encode(d, &data);
    struct event_draft draft = {
        .id = d->id,
        .site = site,
        .type = now->id[0] ? "daylog-amended" : "daylog-submitted",
        .subject_id = now->id[0] ? now->id : d->id,
        .actor = actor,
        .data = data.data,
    };
    rc = rc < 0 ? err_set(e, rc, "the log cannot be written: %s", err_name(rc)) : journal_append(j, db, &draft, out, e);
    buf_fini(&data);
    return rc;
}

static int submit(struct journal *j, struct db *db, const char *site, const char *user, const struct daylog *d,
                  struct appended *out, struct buf *answer, struct err_text *e) {
    struct current now = { 0 };
    struct appended appended = { 0 };
    int rc = check_repeat(db, site, d, &appended, answer, e);
    if (rc == ERR_EXISTS) *out = appended;
    if (rc == 0) rc = check_amends(db, site, d, &now, answer, e);
    if (rc == 0) rc = check_site(j, db, site, d, &now, e);
    if (rc == 0) rc = append(j, db, site, user, d, &now, &appended, e);
    if (rc < 0) return rc;
    rc = now.id[0] ? 0 : draft_delete(db, site, "daylog", d->date);
    if (rc == 0) rc = daylog_print(db, site, now.id[0] ? now.id : d->id, true, answer);
    if (rc < 0) return err_set(e, rc, "the log was not stored: %s", err_name(rc));
    *out = appended;
    return 0;
}

int daylog_submit(struct journal *j, struct db *db, const char *site, const char *user, const char *body, size_t n,
                  struct appended *out, struct buf *answer, struct err_text *e) {
    struct daylog d = { 0 };
    int rc = daylog_read(body, n, DECODE_STRICT, &d, e);
    if (rc < 0) return rc;
    rc = daylog_mask(&d);
    rc = rc < 0 ? err_set(e, rc, "the log cannot be read: %s", err_name(rc))
                : submit(j, db, site, user, &d, out, answer, e);
    daylog_fini(&d);
    return rc;
}
