/* SPDX-License-Identifier: MIT */
/* From what a supervisor found to a verdict. Reads no database: the items in force and the state of tests are handed in. */
#include "app/journal/inspection.h"

#include "app/journal/row.h"
#include "app/journal/timed_limit.h"
#include "firmware/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct judging {
    const struct inspection_site *site;
    const char *stage;
    struct json_out *made;
    struct inspection_sum sum;
    struct err_text *e;
};

static void field_of(char out[64], size_t i, const char *member) {
    (void)snprintf(out, 64, "items.%zu%s%s", i, *member ? "." : "", member);
}

/* ---- one item ---- */

/* NAN: it was not read off. */
static double number_of(const struct json *o, const char *name) {
    double n;
    return json_number(json_member(o, name), &n) ? n : NAN;
}

static const struct json *named(const struct json *list, const char *member, const char *key) {
    for (size_t i = 0; i < json_count(list); i++)
        if (strcmp(row_text(json_at(list, i), member), key) == 0) return json_at(list, i);
    return NULL;
}

/* The limits of several parts, one behind the other. */
static void add_limit(char out[CHECKLIST_LIMIT_SIZE], const char *name, const char *limit) {
    size_t n = strlen(out);
    char piece[2 * CHECKLIST_LIMIT_SIZE];
    if (!limit[0]) return;
    (void)snprintf(piece, sizeof piece, "%s%s%s%s", n ? "; " : "", name, *name ? " " : "", limit);
    text_clip(out + n, CHECKLIST_LIMIT_SIZE - n, piece);
}

static int unknown_part(struct judging *k, const struct checklist_item *item, const struct json *values, size_t i) {
    for (size_t v = 0; v < json_count(values); v++) {
        char field[64];
        bool known = false;
        const char *key = row_text(json_at(values, v), "part");
        for (size_t p = 0; p < item->part_count; p++) known = known || strcmp(item->parts[p].key, key) == 0;
        (void)snprintf(field, sizeof field, "items.%zu.values.%zu.part", i, v);
        if (!known) return err_field(k->e, ERR_INVALID, field, "%s: %s has no part %s", field, item->key, key);
    }
    return 0;
}

static int measured(struct judging *k, const struct checklist_item *item, const struct json *o, size_t i,
                    struct checklist_verdict *out) {
    const struct json *values = json_member(o, "values");
    *out = (struct checklist_verdict){ .pass = true };
    int rc = unknown_part(k, item, values, i);
    for (size_t p = 0; rc == 0 && p < item->part_count; p++) {
        const struct checklist_part *part = &item->parts[p];
        struct checklist_verdict one;
        char field[64];
        double value = number_of(named(values, "part", part->key), "value");
        field_of(field, i, "values");
        if (isnan(value))
            return err_field(k->e, ERR_INVALID, field, "%s: the value of %s (%s) is missing", field, item->zh,
                             part->zh);
        rc = checklist_judge(item, part->key, value, &one);
        if (rc < 0) return err_field(k->e, rc, field, "%s cannot be judged", item->key);
        if (!one.pass) out->pass = false;
        bool several = item->part_count > 1;
        add_limit(out->zh, several ? part->zh : "", one.zh);
        add_limit(out->en, several ? part->en : "", one.en);
    }
    return rc;
}

/* ---- timed ---- */

/* The tests that an item names. */
struct own_tests {
    struct inspection_test list[CHECKLIST_PHASES_MAX + 1];
    size_t n;
    bool failed; /* one of them */
};

static const struct inspection_test *test_of(const struct own_tests *t, const struct timed_limit *l) {
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->list[i].kind, l->kind) == 0) return &t->list[i];
    return NULL;
}

