/* SPDX-License-Identifier: MIT */
/* The data files' form: versioned, keys unique, every reference leads somewhere. */
#include "app/journal/domain_read.h"

#include "app/journal/domain_form.h"
#include "firmware/base/ids.h"

#include <stdio.h>
#include <string.h>

/* A file of one list. */
static int get_rows(const struct json *root, const char *name, size_t max, const struct json **rows,
                    struct err_text *e) {
    const char *const lists[] = { name, NULL };
    int rc = domain_form_head(root, lists, e);
    return rc < 0 ? rc : domain_form_rows(root, name, max, rows, e);
}

void domain_tables_fini(struct domain_tables *t) {
    domain_form_free(&t->texts);
    *t = (struct domain_tables){ 0 };
}

static const struct domain_trade *trade_of(const struct domain_tables *t, const char *key) {
    for (size_t i = 0; i < t->trade_count; i++)
        if (strcmp(t->trades[i].key, key) == 0) return &t->trades[i];
    return NULL;
}

static const struct domain_stage *stage_of(const struct domain_tables *t, const char *key) {
    for (size_t i = 0; i < t->stage_count; i++)
        if (strcmp(t->stages[i].key, key) == 0) return &t->stages[i];
    return NULL;
}

int domain_read_trades(const struct json *root, struct domain_tables *t, struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", "crew", NULL };
    const struct json *rows = NULL;
    int rc = get_rows(root, "trades", DOMAIN_TRADE_ROWS_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        struct domain_trade trade = { 0 };
        char path[32];
        (void)snprintf(path, sizeof path, "trades.%zu.", i);
        rc = json_only(json_at(rows, i), path, members, e);
        if (rc == 0) rc = domain_form_names(&t->texts, json_at(rows, i), path, &trade.key, &trade.zh, &trade.en, e);
        if (rc == 0) rc = json_get_bool(json_at(rows, i), path, "crew", JSON_REQUIRED, &trade.crew, e);
        if (rc == 0 && (!ids_is_key(trade.key) || trade_of(t, trade.key))) rc = domain_form_twice(path, trade.key, e);
        if (rc == 0) t->trades[t->trade_count++] = trade;
    }
    return rc;
}

int domain_read_rooms(const struct json *root, struct domain_tables *t, struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", NULL };
    const struct json *rows = NULL;
    int rc = get_rows(root, "rooms", DOMAIN_ROOMS_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        struct domain_room room = { 0 };
        char path[32];
        (void)snprintf(path, sizeof path, "rooms.%zu.", i);
        rc = json_only(json_at(rows, i), path, members, e);
        if (rc == 0) rc = domain_form_names(&t->texts, json_at(rows, i), path, &room.key, &room.zh, &room.en, e);
        for (size_t k = 0; rc == 0 && k < t->room_count; k++)
            if (strcmp(t->rooms[k].key, room.key) == 0) rc = domain_form_twice(path, room.key, e);
        if (rc == 0 && !ids_is_key(room.key)) rc = domain_form_twice(path, room.key, e);
        if (rc == 0) t->rooms[t->room_count++] = room;
    }
    return rc;
}

static int read_days(const struct json *row, const char *path, const char *name, enum json_need need, int days[3],
                     struct err_text *e) {
    const struct json *array = NULL;
    int rc = json_get_array(row, path, name, need, 3, &array, e);
    if (rc < 0 || !array) return rc;
    int64_t before = 1;
    for (size_t i = 0; i < 3; i++) {
        int64_t value = 0;
        if (!json_int(json_at(array, i), &value) || value < before || value > 365)
            return err_field(e, ERR_INVALID, path, "%s%s has to be three numbers of days, least first", path, name);
        before = value;
        days[i] = (int)value;
    }
    return 0;
}

