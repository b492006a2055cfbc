/* SPDX-License-Identifier: MIT */
/* Signs of life, so that the next start knows since when the power was off. What the journal writes anyway is a sign of life; a row of its own is
 * written only when that was silent for ALIVE_EVERY_MS, when the power input warns, and at a clean stop: one page in five minutes of idleness.
 * Another boot than the last run's without a clean stop before it: the power was lost; since when is known up to ALIVE_MARGIN_S.
 * Its boot began when the power came back: wall time less monotonic time, once the clock is set. Until then the outage waits (alive_settle).
 * Thread: the store's; all but alive_judge inside a write transaction. */
#ifndef SITELOG_JOURNAL_ALIVE_H
#define SITELOG_JOURNAL_ALIVE_H

#include "app/journal/outage.h"

#define ALIVE_EVERY_MS  (5 * 60 * 1000)
#define ALIVE_MARGIN_S  (6 * 60)    /* what a sudden outage's beginning may be off: that, and a minute between beats */
#define ALIVE_REBOOT_MS (60 * 1000) /* a board that was stopped and back so soon was not switched off */

enum alive_state { ALIVE_RUNNING, ALIVE_FAILING /* the power input warned */, ALIVE_STOPPED };

struct alive {
    enum alive_state state;
    struct wall at;
    enum clock_grade grade;
    int64_t boot;
};

/* Pure. What became of the run whose last sign of life is `last`: true, and *out, for a power outage that ended at `back` (ms 0: not known). */
bool alive_judge(const struct alive *last, int64_t boot, struct wall back, enum clock_grade grade, struct outage *out);

/* At start, once: records what the last run left (its power outage, where the clock is set), and begins this run. *last: the last run's last sign of
 * life, at.ms 0 where nothing is known; it may be NULL. */
MUST_CHECK int alive_start(struct journal *j, struct db *db, struct alive *last, struct err_text *e);

/* An outage that still waits for the clock is recorded when that is set, or `anyway`, without its end. *waits: it waits on. */
MUST_CHECK int alive_settle(struct journal *j, struct db *db, bool anyway, bool *waits, struct err_text *e);

/* A sign of life, written only where there was none for ALIVE_EVERY_MS. To be called every minute. */
MUST_CHECK int alive_beat(struct journal *j, struct db *db);

/* The power input warned, or is well again; or a clean stop. Written at once. A stop while the power fails stays a power cut. */
MUST_CHECK int alive_note(struct journal *j, struct db *db, enum alive_state state);

#endif
