/* SPDX-License-Identifier: MIT */
/* Waiting for other threads, by the real monotonic clock. Thread: any; wait_count: test thread (a failure ends the test). */
#ifndef SITELOG_TESTS_WAIT_H
#define SITELOG_TESTS_WAIT_H

#include <stdatomic.h>
#include <stdint.h>

int64_t wait_now_ms(void);

/* A few milliseconds. */
void wait_nap(void);

/* Until the count is reached, at most 10 s. */
void wait_count(atomic_int *n, int wanted);

#endif
