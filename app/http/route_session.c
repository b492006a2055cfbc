/* SPDX-License-Identifier: MIT */
/* Signing in and out. A wrong PIN and an unknown name take the same time and get the same answer; the hash is computed on the pool, two at a
 * time, since each takes 32 MiB. Does not make accounts. */
#include "app/http/app.h"
#include "app/http/route.h"
#include "app/http/session.h"
#include "app/journal/account.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define PIN_MIN  4
#define PIN_MAX  12
#define LIST_MAX (1u << 20)

/* What is hashed against where there is nobody to check: of no PIN. */
static const char nobody[] = "scrypt$15$8$1$00000000000000000000000000000000$"
                             "0000000000000000000000000000000000000000000000000000000000000000";

extern const struct route route_session[];

struct signing {
    char user[41], pin[PIN_MAX + 1];
    struct account account;
    bool known, right;
    int64_t locked_s;
    char token[SESSION_TOKEN_SIZE];
    struct session_row row;
};

static void forget(void *state) {
    explicit_bzero(state, sizeof(struct signing));
    free(state);
}

static const char *site_of(const struct app *app) { return app->board ? app->site : NULL; }

static void answer_locked(struct exchange *x, int64_t seconds) {
    exchange_problem(x, 429, NULL, "Too many wrong PINs. Try again in %lld s.", (long long)seconds);
    x->reply.retry_after_s = (int)seconds;
}

/* ---- POST /api/v1/session ---- */

static int read_body(struct exchange *x, struct signing *s, struct err_text *e) {
    static const char *const members[] = { "user", "pin", NULL };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    const char *user = NULL, *pin = NULL;
    int r = json_parse(x->body ? x->body : "", x->body_len, &root, e);
    if (!r && !json_is_object(root)) r = err_set(e, ERR_INVALID, "The body must be a JSON object.");
    if (!r) r = json_only(root, "", members, e);
    if (!r) r = json_get_text(root, "", "user", JSON_REQUIRED, sizeof s->user - 1, &user, e);
    if (!r && !ids_is_key(user)) r = err_field(e, ERR_INVALID, "user", "user is 1 to 40 of A-Z a-z 0-9 . _ -");
    if (!r) r = json_get_text(root, "", "pin", JSON_REQUIRED, PIN_MAX, &pin, e);
    if (!r && (strlen(pin) < PIN_MIN || strspn(pin, "0123456789") != strlen(pin)))
        r = err_field(e, ERR_INVALID, "pin", "a PIN has %d to %d digits", PIN_MIN, PIN_MAX);
    if (!r) r = text_copy(s->user, sizeof s->user, user);
    if (!r) r = text_copy(s->pin, sizeof s->pin, pin);
    return r;
}

static void find_account(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct signing *s = calloc(1, sizeof *s);
    if (!s) {
        exchange_error(x, ERR_NOMEM, NULL);
        return;
    }
    x->state = s;
    x->state_free = forget;
    int r = read_body(x, s, &e);
    if (r) {
        exchange_error(x, r, &e);
        return;
    }
    r = account_find(db, site_of(app), s->user, &s->account);
    if (r && r != ERR_NOT_FOUND) {
        exchange_error(x, r, NULL);
        return;
    }
    s->known = r == 0 && s->account.active && s->account.verifier[0];
    int64_t locked_s = s->known ? account_locked_s(&s->account, clock_wall()) : 0;
    if (locked_s > 0) answer_locked(x, locked_s);
}

static void check_pin(struct app *app, struct exchange *x, struct db *db) {
    struct signing *s = x->state;
    (void)app, (void)db;
    s->right = pin_check(s->pin, s->known ? s->account.verifier : nobody) && s->known;
    explicit_bzero(s->pin, sizeof s->pin);
}

/* The same work on the disk as a wrong PIN makes, so that the clock does not tell who is known here. */
static int record_nobody(struct db *db, struct signing *s, struct wall now) {
    session_make("", now, s->token, &s->row);
    int r = session_insert(db, &s->row, now);
    return r ? r : session_delete(db, s->row.hash);
}

static int record_right(struct app *app, struct db *db, struct signing *s, struct wall now) {
    /* Guesses that ran at the same time may have locked the account meanwhile. */
    int r = account_find(db, site_of(app), s->user, &s->account);
    if (r) return r;
    s->locked_s = account_locked_s(&s->account, now);
    if (s->locked_s > 0) return 0;
    r = account_success(db, s->user);
    if (r) return r;
    session_make(s->user, now, s->token, &s->row);
    return session_insert(db, &s->row, now);
}

