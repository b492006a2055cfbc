/* SPDX-License-Identifier: MIT */
/* Time zones from compiled TZif files (RFC 8536), checked in full at the edge, so that look-ups can't fail. Keeps offsets and
 * transitions only: no names, no leap seconds (files that have them are refused), and never touches the TZ variable. */
#include "firmware/base/tz.h"

#include "firmware/base/buf.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "firmware/base/tz_date.h"
#include "firmware/base/tz_rule.h"

#include <stdio.h>
#include <string.h>

#define DAY_S          86400
#define FILE_MAX       (256u << 10) /* bytes; the largest real one has 4 KiB */
#define TRANSITION_MAX 4096
#define HEADER_BYTES   44
#define NAME_MAX_BYTES 63

struct transition {
    int64_t at_s;
    int32_t offset_s;
};

struct tz {
    int32_t first_s; /* before the first transition */
    size_t n;
    struct transition *transition; /* ascending */
    bool has_rule;
    struct tz_rule rule; /* after the last transition */
};

/* ---- reading a file ---- */

struct counts {
    uint32_t utc, std, leap, time, type, chars;
};

struct cursor {
    const uint8_t *at, *end;
};

static int64_t big_endian(const uint8_t *p, size_t n) {
    uint64_t value = p[0] & 0x80u ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++) value = value << 8 | p[i];
    return (int64_t)value;
}

static bool header(struct cursor *c, struct counts *out, int *version) {
    if (c->end - c->at < HEADER_BYTES || memcmp(c->at, "TZif", 4) != 0) return false;
    uint8_t v = c->at[4];
    if (v != 0 && (v < '2' || v > '9')) return false; /* a version yet to come only adds to version 4 */
    *version = v == 0 ? 1 : v - '0';
    uint32_t n[6];
    for (size_t i = 0; i < 6; i++) n[i] = (uint32_t)big_endian(c->at + 20 + 4 * i, 4);
    *out = (struct counts){ n[0], n[1], n[2], n[3], n[4], n[5] };
    c->at += HEADER_BYTES;
    return out->time <= TRANSITION_MAX && out->type <= 256 && out->chars <= FILE_MAX && out->leap <= TRANSITION_MAX &&
           (out->utc == 0 || out->utc == out->type) && (out->std == 0 || out->std == out->type);
}

static size_t block_bytes(const struct counts *n, size_t time_bytes) {
    return n->time * time_bytes + n->time + (size_t)n->type * 6 + n->chars + n->leap * (time_bytes + 4) + n->std +
           n->utc;
}

/* RFC 8536 wants at least -24:59:59 to 25:59:59 to be read; nothing beyond makes sense. */
static bool offset_at(const uint8_t *types, uint32_t i, int32_t *out) {
    *out = (int32_t)big_endian(types + (size_t)i * 6, 4);
    return *out > -90000 && *out < 93600;
}

/* One data block of c->at, whose length was checked. */
static int read_block(const struct cursor *c, const struct counts *n, size_t time_bytes, struct tz *tz) {
    const uint8_t *times = c->at, *indexes = times + n->time * time_bytes, *types = indexes + n->time;
    if (n->type == 0 || n->leap > 0 || !offset_at(types, 0, &tz->first_s)) return ERR_CORRUPT;
    if (n->time == 0) return 0;
    tz->transition = calloc(n->time, sizeof *tz->transition);
    if (!tz->transition) return ERR_NOMEM;
    for (uint32_t i = 0; i < n->time; i++) {
        struct transition *t = &tz->transition[i];
        t->at_s = big_endian(times + i * time_bytes, time_bytes);
        if (indexes[i] >= n->type || !offset_at(types, indexes[i], &t->offset_s)) return ERR_CORRUPT;
        if (i > 0 && t->at_s <= t[-1].at_s) return ERR_CORRUPT;
    }
    tz->n = n->time;
    return 0;
}

/* "\n" rule "\n"; an empty rule means that nothing is known of the time after the table. */
static int read_footer(const struct cursor *c, struct tz *tz) {
    char text[128];
    const uint8_t *end =
        c->end - c->at > 1 && *c->at == '\n' ? memchr(c->at + 1, '\n', (size_t)(c->end - c->at - 1)) : NULL;
    if (!end || (size_t)(end - c->at) > sizeof text) return ERR_CORRUPT;
    size_t n = (size_t)(end - c->at - 1);
    memcpy(text, c->at + 1, n);
    text[n] = '\0';
    if (n == 0) return 0;
    if (strlen(text) != n || tz_rule_parse(text, &tz->rule)) return ERR_CORRUPT;
    tz->has_rule = true;
    return 0;
}

static int read_zone(const uint8_t *bytes, size_t len, struct tz *tz) {
    struct cursor c = { bytes, bytes + len };
    struct counts n;
    int version;
    size_t time_bytes = 4;
    if (!header(&c, &n, &version)) return ERR_CORRUPT;
    if (version >= 2) { /* the first block is for readers of version 1 */
        if ((size_t)(c.end - c.at) < block_bytes(&n, 4)) return ERR_CORRUPT;
        c.at += block_bytes(&n, 4);
        if (!header(&c, &n, &version)) return ERR_CORRUPT;
        time_bytes = 8;
    }
    if ((size_t)(c.end - c.at) < block_bytes(&n, time_bytes)) return ERR_CORRUPT;
    int r = read_block(&c, &n, time_bytes, tz);
    if (r != 0 || time_bytes == 4) return r;
    c.at += block_bytes(&n, time_bytes);
    return read_footer(&c, tz);
}

