/* SPDX-License-Identifier: MIT */
/* How the webhooks do, for people. Shows neither a URL's path nor a secret. */
#include "app/hook/hook_box.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { PARKED_SHOWN = 20 };

static int count(struct db *db, const char *hook, struct hook_state *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT count(*) FILTER (WHERE parked = 0), count(*) FILTER (WHERE parked = 1)"
                        " FROM hook_delivery WHERE hook = ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    out->waiting = stmt_int(s, 0);
    out->parked = stmt_int(s, 1);
    return 0;
}

int hook_box_state(struct db *db, const char *hook, struct hook_state *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct hook_state state = { .waiting = 0 };
    int rc = db_prepare(db, "SELECT ok, error, text FROM hook WHERE name = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    if (rc == 1) {
        state.ok.ms = stmt_int(s, 0);
        state.error.ms = stmt_int(s, 1);
        text_clip(state.text, sizeof state.text, stmt_text(s, 2));
    }
    rc = count(db, hook, &state);
    if (rc == 0) *out = state;
    return rc;
}

static void put_time(struct json_out *w, const char *name, int64_t ms) {
    char text[CLOCK_TEXT_SIZE];
    clock_format((struct wall){ ms }, 0, text);
    json_put_text(w, name, ms > 0 ? text : NULL);
}

static int put_parked(struct db *db, const char *hook, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT kind, site, key, made, why FROM hook_delivery WHERE hook = ? AND parked = 1"
                        " ORDER BY n DESC LIMIT ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, hook);
    stmt_bind_int(s, 2, PARKED_SHOWN);
    json_open(w, "parked_newest", '[');
    while ((rc = stmt_step(s)) == 1) {
        bool digest = strcmp(stmt_text(s, 0), "digest") == 0;
        json_open(w, NULL, '{');
        json_put_text(w, "kind", stmt_text(s, 0));
        json_put_text(w, "site", digest ? NULL : stmt_text(s, 1));
        json_put_text(w, digest ? "date" : "alert", stmt_text(s, 2));
        put_time(w, "made", stmt_int(s, 3));
        json_put_text(w, "why", stmt_text(s, 4));
        json_close(w, '}');
    }
    json_close(w, ']');
    return rc;
}

static void put_levels(unsigned levels, struct json_out *w) {
    json_open(w, "levels", '[');
    for (unsigned i = 0; i < HOOK_LEVELS; i++)
        if (levels & 1u << i) json_put_text(w, NULL, hook_level_names[i]);
    json_close(w, ']');
}

static int put_hook(struct db *db, const struct hook_conf *hook, struct json_out *w) {
    struct hook_state state;
    int rc = hook_box_state(db, hook->name, &state);
    if (rc < 0) return rc;
    json_open(w, NULL, '{');
    json_put_text(w, "name", hook->name);
    json_put_text(w, "format", hook->format_name);
    json_put_text(w, "host", hook->host);
    put_levels(hook->levels, w);
    json_put_text(w, "digest", hook->digest_min == HOOK_CONF_NO_DIGEST ? NULL : hook->digest_text);
    json_put_text(w, "language", hook->language);
    json_put_int(w, "waiting", state.waiting);
    json_put_int(w, "parked", state.parked);
    put_time(w, "last_success", state.ok.ms);
    if (state.error.ms) {
        json_open(w, "last_error", '{');
        put_time(w, "at", state.error.ms);
        json_put_text(w, "text", state.text);
        json_close(w, '}');
    } else {
        json_put_null(w, "last_error");
    }
    rc = put_parked(db, hook->name, w);
    json_close(w, '}');
    return rc;
}

int hook_box_print(struct db *db, const struct hook_list *list, struct buf *out) {
    struct json_out w;
    int rc = 0;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "hooks", '[');
    for (size_t i = 0; rc == 0 && i < list->n; i++) rc = put_hook(db, &list->hooks[i], &w);
    json_close(&w, ']');
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

static int put_gauge(struct db *db, const struct hook_list *list, bool parked, struct buf *out) {
    const char *name = parked ? "sitelog_hook_parked" : "sitelog_hook_waiting";
    (void)buf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name,
                   parked ? "What a webhook refused, or could not be told." : "What a webhook has still to be told.",
                   name);
    for (size_t i = 0; i < list->n; i++) {
        struct hook_state state;
        int rc = hook_box_state(db, list->hooks[i].name, &state);
        if (rc < 0) return rc;
        (void)buf_addf(out, "%s{hook=\"%s\"} %lld\n", name, list->hooks[i].name,
                       (long long)(parked ? state.parked : state.waiting));
    }
    return out->error;
}

int hook_box_metrics(struct db *db, const struct hook_list *list, struct buf *out) {
    if (list->n == 0) return 0;
    int rc = put_gauge(db, list, false, out);
    return rc < 0 ? rc : put_gauge(db, list, true, out);
}
