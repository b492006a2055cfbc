/* SPDX-License-Identifier: MIT */
/* Who may do what, as one table. Does not know routes: each says which permission it needs. */
#include "app/http/role.h"

#include <string.h>

#define BIT(role) (1u << (role))
#define EVERYBODY                                                                                                      \
    (BIT(ROLE_MANAGER) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_CREW) | BIT(ROLE_INSTALLER) | BIT(ROLE_OFFICE) |              \
     BIT(ROLE_VIEWER))
#define ON_SITE (BIT(ROLE_MANAGER) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_CREW))

static const char *const names[ROLE_COUNT] = {
    [ROLE_NONE] = "none",           [ROLE_MANAGER] = "manager", [ROLE_SUPERVISOR] = "supervisor", [ROLE_CREW] = "crew",
    [ROLE_INSTALLER] = "installer", [ROLE_OFFICE] = "office",   [ROLE_VIEWER] = "viewer",
};

static const unsigned permitted[PERMIT_COUNT] = {
    [PERMIT_ANY] = EVERYBODY,
    [PERMIT_STATUS] = EVERYBODY,
    [PERMIT_READ] = ON_SITE | BIT(ROLE_OFFICE) | BIT(ROLE_VIEWER),
    [PERMIT_PHOTO] = ON_SITE | BIT(ROLE_OFFICE),
    [PERMIT_DRAFT] = ON_SITE | BIT(ROLE_OFFICE),
    [PERMIT_TEST_SHOT] = ON_SITE | BIT(ROLE_OFFICE) | BIT(ROLE_INSTALLER),
    [PERMIT_DAYLOG] = BIT(ROLE_MANAGER) | BIT(ROLE_OFFICE),
    [PERMIT_RAISE] = ON_SITE | BIT(ROLE_OFFICE),
    [PERMIT_REQUEST] = BIT(ROLE_MANAGER) | BIT(ROLE_OFFICE),
    [PERMIT_ASSIGN] = BIT(ROLE_MANAGER) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_OFFICE),
    [PERMIT_RECTIFY] = ON_SITE | BIT(ROLE_OFFICE),
    [PERMIT_TEST] = BIT(ROLE_MANAGER) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_OFFICE),
    [PERMIT_JUDGE] = BIT(ROLE_SUPERVISOR) | BIT(ROLE_OFFICE),
    [PERMIT_DECIDE] = BIT(ROLE_OFFICE),
    [PERMIT_CONSENT] = BIT(ROLE_MANAGER) | BIT(ROLE_OFFICE),
    [PERMIT_PLAN] = BIT(ROLE_OFFICE),
    [PERMIT_MEASURE] = BIT(ROLE_OFFICE) | BIT(ROLE_VIEWER),
};

const char *role_name(enum role role) { return (unsigned)role < ROLE_COUNT ? names[role] : names[ROLE_NONE]; }

int role_parse(const char *name, enum role *out) {
    for (enum role r = ROLE_MANAGER; r < ROLE_COUNT; r++) {
        if (strcmp(name, names[r]) != 0) continue;
        *out = r;
        return 0;
    }
    return ERR_INVALID;
}

bool role_may(enum role role, enum permission permission) {
    if (role <= ROLE_NONE || role >= ROLE_COUNT || (unsigned)permission >= PERMIT_COUNT) return false;
    return (permitted[permission] & BIT(role)) != 0;
}

bool role_sees_all_sites(enum role role) { return role == ROLE_OFFICE || role == ROLE_VIEWER; }

bool role_sees_customer(enum role role) { return role == ROLE_MANAGER || role == ROLE_OFFICE; }

bool role_sees_names(enum role role) { return role != ROLE_VIEWER && role > ROLE_NONE && role < ROLE_COUNT; }
