/* SPDX-License-Identifier: MIT */
/* sitelogctl user add|list|lock|unlock: who may sign in here. */
#include "app/journal/account.h"
#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/hash.h"
#include "firmware/base/ids.h"
#include "firmware/sitelogctl/pin_entry.h"
#include "firmware/sitelogctl/reach.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024, REPLY_MAX = 64 * 1024 };

#define ACTOR "board" /* whoever has the board's command line acts for it */

/* ---- add ---- */

struct adding {
    const char *id, *name, *role, *pin_given;
    bool make_pin, made;
    char pin[PIN_ENTRY_SIZE];
};

static int add_by_daemon(const struct ctl *c, const struct adding *a, struct err_text *e) {
    struct buf body, reply;
    struct json_out w;
    int status = 0;
    buf_init(&body, REPLY_MAX);
    buf_init(&reply, REPLY_MAX);
    json_start(&w, &body);
    json_open(&w, NULL, '{');
    json_put_text(&w, "id", a->id);
    json_put_text(&w, "name", a->name);
    json_put_text(&w, "role", a->role);
    json_put_text(&w, "pin", a->pin);
    json_close(&w, '}');
    struct reach_request q = {
        .method = "POST", .path = "/control/users", .type = "application/json", .body = body.data, .n = body.len
    };
    int rc = body.error ? err_set(e, body.error, "the arguments are too long") : reach_ask(c, &q, &status, &reply, e);
    if (body.data) explicit_bzero(body.data, body.len);
    buf_fini(&body);
    buf_fini(&reply);
    return rc;
}

static int add_here(const struct ctl *c, struct reach *r, const struct adding *a, struct err_text *e) {
    char verifier[PIN_VERIFIER_SIZE];
    struct db *db = r->depot.db;
    int rc = pin_make(a->pin, verifier);
    if (!rc) rc = db_begin(db);
    if (rc) return err_set(e, rc, "cannot write: %s", err_name(rc));
    rc = person_add(r->depot.journal, db, c->site, a->id, a->name, a->role, verifier, ACTOR, e);
    if (rc) {
        db_rollback(db);
        return rc;
    }
    rc = db_commit(db);
    return rc ? err_set(e, rc, "%s cannot be written: %s", r->depot.journal_path, err_name(rc)) : 0;
}

static int take_pin(struct adding *a, struct err_text *e) {
    int rc = 0;
    if (a->pin_given && strcmp(a->pin_given, "-") == 0) {
        rc = pin_entry_read(a->pin, e);
    } else if (a->pin_given) {
        rc = pin_entry_check(a->pin_given, e);
        if (!rc) memcpy(a->pin, a->pin_given, strlen(a->pin_given) + 1);
    } else if (!a->make_pin) {
        rc = pin_entry_ask(a->id, a->pin, e);
    }
    if (a->make_pin || rc == ERR_NOT_FOUND) {
        *e = (struct err_text){ 0 };
        pin_entry_make(a->pin);
        a->made = true;
        rc = 0;
    }
    return rc;
}

static void tell_added(struct ctl *c, const struct adding *a) {
    ctl_json_begin(c, true);
    if (c->json) {
        json_put_text(&c->w, "id", a->id);
        json_put_text(&c->w, "name", a->name);
        json_put_text(&c->w, "role", a->role);
        if (a->made) json_put_text(&c->w, "pin", a->pin);
    }
    ctl_json_end(c);
    ctl_say(c, "%s, %s (%s), may sign in%s.\n", a->id, a->name, a->role, c->hub ? " at head office" : " at this board");
    if (a->made) ctl_say(c, "PIN: %s   (it is not shown again)\n", a->pin);
    if (!a->made && pin_entry_trivial(a->pin))
        (void)fprintf(stderr,
                      "sitelogctl: that PIN is among the first that everybody tries; better take another one\n");
}

