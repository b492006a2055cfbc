/* SPDX-License-Identifier: MIT */
/* What head office gives its sites to work by: checklists, settings, templates of plans. */
#include "app/http/reply.h"
#include "app/journal/checklist_set.h"
#include "app/journal/company.h"
#include "app/journal/domain.h"
#include "app/journal/plan.h"
#include "app/journal/setting.h"
#include "app/journal/site.h"
#include "app/journal/template.h"
#include "firmware/base/ids.h"

#include <stdio.h>
#include <string.h>

enum { CHECKLISTS_MAX = 2 * 1024 * 1024, SETTINGS_MAX = 64 * 1024, TEMPLATES_MAX_BYTES = 256 * 1024 };

/* ---- checklists ---- */

static void checklists(struct app *app, struct exchange *x, struct db *db) {
    const char *stage = exchange_param(x, "stage");
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    buf_init(&json, CHECKLISTS_MAX);
    int rc = checklist_set_print(db, x->site, stage[0] ? stage : NULL, &json);
    if (rc == ERR_NOT_FOUND) (void)err_set(&e, rc, "there is no stage %s", stage);
    reply_json(x, 200, &json, rc, &e);
}

/* Which version is changed; whoever does not say changes what is there. False: answered. */
static bool base_version(struct exchange *x, int64_t *version) {
    const char *match = exchange_header(x, "If-Match");
    *version = COMPANY_ANY_VERSION;
    if (!match) return true;
    if (strcmp(match, "*") != 0 && plan_if_match(match, version)) {
        exchange_problem(x, 400, "If-Match", "If-Match is a version number, bare or in quotes, or *");
        return false;
    }
    return true;
}

/* Of a PUT: where somebody else was quicker, what there is now comes along. */
static void put_done(struct exchange *x, struct buf *json, int rc, const struct err_text *e) {
    if (rc != ERR_CONFLICT) {
        reply_json(x, 200, json, rc, e);
        return;
    }
    exchange_problem(x, 412, NULL, "%s", e->text[0] ? e->text : "it has changed since; read it again");
    if (json->len) exchange_problem_add(x, "stored", json->data);
    buf_fini(json);
}

static void put_checklist(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct buf json;
    int64_t version;
    char actor[64];
    if (!base_version(x, &version)) return;
    reply_actor(x, actor);
    buf_init(&json, CHECKLISTS_MAX);
    int rc = checklist_set_put(app->journal, db, x->site[0] ? x->site : NULL, exchange_param(x, "stage"), version,
                               x->body, x->body_len, actor, &json, &e);
    put_done(x, &json, rc, &e);
}

