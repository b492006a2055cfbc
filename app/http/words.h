/* SPDX-License-Identifier: MIT */
/* Words that pictures bear, in the reader's language; screens have theirs in app/web/shared/words.js. Immutable. Thread: any. */
#ifndef SITELOG_HTTP_WORDS_H
#define SITELOG_HTTP_WORDS_H

#include <stdbool.h>

/* A grade of a clock: "ntp" "rtc", and anything else as "none". */
const char *words_clock(bool zh, const char *grade);

/* What is said of a time that a phone or a camera claims. */
const char *words_claimed(bool zh);

/* What is said of a time that a later clock of this grade corrected. */
const char *words_corrected(bool zh, const char *grade);

/* The standard word for a key, or the text itself where it is none, as for a company's own stage or a room in one's own words. */
const char *words_stage(bool zh, const char *stage);
const char *words_room(bool zh, const char *room);

#endif
