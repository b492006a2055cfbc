/* SPDX-License-Identifier: MIT */
/* What a board stores, opened as the daemon opens it: depot, writer's and reader's thread, photos; with a simulated camera's folder where one is
 * wanted. A failure here ends the test program. Thread: test thread. */
#ifndef SITELOG_TESTS_BOARD_RIG_H
#define SITELOG_TESTS_BOARD_RIG_H

#include "app/photo/capture.h"
#include "app/photo/depot.h"
#include "firmware/db/store.h"

#define BOARD_RIG_SITE  "s-0412"
#define BOARD_RIG_BOARD "b-01"

struct board_rig {
    char *dir; /* data in dir/data, the camera's photos in dir/camera */
    char data[280];
    char device[280]; /* "sim:{dir}/camera" */
    struct depot depot;
    struct store *writer, *reader;
    struct photos photos;
};

void board_rig_open(struct board_rig *r);
void board_rig_close(struct board_rig *r);

/* As after a kill: everything is closed and opened again; nothing is adopted or settled by itself. */
void board_rig_again(struct board_rig *r);

/* What the daemon does at start with photos that have no event. Returns how many were adopted. */
size_t board_rig_adopt(struct board_rig *r);

/* The customer gives, or refuses, consent to the camera. */
void board_rig_consent(struct board_rig *r, bool given);

/* A JPEG of its own for each number; name NULL: not written to the camera's folder. Owns: caller; buf_fini. */
struct buf board_rig_jpeg(struct board_rig *r, unsigned number, const char *name);

/* A shutter on the camera, 640 by 480, which photos use from now on. Owns: caller; shutter_destroy before the rig is closed. */
struct shutter *board_rig_shutter(struct board_rig *r);

/* The camera's faults (hal/camera.h); NULL: none. */
void board_rig_faults(struct board_rig *r, const char *words);

/* The value of a query that gives one number, on journal.db. */
int64_t board_rig_count(struct board_rig *r, const char *sql);
/* On photos.db. */
int64_t board_rig_photos_count(struct board_rig *r, const char *sql);

/* The first column of the first row as text, or "" where there is none. Owns: caller. */
char *board_rig_text(struct board_rig *r, const char *sql);

#endif
