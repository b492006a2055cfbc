/* SPDX-License-Identifier: MIT */
/* Own events that came too late, as cards. Which of them somebody has opened is the screen's to know. */
#include "app/journal/today_late.h"

#include "app/journal/domain.h"
#include "app/journal/reason.h"
#include "app/journal/timed_limit.h"
#include "app/journal/today_card.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum {
    DAY_MS = 24 * 3600 * 1000,
    OLDEST_DAYS = 60, /* a database that is made anew tells nothing older again */
    NAME_BYTES = 160,
    WORDS_SIZE = 500
};

struct word {
    const char *key, *zh, *en;
};

/* What somebody did. */
static const struct word deeds[] = {
    { "daylog-submitted", "日志", "log" },
    { "daylog-amended", "日志更正", "amendment of the log" },
    { "stage-started", "开工", "start of the stage" },
    { "stage-finished", "完工", "finish of the stage" },
    { "acceptance-requested", "报验", "asking for acceptance" },
    { "stage-accepted", "验收通过", "acceptance" },
    { "stage-rejected", "验收退回", "sending back" },
    { "timed-test-started", "试验开始", "start of the test" },
    { "timed-test-finished", "试验结果", "result of the test" },
    { "hazard-raised", "隐患", "hazard" },
    { "hazard-rectified", "整改", "rectification" },
    { "hazard-verified", "复查", "re-check" },
    { "hazard-rejected", "退回", "sending back" },
    { "hazard-assigned", "指派", "assignment" },
    { "inspection-submitted", "质检报告", "quality report" },
    { "idle-day", "停工日", "idle day" },
    { "delay-claimed", "延期申请", "claim of days" },
    { "delay-decided", "延期审批", "decision on the claim" },
    { "site-held", "停工通知", "holding of the site" },
    { "site-resumed", "复工通知", "resuming of the site" },
    { "change-requested", "变更申请", "request for a change" },
    { "change-decided", "变更审批", "decision on the change" },
    { "customer-confirmed", "业主确认", "customer's confirmation" },
    { "material-expected", "材料", "expected material" },
    { "question-asked", "提问", "question" },
    { "question-answered", "答复", "answer" },
    { "photo-taken", "照片", "photo" },
    { "photo-withdrawn", "撤回照片", "withdrawal of a photo" },
    { "photo-requested", "要照片", "request for a photo" },
    { "photo-request-failed", "无法拍照的说明", "word that a photo cannot be taken" },
    { "callback-done", "回访", "call" },
    { "handover-done", "竣工交付", "hand-over" },
    { "plan-set", "计划", "plan" },
    { "setting-set", "设置", "setting" },
};

/* What is in force. */
static const struct word states[] = {
    { "first", "以先写的那份为准", "the one that came before it" },
    { "amended", "以先到的更正为准", "the amendment that came before it" },
    { "planned", "未开工", "not begun" },
    { "started", "施工中", "going on" },
    { "finished", "已完工", "finished" },
    { "asked", "待验收", "waiting for acceptance" },
    { "accepted", "已验收", "accepted" },
    { "rejected", "验收退回", "sent back" },
    { "running", "进行中", "running" },
    { "passed", "合格", "passed" },
    { "failed", "不合格", "failed" },
    { "raised", "待指派", "raised" },
    { "assigned", "待整改", "to be rectified" },
    { "rectified", "待复查", "to be re-checked" },
    { "verified", "已销项", "verified" },
    { "claimed", "待批", "claimed" },
    { "granted", "同意", "granted" },
    { "partly", "部分同意", "granted in part" },
    { "requested", "待批", "requested" },
    { "approved", "同意", "approved" },
    { "refused", "不同意", "refused" },
    { "alternative", "另有方案", "an alternative" },
    { "open", "待答复", "open" },
    { "answered", "已答复", "answered" },
    { "held", "停工中", "held" },
    { "working", "施工中", "not held" },
};

static const struct word *find(const struct word *list, size_t n, const char *key) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].key, key) == 0) return &list[i];
    return NULL;
}

/* ---- what it is about ---- */

enum named { AS_TEXT, AS_STAGE, AS_TEST, AS_REASON };

/* A kind of subject. sql: its name, the same in English or a room, its state; of ?1 the site, ?2 the id, ?3 the room that the event names. */
struct thing {
    const char *kind, *action, *sql;
    enum named named;
};

