/* SPDX-License-Identifier: MIT */
/* Identifiers: UUIDv7 (RFC 9562) and the short names of orgs, sites and boards. Thread: any. */
#ifndef SITELOG_BASE_IDS_H
#define SITELOG_BASE_IDS_H

#include "firmware/base/clock.h"

#define ID_SIZE   37 /* a UUID's 36 characters and NUL */
#define NAME_SIZE 41 /* an org's, site's or board's name and NUL */

/* A new UUIDv7 of time `at`, lower case. Aborts if the kernel gives no randomness (it always does after boot). */
void ids_make(struct wall at, char out[ID_SIZE]);

/* 36 characters, lower-case hex, version 7, variant 10. */
bool ids_is_uuid7(const char *text);

/* [a-z0-9-]{1,40} */
bool ids_is_name(const char *text);

/* [A-Za-z0-9._-]{1,40}: the id of a person, a stage, a room, a phrase's part. */
bool ids_is_key(const char *text);

/* n random bytes. */
void ids_random(void *out, size_t n);

#endif
