/* SPDX-License-Identifier: MIT */
/* The judgement of gates, and its words. Who may do what and what is stored are not known here. */
#include "app/journal/stage_gate.h"

#include "app/journal/domain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- what the table of stages does not say in numbers ---- */

static const struct {
    const char *key;
    enum stage_rooms rooms;
} room_stages[] = {
    { "waterproofing", STAGE_ROOMS_NEEDED }, { "tiling", STAGE_ROOMS_MAY },       { "carpentry", STAGE_ROOMS_MAY },
    { "painting", STAGE_ROOMS_MAY },         { "installation", STAGE_ROOMS_MAY }, { "masonry", STAGE_ROOMS_MAY },
};

/* So many days after `before` was finished, `next` may go on. */
static const struct wait {
    const char *before, *next;
    int days;
    const char *zh, *en;
} waits[] = {
    { "masonry", "tiling", 7, "抹灰养护", "plaster has to cure" },
    { "masonry", "painting", 7, "抹灰养护", "plaster has to cure" },
    { "tiling", "installation", 7, "贴砖养护，不承重", "no load on new tiles" },
    { "painting", "completion", 7, "完工 7 天后再测空气", "the air test comes 7 days after the works" },
    { "installation", "completion", 7, "完工 7 天后再测空气", "the air test comes 7 days after the works" },
};

/* Timed tests that belong to a gate. */
static const struct needed_test {
    const char *stage, *kind;
    bool hard, wet_only;
    const char *zh, *en;
} needed_tests[] = {
    { "waterproofing", "ponding", true, false, "闭水试验", "ponding test" },
    { "tiling", "second_ponding", true, true, "二次闭水试验", "second ponding test" },
    { "plumbing_electrical", "pressure", false, false, "给水打压试验", "pressure test" },
    { "hvac", "hold", false, false, "保压试验", "pressure hold" },
};

/* Conditions that nobody but a person can see. */
static bool is_for_eyes(const char *key) { return strcmp(key, "preparation") == 0 || strcmp(key, "installation") == 0; }

enum stage_rooms stage_gate_rooms(const char *key) {
    for (size_t i = 0; i < sizeof room_stages / sizeof room_stages[0]; i++)
        if (strcmp(room_stages[i].key, key) == 0) return room_stages[i].rooms;
    return STAGE_ROOMS_NONE;
}

bool stage_gate_wet(const char *room) {
    return strcmp(room, "bath") == 0 || strcmp(room, "master_bath") == 0 || strstr(room, "卫") != NULL;
}

void stage_gate_after(const struct plan *p, const char *key, const char *out[PLAN_AFTER_MAX], size_t *n) {
    const struct plan_stage *planned = plan_stage_find(p, key);
    const struct domain_stage *standard = domain_stage(key);
    *n = 0;
    for (size_t i = 0; planned && i < planned->after_count; i++) out[(*n)++] = planned->after[i];
    if (*n > 0 || !standard) return;
    for (size_t i = 0; i < standard->after_count; i++)
        if (plan_stage_find(p, standard->after[i])) out[(*n)++] = standard->after[i];
}

/* ---- looking ---- */

static const struct stage_seen *row_of(const struct stage_site *s, const char *key, const char *room) {
    for (size_t i = 0; i < s->row_count; i++)
        if (strcmp(s->rows[i].key, key) == 0 && strcmp(s->rows[i].room, room) == 0) return &s->rows[i];
    return NULL;
}

static bool passes(const struct stage_seen *row) { return row->overridden || row->state == STAGE_ACCEPTED; }

/* Nothing has happened there but that head office opened its start. */
static bool is_idle(const struct stage_seen *row) { return row->state == STAGE_PLANNED && !row->overridden; }

/* All that has begun of a stage has passed, and something has. */
static bool all_pass(const struct stage_site *s, const char *key) {
    size_t known = 0;
    for (size_t i = 0; i < s->row_count; i++) {
        if (strcmp(s->rows[i].key, key) != 0 || is_idle(&s->rows[i])) continue;
        if (!passes(&s->rows[i])) return false;
        known++;
    }
    return known > 0;
}

static bool is_completion(const char *key) { return strcmp(key, "completion") == 0; }

bool stage_gate_passed(const struct stage_site *s, const char *key, const char *room) {
    const struct stage_seen *whole = row_of(s, key, ""), *own = room[0] ? row_of(s, key, room) : NULL;
    if (is_completion(key) && !s->customer_signed && !(whole && whole->overridden)) return false;
    if (whole && passes(whole)) return true;
    if (!room[0]) return all_pass(s, key);
    if (own) return passes(own);
    return stage_gate_rooms(key) == STAGE_ROOMS_NEEDED && !stage_gate_wet(room);
}

static bool is_overridden(const struct stage_site *s, const char *key, const char *room, bool start) {
    const struct stage_seen *rows[2] = { row_of(s, key, room), row_of(s, key, "") };
    for (size_t i = 0; i < 2; i++)
        if (rows[i] && (start ? rows[i]->start_overridden : rows[i]->overridden)) return true;
    return false;
}

