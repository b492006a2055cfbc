/* SPDX-License-Identifier: MIT */
/* Events: made once, read strictly. Does not know what any event's data means, and looks at no clock. */
#include "sync/wire/envelope.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEQ_MAX     ((INT64_C(1) << 53) - 1)
#define SOURCE_SIZE (3 * NAME_SIZE + 16)
#define TYPE_PREFIX "org.sitelog."

static const char *const lane_names[LANE_COUNT] = { "alert", "record", "photo" };

const char *lane_name(enum lane lane) { return (unsigned)lane < LANE_COUNT ? lane_names[lane] : "unknown"; }

int lane_parse(const char *name, enum lane *out) {
    for (int i = 0; name && i < LANE_COUNT; i++)
        if (strcmp(name, lane_names[i]) == 0) return *out = (enum lane)i, 0;
    return ERR_INVALID;
}

bool envelope_is_uuid(const char *text) {
    if (strlen(text) != ID_SIZE - 1) return false;
    for (size_t i = 0; i < ID_SIZE - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !strchr("0123456789abcdef", text[i])) return false;
    }
    return true;
}

/* One lower-case word; with a slash after it, anything printable in ASCII that needs no escape. */
static bool is_path(const char *text, bool need_slash) {
    size_t word = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
    if (word == 0) return false;
    if (text[word] == '\0') return !need_slash;
    if (text[word] != '/' || text[word + 1] == '\0') return false;
    for (const char *c = text + word + 1; *c; c++)
        if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\') return false;
    return true;
}

/* "daylog-submitted" or "daylog-submitted.v2" (never ".v1") → "org.sitelog.daylog-submitted.v1" */
static int print_type(const char *type, char *out, size_t out_size) {
    size_t name = strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (name == 0 || strlen(type) >= ENVELOPE_TYPE_SIZE) return ERR_INVALID;
    int64_t version = 1;
    if (type[name] && (strncmp(type + name, ".v", 2) != 0 || text_int(type + name + 2, 2, 9999, &version) != 0))
        return ERR_INVALID;
    int n = snprintf(out, out_size, TYPE_PREFIX "%.*s.v%d", (int)name, type, (int)version);
    return n > 0 && (size_t)n < out_size ? 0 : ERR_INVALID;
}

static int read_type(const char *text, char out[ENVELOPE_TYPE_SIZE]) {
    if (!text_starts(text, TYPE_PREFIX)) return ERR_INVALID;
    text += strlen(TYPE_PREFIX);
    size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    int64_t version;
    if (name == 0 || strncmp(text + name, ".v", 2) != 0 || text[name + 2] == '0' ||
        text_int(text + name + 2, 1, 9999, &version) != 0)
        return ERR_INVALID;
    char type[ENVELOPE_TYPE_SIZE + 8];
    int n = version == 1 ? snprintf(type, sizeof type, "%.*s", (int)name, text)
                         : snprintf(type, sizeof type, "%.*s.v%d", (int)name, text, (int)version);
    if (n < 0 || (size_t)n >= sizeof type) return ERR_INVALID;
    return text_copy(out, ENVELOPE_TYPE_SIZE, type) == 0 ? 0 : ERR_INVALID;
}

void envelope_fini(struct envelope *e) {
    json_destroy(e->tree);
    e->tree = NULL;
    e->data = NULL;
}

/* ---- making ---- */

static void print_members(const struct envelope *in, const char *source, const char *type, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "specversion", "1.0");
    json_put_text(&w, "id", in->id);
    json_put_text(&w, "source", source);
    json_put_text(&w, "type", type);
    json_put_text(&w, "subject", in->subject);
    json_put_text(&w, "time", in->time);
    json_put_text(&w, "datacontenttype", "application/json");
    json_put_text(&w, "writer", in->key.writer);
    json_put_text(&w, "epoch", in->key.epoch);
    json_put_text(&w, "lane", lane_name(in->key.lane));
    json_put_int(&w, "seq", (int64_t)in->key.seq);
    json_put_text(&w, "prev", in->prev);
    json_put_int(&w, "rev", (int64_t)in->rev);
    json_put_text(&w, "actor", in->actor);
    json_put_text(&w, "clock", in->clock);
    json_put_int(&w, "boot", in->boot);
    json_put_int(&w, "mono", in->mono);
    if (in->inreplyto[0]) json_put_text(&w, "inreplyto", in->inreplyto);
    json_put_node(&w, "data", in->data);
    json_close(&w, '}');
}

