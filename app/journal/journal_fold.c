/* SPDX-License-Identifier: MIT */
/* From events to projections: a subject's state is the fold of its events in the order (rev, writer, epoch, seq). An event that comes last in
 * that order is folded onto what is there; any other has its subject emptied and folded again. Of events with one id only the first in
 * fold order counts. What an event does to the rows is in its subject's file. */
#include "app/journal/journal_private.h"

#include "app/journal/late.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

/* The kind of "hazard/0193…", and *id behind the slash. NULL: a kind that nothing is folded for. */
static const struct subject_kind *kind_of(const char *subject, const char **id) {
    char kind[ENVELOPE_SUBJECT_SIZE];
    const char *slash = strchr(subject, '/');
    if (!slash || (size_t)(slash - subject) >= sizeof kind) return NULL;
    memcpy(kind, subject, (size_t)(slash - subject));
    kind[slash - subject] = '\0';
    *id = slash + 1;
    const struct subject_kind *k = event_kind_find(kind);
    return k && k->fold ? k : NULL;
}

/* A type of a newer program, or one whose subject is of another kind, changes nothing. */
static int fold_one(struct db *db, const struct subject_kind *kind, const struct envelope *event, int64_t pos) {
    const struct event_type *type = event_type_find(event->type);
    if (!type || strcmp(type->kind, kind->kind) != 0) return 0;
    return kind->fold(db, event, pos);
}

/* Stored bytes, which a program that did not know the type yet may have stored unchecked. */
static int fold_bytes(struct db *db, const struct subject_kind *kind, int64_t pos, const void *bytes, size_t n) {
    struct envelope event = { 0 };
    struct err_text e = { 0 };
    int rc = envelope_read(bytes, n, &event, &e);
    if (rc < 0) {
        if (rc == ERR_NOMEM) return rc;
        log_error("event at position %lld is damaged and left out: %s (sitelogctl verify says more)", (long long)pos,
                  e.text);
        return 0;
    }
    const struct event_type *type = event_type_find(event.type);
    int checked = type && type->check ? type->check(event.data, NULL) : 0;
    if (checked == 0)
        rc = fold_one(db, kind, &event, pos);
    else if (checked == ERR_NOMEM)
        rc = checked; /* it was not looked at: leaving it out would be for ever */
    envelope_fini(&event);
    return rc;
}

int journal_fold_subject(struct db *db, const char *site, const char *subject, int64_t *n) {
    const char *id = NULL;
    const struct subject_kind *kind = kind_of(subject, &id);
    if (!kind) return 0;
    int rc = late_reset(db, site, subject);
    if (rc == 0 && kind->reset) rc = kind->reset(db, site, id);
    if (rc < 0) return rc;

    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    rc = db_prepare(db,
                    "SELECT e.pos, e.bytes FROM event e JOIN chain c ON c.id = e.chain "
                    "WHERE e.site = ? AND e.subject = ? AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.pos = e.pos) "
                    "ORDER BY e.rev, c.writer, c.epoch, e.seq, c.lane",
                    &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, subject);
    while ((rc = stmt_step(s)) == 1) {
        size_t size;
        const void *bytes = stmt_blob(s, 1, &size);
        rc = fold_bytes(db, kind, stmt_int(s, 0), bytes, size);
        if (rc < 0) return rc;
        if (n) ++*n;
    }
    return rc;
}

/* ---- events with the same id ---- */

struct same_id {
    int64_t pos;
    uint64_t rev;
    struct event_key key;
    char subject[ENVELOPE_SUBJECT_SIZE];
    bool duplicate;
};

static int read_same_id(struct stmt *s, struct same_id *out) {
    memset(out, 0, sizeof *out);
    out->pos = stmt_int(s, 0);
    out->rev = (uint64_t)stmt_int(s, 1);
    out->key.lane = (enum lane)stmt_int(s, 4);
    out->key.seq = (uint64_t)stmt_int(s, 5);
    out->duplicate = stmt_int(s, 7) != 0;
    int rc = text_copy(out->key.writer, sizeof out->key.writer, stmt_text(s, 2));
    if (rc == 0) rc = text_copy(out->key.epoch, sizeof out->key.epoch, stmt_text(s, 3));
    if (rc == 0) rc = text_copy(out->subject, sizeof out->subject, stmt_text(s, 6));
    return rc < 0 ? ERR_CORRUPT : 0;
}

static int list_same_id(struct db *db, const char *site, const char *id, struct same_id **out, size_t *count) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT e.pos, e.rev, c.writer, c.epoch, c.lane, e.seq, e.subject, d.pos IS NOT NULL "
                        "FROM event e JOIN chain c ON c.id = e.chain LEFT JOIN duplicate d ON d.pos = e.pos "
                        "WHERE e.id = ? AND e.site = ? AND e.type <> ''",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, id);
    stmt_bind_text(s, 2, site);
    while ((rc = stmt_step(s)) == 1) {
        struct same_id *list = realloc(*out, (*count + 1) * sizeof **out);
        if (!list) return ERR_NOMEM;
        *out = list;
        rc = read_same_id(s, &list[(*count)++]);
        if (rc < 0) return rc;
    }
    return rc;
}

static int set_duplicate(struct db *db, int64_t pos, bool duplicate) {
    struct stmt *s = NULL;
    int rc = duplicate ? db_prepare(db, "INSERT INTO duplicate (pos) VALUES (?)", &s)
                       : db_prepare(db, "DELETE FROM duplicate WHERE pos = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    return stmt_run(s);
}

int journal_fold_settle(struct db *db, const char *site, const char *id, bool refold) {
    CLEANUP(free_ptr) struct same_id *list = NULL;
    size_t count = 0;
    size_t first = 0;
    int rc = list_same_id(db, site, id, &list, &count);
    for (size_t i = 1; i < count; i++)
        if (envelope_fold_order(list[i].rev, &list[i].key, list[first].rev, &list[first].key) < 0) first = i;
    for (size_t i = 0; i < count && rc == 0; i++)
        if (list[i].duplicate != (i != first)) rc = set_duplicate(db, list[i].pos, i != first);
    for (size_t i = 0; i < count && rc == 0 && refold; i++)
        if (i == first || list[i].duplicate != (i != first)) rc = journal_fold_subject(db, site, list[i].subject, NULL);
    return rc;
}

int journal_fold_new(struct db *db, const struct envelope *event, int64_t pos, uint64_t rev_before, bool id_known) {
    const char *id = NULL;
    if (id_known) return journal_fold_settle(db, event->site, event->id, true);
    const struct subject_kind *kind = kind_of(event->subject, &id);
    if (!kind) return 0;
    if (event->rev > rev_before) return fold_one(db, kind, event, pos);
    return journal_fold_subject(db, event->site, event->subject, NULL);
}
