/* SPDX-License-Identifier: MIT */
/* What the rules need to know of one site: plain facts, as the projections say them. rules_load.h fills it; the rules only read it. Lists are
 * malloc()ed and belong to the struct (rules_site_fini). A time of ms 0 is "not", "not yet" or "not said". */
#ifndef SITELOG_JOURNAL_RULES_SITE_H
#define SITELOG_JOURNAL_RULES_SITE_H

#include "app/journal/standstill.h"

/* From when on something presses. rules_limits_default() gives what head office does not set otherwise. */
struct rules_limits {
    int keep_days;                /* a missed log or report stands so long, then nobody can mend it any more */
    int stage_late_h;             /* working hours that a stage may be late */
    int acceptance_h;             /* working hours in which the supervisor looks at what was reported as ready */
    int designer_h, customer_min; /* working hours, and minutes within STANDSTILL_WORK_HOURS, for an answer */
    int material_late_h;          /* working hours that a material may be late */
    int measure_warn_days;        /* calendar days before the last date for measuring */
    int warn_serious_h, warn_notice_h;
    int additions_percent, material_changes_percent; /* of the contract */
    int disk_low_percent, disk_well_percent;         /* low below the one, well again from the other on */
    int untrusted_s;                                 /* a clock may be without time so long after a start */
    int64_t silent_after_s;                          /* of a board, within its hours */
};

struct rules_period {
    struct wall from, to;
};

/* What something is called in the people's own words, clipped; "": nobody said. */
#define RULES_WHAT_SIZE 100

enum rules_severity { RULES_NOTICE, RULES_SERIOUS, RULES_STOP_WORK };

struct rules_hazard {
    char id[ID_SIZE];
    enum rules_severity severity;
    bool open;                                     /* nobody has rectified it */
    char zh[RULES_WHAT_SIZE], en[RULES_WHAT_SIZE]; /* its room, and its text */
    struct wall raised, due;
};

struct rules_stage {
    char key[41];
    char planned_start[TZ_DATE_SIZE], planned_finish[TZ_DATE_SIZE]; /* "": not said */
    bool started, finished;
    struct wall asked; /* the oldest acceptance that was asked for and not decided */
};

/* A change that counts: asked for, and not refused. In order of `at`. */
struct rules_change {
    char id[ID_SIZE];
    struct wall at;
    int64_t fen;   /* hundredths, negative for a credit */
    bool material; /* of a material; else an addition */
    char what[RULES_WHAT_SIZE];
};

struct rules_material {
    char id[ID_SIZE];
    char expected[TZ_DATE_SIZE];
    bool arrived;
    char what[RULES_WHAT_SIZE];
};

struct rules_measurement {
    char id[ID_SIZE];
    char needed[TZ_DATE_SIZE]; /* on that date what is measured has to be on site */
    int lead_days;             /* from measuring to delivery, calendar days */
    bool measured;
    char what[RULES_WHAT_SIZE];
};

struct rules_question {
    char id[ID_SIZE];
    bool customer;    /* asks, of the site */
    char asked_of[9]; /* "site" "designer" "office" */
    char what[RULES_WHAT_SIZE];
    struct wall asked;
    bool answered;
};

struct rules_board {
    char board[NAME_SIZE];
    struct wall heard;
    uint64_t hours; /* half hours in which it is expected to be on: rule_hours.h */
};

/* The board that judges; empty at the hub. */
struct rules_self {
    char board[NAME_SIZE];
    int disk_percent; /* free; -1: not known */
    struct wall disk_since, untrusted_since, rejected_since;
    int64_t rejected; /* own events that head office refused, and has not said it saw */
};

struct rules_site {
    char site[NAME_SIZE];
    struct plan plan;
    struct tz *tz;
    struct rules_limits limits;
    struct wall begun, closed;        /* the boards' first event; handed over */
    struct wall listening;            /* the hub hears boards since then; ms 0: it does not */
    char planned_since[TZ_DATE_SIZE]; /* standstill.h */
    char (*logged)[TZ_DATE_SIZE];     /* dates that have a log; ascending, each once */
    char (*inspected)[TZ_DATE_SIZE];  /* dates of inspections, ascending */
    bool knows_inspections;           /* false: this program has none, and nobody is to blame */
    char call_on[TZ_DATE_SIZE];       /* the date of the next call (callback.h); "": nobody is to be called */
    struct standstill_held *holds;
    struct standstill_days *granted; /* delays that head office granted */
    char (*idle)[TZ_DATE_SIZE];      /* days on which nobody works */
    struct rules_hazard *hazards;
    struct rules_stage *stages;
    struct rules_change *changes;
    struct rules_material *materials;
    struct rules_measurement *measurements;
    struct rules_question *questions;
    struct rules_board *boards;
    size_t logged_count, inspected_count, hold_count, granted_count, idle_count, hazard_count, stage_count,
        change_count, material_count, measurement_count, question_count, board_count;
    struct rules_self self;
};

void rules_limits_default(struct rules_limits *out);

/* Borrowed: for as long as *s stands where it is. */
struct standstill rules_site_clock(const struct rules_site *s);

/* Takes a zeroed one, too. */
void rules_site_fini(struct rules_site *s);

#endif
