/* SPDX-License-Identifier: MIT */
/* A plan's members, in and out of JSON. Masks the customer at once: an unmasked one exists nowhere past this file. */
#include "app/journal/plan_decode.h"

#include "app/journal/privacy.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AMOUNT_MAX 1e10
#define WORDS_MAX  120 /* bytes of a stage's name in words */

void plan_said_fini(struct plan_said *s) { plan_fini(&s->plan); }

static int take_after(const struct json *row, const char *path, struct plan_stage *s, struct err_text *e) {
    const struct json *after = NULL;
    int rc = json_get_array(row, path, "after", JSON_OPTIONAL, PLAN_AFTER_MAX, &after, e);
    for (size_t i = 0; rc == 0 && i < json_count(after); i++) {
        const char *key = json_text(json_at(after, i));
        char field[96];
        (void)snprintf(field, sizeof field, "%.60safter.%zu", path, i);
        if (!key || !ids_is_key(key)) return err_field(e, ERR_INVALID, field, "%s has to be the key of a stage", field);
        rc = text_copy(s->after[s->after_count++], sizeof s->after[0], key);
    }
    return rc;
}

static int take_stage(const struct json *row, const char *path, enum decode mode, struct plan_stage *s,
                      struct err_text *e) {
    static const char *const members[] = { "key", "planned_start", "planned_finish", "after", "zh", "en", NULL };
    char field[96];
    const char *words = NULL; /* what GET says beside the key: looked at, not kept */
    (void)snprintf(field, sizeof field, "%.*s", (int)strlen(path) - 1, path);
    if (!json_is_object(row)) return err_field(e, ERR_INVALID, field, "%s has to be an object", field);
    (void)snprintf(field, sizeof field, "%.60splanned_finish", path);
    int rc = mode == DECODE_STRICT ? json_only(row, path, members, e) : 0;
    if (rc == 0 && mode == DECODE_STRICT) rc = json_get_text(row, path, "zh", JSON_OPTIONAL, WORDS_MAX, &words, e);
    if (rc == 0 && mode == DECODE_STRICT) rc = json_get_text(row, path, "en", JSON_OPTIONAL, WORDS_MAX, &words, e);
    if (rc == 0) rc = item_get_key(row, path, "key", JSON_REQUIRED, s->key, e);
    if (rc == 0) rc = item_get_date(row, path, "planned_start", JSON_OPTIONAL, s->start, e);
    if (rc == 0) rc = item_get_date(row, path, "planned_finish", JSON_OPTIONAL, s->finish, e);
    if (rc == 0) rc = take_after(row, path, s, e);
    if (rc == 0 && s->start[0] && s->finish[0] && strcmp(s->finish, s->start) < 0)
        rc = err_field(e, ERR_INVALID, field, "%s is before planned_start", field);
    return rc;
}

/* Every stage that is named in `after` is there, and no stage waits for itself. */
static int check_order(const struct plan *p, struct err_text *e) {
    bool ready[PLAN_STAGES_MAX] = { false };
    char field[96];
    for (size_t i = 0; i < p->stage_count; i++)
        for (size_t k = 0; k < p->stages[i].after_count; k++) {
            if (plan_stage_find(p, p->stages[i].after[k])) continue;
            (void)snprintf(field, sizeof field, "stages.%zu.after.%zu", i, k);
            return err_field(e, ERR_INVALID, field, "%s: there is no stage %s in the plan", field,
                             p->stages[i].after[k]);
        }
    for (size_t done = 0, before = 1; done != before;) {
        before = done;
        for (size_t i = 0; i < p->stage_count; i++) {
            bool waits = false;
            for (size_t k = 0; k < p->stages[i].after_count; k++)
                waits = waits || !ready[plan_stage_find(p, p->stages[i].after[k]) - p->stages];
            if (ready[i] || waits) continue;
            ready[i] = true;
            done++;
        }
    }
    for (size_t i = 0; i < p->stage_count; i++) {
        if (ready[i]) continue;
        (void)snprintf(field, sizeof field, "stages.%zu.after", i);
        return err_field(e, ERR_INVALID, field, "%s: the stage %s would wait for itself", field, p->stages[i].key);
    }
    return 0;
}

