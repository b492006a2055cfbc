/* SPDX-License-Identifier: MIT */
/* An inspection's items: what was measured, with parts and units where the checklist names them, against which limit, and what came of it. */
#include "app/report/report_week_private.h"

#include "app/journal/checklist_set.h"

#include <string.h>

/* ---- what every record has ---- */

const char *report_week_text(const struct json *o, const char *name) {
    const char *text = json_text(json_member(o, name));
    return text ? text : "";
}

const char *report_week_kept(struct report_filling *f, const char *text) { return report_pool_text(&f->r->pool, text); }

const char *report_week_who(struct report_filling *f, const struct json *o) {
    return report_week_kept(f, report_week_text(json_member(o, "actor"), "name"));
}

void report_week_add_photos(struct report_filling *f, const struct json *ids, struct report_list *list) {
    for (size_t i = 0; i < json_count(ids); i++)
        if (json_text(json_at(ids, i))) report_list_add(f->r, list, json_text(json_at(ids, i)));
}

static struct report_words pair(struct report_filling *f, const char *zh, const char *en) {
    return (struct report_words){ report_week_kept(f, zh), report_week_kept(f, en) };
}

/* ---- what was measured ---- */

static void add_measured(struct report_filling *f, struct report_check *c, struct report_words words) {
    struct report_words *more = report_pool_more(&f->r->pool, &c->measured, &c->measured_count, sizeof *more);
    if (more) *more = words;
}

/* item: as it is in force now, or NULL; the record has no units. */
static void put_values(struct report_filling *f, const struct json *values, const struct checklist_item *item,
                       struct report_check *c) {
    struct report_pool *p = &f->r->pool;
    for (size_t i = 0; i < json_count(values); i++) {
        const char *key = report_week_text(json_at(values, i), "part");
        const struct checklist_part *part = NULL;
        double n = 0;
        if (!json_number(json_member(json_at(values, i), "value"), &n)) continue;
        for (size_t k = 0; item && k < item->part_count; k++)
            if (strcmp(item->parts[k].key, key) == 0) part = &item->parts[k];
        bool named = part && item->part_count > 1;
        const char *zh = part ? checklist_unit(part->unit, true) : "", *en = part ? part->unit : "";
        add_measured(f, c,
                     (struct report_words){ report_pool_printf(p, "%s%s%.10g%s%s", named ? part->zh : "",
                                                               named ? " " : "", n, zh[0] ? " " : "", zh),
                                            report_pool_printf(p, "%s%s%.10g%s%s", named ? part->en : "",
                                                               named ? " " : "", n, en[0] ? " " : "", en) });
    }
}

/* " · 0.7 → 0.69 MPa", or "". */
static const char *start_end(struct report_filling *f, const struct json *run, const char *unit) {
    double start = 0, end = 0;
    struct report_pool *p = &f->r->pool;
    bool has_start = json_number(json_member(run, "start"), &start),
         has_end = json_number(json_member(run, "end"), &end);
    if (has_start && has_end)
        return report_pool_printf(p, " · %.10g → %.10g%s%s", start, end, unit[0] ? " " : "", unit);
    if (!has_start && !has_end) return "";
    return report_pool_printf(p, " · %.10g%s%s", has_start ? start : end, unit[0] ? " " : "", unit);
}

static void put_runs(struct report_filling *f, const struct json *runs, const struct checklist_item *item,
                     struct report_check *c) {
    for (size_t i = 0; i < json_count(runs); i++) {
        const struct checklist_phase *phase = NULL;
        double minutes = 0;
        for (size_t k = 0; item && k < item->phase_count; k++)
            if (strcmp(item->phases[k].key, report_week_text(json_at(runs, i), "phase")) == 0) phase = &item->phases[k];
        (void)!json_number(json_member(json_at(runs, i), "minutes"), &minutes);
        struct report_words lasted = report_lasted(&f->r->pool, (int64_t)(minutes * 60));
        const char *values = start_end(f, json_at(runs, i), phase ? phase->unit : "");
        bool named = phase && item->phase_count > 1;
        add_measured(f, c,
                     (struct report_words){ report_pool_printf(&f->r->pool, "%s%s%s%s", named ? phase->zh : "",
                                                               named ? " " : "", lasted.zh, values),
                                            report_pool_printf(&f->r->pool, "%s%s%s%s", named ? phase->en : "",
                                                               named ? " " : "", lasted.en, values) });
    }
}

