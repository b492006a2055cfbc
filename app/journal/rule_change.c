/* SPDX-License-Identifier: MIT */
/* Money: additions, and changes of materials, against the contract. The alert is about the change by which they came over the limit. */
#include "app/journal/rules_private.h"

#include <stdio.h>

static bool is_over(int64_t sum_fen, int64_t contract_fen, int percent) {
    return sum_fen > 0 && sum_fen > contract_fen / 100 * percent + contract_fen % 100 * percent / 100;
}

static int judge_sum(struct rules_case *c, bool material, const char *rule, int percent) {
    const struct rules_site *s = c->site;
    const struct rules_change *by = NULL;
    struct rules_alert *a = NULL;
    int64_t sum = 0;
    for (size_t i = 0; i < s->change_count; i++) {
        const struct rules_change *change = &s->changes[i];
        if (change->material != material) continue;
        sum += change->fen;
        if (!is_over(sum, s->plan.contract_fen, percent))
            by = NULL;
        else if (!by)
            by = change;
    }
    int rc = by ? rules_add(c, rule, "executive", "change", by->id, by->at, &a) : 0;
    if (!a) return rc;
    (void)snprintf(a->zh, sizeof a->zh, "%s超过合同额的 %d%%%s%s", material ? "主材变更" : "增项", percent,
                   by->what[0] ? "：" : "", by->what);
    (void)snprintf(a->en, sizeof a->en, "%s are over %d %% of the contract%s%s",
                   material ? "Changes of materials" : "Additions", percent, by->what[0] ? ": " : "", by->what);
    return 0;
}

int rule_change_judge(struct rules_case *c) {
    if (c->site->plan.contract_fen <= 0) return 0;
    int rc = judge_sum(c, false, "additions-over", c->site->limits.additions_percent);
    return rc == 0 ? judge_sum(c, true, "material-changes-over", c->site->limits.material_changes_percent) : rc;
}
