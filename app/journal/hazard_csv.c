/* SPDX-License-Identifier: MIT */
/* Hazards as a table for spreadsheets. */
#include "app/journal/hazard_read.h"

#include "app/journal/csv.h"
#include "app/journal/domain.h"
#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

struct word {
    const char *key, *zh, *en;
};

static const struct word words[] = {
    { "raised", "待指派", "raised" },     { "assigned", "待整改", "assigned" }, { "rectified", "待复查", "rectified" },
    { "verified", "已销项", "verified" }, { "notice", "提示", "notice" },       { "serious", "严重", "serious" },
    { "stop_work", "停工", "stop work" },
};

static const struct word heads[] = {
    { "site", "工地", "site" },
    { "id", "编号", "id" },
    { "severity", "级别", "severity" },
    { "state", "状态", "state" },
    { "stage", "阶段", "stage" },
    { "room", "房间", "room" },
    { "text", "内容", "text" },
    { "due", "期限", "due" }, /* in force: due_at of the list */
    { "set", "原定期限", "due as set" },
    { "overdue", "逾期", "overdue" },
    { "assignee", "整改人", "assignee" },
    { "raised", "提出时间", "raised" },
    { "raised_by", "提出人", "raised by" },
    { "rectified", "整改时间", "rectified" },
    { "rectified_by", "整改", "rectified by" },
    { "verified", "复查时间", "verified" },
    { "verified_by", "复查人", "verified by" },
    { "rejected", "退回次数", "sent back" },
};

static const char *say(bool zh, const char *key) {
    for (size_t i = 0; i < TEXT_ARRAY_LEN(words); i++)
        if (strcmp(words[i].key, key) == 0) return zh ? words[i].zh : words[i].en;
    return key;
}

/* A person's name, where it may be shown and is known; else the id. */
static int name_of(struct db *db, const char *site, const char *actor, bool names, char out[PERSON_NAME_SIZE]) {
    struct person person;
    const char *id = text_starts(actor, "user/") ? actor + strlen("user/") : actor;
    int rc = id[0] && names ? person_find(db, site, id, &person) : ERR_NOT_FOUND;
    text_clip(out, PERSON_NAME_SIZE, rc == 0 ? person.name : id);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int put_person(struct db *db, struct stmt *s, enum hazard_col actor, bool names, struct csv *c) {
    char name[PERSON_NAME_SIZE];
    int rc = name_of(db, stmt_text(s, HAZARD_COL_SITE), stmt_text(s, (int)actor), names, name);
    csv_text(c, name);
    return rc;
}

static int put_row(struct db *db, struct stmt *s, const struct hazard_query *q, const struct hazard_times *times,
                   bool zh, struct csv *c) {
    const struct domain_stage *stage = domain_stage(stmt_text(s, HAZARD_COL_STAGE));
    const struct domain_room *room = domain_room(stmt_text(s, HAZARD_COL_ROOM));
    const char *text = stmt_text(s, zh || !stmt_text(s, HAZARD_COL_TEXT_EN)[0] ? HAZARD_COL_TEXT : HAZARD_COL_TEXT_EN);
    char sent_back[24];
    (void)snprintf(sent_back, sizeof sent_back, "%lld", (long long)stmt_int(s, HAZARD_COL_REJECTED));
    csv_text(c, stmt_text(s, HAZARD_COL_SITE));
    csv_text(c, stmt_text(s, HAZARD_COL_ID));
    csv_text(c, say(zh, stmt_text(s, HAZARD_COL_SEVERITY)));
    csv_text(c, say(zh, stmt_text(s, HAZARD_COL_STATE)));
    csv_text(c, !stage ? stmt_text(s, HAZARD_COL_STAGE) : zh ? stage->zh : stage->en);
    csv_text(c, !room ? stmt_text(s, HAZARD_COL_ROOM) : zh ? room->zh : room->en);
    csv_text(c, text);
    csv_text(c, times->due.ms ? times->text : ""); /* held without an end: nobody knows */
    csv_text(c, stmt_text(s, HAZARD_COL_DUE));
    csv_text(c, !times->overdue ? "" : zh ? "是" : "yes");
    int rc = put_person(db, s, HAZARD_COL_ASSIGNEE, q->names, c);
    csv_text(c, stmt_text(s, HAZARD_COL_RAISED_AT));
    if (rc == 0) rc = put_person(db, s, HAZARD_COL_RAISED_BY, q->names, c);
    csv_text(c, stmt_text(s, HAZARD_COL_RECTIFIED_AT));
    if (rc == 0) rc = put_person(db, s, HAZARD_COL_RECTIFIED_BY, q->names, c);
    csv_text(c, stmt_text(s, HAZARD_COL_CLOSED_AT));
    if (rc == 0) rc = put_person(db, s, HAZARD_COL_CLOSED_BY, q->names, c);
    csv_text(c, sent_back);
    csv_end(c);
    return rc < 0 ? rc : c->out->error;
}

int hazard_csv(struct db *db, const struct hazard_query *q, bool zh, struct buf *out, char next[CSV_LIST_NEXT_SIZE],
               struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(site_clocks_fini) struct site_clocks clocks = { 0 };
    struct hazard_times times;
    struct csv c;
    int64_t last = 0;
    int rc = hazard_select(db, q, HAZARD_CSV_MAX + 1, &s, e);
    if (rc < 0) return rc;
    csv_start(&c, out);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(heads); i++) csv_text(&c, zh ? heads[i].zh : heads[i].en);
    csv_end(&c);
    next[0] = '\0';
    for (int n = 0; (rc = stmt_step(s)) == 1;) {
        rc = hazard_times(&clocks, db, s, q->now, &times);
        if (rc < 0) break;
        if (q->overdue && !times.overdue) continue;
        if (n == HAZARD_CSV_MAX) {
            (void)snprintf(next, CSV_LIST_NEXT_SIZE, "%lld", (long long)last);
            break;
        }
        last = stmt_int(s, HAZARD_COL_POS);
        rc = put_row(db, s, q, &times, zh, &c);
        if (rc < 0) break;
        n++;
    }
    return rc < 0 ? err_set(e, rc, "the hazards cannot be listed: %s", err_name(rc)) : 0;
}