/* One that belongs to the item: of one of its phases, made in its stage and room, and the only one of its kind. */
static int take_test(struct judging *k, const struct checklist_item *item, const char *room, const char *field,
                     const char *id, struct own_tests *t) {
    struct inspection_test *test = &t->list[t->n];
    const struct timed_limit *its = NULL;
    if (!k->site->test || k->site->test(k->site->ctx, id, test) < 0)
        return err_field(k->e, ERR_INVALID, field, "%s: there is no finished test %s", field, id);
    for (size_t p = 0; p < item->phase_count; p++) {
        const struct timed_limit *l = timed_limit_of(item, p);
        if (l && strcmp(l->kind, test->kind) == 0) its = l;
    }
    if (!its)
        return err_field(k->e, ERR_INVALID, field, "%s: a %s is not what %s asks for", field, test->kind, item->key);
    if (strcmp(test->stage, item->stage) != 0)
        return err_field(k->e, ERR_INVALID, field, "%s: that test was made for %s, not for %s", field, test->stage,
                         item->stage);
    if (room[0] && strcmp(room, "whole") != 0 && strcmp(test->room, room) != 0 && (its->ponding || test->room[0]))
        return err_field(k->e, ERR_INVALID, field, "%s: that test was made in %s, not in %s", field, test->room, room);
    if (test_of(t, its)) return err_field(k->e, ERR_INVALID, field, "%s: two tests of one kind", field);
    t->failed = t->failed || !test->passed;
    t->n++;
    return 0;
}

static int take_tests(struct judging *k, const struct checklist_item *item, const struct json *o, size_t i,
                      struct own_tests *t) {
    const struct json *more = json_member(o, "tests");
    const char *one = row_text(o, "test"), *room = row_text(o, "room");
    char field[64];
    field_of(field, i, one[0] ? "test" : "tests");
    if (one[0] && json_count(more)) return err_field(k->e, ERR_INVALID, field, "%s: test or tests, not both", field);
    int rc = one[0] ? take_test(k, item, room, field, one, t) : 0;
    for (size_t n = 0; rc == 0 && n < json_count(more) && n < CHECKLIST_PHASES_MAX; n++)
        rc = take_test(k, item, room, field, json_text(json_at(more, n)), t);
    return rc;
}

/* What was typed of a phase that no test is made as. */
static int run_of(struct judging *k, const struct checklist_item *item, const struct checklist_phase *phase,
                  const struct json *runs, const char *field, bool *pass) {
    struct checklist_verdict one;
    const struct json *run = named(runs, "phase", phase->key);
    struct checklist_run r = { number_of(run, "minutes"), number_of(run, "start"), number_of(run, "end"),
                               number_of(run, "working") };
    if (!run) return err_field(k->e, ERR_INVALID, field, "%s: what was read of %s is missing", field, item->zh);
    int rc = checklist_judge_run(item, phase->key, &r, &one);
    if (rc < 0) return err_field(k->e, rc, field, "%s cannot be judged", item->key);
    if (one.fault == CHECKLIST_MISSING)
        return err_field(k->e, ERR_INVALID, field, "%s: a value of %s is missing (%s)", field, phase->zh, one.zh);
    if (!one.pass) *pass = false;
    return 0;
}

/* By the board's clock and no early pass: where there is a timed test, nothing that is typed stands for it. */
static int test_or_run(struct judging *k, const struct checklist_item *item, size_t p, const struct json *o, size_t i,
                       const struct own_tests *t, bool *pass) {
    const struct timed_limit *l = timed_limit_of(item, p);
    const struct json *runs = json_member(o, "runs");
    char field[64];
    field_of(field, i, "runs");
    if (!l) return run_of(k, item, &item->phases[p], runs, field, pass);
    if (json_count(runs) && named(runs, "phase", item->phases[p].key))
        return err_field(k->e, ERR_INVALID, field, "%s: %s is judged by its timed test, not by what is typed", field,
                         item->zh);
    const struct inspection_test *test = test_of(t, l);
    if (test) *pass = *pass && test->passed;
    if (test || t->failed) return 0; /* what failed needs no second phase */
    field_of(field, i, item->phase_count > 1 ? "tests" : "test");
    return err_field(k->e, ERR_INVALID, field,
                     "%s: the id of the finished %s is missing; without a test say na with a reason, or fail", field,
                     l->en);
}