static int add(struct ctl *c, int argc, char **argv) {
    struct adding a = { 0 };
    struct err_text e = { 0 };
    struct reach r;
    const struct ctl_option options[] = { { "--name", &a.name, NULL },
                                          { "--role", &a.role, NULL },
                                          { "--pin", &a.pin_given, NULL },
                                          { "--make-pin", NULL, &a.make_pin },
                                          { NULL, NULL, NULL } };
    int code = ctl_options(c, &cmd_user_add, options, &argc, argv);
    if (code) return code;
    if (argc != 1) return ctl_usage(c, &cmd_user_add, argc ? "one ID at a time, please" : "whom? an ID is missing");
    a.id = argv[0];
    if (!a.name || !a.role) return ctl_usage(c, &cmd_user_add, "%s is missing", a.name ? "--role" : "--name");
    if (!person_role_known(a.role))
        return ctl_usage(c, &cmd_user_add,
                         "there is no role %.40s; roles: manager supervisor crew installer office viewer", a.role);
    if (!ids_is_key(a.id)) return ctl_usage(c, &cmd_user_add, "an ID has 1 to 40 of the characters A-Z a-z 0-9 . _ -");
    if (a.pin_given && a.make_pin) return ctl_usage(c, &cmd_user_add, "either --pin or --make-pin");
    int rc = reach_open(c, false, &r, &e);
    if (rc) return ctl_fail(c, &e);
    rc = take_pin(&a, &e);
    if (!rc) rc = r.daemon ? add_by_daemon(c, &a, &e) : add_here(c, &r, &a, &e);
    reach_close(&r);
    if (!rc) tell_added(c, &a);
    explicit_bzero(a.pin, sizeof a.pin);
    return rc ? ctl_fail(c, &e) : CTL_OK;
}

/* ---- list ---- */

static const char *text_of(const struct json *o, const char *name) {
    const char *text = json_text(json_member(o, name));
    return text ? text : "";
}

static void tell_user(struct ctl *c, const struct json *u) {
    bool active = false, pin = false;
    int64_t failures = 0;
    (void)json_bool(json_member(u, "active"), &active);
    (void)json_bool(json_member(u, "pin"), &pin);
    (void)json_int(json_member(u, "failures"), &failures);
    ctl_say(c, "%-20s %-11s %-10s %s", text_of(u, "id"), text_of(u, "role"),
            !active ? "locked"
            : pin   ? "may"
                    : "no PIN",
            text_of(u, "name"));
    if (failures > 0) ctl_say(c, "  (%lld wrong PINs)", (long long)failures);
    if (text_of(u, "locked_until")[0]) ctl_say(c, "  locked out until %s", text_of(u, "locked_until"));
    ctl_say(c, "\n");
}

static int read_list(struct ctl *c, struct buf *list, struct err_text *e) {
    struct reach_request q = { .method = "GET", .path = "/control/users" };
    struct db *db = NULL;
    bool held = false;
    int status = 0;
    int rc = settings_become_owner(c, e);
    if (!rc) rc = reach_held(c, &held, e);
    if (rc) return rc;
    if (held) return reach_ask(c, &q, &status, list, e);
    rc = reach_reader(c, &db, e);
    if (rc) return rc;
    rc = account_list(db, c->site, list);
    db_close(db);
    return rc ? err_set(e, rc, "%s/journal.db cannot be read: %s", c->dir, err_name(rc)) : 0;
}

static int list(struct ctl *c, int argc, char **argv) {
    static const struct ctl_option none[] = { { NULL, NULL, NULL } };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct err_text e = { 0 };
    struct buf text;
    int code = ctl_options(c, &cmd_user_list, none, &argc, argv);
    if (code) return code;
    if (argc) return ctl_usage(c, &cmd_user_list, "user list takes no arguments");
    buf_init(&text, LIST_MAX);
    int rc = read_list(c, &text, &e);
    if (!rc) rc = json_parse(text.data, text.len, &root, &e);
    buf_fini(&text);
    if (rc) return ctl_fail(c, &e);
    const struct json *users = json_member(root, "users");
    struct buf again;
    buf_init(&again, LIST_MAX);
    rc = json_print(users, &again);
    ctl_json_begin(c, true);
    if (c->json && !rc) json_put_raw(&c->w, "users", again.data, again.len);
    ctl_json_end(c);
    buf_fini(&again);
    if (json_count(users)) ctl_say(c, "%-20s %-11s %-10s %s\n", "ID", "ROLE", "SIGN IN", "NAME");
    for (size_t i = 0; i < json_count(users); i++) tell_user(c, json_at(users, i));
    if (!json_count(users)) ctl_say(c, "Nobody yet; sitelogctl user add ID --name NAME --role ROLE\n");
    return CTL_OK;
}

