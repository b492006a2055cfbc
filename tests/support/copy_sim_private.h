/* SPDX-License-Identifier: MIT */
/* Between the simulated world (copy_sim.c) and its journals (copy_sim_journal.c). */
#ifndef SITELOG_TESTS_COPY_SIM_PRIVATE_H
#define SITELOG_TESTS_COPY_SIM_PRIVATE_H

#include "tests/support/copy_sim.h"

void *sim_must(void *p); /* p, which is not NULL */
struct chain sim_chain_of(const struct event_key *key);
void sim_epoch_hash(const char *epoch, char out[HASH_TEXT_SIZE]); /* prev of an epoch's first event */
void sim_journal_destroy(struct sim_journal *j);

/* The next batch that a node's store has and that is due; false where there is none. */
bool sim_run_store(struct sim *s, int node);

#endif
