/* SPDX-License-Identifier: MIT */
/* The few shapes of answers that most resources share. Thread: whoever has the exchange. */
#ifndef SITELOG_HTTP_REPLY_H
#define SITELOG_HTTP_REPLY_H

#include "app/http/app.h"
#include "app/http/route.h"

/* JSON that a query printed: taken over as the body when rc is 0, else the problem that goes with rc. Frees `json` in both cases. */
void reply_json(struct exchange *x, int status, struct buf *json, int rc, const struct err_text *e);

/* What a POST that can be repeated answers: 201 for 0, 200 for ERR_EXISTS, 409 with what is stored (member `stored`, where there is any)
 * for ERR_CONFLICT, else the problem. location: of the new record, or NULL. Frees `json`. */
void reply_posted(struct exchange *x, int rc, struct buf *json, const char *location, const struct err_text *e);

/* The same of a step in a subject's life: a 409 that names what is possible, {"allowed":["rectify"]}. allowed: a JSON array, or "". */
void reply_stepped(struct exchange *x, int rc, struct buf *json, const char *allowed, const struct err_text *e);

/* `limit` of a list: 1–200, 50 where it is not said. False: answered as 400. */
bool reply_limit(struct exchange *x, int *limit);

/* The forms of the filters that lists share: `from` and `to` are dates, `stage` is a key, `room` a text of 1 to 40 bytes, `site` a site's id. False: answered
 * as 400, since a filter that fits nothing would look like an empty list. */
bool reply_filters(struct exchange *x);

/* May whoever asks see people's names? */
bool reply_names(const struct exchange *x);

/* `lang` of the query, zh where it is not said, and nothing else in it. False: answered as 400. */
bool reply_language(struct exchange *x, bool *zh);

/* `format` (json, or csv: a table) and `lang` (zh, or en: of the table's words) of a list. False: answered as 400. */
bool reply_format(struct exchange *x, bool *csv, bool *zh);

/* What a list printed: as JSON, or where name is not NULL as a table to keep under that name. Frees `body`. */
void reply_table(struct exchange *x, struct buf *body, int rc, const struct err_text *e, const char *name);

/* The same of a list's JSON {"<name>":[…]}, which is made a table with these columns where csv is said. Frees `json`. */
struct csv_column;
void reply_list(struct exchange *x, struct buf *json, int rc, const struct err_text *e, const char *name,
                const struct csv_column *columns, bool csv, bool zh);

/* rc of reading a photo's bytes: ERR_NOT_FOUND (they are on their way) and ERR_GONE (dropped here, head office has them) are answered. */
bool reply_bytes_away(struct exchange *x, int rc);

/* "user/{id}" of who asks; "board" where nobody does (the control socket). */
void reply_actor(const struct exchange *x, char out[64]);

/* Copies {"name":[…]} without the elements whose member "site" the caller may not see: office and viewers see all sites, others those on
 * whose list they are. *n: how many are left. */
MUST_CHECK int reply_only_seen(struct app *app, const struct exchange *x, const char *name, const struct buf *all,
                               size_t *n, struct buf *out);

#endif
