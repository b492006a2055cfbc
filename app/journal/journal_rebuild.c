/* SPDX-License-Identifier: MIT */
/* Whole projections: made again from the events, and summed up so that two stores can be compared. */
#include "app/journal/journal_private.h"

#include "app/journal/schema.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- rebuild ---- */

static int empty_table(void *arg, const char *table) {
    char sql[128];
    int n = snprintf(sql, sizeof sql, "DELETE FROM \"%s\"", table);
    return n > 0 && (size_t)n < sizeof sql ? db_exec(arg, sql, NULL) : ERR_TOO_BIG;
}

/* Which of the events with one id counts. */
static int settle_all(struct db *db) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_exec(db, "DELETE FROM duplicate", NULL);
    if (rc == 0)
        rc = db_prepare(
            db, "SELECT site, id FROM event WHERE type <> '' GROUP BY id, site HAVING count(*) > 1 ORDER BY id, site",
            &s);
    if (rc < 0) return rc;
    while ((rc = stmt_step(s)) == 1) {
        rc = journal_fold_settle(db, stmt_text(s, 0), stmt_text(s, 1), false);
        if (rc < 0) return rc;
    }
    return rc;
}

static int fold_all(struct db *db, int64_t *events) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT DISTINCT site, subject FROM event WHERE subject <> '' ORDER BY site, subject", &s);
    if (rc < 0) return rc;
    while ((rc = stmt_step(s)) == 1) {
        rc = journal_fold_subject(db, stmt_text(s, 0), stmt_text(s, 1), events);
        if (rc < 0) return rc;
    }
    return rc;
}

int journal_rebuild(struct db *db, int64_t *events, struct err_text *e) {
    int64_t n = 0;
    int rc = schema_each_projection(empty_table, db);
    if (rc == 0) rc = settle_all(db);
    if (rc == 0) rc = fold_all(db, &n);
    if (rc < 0) return err_set(e, rc, "The projections could not be made again: %s", db_message(db));
    if (events) *events = n;
    return 0;
}

/* ---- digest ---- */

struct digest {
    struct db *db;
    const char *site;
    struct hash *hash;
};

static bool is_position(const char *column) {
    size_t n = strlen(column);
    return strcmp(column, "pos") == 0 || (n > 4 && strcmp(column + n - 4, "_pos") == 0);
}

/* SELECT quote("a") || ',' || quote("b") … FROM table ORDER BY 1: every row as text, but for its position. */
static int make_query(struct digest *d, const char *table, struct buf *sql) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(d->db, "SELECT name FROM pragma_table_info(?) ORDER BY name", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, table);
    buf_add_text(sql, "SELECT ''");
    while ((rc = stmt_step(s)) == 1)
        if (!is_position(stmt_text(s, 0))) buf_addf(sql, " || ',' || quote(\"%s\")", stmt_text(s, 0));
    buf_addf(sql, " FROM \"%s\"%s ORDER BY 1", table, d->site ? " WHERE site = ?" : "");
    return rc < 0 ? rc : sql->error;
}

static int hash_rows(struct digest *d, const char *sql) {
    struct stmt *s = NULL;
    int rc = stmt_create(d->db, sql, &s);
    if (rc < 0) return rc;
    if (d->site) stmt_bind_text(s, 1, d->site);
    while ((rc = stmt_step(s)) == 1) {
        const char *row = stmt_text(s, 0);
        hash_update(d->hash, row, strlen(row) + 1);
    }
    stmt_destroy(s);
    return rc;
}

static int hash_table(void *arg, const char *table) {
    struct digest *d = arg;
    struct buf sql;
    buf_init(&sql, 16u * 1024u);
    hash_update(d->hash, table, strlen(table) + 1);
    int rc = make_query(d, table, &sql);
    if (rc == 0) rc = hash_rows(d, sql.data);
    buf_fini(&sql);
    return rc;
}

int journal_digest(struct db *db, const char *site, char out[HASH_TEXT_SIZE]) {
    uint8_t sum[HASH_SIZE];
    struct digest d = { .db = db, .site = site };
    int rc = hash_create(&d.hash);
    if (rc < 0) return rc;
    rc = schema_each_projection(hash_table, &d);
    if (rc < 0) {
        hash_destroy(d.hash);
        return rc;
    }
    hash_final(d.hash, sum);
    text_hex(sum, sizeof sum, out);
    return 0;
}
