/* SPDX-License-Identifier: MIT */
/* Reasons of delays and changes, read once. */
#include "app/journal/reason.h"

#include "app/journal/domain_files.h"
#include "firmware/base/ids.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const char *const parties[] = { "owner",    "company",       "supplier", "third_party",
                                       "calendar", "force_majeure", "none",     NULL };
static const char *const extents[] = { "yes", "no", "decide", "planned", NULL };
const char *const reason_responsibilities[] = { "customer",       "design",     "error",
                                                "site_condition", "omission",   "quantity",
                                                "supplier",       "regulation", NULL };

static struct reason_file own;
static struct err_text fault;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct reason_delay *delay(const struct reason_file *f, const char *key) {
    for (size_t i = 0; i < f->delay_count; i++)
        if (strcmp(f->delays[i].key, key) == 0) return &f->delays[i];
    return NULL;
}

static const struct reason_change *change(const struct reason_file *f, const char *key) {
    for (size_t i = 0; i < f->change_count; i++)
        if (strcmp(f->changes[i].key, key) == 0) return &f->changes[i];
    return NULL;
}

static int take_delay(struct reason_file *f, const struct json *row, const char *path, struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", "party", "extends", "hold", NULL };
    struct reason_delay r = { 0 };
    int party = 0, extends = 0;
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = domain_form_names(&f->texts, row, path, &r.key, &r.zh, &r.en, e);
    if (rc == 0) rc = domain_form_word(row, path, "party", JSON_REQUIRED, parties, &party, e);
    if (rc == 0) rc = domain_form_word(row, path, "extends", JSON_REQUIRED, extents, &extends, e);
    if (rc == 0) rc = json_get_bool(row, path, "hold", JSON_OPTIONAL, &r.hold, e);
    if (rc == 0 && (!ids_is_key(r.key) || delay(f, r.key))) rc = domain_form_twice(path, r.key, e);
    r.party = (enum reason_party)party;
    r.extends = (enum reason_extends)extends;
    if (rc == 0) f->delays[f->delay_count++] = r;
    return rc;
}

static int take_change(struct reason_file *f, const struct json *row, const char *path, struct err_text *e) {
    static const char *const members[] = { "key", "zh", "en", "responsibility", "credit", NULL };
    struct reason_change r = { 0 };
    int who = 0;
    int rc = json_only(row, path, members, e);
    if (rc == 0) rc = domain_form_names(&f->texts, row, path, &r.key, &r.zh, &r.en, e);
    if (rc == 0) rc = domain_form_word(row, path, "responsibility", JSON_REQUIRED, reason_responsibilities, &who, e);
    if (rc == 0) rc = json_get_bool(row, path, "credit", JSON_OPTIONAL, &r.credit, e);
    if (rc == 0 && (!ids_is_key(r.key) || change(f, r.key))) rc = domain_form_twice(path, r.key, e);
    r.responsibility = reason_responsibilities[who];
    if (rc == 0) f->changes[f->change_count++] = r;
    return rc;
}

int reason_file_read(const struct json *root, struct reason_file *out, struct err_text *e) {
    static const char *const lists[] = { "delays", "changes", NULL };
    const struct json *rows = NULL;
    char path[48];
    int rc = domain_form_head(root, lists, e);
    if (rc == 0) rc = domain_form_rows(root, "delays", REASONS_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        (void)snprintf(path, sizeof path, "delays.%zu.", i);
        rc = take_delay(out, json_at(rows, i), path, e);
    }
    if (rc == 0) rc = domain_form_rows(root, "changes", REASONS_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        (void)snprintf(path, sizeof path, "changes.%zu.", i);
        rc = take_change(out, json_at(rows, i), path, e);
    }
    return rc;
}

static int read_own(const struct json *root, struct err_text *e) { return reason_file_read(root, &own, e); }
static void read_once(void) { (void)domain_form_load("reasons", read_own, &fault); }

static const struct reason_file *get(void) {
    (void)pthread_once(&once, read_once);
    return &own;
}

int reason_file_check(struct err_text *e) {
    (void)get();
    return fault.code == 0 ? 0 : err_field(e, fault.code, fault.field, "%s", fault.text);
}

const char *reason_party_name(enum reason_party party) { return parties[party]; }
const char *reason_extends_name(enum reason_extends extends) { return extents[extends]; }
const struct reason_delay *reason_delay_find(const char *key) { return delay(get(), key); }
const struct reason_change *reason_change_find(const char *key) { return change(get(), key); }
