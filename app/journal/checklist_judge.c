/* SPDX-License-Identifier: MIT */
/* A value against its limit, and the limit in words. Both come from the same members, so that what is shown is what is judged. */
#include "app/journal/checklist.h"

#include "firmware/base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Values are decimal fractions that a person typed; a difference of two of them is off by less than this. */
#define CLOSE 1e-9

static void PRINTF_LIKE(2, 3) add(char out[CHECKLIST_LIMIT_SIZE], const char *format, ...) {
    size_t n = strlen(out);
    char piece[2 * CHECKLIST_LIMIT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    text_clip(out + n, CHECKLIST_LIMIT_SIZE - n, piece);
}

const char *checklist_unit(const char *unit, bool zh) { return zh && strcmp(unit, "pcs") == 0 ? "个" : unit; }

void checklist_part_limit(const struct checklist_part *p, bool zh, char out[CHECKLIST_LIMIT_SIZE]) {
    out[0] = '\0';
    if (!isnan(p->equal) && p->tolerance > 0)
        add(out, "%.10g ± %.10g", p->equal, p->tolerance);
    else if (!isnan(p->equal))
        add(out, "= %.10g", p->equal);
    else if (!isnan(p->min) && !isnan(p->max))
        add(out, "%.10g–%.10g", p->min, p->max);
    else if (!isnan(p->min) && !isnan(p->below))
        add(out, "≥ %.10g, < %.10g", p->min, p->below);
    else if (!isnan(p->min))
        add(out, "≥ %.10g", p->min);
    else if (!isnan(p->max))
        add(out, "≤ %.10g", p->max);
    else if (!isnan(p->below))
        add(out, "< %.10g", p->below);
    if (out[0] && p->unit[0]) add(out, " %s", checklist_unit(p->unit, zh));
}

void checklist_phase_limit(const struct checklist_phase *p, bool zh, char out[CHECKLIST_LIMIT_SIZE]) {
    const char *comma = zh ? "，" : ", ";
    const char *start = zh ? (p->start_zh[0] ? p->start_zh : "起始") : (p->start_en[0] ? p->start_en : "start");
    bool hours = p->minutes >= 240 && p->minutes % 60 == 0;
    out[0] = '\0';
    add(out, "≥ %d %s", hours ? p->minutes / 60 : p->minutes, zh ? (hours ? "小时" : "分钟") : (hours ? "h" : "min"));
    if (!isnan(p->start_factor))
        add(out, zh ? "%s%.10g × 工作压力" : "%s%.10g × working pressure", comma, p->start_factor);
    if (!isnan(p->start_min)) add(out, "%s%s ≥ %.10g %s", comma, start, p->start_min, p->unit);
    if (!isnan(p->start_about))
        add(out, zh ? "%s%s约 %.10g %s" : "%s%s about %.10g %s", comma, start, p->start_about, p->unit);
    if (isnan(p->drop_max)) return;
    if (p->drop_max > 0)
        add(out, zh ? "%s下降 ≤ %.10g %s" : "%sdrop ≤ %.10g %s", comma, p->drop_max, p->unit);
    else
        add(out, zh ? "%s不下降" : "%sno drop", comma);
}

static enum checklist_fault judge_part(const struct checklist_part *p, double value) {
    if (isnan(value)) return CHECKLIST_MISSING;
    if (!isnan(p->equal)) {
        if (value < p->equal - p->tolerance - CLOSE) return CHECKLIST_LOW;
        return value > p->equal + p->tolerance + CLOSE ? CHECKLIST_HIGH : CHECKLIST_OK;
    }
    if (!isnan(p->min) && value < p->min - CLOSE) return CHECKLIST_LOW;
    if (!isnan(p->max) && value > p->max + CLOSE) return CHECKLIST_HIGH;
    if (!isnan(p->below) && value > p->below - CLOSE) return CHECKLIST_HIGH;
    return CHECKLIST_OK;
}

static int judge_check(const struct checklist_item *item, double value, struct checklist_verdict *out) {
    struct checklist_verdict v = { .fault = isnan(value)      ? CHECKLIST_MISSING
                                            : fabs(value) > 0 ? CHECKLIST_OK
                                                              : CHECKLIST_NO };
    v.pass = v.fault == CHECKLIST_OK;
    text_clip(v.zh, sizeof v.zh, item->criterion_zh);
    text_clip(v.en, sizeof v.en, item->criterion_en);
    *out = v;
    return 0;
}

int checklist_judge(const struct checklist_item *item, const char *part, double value, struct checklist_verdict *out) {
    bool any = !part || !part[0];
    if (item->kind == CHECKLIST_CHECK) return any ? judge_check(item, value, out) : ERR_NOT_FOUND;
    for (size_t i = 0; i < item->part_count; i++) {
        const struct checklist_part *p = &item->parts[i];
        if (!any && strcmp(p->key, part) != 0) continue;
        struct checklist_verdict v = { .fault = judge_part(p, value) };
        v.pass = v.fault == CHECKLIST_OK;
        checklist_part_limit(p, true, v.zh);
        checklist_part_limit(p, false, v.en);
        *out = v;
        return 0;
    }
    return ERR_NOT_FOUND;
}

static enum checklist_fault judge_phase(const struct checklist_phase *p, const struct checklist_run *run) {
    bool start = !isnan(p->start_min) || !isnan(p->start_about) || (!isnan(p->start_factor) && !isnan(run->working));
    bool drop = !isnan(p->drop_max);
    if (isnan(run->minutes)) return CHECKLIST_MISSING;
    if (run->minutes < p->minutes - CLOSE) return CHECKLIST_SHORT;
    if ((start || drop) && isnan(run->start)) return CHECKLIST_MISSING;
    if (!isnan(p->start_min) && run->start < p->start_min - CLOSE) return CHECKLIST_START;
    if (isnan(p->start_min) && !isnan(p->start_about) && run->start < p->start_about / 2 - CLOSE)
        return CHECKLIST_START;
    if (!isnan(p->start_factor) && !isnan(run->working) && run->start < p->start_factor * run->working - CLOSE)
        return CHECKLIST_START;
    if (!drop) return CHECKLIST_OK;
    if (isnan(run->end)) return CHECKLIST_MISSING;
    return run->start - run->end > p->drop_max + CLOSE ? CHECKLIST_DROP : CHECKLIST_OK;
}

int checklist_judge_run(const struct checklist_item *item, const char *phase, const struct checklist_run *run,
                        struct checklist_verdict *out) {
    bool any = !phase || !phase[0];
    for (size_t i = 0; i < item->phase_count; i++) {
        const struct checklist_phase *p = &item->phases[i];
        if (!any && strcmp(p->key, phase) != 0) continue;
        struct checklist_verdict v = { .fault = judge_phase(p, run) };
        v.pass = v.fault == CHECKLIST_OK;
        checklist_phase_limit(p, true, v.zh);
        checklist_phase_limit(p, false, v.en);
        *out = v;
        return 0;
    }
    return ERR_NOT_FOUND;
}
