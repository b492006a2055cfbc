/* SPDX-License-Identifier: MIT */
/* What sitelogctl asks of a running daemon or hub, over the control socket only: people, replaced boards, and the rebuild of projections. */
#include "app/http/reply.h"
#include "app/http/session.h"
#include "app/journal/access.h"
#include "app/journal/account.h"
#include "app/journal/board.h"
#include "app/journal/move.h"
#include "app/journal/person.h"
#include "app/photo/vacate.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/hash.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIST_MAX = 4 * 1024 * 1024, PIN_MIN = 4, PIN_MAX = 12 };

static const char *site_of(const struct app *app) { return app->board ? app->site : NULL; }

/* ---- adding somebody ---- */

struct adding {
    char id[NAME_SIZE], name[PERSON_NAME_SIZE], role[PERSON_ROLE_SIZE], pin[PIN_MAX + 1];
    char verifier[PIN_VERIFIER_SIZE];
};

static void forget(void *state) {
    explicit_bzero(state, sizeof(struct adding));
    free(state);
}

static int read_member(const struct json *body, const char *name, char *out, size_t size, struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(body, "", name, JSON_REQUIRED, size - 1, &text, e);
    if (!rc) memcpy(out, text, strlen(text) + 1);
    return rc;
}

static void read_user(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "id", "name", "role", "pin", NULL };
    CLEANUP(json_destroy_ptr) struct json *body = NULL;
    struct err_text e = { 0 };
    struct adding *a = calloc(1, sizeof *a);
    (void)app;
    (void)db;
    x->state = a;
    x->state_free = forget;
    int rc = a ? json_parse(x->body, x->body_len, &body, &e) : ERR_NOMEM;
    if (!rc) rc = json_only(body, "", known, &e);
    if (!rc) rc = read_member(body, "id", a->id, sizeof a->id, &e);
    if (!rc) rc = read_member(body, "name", a->name, sizeof a->name, &e);
    if (!rc) rc = read_member(body, "role", a->role, sizeof a->role, &e);
    if (!rc) rc = read_member(body, "pin", a->pin, sizeof a->pin, &e);
    if (!rc && (strlen(a->pin) < PIN_MIN || strspn(a->pin, "0123456789") != strlen(a->pin)))
        rc = err_field(&e, ERR_INVALID, "pin", "a PIN has %d to %d digits", PIN_MIN, PIN_MAX);
    if (!rc) rc = pin_make(a->pin, a->verifier);
    if (rc) exchange_error(x, rc, &e);
}

static void add_user(struct app *app, struct exchange *x, struct db *db) {
    struct adding *a = x->state;
    struct err_text e = { 0 };
    struct json_out w;
    int rc = person_add(app->journal, db, site_of(app), a->id, a->name, a->role, a->verifier, "board", &e);
    if (rc) {
        exchange_error(x, rc, &e);
        return;
    }
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_put_text(&w, "id", a->id);
    json_put_text(&w, "name", a->name);
    json_put_text(&w, "role", a->role);
    json_close(&w, '}');
}

/* ---- listing, locking ---- */

