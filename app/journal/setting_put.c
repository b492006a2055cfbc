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
    int64_t version = 0;
    buf_init(&data, 8192);
    int rc = encode(k, value, &data, e);
    if (rc == 0) {
        rc = company_keep(db, "setting-set", k->key, data.data, actor);
        if (rc < 0) (void)err_set(e, rc, "the setting cannot be kept: %s", db_message(db));
    }
    if (rc == 0) rc = company_bring_all(j, db, "setting-set", k->key, actor, &sites, &changed, e);
    if (rc == 0) rc = company_version(db, "setting-set", k->key, &version);
    buf_fini(&data);
    if (rc < 0) return rc;
    json_start(&w, answer);
    json_open(&w, NULL, '{');
    json_put_text(&w, "key", k->key);
    json_put_int(&w, "sites", sites);
    json_put_int(&w, "changed", changed);
    json_put_int(&w, "version", version);
    json_close(&w, '}');
    return answer->error;
}

/* The value that a body says. *root owns it. */
static int take_body(const char *body, size_t n, struct json **root, const struct json **value, struct err_text *e) {
    static const char *const members[] = { "value", NULL };
    int rc = json_parse(body, n, root, e);
    if (rc == 0 && !json_is_object(*root)) rc = err_set(e, ERR_INVALID, "a JSON object is expected: {\"value\":…}");
    if (rc == 0) rc = json_only(*root, "", members, e);
    if (rc == 0 && !json_member(*root, "value"))
        rc = err_field(e, ERR_INVALID, "value", "value is missing; null is the default again");
    if (rc == 0) *value = json_member(*root, "value");
    return rc;
}

static int version_of(struct db *db, const char *site, const struct setting_key *k, int64_t *out) {
    struct setting_row row;
    if (!site) return company_version(db, "setting-set", k->key, out);
    int rc = setting_stored(db, site, k->key, &row);
    if (rc < 0) return rc;
    json_destroy(row.value);
    *out = row.version;
    return 0;
}

static int check_version(struct db *db, const char *site, const struct setting_key *k, int64_t if_match,
                         int64_t silent_after_s, struct buf *answer, struct err_text *e) {
    int64_t version = 0;
    int rc = version_of(db, site, k, &version);
    if (rc < 0) return err_set(e, rc, "the setting cannot be read: %s", db_message(db));
    rc = company_if_match("the setting", version, if_match, e);
    if (rc == 0) return 0;
    int printed = site ? setting_print(db, site, k->key, true, silent_after_s, answer)
                       : setting_print_company(db, k->key, silent_after_s, answer);
    if (printed < 0) buf_clear(answer);
    return rc;
}

int setting_put(struct journal *j, struct db *db, const char *site, const char *key, int64_t if_match, const char *body,
                size_t n, const char *actor, int64_t silent_after_s, struct buf *answer, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    const struct setting_key *k = setting_find(key);
    const struct json *value = NULL;
    if (!k) return unknown(key, e);
    int rc = take_body(body, n, &root, &value, e);
    if (rc == 0) rc = check_version(db, site, k, if_match, silent_after_s, answer, e);
    if (rc < 0) return rc;
    if (!site) return put_all(j, db, k, value, actor, answer, e);
    rc = setting_set(j, db, site, key, value, actor, NULL, e);
    return rc < 0 ? rc : setting_print(db, site, key, true, silent_after_s, answer);
}

