/* SPDX-License-Identifier: MIT */
/* Writing own events: the bytes are made here, once, at the end of the site's own chain, stored and folded in the caller's transaction.
 * Nothing is remembered between calls, so that a transaction may be undone or run twice. */
#include "app/journal/journal_private.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define REV_MAX  ((UINT64_C(1) << 53) - 1)
#define TEXT_MAX (16u * 1024u * 1024u) /* of a member that is told to be too long */

/* Where an own event goes, and what its subject has seen. */
struct place {
    struct journal_chain chain;
    char epoch[ID_SIZE];
    uint64_t rev; /* highest of the subject; 0: none */
    bool id_known;
    bool lost;
};

static int read_place(const struct journal *j, struct db *db, const char *site, enum lane lane, const char *subject,
                      const char *id, struct place *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "SELECT c.id, c.epoch, c.seq, c.hash, o.lost, "
                   "(SELECT coalesce(max(rev), 0) FROM event WHERE site = ?1 AND subject = ?3), "
                   "EXISTS (SELECT 1 FROM event WHERE id = ?4 AND site = ?1 AND type <> '') "
                   "FROM own o JOIN chain c ON c.site = ?1 AND c.writer = ?5 AND c.epoch = o.epoch AND c.lane = ?2 "
                   "WHERE o.site = ?1",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, (int64_t)lane);
    stmt_bind_text(s, 3, subject);
    stmt_bind_text(s, 4, id);
    stmt_bind_text(s, 5, j->writer);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    size_t n;
    const void *hash = stmt_blob(s, 3, &n);
    struct place p = { .chain = { .id = stmt_int(s, 0), .seq = (uint64_t)stmt_int(s, 2) },
                       .rev = (uint64_t)stmt_int(s, 5),
                       .lost = stmt_int(s, 4) != 0,
                       .id_known = stmt_int(s, 6) != 0 };
    if (!hash || n != HASH_SIZE || text_copy(p.epoch, sizeof p.epoch, stmt_text(s, 1)) != 0) return ERR_CORRUPT;
    memcpy(p.chain.hash, hash, HASH_SIZE);
    *out = p;
    return 0;
}

/* The same, after a new epoch where one is due: there is none yet, or a peer turned out to hold more of the current one. */
static int find_place(struct journal *j, struct db *db, const char *site, enum lane lane, const char *subject,
                      const char *id, struct place *out, struct err_text *e) {
    int rc = read_place(j, db, site, lane, subject, id, out);
    if (rc == ERR_NOT_FOUND || (rc == 0 && out->lost)) {
        rc = journal_start_epoch(j, db, site, rc == 0 ? "lost" : "created", e);
        if (rc == 0) rc = read_place(j, db, site, lane, subject, id, out);
    }
    if (rc == ERR_NOT_FOUND) rc = ERR_CORRUPT;
    return rc;
}

/* The event is too big: tells which member of its data to shorten. */
static int too_big(const struct json *data, struct err_text *e) {
    struct buf text;
    const char *longest = "data";
    size_t length = 0;
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < json_count(data); i++) {
        buf_clear(&text);
        if (json_print(json_at(data, i), &text) == 0 && text.len > length) {
            length = text.len;
            longest = json_name(json_at(data, i));
        }
    }
    buf_fini(&text);
    return err_field(e, ERR_TOO_BIG, longest,
                     "The record does not fit into %u bytes; \"%s\" has %zu of them: shorten it.", ENVELOPE_MAX,
                     longest, length);
}

/* Makes the bytes of *event in its place, stores and folds them. What is folded is what the bytes say when they are read. */
static int put(struct db *db, struct place *p, struct envelope *event, int64_t *pos, struct err_text *e) {
    struct buf bytes;
    struct envelope back = { 0 };
    event->key.seq = p->chain.seq + 1;
    memcpy(event->key.epoch, p->epoch, sizeof event->key.epoch);
    text_hex(p->chain.hash, HASH_SIZE, event->prev);

    buf_init(&bytes, ENVELOPE_MAX);
    int rc = envelope_make(event, &bytes, &back, e);
    if (rc == ERR_TOO_BIG) rc = too_big(event->data, e);
    if (rc == 0) {
        struct journal_row row = { .site = event->site, .event = &back, .bytes = bytes.data, .n = bytes.len };
        rc = journal_chain_add(db, &p->chain, &row, pos);
        if (rc == 0) rc = journal_fold_new(db, &back, *pos, p->rev, p->id_known);
        if (rc < 0) (void)err_set(e, rc, "The record could not be stored: %s", db_message(db));
    }
    envelope_fini(&back);
    buf_fini(&bytes);
    return rc;
}

/* Time, clock grade, boot and monotonic seconds of now. */
static int stamp(struct journal *j, struct db *db, struct envelope *event, struct wall *at) {
    char zone[PLAN_TZ_SIZE];
    int rc = plan_timezone(db, event->site, j->timezone, zone);
    if (rc < 0) return rc;
    *at = clock_wall();
    clock_format(*at, tz_offset_s(journal_zone_find(j, zone), *at), event->time);
    (void)snprintf(event->clock, sizeof event->clock, "%s", clock_grade_name(j->grade()));
    event->boot = j->boot;
    event->mono = clock_mono().ms / 1000;
    return 0;
}