static int take_stages(const struct json *root, enum decode mode, struct plan_said *out, struct err_text *e) {
    const struct json *rows = NULL;
    struct plan *p = &out->plan;
    int rc = json_get_array(root, "", "stages", JSON_OPTIONAL, PLAN_STAGES_MAX, &rows, e);
    if (rc < 0 || !rows) return rc;
    out->stages = true;
    if (json_count(rows) == 0) return 0;
    p->stages = calloc(json_count(rows), sizeof *p->stages);
    if (!p->stages) return err_set(e, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        char path[40];
        (void)snprintf(path, sizeof path, "stages.%zu.", i);
        rc = take_stage(json_at(rows, i), path, mode, &p->stages[i], e);
        if (rc == 0 && plan_stage_find(p, p->stages[i].key)) {
            char field[48];
            (void)snprintf(field, sizeof field, "%skey", path);
            rc = err_field(e, ERR_INVALID, field, "%s: the stage %s is there twice", field, p->stages[i].key);
        }
        p->stage_count = i + 1;
    }
    return rc == 0 && mode == DECODE_STRICT ? check_order(p, e) : rc;
}

static int take_name(const struct json *root, struct plan_said *out, struct err_text *e) {
    const char *name = NULL;
    struct buf masked;
    int rc = json_get_text(root, "", "name", JSON_OPTIONAL, PLAN_NAME_SIZE - 1, &name, e);
    if (rc < 0 || !name) return rc;
    if (!name[strspn(name, " \t\r\n")]) return err_field(e, ERR_INVALID, "name", "name is empty");
    buf_init(&masked, 4096);
    rc = privacy_mask_text(name, &masked);
    if (rc == 0) text_clip(out->plan.name, sizeof out->plan.name, masked.data);
    buf_fini(&masked);
    out->name = true;
    return rc;
}

static int take_timezone(const struct json *root, enum decode mode, struct plan_said *out, struct err_text *e) {
    const char *name = NULL;
    struct tz *tz = NULL;
    int rc = json_get_text(root, "", "timezone", JSON_OPTIONAL, PLAN_TZ_SIZE - 1, &name, e);
    if (rc < 0 || !name) return rc;
    if (mode == DECODE_STRICT) rc = tz_create(name, &tz, NULL);
    if (rc == ERR_NOMEM) return err_set(e, rc, "out of memory");
    if (rc < 0)
        return err_field(e, ERR_INVALID, "timezone", "there is no time zone %.60s; names are like Asia/Shanghai", name);
    tz_destroy(tz);
    out->timezone = true;
    return text_copy(out->plan.timezone, sizeof out->plan.timezone, name);
}

static int take_amount(const struct json *root, struct plan_said *out, struct err_text *e) {
    const struct json *amount = json_member(root, "contract_amount");
    double value = 0;
    if (!amount || json_is_null(amount)) return 0;
    if (!json_number(amount, &value) || value < 0 || value > AMOUNT_MAX ||
        fabs(value * 100 - round(value * 100)) > 1e-3)
        return err_field(e, ERR_INVALID, "contract_amount",
                         "contract_amount has to be a number from 0 to 10000000000 with at most two decimals");
    out->contract = true;
    out->plan.contract_fen = (int64_t)llround(value * 100);
    return 0;
}

