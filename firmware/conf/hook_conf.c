/* SPDX-License-Identifier: MIT */
/* The table of a hook's settings, and the folder of such files. What is sent is app/hook's business. SITELOG_HOOK_* in the environment
 * overrides the key of every hook. */
#include "firmware/conf/hook_conf.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".conf"

enum { SECRET_FILE_MAX = 1024 };

const char *const hook_level_names[HOOK_LEVELS] = { "site", "office", "executive" };
static const char *const format_names[] = { "json", "wecom", "dingtalk", "feishu" };

/* ---- values of their own form ---- */

/* "office, executive" as bits; "none" is 0. ERR_INVALID. */
static int parse_levels(const char *text, unsigned *out) {
    unsigned levels = 0;
    if (strcmp(text, "none") == 0) {
        *out = 0;
        return 0;
    }
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ", "), level = 0;
        while (level < HOOK_LEVELS &&
               (strlen(hook_level_names[level]) != n || memcmp(p, hook_level_names[level], n) != 0))
            level++;
        if (level == HOOK_LEVELS) return ERR_INVALID;
        levels |= 1u << level;
        p += n + strspn(p + n, ", ");
    }
    *out = levels;
    return levels ? 0 : ERR_INVALID;
}

static const char *refuse_levels(const char *value) {
    unsigned levels;
    return parse_levels(value, &levels) ? "allowed: some of site, office and executive, with commas between; or none"
                                        : NULL;
}

static int parse_digest(const char *text, int *out) {
    int hour = 0, minute = 0;
    char rest;
    *out = HOOK_CONF_NO_DIGEST;
    if (strcmp(text, "no") == 0) return 0;
    if (strlen(text) != 5 || sscanf(text, "%2d:%2d%c", &hour, &minute, &rest) != 2 || text[0] == '-')
        return ERR_INVALID;
    if (hour < 0 || hour > 11 || minute < 0 || minute > 59) return ERR_INVALID;
    *out = hour * 60 + minute;
    return 0;
}

static const char *refuse_digest(const char *value) {
    int at;
    return parse_digest(value, &at) ? "allowed: a time before noon like 08:30; or no" : NULL;
}

#define TEXT(kind_, field)                                                                                             \
    .kind = (kind_), .offset = offsetof(struct hook_conf, field), .size = sizeof((struct hook_conf *)NULL)->field

/* clang-format off */
const struct conf_key hook_conf_keys[] = {
    { "hook", "url", TEXT(CONF_URL, url), .choices = "https|http", .secret = true, .help = "Where messages are sent, as the chat shows it for the robot: a secret" },
    { "hook", "format", TEXT(CONF_CHOICE, format_name), .choices = "json|wecom|dingtalk|feishu", .fallback = "json", .help = "json as in openapi.yaml, or the chat's robot: wecom, dingtalk, feishu" },
    { "hook", "secret_file", TEXT(CONF_PATH, secret_file), .fallback = "", .help = "File with the secret by which dingtalk, feishu and json are signed" },
    { "hook", "levels", TEXT(CONF_TEXT, levels_text), .fallback = "office,executive", .refuse = refuse_levels, .help = "Which alerts: some of site, office and executive, with commas between; or none" },
    { "hook", "digest", TEXT(CONF_TEXT, digest_text), .fallback = "no", .refuse = refuse_digest, .help = "When the day's digest is sent, before noon in [office] timezone, like 08:30; or no" },
    { "hook", "language", TEXT(CONF_CHOICE, language), .choices = "zh|en", .fallback = "zh", .help = "Language of the messages" },
    { "hook", "ca", TEXT(CONF_PATH, ca), .fallback = "", .help = "Certificate authority (PEM) of the receiver; none: the system's" },
};
/* clang-format on */
const size_t hook_conf_count = TEXT_ARRAY_LEN(hook_conf_keys);

void hook_conf_levels(unsigned levels, char out[32]) {
    size_t n = 0;
    memcpy(out, "none", sizeof "none");
    for (unsigned i = 0; i < HOOK_LEVELS; i++)
        if (levels & 1u << i) n += (size_t)snprintf(out + n, 32 - n, "%s%s", n ? "," : "", hook_level_names[i]);
}

/* ---- one file ---- */

