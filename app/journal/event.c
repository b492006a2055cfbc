/* SPDX-License-Identifier: MIT */
/* The table of event types and subjects' kinds. It only lists: what a type's data must be and what it becomes is in its subject's file. */
#include "app/journal/event.h"

#include <string.h>

/* Kinds without a projection: their events are in the timeline and nowhere else. */
static const struct subject_kind epoch_kind = { .kind = "epoch" };
static const struct subject_kind board_kind = { .kind = "board" };
static const struct subject_kind user_kind = { .kind = "user" };
static const struct subject_kind note_kind = { .kind = "note" };

const struct event_type event_types[] = {
    { "epoch-started", LANE_RECORD, "epoch", NULL, true },
    { "clock-set", LANE_RECORD, "board", NULL, true },
    { "user-changed", LANE_RECORD, "user", NULL, true },
    { "note", LANE_RECORD, "note", NULL, true },
};
const size_t event_type_count = sizeof event_types / sizeof event_types[0];

const struct subject_kind *const event_kinds[] = {
    &epoch_kind,
    &board_kind,
    &user_kind,
    &note_kind,
};
const size_t event_kind_count = sizeof event_kinds / sizeof event_kinds[0];

const struct event_type *event_type_find(const char *name) {
    for (size_t i = 0; i < event_type_count; i++)
        if (strcmp(event_types[i].name, name) == 0) return &event_types[i];
    return NULL;
}

const struct subject_kind *event_kind_find(const char *kind) {
    for (size_t i = 0; i < event_kind_count; i++)
        if (strcmp(event_kinds[i]->kind, kind) == 0) return event_kinds[i];
    return NULL;
}
