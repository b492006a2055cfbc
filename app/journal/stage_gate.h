/* SPDX-License-Identifier: MIT */
/* What stands in the way of a stage: whether it may start, and whether its gate may be accepted, here and now. A hard gate that is not passed
 * refuses, a soft one warns; head office's override turns refusals into warnings. Gates are the trade's own data (domain.h), what comes before
 * what is the plan's. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_STAGE_GATE_H
#define SITELOG_JOURNAL_STAGE_GATE_H

#include "app/journal/plan.h"

enum stage_state { STAGE_PLANNED, STAGE_STARTED, STAGE_FINISHED, STAGE_ASKED, STAGE_ACCEPTED, STAGE_REJECTED };

/* A stage, or one room of it, as it is. */
struct stage_seen {
    char key[41], room[41]; /* room "": the whole site */
    enum stage_state state;
    char finished[TZ_DATE_SIZE];       /* site date, "" : not yet */
    bool start_overridden, overridden; /* by head office: its start; its gate */
};

enum stage_test_state { STAGE_TEST_RUNNING, STAGE_TEST_PASSED, STAGE_TEST_FAILED };

/* The newest timed test of a kind in a stage and room. */
struct stage_test {
    char kind[41], stage[41], room[41];
    enum stage_test_state state;
};

/* What speaks against accepting a stage, or a room of it; it is told, and decides nothing. */
struct stage_doubt {
    char stage[41], room[41]; /* room "": the whole site */
    int red_lines;            /* that the newest quality report of the stage failed */
    int stop_work;            /* open hazards that stop the work */
};

/* What else gates are judged by. */
struct stage_evidence {
    char (*rooms)
        [41]; /* all that anybody named, each once: in a log, a photo, a hazard, a test, a report, a step of a stage */
    size_t room_count;
    struct stage_doubt *doubts;
    size_t doubt_count;
    unsigned left_out; /* bits by the place in timed_limit_all: tests that the site's checklists do not ask for */
};

struct stage_site {
    const struct plan *plan;
    const struct stage_seen *rows;
    size_t row_count;
    const struct stage_test *tests;
    size_t test_count;
    const char *date;                      /* the site's today */
    bool customer_signed;                  /* the customer confirmed the completion */
    const struct stage_evidence *evidence; /* NULL: nothing is known */
};

#define STAGE_LACKS_MAX 16

struct stage_lack {
    bool hard;
    char zh[200], en[240]; /* what is missing, and who can do something about it */
};

struct stage_lacks {
    struct stage_lack list[STAGE_LACKS_MAX];
    size_t count;
};

/* Is a stage led room by room? ROOMS_NEEDED: never as a whole. */
enum stage_rooms { STAGE_ROOMS_NONE, STAGE_ROOMS_MAY, STAGE_ROOMS_NEEDED };
enum stage_rooms stage_gate_rooms(const char *key);

/* Is it a room that has to be waterproof, whatever the plan says? */
bool stage_gate_wet(const char *room);

/* The keys of the stages that come before: the plan's, else the standard ones; and those standard ones that have a hard gate, whatever the plan says,
 * all as far as they are in the plan. *n: how many, at most PLAN_AFTER_MAX. */
void stage_gate_after(const struct plan *p, const char *key, const char *out[PLAN_AFTER_MAX], size_t *n);

/* Has a stage's gate been passed for a room ("": wherever it has begun)? That of the completion asks for three signatures: the manager's, who asks for
 * acceptance, the supervisor's, who accepts, and the customer's, who confirms what was accepted. */
bool stage_gate_passed(const struct stage_site *s, const char *key, const char *room);

/* A start as a whole, after a stage that goes room by room (tiling after waterproofing): each wet room has to have passed on its own, those that the
 * site names and the standard ones that nobody named, since nobody knows that they are not there; room by room it can begin at once. An optional
 * stage of a site without a plan of its own counts once it has begun. */
void stage_gate_start(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out);
void stage_gate_accept(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out);

/* Why a gate that is not passed is not, and who can do something about it; adds to *out. */
void stage_gate_lack(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out);

/* Is one of them hard? */
bool stage_gate_refuses(const struct stage_lacks *l);

#endif
