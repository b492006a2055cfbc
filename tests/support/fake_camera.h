/* SPDX-License-Identifier: MIT */
/* A folder for the camera that is not there (tests/support/preload/fake_v4l2.c), with two pictures in it, a.jpg and b.jpg, and a dark one. The test program
 * has called preload(argv, "fake_v4l2"). Thread: test thread. */
#ifndef SITELOG_TESTS_SUPPORT_FAKE_CAMERA_H
#define SITELOG_TESTS_SUPPORT_FAKE_CAMERA_H

#include "firmware/base/buf.h"

#define FAKE_CAMERA "/dev/video77"

struct fake_camera {
    char *dir;
    struct buf jpeg[2];
};

void fake_camera_open(struct fake_camera *c);
void fake_camera_close(struct fake_camera *c);

/* What it does from now on; the words are told in fake_v4l2.c. */
void fake_camera_script(struct fake_camera *c, const char *words);

/* How often its log says so: "open", "STREAMON", "STREAMOFF", "close". */
int fake_camera_count(struct fake_camera *c, const char *word);

#endif
