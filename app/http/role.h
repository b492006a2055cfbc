/* SPDX-License-Identifier: MIT */
/* Who may do what: one table (role.c), walked as a whole by the permission test against every route. Pure. */
#ifndef SITELOG_HTTP_ROLE_H
#define SITELOG_HTTP_ROLE_H

#include "firmware/base/err.h"

#include <stdbool.h>

enum role { ROLE_NONE, ROLE_MANAGER, ROLE_SUPERVISOR, ROLE_CREW, ROLE_INSTALLER, ROLE_OFFICE, ROLE_VIEWER, ROLE_COUNT };

enum permission {
    PERMIT_ANY,       /* everybody who is signed in */
    PERMIT_STATUS,    /* status only: installer too */
    PERMIT_READ,      /* site, timeline, photos, lists */
    PERMIT_PHOTO,     /* photo */
    PERMIT_DRAFT,     /* draft */
    PERMIT_TEST_SHOT, /* a shot of the board's camera: installer too */
    PERMIT_DAYLOG,    /* submit or amend a log */
    PERMIT_JUDGE,     /* quality report; accept or reject a stage, verify or reject a rectification */
    PERMIT_RAISE,     /* raise a hazard, ask a question, materials */
    PERMIT_ASSIGN,    /* say who puts a hazard right */
    PERMIT_RECTIFY,   /* put it right */
    PERMIT_REQUEST, /* start, finish, ask for acceptance; change request, delay claim, what the customer confirms, hand-over */
    PERMIT_TEST, /* timed tests */
    PERMIT_DECIDE, /* head office: decide, override gates, hold, plan, people, checklists; photo requests, call-backs, webhooks */
    PERMIT_CONSENT, /* record the customer's consent to the camera */
    PERMIT_PLAN,    /* plan, people; photo requests */
    PERMIT_MEASURE, /* what the firm is measured by: head office and those who only look */
    PERMIT_COUNT,
};

const char *role_name(enum role role);
MUST_CHECK int role_parse(const char *name, enum role *out); /* ERR_INVALID; "none" is no role */
bool role_may(enum role role, enum permission permission);
/* Office and viewers see every site, others those on whose list they are. */
bool role_sees_all_sites(enum role role);
/* Viewers see no names. */
bool role_sees_names(enum role role);
/* Managers and office see the customer block. */
bool role_sees_customer(enum role role);

#endif
