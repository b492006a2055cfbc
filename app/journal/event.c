/* SPDX-License-Identifier: MIT */
/* The table of event types and subjects' kinds. It only lists: what a type's data must be and what it becomes is in its subject's file. */
#include "app/journal/event.h"

#include "app/journal/account.h"
#include "app/journal/alert.h"
#include "app/journal/clock_set.h"
#include "app/journal/consent.h"
#include "app/journal/daylog.h"
#include "app/journal/move.h"
#include "app/journal/outage.h"
#include "app/journal/person.h"
#include "app/journal/photo_request.h"
#include "app/journal/plan.h"
#include "app/journal/viewpoint.h"

#include <string.h>

/* Kinds without a projection: their events are in the timeline and nowhere else. */
static const struct subject_kind epoch_kind = { .kind = "epoch" };
static const struct subject_kind note_kind = { .kind = "note" };

const struct event_type event_types[] = {
    { "epoch-started", LANE_RECORD, "epoch", NULL, true },
    { "outage", LANE_RECORD, "board", outage_check, true },
    { "clock-set", LANE_RECORD, "board", clock_set_check, true },
    { "board-moved", LANE_RECORD, "move", move_check, true },
    { "photos-dropped", LANE_RECORD, "board", NULL, true },
    { "plan-set", LANE_RECORD, "plan", plan_check, true },
    { "person-set", LANE_RECORD, "user", person_check, true },
    { "setting-set", LANE_RECORD, "setting", consent_check_data, true },
    { "user-changed", LANE_RECORD, "user", account_check, true },
    { "daylog-submitted", LANE_RECORD, "daylog", daylog_check, true },
    { "daylog-amended", LANE_RECORD, "daylog", daylog_check_amended, true },
    { "photo-taken", LANE_PHOTO, "photo", photo_check_taken, true },
    { "photo-withdrawn", LANE_PHOTO, "photo", photo_check_withdrawn, true },
    { "photo-requested", LANE_RECORD, "photo-request", photo_request_check, true },
    { "photo-request-failed", LANE_RECORD, "photo-request", photo_request_check_failed, true },
    { "viewpoint-moved", LANE_RECORD, "viewpoint", viewpoint_check, true },
    { "alert-raised", LANE_ALERT, "alert", alert_check, true },
    { "alert-cleared", LANE_ALERT, "alert", alert_check, true },
    { "note", LANE_RECORD, "note", NULL, true },
};
const size_t event_type_count = sizeof event_types / sizeof event_types[0];

const struct subject_kind *const event_kinds[] = {
    &epoch_kind,         &clock_set_kind, &plan_kind,  &person_kind, &daylog_kind,  &photo_kind,
    &photo_request_kind, &viewpoint_kind, &alert_kind, &note_kind,   &consent_kind, &move_kind,
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
