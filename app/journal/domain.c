/* SPDX-License-Identifier: MIT */
/* Reads the data files into typed, immutable tables, once a program. A company's own files will come as events; this is what the program
 * brings along. */
#include "app/journal/domain.h"

#include "app/journal/domain_read.h"
#include "firmware/base/cleanup.h"
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

const char *domain_file(const char *name, size_t *n) {
    static const struct {
        const char *name, *start, *end;
    } files[] = {
        { "stages", domain_data_stages, domain_data_stages_end },
        { "phrases", domain_data_phrases, domain_data_phrases_end },
        { "rooms", domain_data_rooms, domain_data_rooms_end },
        { "trades", domain_data_trades, domain_data_trades_end },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(files); i++) {
        if (strcmp(files[i].name, name) != 0) continue;
        *n = (size_t)(files[i].end - files[i].start);
        return files[i].start;
    }
    return NULL;
}

static int read_file(const char *name,
                     int (*read)(const struct json *root, struct domain_tables *t, struct err_text *e)) {
    struct err_text e = { 0 };
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    size_t n = 0;
    const char *text = domain_file(name, &n);
    int rc = json_parse(text, n, &root, &e);
    if (rc == 0) rc = read(root, &tables, &e);
    if (rc < 0) (void)err_field(&fault, rc, e.field, "app/journal/data/%s.json: %s", name, e.text);
    return rc;
}

static void read_all(void) {
    if (read_file("trades", domain_read_trades) < 0) return;
    if (read_file("stages", domain_read_stages) < 0) return;
    if (read_file("rooms", domain_read_rooms) < 0) return;
    if (read_file("phrases", domain_read_phrases) < 0) return;
}

static const struct domain_tables *get(void) {
    (void)pthread_once(&once, read_all);
    return &tables;
}

int domain_check(struct err_text *e) {
    (void)get();
    return fault.code == 0 ? 0 : err_field(e, fault.code, fault.field, "%s", fault.text);
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

const struct domain_trade *domain_trades(size_t *n) {
    *n = get()->trade_count;
    return get()->trades;
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
