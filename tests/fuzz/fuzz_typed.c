/* SPDX-License-Identifier: MIT */
/* Whatever people type: numbers of persons in a text are masked once and for all, and values of an inspection are judged to a verdict that fits them, against
 * the program's checklists and a company's own ("list", beside the members of the body). */
#include "app/journal/checklist_decode.h"
#include "app/journal/inspection.h"
#include "app/journal/privacy.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_MAX = 8 << 20, OWN_MAX = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

static void demand_words(int rc, const struct err_text *e) {
    demand(rc == ERR_INVALID || rc == ERR_TOO_BIG || rc == ERR_UNSUPPORTED);
    demand(e->text[0] && text_utf8_valid(e->text, strlen(e->text)) && text_utf8_valid(e->field, strlen(e->field)));
}

/* ---- masking ---- */

static bool same(const struct buf *a, const struct buf *b) {
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void try_text(const char *text) {
    struct buf once, twice;
    buf_init(&once, OUT_MAX);
    buf_init(&twice, OUT_MAX);
    demand(privacy_mask_text(text, &once) == 0);
    demand(once.len <= strlen(text) && (once.len > 0) == (text[0] != '\0'));
    demand(once.len == 0 || text_utf8_valid(once.data, once.len));
    demand(privacy_mask_text(once.len ? once.data : "", &twice) == 0);
    demand(same(&once, &twice));
    buf_fini(&once);
    buf_fini(&twice);
}

/* parsed: whether text is JSON, which it is afterwards as it was before. */
static void try_json(const char *text, size_t n, bool parsed) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct buf once, twice;
    buf_init(&once, OUT_MAX);
    buf_init(&twice, OUT_MAX);
    demand(privacy_mask_json(text, n, &once) == 0);
    int rc = once.len ? json_parse(once.data, once.len, &root, NULL) : ERR_INVALID;
    demand(rc == 0 || !parsed);
    demand(privacy_mask_json(once.len ? once.data : "", once.len, &twice) == 0);
    if (parsed) demand(same(&once, &twice));
    buf_fini(&once);
    buf_fini(&twice);
}

/* ---- values ---- */

struct lists {
    struct checklist_item own[OWN_MAX];
    size_t count;
    struct domain_text *texts;
};

static const struct checklist_item *find(void *ctx, const char *key) {
    const struct lists *l = ctx;
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->own[i].key, key) == 0) return &l->own[i];
    return checklist_item_find(key);
}

/* A test's id says by its last character what it came to, and by the one before whether it is the right one. */
static int test_state(void *ctx, const char *id, struct inspection_test *out) {
    static const struct inspection_test tests[] = { { "ponding", "waterproofing", "bath", false },
                                                    { "pressure", "plumbing_electrical", "", false } };
    size_t n = strlen(id);
    (void)ctx;
    if (n < 2 || id[n - 1] > 'e') return -1;
    *out = tests[id[n - 2] & 1];
    out->passed = id[n - 1] & 1;
    return 0;
}

static void demand_verdict(const struct checklist_verdict *v) {
    demand(v->pass == (v->fault == CHECKLIST_OK));
    demand(text_utf8_valid(v->zh, strlen(v->zh)) && text_utf8_valid(v->en, strlen(v->en)));
    demand((v->zh[0] == '\0') == (v->en[0] == '\0'));
}

/* What lies further on the wrong side does not pass where this does not. */
static void try_value(const struct checklist_item *item, double value) {
    for (size_t p = 0; p < item->part_count; p++) {
        struct checklist_verdict v = { 0 }, beyond = { 0 };
        demand(checklist_judge(item, item->parts[p].key, value, &v) == 0);
        demand_verdict(&v);
        demand(isnan(value) == (v.fault == CHECKLIST_MISSING));
        double step = v.fault == CHECKLIST_LOW ? -1 : v.fault == CHECKLIST_HIGH ? 1 : 0;
        demand(checklist_judge(item, item->parts[p].key, value + step, &beyond) == 0);
        demand(beyond.fault == v.fault);
    }
}

/* The whole text as a number: "12.5". */
static void try_number(const char *text) {
    char *end = NULL;
    size_t n = 0;
    const struct checklist_item *items = checklist_items(&n);
    double value = strtod(text, &end);
    if (end == text || (*end && *end != '\n')) return;
    for (size_t i = 0; i < n; i++) try_value(&items[i], value);
}