static const struct thing things[] = {
    { "daylog", "read",
      "SELECT date, date, CASE amended WHEN 0 THEN 'first' ELSE 'amended' END FROM daylog WHERE site = ?1 AND id = ?2"
      " AND ?3 IS NOT NULL",
      AS_TEXT },
    { "stage", "stage", "SELECT key, room, state FROM stage WHERE site = ?1 AND key = ?2 AND room = ?3", AS_STAGE },
    { "test", "test", "SELECT kind, room, state FROM timed_test WHERE site = ?1 AND id = ?2 AND ?3 IS NOT NULL",
      AS_TEST },
    { "hazard", "hazard", "SELECT text, text_en, state FROM hazard WHERE site = ?1 AND id = ?2 AND ?3 IS NOT NULL",
      AS_TEXT },
    { "inspection", "report", "SELECT date, date, '' FROM inspection WHERE site = ?1 AND id = ?2 AND ?3 IS NOT NULL",
      AS_TEXT },
    { "idle", "delay", "SELECT ?2, ?2, '' WHERE ?1 <> '' AND ?3 IS NOT NULL", AS_TEXT },
    { "delay", "delay", "SELECT reason, '', state FROM delay WHERE site = ?1 AND id = ?2 AND ?3 IS NOT NULL",
      AS_REASON },
    { "hold", "look",
      "SELECT name, name, CASE (SELECT count(*) FROM hold h WHERE h.site = ?1 AND to_ms = 0) WHEN 0 THEN 'working' ELSE"
      " 'held' END FROM site WHERE site = ?1 AND site = ?2 AND ?3 IS NOT NULL",
      AS_TEXT },
    { "change", "change", "SELECT text, text, state FROM change_order WHERE site = ?1 AND id = ?2 AND ?3 IS NOT NULL",
      AS_TEXT },
    { "material", "material", "SELECT name, name, '' FROM material WHERE site = ?1 AND id = ?2 AND ?3 IS NOT NULL",
      AS_TEXT },
    { "question", "question",
      "SELECT CASE again WHEN '' THEN text ELSE again END, '', state FROM question WHERE site = ?1 AND id = ?2 AND ?3"
      " IS NOT NULL",
      AS_TEXT },
    { "photo-request", "look",
      "SELECT text, text, '' FROM photo_request WHERE site = ?1 AND id = ?2 AND ?3 IS NOT NULL", AS_TEXT },
    { "handover", "handover", NULL, AS_TEXT },
};

/* What a card says, beside what was done. */
struct told {
    char zh[NAME_BYTES], en[NAME_BYTES]; /* "": it has no name */
    char state[40];
};

static void with_room(struct told *t, const char *zh, const char *en, const char *key) {
    const struct domain_room *room = domain_room(key);
    const char *space = key[0] ? " " : "";
    (void)snprintf(t->zh, sizeof t->zh, "%.60s%s%.60s", zh, space, room ? room->zh : key);
    (void)snprintf(t->en, sizeof t->en, "%.60s%s%.60s", en, space, room ? room->en : key);
}

static void name(enum named named, struct stmt *s, struct told *t) {
    const char *text = stmt_text(s, 0), *more = stmt_text(s, 1);
    const struct domain_stage *stage = named == AS_STAGE ? domain_stage(text) : NULL;
    const struct timed_limit *test = named == AS_TEST ? timed_limit_find(text) : NULL;
    const struct reason_delay *reason = named == AS_REASON ? reason_delay_find(text) : NULL;
    if (stage)
        with_room(t, stage->zh, stage->en, more);
    else if (test)
        with_room(t, test->zh, test->en, more);
    else if (named == AS_STAGE || named == AS_TEST)
        with_room(t, text, text, more);
    else {
        text_clip(t->zh, sizeof t->zh, reason ? reason->zh : text);
        text_clip(t->en, sizeof t->en, reason ? reason->en : more[0] ? more : text);
    }
    text_clip(t->state, sizeof t->state, stmt_text(s, 2));
}

