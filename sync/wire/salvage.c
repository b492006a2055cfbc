/* SPDX-License-Identifier: MIT */
/* The key of an event that cannot be read otherwise. Of JSON that is sound the members are read; other bytes are scanned as text. The
 * writers here put the key before data, so the first place of each name is taken where all stand before data, however the rest is damaged;
 * else strings and nesting are regarded, so that a member of data is not taken for the event's own. Does not judge the rest. */
#include "sync/wire/envelope.h"

#include "firmware/base/json.h"
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

/* The members of the outermost object. */
static void scan(const char *b, size_t n, struct span found[MEMBER_COUNT]) {
    int depth = 0;
    for (size_t i = 0; i < n; i++) {
        if (b[i] == '{' || b[i] == '[') depth++;
        if (b[i] == '}' || b[i] == ']') depth--;
        if (b[i] != '"') continue;
        size_t start = i + 1, end = skip_string(b, n, start);
        if (end == n) return;
        size_t colon = skip_space(b, n, end + 1);
        i = end;
        if (depth == 1 && colon < n && b[colon] == ':')
            note(found, b, n, start, end - start, skip_space(b, n, colon + 1));
    }
}

/* The very first place of each name that is still open, up to "data" where `to_data`. */
static void search(const char *b, size_t n, bool to_data, struct span found[MEMBER_COUNT]) {
    for (size_t i = 0; i < n; i++) {
        size_t start = i + 1, end = start;
        if (b[i] != '"') continue;
        while (end < n && b[end] >= 'a' && b[end] <= 'z') end++;
        if (to_data && end - start == 4 && memcmp(b + start, "data", 4) == 0) return;
        size_t colon = skip_space(b, n, end + 1);
        if (end < n && b[end] == '"' && colon < n && b[colon] == ':')
            note(found, b, n, start, end - start, skip_space(b, n, colon + 1));
    }
}

static bool all(const struct span found[MEMBER_COUNT]) {
    bool yes = true;
    for (int m = 0; m < MEMBER_COUNT; m++) yes = yes && found[m].at;
    return yes;
}

static int take(struct span s, char *out, size_t out_size) {
    if (!s.at || s.n >= out_size || memchr(s.at, '\0', s.n)) return ERR_INVALID;
    memcpy(out, s.at, s.n);
    out[s.n] = '\0';
    return 0;
}

static int read_number(const char *text, uint64_t *out) {
    int64_t number;
    if (text_int(text, 1, (INT64_C(1) << 53) - 1, &number) != 0) return ERR_INVALID;
    *out = (uint64_t)number;
    return 0;
}

static int from_text(const char *bytes, size_t n, struct event_key *key) {
    struct span found[MEMBER_COUNT] = { 0 };
    search(bytes, n, true, found);
    if (!all(found)) {
        memset(found, 0, sizeof found);
        scan(bytes, n, found);
        search(bytes, n, false, found);
    }
    char lane[8], seq[20];
    int r = take(found[MEMBER_WRITER], key->writer, sizeof key->writer);
    if (r == 0) r = take(found[MEMBER_EPOCH], key->epoch, sizeof key->epoch);
    if (r == 0) r = take(found[MEMBER_LANE], lane, sizeof lane);
    if (r == 0) r = take(found[MEMBER_SEQ], seq, sizeof seq);
    if (r == 0) r = lane_parse(lane, &key->lane);
    return r ? r : read_number(seq, &key->seq);
}

static int copy_member(const struct json *o, const char *name, char *out, size_t out_size) {
    const char *text = json_text(json_member(o, name));
    return text ? text_copy(out, out_size, text) : ERR_INVALID;
}

static int from_json(const struct json *o, struct event_key *key) {
    int64_t seq;
    int r = copy_member(o, "writer", key->writer, sizeof key->writer);
    if (r == 0) r = copy_member(o, "epoch", key->epoch, sizeof key->epoch);
    if (r == 0) r = lane_parse(json_text(json_member(o, "lane")), &key->lane);
    if (r || !json_int(json_member(o, "seq"), &seq) || seq < 1) return ERR_INVALID;
    key->seq = (uint64_t)seq;
    return 0;
}

int envelope_read_key(const char *bytes, size_t n, struct event_key *out) {
    struct event_key key = { 0 };
    struct json *o = NULL;
    int r = json_parse(bytes, n, &o, NULL) == 0 ? from_json(o, &key) : from_text(bytes, n, &key);
    json_destroy(o);
    if (r || !ids_is_name(key.writer) || !envelope_is_uuid(key.epoch)) return ERR_INVALID;
    *out = key;
    return 0;
}
