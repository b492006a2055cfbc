/* SPDX-License-Identifier: MIT */
/* Compares judged alerts with those that stand: the same rule, subject and due time are the same alert. */
#include "app/journal/rules_diff.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

enum { SLACK_DAYS = 14 }; /* in which a board may be dark */

struct rules_standing {
    char id[ID_SIZE], rule[32], subject[RULES_SUBJECT_SIZE];
    int64_t due_ms;
    bool own, judged; /* own: raised here */
};

void rules_diff_fini(struct rules_diff *d) {
    free(d->steps);
    free(d->standing);
    *d = (struct rules_diff){ 0 };
}

static int read_standing(struct db *db, const char *site, const char *writer, struct rules_diff *d, size_t *count) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    size_t n = 0;
    int rc =
        db_prepare(db, "SELECT id, rule, subject, due, raised_by FROM alert WHERE cleared_ms = 0 AND site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        if (n == d->standing_room) {
            size_t room = n ? n * 2 : 16;
            struct rules_standing *list = realloc(d->standing, room * sizeof *list);
            if (!list) return ERR_NOMEM;
            d->standing = list;
            d->standing_room = room;
        }
        struct rules_standing *a = &d->standing[n++];
        struct wall due = { 0 };
        *a = (struct rules_standing){ .own = strcmp(stmt_text(s, 4), writer) == 0 };
        text_clip(a->id, sizeof a->id, stmt_text(s, 0));
        text_clip(a->rule, sizeof a->rule, stmt_text(s, 1));
        text_clip(a->subject, sizeof a->subject, stmt_text(s, 2));
        if (clock_parse(stmt_text(s, 3), &due, NULL) == 0) a->due_ms = due.ms;
    }
    *count = n;
    return rc;
}

static int add(struct rules_diff *d, size_t raise, const char *id) {
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 8;
        struct rules_step *steps = realloc(d->steps, room * sizeof *steps);
        if (!steps) return ERR_NOMEM;
        d->steps = steps;
        d->room = room;
    }
    struct rules_step *step = &d->steps[d->count++];
    *step = (struct rules_step){ .raise = raise };
    if (id) text_clip(step->id, sizeof step->id, id);
    return 0;
}

static struct alert alert_of(const struct rules_alert *a) {
    return (struct alert){
        .rule = a->rule, .level = a->level, .subject = a->subject, .due = a->due, .zh = a->zh, .en = a->en
    };
}

static struct rules_standing *find(struct rules_diff *d, size_t n, const struct rules_alert *a) {
    for (size_t i = 0; i < n; i++)
        if (d->standing[i].due_ms == a->due.ms && strcmp(d->standing[i].subject, a->subject) == 0 &&
            strcmp(d->standing[i].rule, a->rule) == 0)
            return &d->standing[i];
    return NULL;
}

static int consider(struct db *db, const char *site, const char *writer, const struct rules_alerts *judged, size_t i,
                    size_t standing, struct rules_diff *d) {
    char id[ID_SIZE];
    const struct rules_alert *a = &judged->list[i];
    struct rules_standing *same = find(d, standing, a);
    if (same) same->judged = true;
    if (same || a->unsure) return 0;
    struct alert alert = alert_of(a);
    alert_id(site, &alert, id);
    int rc = alert_may_raise(db, site, id, writer);
    return rc == 1 ? add(d, i, NULL) : rc;
}

/* An alert that stands and was not judged: is it ours to clear? */
static bool may_clear(const struct rules_standing *a, const struct rules_site *s, const struct rules_run_options *o,
                      struct wall now, bool paused) {
    switch (rules_scope(a->rule)) {
    case RULES_NOBODY:
        return false;
    case RULES_HUB:
        if (!o->hub) return false;
        break;
    case RULES_OWN_BOARD:
        return !o->hub && text_starts(a->subject, "board/") && strcmp(a->subject + strlen("board/"), o->writer) == 0;
    case RULES_BOTH:
        if (paused) return false;
        break;
    }
    if (a->due_ms > now.ms) return a->own;
    /* Whatever is much older than it can be: a board's clock may be ahead by years. */
    int64_t days = s->limits.keep_days + (a->own ? SLACK_DAYS : 0);
    return o->hub || a->due_ms > now.ms - days * DAY_MS;
}

int rules_diff_make(struct db *db, const struct rules_site *s, const struct rules_run_options *o, struct wall now,
                    const struct rules_alerts *judged, struct rules_diff *out) {
    size_t standing = 0;
    out->count = 0;
    int rc = read_standing(db, s->site, o->writer, out, &standing);
    for (size_t i = 0; i < judged->count && rc == 0; i++)
        rc = consider(db, s->site, o->writer, judged, i, standing, out);
    for (size_t i = 0; i < standing && rc == 0; i++) {
        const struct rules_standing *a = &out->standing[i];
        if (!a->judged && may_clear(a, s, o, now, judged->paused)) rc = add(out, SIZE_MAX, a->id);
    }
    return rc;
}

int rules_diff_write(struct journal *j, struct db *db, const char *site, const struct rules_alerts *judged,
                     const struct rules_diff *diff, int *changes, struct err_text *e) {
    int rc = 0, written = 0;
    for (size_t i = 0; i < diff->count && rc == 0; i++) {
        const struct rules_step *step = &diff->steps[i];
        if (step->raise == SIZE_MAX) {
            rc = alert_clear(j, db, site, step->id, e);
        } else {
            struct alert alert = alert_of(&judged->list[step->raise]);
            rc = alert_raise(j, db, site, &alert, e);
        }
        written += rc == 0;
        if (rc == ERR_EXISTS || rc == ERR_NOT_FOUND) rc = 0;
    }
    if (changes) *changes = written;
    return rc;
}
