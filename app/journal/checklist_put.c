/* SPDX-License-Identifier: MIT */
/* Items as JSON. */
#include "app/journal/checklist_decode.h"
#include "app/journal/timed_limit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_number(struct json_out *w, const char *name, double value) {
    char text[32];
    if (isnan(value)) return;
    (void)snprintf(text, sizeof text, "%.10g", value);
    json_put_raw(w, name, text, strlen(text));
}

static void put_pair(struct json_out *w, const char *name, const char *zh, const char *en) {
    if (!zh[0]) return;
    json_open(w, name, '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
}

static void put_part(const struct checklist_part *p, bool words, struct json_out *w) {
    char zh[CHECKLIST_LIMIT_SIZE], en[CHECKLIST_LIMIT_SIZE];
    json_open(w, NULL, '{');
    json_put_text(w, "key", p->key);
    json_put_text(w, "zh", p->zh);
    json_put_text(w, "en", p->en);
    if (p->unit[0]) json_put_text(w, "unit", p->unit);
    put_number(w, "min", p->min);
    put_number(w, "max", p->max);
    put_number(w, "below", p->below);
    put_number(w, "equal", p->equal);
    put_number(w, "tolerance", p->tolerance);
    if (words) {
        checklist_part_limit(p, true, zh);
        checklist_part_limit(p, false, en);
        put_pair(w, "limit", zh, en);
    }
    json_close(w, '}');
}

static void put_phase(const struct checklist_item *item, size_t i, bool words, struct json_out *w) {
    const struct checklist_phase *p = &item->phases[i];
    const struct timed_limit *test = timed_limit_of(item, i);
    char zh[CHECKLIST_LIMIT_SIZE], en[CHECKLIST_LIMIT_SIZE];
    json_open(w, NULL, '{');
    json_put_text(w, "key", p->key);
    json_put_text(w, "zh", p->zh);
    json_put_text(w, "en", p->en);
    json_put_int(w, "minutes", p->minutes);
    if (p->unit[0]) json_put_text(w, "unit", p->unit);
    if (p->start_zh[0]) json_put_text(w, "start_zh", p->start_zh);
    if (p->start_en[0]) json_put_text(w, "start_en", p->start_en);
    put_number(w, "start_min", p->start_min);
    put_number(w, "start_about", p->start_about);
    put_number(w, "start_factor", p->start_factor);
    put_number(w, "drop_max", p->drop_max);
    if (words) {
        checklist_phase_limit(p, true, zh);
        checklist_phase_limit(p, false, en);
        put_pair(w, "limit", zh, en);
        json_put_text(w, "test", test ? test->kind : NULL);
    }
    json_close(w, '}');
}

void checklist_item_put(const struct checklist_item *item, bool words, struct json_out *w) {
    static const char *const kinds[] = { "check", "measure", "timed" };
    json_open(w, NULL, '{');
    json_put_text(w, "key", item->key);
    if (item->stage[0]) json_put_text(w, "stage", item->stage);
    json_put_text(w, "zh", item->zh);
    json_put_text(w, "en", item->en);
    json_put_text(w, "kind", kinds[item->kind]);
    json_put_text(w, "source", item->source);
    json_put_bool(w, "required", item->required);
    json_put_bool(w, "red_line", item->red_line);
    if (item->red_line_if_confirmed) json_put_bool(w, "red_line_if_confirmed", true);
    if (item->confirmed) json_put_bool(w, "confirmed", true);
    json_put_bool(w, "photo_required", item->photo_required);
    put_pair(w, "criterion", item->criterion_zh, item->criterion_en);
    put_pair(w, "condition", item->condition_zh, item->condition_en);
    put_pair(w, "note", item->note_zh, item->note_en);
    if (item->part_count) json_open(w, "parts", '[');
    for (size_t i = 0; i < item->part_count; i++) put_part(&item->parts[i], words, w);
    if (item->part_count) json_close(w, ']');
    if (item->phase_count) json_open(w, "phases", '[');
    for (size_t i = 0; i < item->phase_count; i++) put_phase(item, i, words, w);
    if (item->phase_count) json_close(w, ']');
    if (words) json_put_text(w, "origin", item->company ? "company" : "standard");
    if (words) json_put_text(w, "from", !item->company ? "product" : item->site ? "site" : "company");
    json_close(w, '}');
}
