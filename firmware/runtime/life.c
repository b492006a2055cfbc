/* SPDX-License-Identifier: MIT */
/* Judging signs of life. Where they come from is each thread's business. */
#include "firmware/runtime/life.h"

#include <stdlib.h>

const struct life *life_lost(const struct life *list, size_t n, int64_t now_ms) {
    const struct life *lost = NULL;
    int64_t worst = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t over = now_ms - list[i].alive_ms - list[i].deadline_ms;
        if (over <= worst) continue;
        worst = over;
        lost = &list[i];
    }
    return lost;
}

int64_t life_deadline_ms(int64_t usual) {
#ifdef SITELOG_TEST
    const char *text = getenv("SITELOG_STALE_MS");
    if (text) return strtoll(text, NULL, 10);
#endif
    return usual;
}
