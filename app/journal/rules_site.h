/* SPDX-License-Identifier: MIT */
/* What the rules need to know of one site: plain facts, as the projections say them. rules_load.h fills it; the rules only read it. Lists are
 * malloc()ed and belong to the struct (rules_site_fini). A time of ms 0 is "not", "not yet" or "not said". */
#ifndef SITELOG_JOURNAL_RULES_SITE_H
#define SITELOG_JOURNAL_RULES_SITE_H

#include "app/journal/plan.h"

/* From when on something presses. rules_limits_default() gives what head office does not set otherwise. */
struct rules_limits {
    int keep_days;                /* a missed log or report stands so long, then nobody can mend it any more */
    int stage_late_h;             /* working hours that a stage may be late */
    int acceptance_h;             /* working hours in which the supervisor looks at what was reported as ready */
    int designer_h, customer_min; /* working hours, and minutes within working_hours, for an answer */
    int warn_serious_h, warn_notice_h;
    int callback_days;
    int additions_percent, material_changes_percent; /* of the contract */
    int work_from_min, work_to_min;                  /* working time for customer_min, minutes since midnight */
    int disk_low_percent, disk_well_percent;         /* low below the one, well again from the other on */
    int untrusted_s;                                 /* a clock may be without time so long after a start */
    int64_t silent_after_s;                          /* of a board, within its hours */
};

struct rules_period {
    struct wall from, to; /* to.ms 0: it lasts still */
};

struct rules_days {
    char from[TZ_DATE_SIZE], to[TZ_DATE_SIZE]; /* both included */
};

enum rules_severity { RULES_NOTICE, RULES_SERIOUS, RULES_STOP_WORK };

struct rules_hazard {
    char id[ID_SIZE];
    enum rules_severity severity;
    bool open; /* nobody has rectified it */
    struct wall raised, due;
};

struct rules_stage {
    char key[41];
    char planned_start[TZ_DATE_SIZE], planned_finish[TZ_DATE_SIZE]; /* "": not said */
    bool started, finished;
    struct wall asked; /* the oldest acceptance that was asked for and not decided */
};

/* A change that counts: neither rejected nor withdrawn. In order of `at`. */
struct rules_change {
    char id[ID_SIZE];
    struct wall at;
    int64_t fen;   /* hundredths, negative for a credit */
    bool material; /* of a material; else an addition */
};

struct rules_material {
    char id[ID_SIZE];
    char expected[TZ_DATE_SIZE];
    bool arrived;
};

struct rules_measurement {
    char id[ID_SIZE];
    char needed[TZ_DATE_SIZE]; /* on that date what is measured has to be on site */
    int lead_days;             /* from measuring to delivery, calendar days */
    bool measured;
};

struct rules_question {
    char id[ID_SIZE];
    bool customer; /* the customer asks the site; else the site asks the designer */
    struct wall asked;
    bool answered;
};

/* Half hours of the site's day, bit 0 from midnight; see rule_hours.h. */
#define RULES_SLOTS     48
#define RULES_SLOT_MIN  30
#define RULES_ALL_HOURS ((UINT64_C(1) << RULES_SLOTS) - 1)

struct rules_board {
    char board[NAME_SIZE];
    struct wall heard;
    uint64_t hours; /* in which it is expected to be on */
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
    struct wall begun, closed; /* the boards' first event; handed over */
    struct wall listening;     /* the hub hears boards since then; ms 0: it does not */
    char planned_since
        [TZ_DATE_SIZE]; /* planned dates do not contain what was granted from this date on; "": nothing at all */
    char (*logged)[TZ_DATE_SIZE];            /* dates that have a log; ascending, each once */
    char (*inspected)[TZ_DATE_SIZE];         /* dates of inspections, ascending */
    bool knows_inspections, knows_callbacks; /* false: this program has none, and nobody is to blame */
    struct wall called;                      /* the customer, last */
    int callback_days;                       /* the plan's; 0: limits' */
    struct rules_period *holds;              /* ascending, apart from each other */
    struct rules_days *granted, *idle;       /* delays that head office granted; days on which nobody works */
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

/* Takes a zeroed one, too. */
void rules_site_fini(struct rules_site *s);

#endif