bool stage_gate_refuses(const struct stage_lacks *l) {
    for (size_t i = 0; i < l->count; i++)
        if (l->list[i].hard) return true;
    return false;
}

/* ---- words ---- */

static const char *zh_of(const char *key) {
    const struct domain_stage *d = domain_stage(key);
    return d ? d->zh : key;
}

static const char *en_of(const char *key) {
    const struct domain_stage *d = domain_stage(key);
    return d ? d->en : key;
}

static struct stage_lack *add(struct stage_lacks *l, bool hard) {
    if (l->count == STAGE_LACKS_MAX) return &l->list[STAGE_LACKS_MAX - 1];
    l->list[l->count] = (struct stage_lack){ .hard = hard };
    return &l->list[l->count++];
}

/* "防水（主卫）" and "waterproofing (master bathroom)" */
static void name(const char *key, const char *room, char zh[80], char en[80]) {
    const struct domain_room *r = room[0] ? domain_room(room) : NULL;
    (void)snprintf(zh, 80, room[0] ? "%.40s（%.30s）" : "%.40s", zh_of(key), r ? r->zh : room);
    (void)snprintf(en, 80, room[0] ? "%.40s (%.30s)" : "%.40s", en_of(key), r ? r->en : room);
}

/* Who can bring a gate further from where it is. */
static void remedy(enum stage_state state, const char **zh, const char **en) {
    static const char *const words[][2] = {
        [STAGE_PLANNED] = { "还没开工", "it has not begun" },
        [STAGE_STARTED] = { "项目经理报验、监理验收", "the manager asks for acceptance, the supervisor accepts" },
        [STAGE_FINISHED] = { "项目经理报验、监理验收", "the manager asks for acceptance, the supervisor accepts" },
        [STAGE_ASKED] = { "监理验收", "the supervisor accepts" },
        [STAGE_REJECTED] = { "整改后再报验", "it was rejected: put it right and ask again" },
        [STAGE_ACCEPTED] = { "还有房间没验收", "rooms are left to be accepted" },
    };
    *zh = words[state][0];
    *en = words[state][1];
}

void stage_gate_lack(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out) {
    const struct domain_stage *d = domain_stage(key);
    const struct stage_seen *row = row_of(s, key, room);
    bool hard = d && d->gate == GATE_HARD;
    char zh[80], en[80];
    const char *how_zh, *how_en;
    if (!row) row = row_of(s, key, "");
    struct stage_lack *l = add(out, hard);
    name(key, stage_gate_rooms(key) == STAGE_ROOMS_NONE ? "" : room, zh, en);
    remedy(row ? row->state : STAGE_PLANNED, &how_zh, &how_en);
    if (is_completion(key) && row && row->state == STAGE_ACCEPTED) {
        how_zh = "业主还没签字确认";
        how_en = "the customer has not signed";
    }
    (void)snprintf(l->zh, sizeof l->zh, "%s还没验收（%.50s）：%s%s", zh, d ? d->gate_zh : "", how_zh,
                   hard ? "；总部可写明原因放行" : "");
    (void)snprintf(l->en, sizeof l->en, "%s is not accepted (%.60s): %s%s", en, d ? d->gate_en : "", how_en,
                   hard ? "; head office may override with a reason" : "");
}

static void lack_wait(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out) {
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        const struct wait *w = &waits[i];
        const struct stage_seen *row = row_of(s, w->before, room);
        if (strcmp(w->next, key) != 0) continue;
        if (!row) row = row_of(s, w->before, "");
        if (!row || !row->finished[0]) continue;
        int left = w->days - tz_date_days(row->finished, s->date);
        if (left <= 0) continue;
        struct stage_lack *l = add(out, false);
        (void)snprintf(l->zh, sizeof l->zh, "%s：还要等 %d 天", w->zh, left);
        (void)snprintf(l->en, sizeof l->en, "%s: %d more days", w->en, left);
    }
}

/* Walls that are being built, and what only eyes can see. */
static void lack_condition(const struct stage_site *s, const char *key, struct stage_lacks *out) {
    const struct domain_stage *d = domain_stage(key);
    const struct stage_seen *walls = row_of(s, "masonry", "");
    bool open = walls && strcmp(key, "plumbing_electrical") == 0 &&
                (walls->state == STAGE_STARTED || walls->state == STAGE_REJECTED);
    if (!d || !d->condition_zh[0] || !(open || is_for_eyes(key))) return;
    struct stage_lack *l = add(out, false);
    (void)snprintf(l->zh, sizeof l->zh, "请确认：%.100s", d->condition_zh);
    (void)snprintf(l->en, sizeof l->en, "please make sure: %.100s", d->condition_en);
}

static void soften(struct stage_lacks *l) {
    for (size_t i = 0; i < l->count; i++) l->list[i].hard = false;
}

