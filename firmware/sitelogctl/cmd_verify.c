/* SPDX-License-Identifier: MIT */
/* sitelogctl verify: whether the journal and the photos are what was written. Reads only, beside a daemon or without one. */
#include "app/journal/photo.h"
#include "app/photo/outbox.h"
#include "firmware/base/cleanup.h"
#include "firmware/sitelogctl/reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 200, PAGE_MAX = 4 * 1024 * 1024, CURSOR_MAX = 200 };

struct record {
    char id[ID_SIZE], site[NAME_SIZE];
    char sha256[HASH_TEXT_SIZE], thumb[HASH_TEXT_SIZE];
    bool confirmed;
};

struct verify {
    struct ctl *ctl;
    struct verify_report report;
    struct record *photos;
    size_t count;
    struct blobs *blobs;
    int64_t whole, dropped, on_the_way, elsewhere, bad_count;
    struct wall dropped_first, dropped_last;
    struct err_text bad; /* the first thing that is wrong */
};

/* ---- the list of photos ---- */

static bool take(const struct json *o, const char *name, char *out, size_t size) {
    const char *text = json_text(json_member(o, name));
    out[0] = '\0';
    if (!text || strlen(text) >= size) return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static int take_page(struct verify *v, struct db *db, const struct json *photos, struct err_text *e) {
    size_t n = json_count(photos);
    if (n == 0) return 0;
    struct record *grown = realloc(v->photos, (v->count + n) * sizeof *grown);
    if (!grown) return err_set(e, ERR_NOMEM, "out of memory");
    v->photos = grown;
    for (size_t i = 0; i < n; i++) {
        struct record *r = &v->photos[v->count];
        const struct json *p = json_at(photos, i);
        memset(r, 0, sizeof *r);
        if (!take(p, "id", r->id, sizeof r->id) || !take(p, "site", r->site, sizeof r->site) ||
            !take(p, "sha256", r->sha256, sizeof r->sha256))
            return err_set(e, ERR_CORRUPT, "the list of photos is damaged; make it again: sitelogctl rebuild");
        (void)take(p, "thumb_sha256", r->thumb, sizeof r->thumb);
        bool taken_here = true;
        int rc = v->ctl->hub ? 0 : outbox_is_confirmed(db, r->sha256, &r->confirmed);
        if (!rc && !v->ctl->hub) rc = outbox_was_taken_here(db, r->sha256, &taken_here);
        if (!taken_here) r->confirmed = true; /* another writer's: its bytes went to head office from there */
        if (rc) return err_set(e, rc, "the list of uploads cannot be read: %s", err_name(rc));
        v->count++;
    }
    return 0;
}

static int list_photos(struct verify *v, struct db *db, struct err_text *e) {
    char cursor[CURSOR_MAX] = "";
    struct buf page;
    int rc = 0;
    buf_init(&page, PAGE_MAX);
    do {
        struct photo_query q = { .before = cursor[0] ? cursor : NULL, .limit = PAGE, .withdrawn = true };
        struct json *root = NULL;
        buf_clear(&page);
        rc = photo_list(db, &q, &page, e);
        if (!rc) rc = json_parse(page.data, page.len, &root, e);
        if (!rc) rc = take_page(v, db, json_member(root, "photos"), e);
        if (rc || !take(root, "next", cursor, sizeof cursor)) cursor[0] = '\0';
        json_destroy(root);
    } while (!rc && cursor[0]);
    buf_fini(&page);
    return rc ? err_set(e, rc, "%s", e->text[0] ? e->text : "the list of photos cannot be read") : 0;
}

/* Chains and the list in one snapshot: a daemon may go on writing. ERR_CORRUPT is a finding, told in v->bad. */
static int check_journal(struct verify *v, struct db *db, struct err_text *e) {
    struct err_text later = { 0 };
    int rc = db_begin_read(db);
    if (rc) return err_set(e, rc, "%s/journal.db cannot be read: %s", v->ctl->dir, err_name(rc));
    rc = db_check(db, &v->bad); /* the file: an index or a table that no chain goes through */
    if (rc == ERR_CORRUPT) v->bad_count++;
    if (rc && rc != ERR_CORRUPT) {
        db_rollback(db);
        return err_set(e, rc, "%s/journal.db cannot be read: %s", v->ctl->dir, v->bad.text);
    }
    struct err_text *said = v->bad_count ? &later : &v->bad;
    rc = journal_verify(db, &v->report, said);
    if (rc == ERR_CORRUPT) v->bad_count++;
    if (rc && rc != ERR_CORRUPT)
        rc = err_set(e, rc, "%s/journal.db cannot be read: %s", v->ctl->dir, said->text[0] ? said->text : err_name(rc));
    else
        rc = list_photos(v, db, e);
    db_rollback(db);
    return rc;
}

/* ---- the bytes ---- */

static void found(struct verify *v, const struct record *r, const char *what, const char *sha256) {
    if (v->bad_count++ == 0)
        (void)err_set(&v->bad, ERR_CORRUPT, "photo %s of site %s: %s (SHA-256 %.12s…)", r->id, r->site, what, sha256);
}

static void note_dropped(struct verify *v, struct wall at) {
    if (!v->dropped_first.ms || at.ms < v->dropped_first.ms) v->dropped_first = at;
    if (at.ms > v->dropped_last.ms) v->dropped_last = at;
}

static int check_original(struct verify *v, const struct record *r) {
    struct wall at;
    int rc = blobs_verify(v->blobs, BLOB_ORIGINAL, r->sha256);
    switch (rc) {
    case 0:
        v->whole++;
        return 0;
    case ERR_GONE:
        v->dropped++;
        if (blobs_dropped_at(v->blobs, r->sha256, &at))
            found(v, r, "its bytes were dropped, and nothing says when", r->sha256);
        else
            note_dropped(v, at);
        return 0;
    case ERR_NOT_FOUND:
        if (v->ctl->hub)
            v->on_the_way++;
        else if (r->confirmed)
            v->elsewhere++;
        else
            found(v, r, "its bytes are missing, and head office has not confirmed them", r->sha256);
        return 0;
    case ERR_CORRUPT:
        found(v, r, "its bytes are not the ones that were taken", r->sha256);
        return 0;
    default:
        return rc;
    }
}

static int check_photos(struct verify *v, struct err_text *e) {
    for (size_t i = 0; i < v->count; i++) {
        const struct record *r = &v->photos[i];
        int rc = check_original(v, r);
        if (!rc && r->thumb[0]) {
            rc = blobs_verify(v->blobs, BLOB_THUMB, r->thumb);
            if (rc == ERR_CORRUPT) found(v, r, "its thumbnail is not the one that was made", r->thumb);
            if (rc == ERR_CORRUPT || rc == ERR_NOT_FOUND || rc == ERR_GONE)
                rc = 0; /* small, and made from the original */
        }
        if (rc) return err_set(e, rc, "photo %s cannot be read: %s; check the disk", r->id, err_name(rc));
    }
    return 0;
}

static int open_and_check_photos(struct verify *v, struct err_text *e) {
    struct photo_store *store = NULL;
    struct blob_dir *dir = NULL;
    struct photo_store_options o = { .dir = v->ctl->dir,
                                     .reserve_percent = v->ctl->board.reserve_percent,
                                     .read_only = true };
    int rc = v->ctl->hub ? blob_dir_open(v->ctl->head.blobs_dir, 0, &dir, e) : photo_store_open(&o, &store, e);
    if (!rc) {
        v->blobs = v->ctl->hub ? blob_dir_blobs(dir) : photo_store_blobs(store);
        rc = check_photos(v, e);
    }
    photo_store_close(store);
    blob_dir_close(dir);
    return rc;
}

/* ---- the answer ---- */

/* "2026-11-22T16:04:05.000Z", or NULL for never. */
static const char *when(struct wall at, char text[CLOCK_TEXT_SIZE]) {
    if (!at.ms) return NULL;
    clock_format(at, 0, text);
    return text;
}

static void tell(struct verify *v) {
    struct ctl *c = v->ctl;
    bool good = v->bad_count == 0;
    char first_text[CLOCK_TEXT_SIZE], last_text[CLOCK_TEXT_SIZE];
    const char *first = when(v->dropped_first, first_text), *last = when(v->dropped_last, last_text);
    ctl_json_begin(c, good);
    if (c->json) {
        json_put_int(&c->w, "events", v->report.events);
        json_put_int(&c->w, "chains", v->report.chains);
        json_put_int(&c->w, "rejected", v->report.rejected);
        json_put_int(&c->w, "conflicts", v->report.conflicts);
        json_open(&c->w, "photos", '{');
        json_put_int(&c->w, "whole", v->whole);
        json_put_int(&c->w, "dropped", v->dropped);
        json_put_text(&c->w, "dropped_first", first);
        json_put_text(&c->w, "dropped_last", last);
        json_put_int(&c->w, "on_the_way", v->on_the_way);
        json_put_int(&c->w, "at_head_office_only", v->elsewhere);
        json_close(&c->w, '}');
        json_put_int(&c->w, "broken", v->bad_count);
        json_put_text(&c->w, "first", good ? NULL : v->bad.text);
    }
    ctl_json_end(c);
    ctl_say(c, "%lld events in %lld chains; %lld refused, %lld kept aside\n", (long long)v->report.events,
            (long long)v->report.chains, (long long)v->report.rejected, (long long)v->report.conflicts);
    ctl_say(c, "%zu photos: %lld whole, %lld dropped after receipt", v->count, (long long)v->whole,
            (long long)v->dropped);
    if (first) ctl_say(c, " (%s to %s)", first, last);
    if (c->hub)
        ctl_say(c, ", %lld on their way\n", (long long)v->on_the_way);
    else
        ctl_say(c, ", %lld only at head office\n", (long long)v->elsewhere);
    if (good)
        ctl_say(c, "All of it is as it was written.\n");
    else
        ctl_say(c,
                "BROKEN: %s\n%lld in all. Keep this copy as it is, check the disk (dmesg), and put back a backup or "
                "let head office fill "
                "a new board.\n",
                v->bad.text, (long long)v->bad_count);
}

static int run(struct ctl *c, int argc, char **argv) {
    static const struct ctl_option none[] = { { NULL, NULL, NULL } };
    struct verify v = { .ctl = c };
    struct err_text e = { 0 };
    struct db *db = NULL;
    int code = ctl_options(c, &cmd_verify, none, &argc, argv);
    if (code) return code;
    if (argc) return ctl_usage(c, &cmd_verify, "verify takes no arguments");
    int rc = reach_reader(c, &db, &e);
    if (!rc) rc = check_journal(&v, db, &e);
    db_close(db);
    if (!rc) rc = open_and_check_photos(&v, &e);
    if (!rc) tell(&v);
    free(v.photos);
    if (rc) return ctl_fail(c, &e);
    return v.bad_count ? CTL_FAILED : CTL_OK;
}

const struct ctl_command cmd_verify = {
    .name = "verify",
    .arguments = "",
    .what = "check the journal's file, every hash chain and the bytes of every photo; changes nothing",
    .run = run,
    .json =
        "events, chains, rejected, conflicts, photos {whole, dropped, dropped_first and dropped_last (when, or null), "
        "on_the_way, at_head_office_only}, broken (how many), first (what is broken first, or null)",
};
