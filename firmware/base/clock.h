/* SPDX-License-Identifier: MIT */
/* Wall time and monotonic time, as two types that do not mix. Both can be faked: by a test in the same process
 * (clock_fake_*), and for whole programs by SITELOG_CLOCK=<RFC 3339>[,<factor>] in test builds only
 * (SITELOG_TEST defined): the wall clock then starts there and runs at `factor` times its speed. SITELOG_CLOCK=@<file>: two int64_t that the
 * test may change at any time, milliseconds: by how much the wall clock is set ahead, and how much time has passed, by both clocks, beyond what did.
 * Thread: any, except clock_fake_*: one test thread. */
#ifndef SITELOG_BASE_CLOCK_H
#define SITELOG_BASE_CLOCK_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wall {
    int64_t ms;
}; /* milliseconds since 1970-01-01T00:00:00Z; may step */
struct mono {
    int64_t ms;
}; /* CLOCK_BOOTTIME milliseconds since this kernel booted; never steps back */

struct wall clock_wall(void);
struct mono clock_mono(void);

/* Wall minus monotonic time, in ms: changes when the wall clock is set, and only then; slewing it (adjtime, NTP) slews both. Read so that being
 * interrupted between the two does not look like a step. A wall clock that runs at another speed (SITELOG_CLOCK's factor) was not set. */
int64_t clock_offset_ms(void);

void clock_fake_wall(struct wall at);
void clock_fake_mono(struct mono at);
void clock_fake_advance_ms(int64_t ms); /* both */
void clock_fake_off(void);

#define CLOCK_TEXT_SIZE 32 /* "2026-11-22T16:04:05.123+08:00" and NUL, with room */

/* RFC 3339 with milliseconds; offset_s is east of UTC, whole minutes, and 0 prints "Z". */
void clock_format(struct wall at, int32_t offset_s, char out[CLOCK_TEXT_SIZE]);

/* RFC 3339 with any number of fraction digits. ERR_INVALID. *offset_s may be NULL. */
MUST_CHECK int clock_parse(const char *text, struct wall *out, int32_t *offset_s);

/* A number that is one more at each boot of this kernel is kept by the store; this is the kernel's random boot id
 * (/proc/sys/kernel/random/boot_id), 36 characters. ERR_IO. */
MUST_CHECK int clock_boot_id(char out[37]);

#endif
