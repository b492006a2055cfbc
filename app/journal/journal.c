/* SPDX-License-Identifier: MIT */
/* Opening a journal: whose it is, how often the machine has booted, its epoch, its projections; and reading single events.
 * Appending, taking, forks, folding, rebuilding and verifying have files of their own (journal_*.c). */
#include "app/journal/journal.h"

#include "app/journal/journal_private.h"
#include "app/journal/meta.h"
#include "app/journal/schema.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "firmware/db/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- whose database ---- */

/* Compares with what the database says of itself; a new one says nothing. */
static int check_owner(const struct journal *j, struct db *db, struct err_text *e) {
    const char *const names[] = { "org", "writer", "site" };
    const char *const want[] = { j->org, j->writer, j->site };
    char org[META_SIZE];
    int rc = meta_get(db, "org", org);
    if (rc < 0) return err_set(e, rc, "journal.db cannot be read: %s", db_message(db));
    for (size_t i = 0; i < TEXT_ARRAY_LEN(names) && org[0]; i++) {
        char have[META_SIZE];
        rc = meta_get(db, names[i], have);
        if (rc < 0) return err_set(e, rc, "journal.db cannot be read: %s", db_message(db));
        if (strcmp(have, want[i]) != 0)
            return err_field(e, ERR_CONFLICT, names[i],
                             "journal.db belongs to %s \"%s\" and the settings say \"%s\": mend the settings, or give "
                             "this one a folder of its own ([store] dir).",
                             names[i], have, want[i]);
    }
    return 0;
}

static int set_owner(const struct journal *j, struct db *db) {
    int rc = meta_set(db, "org", j->org);
    if (rc == 0) rc = meta_set(db, "writer", j->writer);
    if (rc == 0) rc = meta_set(db, "site", j->site);
    if (rc == 0) rc = meta_set(db, "timezone", j->timezone); /* for readers of sites without a plan */
    return rc;
}

static int count_boot(struct journal *j, struct db *db) {
    char now[37];
    char before[META_SIZE] = "";
    char count[META_SIZE] = "";
    int rc = clock_boot_id(now);
    if (rc == 0) rc = meta_get(db, "boot_id", before);
    if (rc == 0) rc = meta_get(db, "boot", count);
    if (rc < 0) return rc;
    if (!count[0])
        j->boot = 0;
    else if (text_int(count, 0, INT64_C(1) << 50, &j->boot) != 0)
        return ERR_CORRUPT;
    if (strcmp(now, before) == 0 && j->boot > 0) return 0;
    j->boot++;
    (void)snprintf(count, sizeof count, "%lld", (long long)j->boot);
    rc = meta_set(db, "boot_id", now);
    return rc < 0 ? rc : meta_set(db, "boot", count);
}

/* ---- opening ---- */

static int fold_again(struct db *db, struct err_text *e) {
    int64_t pos = 0;
    int64_t n = 0;
    int rc = journal_last_pos(db, &pos);
    if (rc < 0 || pos == 0) return rc;
    log_info("this program shows events otherwise than the one before: making the projections again");
    rc = journal_rebuild(db, &n, e);
    if (rc == 0) log_info("projections made again from %lld events", (long long)n);
    return rc;
}

static int prepare(struct journal *j, struct db *db, struct err_text *e) {
    bool stale = false;
    char epoch[ID_SIZE];
    int rc = set_owner(j, db);
    if (rc == 0) rc = count_boot(j, db);
    if (rc == 0) rc = schema_projections(db, &stale, e);
    if (rc == 0 && stale) rc = fold_again(db, e);
    if (rc < 0 || !j->site[0]) return rc;
    rc = journal_epoch(db, j->site, j->writer, epoch);
    return rc == ERR_NOT_FOUND ? journal_start_epoch(j, db, j->site, "created", e) : rc;
}

static int cannot_write(struct db *db, int rc, struct err_text *e) {
    return err_set(e, rc, "journal.db cannot be written: %s; %s", db_message(db),
                   rc == ERR_NO_SPACE ? "free some space on its disk" : "check its folder's permissions and its disk");
}

static int open_database(struct journal *j, struct db *db, struct err_text *e) {
    int version = 0;
    int rc = migrate_version(db, &version);
    if (rc < 0) return err_set(e, rc, "journal.db cannot be read: %s", db_message(db));
    if (version >= 1 && version <= SCHEMA_VERSION) rc = check_owner(j, db, e);
    if (rc == 0) rc = schema_migrate(db, e);
    if (rc < 0) return rc;

    struct err_text cause = { 0 };
    rc = db_begin(db);
    if (rc < 0) return cannot_write(db, rc, e);
    rc = prepare(j, db, &cause);
    if (rc < 0) {
        if (!cause.code) (void)cannot_write(db, rc, &cause);
        db_rollback(db);
        if (e) *e = cause;
        return rc;
    }
    rc = db_commit(db);
    return rc < 0 ? cannot_write(db, rc, e) : 0;
}