static bool name_is_safe(const char *name) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t n = strlen(name);
    return n > 0 && n <= NAME_MAX_BYTES && strspn(name, allowed) == n && name[0] != '/';
}

static int load(const char *name, struct tz *tz, struct err_text *e) {
    const char *dir = getenv("TZDIR");
    char path[512];
    int n = snprintf(path, sizeof path, "%s/%s", dir && *dir ? dir : "/usr/share/zoneinfo", name);
    if (n < 0 || (size_t)n >= sizeof path) return err_set(e, ERR_NOT_FOUND, "TZDIR is too long for a path");
    struct buf file;
    buf_init(&file, FILE_MAX);
    int r = file_read(path, &file, NULL);
    if (r == ERR_NOMEM) {
        err_set(e, r, "out of memory for the time zone '%s'", name);
    } else if (r == ERR_TOO_BIG) {
        r = err_set(e, ERR_CORRUPT, "%s is too large for a time zone file", path);
    } else if (r != 0) {
        r = err_set(e, ERR_NOT_FOUND,
                    "no time zone '%s' (%s: %s); names are those of the tz database, such as Asia/Shanghai", name, path,
                    err_name(r));
    } else {
        r = read_zone((const uint8_t *)file.data, file.len, tz);
        if (r != 0)
            err_set(e, r, "%s: %s", path, r == ERR_NOMEM ? "out of memory" : "no usable TZif file; reinstall tzdata");
    }
    buf_fini(&file);
    return r;
}

int tz_create(const char *name, struct tz **out, struct err_text *e) {
    if (!name_is_safe(name)) {
        return err_set(e, ERR_NOT_FOUND,
                       "this is no time zone's name; names are those of the tz database, such as Asia/Shanghai");
    }
    struct tz *tz = calloc(1, sizeof *tz);
    if (!tz) return err_set(e, ERR_NOMEM, "out of memory for the time zone '%s'", name);
    int r = strcmp(name, "UTC") == 0 ? 0 : load(name, tz, e);
    if (r != 0) {
        tz_destroy(tz);
        return r;
    }
    *out = tz;
    return 0;
}

void tz_destroy(struct tz *tz) {
    if (!tz) return;
    free(tz->transition);
    free(tz);
}

/* ---- looking up ---- */

static int32_t offset_s(const struct tz *tz, int64_t at_s) {
    size_t low = 0, high = tz->n; /* the number of transitions at or before the instant lies in [low, high] */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tz->transition[middle].at_s <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == tz->n && tz->has_rule) return tz_rule_offset(&tz->rule, at_s);
    return low == 0 ? tz->first_s : tz->transition[low - 1].offset_s;
}

static int64_t whole_seconds(struct wall at) { return tz_date_floor_div(at.ms, 1000); }

int32_t tz_offset_s(const struct tz *tz, struct wall at) { return offset_s(tz, whole_seconds(at)); }

struct civil tz_civil(const struct tz *tz, struct wall at) {
    int64_t local = whole_seconds(at) + tz_offset_s(tz, at);
    int64_t days = tz_date_floor_div(local, DAY_S);
    int second = (int)(local - days * DAY_S);
    struct civil c = {
        .hour = second / 3600, .minute = second / 60 % 60, .second = second % 60, .weekday = tz_date_weekday(days)
    };
    tz_date_from_days(days, &c.year, &c.month, &c.day);
    return c;
}

void tz_date(const struct tz *tz, struct wall at, char out[TZ_DATE_SIZE]) {
    struct civil c = tz_civil(tz, at);
    int year = c.year < 0 ? 0 : c.year > 9999 ? 9999 : c.year;
    tz_date_format(year, c.month, c.day, out);
}

/* The first instant of (low, high] at which the offset is `after`. */
static int64_t end_of_gap(const struct tz *tz, int64_t low, int64_t high, int32_t after) {
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_s(tz, middle) == after)
            high = middle;
        else
            low = middle;
    }
    return high;
}

int tz_instant(const struct tz *tz, const struct civil *c, struct wall *out) {
    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > tz_date_month_days(c->year, c->month) || c->hour < 0 || c->hour > 23 || c->minute < 0 ||
        c->minute > 59 || c->second < 0 || c->second > 59) {
        return ERR_INVALID;
    }
    int64_t local = tz_date_to_days(c->year, c->month, c->day) * DAY_S + c->hour * 3600 + c->minute * 60 + c->second;
    /* No offset is more than 26 h from UTC, so these two are in force before and after whatever the local time means. */
    int32_t before = offset_s(tz, local - 26 * 3600), after = offset_s(tz, local + 26 * 3600);
    int32_t larger = before > after ? before : after, smaller = before > after ? after : before;
    int64_t found;
    if (offset_s(tz, local - larger) == larger)
        found = local - larger; /* the earlier of the two in a fold */
    else if (offset_s(tz, local - smaller) == smaller)
        found = local - smaller;
    else
        found = end_of_gap(tz, local - larger, local - smaller, after);
    out->ms = found * 1000;
    return 0;
}
