/* SPDX-License-Identifier: MIT */
/* A checklist's item in and out of JSON: the program's file, bodies of PUT, data of checklist-set, what GET answers. Private to checklist*.c.
 * Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_CHECKLIST_DECODE_H
#define SITELOG_JOURNAL_CHECKLIST_DECODE_H

#include "app/journal/checklist.h"
#include "app/journal/domain_form.h"

enum checklist_origin {
    CHECKLIST_FILE, /* the program's: a red line on a weak source is refused; stage has to be said */
    CHECKLIST_BODY, /* a company's, from a person: refused unless it is confirmed; free text is masked */
    CHECKLIST_DATA, /* the same as stored, lenient: such a red line is off */
};

/* Strings go into *texts, also on error. path: "items.3."; ERR_INVALID: e->field is the member. */
MUST_CHECK int checklist_item_decode(const struct json *row, const char *path, enum checklist_origin origin,
                                     struct domain_text **texts, struct checklist_item *out, struct err_text *e);

/* An object with the item's members as they are read again; words: also the limits in words ("limit") and whether it is the company's, as GET
 * answers. */
void checklist_item_put(const struct checklist_item *item, bool words, struct json_out *w);

#endif
