/* SPDX-License-Identifier: MIT */
/* What the readers of domain data have in common: kept strings, names in two languages, heads and rows of a file. For the files that read
 * app/journal/data or a company's own of the same form. Every error names the member by its path ("items.3.parts.0.min"). Pure but for domain_form_load.
 * Thread: any. */
#ifndef SITELOG_JOURNAL_DOMAIN_FORM_H
#define SITELOG_JOURNAL_DOMAIN_FORM_H

#include "firmware/base/json.h"

#define DOMAIN_TEXT_MAX 120 /* bytes of a name, a note, a phrase */

/* Copied strings that live until all of them are freed; start with NULL. */
struct domain_text;
const char *domain_form_keep(struct domain_text **texts, const char *text); /* NULL: out of memory */
void domain_form_free(struct domain_text **texts);

/* A text that has to be there, and is not empty. */
MUST_CHECK int domain_form_text(struct domain_text **texts, const struct json *o, const char *path, const char *name,
                                const char **out, struct err_text *e);

/* {"zh","en"}; "" for both where the member is absent. */
MUST_CHECK int domain_form_pair(struct domain_text **texts, const struct json *o, const char *path, const char *name,
                                const char **zh, const char **en, struct err_text *e);

/* key, zh and en of a row; what form its keys have is the caller's to say. */
MUST_CHECK int domain_form_names(struct domain_text **texts, const struct json *row, const char *path, const char **key,
                                 const char **zh, const char **en, struct err_text *e);

/* A number in min … max; an absent optional one leaves *out. */
MUST_CHECK int domain_form_number(const struct json *o, const char *path, const char *name, enum json_need need,
                                  double min, double max, double *out, struct err_text *e);

/* Which of the NULL-ended words the member is. An absent optional one leaves *out. */
MUST_CHECK int domain_form_word(const struct json *o, const char *path, const char *name, enum json_need need,
                                const char *const *words, int *out, struct err_text *e);

/* A file: version, sources ({"A":{"zh","en"}}) and the named lists, nothing else. lists: NULL-ended. */
MUST_CHECK int domain_form_head(const struct json *root, const char *const *lists, struct err_text *e);

/* One of its lists, 1 … max rows. */
MUST_CHECK int domain_form_rows(const struct json *root, const char *name, size_t max, const struct json **rows,
                                struct err_text *e);

/* ERR_INVALID: no key, or one that is there already. */
int domain_form_twice(const char *path, const char *key, struct err_text *e);

/* The program's own file of that name, given to read; *fault (zeroed) says which file and member is
 * wrong; the same is returned. */
int domain_form_load(const char *name, int (*read)(const struct json *root, struct err_text *e),
                     struct err_text *fault);

#endif
