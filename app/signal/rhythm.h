/* SPDX-License-Identifier: MIT */
/* A lamp or a buzzer over time. Pure. Thread: any. */
#ifndef SITELOG_SIGNAL_RHYTHM_H
#define SITELOG_SIGNAL_RHYTHM_H

#include <stdbool.h>
#include <stdint.h>

enum rhythm {
    RHYTHM_DARK,   /* off for good */
    RHYTHM_STEADY, /* on for good */
    RHYTHM_SLOW,   /* 0.5 Hz */
    RHYTHM_FAST,   /* 4 Hz */
    RHYTHM_TAKEN,  /* one long flash, once */
    RHYTHM_FAILED, /* three quick flashes, once */
    RHYTHM_BEEP,   /* one short one, once */
    RHYTHM_ALARM,  /* two, once */
};

struct beat {
    bool on;
    int64_t next_ms; /* until it changes, or is over; -1: never */
    bool over;       /* one that is played once has been */
};

/* since_ms: how long it has been played. */
struct beat rhythm_at(enum rhythm rhythm, int64_t since_ms);

#endif
