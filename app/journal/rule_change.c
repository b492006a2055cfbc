/* SPDX-License-Identifier: MIT */
/* Money: additions, and changes of materials, against the contract. The alert is about the change by which they came over the limit. */
#include "app/journal/amount.h"
#include "app/journal/rules_private.h"

#include <stdio.h>

static bool is_over(int64_t sum_fen, int64_t contract_fen, int percent) {
    return sum_fen > 0 && sum_fen > contract_fen / 100 * percent + contract_fen % 100 * percent / 100;
}

/* By how much, with the change by which they came over: what is asked for later does not change the sentence, so that both ends say the same. A hair over
 * the limit does not read as the limit. */
static void say(struct rules_alert *a, bool material, int64_t share, int percent, const char *what) {
    char zh[RULES_TEXT_SIZE], en[RULES_TEXT_SIZE];
    long long tenths = (share + 5) / 10;
    if (tenths <= percent * 10) tenths = percent * 10 + 1;
    (void)snprintf(zh, sizeof zh, "%s已达合同额的 %lld.%lld%%（上限 %d%%）", material ? "主材变更" : "增项",
                   tenths / 10, tenths % 10, percent);
    (void)snprintf(en, sizeof en, "%s are %lld.%lld %% of the contract (limit %d %%)",
                   material ? "Changes of materials" : "Additions", tenths / 10, tenths % 10, percent);
    rules_say_of(a, zh, what, en, what);
}

static int judge_sum(struct rules_case *c, bool material, const char *rule, int percent) {
    const struct rules_site *s = c->site;
    const struct rules_change *by = NULL;
    struct rules_alert *a = NULL;
    int64_t sum = 0, over = 0;
    for (size_t i = 0; i < s->change_count; i++) {
        const struct rules_change *change = &s->changes[i];
        if (change->material != material) continue;
        sum += change->fen;
        if (!is_over(sum, s->plan.contract_fen, percent)) {
            by = NULL;
        } else if (!by) {
            by = change;
            over = sum;
        }
    }
    int rc = by ? rules_add(c, rule, "executive", "change", by->id, by->at, &a) : 0;
    if (!a) return rc;
    say(a, material, amount_share(over, s->plan.contract_fen), percent, by->what);
    return 0;
}

int rule_change_judge(struct rules_case *c) {
    if (c->site->plan.contract_fen <= 0) return 0;
    int rc = judge_sum(c, false, "additions-over", c->site->limits.additions_percent);
    return rc == 0 ? judge_sum(c, true, "material-changes-over", c->site->limits.material_changes_percent) : rc;
}