static int ran(struct judging *k, const struct checklist_item *item, const struct json *o, size_t i,
               struct checklist_verdict *out) {
    struct own_tests t = { .n = 0 };
    *out = (struct checklist_verdict){ .pass = true };
    for (size_t p = 0; p < item->phase_count; p++) {
        char zh[CHECKLIST_LIMIT_SIZE], en[CHECKLIST_LIMIT_SIZE];
        checklist_phase_limit(&item->phases[p], true, zh);
        checklist_phase_limit(&item->phases[p], false, en);
        add_limit(out->zh, "", zh);
        add_limit(out->en, "", en);
    }
    int rc = take_tests(k, item, o, i, &t);
    bool pass = strcmp(row_text(o, "result"), "fail") != 0;
    for (size_t p = 0; rc == 0 && pass && p < item->phase_count; p++) rc = test_or_run(k, item, p, o, i, &t, &pass);
    out->pass = pass;
    return rc;
}

static int checked(struct judging *k, const struct checklist_item *item, const struct json *o, size_t i,
                   struct checklist_verdict *out) {
    const char *result = row_text(o, "result");
    char field[64];
    field_of(field, i, "result");
    *out = (struct checklist_verdict){ .pass = strcmp(result, "pass") == 0 };
    add_limit(out->zh, "", item->criterion_zh);
    add_limit(out->en, "", item->criterion_en);
    if (!result[0]) return err_field(k->e, ERR_INVALID, field, "%s: pass, fail or na is missing", field);
    return 0;
}

/* What is measured or timed is judged by its values and tests: a result of one's own is not taken, but that it failed. */
static int look(struct judging *k, const struct checklist_item *item, const struct json *o, size_t i,
                struct checklist_verdict *out) {
    char field[64];
    if (item->kind == CHECKLIST_CHECK) return checked(k, item, o, i, out);
    field_of(field, i, "result");
    bool fails = item->kind == CHECKLIST_TIMED && strcmp(row_text(o, "result"), "fail") == 0;
    if (row_text(o, "result")[0] && !fails)
        return err_field(k->e, ERR_INVALID, field, "%s: %s is judged by its values; only na can be said%s", field,
                         item->key, item->kind == CHECKLIST_TIMED ? ", or fail" : "");
    return item->kind == CHECKLIST_MEASURE ? measured(k, item, o, i, out) : ran(k, item, o, i, out);
}

static int not_applicable(struct judging *k, const struct json *o, size_t i) {
    char field[64];
    field_of(field, i, "reason");
    if (!row_text(o, "reason")[0]) return err_field(k->e, ERR_INVALID, field, "%s: say why it does not apply", field);
    field_of(field, i, "hazard");
    if (json_member(o, "hazard")) return err_field(k->e, ERR_INVALID, field, "%s: nothing failed here", field);
    k->sum.not_applicable++;
    return 0;
}

static int mind_photo(struct judging *k, const struct checklist_item *item, const struct json *o, size_t i) {
    char field[64];
    field_of(field, i, "photos");
    if (!item->photo_required || json_count(json_member(o, "photos"))) return 0;
    return err_field(k->e, ERR_UNSUPPORTED, field, "%s: %s (%s) needs a photo", field, item->zh, item->key);
}

static void put_result(struct judging *k, const struct checklist_item *item, const char *result, bool red,
                       const struct checklist_verdict *v) {
    static const char *const kinds[] = { "check", "measure", "timed" };
    struct json_out *w = k->made;
    json_open(w, NULL, '{');
    json_put_text(w, "result", result);
    json_put_bool(w, "red", red);
    json_put_bool(w, "required", item->required);
    json_put_text(w, "kind", kinds[item->kind]);
    json_put_text(w, "zh", item->zh);
    json_put_text(w, "en", item->en);
    json_open(w, "limit", '{');
    json_put_text(w, "zh", v->zh);
    json_put_text(w, "en", v->en);
    json_close(w, '}');
    json_put_text(w, "source", item->source);
    json_close(w, '}');
}

