/* SPDX-License-Identifier: MIT */
/* The data files' form: versioned, keys unique, every reference leads somewhere. */
#include "app/journal/domain_read.h"

#include "firmware/base/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct domain_text {
    struct domain_text *next;
    char text[];
};

static const char *keep(struct domain_tables *t, const char *text) {
    size_t n = strlen(text) + 1;
    struct domain_text *copy = malloc(sizeof *copy + n);
    if (!copy) return NULL;
    memcpy(copy->text, text, n);
    copy->next = t->texts;
    t->texts = copy;
    return copy->text;
}

void domain_tables_fini(struct domain_tables *t) {
    while (t->texts) {
        struct domain_text *next = t->texts->next;
        free(t->texts);
        t->texts = next;
    }
    *t = (struct domain_tables){ 0 };
}

static int get_text(struct domain_tables *t, const struct json *o, const char *path, const char *name, const char **out,
                    struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(o, path, name, JSON_REQUIRED, 120, &text, e);
    if (rc < 0) return rc;
    if (!text[0]) return err_field(e, ERR_INVALID, path, "%s%s is empty", path, name);
    *out = keep(t, text);
    return *out ? 0 : err_set(e, ERR_NOMEM, "out of memory");
}

/* {"zh","en"}, "" for both where it is absent. */
static int get_pair(struct domain_tables *t, const struct json *o, const char *path, const char *name, const char **zh,
                    const char **en, struct err_text *e) {
    const struct json *pair = json_member(o, name);
    char inner[96];
    *zh = *en = "";
    if (!pair) return 0;
    (void)snprintf(inner, sizeof inner, "%.50s%.30s.", path, name);
    int rc = get_text(t, pair, inner, "zh", zh, e);
    return rc < 0 ? rc : get_text(t, pair, inner, "en", en, e);
}

/* key, zh and en of a row. */
static int get_names(struct domain_tables *t, const struct json *row, const char *path, const char **key,
                     const char **zh, const char **en, struct err_text *e) {
    int rc = get_text(t, row, path, "key", key, e);
    if (rc == 0) rc = get_text(t, row, path, "zh", zh, e);
    if (rc == 0) rc = get_text(t, row, path, "en", en, e);
    return rc;
}

static int get_rows(const struct json *root, const char *name, size_t max, const struct json **rows,
                    struct err_text *e) {
    const char *const members[] = { "version", name, NULL };
    int64_t version = 0;
    int rc = json_is_object(root) ? json_only(root, "", members, e) : err_set(e, ERR_INVALID, "it has to be an object");
    if (rc == 0) rc = json_get_int(root, "", "version", JSON_REQUIRED, 1, 1000000, &version, e);
    if (rc == 0) rc = json_get_array(root, "", name, JSON_REQUIRED, max, rows, e);
    if (rc == 0 && json_count(*rows) == 0) rc = err_field(e, ERR_INVALID, name, "%s is empty", name);
    return rc;
}

static int twice(const char *path, const char *key, struct err_text *e) {
    return err_field(e, ERR_INVALID, path, "%skey: %s is no key, or is there twice", path, key);
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
        if (rc == 0) rc = get_names(t, json_at(rows, i), path, &trade.key, &trade.zh, &trade.en, e);
        if (rc == 0) rc = json_get_bool(json_at(rows, i), path, "crew", JSON_REQUIRED, &trade.crew, e);
        if (rc == 0 && (!ids_is_key(trade.key) || trade_of(t, trade.key))) rc = twice(path, trade.key, e);
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
        if (rc == 0) rc = get_names(t, json_at(rows, i), path, &room.key, &room.zh, &room.en, e);
        for (size_t k = 0; rc == 0 && k < t->room_count; k++)
            if (strcmp(t->rooms[k].key, room.key) == 0) rc = twice(path, room.key, e);
        if (rc == 0 && !ids_is_key(room.key)) rc = twice(path, room.key, e);
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

static int read_gate(struct domain_tables *t, const struct json *row, const char *path, struct domain_stage *s,
                     struct err_text *e) {
    const char *kind = NULL;
    char inner[64];
    (void)snprintf(inner, sizeof inner, "%.40sgate.", path);
    int rc = get_pair(t, row, path, "gate", &s->gate_zh, &s->gate_en, e);
    if (rc < 0 || !json_member(row, "gate")) return rc;
    rc = json_get_text(json_member(row, "gate"), inner, "kind", JSON_REQUIRED, 10, &kind, e);
    if (rc < 0) return rc;
    if (strcmp(kind, "soft") != 0 && strcmp(kind, "hard") != 0)
        return err_field(e, ERR_INVALID, inner, "%skind has to be soft or hard", inner);
    s->gate = strcmp(kind, "hard") == 0 ? GATE_HARD : GATE_SOFT;
    return 0;
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
    if (rc == 0) rc = get_names(t, row, path, &s->key, &s->zh, &s->en, e);
    if (rc == 0) rc = read_days(row, path, "days", JSON_REQUIRED, days, e);
    if (rc == 0) rc = read_days(row, path, "days_old", JSON_OPTIONAL, old, e);
    if (rc == 0) rc = json_get_bool(row, path, "optional", JSON_OPTIONAL, &s->optional, e);
    if (rc == 0) rc = get_pair(t, row, path, "condition", &s->condition_zh, &s->condition_en, e);
    if (rc == 0) rc = get_pair(t, row, path, "wait", &s->wait_zh, &s->wait_en, e);
    if (rc == 0) rc = read_gate(t, row, path, s, e);
    if (rc == 0) rc = read_references(t, row, path, s, e);
    s->days_min = days[0];
    s->days = days[1];
    s->days_max = days[2];
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
        if (rc == 0 && (!ids_is_key(stage.key) || stage_of(t, stage.key))) rc = twice(path, stage.key, e);
        if (rc == 0) t->stages[t->stage_count++] = stage;
    }
    return rc;
}

static int read_phrase(struct domain_tables *t, const struct json *row, const char *path, struct domain_phrase *p,
                       struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", "flags", NULL };
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = get_names(t, row, path, &p->key, &p->zh, &p->en, e);
    if (rc == 0) rc = json_get_text(row, path, "flags", JSON_REQUIRED, 4, &p->flags, e);
    if (rc < 0) return rc;
    p->flags = keep(t, p->flags);
    if (!p->flags) return err_set(e, ERR_NOMEM, "out of memory");
    const char *slash = strchr(p->key, '/');
    size_t n = slash ? (size_t)(slash - p->key) : sizeof p->stage;
    if (n >= sizeof p->stage || !ids_is_key(slash + 1)) return twice(path, p->key, e);
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
            if (strcmp(t->phrases[k].key, phrase.key) == 0) rc = twice(path, phrase.key, e);
        if (rc == 0) t->phrases[t->phrase_count++] = phrase;
    }
    return rc;
}