static int read_secret(const char *path, struct hook_conf *h, struct buf *problems) {
    struct err_text e = { 0 };
    struct buf file;
    buf_init(&file, SECRET_FILE_MAX);
    int rc = file_read(h->secret_file, &file, &e);
    if (rc) {
        buf_addf(problems, "%s: [hook] secret_file: %s\n", path, e.text[0] ? e.text : err_name(rc));
    } else {
        const char *text = file.data ? file.data : "";
        text += strspn(text, " \t\r\n");
        size_t n = strcspn(text, " \t\r\n");
        if (n == 0 || n >= sizeof h->secret || text[n + strspn(text + n, " \t\r\n")]) {
            buf_addf(problems, "%s: [hook] secret_file: it has to hold one word of at most %zu bytes\n", path,
                     sizeof h->secret - 1);
            rc = ERR_INVALID;
        } else {
            memcpy(h->secret, text, n);
        }
    }
    buf_fini(&file);
    return rc;
}

static int work_out(const char *path, struct hook_conf *h, struct buf *problems) {
    int rc = parse_levels(h->levels_text, &h->levels);
    if (rc == 0) rc = parse_digest(h->digest_text, &h->digest_min);
    while (h->format < HOOK_FEISHU && strcmp(h->format_name, format_names[h->format]) != 0) h->format++;
    h->zh = strcmp(h->language, "zh") == 0;
    const char *host = strstr(h->url, "://") + 3;
    text_clip(h->host, sizeof h->host, host);
    h->host[strcspn(h->host, "/?#")] = '\0';
    if (h->format == HOOK_WECOM && h->secret_file[0]) {
        buf_addf(problems, "%s: [hook] secret_file: wecom has none, its key is in url; remove it\n", path);
        return ERR_INVALID;
    }
    if (h->levels == 0 && h->digest_min == HOOK_CONF_NO_DIGEST) {
        buf_addf(problems, "%s: [hook] levels and digest: nothing would be sent; give one of them\n", path);
        return ERR_INVALID;
    }
    return rc == 0 && h->secret_file[0] ? read_secret(path, h, problems) : rc;
}

static int read_one(const char *dir, const char *name, struct hook_conf *out, struct buf *problems) {
    struct hook_conf h = { 0 };
    char path[300];
    (void)snprintf(path, sizeof path, "%.200s/%.40s" SUFFIX, dir, name);
    int rc = conf_read(path, hook_conf_keys, hook_conf_count, &h, problems);
    if (rc == 0) rc = work_out(path, &h, problems);
    text_clip(h.name, sizeof h.name, name);
    if (rc == 0) *out = h;
    return rc;
}

/* ---- the folder ---- */

/* A name of "NAME.conf"; false: no such file. What a packager or an editor leaves there (".dpkg-old", "~") is none. */
static bool take_name(const char *file, char out[NAME_SIZE]) {
    size_t n = strlen(file), suffix = strlen(SUFFIX);
    if (n <= suffix || strcmp(file + n - suffix, SUFFIX) != 0 || file[0] == '.' || n - suffix >= NAME_SIZE)
        return false;
    memcpy(out, file, n - suffix);
    out[n - suffix] = '\0';
    return true;
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static int list_names(const char *dir, char names[HOOK_CONF_MAX][NAME_SIZE], size_t *n, struct buf *problems) {
    DIR *d = opendir(dir);
    if (!d) {
        int rc = err_from_errno(errno);
        buf_addf(problems, "[office] hooks: %s: %s; make the folder, or remove the key\n", dir, err_name(rc));
        return ERR_INVALID;
    }
    int rc = 0;
    *n = 0;
    for (struct dirent *entry; rc == 0 && (entry = readdir(d));) {
        char name[NAME_SIZE];
        if (!take_name(entry->d_name, name)) continue;
        if (!ids_is_name(name)) {
            buf_addf(problems, "[office] hooks: %s/%s: name it by 1 to 40 of a-z, 0-9 and -, and .conf\n", dir,
                     entry->d_name);
            rc = ERR_INVALID;
        } else if (*n == HOOK_CONF_MAX) {
            buf_addf(problems, "[office] hooks: %s: at most %d hooks\n", dir, HOOK_CONF_MAX);
            rc = ERR_INVALID;
        } else {
            memcpy(names[(*n)++], name, sizeof name);
        }
    }
    (void)closedir(d);
    qsort(names, *n, NAME_SIZE, by_name);
    return rc;
}

int hook_conf_read_all(const char *dir, struct hook_conf out[HOOK_CONF_MAX], size_t *n, struct buf *problems) {
    char names[HOOK_CONF_MAX][NAME_SIZE];
    size_t count = 0;
    *n = 0;
    if (!*dir) return 0;
    int rc = list_names(dir, names, &count, problems);
    for (size_t i = 0; i < count; i++) { /* all of them: every problem is told at once */
        int one = read_one(dir, names[i], &out[i], problems);
        if (one) rc = one == ERR_NOMEM ? one : ERR_INVALID;
    }
    if (rc == 0) *n = count;
    return rc;
}
