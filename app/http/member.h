/* SPDX-License-Identifier: MIT */
/* Whose site is it: at the hub, office and viewers see every site, everybody else the sites on whose list they are. Kept in memory, because it
 * is asked at every request and every live event. Thread: any. */
#ifndef SITELOG_HTTP_MEMBER_H
#define SITELOG_HTTP_MEMBER_H

#include "app/http/role.h"
#include "app/journal/roster.h"

struct members;

MUST_CHECK int members_create(struct members **out);
void members_destroy(struct members *m);

/* Takes the list over (free()d by it); sorted by user and site. */
void members_set(struct members *m, struct roster_member *list, size_t n);

/* An app.may_see; ctx is the struct members. */
bool members_may_see(void *ctx, const char *user, enum role role, const char *site);

#endif