int setting_would(struct db *db, const char *site, const char *key, const char *body, size_t n, struct buf *answer,
                  struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    const struct setting_key *k = setting_find(key);
    const struct json *value = NULL;
    struct json_out w;
    struct buf data;
    char subject[64];
    int sites = 0, changed = 0;
    if (!k) return unknown(key, e);
    (void)snprintf(subject, sizeof subject, "setting/%s", k->key);
    buf_init(&data, 8192);
    int rc = take_body(body, n, &root, &value, e);
    if (rc == 0) rc = encode(k, value, &data, e);
    if (rc == 0) {
        rc = company_would(db, site, subject, data.data, &sites, &changed);
        if (rc < 0) (void)err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    }
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

static bool is_configured(const struct setting_key *k) { return strcmp(k->key, SETTING_SILENT_HOURS) == 0; }

/* How long a board may be silent is the configuration's until head office sets it (rules_load_facts.c): no default of the table. */
static void put_configured(int64_t silent_after_s, struct json_out *w, const char *name) {
    char hours[32];
    int n = snprintf(hours, sizeof hours, "%.6g", (double)silent_after_s / 3600);
    if (silent_after_s > 0)
        json_put_raw(w, name, hours, (size_t)n);
    else
        json_put_null(w, name);
}

/* A value that nobody set. */
static void put_standard(const struct setting_key *k, bool customer, int64_t silent_after_s, struct json_out *w,
                         const char *name) {
    struct setting_value standard;
    setting_value_standard(k, &standard);
    if (is_configured(k))
        put_configured(silent_after_s, w, name);
    else
        setting_value_put(k, &standard, customer, w, name);
}

/* The value that an event's data say, the default where they say none that is valid here. Whether they say one. */
static bool read_value(const struct setting_key *k, const struct json *value, struct setting_value *out) {
    if (value && !json_is_null(value) && setting_value_read(k, value, DECODE_LENIENT, out, NULL) == 0) return true;
    setting_value_standard(k, out);
    return false;
}

/* What is for all sites. *set: something is. */
static int read_company(struct db *db, const struct setting_key *k, struct setting_value *out, bool *set) {
    CLEANUP(json_destroy_ptr) struct json *kept = NULL;
    int rc = company_kept(db, "setting-set", k->key, &kept);
    if (rc < 0 && rc != ERR_NOT_FOUND) return rc;
    *set = read_value(k, json_member(kept, "value"), out);
    return 0;
}

/* Of values as they are printed, so that it is the same whatever their type is. */
static int same_value(const struct setting_key *k, const struct setting_value *a, const struct setting_value *b,
                      bool *out) {
    const struct setting_value *const both[] = { a, b };
    struct buf texts[2];
    struct json_out w;
    for (int i = 0; i < 2; i++) {
        buf_init(&texts[i], 8192);
        json_start(&w, &texts[i]);
        setting_value_put(k, both[i], true, &w, NULL);
    }
    int rc = texts[0].error ? texts[0].error : texts[1].error;
    if (rc == 0) *out = strcmp(texts[0].data, texts[1].data) == 0;
    buf_fini(&texts[0]);
    buf_fini(&texts[1]);
    return rc;
}

static int put_one(struct db *db, const char *site, const struct setting_key *k, bool customer, int64_t silent_after_s,
                   struct json_out *w) {
    struct setting_value value, company;
    struct setting_row row;
    bool for_all = false, same = false;
    int rc = setting_stored(db, site, k->key, &row);
    if (rc < 0) return rc;
    bool set = read_value(k, row.value, &value);
    json_destroy(row.value);
    rc = read_company(db, k, &company, &for_all);
    if (rc == 0) rc = same_value(k, &value, &company, &same);
    if (rc < 0) return rc;
    json_open(w, NULL, '{');
    json_put_text(w, "key", k->key);
    if (set)
        setting_value_put(k, &value, customer, w, "value");
    else
        put_standard(k, customer, silent_after_s, w, "value");
    put_standard(k, customer, silent_after_s, w, "default");
    put_about(k, w);
    json_put_text(w, "from", same && for_all ? "company" : set || (!same && row.version > 0) ? "site" : "product");
    if (for_all)
        setting_value_put(k, &company, false, w, "company");
    else
        json_put_null(w, "company");
    json_put_text(w, "source", set ? "company" : is_configured(k) ? "configuration" : "default");
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

/* ---- for all sites ---- */

/* Where another value is in force. */
static int put_own(struct db *db, const struct setting_key *k, const struct setting_value *company,
                   struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT site, value FROM setting WHERE key = ? ORDER BY site", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, k->key);
    json_open(w, "own", '[');
    while ((rc = stmt_step(s)) == 1) {
        CLEANUP(json_destroy_ptr) struct json *root = NULL;
        struct setting_value value;
        bool same = false;
        rc = json_parse(stmt_text(s, 1), strlen(stmt_text(s, 1)), &root, NULL);
        if (rc < 0) return rc == ERR_INVALID ? ERR_CORRUPT : rc;
        (void)read_value(k, root, &value);
        rc = same_value(k, &value, company, &same);
        if (rc < 0) return rc;
        if (same) continue;
        json_open(w, NULL, '{');
        json_put_text(w, "site", stmt_text(s, 0));
        setting_value_put(k, &value, false, w, "value");
        json_close(w, '}');
    }
    json_close(w, ']');
    return rc;
}

static int put_company(struct db *db, const struct setting_key *k, int64_t silent_after_s, struct json_out *w) {
    struct setting_value value;
    bool set = false;
    int64_t version = 0;
    int rc = read_company(db, k, &value, &set);
    if (rc == 0) rc = company_version(db, "setting-set", k->key, &version);
    if (rc < 0) return rc;
    json_open(w, NULL, '{');
    json_put_text(w, "key", k->key);
    if (set)
        setting_value_put(k, &value, false, w, "value");
    else
        put_standard(k, false, silent_after_s, w, "value");
    put_standard(k, false, silent_after_s, w, "default");
    put_about(k, w);
    json_put_text(w, "from", set ? "company" : "product");
    json_put_int(w, "version", version);
    rc = put_own(db, k, &value, w);
    json_close(w, '}');
    return rc;
}

int setting_print_company(struct db *db, const char *key, int64_t silent_after_s, struct buf *out) {
    struct json_out w;
    size_t n = 0;
    const struct setting_key *all = setting_keys(&n);
    json_start(&w, out);
    if (key) {
        int rc = setting_find(key) ? put_company(db, setting_find(key), silent_after_s, &w) : ERR_NOT_FOUND;
        return rc < 0 ? rc : out->error;
    }
    json_open(&w, NULL, '{');
    json_open(&w, "settings", '[');
    for (size_t i = 0; i < n; i++) {
        int rc = all[i].type == SETTING_CONSENT ? 0 : put_company(db, &all[i], silent_after_s, &w);
        if (rc < 0) return rc;
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return out->error;
}
