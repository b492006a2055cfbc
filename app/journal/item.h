/* SPDX-License-Identifier: MIT */
/* The small shapes that several subjects share, decoded from JSON at the edge. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_ITEM_H
#define SITELOG_JOURNAL_ITEM_H

#include "firmware/base/ids.h"
#include "firmware/base/json.h"

#define ITEM_TEXT_MAX  400 /* bytes of a free-text item */
#define ITEM_ROOMS_MAX 8
#define NOTE_MAX       4000 /* bytes of a note */
#define ITEMS_MAX      40   /* items in done, and in plan */
#define PHOTOS_MAX     60   /* photos of one record */

/* Strict decoding refuses members it does not know (HTTP); lenient ignores them (events of newer versions). */
enum decode { DECODE_STRICT, DECODE_LENIENT };

/* How a daylog says one thing: a phrase chip, or free text. */
struct item {
    char phrase[96]; /* "plumbing_electrical/chasing", or "" */
    char *text;      /* free text, owned, or NULL */
    char rooms[ITEM_ROOMS_MAX][41];
    size_t room_count;
    char state[8]; /* "done" "going" "blocked", or "" */
    int64_t n;     /* -1: not given */
};

struct item_list {
    struct item *items;
    size_t count;
}; /* owned */

struct item_photos {
    char (*ids)[ID_SIZE];
    size_t count;
}; /* owned */

void item_list_fini(struct item_list *l); /* fine on a zeroed one */
void item_photos_fini(struct item_photos *p);

/* Decodes the optional array o[name]; an item is a string or {"phrase" or "text","rooms","state","n"}. Errors name "done.2.state".
 * *out must be zeroed; on error it is as before. */
MUST_CHECK int item_list_decode(const struct json *o, const char *name, enum decode mode, struct item_list *out,
                                struct err_text *e);
void item_list_put(const struct item_list *l, struct json_out *w, const char *name);

/* The optional array of photo ids o[name]: UUIDv7, no id twice. */
MUST_CHECK int item_photos_decode(const struct json *o, const char *name, struct item_photos *out, struct err_text *e);
void item_photos_put(const struct item_photos *p, struct json_out *w, const char *name);

/* A room: the key of one, or a short text of one's own. */
MUST_CHECK int item_get_room(const struct json *o, const char *path, const char *name, char out[41],
                             struct err_text *e);

/* A text member copied into a fixed buffer; ids_is_key form. Errors name the member. An absent one leaves out as it was. */
MUST_CHECK int item_get_key(const struct json *o, const char *path, const char *name, enum json_need need, char out[41],
                            struct err_text *e);

/* A required or optional "YYYY-MM-DD" that exists in the calendar. */
MUST_CHECK int item_get_date(const struct json *o, const char *path, const char *name, enum json_need need,
                             char out[11], struct err_text *e);

/* A required or optional UUIDv7. */
MUST_CHECK int item_get_id(const struct json *o, const char *path, const char *name, enum json_need need,
                           char out[ID_SIZE], struct err_text *e);

#endif