/* Tests that have to have passed, whatever the gate's kind: items of the checklists, which are held to this when those are read. */
static int read_must(struct domain_tables *t, const struct json *gate, const char *path, struct domain_stage *s,
                     struct err_text *e) {
    static const char *const members[] = { "kind", "zh", "en", "rooms", "must", NULL };
    const struct json *must = NULL;
    int rc = json_only(gate, path, members, e);
    if (rc == 0) rc = json_get_bool(gate, path, "rooms", JSON_OPTIONAL, &s->gate_rooms, e);
    if (rc == 0) rc = json_get_array(gate, path, "must", JSON_OPTIONAL, DOMAIN_MUST_MAX, &must, e);
    for (size_t i = 0; rc == 0 && i < json_count(must); i++) {
        const char *key = json_text(json_at(must, i));
        if (!key || !ids_is_key(key)) return err_field(e, ERR_INVALID, path, "%smust.%zu is no key", path, i);
        key = domain_form_keep(&t->texts, key);
        if (!key) return err_set(e, ERR_NOMEM, "out of memory");
        s->must[s->must_count++] = key;
    }
    return rc;
}

static int read_gate(struct domain_tables *t, const struct json *row, const char *path, struct domain_stage *s,
                     struct err_text *e) {
    const char *kind = NULL;
    char inner[64];
    (void)snprintf(inner, sizeof inner, "%.40sgate.", path);
    int rc = domain_form_pair(&t->texts, row, path, "gate", &s->gate_zh, &s->gate_en, e);
    if (rc < 0 || !json_member(row, "gate")) return rc;
    rc = json_get_text(json_member(row, "gate"), inner, "kind", JSON_REQUIRED, 10, &kind, e);
    if (rc < 0) return rc;
    if (strcmp(kind, "soft") != 0 && strcmp(kind, "hard") != 0)
        return err_field(e, ERR_INVALID, inner, "%skind has to be soft or hard", inner);
    s->gate = strcmp(kind, "hard") == 0 ? GATE_HARD : GATE_SOFT;
    return read_must(t, json_member(row, "gate"), inner, s, e);
}

/* How long, and whether it lies before the stage's work, within its days or after them. */
static int read_wait(struct domain_tables *t, const struct json *row, const char *path, struct domain_stage *s,
                     struct err_text *e) {
    static const char *const members[] = { "zh", "en", "days", "when", NULL };
    static const char *const whens[] = { "within", "before", "after", NULL };
    const struct json *wait = json_member(row, "wait");
    int64_t days = 0;
    int when = 0;
    char inner[64];
    (void)snprintf(inner, sizeof inner, "%.40swait.", path);
    int rc = domain_form_pair(&t->texts, row, path, "wait", &s->wait_zh, &s->wait_en, e);
    if (rc < 0 || !wait) return rc;
    rc = json_only(wait, inner, members, e);
    if (rc == 0) rc = domain_form_word(wait, inner, "when", JSON_OPTIONAL, whens, &when, e);
    if (rc == 0) rc = json_get_int(wait, inner, "days", when ? JSON_REQUIRED : JSON_OPTIONAL, 1, 90, &days, e);
    if (rc == 0 && days && !when)
        rc = err_field(e, ERR_INVALID, inner, "%sdays: what lies within the stage's days adds none", inner);
    s->wait_days = (int)days;
    s->wait_before = when == 1;
    return rc;
}

/* Stages come after stages that stand above them in the file, so that there is no circle. */
static int read_references(struct domain_tables *t, const struct json *row, const char *path, struct domain_stage *s,
                           struct err_text *e) {
    const struct json *after = NULL;
    const struct json *trades = NULL;
    int rc = json_get_array(row, path, "after", JSON_REQUIRED, DOMAIN_AFTER_MAX, &after, e);
    if (rc == 0) rc = json_get_array(row, path, "trades", JSON_REQUIRED, DOMAIN_TRADES_MAX, &trades, e);
    for (size_t i = 0; rc == 0 && i < json_count(after); i++) {
        const char *key = json_text(json_at(after, i));
        const struct domain_stage *other = key ? stage_of(t, key) : NULL;
        if (!other) return err_field(e, ERR_INVALID, path, "%safter.%zu is no stage above this one", path, i);
        s->after[s->after_count++] = other->key;
    }
    for (size_t i = 0; rc == 0 && i < json_count(trades); i++) {
        const char *key = json_text(json_at(trades, i));
        const struct domain_trade *trade = key ? trade_of(t, key) : NULL;
        if (!trade) return err_field(e, ERR_INVALID, path, "%strades.%zu is no trade", path, i);
        s->trades[s->trade_count++] = trade->key;
    }
    return rc;
}