/* A wrong PIN has to be committed, so what is answered to it is said by the step after this one. */
static void record(struct app *app, struct exchange *x, struct db *db) {
    struct signing *s = x->state;
    struct wall now = clock_wall();
    int r;
    if (s->right)
        r = record_right(app, db, s, now);
    else if (s->known)
        r = account_failure(app->journal, db, s->user, now, &s->locked_s);
    else
        r = record_nobody(db, s, now);
    if (r) exchange_error(x, r, &(struct err_text){ .text = "signing in could not be recorded" });
}

static void put_user(struct exchange *x, const struct exchange_user *user) {
    struct json_out w;
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_put_text(&w, "user", user->id);
    json_put_text(&w, "name", user->name);
    json_put_text(&w, "role", role_name(user->role));
    json_put_text(&w, "csrf", user->csrf);
    json_close(&w, '}');
}

static int enter(struct app *app, struct signing *s, struct exchange_user *user) {
    enum role role = ROLE_NONE;
    int r = role_parse(s->account.role, &role);
    if (!r) r = sessions_person(app->sessions, s->user, s->account.name, role, s->account.active);
    if (!r) r = sessions_add(app->sessions, &s->row);
    if (r) return r;
    *user = (struct exchange_user){ .role = role };
    memcpy(user->id, s->user, sizeof s->user);
    text_clip(user->name, sizeof user->name, s->account.name);
    session_csrf(s->token, user->csrf);
    return 0;
}

static void welcome(struct app *app, struct exchange *x, struct db *db) {
    struct signing *s = x->state;
    struct exchange_user user;
    (void)db;
    if (s->locked_s > 0) {
        answer_locked(x, s->locked_s);
    } else if (!s->right) {
        exchange_problem(x, 401, NULL, "Name or PIN is wrong.");
    } else if (enter(app, s, &user)) {
        exchange_error(x, ERR_NOMEM, NULL);
    } else {
        put_user(x, &user);
        session_cookie(s->token, app->tls, x->reply.cookie, sizeof x->reply.cookie);
    }
}

/* ---- DELETE and GET ---- */

static void delete_row(struct app *app, struct exchange *x, struct db *db) {
    (void)app;
    int r = session_delete(db, x->user.session);
    if (r) exchange_error(x, r, NULL);
}

static void leave(struct app *app, struct exchange *x, struct db *db) {
    (void)db;
    sessions_remove(app->sessions, x->user.session);
    x->reply.status = 204;
    session_cookie(NULL, app->tls, x->reply.cookie, sizeof x->reply.cookie);
}

static void who(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    put_user(x, &x->user);
}

/* ---- GET /api/v1/people-to-sign-in ---- */

static void put_person(struct json_out *w, const struct json *user) {
    bool active = false, pin = false;
    if (!json_bool(json_member(user, "active"), &active) || !json_bool(json_member(user, "pin"), &pin)) return;
    if (!active || !pin) return;
    json_open(w, NULL, '{');
    json_put_text(w, "id", json_text(json_member(user, "id")));
    json_put_text(w, "name", json_text(json_member(user, "name")));
    json_put_text(w, "role", json_text(json_member(user, "role")));
    json_close(w, '}');
}

static void people(struct app *app, struct exchange *x, struct db *db) {
    CLEANUP(buf_fini) struct buf list;
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct json_out w;
    buf_init(&list, LIST_MAX);
    int r = account_list(db, site_of(app), &list);
    if (!r) r = json_parse(list.data, list.len, &root, NULL);
    if (r) {
        exchange_error(x, r, NULL);
        return;
    }
    const struct json *users = json_member(root, "users");
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_open(&w, "people", '[');
    for (size_t i = 0; i < json_count(users); i++) put_person(&w, json_at(users, i));
    json_close(&w, ']');
    json_close(&w, '}');
}

static const struct step sign_in[] = {
    { STEP_READ, find_account }, { STEP_HEAVY, check_pin }, { STEP_WRITE, record },
    { STEP_LOOP, welcome },      { STEP_END, NULL },
};
static const struct step sign_out[] = { { STEP_WRITE, delete_row }, { STEP_LOOP, leave }, { STEP_END, NULL } };
static const struct step who_am_i[] = { { STEP_LOOP, who }, { STEP_END, NULL } };
static const struct step list_people[] = { { STEP_READ, people }, { STEP_END, NULL } };

const struct route route_session[] = {
    { "POST", "/api/v1/session", PERMIT_ANY, ROUTE_OPEN | ROUTE_NO_CSRF | ROUTE_AS_SENT, sign_in },
    { "DELETE", "/api/v1/session", PERMIT_ANY, ROUTE_NO_BODY, sign_out },
    { "GET", "/api/v1/session", PERMIT_ANY, 0, who_am_i },
    { "GET", "/api/v1/people-to-sign-in", PERMIT_ANY, ROUTE_OPEN | ROUTE_BOARD, list_people },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
