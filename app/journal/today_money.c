/* SPDX-License-Identifier: MIT */
/* Cards of the home screen: the owner asks, tiles arrive today, the customer has to sign. */
#include "app/journal/today_money.h"

#include "app/journal/handover.h"
#include "app/journal/material.h"
#include "app/journal/question.h"
#include "app/journal/today_card.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_SIZE = 400, SHOWN_SIZE = 160 };

static void put(struct json_out *w, const char *kind, const char *id, const char *due, const char *zh, const char *en) {
    today_card_put(&(struct today_card){ .kind = kind,
                                         .id = id,
                                         .due = due,
                                         .zh = zh,
                                         .en = en,
                                         .action = strcmp(kind, "measure") == 0 ? "material" : kind },
                   w);
}

/* The words before a text of somebody's, in both languages. */
static void put_about(struct json_out *w, const char *kind, const char *id, const char *due, const char *zh,
                      const char *en, const char *text) {
    char shown[SHOWN_SIZE], words_zh[WORDS_SIZE], words_en[WORDS_SIZE];
    text_clip(shown, sizeof shown, text);
    (void)snprintf(words_zh, sizeof words_zh, "%s：%s", zh, shown);
    (void)snprintf(words_en, sizeof words_en, "%s: %s", en, shown);
    put(w, kind, id, due, words_zh, words_en);
}

static int put_questions(struct db *db, const struct today_ask *ask, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(site_clocks_fini) struct site_clocks clocks = { 0 };
    const struct site_clock *clock;
    char text[CLOCK_TEXT_SIZE];
    int rc = db_prepare(db,
                        "SELECT id, asker, CASE WHEN again = '' THEN text ELSE again END, asked_ms FROM question"
                        " WHERE site = ? AND state = 'open' AND asked_of = 'site' ORDER BY due_ms = 0, due_ms LIMIT ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, ask->site);
    stmt_bind_int(s, 2, TODAY_MONEY_MAX);
    while ((rc = stmt_step(s)) == 1) {
        bool owner = strcmp(stmt_text(s, 1), "customer") == 0;
        rc = site_clocks_find(&clocks, db, ask->site, &clock);
        if (rc < 0) return rc;
        struct wall due = question_due(clock, owner, (struct wall){ stmt_int(s, 3) });
        if (due.ms) clock_format(due, tz_offset_s(clock->tz, due), text);
        put_about(w, "question", stmt_text(s, 0), due.ms ? text : NULL, owner ? "业主问" : "总部问",
                  owner ? "The owner asks" : "Head office asks", stmt_text(s, 2));
    }
    return rc;
}

static int put_changes(struct db *db, const struct today_ask *ask, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT id, state, text FROM change_order c WHERE site = ? AND state IN ('approved',"
                        " 'alternative') AND NOT EXISTS (SELECT 1 FROM confirmation k WHERE k.site = c.site AND"
                        " k.subject = 'change/' || c.id) ORDER BY decided_ms LIMIT ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, ask->site);
    stmt_bind_int(s, 2, TODAY_MONEY_MAX);
    while ((rc = stmt_step(s)) == 1)
        put_about(w, "change", stmt_text(s, 0), NULL, "请业主确认变更", "The customer has to confirm", stmt_text(s, 2));
    return rc;
}

struct goods {
    struct json_out *w;
    char today[TZ_DATE_SIZE], soon[TZ_DATE_SIZE];
    int told, measures;
};

static int put_goods(const struct material_due *m, void *ctx) {
    struct goods *g = ctx;
    bool today = strcmp(m->expected, g->today) == 0;
    if (!m->arrived && m->expected[0] && strcmp(m->expected, g->today) <= 0 && g->told < TODAY_MONEY_MAX) {
        const char *zh = today ? "今天到场" : m->answered ? "还没到场，总部已有方案" : "还没到场";
        const char *en = today         ? "Arrives today"
                         : m->answered ? "Not here yet, head office has answered"
                                       : "Not here yet";
        put_about(g->w, "material", m->id, NULL, zh, en, m->name);
        g->told++;
    }
    if (!m->measured && !m->arrived && m->measure_due[0] && strcmp(m->measure_due, g->soon) <= 0 &&
        g->measures < TODAY_MONEY_MAX) {
        put_about(g->w, "measure", m->id, NULL, "该复尺了", "To be measured", m->name);
        g->measures++;
    }
    return 0;
}

int today_money_put(struct db *db, const struct today_ask *ask, const struct tz *tz, struct json_out *w) {
    struct goods g = { .w = w };
    bool done = false;
    if (!ask->user || !ask->role || strcmp(ask->role, "viewer") == 0) return 0;
    int rc = handover_done(db, ask->site, &done, NULL);
    if (rc < 0 || done) return rc;
    tz_date(tz, ask->now, g.today);
    tz_date_add(g.today, TODAY_MEASURE_DAYS, g.soon);
    rc = put_questions(db, ask, w);
    if (rc == 0 && (strcmp(ask->role, "manager") == 0 || strcmp(ask->role, "office") == 0))
        rc = put_changes(db, ask, w);
    return rc < 0 ? rc : material_each_open(db, ask->site, put_goods, &g);
}