static int judge_item(struct judging *k, const struct json *o, size_t i) {
    struct checklist_verdict v = { 0 };
    char field[64];
    const char *key = row_text(o, "item");
    const struct checklist_item *item = k->site->item(k->site->ctx, key);
    field_of(field, i, "item");
    if (!item || strcmp(item->stage, k->stage) != 0)
        return err_field(k->e, ERR_INVALID, field, "%s: the checklist of %s has no item %s", field, k->stage, key);
    if (strcmp(row_text(o, "result"), "na") == 0) {
        int rc = not_applicable(k, o, i);
        if (rc == 0) put_result(k, item, "na", false, &v);
        return rc;
    }
    int rc = look(k, item, o, i, &v);
    if (rc == 0) rc = mind_photo(k, item, o, i);
    field_of(field, i, "hazard");
    if (rc == 0 && v.pass && json_member(o, "hazard"))
        rc = err_field(k->e, ERR_INVALID, field, "%s: %s passed, there is no hazard in it", field, key);
    if (rc < 0) return rc;
    bool red = !v.pass && item->red_line;
    k->sum.passed += v.pass;
    k->sum.failed += !v.pass;
    k->sum.red += red;
    put_result(k, item, v.pass ? "pass" : "fail", red, &v);
    return 0;
}

/* ---- all of them ---- */

static int twice(struct judging *k, const struct json *items, size_t i) {
    const struct json *o = json_at(items, i);
    for (size_t b = 0; b < i; b++) {
        const struct json *before = json_at(items, b);
        char field[64];
        field_of(field, i, "item");
        if (strcmp(row_text(before, "item"), row_text(o, "item")) == 0 &&
            strcmp(row_text(before, "room"), row_text(o, "room")) == 0)
            return err_field(k->e, ERR_INVALID, field, "%s: %s is there twice for the same room", field,
                             row_text(o, "item"));
    }
    return 0;
}

static int all_required(struct judging *k, const struct json *found, const struct checklist_item *items, size_t n) {
    char all[1600] = "", missing[300];
    for (size_t i = 0; i < n; i++) {
        size_t at = strlen(all);
        if (!items[i].required || strcmp(items[i].stage, k->stage) != 0 || named(found, "item", items[i].key)) continue;
        (void)snprintf(all + at, sizeof all - at, "%s%s (%s)", at ? ", " : "", items[i].zh, items[i].key);
    }
    if (!all[0]) return 0;
    text_clip(missing, sizeof missing, all);
    return err_field(k->e, ERR_UNSUPPORTED, "items",
                     "not looked at yet: %s; what does not apply here goes as na with a reason", missing);
}

static void put_sum(struct judging *k) {
    static const char *const words[] = { "pass", "rectify", "fail" };
    json_put_text(k->made, "verdict", words[k->sum.verdict]);
    json_put_int(k->made, "passed", k->sum.passed);
    json_put_int(k->made, "failed", k->sum.failed);
    json_put_int(k->made, "red", k->sum.red);
    json_put_int(k->made, "not_applicable", k->sum.not_applicable);
}

int inspection_judge(const struct json *body, const struct checklist_item *items, size_t item_count,
                     const struct inspection_site *site, struct json_out *made, struct inspection_sum *out,
                     struct err_text *e) {
    struct judging k = { .site = site, .stage = row_text(body, "stage"), .made = made, .e = e };
    const struct json *found = json_member(body, "items");
    int rc = 0;
    json_open(made, "results", '[');
    for (size_t i = 0; rc == 0 && i < json_count(found); i++) {
        rc = twice(&k, found, i);
        if (rc == 0) rc = judge_item(&k, json_at(found, i), i);
    }
    json_close(made, ']');
    if (rc == 0) rc = all_required(&k, found, items, item_count);
    if (rc < 0) return rc;
    k.sum.verdict = k.sum.red ? INSPECTION_FAIL : k.sum.failed ? INSPECTION_RECTIFY : INSPECTION_PASS;
    put_sum(&k);
    *out = k.sum;
    return 0;
}
