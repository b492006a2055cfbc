/* SPDX-License-Identifier: MIT */
/* Reads an INI file and the environment by a table of keys, and collects everything that is wrong with them.
 * What a single value may be is conf_value.c's business; what two values say together is board_conf.c's and hub_conf.c's. */
#include "firmware/conf/conf.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "firmware/conf/conf_value.h"

#include <ctype.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX     (64u << 10) /* bytes */
#define LINE_MAX_INI 198         /* bytes: libinih's line buffer */

struct reading {
    const char *path;
    const struct conf_key *keys;
    size_t n;
    void *settings;
    struct buf *problems;
    int *given;            /* per key: the line it was given in, or 0 */
    const char *next;      /* where in the file's text the reader is */
    int line;              /* number of the line that libinih was given last */
    bool expected_handler; /* that line has to be a `key = value` … */
    bool handled;          /* … and was one */
    int problem_count;
};

static void problem(struct reading *r, const char *section, const char *key, const char *text) {
    r->problem_count++;
    buf_addf(r->problems, "%s:%d: [%s] %s: %s\n", r->path, r->line, section, key, text);
}

static void line_problem(struct reading *r, const char *text) {
    r->problem_count++;
    buf_addf(r->problems, "%s:%d: %s\n", r->path, r->line, text);
}

/* ---- unknown keys ---- */

static const char *nearest_section(const struct reading *r, const char *section) {
    const char *best = r->keys[0].section;
    for (size_t i = 0; i < r->n; i++) {
        if (text_distance(section, r->keys[i].section) < text_distance(section, best)) best = r->keys[i].section;
    }
    return best;
}

static bool has_section(const struct reading *r, const char *section) {
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->keys[i].section, section) == 0) return true;
    }
    return false;
}

/* The nearest key of the section (which has some), or a key of that very name in another one. */
static const struct conf_key *nearest_key(const struct reading *r, const char *section, const char *key) {
    const struct conf_key *best = &r->keys[0];
    unsigned best_distance = UINT_MAX;
    for (size_t i = 0; i < r->n; i++) {
        unsigned distance = text_distance(key, r->keys[i].key);
        if (strcmp(r->keys[i].section, section) != 0 || distance >= best_distance) continue;
        best = &r->keys[i];
        best_distance = distance;
    }
    if (best_distance <= 2) return best;
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->keys[i].key, key) == 0) return &r->keys[i];
    }
    return best;
}

static void unknown(struct reading *r, const char *section, const char *key) {
    char text[256];
    if (!has_section(r, section)) {
        snprintf(text, sizeof text, "there is no such section; did you mean [%s]?", nearest_section(r, section));
    } else {
        const struct conf_key *k = nearest_key(r, section, key);
        snprintf(text, sizeof text, "there is no such key; did you mean [%s] %s?", k->section, k->key);
    }
    problem(r, section, key, text);
}

/* ---- the file ---- */

/* libinih's handler. Returns 1 always: problems are collected, not stopped at. */
static int handle(void *user, const char *section, const char *name, const char *value) {
    struct reading *r = user;
    r->handled = true;
    for (size_t i = 0; i < r->n; i++) {
        const struct conf_key *k = &r->keys[i];
        if (strcmp(k->section, section) != 0 || strcmp(k->key, name) != 0) continue;
        char text[CONF_WHY_SIZE];
        if (r->given[i]) {
            snprintf(text, sizeof text, "given twice, first in line %d; give it once", r->given[i]);
            problem(r, section, name, text);
            return 1;
        }
        r->given[i] = r->line;
        if (conf_value_set(k, value, r->settings, text)) problem(r, section, name, text);
        return 1;
    }
    unknown(r, section, name);
    return 1;
}

/* Was the line that libinih had last understood? It tells only of the first one that was not. */
static void judge_last_line(struct reading *r) {
    if (r->expected_handler && !r->handled) {
        line_problem(r, "neither a [section], a comment nor a key; write: key = value");
    }
    r->expected_handler = r->handled = false;
}

/* libinih's reader: gives one line, numbered, without its indentation (it would make the line a continuation of the value
 * before). What libinih would take silently for something else is reported here and given as an empty line. */
