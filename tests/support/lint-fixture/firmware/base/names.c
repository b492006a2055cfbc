/* SPDX-License-Identifier: MIT */
/* Compiled by the self-test only. */
int names_good(void);
int wrong_name(void);
int names_good(void) { return 0; }
int wrong_name(void) { return 0; } /* plant: name */
