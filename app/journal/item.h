/* SPDX-License-Identifier: MIT */
/* The small shapes that several subjects share, decoded from JSON at the edge. */
#ifndef SITELOG_JOURNAL_ITEM_H
#define SITELOG_JOURNAL_ITEM_H

#include "firmware/base/ids.h"
#include "firmware/base/json.h"

#define ITEM_TEXT_MAX 400 /* bytes of a free-text item */
#define NOTE_MAX 4000     /* bytes of a note */
#define ITEMS_MAX 40      /* items in done, and in plan */
#define PHOTOS_MAX 60     /* photos of one record */

/* Strict decoding refuses members it does not know (HTTP); lenient ignores them (events of newer versions). */
enum decode { DECODE_STRICT, DECODE_LENIENT };

/* How a daylog says one thing: a phrase chip, or free text. */
struct item {
    char phrase[96];       /* "plumbing_electrical/chasing", or "" */
    char *text;            /* free text, owned, or NULL */
    char rooms[8][41]; size_t room_count;
    char state[8];         /* "done" "going" "blocked", or "" */
    int64_t n;             /* -1: not given */
};

#endif
