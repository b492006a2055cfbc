/* SPDX-License-Identifier: MIT */
/* Who is asking, and may they: session, role, site, and that a write was meant (CSRF token, origin). Looks at headers only, before any body is
 * read. Does not know what a route does. */
#include "app/http/server_call.h"

#include "app/http/session.h"
#include "firmware/base/text.h"

#include <string.h>
#include <strings.h>

static bool is_write(const struct call *c) { return !c->head && strcmp(c->method, "GET") != 0; }

static bool signed_in(struct call *c) {
    struct sessions *sessions = c->server->app->sessions;
    return sessions && sessions_find(sessions, exchange_header(&c->x, "Cookie"), clock_wall(), &c->x.user);
}

/* A browser says from which page a write comes; another site's page may not. */
static bool from_elsewhere(const struct call *c) {
    const char *origin = exchange_header(&c->x, "Origin");
    const char *host = exchange_header(&c->x, "Host");
    if (!origin) return false;
    const char *authority = strstr(origin, "://");
    return !authority || !host || strcasecmp(authority + 3, host) != 0;
}

static void check_person(struct call *c) {
    const struct route *r = c->match.route;
    bool known = signed_in(c);
    bool open = (r->flags & ROUTE_OPEN) != 0;
    if (!known && !open) {
        exchange_problem(&c->x, 401, NULL, "Sign in first.");
    } else if (!open && !role_may(c->x.user.role, r->need)) {
        exchange_problem(&c->x, 403, NULL, "The role %s may not do this.", role_name(c->x.user.role));
    } else if (is_write(c) && from_elsewhere(c)) {
        exchange_problem(&c->x, 403, NULL, "This request comes from another site's page.");
    } else if (is_write(c) && known && !(r->flags & ROUTE_NO_CSRF)) {
        const char *token = exchange_header(&c->x, "X-CSRF-Token");
        if (!token || !text_equal_secret(token, c->x.user.csrf))
            exchange_problem(&c->x, 403, NULL, "X-CSRF-Token is missing or old. Get it from GET /api/v1/session.");
    }
}

static void check_site(struct call *c) {
    struct app *app = c->server->app;
    const char *site = app->board ? app->site : exchange_param(&c->x, "site");
    text_clip(c->x.site, sizeof c->x.site, site ? site : "");
    if (app->board || !c->x.site[0] || !app->may_see || (c->match.route->flags & ROUTE_OPEN)) return;
    /* Not 403: whether there is such a site is nobody's business who may not see it. */
    if (!app->may_see(app->may_see_ctx, c->x.user.id, c->x.user.role, c->x.site))
        exchange_problem(&c->x, 404, NULL, SERVER_NO_SITE);
}

void server_check(struct call *c) {
    if (c->listener->kind != LISTENER_CONTROL) check_person(c);
    if (!c->x.reply.status) check_site(c);
}
