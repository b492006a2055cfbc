/* SPDX-License-Identifier: MIT */
/* What a phrase says of a room and a number, in both languages. The phrases are the trade's data. */
#include "app/journal/hazard_private.h"

#include "app/journal/domain.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

struct phrase {
    const char *key, *severity, *zh, *en;
};

static const struct phrase *find(const char *key) {
    static const struct phrase some[] = {
        { "waterproofing-low", "serious", "{room}防水高度需增加{n}cm", "{room}: waterproofing too low by {n} cm" },
        { "hollow-tiles", "serious", "{room}空鼓{n}块", "{room}: {n} hollow tiles" },
        { "ponding-leak", "stop_work", "闭水渗漏", "ponding leak" },
        { "dirty-site", "notice", "脏乱、下水口未封、垃圾占公区", "dirty, open drain, waste in common area" },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(some); i++)
        if (strcmp(some[i].key, key) == 0) return &some[i];
    return NULL;
}

/* Appends as much of a text as fits, whole characters. */
static size_t put(char *out, size_t at, const char *text, size_t n) {
    char part[HAZARD_TEXT_MAX + 1];
    if (n >= sizeof part) n = sizeof part - 1;
    memcpy(part, text, n);
    part[n] = '\0';
    text_clip(out + at, HAZARD_TEXT_MAX + 1 - at, part);
    return at + strlen(out + at);
}

/* room "": "{room}", and the colon that may follow it, are left out. */
static void fill(const char *form, const char *number, const char *room, char out[HAZARD_TEXT_MAX + 1]) {
    size_t at = 0;
    out[0] = '\0';
    while (*form) {
        size_t n = strcspn(form, "{");
        at = put(out, at, form, n);
        form += n;
        if (text_starts(form, "{n}")) {
            at = put(out, at, number, strlen(number));
            form += strlen("{n}");
        } else if (text_starts(form, "{room}")) {
            at = put(out, at, room, strlen(room));
            form += strlen("{room}");
            if (!room[0]) form += strspn(form, ": ");
        } else if (*form) {
            at = put(out, at, form++, 1);
        }
    }
}

int hazard_say(const char *phrase, int64_t n, const char *room, struct hazard_words *out, struct err_text *e) {
    const struct phrase *p = find(phrase);
    const struct domain_room *known = room ? domain_room(room) : NULL;
    char number[24] = "";
    if (!p) return err_field(e, ERR_INVALID, "phrase", "there is no phrase %s for hazards", phrase);
    if (strstr(p->zh, "{n}") && n < 0)
        return err_field(e, ERR_INVALID, "n", "n is missing: \"%s\" needs a number", p->zh);
    if (n >= 0) (void)snprintf(number, sizeof number, "%lld", (long long)n);
    fill(p->zh, number, known ? known->zh : room ? room : "", out->zh);
    fill(p->en, number, known ? known->en : room ? room : "", out->en);
    out->severity = p->severity;
    return 0;
}
