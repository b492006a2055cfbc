/* SPDX-License-Identifier: MIT */
/* Bundling what waits, and what became of a bundle. */
#include "app/hook/hook_box.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

/* ---- taking ---- */

static int park_old(struct db *db, const char *hook, struct wall now) {
    struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "UPDATE hook_delivery SET parked = 1, bundle = '', why = 'given up after ' ||"
        " CASE kind WHEN 'digest' THEN '12' ELSE '72' END || ' h: ' || why WHERE hook = ?1 AND"
        " parked = 0 AND (tries > 0 OR kind = 'digest') AND made < CASE kind WHEN 'digest' THEN ?2 ELSE ?3 END",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    stmt_bind_int(s, 2, now.ms - HOOK_DIGEST_MAX_MS);
    stmt_bind_int(s, 3, now.ms - HOOK_ALERT_MAX_MS);
    return stmt_run(s);
}

/* The id of a bundle that was begun. ERR_NOT_FOUND. */
static int begun(struct db *db, const char *hook, char id[ID_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT bundle FROM hook_delivery WHERE hook = ? AND parked = 0 AND bundle <> '' ORDER BY n LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    rc = stmt_step(s);
    if (rc == 1) text_clip(id, ID_SIZE, stmt_text(s, 0));
    return rc == 1 ? 0 : rc < 0 ? rc : ERR_NOT_FOUND;
}

static int count_waiting(struct db *db, const char *hook, bool digest, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT count(*) FROM hook_delivery WHERE hook = ?1 AND parked = 0 AND bundle = '' AND"
                        " (kind = 'digest') = ?2",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    stmt_bind_int(s, 2, digest);
    rc = stmt_step(s);
    if (rc == 1) *out = stmt_int(s, 0);
    return rc < 0 ? rc : 0;
}

static int begin(struct db *db, const char *hook, struct wall now, char id[ID_SIZE]) {
    struct stmt *s = NULL;
    int64_t digests = 0, alerts = 0;
    int rc = count_waiting(db, hook, true, &digests);
    if (rc == 0) rc = count_waiting(db, hook, false, &alerts);
    if (rc < 0) return rc;
    if (digests == 0 && alerts == 0) return ERR_NOT_FOUND;
    ids_make(now, id);
    rc = db_prepare(db,
                    "UPDATE hook_delivery SET bundle = ?1 WHERE n IN (SELECT n FROM hook_delivery WHERE hook = ?2"
                    " AND parked = 0 AND bundle = '' AND (kind = 'digest') = ?3 ORDER BY n LIMIT ?4)",
                    &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, id);
    stmt_bind_text(s, 2, hook);
    stmt_bind_int(s, 3, digests > 0);
    stmt_bind_int(s, 4, digests > 0 || alerts <= HOOK_SINGLES ? 1 : HOOK_ALERTS_MAX);
    return stmt_run(s);
}

static void copy_alert(struct stmt *s, struct hook_alert *a) {
    const struct {
        char *out;
        size_t size;
    } fields[] = { { a->site, sizeof a->site }, { a->id, sizeof a->id },          { a->name, sizeof a->name },
                   { a->rule, sizeof a->rule }, { a->level, sizeof a->level },    { a->subject, sizeof a->subject },
                   { a->due, sizeof a->due },   { a->raised, sizeof a->raised },  { a->zh, sizeof a->zh },
                   { a->en, sizeof a->en },     { a->cleared, sizeof a->cleared } };
    a->tells_clear = strcmp(stmt_text(s, 0), "cleared") == 0;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(fields); i++)
        text_clip(fields[i].out, fields[i].size, stmt_text(s, (int)i + 1));
}

static int fill(struct db *db, const char *hook, struct hook_bundle *b) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT d.kind, d.site, d.key, coalesce(nullif(p.name, ''), d.site), a.rule, a.level,"
                        " a.subject, a.due, a.raised, a.zh, a.en, a.cleared FROM hook_delivery d"
                        " LEFT JOIN alert a ON a.site = d.site AND a.id = d.key"
                        " LEFT JOIN site p ON p.site = d.site"
                        " WHERE d.hook = ? AND d.parked = 0 AND d.bundle = ? ORDER BY d.n",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    stmt_bind_text(s, 2, b->id);
    while ((rc = stmt_step(s)) == 1 && b->n < HOOK_ALERTS_MAX) {
        if (strcmp(stmt_text(s, 0), "digest") == 0)
            b->digest = true;
        else
            copy_alert(s, &b->alerts[b->n++]);
    }
    if (rc < 0) return rc;
    return b->digest || b->n ? 0 : ERR_NOT_FOUND;
}

int hook_box_take(struct db *db, const char *hook, struct wall now, struct hook_bundle *out) {
    *out = (struct hook_bundle){ .n = 0 };
    int rc = park_old(db, hook, now);
    if (rc == 0) rc = begun(db, hook, out->id);
    if (rc == ERR_NOT_FOUND) rc = begin(db, hook, now, out->id);
    if (rc == 0) rc = fill(db, hook, out);
    if (rc == 0) rc = count_waiting(db, hook, false, &out->waiting);
    return rc;
}

/* ---- settling ---- */

static int settle_rows(struct db *db, const char *hook, const char *bundle, const struct hook_verdict *v) {
    static const char again[] = "UPDATE hook_delivery SET tries = tries + 1, why = ?3 WHERE hook = ?1 AND bundle = ?2";
    static const char refused[] = "UPDATE hook_delivery SET tries = tries + 1, why = ?3, parked = 1, bundle = ''"
                                  " WHERE hook = ?1 AND bundle = ?2";
    static const char *const sql[] = {
        [HOOK_ACCEPTED] = "DELETE FROM hook_delivery WHERE hook = ?1 AND bundle = ?2",
        [HOOK_AGAIN] = again,
        [HOOK_SLOWER] = again,
        [HOOK_REFUSED] = refused,
    };
    struct stmt *s = NULL;
    int rc = db_prepare(db, sql[v->outcome], &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    stmt_bind_text(s, 2, bundle);
    if (v->outcome != HOOK_ACCEPTED) stmt_bind_text(s, 3, v->text);
    return stmt_run(s);
}

int hook_box_settle(struct db *db, const char *hook, const char *bundle, const struct hook_verdict *v,
                    struct wall now) {
    struct stmt *s = NULL;
    int rc = settle_rows(db, hook, bundle, v);
    bool good = v->outcome == HOOK_ACCEPTED;
    if (rc == 0)
        rc = db_prepare(db,
                        good ? "UPDATE hook SET ok = ?2 WHERE name = ?1"
                             : "UPDATE hook SET error = ?2, text = ?3 WHERE name = ?1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    stmt_bind_int(s, 2, now.ms);
    if (!good) stmt_bind_text(s, 3, v->text);
    return stmt_run(s);
}
