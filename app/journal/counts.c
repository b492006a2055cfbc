/* SPDX-License-Identifier: MIT */
/* Saved, sent, received: heads of the own chains against the marks of copying. Computes; remembers nothing. */
#include "app/journal/counts.h"

#include "app/journal/counts_private.h"
#include "app/journal/move.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <string.h>

/* ---- whose journal ---- */

int counts_self(struct db *db, struct counts_self *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT (SELECT value FROM meta WHERE name = 'writer'), "
                        "(SELECT value FROM meta WHERE name = 'site')",
                        &s);
    if (rc == 0) rc = stmt_step(s);
    if (rc < 0) return rc;
    out->hub = stmt_text(s, 1)[0] == '\0';
    return text_copy(out->writer, sizeof out->writer, stmt_text(s, 0)) == 0 ? 0 : ERR_CORRUPT;
}

/* ---- how far a chain got ---- */

static int board_reach(struct db *db, struct stmt **s) {
    return db_prepare(db,
                      "SELECT coalesce(max(sent), 0), coalesce(max(received), 0) FROM mark "
                      "WHERE site = ?1 AND peer = 'hub' AND writer = ?2 AND epoch = ?3 AND lane = ?4",
                      s);
}

/* Sent when any board of the site was sent it; received when every one that is known has it. */
static int hub_reach(struct db *db, struct stmt **s) {
    return db_prepare(db,
                      "WITH board (name) AS (SELECT writer FROM chain WHERE site = ?1 AND writer <> ?2 "
                      "UNION SELECT peer FROM mark WHERE site = ?1 AND peer <> ?2 EXCEPT " MOVE_GONE ") "
                      "SELECT coalesce(max(m.sent), 0), coalesce(min(coalesce(m.received, 0)), 0) FROM board b "
                      "LEFT JOIN mark m ON m.site = ?1 AND m.peer = b.name AND m.writer = ?2 AND m.epoch = ?3 AND "
                      "m.lane = ?4",
                      s);
}

int counts_reach(struct db *db, const struct counts_self *self, const char *site, const char *epoch, enum lane lane,
                 uint64_t *sent, uint64_t *received) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = self->hub ? hub_reach(db, &s) : board_reach(db, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, self->writer);
    stmt_bind_text(s, 3, epoch);
    stmt_bind_int(s, 4, (int64_t)lane);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *sent = (uint64_t)stmt_int(s, 0);
    *received = (uint64_t)stmt_int(s, 1);
    if (*sent < *received) *sent = *received;
    return 0;
}

/* ---- sums ---- */

static int add_chains(struct db *db, const struct counts_self *self, const char *site, struct counts *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT site, epoch, lane, seq FROM chain WHERE writer = ?1 AND (?2 IS NULL OR site = ?2) "
                        "AND seq > 0",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, self->writer);
    stmt_bind_text(s, 2, site);
    while ((rc = stmt_step(s)) == 1) {
        enum lane lane = (enum lane)stmt_int(s, 2);
        uint64_t seq = (uint64_t)stmt_int(s, 3);
        uint64_t sent = 0;
        uint64_t received = 0;
        rc = counts_reach(db, self, stmt_text(s, 0), stmt_text(s, 1), lane, &sent, &received);
        if (rc < 0) return rc;
        c->lane[lane].saved += seq;
        c->lane[lane].sent += sent < seq ? sent : seq;
        c->lane[lane].received += received < seq ? received : seq;
    }
    return rc;
}

static int add_troubles(struct db *db, const char *self, const char *site, struct counts *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "SELECT (SELECT count(*) FROM rejected WHERE by_us = 0 AND writer = ?1 AND (?2 IS NULL OR site = ?2)), "
        "(SELECT count(*) FROM rejected WHERE by_us = 1 AND (?2 IS NULL OR site = ?2)), "
        "(SELECT count(*) FROM conflict WHERE ?2 IS NULL OR site = ?2)",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, self);
    stmt_bind_text(s, 2, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    c->rejected = (uint64_t)stmt_int(s, 0);
    c->refused = (uint64_t)stmt_int(s, 1);
    c->conflicts = (uint64_t)stmt_int(s, 2);
    return 0;
}

int counts_read(struct db *db, const char *site, struct counts *out) {
    struct counts c = { 0 };
    struct counts_self self;
    if (site && !site[0]) site = NULL;
    int rc = counts_self(db, &self);
    if (rc == 0) rc = add_chains(db, &self, site, &c);
    if (rc == 0) rc = add_troubles(db, self.writer, site, &c);
    if (rc == 0) *out = c;
    return rc;
}

void counts_put(const struct counts *c, struct json_out *w) {
    json_open(w, "lanes", '{');
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        json_open(w, lane_name((enum lane)lane), '{');
        json_put_int(w, "saved", (int64_t)c->lane[lane].saved);
        json_put_int(w, "sent", (int64_t)c->lane[lane].sent);
        json_put_int(w, "received", (int64_t)c->lane[lane].received);
        json_close(w, '}');
    }
    json_close(w, '}');
}
