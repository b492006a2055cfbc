/* SPDX-License-Identifier: MIT */
/* Topic names, made and taken apart. A type's version other than 1 is written with a dash ("x.v2" → "x-v2"), because some brokers give
 * dots a meaning; the event itself says what it is. */
#include "sync/wire/topic.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "sitelog/v1/"

static bool is_type(const char *text) {
    size_t n = strlen(text);
    return n > 0 && n < ENVELOPE_TYPE_SIZE && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static int make_event(const struct topic *t, char *out, size_t room) {
    char type[ENVELOPE_TYPE_SIZE];
    if (text_copy(type, sizeof type, t->type[0] ? t->type : "unknown") != 0) return ERR_INVALID;
    for (char *c = type; *c; c++)
        if (*c == '.') *c = '-';
    if (!is_type(type) || (unsigned)t->lane >= LANE_COUNT) return ERR_INVALID;
    snprintf(out, room, "%s/%s/%s", t->up ? "up" : "dn", lane_name(t->lane), type);
    return 0;
}

int topic_make(const struct topic *t, char out[TOPIC_SIZE]) {
    if (!ids_is_name(t->org)) return ERR_INVALID;
    if (t->kind == TOPIC_HUB_STATE) {
        snprintf(out, TOPIC_SIZE, PREFIX "%s/hub/state", t->org);
        return 0;
    }
    if (!ids_is_name(t->site) || !ids_is_name(t->board)) return ERR_INVALID;
    bool hub = strcmp(t->board, "hub") == 0;
    char tail[ENVELOPE_TYPE_SIZE + 16];
    const char *way = t->up ? "up" : "dn";
    switch (t->kind) {
    case TOPIC_EVENT:
        if ((hub && !t->up) || make_event(t, tail, sizeof tail) != 0) return ERR_INVALID;
        break;
    case TOPIC_HELLO:
        snprintf(tail, sizeof tail, "%s/hello", way);
        break;
    case TOPIC_ACK:
        snprintf(tail, sizeof tail, "%s/ack", way);
        break;
    case TOPIC_BEAT:
        snprintf(tail, sizeof tail, "up/beat");
        break;
    case TOPIC_STATE:
        snprintf(tail, sizeof tail, "state");
        break;
    case TOPIC_HUB_STATE:
    default:
        return ERR_INVALID;
    }
    if (hub && t->kind != TOPIC_EVENT) return ERR_INVALID;
    snprintf(out, TOPIC_SIZE, PREFIX "%s/%s/%s/%s", t->org, t->site, t->board, tail);
    return 0;
}

static int parse_tail(char *const *part, size_t count, struct topic *t) {
    bool hub = strcmp(t->board, "hub") == 0;
    if (count == 1 && strcmp(part[0], "state") == 0 && !hub) return t->kind = TOPIC_STATE, 0;
    t->up = strcmp(part[0], "up") == 0;
    if (!t->up && strcmp(part[0], "dn") != 0) return ERR_INVALID;
    if (count == 3) {
        if ((hub && !t->up) || lane_parse(part[1], &t->lane) != 0 || !is_type(part[2])) return ERR_INVALID;
        t->kind = TOPIC_EVENT;
        return text_copy(t->type, sizeof t->type, part[2]) == 0 ? 0 : ERR_INVALID;
    }
    if (count != 2 || hub) return ERR_INVALID;
    if (strcmp(part[1], "hello") == 0) return t->kind = TOPIC_HELLO, 0;
    if (strcmp(part[1], "ack") == 0) return t->kind = TOPIC_ACK, 0;
    if (strcmp(part[1], "beat") == 0 && t->up) return t->kind = TOPIC_BEAT, 0;
    return ERR_INVALID;
}

int topic_parse(const char *text, struct topic *out) {
    char copy[TOPIC_SIZE], *part[8], *rest = copy;
    if (!text_starts(text, PREFIX) || text_copy(copy, sizeof copy, text + strlen(PREFIX)) != 0) return ERR_INVALID;
    size_t count = 0;
    while (rest && count < TEXT_ARRAY_LEN(part)) part[count++] = strsep(&rest, "/");
    struct topic t = { 0 };
    if (rest || count < 3 || !ids_is_name(part[0]) || text_copy(t.org, sizeof t.org, part[0]) != 0) return ERR_INVALID;
    if (count == 3) {
        if (strcmp(part[1], "hub") != 0 || strcmp(part[2], "state") != 0) return ERR_INVALID;
        t.kind = TOPIC_HUB_STATE;
        *out = t;
        return 0;
    }
    if (!ids_is_name(part[1]) || !ids_is_name(part[2]) || text_copy(t.site, sizeof t.site, part[1]) != 0 ||
        text_copy(t.board, sizeof t.board, part[2]) != 0 || parse_tail(part + 3, count - 3, &t) != 0)
        return ERR_INVALID;
    *out = t;
    return 0;
}
