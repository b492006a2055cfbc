/* SPDX-License-Identifier: MIT */
/* From a list's JSON to rows and cells, and the columns of the lists. */
#include "app/journal/csv_list.h"

#include "app/journal/csv.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MEMBER_SIZE = 41, CELL_MAX = 4096 };

static const struct csv_word levels[] = { { "site", "工地", "site" },
                                          { "office", "总部", "head office" },
                                          { "executive", "领导", "executives" },
                                          { NULL, NULL, NULL } };
static const struct csv_word states[] = { { "standing", "未解除", "standing" },
                                          { "cleared", "已解除", "cleared" },
                                          { NULL, NULL, NULL } };
static const struct csv_word verdicts[] = { { "pass", "合格", "passed" },
                                            { "rectify", "需整改", "to rectify" },
                                            { "fail", "不合格", "failed" },
                                            { NULL, NULL, NULL } };
static const struct csv_word kinds[] = { { "executive", "领导级警报", "alerts for the executives" },
                                         { "stop_work", "停工隐患", "stop-work hazards" },
                                         { "overdue", "逾期隐患", "hazards overdue" },
                                         { "late", "落后工作日", "working days late" },
                                         { "silent", "失联看板", "silent boards" },
                                         { "daylog", "无日志工作日", "working days without a log" },
                                         { "alerts", "其他警报", "other alerts" },
                                         { "unsent", "未传到记录", "records not received" },
                                         { NULL, NULL, NULL } };

const struct csv_column csv_list_sites[] = {
    { "site", "工地", "site", NULL },
    { "name", "名称", "name", NULL },
    { "red", "红灯", "red", NULL },
    { "press", "要处理", "pressing", kinds },
    { "stage.*", "阶段", "stage", NULL },
    { "stage.day", "第几天", "day", NULL },
    { "stage.days", "共几天", "of days", NULL },
    { "last_daylog", "最近日志", "last log", NULL },
    { "open_hazards", "未销项隐患", "open hazards", NULL },
    { "alerts", "警报", "alerts", NULL },
    { "unsent", "未传到", "not received", NULL },
    { "held.since", "停工自", "on hold since", NULL },
    { NULL, NULL, NULL, NULL },
};

const struct csv_column csv_list_alerts[] = {
    { "site", "工地", "site", NULL },        { "id", "编号", "id", NULL },
    { "level", "级别", "level", levels },    { "state", "状态", "state", states },
    { "rule", "规则", "rule", NULL },        { "subject", "对象", "subject", NULL },
    { "text.*", "内容", "text", NULL },      { "due", "到期", "due", NULL },
    { "raised", "发出", "raised", NULL },    { "cleared", "解除", "cleared", NULL },
    { "seen.at", "看到时间", "seen", NULL }, { "seen.by.name", "看到的人", "seen by", NULL },
    { "seen.note", "备注", "note", NULL },   { NULL, NULL, NULL, NULL },
};

const struct csv_column csv_list_inspections[] = {
    { "site", "工地", "site", NULL },
    { "id", "编号", "id", NULL },
    { "date", "日期", "date", NULL },
    { "stage", "阶段", "stage", NULL },
    { "verdict", "结论", "verdict", verdicts },
    { "passed", "合格", "passed", NULL },
    { "failed", "不合格", "failed", NULL },
    { "red", "红线", "red lines", NULL },
    { "not_applicable", "不适用", "does not apply", NULL },
    { "hazards", "隐患", "hazards", NULL },
    { "at", "提交", "submitted", NULL },
    { "actor.name", "提交人", "by", NULL },
    { NULL, NULL, NULL, NULL },
};

static const struct csv_word sides[] = { { "site", "工地", "site" },
                                         { "customer", "业主", "customer" },
                                         { "designer", "设计师", "designer" },
                                         { "office", "总部", "head office" },
                                         { NULL, NULL, NULL } };
static const struct csv_word answered[] = { { "open", "未答复", "open" },
                                            { "answered", "已答复", "answered" },
                                            { NULL, NULL, NULL } };

const struct csv_column csv_list_questions[] = {
    { "site", "工地", "site", NULL },
    { "id", "编号", "id", NULL },
    { "from", "提问", "from", sides },
    { "to", "答复方", "to", sides },
    { "text", "问题", "question", NULL },
    { "again", "再次提问", "asked again", NULL },
    { "state", "状态", "state", answered },
    { "late", "逾期", "late", NULL },
    { "stage", "阶段", "stage", NULL },
    { "asked", "提问时间", "asked", NULL },
    { "due", "期限", "due", NULL },
    { "answer.text", "答复", "answer", NULL },
    { "answer.at", "答复时间", "answered", NULL },
    { "actor.name", "提问人", "by", NULL },
    { NULL, NULL, NULL, NULL },
};

/* The value at a path, or NULL. */
static const struct json *value_at(const struct json *row, const char *path, bool zh) {
    char member[MEMBER_SIZE];
    while (row && *path) {
        size_t n = strcspn(path, ".");
        (void)snprintf(member, sizeof member, "%.*s", (int)n, path);
        row = json_member(row, strcmp(member, "*") == 0 ? (zh ? "zh" : "en") : member);
        path += path[n] ? n + 1 : n;
    }
    return row;
}

static const char *say(const struct csv_word *words, const char *key, bool zh) {
    for (; words && words->key; words++)
        if (strcmp(words->key, key) == 0) return zh ? words->zh : words->en;
    return key;
}

static void put_array(struct csv *c, const struct json *list, const struct csv_word *words, bool zh) {
    char text[CELL_MAX];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < json_count(list); i++) {
        const char *kind = json_text(json_member(json_at(list, i), "kind"));
        int64_t n = 0;
        if (!kind || !json_int(json_member(json_at(list, i), "n"), &n)) continue;
        int added =
            snprintf(text + used, sizeof text - used, "%s%s %" PRId64, used ? "; " : "", say(words, kind, zh), n);
        if (added < 0 || (size_t)added >= sizeof text - used) break;
        used += (size_t)added;
    }
    csv_text(c, text);
}

static void put_value(struct csv *c, const struct json *value, const struct csv_word *words, bool zh) {
    int64_t n = 0;
    bool flag = false;
    if (value && json_is_array(value))
        put_array(c, value, words, zh);
    else if (value && json_bool(value, &flag))
        csv_text(c, !flag ? "" : zh ? "是" : "yes");
    else if (value && json_int(value, &n))
        csv_int(c, n);
    else
        csv_text(c, value && json_text(value) ? say(words, json_text(value), zh) : NULL);
}

int csv_list(const struct buf *json, const char *name, const struct csv_column *columns, bool zh, struct buf *out,
             char next[CSV_LIST_NEXT_SIZE]) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct csv c;
    int rc = json_parse(json->data, json->len, &root, NULL);
    const struct json *rows = rc == 0 ? json_member(root, name) : NULL;
    if (rc < 0 || !rows) return rc < 0 && rc != ERR_INVALID ? rc : ERR_CORRUPT;
    const char *cursor = json_text(json_member(root, "next"));
    if (next) text_clip(next, CSV_LIST_NEXT_SIZE, cursor ? cursor : "");
    csv_start(&c, out);
    for (const struct csv_column *column = columns; column->path; column++) csv_text(&c, zh ? column->zh : column->en);
    csv_end(&c);
    for (size_t i = 0; i < json_count(rows); i++) {
        for (const struct csv_column *column = columns; column->path; column++)
            put_value(&c, value_at(json_at(rows, i), column->path, zh), column->words, zh);
        csv_end(&c);
    }
    return out->error;
}
