/* SPDX-License-Identifier: MIT */
/* Names and roles from the accounts' list into the sessions' memory. */
#include "firmware/runtime/people.h"

#include "app/http/session.h"
#include "app/journal/account.h"
#include "firmware/base/json.h"
#include "firmware/base/log.h"

#include <stdlib.h>
#include <string.h>

enum { PEOPLE_MAX = 4 * 1024 * 1024 };

struct reading {
    struct runtime *r;
    struct buf list;
};

static int read_list(struct db *db, void *arg) {
    struct reading *g = arg;
    return account_list(db, g->r->app.board ? g->r->app.site : NULL, &g->list);
}

/* One person of the list. */
static int take(struct runtime *r, const struct json *person) {
    const char *id = json_text(json_member(person, "id")), *name = json_text(json_member(person, "name"));
    const char *role_text = json_text(json_member(person, "role"));
    enum role role = ROLE_NONE;
    bool active = false;
    if (!id || !name || !role_text || role_parse(role_text, &role)) return 0;
    (void)json_bool(json_member(person, "active"), &active);
    return sessions_person(r->app.sessions, id, name, role, active);
}

static int take_list(struct runtime *r, const struct buf *list) {
    struct json *root = NULL;
    struct err_text e = { 0 };
    int rc = json_parse(list->data, list->len, &root, &e);
    const struct json *users = json_member(root, "users");
    for (size_t i = 0; !rc && i < json_count(users); i++) rc = take(r, json_at(users, i));
    json_destroy(root);
    return rc;
}

static int add_session(void *arg, const struct session_row *row) {
    struct runtime *r = arg;
    return sessions_add(r->app.sessions, row);
}

static int load(struct db *db, void *arg) { /* reader's thread, while the loop's waits */
    struct reading *g = arg;
    int rc = read_list(db, g);
    if (!rc) rc = take_list(g->r, &g->list);
    return rc ? rc : session_each(db, clock_wall(), add_session, g->r);
}

int people_load(struct runtime *r, struct err_text *e) {
    struct reading g = { .r = r };
    buf_init(&g.list, PEOPLE_MAX);
    int rc = store_call(r->reader, load, &g);
    buf_fini(&g.list);
    return rc ? err_set(e, rc, "people and sessions cannot be read from journal.db: %s", err_name(rc)) : 0;
}

static void taken(void *arg) { /* loop's thread */
    struct reading *g = arg;
    struct runtime *r = g->r;
    int rc = g->list.len ? take_list(r, &g->list) : 0;
    if (rc) log_warn("people: %s", err_name(rc));
    buf_fini(&g->list);
    free(g);
    r->people_reading = false;
    if (r->people_again) people_refresh(r);
}

static void was_read(void *arg, int result) {
    struct reading *g = arg;
    if (result) buf_clear(&g->list);
    runtime_post(g->r, taken, g);
}

void people_refresh(struct runtime *r) {
    r->people_again = r->people_reading; /* what is being read may be older than this commit */
    if (r->people_reading || r->stores_gone) return;
    struct reading *g = calloc(1, sizeof *g);
    if (!g) return;
    g->r = r;
    buf_init(&g->list, PEOPLE_MAX);
    struct store_job job = { .run = read_list, .done = was_read, .arg = g };
    r->people_reading = true;
    if (store_submit(r->reader, &job)) {
        r->people_reading = false;
        free(g);
    }
}
