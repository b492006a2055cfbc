/* SPDX-License-Identifier: MIT */
/* Events as readers see them. Everything but an entry's state comes out of the event's own bytes. */
#include "app/journal/timeline.h"

#include "app/journal/clock_set.h"
#include "app/journal/counts_private.h"
#include "app/journal/event.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/photo.h"
#include "app/journal/setting.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns of every query here, and what it reads from; duplicates and refused events are no entries. */
#define ENTRY                                                                                                          \
    "SELECT e.pos, e.bytes, c.id, e.seq + (SELECT coalesce(sum(o.seq), 0) FROM chain o WHERE o.site = c.site AND "     \
    "o.writer = c.writer AND o.lane = c.lane AND o.id < c.id), EXISTS (SELECT 1 FROM rejected r WHERE r.site = "       \
    "c.site AND r.writer = c.writer AND r.epoch = c.epoch AND r.lane = c.lane AND r.seq = e.seq AND r.by_us = 0), "    \
    "l.why, e.type "
#define ENTRY_FROM                                                                                                     \
    "JOIN chain c ON c.id = e.chain "                                                                                  \
    "LEFT JOIN late l ON l.site = e.site AND l.subject = e.subject AND l.event = e.id "                                \
    "WHERE e.type <> '' AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.pos = e.pos) "
#define ENTRY_COLUMNS ENTRY "FROM event e " ENTRY_FROM

/* Time-lapse frames have a player of their own; here they would bury everything else. */
#define NO_FRAMES                                                                                                      \
    "AND NOT EXISTS (SELECT 1 FROM photo p WHERE p.pos = e.pos AND p.origin = 'timelapse' AND e.type = "               \
    "'photo-taken') "

struct view {
    struct db *db;
    struct counts_self self;
    bool names, customer;
    struct json_out w;
    int64_t chain; /* the own chain that sent and received are of */
    uint64_t sent, received;
};

static int begin(struct view *v, struct db *db, unsigned hide, struct buf *out) {
    *v =
        (struct view){ .db = db, .names = !(hide & TIMELINE_HIDE_NAMES), .customer = !(hide & TIMELINE_HIDE_CUSTOMER) };
    json_start(&v->w, out);
    return counts_self(db, &v->self);
}

/* ---- one entry ---- */

static int state_of(struct view *v, struct stmt *s, const struct envelope *event, const char **out) {
    *out = "received";
    if (strcmp(event->key.writer, v->self.writer) != 0) return 0;
    if (stmt_int(s, 4)) {
        *out = "rejected";
        return 0;
    }
    if (v->chain != stmt_int(s, 2)) {
        int rc = counts_reach(v->db, &v->self, event->site, event->key.epoch, event->key.lane, &v->sent, &v->received);
        if (rc < 0) return rc;
        v->chain = stmt_int(s, 2);
    }
    if (event->key.seq > v->received) *out = event->key.seq > v->sent ? "saved" : "sent";
    return 0;
}

/* Plans and people are about names. */
static bool is_private(const struct envelope *event) {
    const struct event_type *type = event_type_find(event->type);
    return !type || strcmp(type->kind, "user") == 0 || strcmp(type->kind, "plan") == 0;
}

/* Of which types which members are the customer's: names, and what says how much the contract is. */
static const struct {
    const char *type, *member;
} customers[] = {
    { "plan-set", "customer" },
    { "plan-set", "contract_amount" },
    { "change-requested", "amount" },
    { "change-decided", "amount" },
    { "customer-confirmed", "name" },
    { "customer-confirmed", "signature" },
    { "customer-confirmed", "statement" },
};

static bool is_customers(const char *type, const char *member) {
    for (size_t i = 0; i < TEXT_ARRAY_LEN(customers); i++)
        if (strcmp(customers[i].type, type) == 0 && (!member || strcmp(customers[i].member, member) == 0)) return true;
    return false;
}

/* An event's data without what is the customer's. */
static void put_open_data(struct json_out *w, const char *type, const struct json *data) {
    json_open(w, "data", '{');
    for (size_t i = 0; i < json_count(data); i++) {
        const struct json *m = json_at(data, i);
        if (!is_customers(type, json_name(m))) json_put_node(w, json_name(m), m);
    }
    json_close(w, '}');
}