static int read_stage(struct domain_tables *t, const struct json *row, const char *path, struct domain_stage *s,
                      struct err_text *e) {
    static const char *const members[] = { "key",   "zh",        "en",   "days", "days_old", "optional",
                                           "after", "condition", "wait", "gate", "trades",   NULL };
    int days[3] = { 0 };
    int old[3] = { 0 };
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = domain_form_names(&t->texts, row, path, &s->key, &s->zh, &s->en, e);
    if (rc == 0) rc = read_days(row, path, "days", JSON_REQUIRED, days, e);
    if (rc == 0) rc = read_days(row, path, "days_old", JSON_OPTIONAL, old, e);
    if (rc == 0) rc = json_get_bool(row, path, "optional", JSON_OPTIONAL, &s->optional, e);
    if (rc == 0) rc = domain_form_pair(&t->texts, row, path, "condition", &s->condition_zh, &s->condition_en, e);
    if (rc == 0) rc = read_wait(t, row, path, s, e);
    if (rc == 0) rc = read_gate(t, row, path, s, e);
    if (rc == 0) rc = read_references(t, row, path, s, e);
    s->days_min = days[0];
    s->days = days[1];
    s->days_max = days[2];
    s->old_min = old[0] ? old[0] : days[0];
    s->old_days = old[1] ? old[1] : days[1];
    s->old_max = old[2] ? old[2] : days[2];
    return rc;
}

int domain_read_stages(const struct json *root, struct domain_tables *t, struct err_text *e) {
    const struct json *rows = NULL;
    int rc = get_rows(root, "stages", DOMAIN_STAGES_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        struct domain_stage stage = { 0 };
        char path[32];
        (void)snprintf(path, sizeof path, "stages.%zu.", i);
        rc = read_stage(t, json_at(rows, i), path, &stage, e);
        if (rc == 0 && (!ids_is_key(stage.key) || stage_of(t, stage.key))) rc = domain_form_twice(path, stage.key, e);
        if (rc == 0) t->stages[t->stage_count++] = stage;
    }
    return rc;
}

static int read_phrase(struct domain_tables *t, const struct json *row, const char *path, struct domain_phrase *p,
                       struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", "flags", NULL };
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = domain_form_names(&t->texts, row, path, &p->key, &p->zh, &p->en, e);
    if (rc == 0) rc = json_get_text(row, path, "flags", JSON_REQUIRED, 4, &p->flags, e);
    if (rc < 0) return rc;
    p->flags = domain_form_keep(&t->texts, p->flags);
    if (!p->flags) return err_set(e, ERR_NOMEM, "out of memory");
    const char *slash = strchr(p->key, '/');
    size_t n = slash ? (size_t)(slash - p->key) : sizeof p->stage;
    if (n >= sizeof p->stage || !ids_is_key(slash + 1)) return domain_form_twice(path, p->key, e);
    memcpy(p->stage, p->key, n);
    if (strcmp(p->stage, "any") != 0 && !stage_of(t, p->stage))
        return err_field(e, ERR_INVALID, path, "%skey: %s is no stage", path, p->stage);
    if (p->flags[strspn(p->flags, "MTGW")]) return err_field(e, ERR_INVALID, path, "%sflags: only M T G W", path);
    return 0;
}

int domain_read_phrases(const struct json *root, struct domain_tables *t, struct err_text *e) {
    const struct json *rows = NULL;
    int rc = get_rows(root, "phrases", DOMAIN_PHRASES_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        struct domain_phrase phrase = { 0 };
        char path[32];
        (void)snprintf(path, sizeof path, "phrases.%zu.", i);
        rc = read_phrase(t, json_at(rows, i), path, &phrase, e);
        for (size_t k = 0; rc == 0 && k < t->phrase_count; k++)
            if (strcmp(t->phrases[k].key, phrase.key) == 0) rc = domain_form_twice(path, phrase.key, e);
        if (rc == 0) t->phrases[t->phrase_count++] = phrase;
    }
    return rc;
}
