/* SPDX-License-Identifier: MIT */
#include "tests/support/wait.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <time.h>

int64_t wait_now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void wait_nap(void) { (void)nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL); }

void wait_count(atomic_int *n, int wanted) {
    int64_t deadline = wait_now_ms() + 10000;
    while (atomic_load(n) < wanted && wait_now_ms() < deadline) wait_nap();
    assert_true(atomic_load(n) >= wanted);
}
