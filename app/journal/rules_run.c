/* SPDX-License-Identifier: MIT */
/* Sites' facts, kept while no event comes; and the difference between what is judged and what stands. */
#include "app/journal/rules_run.h"

#include "app/journal/rules_diff.h"
#include "app/journal/rules_load.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

struct rules_run {
    struct rules_run_options options;
    struct rules_site *sites; /* by name */
    size_t count, room;
    int64_t pos; /* events up to here are in them */
    struct wall loaded;
    struct rules_alerts alerts;
    struct rules_diff diff;
};

int rules_run_create(const struct rules_run_options *o, struct rules_run **out) {
    struct rules_run *r = calloc(1, sizeof *r);
    if (!r) return ERR_NOMEM;
    r->options = *o;
    *out = r;
    return 0;
}

void rules_run_destroy(struct rules_run *r) {
    if (!r) return;
    for (size_t i = 0; i < r->count; i++) rules_site_fini(&r->sites[i]);
    free(r->sites);
    rules_alerts_fini(&r->alerts);
    rules_diff_fini(&r->diff);
    free(r);
}

/* What events do not say, of a loaded site. */
static int add_present(const struct rules_run_options *o, struct db *db, const struct rules_now *now,
                       struct rules_site *s) {
    s->listening = now->listening;
    if (o->hub) return rules_load_heard(db, s);
    return rules_load_self(db, o->writer, now->disk_percent, now->untrusted_since, now->at, s);
}

/* ---- the kept facts ---- */

static struct rules_site *find(struct rules_run *r, const char *site) {
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(r->sites[middle].site, site);
        if (order == 0) return &r->sites[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int insert(struct rules_run *r, const struct rules_site *s) {
    if (r->count == r->room) {
        size_t room = r->room ? r->room * 2 : 8;
        struct rules_site *sites = realloc(r->sites, room * sizeof *sites);
        if (!sites) return ERR_NOMEM;
        r->sites = sites;
        r->room = room;
    }
    size_t at = r->count;
    while (at > 0 && strcmp(r->sites[at - 1].site, s->site) > 0) at--;
    memmove(&r->sites[at + 1], &r->sites[at], (r->count - at) * sizeof *s);
    r->sites[at] = *s;
    r->count++;
    return 0;
}

static int reload(struct rules_run *r, struct db *db, const char *site, struct wall now) {
    struct rules_site fresh;
    struct rules_site *old = find(r, site);
    int rc = rules_load(db, site, r->options.fallback_tz, &r->options.limits, now, &fresh);
    if (rc < 0) return rc;
    if (old) {
        rules_site_fini(old);
        *old = fresh;
        return 0;
    }
    rc = insert(r, &fresh);
    if (rc < 0) rules_site_fini(&fresh);
    return rc;
}

/* Reads again what has new events; all, where the clock went back behind what was looked back from, or the store is another. */
static int refresh(struct rules_run *r, struct db *db, struct wall now) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t last = 0;
    int rc = journal_last_pos(db, &last);
    if (rc < 0) return rc;
    if (now.ms < r->loaded.ms || last < r->pos) r->pos = 0;
    if (r->pos == 0)
        rc = db_prepare(db, "SELECT DISTINCT site FROM chain", &s);
    else
        rc = db_prepare(db, "SELECT DISTINCT site FROM event WHERE pos > ?", &s);
    if (rc < 0) return rc;
    if (r->pos) stmt_bind_int(s, 1, r->pos);
    while ((rc = stmt_step(s)) == 1) {
        if (r->options.site && strcmp(stmt_text(s, 0), r->options.site) != 0) continue;
        rc = reload(r, db, stmt_text(s, 0), now);
        if (rc < 0) return rc;
    }
    if (rc < 0) return rc;
    r->pos = last;
    r->loaded = now;
    return 0;
}

/* ---- looking and writing ---- */

int rules_run_look(struct rules_run *r, struct db *db, const struct rules_now *now, rules_run_each_fn each, void *arg) {
    const struct rules_run_options *o = &r->options;
    int rc = refresh(r, db, now->at);
    for (size_t i = 0; i < r->count && rc == 0; i++) {
        struct rules_site *s = &r->sites[i];
        rc = add_present(o, db, now, s);
        if (rc == 0) rc = rules_judge(s, now->at, now->grade, o->hub, &r->alerts);
        if (rc == 0) rc = rules_diff_make(db, s, o, now->at, &r->alerts, &r->diff);
        if (rc == 0 && r->diff.count) rc = each(arg, s->site);
    }
    return rc;
}

static int write_site(const struct rules_run_options *o, struct journal *j, struct db *db, struct rules_site *s,
                      const struct rules_now *now, int *changes, struct err_text *e) {
    struct rules_alerts alerts = { 0 };
    struct rules_diff diff = { 0 };
    int rc = add_present(o, db, now, s);
    if (rc == 0) rc = rules_judge(s, now->at, now->grade, o->hub, &alerts);
    if (rc == 0) rc = rules_diff_make(db, s, o, now->at, &alerts, &diff);
    if (rc < 0)
        (void)err_set(e, rc, "the rules of site %s cannot be judged: %s", s->site, err_name(rc));
    else
        rc = rules_diff_write(j, db, s->site, &alerts, &diff, changes, e);
    rules_alerts_fini(&alerts);
    rules_diff_fini(&diff);
    return rc;
}

int rules_run_write(const struct rules_run_options *o, struct journal *j, struct db *db, const char *site,
                    const struct rules_now *now, int *changes, struct err_text *e) {
    struct rules_site s;
    int rc = rules_load(db, site, o->fallback_tz, &o->limits, now->at, &s);
    if (rc < 0) return err_set(e, rc, "what is known of site %s cannot be read: %s", site, err_name(rc));
    rc = write_site(o, j, db, &s, now, changes, e);
    rules_site_fini(&s);
    return rc;
}