static void list_users(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    buf_init(&json, LIST_MAX);
    int rc = account_list(db, site_of(app), &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void answer(struct exchange *x, int rc, const struct err_text *e) {
    if (rc)
        exchange_error(x, rc, e);
    else
        x->reply.status = 204;
}

static void lock_user(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    int rc = account_lock(app->board ? app->journal : NULL, db, exchange_param(x, "id"), "board", &e);
    answer(x, rc, &e);
}

/* Memory forgets what the table no longer has. */
static void end_added(struct app *app, struct exchange *x, struct db *db) {
    const struct adding *a = x->state;
    (void)db;
    if (app->sessions) sessions_end(app->sessions, a->id);
}

static void end_locked(struct app *app, struct exchange *x, struct db *db) {
    (void)db;
    if (app->sessions) sessions_end(app->sessions, exchange_param(x, "id"));
}

static void unlock_user(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    int rc = account_unlock(app->board ? app->journal : NULL, db, exchange_param(x, "id"), "board", &e);
    answer(x, rc, &e);
}

/* ---- projections ---- */

static void rebuild(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct json_out w;
    int64_t events = 0;
    (void)app;
    int rc = journal_rebuild(db, &events, &e);
    if (rc) {
        exchange_error(x, rc, &e);
        return;
    }
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_put_int(&w, "events", events);
    json_close(&w, '}');
}

/* ---- a board that was replaced ---- */

static void accept_board(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "site", "board", "key", NULL };
    CLEANUP(json_destroy_ptr) struct json *body = NULL;
    struct err_text e = { 0 };
    char site[NAME_SIZE], board[NAME_SIZE], key[48];
    int rc = json_parse(x->body ? x->body : "", x->body_len, &body, &e);
    (void)app;
    if (!rc) rc = json_only(body, "", known, &e);
    if (!rc) rc = read_member(body, "site", site, sizeof site, &e);
    if (!rc) rc = read_member(body, "board", board, sizeof board, &e);
    if (!rc) rc = read_member(body, "key", key, sizeof key, &e);
    if (!rc) rc = board_accept(db, site, board, key, &e);
    answer(x, rc, &e);
}

/* ---- leaving the site ---- */

static int read_target(const struct app *app, const struct exchange *x, char out[41], struct err_text *e) {
    static const char *const known[] = { "to", NULL };
    CLEANUP(json_destroy_ptr) struct json *body = NULL;
    const char *to = NULL;
    int rc = json_parse(x->body ? x->body : "", x->body_len, &body, e);
    if (!rc) rc = json_only(body, "", known, e);
    if (!rc) rc = json_get_text(body, "", "to", JSON_REQUIRED, 40, &to, e);
    if (rc) return rc;
    if (!ids_is_name(to))
        return err_field(e, ERR_INVALID, "to", "a site's name is 1 to 40 of the characters a-z 0-9 -");
    if (strcmp(to, app->site) == 0) return err_field(e, ERR_INVALID, "to", "this board is at site %s already", to);
    return text_copy(out, 41, to);
}

static void put_left(struct exchange *x, const char *state, const struct vacate_left *left) {
    struct json_out w;
    exchange_json(x, strcmp(state, "ready") == 0 ? 200 : 202, &w);
    json_open(&w, NULL, '{');
    json_put_text(&w, "state", state);
    json_put_int(&w, "records", left->records);
    json_put_int(&w, "photos", left->photos);
    json_put_int(&w, "bytes", left->bytes);
    json_close(&w, '}');
}

static void refuse_move(struct exchange *x, const struct vacate_left *left) {
    char text[120];
    exchange_problem(
        x, 409, NULL,
        "Head office has not received everything: %lld records and %lld photos (%lld bytes) are only here. "
        "Wait until the panel shows all as received, then move.",
        (long long)left->records, (long long)left->photos, (long long)left->bytes);
    (void)snprintf(text, sizeof text, "{\"records\":%lld,\"photos\":%lld,\"bytes\":%lld}", (long long)left->records,
                   (long long)left->photos, (long long)left->bytes);
    exchange_problem_add(x, "left", text);
}

/* Asked again and again by sitelogctl: says that the board leaves, once all else is received; when that is received too, the marker is set. */
static void move(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct vacate_left left = { 0 };
    char to[41];
    bool said = false;
    int rc = read_target(app, x, to, &e);
    if (!rc) rc = vacate_left(db, app->site, &left);
    if (!rc) rc = move_said(db, app->site, app->writer_id, to, &said);
    if (!rc && !said && vacate_is_left(&left)) {
        refuse_move(x, &left);
        return;
    }
    if (!rc && !said) rc = move_leave(app->journal, db, to, &e);
    if (!rc && said && !vacate_is_left(&left)) rc = vacate_begin(app->dir, app->site, to, &e);
    if (rc)
        exchange_error(x, rc, &e);
    else
        put_left(x, said && !vacate_is_left(&left) ? "ready" : "leaving", &left);
}

/* The marker is durable: whoever opens the folder next empties it. */
static void stop_for_move(struct app *app, struct exchange *x, struct db *db) {
    (void)app;
    (void)db;
    if (x->reply.status == 200) (void)kill(getpid(), SIGTERM);
}

/* ---- an export ---- */

static int read_export(const struct app *app, struct exchange *x, struct json **body, struct access *a,
                       struct err_text *e) {
    static const char *const known[] = { "site", "from", "to", NULL };
    int rc = json_parse(x->body ? x->body : "", x->body_len, body, e);
    if (!rc) rc = json_only(*body, "", known, e);
    if (!rc) rc = json_get_text(*body, "", "site", JSON_REQUIRED, 40, &a->site, e);
    if (!rc) rc = json_get_text(*body, "", "from", JSON_OPTIONAL, 10, &a->from, e);
    if (!rc) rc = json_get_text(*body, "", "to", JSON_OPTIONAL, 10, &a->to, e);
    if (rc) return rc;
    bool other = app->board && strcmp(a->site, app->site) != 0;
    return other ? err_field(e, ERR_INVALID, "site", "this board is of site %s", app->site) : 0;
}

/* Written before it is made. */
static void exported(struct app *app, struct exchange *x, struct db *db) {
    CLEANUP(json_destroy_ptr) struct json *body = NULL;
    struct access a = { .actor = "board", .what = ACCESS_EXPORT };
    struct err_text e = { 0 };
    int rc = read_export(app, x, &body, &a, &e);
    if (!rc) rc = access_append(app->journal, db, &a, &e);
    answer(x, rc, &e);
}

static const struct step exported_steps[] = { { STEP_WRITE, exported }, { STEP_END, NULL } };
static const struct step move_steps[] = { { STEP_WRITE, move }, { STEP_LOOP, stop_for_move }, { STEP_END, NULL } };
static const struct step add_steps[] = {
    { STEP_HEAVY, read_user }, { STEP_WRITE, add_user }, { STEP_LOOP, end_added }, { STEP_END, NULL }
};
static const struct step list_steps[] = { { STEP_READ, list_users }, { STEP_END, NULL } };
static const struct step lock_steps[] = { { STEP_WRITE, lock_user }, { STEP_LOOP, end_locked }, { STEP_END, NULL } };
static const struct step unlock_steps[] = { { STEP_WRITE, unlock_user }, { STEP_END, NULL } };
static const struct step accept_steps[] = { { STEP_WRITE, accept_board }, { STEP_END, NULL } };
static const struct step rebuild_steps[] = { { STEP_WRITE, rebuild }, { STEP_END, NULL } };

enum { CONTROL = ROUTE_OPEN | ROUTE_CONTROL };

const struct route route_control[] = {
    { "GET", "/control/users", PERMIT_ANY, CONTROL, list_steps },
    { "POST", "/control/users", PERMIT_ANY, CONTROL | ROUTE_AS_SENT, add_steps },
    { "POST", "/control/users/{id}/lock", PERMIT_ANY, CONTROL | ROUTE_NO_BODY, lock_steps },
    { "POST", "/control/users/{id}/unlock", PERMIT_ANY, CONTROL | ROUTE_NO_BODY, unlock_steps },
    { "POST", "/control/move", PERMIT_ANY, CONTROL | ROUTE_BOARD, move_steps },
    { "POST", "/control/boards/accept", PERMIT_ANY, CONTROL | ROUTE_HUB, accept_steps },
    { "POST", "/control/exported", PERMIT_ANY, CONTROL, exported_steps },
    { "POST", "/control/rebuild", PERMIT_ANY, CONTROL | ROUTE_NO_BODY, rebuild_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
