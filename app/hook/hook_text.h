/* SPDX-License-Identifier: MIT */
/* What a message says, line by line, before it becomes a chat's format: site, what, since when and how long, and a link. Staff are named by
 * nothing but what an alert's text says; the customer never is. Pure. Thread: any. */
#ifndef SITELOG_HOOK_HOOK_TEXT_H
#define SITELOG_HOOK_HOOK_TEXT_H

#include "app/hook/digest.h"

#define HOOK_ALERTS_MAX 10 /* that are merged into one message */
#define HOOK_LINE_SIZE  800
#define HOOK_LINES_MAX  (HOOK_ALERTS_MAX + 2)
#define HOOK_LINK_SIZE  280

/* One alert that was raised or cleared. */
struct hook_alert {
    char id[ID_SIZE], site[NAME_SIZE], name[PLAN_NAME_SIZE]; /* of the site; its id where it has no name */
    char rule[41], level[16], subject[128];
    char due[CLOCK_TEXT_SIZE], raised[CLOCK_TEXT_SIZE];
    char cleared[CLOCK_TEXT_SIZE]; /* "": it stands */
    char zh[401], en[401];
    bool tells_clear; /* the message is of its being cleared */
};

struct hook_text {
    char title[160];
    char lines[HOOK_LINES_MAX][HOOK_LINE_SIZE];
    size_t count;
    char link[HOOK_LINK_SIZE], link_text[64]; /* link "": none */
};

struct hook_look {
    bool zh;
    const char *office_url; /* of head office's pages; "": no links */
};

/* n: 1 … HOOK_ALERTS_MAX. waiting: how many more there are, which come in another message. */
void hook_text_alerts(const struct hook_alert *list, size_t n, int64_t waiting, struct wall now,
                      const struct hook_look *look, struct hook_text *out);
void hook_text_digest(const struct digest *d, const struct hook_look *look, struct hook_text *out);

#endif
