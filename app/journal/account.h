/* SPDX-License-Identifier: MIT */
/* Who may sign in here: PIN verifier, wrong attempts and locks. State, never rebuilt and never sent. On a board one row a person of its
 * site; at the hub one row a person, with role and name of its own.
 * A board takes name, role and "active" from the site's person-set events where there are any (head office may change them), else from the row.
 * Thread: any, on the handle's thread; writing functions inside a write transaction. */
#ifndef SITELOG_JOURNAL_ACCOUNT_H
#define SITELOG_JOURNAL_ACCOUNT_H

#include "app/journal/journal.h"
#include "firmware/base/json.h"

#define ACCOUNT_NAME_SIZE     128
#define ACCOUNT_ROLE_SIZE     16
#define ACCOUNT_FREE_FAILURES 5  /* wrong PINs in a row before the first lock-out */
#define ACCOUNT_LOCK_FIRST_S  30 /* and it doubles with each further one */
#define ACCOUNT_LOCK_MAX_S    3600

extern const char *const account_schema;

struct account {
    char id[NAME_SIZE];
    char name[ACCOUNT_NAME_SIZE];
    char role[ACCOUNT_ROLE_SIZE];     /* "manager" … as role.h prints them */
    char verifier[PIN_VERIFIER_SIZE]; /* "" : no PIN yet, cannot sign in */
    bool active;                      /* false: locked by an operator, or no longer on the site's list */
    int64_t failures;
    struct wall locked_until; /* 0: not locked out */
};

/* site: the board's, or NULL at the hub. ERR_NOT_FOUND. */
MUST_CHECK int account_find(struct db *db, const char *site, const char *id, struct account *out);

/* Seconds that the account stays locked out, rounded up; 0: it may try. Never over ACCOUNT_LOCK_MAX_S, however the clock was set. */
int64_t account_locked_s(const struct account *a, struct wall now);

/* Counts a wrong PIN. *locked_s: as account_locked_s afterwards. A lock-out on a board goes into the journal (user-changed "pin-locked");
 * j may be NULL: no event. Nothing to count, and 0, for somebody who has no account here. */
MUST_CHECK int account_failure(struct journal *j, struct db *db, const char *id, struct wall now, int64_t *locked_s);

/* Forgets wrong attempts. */
MUST_CHECK int account_success(struct db *db, const char *id);

/* Makes the row or changes what is not NULL of it; a new verifier ends a lock-out. ERR_INVALID (id, name, role). */
MUST_CHECK int account_put(struct db *db, const char *id, const char *name, const char *role, const char *verifier,
                           struct err_text *e);

/* Exists already: a new verifier; ERR_NOT_FOUND. j NULL: no event. actor: who did it, "user/…" or "board". */
MUST_CHECK int account_set_pin(struct journal *j, struct db *db, const char *id, const char *verifier,
                               const char *actor, struct err_text *e);

/* An operator's lock, until account_unlock; unlocking also forgets wrong attempts. ERR_NOT_FOUND. */
MUST_CHECK int account_lock(struct journal *j, struct db *db, const char *id, const char *actor, struct err_text *e);
MUST_CHECK int account_unlock(struct journal *j, struct db *db, const char *id, const char *actor, struct err_text *e);

/* {"users":[{"id","name","role","active","pin":bool,"failures","locked_until"}]}, by id. Persons of the site without an account are in it. */
MUST_CHECK int account_list(struct db *db, const char *site, struct buf *out);

/* user-changed: {"change":"pin-set|pin-locked|locked|unlocked"} and with pin-locked "failures" and "until"; subject user/{id}. */
MUST_CHECK int account_check(const struct json *data, struct err_text *e);

#endif
