/* SPDX-License-Identifier: MIT */
/* Records of photos in a journal of a test, on a post_rig. A failure here ends the test (cmocka). */
#ifndef SITELOG_TEST_PHOTO_RIG_H
#define SITELOG_TEST_PHOTO_RIG_H

#include "app/journal/photo.h"
#include "tests/support/post_rig.h"

#define PHOTO_RIG_ID1    "01990000-0000-7000-8000-000000000001"
#define PHOTO_RIG_ID2    "01990000-0000-7000-8000-000000000002"
#define PHOTO_RIG_ID3    "01990000-0000-7000-8000-000000000003"
#define PHOTO_RIG_ID4    "01990000-0000-7000-8000-000000000004"
#define PHOTO_RIG_HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PHOTO_RIG_HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* As post_rig_setup, at 16:00. */
int photo_rig_setup(void **state);

/* A phone's picture of the kitchen's tiles. */
struct photo photo_rig_make(const char *id, const char *sha256);

/* photo_record in a transaction of its own, which is rolled back on an error. */
int photo_rig_record(struct post_rig *f, const struct photo *p, const char *inreplyto);

/* Whether the last answer holds the text. */
bool photo_rig_answers(const struct post_rig *f, const char *text);

#endif
