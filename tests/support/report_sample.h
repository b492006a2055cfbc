/* SPDX-License-Identifier: MIT */
/* A report with everything in it, for tests and benchmarks. A failure here ends the test program. Thread: test thread. */
#ifndef SITELOG_TESTS_REPORT_SAMPLE_H
#define SITELOG_TESTS_REPORT_SAMPLE_H

#include "app/report/report.h"

/* A week of one inspection, three tests, three hazards, six logs and so many photos; sealed. Owns: caller; report_fini. */
void report_sample(struct report *r, size_t photos);

/* One inspection of so many items (six at least; those beyond are numbered in their notes: "007 号"), with two tests and a hazard; sealed. */
void report_sample_inspection(struct report *r, size_t items, size_t photos);

/* The same week without anything in it. */
void report_sample_empty(struct report *r);

/* Before sealing again: a note of n bytes in the first day's log. */
void report_sample_note(struct report *r, size_t n);

#endif
