/* SPDX-License-Identifier: MIT */
/* The day card: a site's day as one picture, to forward to the owner's chat. Pure: every word comes from the caller, in the
 * language of the caller; photos are bytes in memory. What may be shown to whom is the caller's business.
 *
 * Memory: the card's pixels twice (1080 px wide, as high as its content: typically 5 MB, at most 20 MB), one photo's
 * decoder at a time (jpeg.h) and that photo at the size of its tile (3 MB).
 * Thread: any, with a font of its own; takes tenths of a second on a desktop core: never on the loop thread. */
#ifndef SITELOG_PHOTO_CARD_H
#define SITELOG_PHOTO_CARD_H

#include "app/photo/font.h"
#include "firmware/base/buf.h"

#define CARD_WIDTH_PX          1080
#define CARD_PHOTOS_MAX        9
#define CARD_SECTIONS_MAX      4
#define CARD_SECTION_LINES_MAX 12 /* then "…" */

enum card_mark {
    CARD_MARK_NONE,    /* running text, as in a note */
    CARD_MARK_DONE,    /* a tick */
    CARD_MARK_GOING,   /* a ring with a dot */
    CARD_MARK_BLOCKED, /* a bar, as on a no-entry sign */
    CARD_MARK_PLANNED, /* an empty ring */
};

struct card_item {
    enum card_mark mark;
    const char *text;
    const char *detail; /* rooms, quantity: smaller, on the right; NULL or "" for none */
};

struct card_section {
    const char *title;   /* "今日完成" */
    enum card_mark tone; /* gives the title its colour */
    const struct card_item *items;
    size_t n_items;
};

struct card_photo {
    const void *bytes; /* JPEG; NULL: not here yet */
    size_t n;
};

/* Texts may be NULL where it says so, and are UTF-8 of any length: what does not fit is cut with "…". */
struct card {
    const char *title;    /* "施工日报" */
    const char *site;     /* the site's name */
    const char *date;     /* "2026年11月22日 周日" */
    const char *stage;    /* "水电阶段"; NULL */
    const char *day_text; /* "第6/10天"; NULL */
    int day, days;        /* the same as numbers, for the bar; 0: no bar; day above days shows as late */
    const struct card_section *sections;
    size_t n_sections; /* at most CARD_SECTIONS_MAX; one without items is left out */
    const struct card_photo *photos;
    size_t n_photos;           /* at most CARD_PHOTOS_MAX */
    const char *photo_missing; /* "照片未到", on the tile of a photo without bytes */
    const char *photo_damaged; /* on the tile of one that does not decode */
    const char *footer_left;   /* after the program's name: who wrote it; NULL */
    const char *footer_right;  /* "2026-11-22 18:04 · 时钟：网络校准" */
};

/* Appends the card as a JPEG to *out. ERR_INVALID (too many sections or photos), ERR_NOMEM, ERR_TOO_BIG (*out is full). A photo
 * that cannot be decoded is no error: it gets its tile. */
MUST_CHECK int card_draw(const struct card *card, struct font *font, struct buf *out, struct err_text *e);

#endif
