/* SPDX-License-Identifier: MIT */
/* The timed tests of the trade as a table; a pressure test's second phase is a test of its own. The figures are those of the program's checklist. */
#include "app/journal/timed_limit.h"

#include "app/journal/checklist.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct timed_limit limits[] = {
    { "ponding", "闭水试验", "ponding", "wp.pond", "pond", "waterproofing", 1440, "mm", 20, -1, true, 0, false },
    { "second_ponding", "二次闭水", "second ponding", "ti.pond2", "pond", "tiling", 1440, "mm", 0, -1, true, 0, false },
    { "as_built_ponding", "原卫生间闭水", "as-built ponding", "pr.pond0", "pond", "preparation", 1440, "mm", 20, -1,
      true, 0, false },
    { "pressure", "给水打压", "pressure test", "pe.press", "strength", "plumbing_electrical", 60, "MPa", 0.6, 0.05,
      false, 0, false },
    { "tightness", "严密性试验", "tightness test", "pe.press", "tightness", "plumbing_electrical", 120, "MPa", 0.46,
      0.03, false, 0, false },
    { "hold", "氮气保压", "nitrogen hold", "hv.hold", "hold", "hvac", 1440, "MPa", 0, 0, false, 4, false },
    { "coil", "地暖打压", "coil pressure", "hv.coil", "coil", "hvac", 60, "MPa", 0.6, 0.05, false, 0, false },
    { "flow", "通水", "flow test", "in.leak", "flow", "installation", 5, "", 0, -1, false, 0, false },
};

/* A gauge is read to three figures: what differs by less is the same. */
#define NEAR 1e-6

/* So large a part of what is usual a start value may be off before it is told. */
#define ODD 0.1

const struct timed_limit *timed_limit_all(size_t *n) {
    *n = sizeof limits / sizeof limits[0];
    return limits;
}

const struct timed_limit *timed_limit_find(const char *kind) {
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (strcmp(limits[i].kind, kind) == 0) return &limits[i];
    return NULL;
}

/* ---- of the checklist ---- */

const struct timed_limit *timed_limit_of(const struct checklist_item *item, size_t phase) {
    const struct timed_limit *at_place = NULL;
    size_t place = 0;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (strcmp(limits[i].item, item->key) != 0) continue;
        if (strcmp(limits[i].phase, item->phases[phase].key) == 0) return &limits[i];
        if (place++ == phase) at_place = &limits[i];
    }
    return at_place;
}

static double least_start(const struct checklist_item *item, const struct checklist_phase *p) {
    if (!isnan(p->start_min)) return p->start_min;
    for (size_t i = 0; !isnan(p->start_factor) && i < item->phase_count; i++) {
        const struct checklist_phase *other = &item->phases[i];
        if (other->start_factor > 0 && !isnan(other->start_min))
            return p->start_factor * other->start_min / other->start_factor;
    }
    return NAN;
}

/* In the test's unit; `none` where there is none, or the unit cannot be made one of it. */
static double figure(const struct timed_limit *l, const struct checklist_phase *p, double value, double none) {
    double out = none;
    return isnan(value) || !l->unit[0] || !timed_limit_convert(l, p->unit, value, &out) ? none : out;
}

bool timed_limit_take(const struct checklist_item *item, struct timed_limit *l) {
    for (size_t i = 0; i < item->phase_count; i++) {
        const struct checklist_phase *p = &item->phases[i];
        const struct timed_limit *its = timed_limit_of(item, i);
        if (!its || strcmp(its->kind, l->kind) != 0) continue;
        l->minutes = p->minutes;
        l->least = figure(l, p, least_start(item, p), 0);
        l->about = figure(l, p, p->start_about, 0);
        l->drop = figure(l, p, p->drop_max, -1);
        return true;
    }
    return false;
}

void timed_limit_words(const struct timed_limit *l, char zh[TIMED_WORDS_SIZE], char en[TIMED_WORDS_SIZE]) {
    bool hours = l->minutes % 60 == 0;
    int n = hours ? l->minutes / 60 : l->minutes;
    int z = snprintf(zh, TIMED_WORDS_SIZE, "≥ %d %s", n, hours ? "小时" : "分钟");
    int e = snprintf(en, TIMED_WORDS_SIZE, "≥ %d %s", n, hours ? "h" : "min");
    if (l->least > 0) {
        z += snprintf(zh + z, TIMED_WORDS_SIZE - (size_t)z, "，%s ≥ %g %s", l->ponding ? "水深" : "压力", l->least,
                      l->unit);
        e += snprintf(en + e, TIMED_WORDS_SIZE - (size_t)e, ", %s ≥ %g %s", l->ponding ? "depth" : "pressure", l->least,
                      l->unit);
    }
    if (l->about > 0) {
        z += snprintf(zh + z, TIMED_WORDS_SIZE - (size_t)z, "，起始约 %g %s", l->about, l->unit);
        e += snprintf(en + e, TIMED_WORDS_SIZE - (size_t)e, ", start about %g %s", l->about, l->unit);
    }
    if (l->drop >= 0) {
        (void)snprintf(zh + z, TIMED_WORDS_SIZE - (size_t)z, "，压降 ≤ %g %s", l->drop, l->unit);
        (void)snprintf(en + e, TIMED_WORDS_SIZE - (size_t)e, ", drop ≤ %g %s", l->drop, l->unit);
    }
}

