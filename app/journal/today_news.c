/* SPDX-License-Identifier: MIT */
/* Head office's word, as cards. Which of them somebody has opened is the screen's to know. */
#include "app/journal/today_news.h"

#include "app/journal/plan.h"
#include "app/journal/reason.h"
#include "app/journal/today_card.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_SIZE = 400, SHOWN_SIZE = 120, LOOKED_AT_MAX = 40, DAYS_BACK_MAX = 30 };

struct news {
    const char *id, *at;                 /* the record's id; when it was said */
    char zh[WORDS_SIZE], en[WORDS_SIZE]; /* "" : nothing to be told */
};

/* One kind of record. sql: id, when, and what `tell` reads, of ?1 the site, the newest first, at most ?2. */
struct source {
    const char *kind, *sql;
    bool money; /* only whoever may ask for changes and days */
    void (*tell)(struct stmt *s, struct news *n);
};

/* "总部不同意：加柜子（太贵）" */
static void say(struct news *n, const char *zh, const char *en, const char *what, const char *what_en,
                const char *more) {
    char shown[SHOWN_SIZE], shown_en[SHOWN_SIZE], note[SHOWN_SIZE];
    text_clip(shown, sizeof shown, what);
    text_clip(shown_en, sizeof shown_en, what_en);
    text_clip(note, sizeof note, more);
    (void)snprintf(n->zh, sizeof n->zh, note[0] ? "%s：%s（%s）" : "%s：%s", zh, shown, note);
    (void)snprintf(n->en, sizeof n->en, note[0] ? "%s: %s (%s)" : "%s: %s", en, shown_en, note);
}

static void tell_change(struct stmt *s, struct news *n) {
    bool refused = strcmp(stmt_text(s, 2), "refused") == 0;
    say(n, refused ? "总部不同意变更" : "变更总部另有方案",
        refused ? "Head office refused a change" : "Head office has an alternative", stmt_text(s, 3), stmt_text(s, 3),
        stmt_text(s, 4));
}

static void tell_delay(struct stmt *s, struct news *n) {
    const struct reason_delay *reason = reason_delay_find(stmt_text(s, 3));
    const char *state = stmt_text(s, 2);
    char zh[80], en[80];
    long long days = (long long)stmt_int(s, 4);
    if (strcmp(state, "refused") == 0) {
        (void)snprintf(zh, sizeof zh, "总部不同意延期");
        (void)snprintf(en, sizeof en, "Head office refused the claim");
    } else {
        (void)snprintf(zh, sizeof zh, "总部同意延期 %lld 天", days);
        (void)snprintf(en, sizeof en, "Head office granted days: %lld", days);
    }
    say(n, zh, en, reason ? reason->zh : stmt_text(s, 3), reason ? reason->en : stmt_text(s, 3), stmt_text(s, 5));
}

static void tell_question(struct stmt *s, struct news *n) {
    bool designer = strcmp(stmt_text(s, 2), "designer") == 0;
    say(n, designer ? "设计师答复" : "总部答复", designer ? "The designer answered" : "Head office answered",
        stmt_text(s, 4), stmt_text(s, 4), stmt_text(s, 3));
}

static void tell_material(struct stmt *s, struct news *n) {
    say(n, "材料总部有方案", "Head office on a material", stmt_text(s, 2), stmt_text(s, 2), stmt_text(s, 3));
}

static const struct source sources[] = {
    { "change",
      "SELECT id, decided, state, text, note FROM change_order WHERE site = ?1 AND state IN ('refused', 'alternative')"
      " ORDER BY decided_ms DESC LIMIT ?2",
      true, tell_change },
    { "delay",
      "SELECT id, decided, state, reason, granted_days, decision_note FROM delay WHERE site = ?1 AND decided <> ''"
      " ORDER BY pos DESC LIMIT ?2",
      true, tell_delay },
    { "question",
      "SELECT id, answered, asked_of, CASE WHEN again = '' THEN text ELSE again END, answer FROM question WHERE site ="
      " ?1 AND state = 'answered' AND asker = 'site' AND asked_of <> 'site' ORDER BY answered_ms DESC LIMIT ?2",
      false, tell_question },
    { "material",
      "SELECT id, answered, name, alternative FROM material WHERE site = ?1 AND alternative <> '' AND complete = 0"
      " ORDER BY pos DESC LIMIT ?2",
      false, tell_material },
};

static void put(struct json_out *w, const char *kind, const struct news *n) {
    char subject[ENVELOPE_SUBJECT_SIZE];
    (void)snprintf(subject, sizeof subject, "%s/%.40s", kind, n->id);
    today_card_put(
        &(struct today_card){
            .kind = "news", .id = n->id, .subject = subject, .at = n->at, .zh = n->zh, .en = n->en, .action = kind },
        w);
}

static int put_source(struct db *db, const char *site, const struct source *from, struct wall since,
                      struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int told = 0;
    int rc = db_prepare(db, from->sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, LOOKED_AT_MAX);
    while (told < TODAY_NEWS_MAX && (rc = stmt_step(s)) == 1) {
        struct news n = { .id = stmt_text(s, 0), .at = stmt_text(s, 1) };
        struct wall at;
        if (clock_parse(n.at, &at, NULL) < 0 || at.ms < since.ms) continue;
        from->tell(s, &n);
        put(w, from->kind, &n);
        told++;
    }
    return rc < 0 ? rc : 0;
}

/* The beginning of the day that is so many working days ago. */
static struct wall since_when(const struct standstill *clocks, struct wall now) {
    char date[TZ_DATE_SIZE];
    int open = 0;
    tz_date(clocks->tz, now, date);
    for (int i = 0; i < DAYS_BACK_MAX && open < TODAY_NEWS_DAYS; i++) {
        tz_date_add(date, -1, date);
        open += plan_workday(clocks->cutoffs, date);
    }
    return standstill_at(clocks, date, 0);
}

int today_news_put(struct db *db, const struct today_ask *ask, const struct standstill *clocks, struct json_out *w) {
    bool manager = ask->role && strcmp(ask->role, "manager") == 0, crew = ask->role && strcmp(ask->role, "crew") == 0;
    struct wall since = since_when(clocks, ask->now);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < TEXT_ARRAY_LEN(sources); i++)
        if (manager || (crew && !sources[i].money)) rc = put_source(db, ask->site, &sources[i], since, w);
    return rc;
}