static int64_t count_of(const struct json *made, const char *name) {
    int64_t n = -1;
    demand(json_int(json_member(made, name), &n));
    return n;
}

static void demand_judged(const struct json *body, const struct buf *out, const struct inspection_sum *sum) {
    CLEANUP(json_destroy_ptr) struct json *made = NULL;
    int64_t counted[3] = { 0 }, red = 0;
    static const char *const words[] = { "pass", "fail", "na" };
    demand(json_parse(out->data, out->len, &made, NULL) == 0); /* valid UTF-8, too */
    demand(inspection_check(made, NULL) == 0);                 /* the whole event */
    const struct json *results = json_member(made, "results");
    demand(json_count(results) == json_count(json_member(body, "items")));
    for (size_t i = 0; i < json_count(results); i++) {
        const char *result = json_text(json_member(json_at(results, i), "result"));
        bool is_red = false;
        for (int k = 0; k < 3; k++) counted[k] += strcmp(result, words[k]) == 0;
        demand(json_bool(json_member(json_at(results, i), "red"), &is_red));
        demand(!is_red || strcmp(result, "fail") == 0);
        red += is_red;
    }
    demand(counted[0] == sum->passed && counted[1] == sum->failed && counted[2] == sum->not_applicable);
    demand(red == sum->red && count_of(made, "passed") == sum->passed && count_of(made, "failed") == sum->failed);
    demand((sum->verdict == INSPECTION_FAIL) == (red > 0) && (sum->verdict == INSPECTION_PASS) == (counted[1] == 0));
}

static void read_own(const struct json *list, struct lists *l) {
    for (size_t i = 0; i < json_count(list) && l->count < OWN_MAX; i++) {
        struct err_text e = { 0 };
        int rc = checklist_item_decode(json_at(list, i), "", CHECKLIST_BODY, &l->texts, &l->own[l->count], &e);
        if (rc)
            demand_words(rc, &e);
        else
            l->count++;
    }
}

/* body: as it is kept, its shape being good. */
static void judge(const struct json *body, struct lists *l) {
    const struct inspection_site site = { find, test_state, l };
    struct inspection_sum sum = { 0 };
    struct err_text e = { 0 };
    struct json_out w;
    struct buf out;
    size_t n = 0;
    const struct checklist_item *items = checklist_items(&n);
    bool all = json_member(body, "note") != NULL;
    buf_init(&out, OUT_MAX);
    json_start(&w, &out);
    json_open(&w, NULL, '{');
    for (size_t i = 0; i < json_count(body); i++) json_put_node(&w, json_name(json_at(body, i)), json_at(body, i));
    int rc = inspection_judge(body, items, all ? n : 0, &site, &w, &sum, &e);
    json_close(&w, '}');
    if (rc == 0)
        demand_judged(body, &out, &sum);
    else
        demand_words(rc, &e);
    buf_fini(&out);
}

static void try_body(const struct json *body, struct lists *l) {
    CLEANUP(json_destroy_ptr) struct json *kept = NULL;
    struct err_text e = { 0 };
    struct json_out w;
    struct buf text;
    buf_init(&text, OUT_MAX);
    json_start(&w, &text);
    json_open(&w, NULL, '{');
    int rc = shape_read(body, inspection_shape, DECODE_STRICT, &w, &e);
    json_close(&w, '}');
    if (rc == 0) {
        demand(json_parse(text.data, text.len, &kept, NULL) == 0 && inspection_check(kept, NULL) == 0);
        judge(kept, l);
    } else {
        demand_words(rc, &e);
    }
    buf_fini(&text);
}

static void try_inspection(const struct json *root) {
    struct lists l = { .count = 0 };
    read_own(json_member(root, "list"), &l);
    if (json_is_object(json_member(root, "body"))) try_body(json_member(root, "body"), &l);
    for (size_t i = 0; i < l.count; i++)
        for (double value = -1; value <= 1; value += .5) try_value(&l.own[i], value);
    domain_form_free(&l.texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    char *text = malloc(n + 1);
    if (!text) abort();
    if (n) memcpy(text, bytes, n);
    text[n] = '\0';
    bool parsed = json_parse(text, n, &root, NULL) == 0;
    if (text_utf8_valid(text, strlen(text))) try_text(text);
    try_json(text, n, parsed);
    try_number(text);
    if (parsed && json_is_object(root)) try_inspection(root);
    free(text);
    return 0;
}
