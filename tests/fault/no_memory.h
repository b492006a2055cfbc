/* SPDX-License-Identifier: MIT */
/* Memory that runs out: the linker hands every malloc, calloc, realloc, strdup and strndup of the program's own objects to the functions here
 * (--wrap, so that sanitizers still see the real ones; what cJSON asks for comes from them), and SQLite is told to ask here, too. Thread: test thread. */
#ifndef SITELOG_FAULT_NO_MEMORY_H
#define SITELOG_FAULT_NO_MEMORY_H

#include <stdbool.h>

/* Before SQLite's first use. */
void no_memory_install(void);

enum no_memory { NO_MEMORY_ONCE, NO_MEMORY_FROM_THEN_ON };

/* The nth request from now, counted from 1, is refused; or it and all after it. */
void no_memory_at(long nth, enum no_memory how);

/* Memory is back. Whether anything was refused. */
bool no_memory_off(void);

/* What the test itself needs in between. May be nested. */
void no_memory_pause(void);
void no_memory_resume(void);

/* Calls op again and again, with the first request refused, then the second … until it asks for so many no more. op gets `arg` and the number, and
 * does all of it: prepares, arms with no_memory_at(n, how), works, calls no_memory_off, checks, and returns what that said. */
typedef bool (*no_memory_op_fn)(void *arg, long n, enum no_memory how);
void no_memory_everywhere(const char *name, no_memory_op_fn op, void *arg);

#endif
