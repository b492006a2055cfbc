/* SPDX-License-Identifier: MIT */
/* The tables that the data files become, and one strict reader a file. Each subject's .c has its reader and keeps the program's own table; tests
 * give the readers other texts. Stages, rooms and trades are the program's own in all of them. Private to those files and to tests. Pure. */
#ifndef SITELOG_JOURNAL_DOMAIN_FILES_H
#define SITELOG_JOURNAL_DOMAIN_FILES_H

#include "app/journal/checklist.h"
#include "app/journal/domain_form.h"
#include "app/journal/hazard_phrase.h"
#include "app/journal/lead.h"
#include "app/journal/reason.h"
#include "app/journal/template.h"

enum {
    CHECKLIST_ROWS_MAX = 300,
    HAZARD_PHRASES_MAX = 200,
    REASONS_MAX = 80,
    LEADS_MAX = 60,
    TEMPLATES_MAX = 20,
};

struct checklist_file {
    struct checklist_item items[CHECKLIST_ROWS_MAX];
    size_t count;
    int64_t version;
    struct domain_text *texts;
};

struct hazard_phrase_file {
    struct hazard_severity severities[HAZARD_SEVERITIES];
    size_t severity_count;
    struct hazard_phrase phrases[HAZARD_PHRASES_MAX];
    size_t count;
    struct domain_text *texts;
};

struct reason_file {
    struct reason_delay delays[REASONS_MAX];
    size_t delay_count;
    struct reason_change changes[REASONS_MAX];
    size_t change_count;
    struct domain_text *texts;
};

struct lead_file {
    struct lead leads[LEADS_MAX];
    size_t count;
    struct domain_text *texts;
};

struct template_file {
    struct template templates[TEMPLATES_MAX];
    size_t count;
    struct domain_text *texts;
};

/* *out: zeroed by the caller, domain_form_free(&out->texts) also after an error. ERR_INVALID: e->field is the member. */
MUST_CHECK int checklist_file_read(const struct json *root, struct checklist_file *out, struct err_text *e);
MUST_CHECK int hazard_phrase_file_read(const struct json *root, struct hazard_phrase_file *out, struct err_text *e);
MUST_CHECK int reason_file_read(const struct json *root, struct reason_file *out, struct err_text *e);
MUST_CHECK int lead_file_read(const struct json *root, struct lead_file *out, struct err_text *e);
MUST_CHECK int template_file_read(const struct json *root, struct template_file *out, struct err_text *e);

#endif