static int check_draft(const struct event_draft *d, const struct event_type **type, struct json **data,
                       struct err_text *e) {
    *type = event_type_find(d->type);
    if (!*type) return err_field(e, ERR_INVALID, "type", "There is no type of event called \"%s\".", d->type);
    if (d->id && !ids_is_uuid7(d->id))
        return err_field(e, ERR_INVALID, "id", "id has to be a UUID of version 7, in lower case.");
    int rc = json_parse(d->data, strlen(d->data), data, e);
    if (rc < 0) return rc;
    if (!json_is_object(*data)) return err_field(e, ERR_INVALID, "data", "data has to be an object.");
    return (*type)->check ? (*type)->check(*data, e) : 0;
}

/* What the draft says, but for its data. */
static int fill(const struct journal *j, const struct event_draft *d, const struct event_type *type, const char *site,
                struct envelope *event, struct err_text *e) {
    event->key.lane = type->lane;
    int length = snprintf(event->subject, sizeof event->subject, "%s/%s", type->kind, d->subject_id);
    if (length < 0 || (size_t)length >= sizeof event->subject)
        return err_field(e, ERR_INVALID, "subject", "The subject's id is too long.");
    if (text_copy(event->actor, sizeof event->actor, d->actor) != 0)
        return err_field(e, ERR_INVALID, "actor", "The actor's id is too long.");
    if (text_copy(event->inreplyto, sizeof event->inreplyto, d->inreplyto ? d->inreplyto : "") != 0)
        return err_field(e, ERR_INVALID, "inreplyto", "inreplyto has to be a UUID.");
    int rc = 0;
    if (d->id)
        rc = text_copy(event->id, sizeof event->id, d->id);
    else
        ids_make(clock_wall(), event->id);
    if (rc == 0) rc = text_copy(event->type, sizeof event->type, type->name);
    if (rc == 0) rc = text_copy(event->org, sizeof event->org, j->org);
    if (rc == 0) rc = text_copy(event->site, sizeof event->site, site);
    if (rc == 0) rc = text_copy(event->key.writer, sizeof event->key.writer, j->writer);
    return rc < 0 ? err_set(e, ERR_INVALID, "A name in the record is too long.") : 0;
}

/* *event borrows its data. */
static int append(struct journal *j, struct db *db, struct envelope *event, struct appended *out, struct err_text *e) {
    struct place p = { 0 };
    struct appended done = { 0 };
    int rc = find_place(j, db, event->site, event->key.lane, event->subject, event->id, &p, e);
    if (rc == 0 && p.id_known) return err_set(e, ERR_EXISTS, "There is a record with this id already.");
    if (rc == 0) rc = stamp(j, db, event, &done.at);
    if (rc < 0) return e && e->code ? rc : err_set(e, rc, "The record could not be stored: %s", db_message(db));
    event->rev = p.rev < REV_MAX ? p.rev + 1 : REV_MAX;
    rc = put(db, &p, event, &done.pos, e);
    if (rc < 0) return rc;
    memcpy(done.id, event->id, sizeof done.id);
    done.key = event->key;
    done.rev = event->rev;
    if (out) *out = done;
    return 0;
}

int journal_append(struct journal *j, struct db *db, const struct event_draft *draft, struct appended *out,
                   struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *data = NULL;
    const struct event_type *type = NULL;
    const char *site = draft->site ? draft->site : journal_site(j);
    struct envelope event = { 0 };
    assert(site);
    int rc = check_draft(draft, &type, &data, e);
    if (rc == 0) rc = fill(j, draft, type, site, &event, e);
    event.data = data;
    return rc < 0 ? rc : append(j, db, &event, out, e);
}

int journal_append_again(struct journal *j, struct db *db, const struct envelope *event, struct err_text *e) {
    struct place p = { 0 };
    struct envelope copy = *event; /* its data stays the caller's */
    int64_t pos;
    int rc = find_place(j, db, event->site, event->key.lane, event->subject, event->id, &p, e);
    return rc < 0 ? rc : put(db, &p, &copy, &pos, e);
}

/* ---- epochs ---- */

static int set_epoch(struct db *db, const char *site, const char *epoch) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT OR REPLACE INTO own (site, epoch, lost) VALUES (?, ?, 0)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, epoch);
    return stmt_run(s);
}

int journal_start_epoch(struct journal *j, struct db *db, const char *site, const char *reason, struct err_text *e) {
    struct event_key key = { 0 };
    struct journal_chain chain;
    char before[ID_SIZE] = "";
    char data[160];
    if (!site || !ids_is_name(site)) return err_field(e, ERR_INVALID, "site", "There is no site to write about.");
    int rc = journal_epoch(db, site, j->writer, before);
    if (rc == ERR_NOT_FOUND) rc = 0;
    if (rc == 0) rc = text_copy(key.writer, sizeof key.writer, j->writer);
    ids_make(clock_wall(), key.epoch);
    for (int lane = 0; lane < LANE_COUNT && rc == 0; lane++) {
        key.lane = (enum lane)lane;
        rc = journal_chain_create(db, site, &key, &chain);
    }
    if (rc == 0) rc = set_epoch(db, site, key.epoch);
    if (rc < 0) return err_set(e, rc, "A new epoch could not be stored: %s", db_message(db));
    if (before[0])
        (void)snprintf(data, sizeof data, "{\"reason\":\"%.20s\",\"previous\":\"%s\"}", reason, before);
    else
        (void)snprintf(data, sizeof data, "{\"reason\":\"%.20s\"}", reason);
    struct event_draft draft = { .site = site,
                                 .type = "epoch-started",
                                 .subject_id = key.epoch,
                                 .actor = strcmp(j->writer, "hub") == 0 ? "hub" : "board",
                                 .data = data };
    return journal_append(j, db, &draft, NULL, e);
}
