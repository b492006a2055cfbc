/* SPDX-License-Identifier: MIT */
/* Settings over HTTP: set, for one site or all, and listed. */
#include "app/journal/company.h"
#include "app/journal/setting.h"
#include "app/journal/setting_value.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

/* {"key","value"} as the event has it. */
static int encode(const struct setting_key *k, const struct json *value, struct buf *out, struct err_text *e) {
    struct setting_value v = { 0 };
    struct json_out w;
    bool standard = !value || json_is_null(value);
    int rc = standard ? 0 : setting_value_read(k, value, DECODE_STRICT, &v, e);
    if (rc < 0) return rc;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "key", k->key);
    if (standard)
        json_put_null(&w, "value");
    else
        setting_value_put(k, &v, true, &w, "value");
    json_close(&w, '}');
    return out->error ? err_set(e, out->error, "the setting cannot be written: %s", err_name(out->error)) : 0;
}

static int unknown(const char *key, struct err_text *e) {
    return err_field(e, ERR_NOT_FOUND, "key", "there is no setting %.40s; GET settings lists them", key);
}

int setting_set(struct journal *j, struct db *db, const char *site, const char *key, const struct json *value,
                const char *actor, bool *changed, struct err_text *e) {
    const struct setting_key *k = setting_find(key);
    struct appended appended;
    struct buf data;
    char subject[64];
    bool differs = false;
    if (!k) return unknown(key, e);
    (void)snprintf(subject, sizeof subject, "setting/%s", k->key);
    buf_init(&data, 8192);
    int rc = encode(k, value, &data, e);
    if (rc == 0) {
        rc = company_differs(db, site, subject, data.data, &differs);
        if (rc < 0) (void)err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    }
    struct event_draft draft = {
        .site = site, .type = "setting-set", .subject_id = k->key, .actor = actor, .data = data.data
    };
    if (rc == 0 && differs) rc = journal_append(j, db, &draft, &appended, e);
    buf_fini(&data);
    if (rc == 0 && changed) *changed = differs;
    return rc;
}

/* ---- PUT ---- */

static int put_all(struct journal *j, struct db *db, const struct setting_key *k, const struct json *value,
                   const char *actor, struct buf *answer, struct err_text *e) {
    struct json_out w;
    struct buf data;
    int sites = 0, changed = 0;
    buf_init(&data, 8192);
    int rc = encode(k, value, &data, e);
    if (rc == 0) {
        rc = company_keep(db, "setting-set", k->key, data.data);
        if (rc < 0) (void)err_set(e, rc, "the setting cannot be kept: %s", db_message(db));
    }
    if (rc == 0) rc = company_bring_all(j, db, "setting-set", k->key, actor, &sites, &changed, e);
    buf_fini(&data);
    if (rc < 0) return rc;
    json_start(&w, answer);
    json_open(&w, NULL, '{');
    json_put_text(&w, "key", k->key);
    json_put_int(&w, "sites", sites);
    json_put_int(&w, "changed", changed);
    json_close(&w, '}');
    return answer->error;
}

int setting_put(struct journal *j, struct db *db, const char *site, const char *key, const char *body, size_t n,
                const char *actor, int64_t silent_after_s, struct buf *answer, struct err_text *e) {
    static const char *const members[] = { "value", NULL };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    const struct setting_key *k = setting_find(key);
    if (!k) return unknown(key, e);
    int rc = json_parse(body, n, &root, e);
    if (rc == 0 && !json_is_object(root)) rc = err_set(e, ERR_INVALID, "a JSON object is expected: {\"value\":…}");
    if (rc == 0) rc = json_only(root, "", members, e);
    if (rc == 0 && !json_member(root, "value"))
        rc = err_field(e, ERR_INVALID, "value", "value is missing; null is the default again");
    if (rc < 0) return rc;
    const struct json *value = json_member(root, "value");
    if (!site) return put_all(j, db, k, value, actor, answer, e);
    rc = setting_set(j, db, site, key, value, actor, NULL, e);
    return rc < 0 ? rc : setting_print(db, site, key, true, silent_after_s, answer);
}

/* ---- GET ---- */

static void put_about(const struct setting_key *k, struct json_out *w) {
    static const char *const types[] = { "int", "consent" };
    json_put_text(w, "type", types[k->type]);
    if (k->type == SETTING_INT) {
        json_put_text(w, "unit", k->unit);
        json_put_int(w, "min", k->min);
        json_put_int(w, "max", k->max);
    }
    json_put_text(w, "zh", k->zh);
    json_put_text(w, "en", k->en);
}

/* How long a board may be silent is the configuration's until head office sets it (rules_load_facts.c): no default of the table. */
static void put_configured(int64_t silent_after_s, struct json_out *w, const char *name) {
    char hours[32];
    int n = snprintf(hours, sizeof hours, "%.6g", (double)silent_after_s / 3600);
    if (silent_after_s > 0)
        json_put_raw(w, name, hours, (size_t)n);
    else
        json_put_null(w, name);
}

static int put_one(struct db *db, const char *site, const struct setting_key *k, bool customer, int64_t silent_after_s,
                   struct json_out *w) {
    struct setting_value value, standard;
    struct setting_row row;
    int rc = setting_stored(db, site, k->key, &row);
    if (rc < 0) return rc;
    setting_value_standard(k, &standard);
    bool set =
        row.value && !json_is_null(row.value) && setting_value_read(k, row.value, DECODE_LENIENT, &value, NULL) == 0;
    json_destroy(row.value);
    bool configured = strcmp(k->key, SETTING_SILENT_HOURS) == 0;
    json_open(w, NULL, '{');
    json_put_text(w, "key", k->key);
    if (configured && !set)
        put_configured(silent_after_s, w, "value");
    else
        setting_value_put(k, set ? &value : &standard, customer, w, "value");
    if (configured)
        put_configured(silent_after_s, w, "default");
    else
        setting_value_put(k, &standard, customer, w, "default");
    put_about(k, w);
    json_put_text(w, "source", set ? "company" : configured ? "configuration" : "default");
    json_put_int(w, "version", row.version);
    json_put_text(w, "at", row.at[0] ? row.at : NULL);
    json_close(w, '}');
    return 0;
}

int setting_print(struct db *db, const char *site, const char *key, bool customer, int64_t silent_after_s,
                  struct buf *out) {
    struct json_out w;
    size_t n = 0;
    const struct setting_key *all = setting_keys(&n);
    json_start(&w, out);
    if (key) {
        int rc = setting_find(key) ? put_one(db, site, setting_find(key), customer, silent_after_s, &w) : ERR_NOT_FOUND;
        return rc < 0 ? rc : out->error;
    }
    json_open(&w, NULL, '{');
    json_open(&w, "settings", '[');
    for (size_t i = 0; i < n; i++) {
        int rc = put_one(db, site, &all[i], customer, silent_after_s, &w);
        if (rc < 0) return rc;
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return out->error;
}
