/* SPDX-License-Identifier: MIT */
/* What there is to tell in a call: made of the events since the last one, so that it says what everybody can look up. */
#include "app/journal/callback_private.h"

#include "app/journal/domain.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "sync/wire/envelope.h"

#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 5, PHOTOS_SHOWN = 3, TEXT_SIZE = 200 };

/* One sentence in both languages, put together word by word. */
struct told {
    char zh[TEXT_SIZE], en[TEXT_SIZE];
};

static void add_to(char out[TEXT_SIZE], const char *between, const char *words) {
    size_t n = strlen(out);
    if (n) text_clip(out + n, TEXT_SIZE - n, between);
    n = strlen(out);
    text_clip(out + n, TEXT_SIZE - n, words);
}

static void add_words(struct told *out, const char *zh, const char *en) {
    if (!zh || !zh[0]) return;
    add_to(out->zh, "、", zh);
    add_to(out->en, ", ", en);
}

static void words_of_log(const struct json *data, struct told *out) {
    const struct json *done = json_member(data, "done");
    for (size_t i = 0; i < json_count(done); i++) {
        const struct json *item = json_at(done, i);
        const char *phrase = json_text(json_member(item, "phrase"));
        const struct domain_phrase *known = phrase ? domain_phrase(phrase) : NULL;
        const char *own = json_text(item) ? json_text(item) : json_text(json_member(item, "text"));
        add_words(out, known ? known->zh : own, known ? known->en : own);
    }
    const char *note = json_text(json_member(data, "note"));
    if (!out->zh[0]) add_words(out, note, note);
}

static const struct {
    const char *type, *zh, *en; /* zh NULL: a day's log */
} told[] = {
    { "daylog-submitted", NULL, NULL },
    { "stage-started", "开工", "started" },
    { "stage-finished", "完工", "finished" },
    { "acceptance-requested", "报验", "acceptance asked for" },
    { "stage-accepted", "验收通过", "accepted" },
    { "stage-rejected", "验收未通过", "not accepted" },
    { "change-decided", "变更已答复", "change answered" },
    { "material-arrived", "材料到场", "material arrived" },
    { "question-answered", "问题已答复", "question answered" },
};

static void put_both(struct json_out *w, const char *name, const char *zh, const char *en) {
    json_open(w, name, '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
}

static void print_line(const struct envelope *event, struct json_out *w) {
    struct told text = { .zh = "" };
    const char *key = strncmp(event->subject, "stage/", 6) == 0 ? event->subject + 6 : row_text(event->data, "stage");
    const struct domain_stage *stage = domain_stage(key);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(told); i++)
        if (strcmp(told[i].type, event->type) == 0) add_words(&text, told[i].zh, told[i].en);
    if (strcmp(event->type, "daylog-submitted") == 0) words_of_log(event->data, &text);
    json_open(w, NULL, '{');
    json_put_text(w, "type", event->type);
    json_put_text(w, "at", event->time);
    if (key[0])
        put_both(w, "stage", stage ? stage->zh : key, stage ? stage->en : key);
    else
        json_put_null(w, "stage");
    put_both(w, "text", text.zh, text.en);
    json_close(w, '}');
}

static int put_lines(struct db *db, const char *site, int64_t since, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT bytes FROM event e WHERE site = ?1 AND pos > ?2 AND type IN ('daylog-submitted',"
                        " 'stage-started', 'stage-finished', 'acceptance-requested', 'stage-accepted',"
                        " 'stage-rejected', 'change-decided', 'material-arrived', 'question-answered')"
                        " AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.pos = e.pos) ORDER BY pos DESC LIMIT ?3",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, since);
    stmt_bind_int(s, 3, LINES_MAX);
    json_open(w, "lines", '[');
    while ((rc = stmt_step(s)) == 1) {
        struct envelope event = { 0 };
        size_t n;
        const void *bytes = stmt_blob(s, 0, &n);
        rc = envelope_read(bytes, n, &event, NULL);
        if (rc == ERR_NOMEM) return rc;
        if (rc == 0) print_line(&event, w);
        envelope_fini(&event);
    }
    json_close(w, ']');
    return rc;
}

static int put_photos(struct db *db, const char *site, int64_t since, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT id FROM photo WHERE site = ? AND pos > ? AND withdrawn = 0 AND sha256 <> ''"
                        " AND origin <> 'timelapse' ORDER BY pos DESC LIMIT ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, since);
    stmt_bind_int(s, 3, PHOTOS_SHOWN);
    json_open(w, "photos", '[');
    while ((rc = stmt_step(s)) == 1) json_put_text(w, NULL, stmt_text(s, 0));
    json_close(w, ']');
    return rc;
}

/* The newest claim since the last call, by its reason. */
static int put_delay(struct db *db, const char *site, int64_t since, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT json_extract(bytes, '$.data.reason') FROM event WHERE site = ? AND pos > ?"
                        " AND type IN ('delay-claimed', 'idle-day') ORDER BY pos DESC LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, since);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    row_put(w, "delay", rc == 1 ? stmt_text(s, 0) : "");
    return 0;
}

/* Accepted as a whole or finished without a gate: by its newest event. */
static int stage_over(struct db *db, const char *site, const char *key, bool *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char subject[64];
    (void)snprintf(subject, sizeof subject, "stage/%s", key);
    int rc =
        db_prepare(db, "SELECT type FROM event WHERE site = ? AND subject = ? ORDER BY rev DESC, pos DESC LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, subject);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    const struct domain_stage *stage = domain_stage(key);
    bool gate = !stage || stage->gate != GATE_NONE;
    *out = rc == 1 && (strcmp(stmt_text(s, 0), "stage-accepted") == 0 ||
                       (!gate && strcmp(stmt_text(s, 0), "stage-finished") == 0));
    return 0;
}

static int put_next(struct db *db, const char *site, const struct plan *plan, struct json_out *w) {
    const struct plan_stage *next = NULL;
    for (size_t i = 0; i < plan->stage_count; i++) {
        bool over = false;
        int rc = stage_over(db, site, plan->stages[i].key, &over);
        if (rc < 0) return rc;
        if (!over && plan->stages[i].finish[0] && (!next || strcmp(plan->stages[i].finish, next->finish) < 0))
            next = &plan->stages[i];
    }
    if (!next) {
        json_put_null(w, "next");
        return 0;
    }
    const struct domain_stage *known = domain_stage(next->key);
    json_open(w, "next", '{');
    json_put_text(w, "stage", next->key);
    json_put_text(w, "zh", known ? known->zh : next->key);
    json_put_text(w, "en", known ? known->en : next->key);
    json_put_text(w, "planned_finish", next->finish);
    json_close(w, '}');
    return 0;
}

int callback_put_digest(struct db *db, const char *site, const struct plan *plan, int64_t since, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    json_open(w, "digest", '{');
    int rc = put_lines(db, site, since, w);
    if (rc == 0) rc = put_photos(db, site, since, w);
    if (rc == 0) rc = put_delay(db, site, since, w);
    if (rc == 0) rc = put_next(db, site, plan, w);
    if (rc == 0)
        rc = db_prepare(db, "SELECT count(*) FROM question WHERE site = ? AND asker = 'customer' AND state = 'open'",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    json_put_int(w, "questions", rc == 1 ? stmt_int(s, 0) : 0);
    json_close(w, '}');
    return rc < 0 ? rc : 0;
}