/* Who consented to the camera, and in what words, is the customer's. */
static bool is_consent(const struct envelope *event) {
    const char *key = json_text(json_member(event->data, "key"));
    return strcmp(event->type, "setting-set") == 0 && key && strcmp(key, SETTING_CAMERA_CONSENT) == 0;
}

static void put_data(struct view *v, const struct envelope *event) {
    if (!v->names && is_private(event))
        json_put_raw(&v->w, "data", "{}", 2);
    else if (!v->customer && is_customers(event->type, NULL))
        put_open_data(&v->w, event->type, event->data);
    else if (!v->customer && is_consent(event))
        json_put_raw(&v->w, "data", "{\"key\":\"" SETTING_CAMERA_CONSENT "\"}",
                     strlen("{\"key\":\"" SETTING_CAMERA_CONSENT "\"}"));
    else
        json_put_node(&v->w, "data", event->data);
}

/* A record whose clock was not right, dated by a later one. */
static int put_dated(struct view *v, const struct envelope *event) {
    struct clock_set_dated dated;
    char taken[CLOCK_TEXT_SIZE];
    int rc = clock_set_date(v->db, event, &dated);
    if (rc < 0) return rc;
    clock_set_put(&dated, &v->w);
    if (strcmp(event->type, "photo-taken") != 0) return 0;
    photo_move_taken(&dated, event->time, json_text(json_member(event->data, "taken")),
                     json_text(json_member(event->data, "origin")), taken);
    if (taken[0]) json_put_text(&v->w, "taken_corrected", taken);
    return 0;
}

static int put_event(struct view *v, struct stmt *s, const struct envelope *event) {
    struct json_out *w = &v->w;
    const char *state;
    int rc = state_of(v, s, event, &state);
    if (rc < 0) return rc;
    json_open(w, NULL, '{');
    json_put_int(w, "pos", stmt_int(s, 0));
    json_put_text(w, "id", event->id);
    json_put_text(w, "type", event->type);
    json_put_text(w, "subject", event->subject);
    if (v->self.hub) {
        json_put_text(w, "site", event->site);
        json_put_text(w, "board", event->key.writer);
    }
    json_put_text(w, "at", event->time);
    rc = put_dated(v, event);
    if (rc < 0) return rc;
    rc = person_put_actor(v->db, event->site, event->actor, v->names, w, "actor");
    if (rc < 0) return rc;
    json_put_text(w, "clock", event->clock);
    json_put_text(w, "state", state);
    json_put_text(w, "lane", lane_name(event->key.lane));
    json_put_int(w, "ordinal", stmt_int(s, 3));
    json_put_text(w, "writer", event->key.writer);
    json_put_int(w, "rev", (int64_t)event->rev);
    if (event->inreplyto[0]) json_put_text(w, "inreplyto", event->inreplyto);
    if (!stmt_is_null(s, 5)) json_put_text(w, "late", stmt_text(s, 5));
    put_data(v, event);
    json_close(w, '}');
    return w->buf->error;
}

/* The row that s stands on. A damaged event is left out: verify tells of it. */
static int put_row(struct view *v, struct stmt *s) {
    struct envelope event = { 0 };
    size_t n;
    const void *bytes = stmt_blob(s, 1, &n);
    int rc = envelope_read(bytes, n, &event, NULL);
    if (rc == ERR_NOMEM) return rc;
    if (rc < 0) {
        log_error("the event at position %lld is damaged: run sitelogctl verify", (long long)stmt_int(s, 0));
        return 0;
    }
    rc = put_event(v, s, &event);
    envelope_fini(&event);
    return rc;
}

/* ---- many ---- */

static bool is_shown(struct stmt *s) {
    const struct event_type *type = event_type_find(stmt_text(s, 6));
    return !type || type->in_timeline;
}

/* At most max entries; *last: position of the last row looked at that belongs to them; *more: there would be another. */
static int put_rows(struct view *v, struct stmt *s, size_t max, int64_t *last, bool *more) {
    size_t count = 0;
    int rc;
    *more = false;
    while ((rc = stmt_step(s)) == 1) {
        bool shown = is_shown(s);
        if (shown && count == max) {
            *more = true;
            return 0;
        }
        if (shown) {
            rc = put_row(v, s);
            if (rc < 0) return rc;
            count++;
        }
        *last = stmt_int(s, 0);
    }
    return rc;
}