int envelope_make(const struct envelope *in, struct buf *out, struct envelope *back, struct err_text *e) {
    if (out->error) return out->error;
    char source[SOURCE_SIZE], type[ENVELOPE_TYPE_SIZE + 32];
    snprintf(source, sizeof source, "/sitelog/%s/%s/%s", in->org, in->site, in->key.writer);
    if (print_type(in->type, type, sizeof type) != 0)
        return err_field(e, ERR_INVALID, "type", "\"%s\" is no type of event.", in->type);
    if (!json_is_object(in->data)) return err_field(e, ERR_INVALID, "data", "An event needs data.");
    if (in->key.seq > SEQ_MAX || in->rev > SEQ_MAX)
        return err_field(e, ERR_INVALID, in->rev > SEQ_MAX ? "rev" : "seq", "A number is out of range.");

    size_t start = out->len;
    print_members(in, source, type, out);
    if (out->error) return err_set(e, out->error, "The event does not fit its buffer.");
    /* What would not be read back must never be stored: the reader is the judge. */
    struct envelope read = { 0 };
    int r = envelope_read(out->data + start, out->len - start, &read, e);
    if (r != 0) {
        out->len = start;
        out->data[start] = '\0';
    } else if (back) {
        *back = read;
    } else {
        envelope_fini(&read);
    }
    return r;
}

/* ---- reading ---- */

static int wrong(struct err_text *e, const char *field, const char *what) {
    return err_field(e, ERR_INVALID, field, "%s must be %s.", field, what);
}

static int get_text(const struct json *o, const char *name, char *out, size_t out_size, struct err_text *e) {
    const char *text;
    int r = json_get_text(o, "", name, JSON_REQUIRED, out_size - 1, &text, e);
    return r ? r : text_copy(out, out_size, text);
}

static int get_uint(const struct json *o, const char *name, int64_t min, uint64_t *out, struct err_text *e) {
    int64_t n;
    int r = json_get_int(o, "", name, JSON_REQUIRED, min, SEQ_MAX, &n, e);
    if (r == 0) *out = (uint64_t)n;
    return r;
}

static int read_time(const struct json *o, char out[CLOCK_TEXT_SIZE], struct err_text *e) {
    const char *text;
    int r = json_get_text(o, "", "time", JSON_REQUIRED, 63, &text, e);
    if (r) return r;
    struct wall at;
    int32_t offset_s;
    if (clock_parse(text, &at, &offset_s) != 0) return wrong(e, "time", "a time as RFC 3339 writes it");
    if (text_copy(out, CLOCK_TEXT_SIZE, text) != 0) clock_format(at, offset_s, out); /* finer than milliseconds */
    return 0;
}

/* "/sitelog/{org}/{site}/{writer}" */
static int read_source(const char *text, struct envelope *out) {
    if (!text_starts(text, "/sitelog/")) return ERR_INVALID;
    char copy[SOURCE_SIZE], *parts[3], *rest = copy;
    if (text_copy(copy, sizeof copy, text + strlen("/sitelog/")) != 0) return ERR_INVALID;
    for (int i = 0; i < 3; i++) {
        parts[i] = strsep(&rest, "/");
        if (!parts[i] || !ids_is_name(parts[i])) return ERR_INVALID;
    }
    if (rest || strcmp(parts[2], out->key.writer) != 0) return ERR_INVALID;
    int r = text_copy(out->org, sizeof out->org, parts[0]);
    return r ? r : text_copy(out->site, sizeof out->site, parts[1]);
}

static int read_key_members(const struct json *o, struct event_key *key, struct err_text *e) {
    const char *lane;
    int r = get_text(o, "writer", key->writer, sizeof key->writer, e);
    if (r == 0 && !ids_is_name(key->writer)) r = wrong(e, "writer", "a board's name or hub");
    if (r == 0) r = get_text(o, "epoch", key->epoch, sizeof key->epoch, e);
    if (r == 0 && !envelope_is_uuid(key->epoch)) r = wrong(e, "epoch", "a UUID in lower case");
    if (r == 0) r = json_get_text(o, "", "lane", JSON_REQUIRED, 16, &lane, e);
    if (r == 0 && lane_parse(lane, &key->lane) != 0) r = wrong(e, "lane", "alert, record or photo");
    if (r == 0) r = get_uint(o, "seq", 1, &key->seq, e);
    return r;
}

