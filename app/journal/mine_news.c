/* SPDX-License-Identifier: MIT */
/* On a person's list: what they wrote that came too late. */
#include "app/journal/mine_private.h"

#include "app/journal/today_late.h"
#include "firmware/base/text.h"

static int add(void *ctx, const struct today_late *late) {
    struct mine_item *item;
    int rc = mine_add(ctx, MINE_NEWS, &item);
    if (rc < 0) return rc;
    text_clip(item->subject, sizeof item->subject, late->subject);
    text_clip(item->at, sizeof item->at, late->at);
    text_clip(item->action, sizeof item->action, late->action);
    text_clip(item->zh, sizeof item->zh, late->zh);
    text_clip(item->en, sizeof item->en, late->en);
    return 0;
}

int mine_news(struct mine_list *list) {
    struct today_ask ask = {
        .site = list->site, .user = list->ask->user, .role = list->ask->role, .now = list->ask->scope.now
    };
    return today_late_each(list->db, &ask, add, list);
}