static size_t limit_of(const struct timeline_query *q) {
    return q->limit < 1 ? 1 : q->limit > TIMELINE_LIMIT_MAX ? TIMELINE_LIMIT_MAX : q->limit;
}

int timeline_page(struct db *db, const struct timeline_query *q, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    const char *site = q->site && q->site[0] ? q->site : NULL;
    struct view v;
    char next[24];
    int64_t last = 0;
    bool more = false;
    int rc = begin(&v, db, q->hide, out);
    if (rc == 0)
        rc = site ? db_prepare(db, ENTRY_COLUMNS NO_FRAMES "AND e.site = ?2 AND e.pos < ?1 ORDER BY e.pos DESC", &s)
                  : db_prepare(db, ENTRY_COLUMNS NO_FRAMES "AND e.pos < ?1 ORDER BY e.pos DESC", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, q->before > 0 ? q->before : INT64_MAX);
    if (site) stmt_bind_text(s, 2, site);
    json_open(&v.w, NULL, '{');
    json_open(&v.w, "entries", '[');
    rc = put_rows(&v, s, limit_of(q), &last, &more);
    if (rc < 0) return rc;
    json_close(&v.w, ']');
    (void)snprintf(next, sizeof next, "%lld", (long long)last);
    json_put_text(&v.w, "next", more ? next : NULL);
    json_close(&v.w, '}');
    return out->error;
}

int timeline_cursor(const char *text, int64_t *before) {
    if (text[0] == '\0') {
        *before = 0;
        return 0;
    }
    return text_int(text, 1, INT64_MAX, before);
}

int timeline_history(struct db *db, const char *site, const char *subject, unsigned hide, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct view v;
    int rc = begin(&v, db, hide, out);
    if (rc == 0)
        rc = db_prepare(db,
                        ENTRY_COLUMNS "AND e.site = ?1 AND e.subject = ?2 "
                                      "ORDER BY e.rev, c.writer, c.epoch, e.seq, c.lane",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, subject);
    json_open(&v.w, NULL, '[');
    while ((rc = stmt_step(s)) == 1) {
        rc = put_row(&v, s);
        if (rc < 0) return rc;
    }
    if (rc < 0) return rc;
    json_close(&v.w, ']');
    return out->error;
}

/* ---- of a page's rows ---- */

struct timeline_histories {
    struct view view;
    struct listing_kin entries;
};

enum { HISTORY_ROW = 7 }; /* the column after those of an entry */

int timeline_histories_create(struct db *db, const char *rows, unsigned hide, struct timeline_histories **out) {
    struct timeline_histories *h = calloc(1, sizeof *h);
    if (!h) return ERR_NOMEM;
    h->entries.column = HISTORY_ROW;
    int rc = begin(&h->view, db, hide, NULL);
    if (rc == 0)
        rc =
            db_prepare(db,
                       ENTRY ", j.key FROM json_each(?1) j CROSS JOIN event e ON e.site = json_extract(j.value, '$[0]')"
                             " AND e.subject = json_extract(j.value, '$[1]') " ENTRY_FROM
                             "ORDER BY j.key, e.rev, c.writer, c.epoch, e.seq, c.lane",
                       &h->entries.s);
    if (rc < 0) {
        timeline_histories_destroy(h);
        return rc;
    }
    stmt_bind_text(h->entries.s, 1, rows);
    *out = h;
    return 0;
}

int timeline_histories_put(struct timeline_histories *h, int64_t row, struct json_out *w, const char *name) {
    int rc;
    json_open(w, name, '[');
    h->view.w = *w;
    while ((rc = listing_kin_next(&h->entries, row)) == 1) {
        rc = put_row(&h->view, h->entries.s);
        if (rc < 0) return rc;
    }
    *w = h->view.w;
    json_close(w, ']');
    return rc < 0 ? rc : w->buf->error;
}

void timeline_histories_destroy(struct timeline_histories *h) {
    if (!h) return;
    listing_kin_fini(&h->entries);
    free(h);
}
