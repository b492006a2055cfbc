/* SPDX-License-Identifier: MIT */
/* The program's own checklist items, read once. */
#include "app/journal/checklist.h"

#include "app/journal/checklist_decode.h"
#include "app/journal/domain.h"
#include "app/journal/domain_files.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What is compiled in never changes: a constant that is computed at first use, not state. */
static struct checklist_file own;
static struct err_text fault;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct checklist_item *find(const struct checklist_file *f, const char *key) {
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->items[i].key, key) == 0) return &f->items[i];
    return NULL;
}

static int check_row(const struct checklist_file *f, const struct checklist_item *item, const char *path,
                     struct err_text *e) {
    char field[64];
    (void)snprintf(field, sizeof field, "%.40sstage", path);
    if (!domain_stage(item->stage)) return err_field(e, ERR_INVALID, field, "%s: %s is no stage", field, item->stage);
    if (find(f, item->key)) return domain_form_twice(path, item->key, e);
    return 0;
}

/* What gates ask for is there, and is a test. */
static int check_gates(const struct checklist_file *f, struct err_text *e) {
    size_t n = 0;
    const struct domain_stage *stages = domain_stages(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < stages[i].must_count; k++) {
            const struct checklist_item *item = find(f, stages[i].must[k]);
            if (!item || item->kind != CHECKLIST_TIMED || strcmp(item->stage, stages[i].key) != 0)
                return err_field(e, ERR_INVALID, "items", "the gate of %s asks for %s, which is no timed item of it",
                                 stages[i].key, stages[i].must[k]);
        }
    return 0;
}

int checklist_file_read(const struct json *root, struct checklist_file *out, struct err_text *e) {
    static const char *const lists[] = { "items", NULL };
    const struct json *rows = NULL;
    int rc = domain_form_head(root, lists, e);
    if (rc == 0) rc = domain_form_rows(root, "items", CHECKLIST_ROWS_MAX, &rows, e);
    for (size_t i = 0; rc == 0 && i < json_count(rows); i++) {
        struct checklist_item *item = &out->items[out->count];
        char path[32];
        (void)snprintf(path, sizeof path, "items.%zu.", i);
        rc = checklist_item_decode(json_at(rows, i), path, CHECKLIST_FILE, &out->texts, item, e);
        if (rc == 0) rc = check_row(out, item, path, e);
        if (rc == 0) out->count++;
    }
    if (rc == 0) rc = json_get_int(root, "", "version", JSON_REQUIRED, 1, 1000000, &out->version, e);
    return rc < 0 ? rc : check_gates(out, e);
}

static int read_own(const struct json *root, struct err_text *e) { return checklist_file_read(root, &own, e); }
static void read_once(void) { (void)domain_form_load("checklists", read_own, &fault); }

static const struct checklist_file *get(void) {
    (void)pthread_once(&once, read_once);
    return &own;
}

int checklist_file_check(struct err_text *e) {
    (void)get();
    return fault.code == 0 ? 0 : err_field(e, fault.code, fault.field, "%s", fault.text);
}

const struct checklist_item *checklist_items(size_t *n) {
    *n = get()->count;
    return own.items;
}

const struct checklist_item *checklist_item_find(const char *key) { return find(get(), key); }

int checklist_file_version(void) { return (int)get()->version; }
