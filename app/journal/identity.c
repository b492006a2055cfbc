/* SPDX-License-Identifier: MIT */
/* The table of secrets that belong to the installation. PINs and sessions have tables of their own. */
#include "app/journal/identity.h"

#include <string.h>

enum { RUN_STRIDE = 16 }; /* connections that a run may have made without their being written down */

const char *const identity_schema =
    "CREATE TABLE secret (\n"
    "  -- What makes this installation itself: never copied to another one, never sent.\n"
    "  name TEXT PRIMARY KEY, -- sign-key: Ed25519 secret and public key; connect: connections counted\n"
    "  value BLOB NOT NULL\n"
    ") STRICT, WITHOUT ROWID;\n";

static int get(struct db *db, const char *name, void *out, size_t n) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT value FROM secret WHERE name = ?", &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, name);
    rc = stmt_step(s);
    if (rc == 0) rc = ERR_NOT_FOUND;
    if (rc == 1) {
        size_t found = 0;
        const void *value = stmt_blob(s, 0, &found);
        rc = found == n ? 0 : ERR_CORRUPT;
        if (rc == 0) memcpy(out, value, n);
    }
    stmt_reset(s);
    return rc;
}

static int put(struct db *db, const char *name, const void *value, size_t n) {
    struct stmt *s = NULL;
    int rc = db_prepare(
        db, "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, name);
    stmt_bind_blob(s, 2, value, n);
    return stmt_run(s);
}

/* Both halves belong together: else head office would refuse all that this installation vouches for. */
static int check_pair(const uint8_t *key) {
    static const char text[] = "sitelog-key-check-v1";
    uint8_t signature[SIGN_SIZE];
    int rc = sign_make(key, text, sizeof text, signature);
    if (rc) return rc;
    return sign_check(key + SIGN_SECRET_SIZE, text, sizeof text, signature) ? 0 : ERR_CORRUPT;
}

int identity_load(struct db *db, struct identity *out, struct err_text *e) {
    struct identity id = { .connect_first = 0 };
    uint8_t key[SIGN_SECRET_SIZE + SIGN_PUBLIC_SIZE];
    int rc = get(db, "sign-key", key, sizeof key);
    if (rc == ERR_NOT_FOUND) {
        rc = sign_make_key(key, key + SIGN_SECRET_SIZE);
        if (!rc) rc = put(db, "sign-key", key, sizeof key);
    }
    if (!rc) rc = check_pair(key);
    if (rc)
        return err_set(e, rc,
                       "the signing key in journal.db cannot be read (%s); restore a backup, or enrol the board anew",
                       err_name(rc));
    memcpy(id.secret, key, SIGN_SECRET_SIZE);
    memcpy(id.public_key, key + SIGN_SECRET_SIZE, SIGN_PUBLIC_SIZE);
    rc = get(db, "connect", &id.connect_first, sizeof id.connect_first);
    if (rc && rc != ERR_NOT_FOUND)
        return err_set(e, rc, "journal.db: the count of connections cannot be read: %s", err_name(rc));
    id.connect_first += RUN_STRIDE;
    rc = put(db, "connect", &id.connect_first, sizeof id.connect_first);
    if (rc) return err_set(e, rc, "journal.db cannot be written: %s", err_name(rc));
    *out = id;
    return 0;
}

int identity_read(struct db *db, struct identity *out) {
    uint8_t key[SIGN_SECRET_SIZE + SIGN_PUBLIC_SIZE];
    struct identity id = { 0 };
    int rc = get(db, "sign-key", key, sizeof key);
    if (!rc) rc = check_pair(key);
    if (rc) return rc;
    memcpy(id.secret, key, SIGN_SECRET_SIZE);
    memcpy(id.public_key, key + SIGN_SECRET_SIZE, SIGN_PUBLIC_SIZE);
    *out = id;
    return 0;
}

int identity_put(struct db *db, const uint8_t secret[SIGN_SECRET_SIZE], const uint8_t public_key[SIGN_PUBLIC_SIZE]) {
    uint8_t key[SIGN_SECRET_SIZE + SIGN_PUBLIC_SIZE];
    memcpy(key, secret, SIGN_SECRET_SIZE);
    memcpy(key + SIGN_SECRET_SIZE, public_key, SIGN_PUBLIC_SIZE);
    int rc = check_pair(key);
    return rc ? rc : put(db, "sign-key", key, sizeof key);
}

int identity_connected(struct db *db, int64_t connect) { return put(db, "connect", &connect, sizeof connect); }
