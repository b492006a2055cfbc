/* SPDX-License-Identifier: MIT */
/* The people of a site: person-set events (subject user/{id}, data {"name","role","active"}) and their projection.
 * Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_PERSON_H
#define SITELOG_JOURNAL_PERSON_H

#include "app/journal/item.h"
#include "app/journal/journal.h"

#define PERSON_NAME_SIZE 128
#define PERSON_ROLE_SIZE 16

struct person {
    char id[NAME_SIZE];
    char name[PERSON_NAME_SIZE];
    char role[PERSON_ROLE_SIZE];
    bool active;
};

/* The kind "user": person-set, and user-changed, which changes nothing here. */
extern const struct subject_kind person_kind;
MUST_CHECK int person_check(const struct json *data, struct err_text *e); /* person-set */

/* {"id","name","role","active"?}; path as in json.h ("people.3."). */
MUST_CHECK int person_decode(const struct json *n, const char *path, enum decode mode, struct person *out,
                             struct err_text *e);
bool person_role_known(const char *role); /* manager supervisor crew installer office viewer */

MUST_CHECK int person_find(struct db *db, const char *site, const char *id, struct person *out); /* ERR_NOT_FOUND */

/* Appends a person-set event where something differs from the projection. *changed may be NULL. */
MUST_CHECK int person_set(struct journal *j, struct db *db, const char *site, const struct person *p, const char *actor,
                          bool *changed, struct err_text *e);

/* [{"id","name","role","active"}] by id. */
MUST_CHECK int person_put_list(struct db *db, const char *site, struct json_out *w, const char *name);

/* What a reader is shown of an actor: {"id":"u-03","name":"…"}; actors that are no user have their text as id and name null.
 * names false: name null. */
MUST_CHECK int person_put_actor(struct db *db, const char *site, const char *actor, bool names, struct json_out *w,
                                const char *name);

/* The names of the people on a page, each asked for once as long as there are few. Zeroed but for `shown`. */
enum { PERSON_NAMES_MAX = 8 };
struct person_names {
    bool shown; /* false: all are null */
    size_t count, next;
    struct person_known {
        char site[NAME_SIZE], id[NAME_SIZE], name[PERSON_NAME_SIZE];
        bool known;
    } list[PERSON_NAMES_MAX];
};

/* As person_put_actor. */
MUST_CHECK int person_names_put(struct person_names *n, struct db *db, const char *site, const char *actor,
                                struct json_out *w, const char *name);

/* sitelogctl user add: account (verifier may be NULL: no PIN yet), and on a site (not NULL) person-set and user-changed "pin-set".
 * Inside a write transaction. */
MUST_CHECK int person_add(struct journal *j, struct db *db, const char *site, const char *id, const char *name,
                          const char *role, const char *verifier, const char *actor, struct err_text *e);

#endif