/* ---- lock, unlock ---- */

static int change_here(const struct ctl *c, struct reach *r, const char *id, bool lock, struct err_text *e) {
    struct journal *j = c->hub ? NULL : r->depot.journal; /* the hub's accounts are no site's business */
    int rc = db_begin(r->depot.db);
    if (rc) return err_set(e, rc, "%s cannot be written: %s", r->depot.journal_path, err_name(rc));
    rc = lock ? account_lock(j, r->depot.db, id, ACTOR, e) : account_unlock(j, r->depot.db, id, ACTOR, e);
    if (rc) {
        db_rollback(r->depot.db);
        return rc;
    }
    rc = db_commit(r->depot.db);
    return rc ? err_set(e, rc, "%s cannot be written: %s", r->depot.journal_path, err_name(rc)) : 0;
}

static int change_by_daemon(const struct ctl *c, const char *id, bool lock, struct err_text *e) {
    char path[128];
    struct buf reply;
    int status = 0;
    buf_init(&reply, REPLY_MAX);
    (void)snprintf(path, sizeof path, "/control/users/%s/%s", id, lock ? "lock" : "unlock");
    struct reach_request q = { .method = "POST", .path = path };
    int rc = reach_ask(c, &q, &status, &reply, e);
    buf_fini(&reply);
    return rc;
}

static int change(struct ctl *c, const struct ctl_command *command, bool lock, int argc, char **argv) {
    static const struct ctl_option none[] = { { NULL, NULL, NULL } };
    struct err_text e = { 0 };
    struct reach r;
    int code = ctl_options(c, command, none, &argc, argv);
    if (code) return code;
    if (argc != 1 || !ids_is_key(argv[0]))
        return ctl_usage(c, command, "whom? give one ID; sitelogctl user list shows them");
    int rc = reach_open(c, false, &r, &e);
    if (rc) return ctl_fail(c, &e);
    rc = r.daemon ? change_by_daemon(c, argv[0], lock, &e) : change_here(c, &r, argv[0], lock, &e);
    reach_close(&r);
    if (rc == ERR_NOT_FOUND)
        (void)err_set(&e, rc, "there is nobody with the ID %s; sitelogctl user list shows who is", argv[0]);
    if (rc) return ctl_fail(c, &e);
    ctl_json_begin(c, true);
    if (c->json) {
        json_put_text(&c->w, "id", argv[0]);
        json_put_bool(&c->w, "locked", lock);
    }
    ctl_json_end(c);
    ctl_say(c, lock ? "%s is locked and signed out.\n" : "%s may sign in again.\n", argv[0]);
    return CTL_OK;
}

static int lock(struct ctl *c, int argc, char **argv) { return change(c, &cmd_user_lock, true, argc, argv); }
static int unlock(struct ctl *c, int argc, char **argv) { return change(c, &cmd_user_unlock, false, argc, argv); }

const struct ctl_command cmd_user_add = {
    .name = "user add",
    .arguments = "ID --name NAME --role ROLE [--make-pin | --pin -]",
    .what = "let somebody sign in, or give them another name, role and PIN",
    .run = add,
    .json = "id, name, role, pin (only one that was made)",
    .more = "  --role manager | supervisor | crew | installer | office | viewer\n"
            "  --make-pin  make a PIN and print it once; so it is also where there is no terminal to ask\n"
            "  --pin -     the PIN is the first line of stdin\n"
            "  --pin PIN   for tests only: others can read it in the list of processes and in the shell's history\n"
            "  Without them the PIN (4 to 12 digits) is asked for, twice, without echo.\n",
};
const struct ctl_command cmd_user_list = {
    .name = "user list",
    .arguments = "",
    .what = "who may sign in",
    .run = list,
    .json = "users [{id, name, role, active, pin (has one), failures, locked_until}]",
};
const struct ctl_command cmd_user_lock = {
    .name = "user lock",
    .arguments = "ID",
    .what = "nobody signs in with this ID any more, and who has is signed out",
    .run = lock,
    .json = "id, locked",
};
const struct ctl_command cmd_user_unlock = {
    .name = "user unlock",
    .arguments = "ID",
    .what = "ends a lock, and a lock-out after wrong PINs",
    .run = unlock,
    .json = "id, locked",
};
