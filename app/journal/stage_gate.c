/* SPDX-License-Identifier: MIT */
/* The judgement of gates, and its words. Who may do what and what is stored are not known here. */
#include "app/journal/stage_gate.h"

#include "app/journal/domain.h"
#include "app/journal/timed_limit.h"

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

/* Timed tests that belong to a gate. What is not hard warns where it was not made; once it was begun, it has to pass. */
static const struct needed_test {
    const char *stage, *kind;
    bool hard, wet_only;
    const char *zh, *en;
} needed_tests[] = {
    { "waterproofing", "ponding", true, false, "闭水试验", "ponding test" },
    { "tiling", "second_ponding", true, true, "二次闭水试验", "second ponding test" },
    { "plumbing_electrical", "pressure", true, false, "给水打压试验", "pressure test" },
    { "plumbing_electrical", "tightness", false, false, "严密性试验", "tightness test" },
    { "hvac", "hold", true, false, "保压试验", "pressure hold" },
    { "installation", "flow", false, false, "通水试验", "flow test" },
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
    bool own = planned && planned->after_count > 0;
    *n = 0;
    for (size_t i = 0; own && i < planned->after_count; i++) out[(*n)++] = planned->after[i];
    for (size_t i = 0; standard && i < standard->after_count && *n < PLAN_AFTER_MAX; i++) {
        const struct domain_stage *before = domain_stage(standard->after[i]);
        bool there = !plan_stage_find(p, standard->after[i]) || (own && !(before && before->gate == GATE_HARD));
        for (size_t k = 0; k < *n; k++) there = there || strcmp(out[k], standard->after[i]) == 0;
        if (!there) out[(*n)++] = standard->after[i];
    }
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

static bool has_begun(const struct stage_site *s, const char *key) {
    for (size_t i = 0; i < s->row_count; i++)
        if (strcmp(s->rows[i].key, key) == 0 && !is_idle(&s->rows[i])) return true;
    return false;
}

/* Wet by its name, or because somebody makes it so. */
static bool is_wet(const struct stage_site *s, const char *room) {
    const struct stage_seen *row = row_of(s, "waterproofing", room);
    if (stage_gate_wet(room) || (row && !is_idle(row))) return true;
    for (size_t i = 0; i < s->test_count; i++)
        if (strcmp(s->tests[i].kind, "ponding") == 0 && strcmp(s->tests[i].room, room) == 0) return true;
    return false;
}

static size_t room_count(const struct stage_site *s) { return s->evidence ? s->evidence->room_count : 0; }

/* A wet room in which nothing of a stage has begun. */
static bool is_left(const struct stage_site *s, const char *key, const char *room) {
    const struct stage_seen *row = row_of(s, key, room);
    return (!row || is_idle(row)) && is_wet(s, room);
}

static bool is_named(const struct stage_site *s, const char *room) {
    for (size_t i = 0; i < room_count(s); i++)
        if (strcmp(s->evidence->rooms[i], room) == 0) return true;
    return false;
}

static bool is_completion(const char *key) { return strcmp(key, "completion") == 0; }

bool stage_gate_passed(const struct stage_site *s, const char *key, const char *room) {
    const struct stage_seen *whole = row_of(s, key, ""), *own = room[0] ? row_of(s, key, room) : NULL;
    if (is_completion(key) && !s->customer_signed && !(whole && whole->overridden)) return false;
    if (whole && passes(whole)) return true;
    if (own) return passes(own);
    if (room[0]) return stage_gate_rooms(key) == STAGE_ROOMS_NEEDED && !is_wet(s, room);
    return all_pass(s, key);
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

static void lack_unknown(const char *before, const char *room, struct stage_lacks *out) {
    const struct domain_stage *d = domain_stage(before);
    struct stage_lack *l = add(out, d && d->gate == GATE_HARD);
    char zh[80], en[80];
    name(before, room, zh, en);
    (void)snprintf(l->zh, sizeof l->zh, "%s没有记录，不知道有没有这间：请逐间开工；总部可写明原因放行", zh);
    (void)snprintf(l->en, sizeof l->en,
                   "%s: nothing is known of such a room: begin room by room, or head office overrides with a reason",
                   en);
}

/* As a whole, after what goes room by room: no wet room goes on another's test. */
static void lack_rooms(const struct stage_site *s, const char *before, struct stage_lacks *out) {
    const struct stage_seen *whole = row_of(s, before, "");
    size_t n = 0;
    const struct domain_room *standard = domain_rooms(&n);
    if (whole && passes(whole)) return;
    if (!has_begun(s, before)) {
        stage_gate_lack(s, before, "", out);
        return;
    }
    for (size_t i = 0; i < s->row_count; i++)
        if (strcmp(s->rows[i].key, before) == 0 && !is_idle(&s->rows[i]) && !passes(&s->rows[i]))
            stage_gate_lack(s, before, s->rows[i].room, out);
    for (size_t i = 0; i < room_count(s); i++)
        if (is_left(s, before, s->evidence->rooms[i])) stage_gate_lack(s, before, s->evidence->rooms[i], out);
    for (size_t i = 0; i < n; i++)
        if (is_left(s, before, standard[i].key) && !is_named(s, standard[i].key))
            lack_unknown(before, standard[i].key, out);
}

/* It comes before, as the standard stages do that a site without a plan of its own has, and there was none of it. */
static bool never_was(const struct stage_site *s, const char *before) {
    const struct domain_stage *d = domain_stage(before);
    return d && d->optional && s->plan->standard && !has_begun(s, before);
}

void stage_gate_start(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out) {
    const char *after[PLAN_AFTER_MAX];
    size_t n = 0;
    out->count = 0;
    stage_gate_after(s->plan, key, after, &n);
    for (size_t i = 0; i < n; i++) {
        if (never_was(s, after[i])) continue;
        if (!room[0] && stage_gate_rooms(after[i]) == STAGE_ROOMS_NEEDED)
            lack_rooms(s, after[i], out);
        else if (!stage_gate_passed(s, after[i], room))
            stage_gate_lack(s, after[i], room, out);
    }
    lack_wait(s, key, room, out);
    lack_condition(s, key, out);
    if (is_overridden(s, key, room, true)) soften(out);
}

/* ---- accepting ---- */

/* The newest test of that kind for a room, or for the whole stage. A ponding holds for its own room alone. Of a stage that is accepted as a whole,
 * rooms that were tested one by one count together: as the one that is least far. */
static const struct stage_test *test_of(const struct stage_site *s, const char *kind, const char *key,
                                        const char *room) {
    const struct timed_limit *l = timed_limit_find(kind);
    const struct stage_test *whole = NULL, *least = NULL;
    for (size_t i = 0; i < s->test_count; i++) {
        const struct stage_test *t = &s->tests[i];
        if (strcmp(t->kind, kind) != 0 || strcmp(t->stage, key) != 0) continue;
        if (strcmp(t->room, room) == 0) return t;
        if (!t->room[0] || strcmp(t->room, "whole") == 0) whole = t;
        if (!least || least->state == STAGE_TEST_PASSED) least = t;
    }
    if (l && l->ponding) return NULL;
    return whole || room[0] ? whole : least;
}

static bool is_left_out(const struct stage_site *s, const char *kind) {
    size_t n = 0;
    const struct timed_limit *all = timed_limit_all(&n), *l = timed_limit_find(kind);
    return s->evidence && l && !l->ponding && s->evidence->left_out >> (size_t)(l - all) & 1;
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
    if ((found && found->state == STAGE_TEST_PASSED) || (!found && is_left_out(s, t->kind))) return;
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

/* Wet rooms of the site as a whole: those that were waterproofed, and those that it names. */
static void need_wet(const struct stage_site *s, const struct needed_test *t, const char *key,
                     struct stage_lacks *out) {
    for (size_t i = 0; i < s->row_count; i++)
        if (strcmp(s->rows[i].key, "waterproofing") == 0 && s->rows[i].room[0] && !is_idle(&s->rows[i]))
            need_test(s, t, key, s->rows[i].room, out);
    for (size_t i = 0; i < room_count(s); i++)
        if (is_left(s, "waterproofing", s->evidence->rooms[i])) need_test(s, t, key, s->evidence->rooms[i], out);
}

/* Told, and the supervisor decides. */
static void lack_doubts(const struct stage_site *s, const char *key, const char *room, struct stage_lacks *out) {
    for (size_t i = 0; s->evidence && i < s->evidence->doubt_count; i++) {
        const struct stage_doubt *d = &s->evidence->doubts[i];
        char zh[80], en[80];
        if (strcmp(d->stage, key) != 0 || (room[0] && d->room[0] && strcmp(d->room, room) != 0)) continue;
        struct stage_lack *l = add(out, false);
        name(key, d->room, zh, en);
        if (d->red_lines) {
            (void)snprintf(l->zh, sizeof l->zh, "%s最近一次质检有 %d 项红线不合格", zh, d->red_lines);
            (void)snprintf(l->en, sizeof l->en, "%s: the newest quality report failed %d red lines", en, d->red_lines);
        } else {
            (void)snprintf(l->zh, sizeof l->zh, "%s有 %d 条停工隐患没有销项", zh, d->stop_work);
            (void)snprintf(l->en, sizeof l->en, "%s: %d hazards that stop the work are open", en, d->stop_work);
        }
    }
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
        else if (!t->wet_only || is_wet(s, room))
            need_test(s, t, key, room, out);
    }
    other_tests(s, key, room, out);
    lack_doubts(s, key, room, out);
    if (is_completion(key)) {
        all_gates(s, key, out);
        lack_wait(s, key, room, out);
        lack_asking(s, key, out);
    }
    if (is_overridden(s, key, room, false)) soften(out);
}
