/* SPDX-License-Identifier: MIT */
/* The data files as they lie in the tree, read by the readers that the programs use; and one broken file of each name, which has to be refused at its
 * broken member. `make lint` runs this, too. Run from the root. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/domain_files.h"
#include "app/journal/domain_read.h"
#include "firmware/base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOOD   "app/journal/data"
#define BROKEN "tests/support/lint-fixture/app/journal/data"

static struct domain_tables tables; /* trades, then stages: what later files name */

static int read_checklists(const struct json *root, struct err_text *e) {
    static struct checklist_file f;
    memset(&f, 0, sizeof f);
    int rc = checklist_file_read(root, &f, e);
    domain_form_free(&f.texts);
    return rc;
}

static int read_hazards(const struct json *root, struct err_text *e) {
    static struct hazard_phrase_file f;
    memset(&f, 0, sizeof f);
    int rc = hazard_phrase_file_read(root, &f, e);
    domain_form_free(&f.texts);
    return rc;
}

static int read_reasons(const struct json *root, struct err_text *e) {
    static struct reason_file f;
    memset(&f, 0, sizeof f);
    int rc = reason_file_read(root, &f, e);
    domain_form_free(&f.texts);
    return rc;
}

static int read_leads(const struct json *root, struct err_text *e) {
    static struct lead_file f;
    memset(&f, 0, sizeof f);
    int rc = lead_file_read(root, &f, e);
    domain_form_free(&f.texts);
    return rc;
}

static int read_templates(const struct json *root, struct err_text *e) {
    static struct template_file f;
    memset(&f, 0, sizeof f);
    int rc = template_file_read(root, &f, e);
    domain_form_free(&f.texts);
    return rc;
}

static int read_trades(const struct json *root, struct err_text *e) { return domain_read_trades(root, &tables, e); }
static int read_stages(const struct json *root, struct err_text *e) { return domain_read_stages(root, &tables, e); }
static int read_rooms(const struct json *root, struct err_text *e) { return domain_read_rooms(root, &tables, e); }
static int read_phrases(const struct json *root, struct err_text *e) { return domain_read_phrases(root, &tables, e); }

/* In the order in which they name each other; where the broken one is broken. */
static const struct {
    const char *name;
    int (*read)(const struct json *root, struct err_text *e);
    const char *field;
} files[] = {
    { "trades", read_trades, "trades.0.crew" },
    { "stages", read_stages, "stages.0." },
    { "rooms", read_rooms, "rooms.0.en" },
    { "phrases", read_phrases, "phrases.0." },
    { "checklists", read_checklists, "items.0.red_line" }, /* a red line on a standard from memory */
    { "hazards", read_hazards, "phrases.0.en" },           /* {n} in one language only */
    { "reasons", read_reasons, "delays.0.party" },
    { "leads", read_leads, "leads.0.days" },
    { "templates", read_templates, "templates.0.stages.0.after.0.key" },
};
enum { FILES = sizeof files / sizeof files[0] };

static int read_one(const char *folder, size_t i, struct err_text *e) {
    char path[200];
    struct buf text;
    struct json *root = NULL;
    (void)snprintf(path, sizeof path, "%s/%s.json", folder, files[i].name);
    buf_init(&text, 1u << 20);
    if (file_read(path, &text, e) != 0) fail_msg("%s: %s", path, e->text);
    int rc = json_parse(text.data, text.len, &root, e);
    if (rc == 0) rc = files[i].read(root, e);
    json_destroy(root);
    buf_fini(&text);
    return rc;
}

static void every_file_is_good(void **state) {
    (void)state;
    domain_tables_fini(&tables);
    for (size_t i = 0; i < FILES; i++) {
        struct err_text e = { 0 };
        if (read_one(GOOD, i, &e) != 0) fail_msg(GOOD "/%s.json: %s: %s", files[i].name, e.field, e.text);
    }
    domain_tables_fini(&tables);
}

static void every_broken_one_is_refused_at_its_member(void **state) {
    (void)state;
    for (size_t i = 0; i < FILES; i++) {
        struct err_text e = { 0 };
        domain_tables_fini(&tables);
        for (size_t k = 0; k < i && k < 2; k++) assert_int_equal(read_one(GOOD, k, &e), 0);
        if (read_one(BROKEN, i, &e) != ERR_INVALID) fail_msg(BROKEN "/%s.json was taken", files[i].name);
        if (strcmp(e.field, files[i].field) != 0) fail_msg("%s.json: %s: %s", files[i].name, e.field, e.text);
    }
    domain_tables_fini(&tables);
}

/* A file that nobody reads would be checked by nobody. */
static void every_file_has_a_reader(void **state) {
    size_t n = 0;
    struct dirent *entry;
    DIR *folder = opendir(GOOD);
    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder))) {
        bool known = entry->d_name[0] == '.';
        for (size_t i = 0; i < FILES && !known; i++) {
            char name[80];
            (void)snprintf(name, sizeof name, "%s.json", files[i].name);
            known = strcmp(name, entry->d_name) == 0;
            n += known;
        }
        if (!known) fail_msg(GOOD "/%s is read by nobody", entry->d_name);
    }
    (void)closedir(folder);
    assert_int_equal(n, FILES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_good),
        cmocka_unit_test(every_broken_one_is_refused_at_its_member),
        cmocka_unit_test(every_file_has_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
