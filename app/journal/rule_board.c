/* SPDX-License-Identifier: MIT */
/* Boards themselves: silent, as head office hears it; short of space, without time, with events that head office refused, as the board knows it. */
#include "app/journal/rules_private.h"

#include <stdio.h>

/* While the hub has not listened for long enough itself, it does not know. listening.ms 0: it does not listen now. */
int rule_board_judge_silence(struct rules_case *c) {
    const struct rules_site *s = c->site;
    int64_t after_ms = s->limits.silent_after_s * 1000;
    int rc = 0;
    for (size_t i = 0; i < s->board_count && rc == 0 && !s->closed.ms; i++) {
        const struct rules_board *b = &s->boards[i];
        struct rules_alert *a = NULL;
        if (!b->heard.ms || c->now.ms - b->heard.ms < after_ms) continue;
        struct wall due = standstill_run(&c->clock, b->heard, after_ms, b->hours);
        if (due.ms > c->now.ms) continue;
        rc = rules_add(c, "board-silent", "office", "board", b->board, due, &a);
        if (rc < 0) break;
        a->unsure = !s->listening.ms || standstill_run(&c->clock, s->listening, after_ms, b->hours).ms > c->now.ms;
        (void)snprintf(a->zh, sizeof a->zh, "看板 %s 在上班时间没有消息", b->board);
        (void)snprintf(a->en, sizeof a->en, "Board %s is silent within its hours", b->board);
    }
    return rc;
}

static int judge_disk(struct rules_case *c) {
    const struct rules_self *b = &c->site->self;
    const struct rules_limits *l = &c->site->limits;
    struct rules_alert *a = NULL;
    if (b->disk_percent < 0 || b->disk_percent >= l->disk_well_percent) return 0;
    int rc = rules_add(c, "disk-low", "office", "board", b->board, b->disk_since, &a);
    if (rc < 0) return rc;
    a->unsure = b->disk_percent >= l->disk_low_percent;
    (void)snprintf(a->zh, sizeof a->zh, "看板 %s 的存储空间不足 %d%%", b->board, l->disk_low_percent);
    (void)snprintf(a->en, sizeof a->en, "Board %s has less than %d %% of its disk free", b->board, l->disk_low_percent);
    return 0;
}

static int judge_clock(struct rules_case *c) {
    const struct rules_self *b = &c->site->self;
    struct rules_alert *a = NULL;
    int64_t due_ms = b->untrusted_since.ms + c->site->limits.untrusted_s * INT64_C(1000);
    if (!b->untrusted_since.ms || due_ms > c->now.ms) return 0;
    int rc = rules_add(c, "clock-untrusted", "office", "board", b->board, (struct wall){ due_ms }, &a);
    if (rc < 0) return rc;
    (void)snprintf(a->zh, sizeof a->zh, "看板 %s 的时钟不可信：没有网络时间，电池时钟也不对", b->board);
    (void)snprintf(a->en, sizeof a->en, "Board %s does not know the time: no network time, and no battery-backed clock",
                   b->board);
    return 0;
}

static int judge_rejected(struct rules_case *c) {
    const struct rules_self *b = &c->site->self;
    struct rules_alert *a = NULL;
    if (b->rejected <= 0) return 0;
    int rc = rules_add(c, "events-rejected", "office", "board", b->board, b->rejected_since, &a);
    if (rc < 0) return rc;
    (void)snprintf(a->zh, sizeof a->zh, "总部退回了看板 %s 的记录", b->board);
    (void)snprintf(a->en, sizeof a->en, "Head office refused records of board %s", b->board);
    return 0;
}

int rule_board_judge_self(struct rules_case *c, bool untrusted) {
    int rc = judge_disk(c);
    if (rc == 0 && untrusted) rc = judge_clock(c);
    return rc == 0 ? judge_rejected(c) : rc;
}
