/* SPDX-License-Identifier: MIT */
/* What the home screen needs in one answer: where the site stands, what to start today's log from, chips, and what is due. Reads only.
 * Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_TODAY_H
#define SITELOG_JOURNAL_TODAY_H

#include "firmware/base/clock.h"
#include "firmware/db/db.h"

struct today_ask {
    const char *site;
    const char *board;       /* own writer's id; "hub" at the hub */
    const char *fallback_tz; /* of a site without a plan */
    struct wall now;
    int64_t rejected; /* own events that the hub rejected */
    const char *user; /* who asks: "u-03"; NULL: nobody in particular */
    const char *role; /* theirs: "manager" … */
};

/* {"date","until_ten","stage":{"key","zh","en","day","days","late_days","state"}|null,"held":{"since","reason"}|null,"logged":[ids],"start":{"stage","done","plan","crew"},
 * "chips":[{"key","zh","en","flags","used","warn"?}],"waiting":{"zh","en"}|null,"alerts","due":[{"kind","id"?,"due","text":{"zh","en"},"action"}],"photos_today":[ids],"draft":{…}|null}.
 * A chip of free text has key null and the text as zh and en. What is due: "test" (one that runs; due: when it may be finished), "daylog" (id: the
 * date), "hazard", "photo-request", "question", "change", "material", "measure"
 * (today_money.h), "news" (today_news.h, today_late.h), "sign", "handover" (today_sign.h), "rejected", "alert" (id: the alert's; what stands and the site can do
 * something about, the oldest first). The draft is {"user","at","data"}, null for a viewer; what it says of done, plan, crew and stage is in "start" too. alerts: how many
 * stand, those included that only head office can end. waiting: what the stage's newest log waits for, as the trade does: its lateness is none that
 * somebody has to hear of. A supervisor has, in place of the log, "acceptance" and "inspection", and the member "checks" (today_checks.h). */
MUST_CHECK int today_print(struct db *db, const struct today_ask *ask, struct buf *out);

/* Only where the site stands: the stage's key, or "" where the plan has no stage. fallback_tz: as above. */
MUST_CHECK int today_stage_key(struct db *db, const char *site, const char *fallback_tz, struct wall now, char out[41]);

#endif