void stage_gate_start(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out) {
    const char *after[PLAN_AFTER_MAX];
    size_t n = 0;
    out->count = 0;
    stage_gate_after(s->plan, key, after, &n);
    for (size_t i = 0; i < n; i++)
        if (!stage_gate_passed(s, after[i], room)) stage_gate_lack(s, after[i], room, out);
    lack_wait(s, key, room, out);
    lack_condition(s, key, out);
    if (is_overridden(s, key, room, true)) soften(out);
}

/* ---- accepting ---- */

/* The newest test of that kind for a room, or for the whole stage. */
static const struct stage_test *test_of(const struct stage_site *s, const char *kind, const char *key,
                                        const char *room) {
    const struct stage_test *whole = NULL;
    for (size_t i = 0; i < s->test_count; i++) {
        const struct stage_test *t = &s->tests[i];
        if (strcmp(t->kind, kind) != 0 || strcmp(t->stage, key) != 0) continue;
        if (strcmp(t->room, room) == 0) return t;
        if (!t->room[0]) whole = t;
    }
    return whole;
}

static void lack_test(const struct needed_test *t, const char *key, const char *room, bool hard,
                      const struct stage_test *found, struct stage_lacks *out) {
    char zh[80], en[80];
    struct stage_lack *l = add(out, hard);
    name(key, room, zh, en);
    const char *how_zh = !found ? "还没做" : found->state == STAGE_TEST_RUNNING ? "还没到时间" : "不合格，要重做";
    const char *how_en = !found                               ? "has not been made"
                         : found->state == STAGE_TEST_RUNNING ? "is still running"
                                                              : "failed and has to be made again";
    (void)snprintf(l->zh, sizeof l->zh, "%s%s%s", zh, t->zh, how_zh);
    (void)snprintf(l->en, sizeof l->en, "%s: the %s %s", en, t->en, how_en);
}

static void need_test(const struct stage_site *s, const struct needed_test *t, const char *key, const char *room,
                      struct stage_lacks *out) {
    const struct stage_test *found = test_of(s, t->kind, key, room);
    if (found && found->state == STAGE_TEST_PASSED) return;
    lack_test(t, key, room, found || t->hard, found, out);
}

/* Tests that the gate does not ask for, but that were begun or failed. */
static void other_tests(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out) {
    for (size_t i = 0; i < s->test_count; i++) {
        const struct stage_test *t = &s->tests[i];
        struct needed_test plain = { key, t->kind, true, false, "限时试验", "timed test" };
        bool asked = false;
        if (strcmp(t->stage, key) != 0 || (room[0] && t->room[0] && strcmp(t->room, room) != 0)) continue;
        for (size_t k = 0; k < sizeof needed_tests / sizeof needed_tests[0]; k++)
            asked = asked || (strcmp(needed_tests[k].stage, key) == 0 && strcmp(needed_tests[k].kind, t->kind) == 0);
        if (!asked && t->state != STAGE_TEST_PASSED) lack_test(&plain, key, t->room, true, t, out);
    }
}

/* Wet rooms of the site as a whole: those that were waterproofed. */
static void need_wet(const struct stage_site *s, const struct needed_test *t, const char *key,
                     struct stage_lacks *out) {
    for (size_t i = 0; i < s->row_count; i++)
        if (strcmp(s->rows[i].key, "waterproofing") == 0 && s->rows[i].room[0] && !is_idle(&s->rows[i]))
            need_test(s, t, key, s->rows[i].room, out);
}

static void all_gates(const struct stage_site *s, const char *key, struct stage_lacks *out) {
    for (size_t i = 0; i < s->plan->stage_count; i++) {
        const char *other = s->plan->stages[i].key;
        const struct domain_stage *d = domain_stage(other);
        if (strcmp(other, key) == 0 || !d || (d->optional && !row_of(s, other, ""))) continue;
        if (!stage_gate_passed(s, other, "")) stage_gate_lack(s, other, "", out);
    }
}

/* The first of three signatures. */
static void lack_asking(const struct stage_site *s, const char *key, struct stage_lacks *out) {
    const struct stage_seen *row = row_of(s, key, "");
    if (row && (row->state == STAGE_ASKED || row->state == STAGE_ACCEPTED)) return;
    struct stage_lack *l = add(out, true);
    (void)snprintf(l->zh, sizeof l->zh, "三方签字：项目经理还没报验");
    (void)snprintf(l->en, sizeof l->en, "three signatures: the manager has not asked for acceptance");
}

void stage_gate_accept(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out) {
    out->count = 0;
    for (size_t i = 0; i < sizeof needed_tests / sizeof needed_tests[0]; i++) {
        const struct needed_test *t = &needed_tests[i];
        if (strcmp(t->stage, key) != 0) continue;
        if (t->wet_only && !room[0])
            need_wet(s, t, key, out);
        else if (!t->wet_only || stage_gate_wet(room) || row_of(s, "waterproofing", room))
            need_test(s, t, key, room, out);
    }
    other_tests(s, key, room, out);
    if (is_completion(key)) {
        all_gates(s, key, out);
        lack_wait(s, key, room, out);
        lack_asking(s, key, out);
    }
    if (is_overridden(s, key, room, false)) soften(out);
}
