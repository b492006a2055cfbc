/* SPDX-License-Identifier: MIT */
/* The key of an event that cannot be read otherwise: its bytes are scanned as text. First with regard to strings and nesting, so that
 * a member of data is not taken for the event's own; where that leaves something open, wherever the member's name stands first (the
 * writers here put data last). Does not judge the rest. */
#include "sync/wire/envelope.h"

#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum member { MEMBER_WRITER, MEMBER_EPOCH, MEMBER_LANE, MEMBER_SEQ, MEMBER_COUNT };
static const char *const member_names[MEMBER_COUNT] = { "writer", "epoch", "lane", "seq" };

struct span {
    const char *at;
    size_t n;
};

static size_t skip_space(const char *b, size_t n, size_t i) {
    while (i < n && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r')) i++;
    return i;
}

/* i is behind the opening quote; the result is at the closing one, or n. */
static size_t skip_string(const char *b, size_t n, size_t i) {
    while (i < n && b[i] != '"') i += b[i] == '\\' && i + 1 < n ? 2 : 1;
    return i < n ? i : n;
}

/* The value that starts at i: what is between quotes, or digits. */
static struct span value_at(const char *b, size_t n, size_t i) {
    size_t end = i;
    if (i < n && b[i] == '"') {
        end = skip_string(b, n, ++i);
        return end < n ? (struct span){ b + i, end - i } : (struct span){ 0 };
    }
    while (end < n && b[end] >= '0' && b[end] <= '9') end++;
    return (struct span){ end > i ? b + i : NULL, end - i };
}

static void note(struct span found[MEMBER_COUNT], const char *b, size_t n, size_t name, size_t name_n, size_t value) {
    for (int m = 0; m < MEMBER_COUNT; m++)
        if (!found[m].at && strlen(member_names[m]) == name_n && memcmp(b + name, member_names[m], name_n) == 0)
            found[m] = value_at(b, n, value);
}

/* The members of the outermost object. False when the text ends inside a string: its quotes do not pair up, nothing found is worth anything. */
static bool scan(const char *b, size_t n, struct span found[MEMBER_COUNT]) {
    int depth = 0;
    for (size_t i = 0; i < n; i++) {
        if (b[i] == '{' || b[i] == '[') depth++;
        if (b[i] == '}' || b[i] == ']') depth--;
        if (b[i] != '"') continue;
        size_t start = i + 1, end = skip_string(b, n, start);
        if (end == n) return false;
        size_t colon = skip_space(b, n, end + 1);
        i = end;
        if (depth == 1 && colon < n && b[colon] == ':')
            note(found, b, n, start, end - start, skip_space(b, n, colon + 1));
    }
    return true;
}

/* The very first place of each name that is still open. */
static void search(const char *b, size_t n, struct span found[MEMBER_COUNT]) {
    for (size_t i = 0; i < n; i++) {
        size_t start = i + 1, end = start;
        if (b[i] != '"') continue;
        while (end < n && b[end] >= 'a' && b[end] <= 'z') end++;
        size_t colon = skip_space(b, n, end + 1);
        if (end < n && b[end] == '"' && colon < n && b[colon] == ':')
            note(found, b, n, start, end - start, skip_space(b, n, colon + 1));
    }
}

static int take(struct span s, char *out, size_t out_size) {
    if (!s.at || s.n >= out_size || memchr(s.at, '\0', s.n)) return ERR_INVALID;
    memcpy(out, s.at, s.n);
    out[s.n] = '\0';
    return 0;
}

int envelope_read_key(const char *bytes, size_t n, struct event_key *out) {
    struct span found[MEMBER_COUNT] = { 0 };
    if (!scan(bytes, n, found)) memset(found, 0, sizeof found);
    search(bytes, n, found);

    struct event_key key = { 0 };
    char lane[8], seq[20];
    int64_t number;
    if (take(found[MEMBER_WRITER], key.writer, sizeof key.writer) != 0 || !ids_is_name(key.writer) ||
        take(found[MEMBER_EPOCH], key.epoch, sizeof key.epoch) != 0 || !envelope_is_uuid(key.epoch) ||
        take(found[MEMBER_LANE], lane, sizeof lane) != 0 || lane_parse(lane, &key.lane) != 0 ||
        take(found[MEMBER_SEQ], seq, sizeof seq) != 0 || text_int(seq, 1, (INT64_C(1) << 53) - 1, &number) != 0)
        return ERR_INVALID;
    key.seq = (uint64_t)number;
    *out = key;
    return 0;
}
