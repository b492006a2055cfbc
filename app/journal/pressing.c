/* SPDX-License-Identifier: MIT */
/* The order of what presses. Does not read anything. */
#include "app/journal/pressing.h"

#include "firmware/base/json.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { LATE_DAYS = 2 };

/* What weighs more comes first; red: from how many on head office has to look today, 0: it does not. */
static const struct {
    const char *word;
    size_t weighs, told;
    int64_t red;
} kinds[PRESSING_KINDS] = {
    [PRESSING_EXECUTIVE] = { "executive", offsetof(struct pressing, executive), offsetof(struct pressing, executive),
                             1 },
    [PRESSING_STOP_WORK] = { "stop_work", offsetof(struct pressing, stop_work), offsetof(struct pressing, stop_work),
                             1 },
    [PRESSING_OVERDUE] = { "overdue", offsetof(struct pressing, overdue), offsetof(struct pressing, overdue), 1 },
    [PRESSING_LATE] = { "late", offsetof(struct pressing, late_days), offsetof(struct pressing, late_days),
                        LATE_DAYS + 1 },
    [PRESSING_SILENT] = { "silent", offsetof(struct pressing, silent), offsetof(struct pressing, silent), 1 },
    [PRESSING_LOG] = { "daylog", offsetof(struct pressing, log_days), offsetof(struct pressing, log_days), 0 },
    [PRESSING_ALERTS] = { "alerts", offsetof(struct pressing, alerts), offsetof(struct pressing, others), 0 },
    [PRESSING_UNSENT] = { "unsent", offsetof(struct pressing, unsent), offsetof(struct pressing, unsent), 0 },
};

static int64_t number(const struct pressing *s, size_t offset) {
    int64_t n;
    memcpy(&n, (const char *)s + offset, sizeof n);
    return n > 0 ? n : 0;
}

int64_t pressing_count(const struct pressing *s, enum pressing_kind kind) { return number(s, kinds[kind].told); }

bool pressing_red(const struct pressing *s) {
    for (size_t i = 0; i < PRESSING_KINDS; i++)
        if (kinds[i].red && number(s, kinds[i].weighs) >= kinds[i].red) return true;
    return false;
}

int pressing_compare(const struct pressing *a, const struct pressing *b) {
    for (size_t i = 0; i < PRESSING_KINDS; i++) {
        int64_t of_a = number(a, kinds[i].weighs), of_b = number(b, kinds[i].weighs);
        if (of_a != of_b) return of_a > of_b ? -1 : 1;
    }
    return strcmp(a->site, b->site);
}

static int by_weight(const void *a, const void *b) {
    const struct pressing *left = a, *right = b;
    if (pressing_red(left) != pressing_red(right)) return pressing_red(left) ? -1 : 1;
    return pressing_compare(left, right);
}

void pressing_sort(struct pressing *all, size_t n) {
    if (n) qsort(all, n, sizeof *all, by_weight);
}

void pressing_put(const struct pressing *s, struct json_out *w) {
    json_put_bool(w, "red", pressing_red(s));
    json_open(w, "press", '[');
    for (enum pressing_kind kind = 0; kind < PRESSING_KINDS; kind++) {
        if (!pressing_count(s, kind)) continue;
        json_open(w, NULL, '{');
        json_put_text(w, "kind", kinds[kind].word);
        json_put_int(w, "n", pressing_count(s, kind));
        json_close(w, '}');
    }
    json_close(w, ']');
}
