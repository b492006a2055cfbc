/* SPDX-License-Identifier: MIT */
/* The shape of an event's data as a table of members: the one description from which a body is read strictly, an event of another writer is
 * checked leniently, and the canonical text is written that is stored, compared and answered. For subjects whose data is plain members; a
 * subject with more to say of its data (daylog, plan) has a decoder of its own. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_SHAPE_H
#define SITELOG_JOURNAL_SHAPE_H

#include "app/journal/item.h"

enum shape_kind {
    SHAPE_TEXT,   /* free text of at most max bytes, not blank; masked when it is read from a body */
    SHAPE_KEY,    /* [a-z0-9_-], as of a stage, a reason, an item of a checklist; max bytes, 0: 40 */
    SHAPE_PATH,   /* key/key, as of a phrase or a subject ("hazard/0193…"); at most max bytes */
    SHAPE_WORD,   /* one of words */
    SHAPE_ROOM,   /* a room's key or a short text of one's own */
    SHAPE_USER,   /* a person's id */
    SHAPE_DATE,   /* YYYY-MM-DD of the calendar */
    SHAPE_TIME,   /* RFC 3339 */
    SHAPE_WHEN,   /* either: a date, or an instant in RFC 3339 */
    SHAPE_INT,    /* min … max */
    SHAPE_NUMBER, /* min … max, fractions too */
    SHAPE_BOOL,
    SHAPE_ID,     /* UUIDv7 */
    SHAPE_PHOTOS, /* ids of photos, at most max (0: PHOTOS_MAX), no id twice */
    SHAPE_TEXTS,  /* at most max free texts of ITEM_TEXT_MAX bytes */
    SHAPE_OBJECT, /* members */
    SHAPE_LIST,   /* at most max objects of members */
    SHAPE_RAW,    /* any JSON: only with SHAPE_MADE */
    SHAPE_NAME,   /* a customer's name of at most max bytes: kept masked */
    SHAPE_FORM, /* a text of at most max bytes that `fits`, such as a drawing: so strict that nothing in it is masked */
};

enum shape_flags {
    SHAPE_NEEDED = 1, /* a body without it is refused */
    SHAPE_MADE = 2,   /* made by the server: a body that has it is refused */
    SHAPE_FILLED = 4, /* made by the server where the body does not say it */
};

struct shape {
    const char *name; /* NULL ends a table */
    enum shape_kind kind;
    unsigned flags;
    int64_t min, max;
    const char *const *words;       /* NULL-ended */
    const struct shape *members;    /* of SHAPE_OBJECT and SHAPE_LIST */
    bool (*fits)(const char *text); /* of SHAPE_FORM */
    const char *must;               /* of SHAPE_FORM: what it has to be, for whoever sent another */
};

/* A body's members into canonical JSON members (without the braces' owner's business: *w stands inside an open object): in the table's order, empty
 * lists left out, texts masked. A member named "id" at the top is left to the caller. DECODE_STRICT: members that are not in the table, or are
 * SHAPE_MADE, are refused by name, and so are texts that are not plain (text.h). ERR_INVALID: e->field is the member's path ("items.3.value"). */
MUST_CHECK int shape_read(const struct json *o, const struct shape *table, enum decode mode, struct json_out *w,
                          struct err_text *e);

/* The same of stored data, unmasked (it is already), without what is SHAPE_MADE, and without what is SHAPE_FILLED and not in the body: equal data,
 * equal text. body: what it is compared with; NULL: all that is SHAPE_FILLED stays. */
MUST_CHECK int shape_said(const struct json *data, const struct json *body, const struct shape *table,
                          struct json_out *w, struct err_text *e);

/* What a type's check is: lenient, nothing is written. */
MUST_CHECK int shape_check(const struct json *data, const struct shape *table, struct err_text *e);

#endif
