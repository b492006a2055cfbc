/* SPDX-License-Identifier: MIT */
/* The table of event types and subjects' kinds. It only lists: what a type's data must be and what it becomes is in its subject's file. */
#include "app/journal/event.h"

#include "app/journal/access.h"
#include "app/journal/account.h"
#include "app/journal/alert.h"
#include "app/journal/checklist_set.h"
#include "app/journal/callback.h"
#include "app/journal/change.h"
#include "app/journal/clock_set.h"
#include "app/journal/confirmation.h"
#include "app/journal/daylog.h"
#include "app/journal/handover.h"
#include "app/journal/material.h"
#include "app/journal/hazard.h"
#include "app/journal/inspection.h"
#include "app/journal/delay.h"
#include "app/journal/hold.h"
#include "app/journal/daylog.h"
#include "app/journal/move.h"
#include "app/journal/outage.h"
#include "app/journal/person.h"
#include "app/journal/photo_request.h"
#include "app/journal/plan.h"
#include "app/journal/setting.h"
#include "app/journal/stage.h"
#include "app/journal/timed_test.h"
#include "app/journal/question.h"
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
    { "user-changed", LANE_RECORD, "user", account_check, true },
    { "daylog-submitted", LANE_RECORD, "daylog", daylog_check, true },
    { "daylog-amended", LANE_RECORD, "daylog", daylog_check_amended, true },
    { "photo-taken", LANE_PHOTO, "photo", photo_check_taken, true },
    { "photo-withdrawn", LANE_PHOTO, "photo", photo_check_withdrawn, true },
    { "photo-requested", LANE_RECORD, "photo-request", photo_request_check, true },
    { "photo-request-failed", LANE_RECORD, "photo-request", photo_request_check_failed, true },
    { "viewpoint-moved", LANE_RECORD, "viewpoint", viewpoint_check, true },
    { "change-requested", LANE_RECORD, "change", change_check, true },
    { "change-decided", LANE_RECORD, "change", change_check_decided, true },
    { "customer-confirmed", LANE_RECORD, "confirmation", confirmation_check, true },
    { "material-expected", LANE_RECORD, "material", material_check_expected, true },
    { "material-arrived", LANE_RECORD, "material", material_check_arrived, true },
    { "material-scanned", LANE_RECORD, "material", material_check_scanned, true },
    { "material-answered", LANE_RECORD, "material", material_check_answered, true },
    { "measurement-done", LANE_RECORD, "material", material_check_measured, true },
    { "question-asked", LANE_RECORD, "question", question_check_asked, true },
    { "question-answered", LANE_RECORD, "question", question_check_answered, true },
    { "callback-done", LANE_RECORD, "callback", callback_check, true },
    { "handover-done", LANE_RECORD, "handover", handover_check, true },
    { "hazard-raised", LANE_ALERT, "hazard", hazard_check_raised, true },
    { "hazard-assigned", LANE_ALERT, "hazard", hazard_check_assigned, true },
    { "hazard-rectified", LANE_ALERT, "hazard", hazard_check_step, true },
    { "hazard-rejected", LANE_ALERT, "hazard", hazard_check_step, true },
    { "hazard-verified", LANE_ALERT, "hazard", hazard_check_step, true },
    { "alert-raised", LANE_ALERT, "alert", alert_check, true },
    { "alert-cleared", LANE_ALERT, "alert", alert_check, true },
    { "alert-seen", LANE_ALERT, "alert", alert_check_seen, true },
    { "checklist-set", LANE_RECORD, "checklist", checklist_set_check, true },
    { "setting-set", LANE_RECORD, "setting", setting_check, true },
    { "inspection-submitted", LANE_RECORD, "inspection", inspection_check, true },
    { "stage-started", LANE_RECORD, "stage", stage_check, true },
    { "stage-finished", LANE_RECORD, "stage", stage_check, true },
    { "acceptance-requested", LANE_RECORD, "stage", stage_check, true },
    { "stage-accepted", LANE_RECORD, "stage", stage_check, true },
    { "stage-rejected", LANE_RECORD, "stage", stage_check, true },
    { "gate-overridden", LANE_RECORD, "stage", stage_check_overridden, true },
    { "timed-test-started", LANE_RECORD, "test", timed_test_check_started, true },
    { "timed-test-finished", LANE_RECORD, "test", timed_test_check_finished, true },
    { "delay-claimed", LANE_RECORD, "delay", delay_check_claimed, true },
    { "delay-decided", LANE_RECORD, "delay", delay_check_decided, true },
    { "idle-day", LANE_RECORD, "idle", delay_check_idle, true },
    { "site-held", LANE_RECORD, "hold", hold_check, true },
    { "site-resumed", LANE_RECORD, "hold", hold_check, true },
    { "access", LANE_RECORD, "access", access_check, true },
    { "note", LANE_RECORD, "note", NULL, true },
};
const size_t event_type_count = sizeof event_types / sizeof event_types[0];

const struct subject_kind *const event_kinds[] = {
    &epoch_kind,         &clock_set_kind, &plan_kind,         &person_kind,     &daylog_kind,     &photo_kind,
    &photo_request_kind, &viewpoint_kind, &alert_kind,        &hazard_kind,     &inspection_kind, &note_kind,
    &checklist_set_kind, &setting_kind,   &stage_kind,        &timed_test_kind, &delay_kind,      &delay_idle_kind,
    &hold_kind,          &change_kind,    &confirmation_kind, &material_kind,   &question_kind,   &callback_kind,
    &handover_kind,      &move_kind,      &access_kind,
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