/* Of what is not there, or is of another kind, nothing is said. */
static int look_up(struct db *db, const char *site, const struct thing *thing, const char *id, const char *room,
                   struct told *t) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    *t = (struct told){ .state = "" };
    if (!thing || !thing->sql) return 0;
    int rc = db_prepare(db, thing->sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    stmt_bind_text(s, 3, strcmp(room, "whole") == 0 ? "" : room);
    rc = stmt_step(s);
    if (rc == 1) name(thing->named, s, t);
    return rc < 0 ? rc : 0;
}

/* ---- what is told ---- */

/* "您的日志更正晚了一步，没有算数：2026-11-22（现在：以先到的更正为准；两份都保留）" */
static int tell(const char *type, struct today_late late, const struct told *t, today_late_fn fn, void *ctx) {
    static const struct word record = { "", "记录", "record" };
    const struct word *deed = find(deeds, TEXT_ARRAY_LEN(deeds), type);
    const struct word *state = find(states, TEXT_ARRAY_LEN(states), t->state);
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    if (!deed) deed = &record;
    if (!state) state = &states[0];
    (void)snprintf(zh, sizeof zh, "您的%s晚了一步，没有算数%s%s（现在：%s；两份都保留）", deed->zh,
                   t->zh[0] ? "：" : "", t->zh, state->zh);
    (void)snprintf(en, sizeof en, "Your %s came too late to count%s%s (in force: %s; both are kept)", deed->en,
                   t->en[0] ? ": " : "", t->en, state->en);
    late.zh = zh;
    late.en = en;
    return fn(ctx, &late);
}

static int tell_one(struct db *db, const char *site, struct stmt *s, today_late_fn fn, void *ctx) {
    const char *subject = stmt_text(s, 0), *id = strchr(subject, '/');
    const struct thing *thing = NULL;
    struct told told;
    for (size_t i = 0; id && i < TEXT_ARRAY_LEN(things); i++)
        if (strlen(things[i].kind) == (size_t)(id - subject) && text_starts(subject, things[i].kind))
            thing = &things[i];
    int rc = look_up(db, site, thing, id ? id + 1 : "", stmt_text(s, 3), &told);
    struct today_late late = { .subject = subject, .at = stmt_text(s, 2), .action = thing ? thing->action : "look" };
    return rc < 0 ? rc : tell(stmt_text(s, 1), late, &told, fn, ctx);
}

int today_late_each(struct db *db, const struct today_ask *ask, today_late_fn fn, void *ctx) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char actor[64];
    if (!ask->user || !ask->role || strcmp(ask->role, "viewer") == 0) return 0;
    (void)snprintf(actor, sizeof actor, "user/%.40s", ask->user);
    int rc = db_prepare(db,
                        "SELECT l.subject, e.type, CAST(e.bytes AS TEXT) ->> '$.time',"
                        " coalesce(CAST(e.bytes AS TEXT) ->> '$.data.room', '') FROM late_since k"
                        " JOIN late l ON l.site = k.site AND l.subject = k.subject AND l.event = k.event"
                        " JOIN event e ON e.id = k.event AND e.site = k.site AND e.subject = k.subject"
                        " WHERE k.site = ?1 AND k.since_ms > ?2 AND e.at > ?3"
                        " AND CAST(e.bytes AS TEXT) ->> '$.actor' = ?4"
                        " AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.pos = e.pos)"
                        " ORDER BY e.pos DESC LIMIT ?5",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, ask->site);
    stmt_bind_int(s, 2, ask->now.ms - (int64_t)TODAY_LATE_DAYS * DAY_MS);
    stmt_bind_int(s, 3, ask->now.ms - (int64_t)OLDEST_DAYS * DAY_MS);
    stmt_bind_text(s, 4, actor);
    stmt_bind_int(s, 5, TODAY_LATE_MAX);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) rc = tell_one(db, ask->site, s, fn, ctx);
    return rc < 0 ? rc : 0;
}

static int put(void *ctx, const struct today_late *late) {
    const char *id = strchr(late->subject, '/');
    today_card_put(&(struct today_card){ .kind = "news",
                                         .id = id ? id + 1 : late->subject,
                                         .subject = late->subject,
                                         .at = late->at,
                                         .zh = late->zh,
                                         .en = late->en,
                                         .action = late->action },
                   ctx);
    return 0;
}

int today_late_put(struct db *db, const struct today_ask *ask, struct json_out *w) {
    return today_late_each(db, ask, put, w);
}