/* A test that the board has timed stands in a table of its own, with its photos. */
static int put_test(struct report_filling *f, const char *id, struct report_check *c) {
    int index = 0;
    int rc = report_week_test(f, id, &index);
    if (rc == ERR_NOT_FOUND) {
        add_measured(f, c, (struct report_words){ "试验记录未到", "the test's record is on its way" });
        return 0;
    }
    if (rc) return rc;
    const struct report_test *t = &f->r->tests[index];
    add_measured(f, c, report_lasted(&f->r->pool, t->seconds));
    if (t->values && t->values[0]) add_measured(f, c, (struct report_words){ t->values, "" });
    return 0;
}

/* One, or one for each phase. */
static int put_tests(struct report_filling *f, const struct json *item, struct report_check *c) {
    const struct json *tests = json_member(item, "tests");
    int rc = report_week_text(item, "test")[0] ? put_test(f, report_week_text(item, "test"), c) : 0;
    for (size_t i = 0; rc == 0 && i < json_count(tests); i++) {
        const char *id = json_text(json_at(tests, i));
        if (id) rc = put_test(f, id, c);
    }
    return rc;
}

/* ---- one item ---- */

static enum report_verdict verdict_of(const char *word) {
    if (strcmp(word, "pass") == 0) return REPORT_PASS;
    if (strcmp(word, "na") == 0) return REPORT_NOT_APPLICABLE;
    if (strcmp(word, "rectify") == 0) return REPORT_RECTIFY;
    return strcmp(word, "fail") == 0 ? REPORT_FAIL : REPORT_UNJUDGED;
}

static int add_check(struct report_filling *f, const struct json *item, const struct json *result,
                     const struct checklist *list, struct report_inspection *in) {
    struct report_check *c = report_pool_more(&f->r->pool, &in->checks, &in->check_count, sizeof *c);
    const char *said =
        report_week_text(result, "result")[0] ? report_week_text(result, "result") : report_week_text(item, "result");
    const struct json *limit = json_member(result, "limit");
    const struct checklist_item *known = checklist_set_item(list, report_week_text(item, "item"));
    bool red = false;
    if (!c) return f->r->pool.error;
    (void)!json_bool(json_member(result, "red"), &red);
    c->key = report_week_kept(f, report_week_text(item, "item"));
    c->text = pair(f, report_week_text(result, "zh"), report_week_text(result, "en"));
    if (!c->text.zh[0]) c->text = known ? pair(f, known->zh, known->en) : (struct report_words){ c->key, "" };
    if (report_week_text(item, "room")[0]) c->room = report_week_room(f, report_week_text(item, "room"));
    c->limit = pair(f, report_week_text(limit, "zh"), report_week_text(limit, "en"));
    c->reason = report_week_kept(f, report_week_text(item, "reason"));
    c->note = report_week_kept(f, report_week_text(item, "note"));
    c->verdict = verdict_of(said);
    c->red_line = red;
    put_values(f, json_member(item, "values"), known, c);
    put_runs(f, json_member(item, "runs"), known, c);
    report_week_add_photos(f, json_member(item, "photos"), &c->photos);
    f->r->counts.checks += c->verdict != REPORT_NOT_APPLICABLE;
    f->r->counts.passed += c->verdict == REPORT_PASS;
    f->r->counts.failed += c->verdict == REPORT_FAIL;
    int rc = put_tests(f, item, c);
    return rc ? rc : f->r->pool.error;
}

/* ---- all of them ---- */

static int add_checks(struct report_filling *f, const struct json *json, struct report_inspection *in) {
    const struct json *items = json_member(json, "items"), *results = json_member(json, "results");
    struct checklist list;
    int rc = checklist_set_read(f->db, f->site, report_week_text(json, "stage"), &list);
    if (rc) return rc;
    for (size_t i = 0; i < json_count(items) && !rc; i++)
        rc = add_check(f, json_at(items, i), json_at(results, i), &list, in);
    checklist_set_fini(&list);
    return rc;
}

int report_week_walk(struct report_filling *f, const struct json *json) {
    struct report *r = f->r;
    struct report_inspection *in = report_pool_more(&r->pool, &r->inspections, &r->inspection_count, sizeof *in);
    if (!in) return r->pool.error;
    in->id = report_week_kept(f, report_week_text(json, "id"));
    in->at = report_week_time(f, report_week_text(json, "at"));
    in->who = report_week_who(f, json);
    in->note = report_week_kept(f, report_week_text(json, "note"));
    in->stage = report_week_stage(f, report_week_text(json, "stage"));
    in->verdict = verdict_of(report_week_text(json, "verdict"));
    int rc = add_checks(f, json, in);
    report_week_add_photos(f, json_member(json, "photos"), &f->named);
    if (in->verdict > r->verdict) r->verdict = in->verdict;
    return rc ? rc : r->pool.error;
}