/* What a PUT of the same body would do. */
static void check_checklist(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    buf_init(&json, SETTINGS_MAX);
    int rc = checklist_set_would(db, x->site[0] ? x->site : NULL, exchange_param(x, "stage"), x->body, x->body_len,
                                 &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static void company_checklists(struct app *app, struct exchange *x, struct db *db) {
    const char *stage = exchange_param(x, "stage");
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    buf_init(&json, CHECKLISTS_MAX);
    int rc = checklist_set_print(db, NULL, stage[0] ? stage : NULL, &json);
    if (rc == ERR_NOT_FOUND) (void)err_set(&e, rc, "there is no stage %s", stage);
    reply_json(x, 200, &json, rc, &e);
}

/* ---- settings ---- */

static void settings(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    buf_init(&json, SETTINGS_MAX);
    int rc = setting_print(db, x->site, NULL, role_sees_customer(x->user.role), app->silent_after_s, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void put_setting(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct buf json;
    int64_t version;
    char actor[64];
    if (!base_version(x, &version)) return;
    reply_actor(x, actor);
    buf_init(&json, SETTINGS_MAX);
    int rc = setting_put(app->journal, db, x->site[0] ? x->site : NULL, exchange_param(x, "key"), version, x->body,
                         x->body_len, actor, app->silent_after_s, &json, &e);
    put_done(x, &json, rc, &e);
}

static void check_setting(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    buf_init(&json, SETTINGS_MAX);
    int rc = setting_would(db, x->site[0] ? x->site : NULL, exchange_param(x, "key"), x->body, x->body_len, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static void company_settings(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { NULL };
    struct buf json;
    if (exchange_query_only(x, known)) return;
    buf_init(&json, CHECKLISTS_MAX);
    int rc = setting_print_company(db, NULL, app->silent_after_s, &json);
    reply_json(x, 200, &json, rc, NULL);
}

/* What was ever said for all sites, of a setting or a checklist. */
static void company_past(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { NULL };
    const char *kind = exchange_param(x, "kind"), *id = exchange_param(x, "id");
    bool there =
        strcmp(kind, "setting") == 0 ? setting_find(id) != NULL : strcmp(kind, "checklist") == 0 && domain_stage(id);
    char subject[128];
    struct json_out w;
    struct buf list;
    (void)app;
    if (exchange_query_only(x, known)) return;
    (void)snprintf(subject, sizeof subject, "%s/%s", kind, id);
    if (!there) {
        exchange_problem(x, 404, NULL, "%s is neither a setting nor a stage's checklist", subject);
        return;
    }
    buf_init(&list, CHECKLISTS_MAX * 8);
    int rc = company_history(db, subject, &list);
    if (rc < 0) {
        exchange_error(x, rc, NULL);
    } else {
        exchange_json(x, 200, &w);
        json_open(&w, NULL, '{');
        json_put_text(&w, "subject", subject);
        json_put_raw(&w, "entries", list.data, list.len);
        json_close(&w, '}');
    }
    buf_fini(&list);
}

/* ---- templates ---- */

/* By the workdays and holidays of a site, where one is named; else by the standard ones. */
static void templates(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "start", "template", "site", NULL };
    const char *start = exchange_query(x, "start"), *site = exchange_query(x, "site"),
               *key = exchange_query(x, "template");
    struct err_text e = { 0 };
    struct civil date;
    struct plan plan = { 0 };
    struct buf json;
    if (exchange_query_only(x, known)) return;
    if (start && tz_date_parse(start, &date)) {
        exchange_problem(x, 400, "start", "start has to be a date of the calendar, YYYY-MM-DD");
        return;
    }
    if (key && !ids_is_key(key)) {
        exchange_problem(x, 400, "template", "template has to be the key of one");
        return;
    }
    if (site && !ids_is_name(site)) {
        exchange_problem(x, 400, "site", "site has to be the id of one");
        return;
    }
    bool there = true;
    int rc = site ? site_known(db, site, &there) : 0;
    if (!rc && !there) {
        exchange_problem(x, 404, "site", "there is no such site");
        return;
    }
    buf_init(&json, TEMPLATES_MAX_BYTES);
    if (!rc) rc = plan_read(db, site ? site : "", app->timezone, &plan);
    if (!rc) rc = template_print(key, start, &plan.cutoffs, &json, &e);
    plan_fini(&plan);
    reply_json(x, 200, &json, rc, &e);
}

static const struct step checklists_steps[] = { { STEP_READ, checklists }, { STEP_END, NULL } };
static const struct step put_checklist_steps[] = { { STEP_WRITE, put_checklist }, { STEP_END, NULL } };
static const struct step settings_steps[] = { { STEP_READ, settings }, { STEP_END, NULL } };
static const struct step put_setting_steps[] = { { STEP_WRITE, put_setting }, { STEP_END, NULL } };
static const struct step check_checklist_steps[] = { { STEP_READ, check_checklist }, { STEP_END, NULL } };
static const struct step check_setting_steps[] = { { STEP_READ, check_setting }, { STEP_END, NULL } };
static const struct step company_checklists_steps[] = { { STEP_READ, company_checklists }, { STEP_END, NULL } };
static const struct step company_settings_steps[] = { { STEP_READ, company_settings }, { STEP_END, NULL } };
static const struct step company_past_steps[] = { { STEP_READ, company_past }, { STEP_END, NULL } };
static const struct step templates_steps[] = { { STEP_READ, templates }, { STEP_END, NULL } };

const struct route route_company[] = {
    { "GET", "/api/v1/checklists", PERMIT_READ, ROUTE_SITE, checklists_steps },
    { "GET", "/api/v1/checklists/{stage}", PERMIT_READ, ROUTE_SITE, checklists_steps },
    { "PUT", "/api/v1/checklists/{stage}", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, put_checklist_steps },
    { "PUT", "/api/v1/checklists/{stage}", PERMIT_DECIDE, ROUTE_HUB, put_checklist_steps },
    { "GET", "/api/v1/settings", PERMIT_READ, ROUTE_SITE, settings_steps },
    { "PUT", "/api/v1/settings/{key}", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, put_setting_steps },
    { "PUT", "/api/v1/settings/{key}", PERMIT_DECIDE, ROUTE_HUB, put_setting_steps },
    { "POST", "/api/v1/checklists/{stage}/check", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, check_checklist_steps },
    { "POST", "/api/v1/checklists/{stage}/check", PERMIT_DECIDE, ROUTE_HUB, check_checklist_steps },
    { "POST", "/api/v1/settings/{key}/check", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, check_setting_steps },
    { "POST", "/api/v1/settings/{key}/check", PERMIT_DECIDE, ROUTE_HUB, check_setting_steps },
    { "GET", "/api/v1/company/checklists", PERMIT_DECIDE, ROUTE_HUB, company_checklists_steps },
    { "GET", "/api/v1/company/checklists/{stage}", PERMIT_DECIDE, ROUTE_HUB, company_checklists_steps },
    { "GET", "/api/v1/company/settings", PERMIT_DECIDE, ROUTE_HUB, company_settings_steps },
    { "GET", "/api/v1/company/history/{kind}/{id}", PERMIT_DECIDE, ROUTE_HUB, company_past_steps },
    { "GET", "/api/v1/templates", PERMIT_DECIDE, ROUTE_HUB, templates_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