static int read_cloud_members(const struct json *o, struct envelope *out, struct err_text *e) {
    const char *text;
    int r = json_get_text(o, "", "specversion", JSON_REQUIRED, 8, &text, e);
    if (r == 0 && strcmp(text, "1.0") != 0) r = wrong(e, "specversion", "1.0");
    if (r == 0) r = get_text(o, "id", out->id, sizeof out->id, e);
    if (r == 0 && !ids_is_uuid7(out->id)) r = wrong(e, "id", "a UUID of version 7 in lower case");
    if (r == 0) r = json_get_text(o, "", "source", JSON_REQUIRED, SOURCE_SIZE - 1, &text, e);
    if (r == 0 && read_source(text, out) != 0) r = wrong(e, "source", "/sitelog/{org}/{site}/{writer}");
    if (r == 0) r = json_get_text(o, "", "type", JSON_REQUIRED, 128, &text, e);
    if (r == 0 && read_type(text, out->type) != 0) r = wrong(e, "type", "org.sitelog.{name}.v{n}");
    if (r == 0) r = get_text(o, "subject", out->subject, sizeof out->subject, e);
    if (r == 0 && !is_path(out->subject, true)) r = wrong(e, "subject", "{kind}/{id}");
    if (r == 0) r = read_time(o, out->time, e);
    if (r == 0) r = json_get_text(o, "", "datacontenttype", JSON_REQUIRED, 64, &text, e);
    if (r == 0 && strcmp(text, "application/json") != 0) r = wrong(e, "datacontenttype", "application/json");
    return r;
}

static int read_chain_members(const struct json *o, struct envelope *out, struct err_text *e) {
    uint64_t boot = 0, mono = 0;
    int r = get_text(o, "prev", out->prev, sizeof out->prev, e);
    if (r == 0 && !text_is_hex(out->prev, HASH_TEXT_SIZE - 1)) r = wrong(e, "prev", "64 hexadecimal digits");
    if (r == 0) r = get_uint(o, "rev", 1, &out->rev, e);
    if (r == 0) r = get_text(o, "actor", out->actor, sizeof out->actor, e);
    if (r == 0 && !is_path(out->actor, false)) r = wrong(e, "actor", "user/{id}, rule/{name} or a word");
    if (r == 0) r = get_text(o, "clock", out->clock, sizeof out->clock, e);
    if (r == 0 && strcmp(out->clock, "ntp") != 0 && strcmp(out->clock, "rtc") != 0 && strcmp(out->clock, "none") != 0)
        r = wrong(e, "clock", "ntp, rtc or none");
    if (r == 0) r = get_uint(o, "boot", 0, &boot, e);
    if (r == 0) r = get_uint(o, "mono", 0, &mono, e);
    out->boot = (int64_t)boot;
    out->mono = (int64_t)mono;
    const char *reply = NULL;
    if (r == 0) r = json_get_text(o, "", "inreplyto", JSON_OPTIONAL, ID_SIZE - 1, &reply, e);
    if (r == 0 && reply && !ids_is_uuid7(reply)) r = wrong(e, "inreplyto", "an event's id");
    if (r == 0 && reply) r = text_copy(out->inreplyto, sizeof out->inreplyto, reply);
    return r;
}

static int read_data(const struct json *o, struct envelope *out, struct err_text *e) {
    out->data = json_member(o, "data");
    return json_is_object(out->data) ? 0 : wrong(e, "data", "an object");
}

int envelope_read(const char *bytes, size_t n, struct envelope *out, struct err_text *e) {
    if (n > ENVELOPE_MAX)
        return err_set(e, ERR_TOO_BIG, "The event has %zu bytes, and %u are allowed.", n, ENVELOPE_MAX);
    struct json *o;
    int r = json_parse(bytes, n, &o, e);
    if (r) return r;
    struct envelope in = { 0 };
    if (!json_is_object(o)) r = err_set(e, ERR_INVALID, "An event is a JSON object.");
    if (r == 0) r = read_key_members(o, &in.key, e);
    if (r == 0) r = read_cloud_members(o, &in, e);
    if (r == 0) r = read_chain_members(o, &in, e);
    if (r == 0) r = read_data(o, &in, e);
    if (r) {
        json_destroy(o);
        return r;
    }
    in.tree = o;
    *out = in;
    return 0;
}

int envelope_fold_order(uint64_t rev_a, const struct event_key *a, uint64_t rev_b, const struct event_key *b) {
    if (rev_a != rev_b) return rev_a < rev_b ? -1 : 1;
    int c = strcmp(a->writer, b->writer);
    if (c == 0) c = strcmp(a->epoch, b->epoch);
    if (c) return c < 0 ? -1 : 1;
    if (a->seq != b->seq) return a->seq < b->seq ? -1 : 1;
    return a->lane == b->lane ? 0 : a->lane < b->lane ? -1 : 1;
}
