/* SPDX-License-Identifier: MIT */
/* Counts requests and refuses one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/fault/no_memory.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t n);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t n);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);

static struct {
    long left; /* requests that are still granted; below 0: off */
    bool on, refused;
    int paused; /* how often */
    enum no_memory how;
} state;

static bool refuse(void) {
    if (!state.on || state.paused) return false;
    if (state.left > 1) {
        state.left--;
        return false;
    }
    if (state.refused && state.how == NO_MEMORY_ONCE) return false;
    state.refused = true;
    return true;
}

void *__wrap_malloc(size_t n) { return refuse() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return refuse() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *old, size_t n) { return refuse() ? NULL : __real_realloc(old, n); }
char *__wrap_strdup(const char *text) { return refuse() ? NULL : __real_strdup(text); }
char *__wrap_strndup(const char *text, size_t n) { return refuse() ? NULL : __real_strndup(text, n); }

static sqlite3_mem_methods sqlite_real;
static void *sqlite_malloc(int n) { return refuse() ? NULL : sqlite_real.xMalloc(n); }
static void *sqlite_realloc(void *old, int n) { return refuse() ? NULL : sqlite_real.xRealloc(old, n); }

void no_memory_install(void) {
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_real), SQLITE_OK);
    sqlite3_mem_methods mine = sqlite_real;
    mine.xMalloc = sqlite_malloc;
    mine.xRealloc = sqlite_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &mine), SQLITE_OK);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK); /* it would grant many by itself */
}

void no_memory_at(long nth, enum no_memory how) {
    state.left = nth;
    state.how = how;
    state.refused = false;
    state.paused = 0;
    state.on = true;
}

bool no_memory_off(void) {
    state.on = false;
    return state.refused;
}

void no_memory_pause(void) { state.paused++; }
void no_memory_resume(void) { state.paused--; }

void no_memory_everywhere(const char *name, no_memory_op_fn op, void *arg) {
    for (enum no_memory how = NO_MEMORY_ONCE; how <= NO_MEMORY_FROM_THEN_ON; how++) {
        long n = 1;
        while (op(arg, n, how)) n++;
        print_message("%s: %ld requests for memory refused, %s\n", name, n - 1,
                      how == NO_MEMORY_ONCE ? "one at a time" : "all from there");
        assert_true(n > 1);
    }
}