static char *next_line(char *out, int size, void *stream) {
    struct reading *r = stream;
    judge_last_line(r);
    if (*r->next == '\0') return NULL;
    r->line++;
    size_t len = strcspn(r->next, "\n"), skip = strspn(r->next, " \t\r\v\f");
    const char *text = r->next + skip;
    size_t n = skip < len ? len - skip : 0;
    r->next += len + (r->next[len] == '\n' ? 1 : 0);
    if (n > LINE_MAX_INI || n + 2 > (size_t)size) {
        char why[96];
        snprintf(why, sizeof why, "the line has %zu bytes; at most %d are read", n, LINE_MAX_INI);
        line_problem(r, why);
        n = 0;
    } else if (n > 0 && text[0] == '[' && !memchr(text, ']', n)) {
        line_problem(r, "the section's name is not closed; write: [section]");
        n = 0;
    }
    r->expected_handler = n > 0 && !strchr("[;#", text[0]);
    memcpy(out, text, n);
    memcpy(out + n, "\n", 2);
    return out;
}

static int read_file(struct reading *r) {
    struct buf file;
    struct err_text why = { 0 };
    buf_init(&file, FILE_MAX);
    int result = file_read(r->path, &file, &why);
    if (result != 0) {
        buf_addf(r->problems, "%s\n", why.text[0] ? why.text : r->path);
        if (result == ERR_TOO_BIG) result = ERR_INVALID;
    } else if (!text_utf8_valid(file.data ? file.data : "", file.len)) {
        buf_addf(r->problems, "%s: not UTF-8 text; save it as UTF-8\n", r->path);
        result = ERR_INVALID;
    } else {
        r->next = file.data ? file.data : "";
        if (strncmp(r->next, "\xEF\xBB\xBF", 3) == 0) r->next += 3;
        if (ini_parse_stream(next_line, r, handle, r) == -2) result = ERR_NOMEM;
    }
    buf_fini(&file);
    return result;
}

/* ---- the environment, and what was not given ---- */

static const char *from_environment(const struct conf_key *k, char *name, size_t size) {
    snprintf(name, size, "SITELOG_%s_%s", k->section, k->key);
    for (char *p = name; *p; p++) *p = (char)toupper((unsigned char)*p);
    return getenv(name);
}

static void finish_key(struct reading *r, size_t i) {
    const struct conf_key *k = &r->keys[i];
    char name[96], why[CONF_WHY_SIZE];
    const char *value = from_environment(k, name, sizeof name);
    if (value) {
        if (conf_value_set(k, value, r->settings, why)) {
            r->problem_count++;
            buf_addf(r->problems, "environment: %s: %s\n", name, why);
        }
    } else if (!r->given[i] && !k->fallback) {
        conf_value_allowed(k, why);
        r->problem_count++;
        buf_addf(r->problems, "%s: [%s] %s: missing; give %s\n", r->path ? r->path : "settings", k->section, k->key,
                 why);
    }
}

int conf_read(const char *path, const struct conf_key *keys, size_t n, void *settings, struct buf *problems) {
    CLEANUP(free_ptr) int *given = calloc(n, sizeof *given);
    if (!given) return ERR_NOMEM;
    struct reading r = {
        .path = path, .keys = keys, .n = n, .settings = settings, .problems = problems, .given = given
    };
    char why[CONF_WHY_SIZE];
    for (size_t i = 0; i < n; i++) {
        if (keys[i].fallback && conf_value_set(&keys[i], keys[i].fallback, settings, why)) {
            r.problem_count++;
            buf_addf(problems, "default of [%s] %s: %s\n", keys[i].section, keys[i].key, why);
        }
    }
    if (path) {
        int result = read_file(&r);
        if (result != 0) return result;
    }
    for (size_t i = 0; i < n; i++) finish_key(&r, i);
    return r.problem_count > 0 ? ERR_INVALID : 0;
}

int conf_print(const struct conf_key *keys, size_t n, const void *settings, struct buf *out) {
    for (size_t i = 0; i < n; i++) {
        const struct conf_key *k = &keys[i];
        const void *field = (const char *)settings + k->offset;
        char allowed[CONF_WHY_SIZE];
        if (i == 0 || strcmp(keys[i - 1].section, k->section) != 0)
            buf_addf(out, "%s[%s]\n", i == 0 ? "" : "\n", k->section);
        conf_value_allowed(k, allowed);
        buf_addf(out, "# %s (%s%s%s)\n", k->help, allowed, k->fallback ? "; default: " : "",
                 !k->fallback   ? ""
                 : *k->fallback ? k->fallback
                                : "none");
        if (k->kind == CONF_INT) {
            buf_addf(out, "%s = %lld\n", k->key, (long long)*(const int64_t *)field);
        } else {
            const char *text = field;
            buf_addf(out, "%s =%s%s\n", k->key, *text ? " " : "", k->secret && *text ? CONF_SECRET_SHOWN : text);
        }
    }
    return out->error;
}