bool timed_limit_convert(const struct timed_limit *l, const char *unit, double value, double *out) {
    static const struct {
        const char *from, *to;
        double factor;
    } units[] = { { "cm", "mm", 10 }, { "m", "mm", 1000 }, { "bar", "MPa", 0.1 }, { "kPa", "MPa", 0.001 } };
    if (!unit[0] || strcmp(unit, l->unit) == 0) {
        *out = value;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].from, unit) != 0 || strcmp(units[i].to, l->unit) != 0) continue;
        *out = value * units[i].factor;
        return true;
    }
    return false;
}

/* ---- how long ---- */

const char *timed_how_name(enum timed_how how) {
    static const char *const names[] = { [TIMED_MONO] = "mono", [TIMED_WALL] = "wall", [TIMED_PROVABLE] = "provable" };
    return names[how];
}

void timed_elapsed(const struct timed_moment *start, const struct timed_moment *now, int64_t seen_s, int64_t *seconds,
                   enum timed_how *how) {
    bool same = strcmp(start->writer, now->writer) == 0;
    int64_t run = now->mono_s;
    if (same && start->boot == now->boot) {
        *how = TIMED_MONO;
        run = now->mono_s - start->mono_s;
    } else if (start->grade != CLOCK_NONE && now->grade != CLOCK_NONE) {
        *how = TIMED_WALL;
        run = (now->at.ms - start->at.ms) / 1000;
    } else {
        *how = TIMED_PROVABLE;
        run = same ? seen_s + now->mono_s : seen_s;
    }
    *seconds = run > 0 ? run : 0;
}

/* ---- what it comes to ---- */

static double least_of(const struct timed_limit *l) { return l->least > 0 ? l->least : l->about / 2; }

bool timed_limit_odd(const struct timed_limit *l, double start, char zh[TIMED_WORDS_SIZE], char en[TIMED_WORDS_SIZE]) {
    if (l->about <= 0 || fabs(start - l->about) <= l->about * ODD + NEAR) return false;
    (void)snprintf(zh, TIMED_WORDS_SIZE, "起始值 %g %s，一般约 %g，请核对", start, l->unit, l->about);
    (void)snprintf(en, TIMED_WORDS_SIZE, "began with %g %s, where about %g is usual: please check", start, l->unit,
                   l->about);
    return true;
}

unsigned timed_limit_judge(const struct timed_limit *l, const struct timed_run *run) {
    unsigned faults = 0;
    bool read = l->unit[0] != '\0';
    if (run->seconds < (int64_t)l->minutes * 60) faults |= TIMED_SHORT;
    if (read && run->start < least_of(l) - NEAR) faults |= TIMED_START;
    if (read && l->ponding && run->end < l->least - NEAR) faults |= TIMED_LOW;
    if (read && l->drop >= 0 && run->start - run->end > l->drop + NEAR) faults |= TIMED_DROP;
    if (run->leak) faults |= TIMED_LEAK;
    return faults;
}

void timed_fault_words(const struct timed_limit *l, enum timed_fault fault, const struct timed_run *run,
                       char zh[TIMED_WORDS_SIZE], char en[TIMED_WORDS_SIZE]) {
    const char *what_zh = l->ponding ? "水深" : "压力", *what_en = l->ponding ? "depth" : "pressure";
    switch (fault) {
    case TIMED_SHORT:
        (void)snprintf(zh, TIMED_WORDS_SIZE, "时间不够，至少 %d 分钟", l->minutes);
        (void)snprintf(en, TIMED_WORDS_SIZE, "too short, at least %d minutes", l->minutes);
        return;
    case TIMED_START:
        (void)snprintf(zh, TIMED_WORDS_SIZE, "开始%s %g %s，至少 %g", what_zh, run->start, l->unit, least_of(l));
        (void)snprintf(en, TIMED_WORDS_SIZE, "began with a %s of %g %s, at least %g", what_en, run->start, l->unit,
                       least_of(l));
        return;
    case TIMED_LOW:
        (void)snprintf(zh, TIMED_WORDS_SIZE, "结束%s %g %s，至少 %g", what_zh, run->end, l->unit, l->least);
        (void)snprintf(en, TIMED_WORDS_SIZE, "ended with a %s of %g %s, at least %g", what_en, run->end, l->unit,
                       l->least);
        return;
    case TIMED_DROP:
        (void)snprintf(zh, TIMED_WORDS_SIZE, "掉了 %.3g %s，最多 %g", run->start - run->end, l->unit, l->drop);
        (void)snprintf(en, TIMED_WORDS_SIZE, "fell by %.3g %s, at most %g", run->start - run->end, l->unit, l->drop);
        return;
    case TIMED_LEAK:
        (void)snprintf(zh, TIMED_WORDS_SIZE, "有渗漏");
        (void)snprintf(en, TIMED_WORDS_SIZE, "it leaks");
        return;
    }
}