static int copy_options(struct journal *j, const struct journal_options *o, struct err_text *e) {
    const char *zone = o->timezone && o->timezone[0] ? o->timezone : "UTC";
    if (!ids_is_name(o->org)) return err_field(e, ERR_INVALID, "org", "org has to be 1 to 40 of a-z, 0-9 and -.");
    if (!ids_is_name(o->writer)) return err_field(e, ERR_INVALID, "writer", "a writer is 1 to 40 of a-z, 0-9 and -.");
    if (o->site && !ids_is_name(o->site))
        return err_field(e, ERR_INVALID, "site", "site has to be 1 to 40 of a-z, 0-9 and -.");
    int rc = text_copy(j->org, sizeof j->org, o->org);
    if (rc == 0) rc = text_copy(j->writer, sizeof j->writer, o->writer);
    if (rc == 0) rc = text_copy(j->site, sizeof j->site, o->site ? o->site : "");
    if (rc == 0) rc = text_copy(j->timezone, sizeof j->timezone, zone);
    if (rc == 0) rc = tz_create(zone, &j->zones[0].tz, e);
    if (rc < 0) return rc;
    memcpy(j->zones[0].name, j->timezone, sizeof j->zones[0].name);
    j->zone_count = 1;
    j->zone_next = 1;
    j->grade = o->grade ? o->grade : clock_grade;
    return 0;
}

int journal_create(struct db *db, const struct journal_options *options, struct journal **out, struct err_text *e) {
    struct journal *j = calloc(1, sizeof *j);
    if (!j) return err_set(e, ERR_NOMEM, "out of memory");
    int rc = copy_options(j, options, e);
    if (rc == 0) rc = open_database(j, db, e);
    if (rc < 0) {
        journal_destroy(j);
        return rc;
    }
    *out = j;
    return 0;
}

void journal_destroy(struct journal *j) {
    if (!j) return;
    for (size_t i = 0; i < j->zone_count; i++) tz_destroy(j->zones[i].tz);
    free(j);
}

/* ---- asking ---- */

const struct tz *journal_zone_find(struct journal *j, const char *name) {
    struct tz *tz = NULL;
    for (size_t i = 0; i < j->zone_count; i++)
        if (strcmp(j->zones[i].name, name) == 0) return j->zones[i].tz;
    if (strlen(name) >= sizeof j->zones[0].name || tz_create(name, &tz, NULL) != 0) return j->zones[0].tz;
    struct journal_zone *z = &j->zones[j->zone_next];
    if (j->zone_count < JOURNAL_ZONES)
        j->zone_count++;
    else
        tz_destroy(z->tz);
    j->zone_next = j->zone_next + 1 < JOURNAL_ZONES ? j->zone_next + 1 : 1;
    text_clip(z->name, sizeof z->name, name);
    z->tz = tz;
    return tz;
}

const char *journal_org(const struct journal *j) { return j->org; }
const char *journal_site(const struct journal *j) { return j->site[0] ? j->site : NULL; }
const char *journal_writer(const struct journal *j) { return j->writer; }
int64_t journal_boot(const struct journal *j) { return j->boot; }
const char *journal_timezone(const struct journal *j) { return j->timezone; }
enum clock_grade journal_grade(const struct journal *j) { return j->grade(); }

int journal_epoch(struct db *db, const char *site, const char *writer, char out[ID_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT o.epoch FROM own o JOIN chain c ON c.site = o.site AND c.writer = ? "
                        "AND c.epoch = o.epoch WHERE o.site = ? LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, writer);
    stmt_bind_text(s, 2, site);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    return text_copy(out, ID_SIZE, stmt_text(s, 0)) == 0 ? 0 : ERR_CORRUPT;
}

int journal_last_pos(struct db *db, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT coalesce(max(pos), 0) FROM event", &s);
    if (rc == 0) rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = stmt_int(s, 0);
    return 0;
}

int journal_find(struct db *db, const char *site, const char *id, struct envelope *out, int64_t *pos) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct envelope event = { 0 };
    size_t n;
    int rc = db_prepare(db,
                        "SELECT e.pos, e.bytes FROM event e WHERE e.id = ? AND e.site = ? AND e.type <> '' "
                        "AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.pos = e.pos)",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, id);
    stmt_bind_text(s, 2, site);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    const void *bytes = stmt_blob(s, 1, &n);
    rc = envelope_read(bytes, n, &event, NULL);
    if (rc < 0) return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
    *out = event;
    if (pos) *pos = stmt_int(s, 0);
    return 0;
}

int64_t journal_at_ms(const char *time) {
    struct wall at = { 0 };
    return clock_parse(time, &at, NULL) == 0 ? at.ms : 0;
}
