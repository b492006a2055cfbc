/* SPDX-License-Identifier: MIT */
/* Looks into tables of states and steps; who may make a step, and what else it needs, is the subject's business. */
#include "app/journal/life.h"

#include <stdio.h>
#include <string.h>

const struct life_step *life_step(const struct life *l, int state, const char *event) {
    for (const struct life_step *s = l->steps; s->event; s++)
        if (state >= 0 && (s->from & LIFE_FROM(state)) && strcmp(s->event, event) == 0) return s;
    return NULL;
}

int life_state(const struct life *l, const char *name) {
    for (int i = 0; l->states[i]; i++)
        if (strcmp(l->states[i], name) == 0) return i;
    return -1;
}

/* Each verb once, with what stands between two of them. */
static void list(const struct life *l, int state, const char *quote, const char *between, char *out, size_t size) {
    size_t n = 0;
    out[0] = '\0';
    for (const struct life_step *s = l->steps; s->event; s++) {
        if (!s->verb || !(s->from & LIFE_FROM(state))) continue;
        int add = snprintf(out + n, size - n, "%s%s%s%s", n ? between : "", quote, s->verb, quote);
        if (add < 0 || (size_t)add >= size - n) break;
        n += (size_t)add;
    }
    out[n] = '\0';
}

void life_allowed(const struct life *l, int state, char out[LIFE_ALLOWED_SIZE]) {
    char verbs[LIFE_ALLOWED_SIZE - 2];
    list(l, state, "\"", ",", verbs, sizeof verbs);
    (void)snprintf(out, LIFE_ALLOWED_SIZE, "[%s]", verbs);
}

int life_refuse(const struct life *l, int state, const char *what, const char *verb, struct err_text *e) {
    char verbs[LIFE_ALLOWED_SIZE];
    list(l, state, "", ", ", verbs, sizeof verbs);
    if (!verbs[0])
        return err_set(e, ERR_CONFLICT, "%s is %s: nothing more can be done with it", what, l->states[state]);
    return err_set(e, ERR_CONFLICT, "%s is %s: %s is not possible now, but: %s", what, l->states[state], verb, verbs);
}
