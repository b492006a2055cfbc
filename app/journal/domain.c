/* SPDX-License-Identifier: MIT */
/* Reads the data files into typed, immutable tables, once a program. A company's own come as events (checklist_set.h, setting.h); this is what
 * the program brings along. */
#include "app/journal/domain.h"

#include "app/journal/checklist.h"
#include "app/journal/domain_form.h"
#include "app/journal/domain_read.h"
#include "app/journal/hazard_phrase.h"
#include "app/journal/lead.h"
#include "app/journal/reason.h"
#include "app/journal/template.h"
#include "firmware/base/text.h"

#include <pthread.h>
#include <string.h>

/* What is compiled in never changes, so that this is a constant that is computed at first use, not state. */
static struct domain_tables tables;
static struct err_text fault;
static pthread_once_t once = PTHREAD_ONCE_INIT;

extern const char domain_data_stages[], domain_data_stages_end[];
extern const char domain_data_phrases[], domain_data_phrases_end[];
extern const char domain_data_rooms[], domain_data_rooms_end[];
extern const char domain_data_trades[], domain_data_trades_end[];
extern const char domain_data_checklists[], domain_data_checklists_end[];
extern const char domain_data_hazards[], domain_data_hazards_end[];
extern const char domain_data_reasons[], domain_data_reasons_end[];
extern const char domain_data_leads[], domain_data_leads_end[];
extern const char domain_data_templates[], domain_data_templates_end[];

const char *domain_file(const char *name, size_t *n) {
    static const struct {
        const char *name, *start, *end;
    } files[] = {
        { "stages", domain_data_stages, domain_data_stages_end },
        { "phrases", domain_data_phrases, domain_data_phrases_end },
        { "rooms", domain_data_rooms, domain_data_rooms_end },
        { "trades", domain_data_trades, domain_data_trades_end },
        { "checklists", domain_data_checklists, domain_data_checklists_end },
        { "hazards", domain_data_hazards, domain_data_hazards_end },
        { "reasons", domain_data_reasons, domain_data_reasons_end },
        { "leads", domain_data_leads, domain_data_leads_end },
        { "templates", domain_data_templates, domain_data_templates_end },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(files); i++) {
        if (strcmp(files[i].name, name) != 0) continue;
        *n = (size_t)(files[i].end - files[i].start);
        return files[i].start;
    }
    return NULL;
}

static int trades(const struct json *root, struct err_text *e) { return domain_read_trades(root, &tables, e); }
static int stages(const struct json *root, struct err_text *e) { return domain_read_stages(root, &tables, e); }
static int rooms(const struct json *root, struct err_text *e) { return domain_read_rooms(root, &tables, e); }
static int phrases(const struct json *root, struct err_text *e) { return domain_read_phrases(root, &tables, e); }

static void read_all(void) {
    if (domain_form_load("trades", trades, &fault) < 0) return;
    if (domain_form_load("stages", stages, &fault) < 0) return;
    if (domain_form_load("rooms", rooms, &fault) < 0) return;
    if (domain_form_load("phrases", phrases, &fault) < 0) return;
}

static const struct domain_tables *get(void) {
    (void)pthread_once(&once, read_all);
    return &tables;
}

int domain_check(struct err_text *e) {
    (void)get();
    int rc = fault.code == 0 ? 0 : err_field(e, fault.code, fault.field, "%s", fault.text);
    if (rc == 0) rc = checklist_file_check(e);
    if (rc == 0) rc = hazard_phrase_file_check(e);
    if (rc == 0) rc = reason_file_check(e);
    if (rc == 0) rc = lead_file_check(e);
    if (rc == 0) rc = template_file_check(e);
    return rc;
}

const struct domain_stage *domain_stages(size_t *n) {
    *n = get()->stage_count;
    return get()->stages;
}

const struct domain_phrase *domain_phrases(size_t *n) {
    *n = get()->phrase_count;
    return get()->phrases;
}

const struct domain_room *domain_rooms(size_t *n) {
    *n = get()->room_count;
    return get()->rooms;
}

const struct domain_stage *domain_stage(const char *key) {
    const struct domain_tables *t = get();
    for (size_t i = 0; i < t->stage_count; i++)
        if (strcmp(t->stages[i].key, key) == 0) return &t->stages[i];
    return NULL;
}

const struct domain_phrase *domain_phrase(const char *key) {
    const struct domain_tables *t = get();
    for (size_t i = 0; i < t->phrase_count; i++)
        if (strcmp(t->phrases[i].key, key) == 0) return &t->phrases[i];
    return NULL;
}

const struct domain_room *domain_room(const char *key) {
    const struct domain_tables *t = get();
    for (size_t i = 0; i < t->room_count; i++)
        if (strcmp(t->rooms[i].key, key) == 0) return &t->rooms[i];
    return NULL;
}

const struct domain_trade *domain_trade(const char *key) {
    const struct domain_tables *t = get();
    for (size_t i = 0; i < t->trade_count; i++)
        if (strcmp(t->trades[i].key, key) == 0) return &t->trades[i];
    return NULL;
}
