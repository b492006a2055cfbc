/* SPDX-License-Identifier: MIT */
/* Who is signed in. The cookie `sitelog` is 32 random bytes; the table `session` holds only its SHA-256, so that a session survives a kill
 * and a stolen database signs nobody in. The CSRF token is derived from the cookie and kept nowhere. The loop thread keeps all sessions and
 * the names and roles that go with them in memory; the database is written by the store's thread before the memory is.
 * Thread: session_find and the functions without a db: loop thread; those with a db: that db's thread. */
#ifndef SITELOG_HTTP_SESSION_H
#define SITELOG_HTTP_SESSION_H

#include "app/http/route.h"
#include "firmware/base/clock.h"
#include "firmware/base/hash.h"

struct sessions;

#define SESSION_DAYS       30
#define SESSION_COOKIE     "sitelog"
#define SESSION_TOKEN_SIZE 44 /* base64url of 32 bytes and NUL */
#define SESSION_PER_PERSON 20 /* the oldest goes */

/* The state table, created by the journal's schema. */
extern const char *const session_schema;

struct session_row {
    char hash[HASH_TEXT_SIZE]; /* of the cookie's value */
    char user[41];
    int64_t created_ms, expires_ms; /* wall */
};

/* Owns: caller; sessions_destroy takes NULL. */
MUST_CHECK int sessions_create(struct sessions **out);
void sessions_destroy(struct sessions *s);

/* What a person is called and may do now; active false ends all sessions of theirs, also for when they come back. Called at start for everybody, and whenever a
 * person changes. A session of somebody unknown finds nobody. */
MUST_CHECK int sessions_person(struct sessions *s, const char *user, const char *name, enum role role, bool active);

MUST_CHECK int sessions_add(struct sessions *s, const struct session_row *row);
void sessions_remove(struct sessions *s, const char *hash);
/* All of one person's; the table's rows are ended where the reason is (app/journal/account.c). */
void sessions_end(struct sessions *s, const char *user);

/* Whom a cookie header (may be NULL) belongs to. False when nobody. */
bool sessions_find(struct sessions *s, const char *cookie_header, struct wall now, struct exchange_user *out);

/* What sessions were shown within the hour (looks.h). Borrowed; the store's
 * thread has it, too, until it stopped: destroy the sessions after that. */
struct looks;
struct looks *sessions_looks(struct sessions *s);

/* A new cookie value and its row. */
void session_make(const char *user, struct wall now, char token[SESSION_TOKEN_SIZE], struct session_row *row);
void session_csrf(const char *token, char out[HASH_TEXT_SIZE]);
/* The Set-Cookie value; token NULL: takes it away. */
void session_cookie(const char *token, bool secure, char *out, size_t out_size);

/* The table. session_insert also removes what has expired and the person's oldest above SESSION_PER_PERSON. */
MUST_CHECK int session_insert(struct db *db, const struct session_row *row, struct wall now);
MUST_CHECK int session_delete(struct db *db, const char *hash);
MUST_CHECK int session_each(struct db *db, struct wall now, int (*each)(void *arg, const struct session_row *row),
                            void *arg);

#endif