static int take_customer(const struct json *root, enum decode mode, struct plan_said *out, struct err_text *e) {
    static const char *const members[] = { "name", "phone", NULL };
    const struct json *customer = json_member(root, "customer");
    const char *name = "";
    const char *phone = "";
    if (!customer || json_is_null(customer)) return 0;
    if (!json_is_object(customer))
        return err_field(e, ERR_INVALID, "customer", "customer has to be an object with name and phone");
    int rc = mode == DECODE_STRICT ? json_only(customer, "customer.", members, e) : 0;
    if (rc == 0) rc = json_get_text(customer, "customer.", "name", JSON_OPTIONAL, 120, &name, e);
    if (rc == 0) rc = json_get_text(customer, "customer.", "phone", JSON_OPTIONAL, 40, &phone, e);
    if (rc < 0) return rc;
    if (privacy_mask_name(name, out->plan.customer_name, sizeof out->plan.customer_name) < 0)
        return err_field(e, ERR_INVALID, "customer.name", "customer.name is too long");
    if (privacy_mask_phone(phone, out->plan.customer_phone, sizeof out->plan.customer_phone) < 0)
        return err_field(e, ERR_INVALID, "customer.phone",
                         "customer.phone has to be a telephone number of 5 to 20 digits");
    out->customer = true;
    return 0;
}

static int take_cutoffs(const struct json *root, enum decode mode, struct plan_said *out, struct err_text *e) {
    const struct json *cutoffs = json_member(root, "cutoffs");
    if (!cutoffs || json_is_null(cutoffs)) return 0;
    int rc = plan_cutoffs_decode(cutoffs, mode, &out->plan.cutoffs, e);
    if (rc == 0) out->cutoffs = true;
    return rc;
}

int plan_decode(const struct json *root, enum decode mode, struct plan_said *out, struct err_text *e) {
    struct plan_said said = { .plan.contract_fen = -1 };
    if (!json_is_object(root)) return err_set(e, ERR_INVALID, "a plan has to be a JSON object");
    int rc = take_name(root, &said, e);
    if (rc == 0) rc = take_timezone(root, mode, &said, e);
    if (rc == 0) rc = take_stages(root, mode, &said, e);
    if (rc == 0) rc = take_amount(root, &said, e);
    if (rc == 0) rc = take_cutoffs(root, mode, &said, e);
    if (rc == 0) rc = take_customer(root, mode, &said, e);
    if (rc < 0)
        plan_said_fini(&said);
    else
        *out = said;
    return rc;
}

void plan_amount_put(int64_t fen, struct json_out *w, const char *name) {
    char text[40];
    if (fen < 0) {
        json_put_null(w, name);
        return;
    }
    (void)snprintf(text, sizeof text, "%lld.%02lld", (long long)(fen / 100), (long long)(fen % 100));
    if (fen % 100 == 0) text[strlen(text) - 3] = '\0';
    json_put_raw(w, name, text, strlen(text));
}

static void put_stage(const struct plan_stage *s, struct json_out *w) {
    json_open(w, NULL, '{');
    json_put_text(w, "key", s->key);
    if (s->start[0]) json_put_text(w, "planned_start", s->start);
    if (s->finish[0]) json_put_text(w, "planned_finish", s->finish);
    json_open(w, "after", '[');
    for (size_t i = 0; i < s->after_count; i++) json_put_text(w, NULL, s->after[i]);
    json_close(w, ']');
    json_close(w, '}');
}

int plan_encode(const struct plan_said *s, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    if (s->plan.version > 0) json_put_int(&w, "version", s->plan.version);
    if (s->name) json_put_text(&w, "name", s->plan.name);
    if (s->timezone) json_put_text(&w, "timezone", s->plan.timezone);
    if (s->stages) {
        json_open(&w, "stages", '[');
        for (size_t i = 0; i < s->plan.stage_count; i++) put_stage(&s->plan.stages[i], &w);
        json_close(&w, ']');
    }
    if (s->contract) plan_amount_put(s->plan.contract_fen, &w, "contract_amount");
    if (s->cutoffs) plan_cutoffs_put(&s->plan.cutoffs, &w, "cutoffs");
    if (s->customer) {
        json_open(&w, "customer", '{');
        json_put_text(&w, "name", s->plan.customer_name);
        json_put_text(&w, "phone", s->plan.customer_phone);
        json_close(&w, '}');
    }
    json_close(&w, '}');
    return out->error;
}

int plan_check(const struct json *data, struct err_text *e) {
    struct plan_said said = { 0 };
    int rc = plan_decode(data, DECODE_LENIENT, &said, e);
    plan_said_fini(&said);
    return rc;
}
